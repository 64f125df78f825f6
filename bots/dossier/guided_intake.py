"""De intake in de privékamer: what is still to ask, and filing the choices through the use cases that exist."""

from collections.abc import Sequence

from bots.dossier import guided
from bots.dossier.consent_commands import tell_patient
from bots.dossier.guided import Guide
from bots.dossier.turn import Turn
from hub.application.use_cases.consents import choose, still_to_ask
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.application.use_cases.marking import mark_discussed
from hub.application.use_cases.questionnaires import sections_to_fill
from hub.domain import intake_form
from hub.domain.consent import EVERYONE, ConsentTarget, TargetKind
from hub.domain.dossier import Entry
from hub.domain.entries import Kind, Note
from hub.domain.errors import CommandRejected
from hub.domain.intake_form import MarkingDiscussed, StartChoice, Unasked
from hub.domain.questionnaire import Questionnaire
from hub.domain.vocabulary import Action, Role, Section
from hub.texts import N_

_WANTED = {
    Section.S1: Kind.LIVING_SITUATION,
    Section.S2: Kind.SURPRISE_QUESTION,
    Section.S4: Kind.CARE_WISHES,
    Section.S8: Kind.REACHABILITY,
}
_FOR = frozenset({Role.COACH, Role.GP})
_CLOSE = frozenset({Role.RELATIVE, Role.REPRESENTATIVE})
_NOT_YOURS = N_("De intake doet de coach of de huisarts, samen met de patiënt. Vraag de coach van deze kring om hulp.")
_TOLD = N_("De patiënt heeft bericht van de keuzes die u opschreef.")


async def intake(turn: Turn) -> None:
    await guided.begin(turn, intake_form.KIND)


async def _form(turn: Turn) -> Questionnaire:
    # The same question as for every entry about who is who, so that a refusal comes with rule and law.
    await turn.hub.guard.require(turn.unit, turn.context, Action.RECORD, Section.S1)
    if turn.context.role not in _FOR:
        raise CommandRejected("intake-by-carers", turn.own_words(_NOT_YOURS))
    sections = await sections_to_fill(turn.unit, turn.hub.guard, turn.context, _WANTED)
    left = await still_to_ask(turn.unit, turn.context)
    members = await turn.members()
    close = tuple((one.person.id, one.person.name.full) for one in members if one.relation.role in _CLOSE)
    unasked = Unasked(left.emergency, left.after_death, turn.circle.discussed_at is None, close)
    return intake_form.form(sections | {Section.S11}, unasked)


async def _also(turn: Turn, values: Sequence[object]) -> None:
    """The choices as the patient's own, with proof; and that the marking was discussed."""
    for value in values:
        if isinstance(value, StartChoice):
            target = ConsentTarget(TargetKind.PERSON, value.person_id) if value.person_id else EVERYONE
            await choose(
                turn.unit,
                turn.hub.guard,
                turn.context,
                decision=value.decision,
                target=target,
                sections=frozenset(Section),
                how=value.how,
                recorded_by=turn.context.actor.id,
                situation=value.situation,
                on_behalf=True,
            )
            await tell_patient(turn, str(value))
        elif isinstance(value, MarkingDiscussed) and await mark_discussed(turn.unit, turn.hub.guard, turn.context):
            said = N_("De markering is op %(day)s-%(month)s-%(year)s met de patiënt besproken.") % {
                "day": value.on.day,
                "month": value.on.month,
                "year": value.on.year,
            }
            new = NewEntry(Kind.NOTE, Note(said), Section.S2)
            await record_entry(turn.unit, turn.hub.guard, turn.context, new, turn.source)


async def _after(turn: Turn, _made: Sequence[Entry], others: Sequence[object]) -> str:
    chosen = any(isinstance(one, StartChoice) for one in others)
    return turn.own_words(_TOLD) if chosen else ""


guided.register(intake_form.KIND, Guide(_form, _after, _also))
