"""De gesprekken zelf: who may have which one, and who hears about it when it was filed."""

from collections.abc import Sequence

from bots.dossier import guided
from bots.dossier.command import CommandSpec
from bots.dossier.guided import Guide
from bots.dossier.guided_intake import intake
from bots.dossier.kind_commands import KIND_COMMANDS
from bots.dossier.turn import Turn
from hub.application.use_cases.questionnaires import sections_to_fill, who_reads
from hub.application.use_cases.representation import MAY_JUDGE
from hub.domain import limits, pzp_form, usd_form
from hub.domain.circle import RoomKind
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.questionnaire import Questionnaire
from hub.domain.spelling import plain
from hub.domain.vocabulary import Action, Role, Section
from hub.texts import N_

_PZP = {
    Section.S1: Kind.CONTACT_PERSON,
    Section.S3: Kind.TREATMENT_DIRECTIVE,
    Section.S4: Kind.PREFERRED_PLACE_OF_DEATH,
}
_BY_CARERS = N_(
    "Dit formulier vult een arts of de coach in, na een gesprek met u (BW 7:448 en 7:454). Vraag de coach om dat "
    "gesprek. Zelf vastleggen kan ook: !plaats thuis, of !noteer wensen: en dan uw eigen woorden."
)
_SEEN_BY = N_("Dit kunnen nu lezen: %(who)s.")


async def pzp(turn: Turn) -> None:
    await guided.begin(turn, pzp_form.KIND)


async def usd(turn: Turn) -> None:
    """``!usd`` alone asks; with scores behind it they are filed at once, as always."""
    if turn.argument.strip() and plain(turn.argument) != "opnieuw":
        await KIND_COMMANDS["usd"].run(turn)
        return
    await guided.begin(turn, usd_form.KIND)


async def _pzp_form(turn: Turn) -> Questionnaire:
    permit = await turn.hub.guard.require(turn.unit, turn.context, Action.RECORD, Section.S3)
    if not limits.may_record(permit.limits, Kind.TREATMENT_DIRECTIVE):
        raise CommandRejected("form-by-carers", turn.own_words(_BY_CARERS))
    sections = await sections_to_fill(turn.unit, turn.hub.guard, turn.context, _PZP)
    return pzp_form.form(sections, judges=turn.context.role in MAY_JUDGE)


async def _after_pzp(turn: Turn, made: Sequence[Entry], _others: Sequence[object]) -> str:
    """The team hears which proposals wait, without their contents."""
    waiting = [str(entry.ref) for entry in made if entry.status is Status.PROPOSED]
    if waiting:
        said = N_(
            "%(actor)s legde een gesprek over proactieve zorgplanning vast. Deze voorstellen wachten op een tweede, "
            "bevoegde zorgverlener: %(names)s. Lees ze eerst met !dossier zorgplanning, en bevestig dan elk voorstel "
            "met: !bevestig %(proposal)s"
        ) % {
            "actor": turn.context.actor.described(turn.context.role),
            "names": ", ".join(waiting),
            "proposal": waiting[0],
        }
        await turn.hub.speaker.announce(turn.unit, turn.context, RoomKind.TEAM, said)
    return ""


async def _usd_form(turn: Turn) -> Questionnaire:
    permit = await turn.hub.guard.require(turn.unit, turn.context, Action.RECORD, Section.S5)
    if not limits.may_record(permit.limits, Kind.SYMPTOM):
        raise CommandRejected("kind-not-yours", "Dit soort gegeven legt iemand met uw rol hier niet vast.")
    return usd_form.form(turn.reporter)


async def _after_usd(turn: Turn, _made: Sequence[Entry], _others: Sequence[object]) -> str:
    """Who gave a score should know that it is seen, and by whom (law-and-care §3.5)."""
    words = turn.own_words
    readers = await who_reads(turn.unit, turn.hub.guard, turn.context, Section.S5)
    named = [
        one.person.name.full
        if one.relation.role is Role.PATIENT
        else f"{one.person.name.full} ({words(one.relation.role.title_nl)})"
        for one in readers
        if one.person.id != turn.context.actor.id
    ]
    return words(_SEEN_BY) % {"who": ", ".join(named)} if named else ""


guided.register(pzp_form.KIND, Guide(_pzp_form, _after_pzp))
guided.register(usd_form.KIND, Guide(_usd_form, _after_usd))

GUIDED_COMMANDS: dict[str, CommandSpec] = {
    "usd": CommandSpec(
        "!usd [pijn=6 benauwdheid=3 … [eerst <klacht>]]",
        N_("klachten scoren (Utrecht Symptoom Dagboek); zonder cijfers vraag ik ernaar"),
        usd,
    ),
    "pzp": CommandSpec(
        "!pzp [opnieuw]", N_("het landelijke formulier voor proactieve zorgplanning, vraag voor vraag"), pzp
    ),
    "intake": CommandSpec(
        "!intake [opnieuw]", N_("het begin: wie is wie, wie te bellen, en de keuzes van de patiënt"), intake
    ),
    "stop": CommandSpec("!stop", N_("een gesprek met vragen pauzeren; er gaat niets verloren"), guided.stop),
    "verder": CommandSpec("!verder", N_("verdergaan met een gesprek dat gepauzeerd is"), guided.go_on),
}
