"""De intake als gesprek: wie is wie, wie te bellen, hoe iemand woont, wat telt, en de keuzes van het begin.

The choices are the patient's (AVG 7): who writes them down says when and how the patient said it, or nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.consent import ConsentContext, ConsentDecision
from hub.domain.network_kinds import Hours, LivingAspect, LivingSituation, Reachability
from hub.domain.question import Facts, Missing, NotUnderstoodError, Option, Question, Replies, Reply, Said
from hub.domain.question_readers import contact, contact_person, contacts, past_date, text_of
from hub.domain.questionnaire import Questionnaire
from hub.domain.vocabulary import Section
from hub.domain.wishes import CareWishes

KIND = "intake"
S1, S2, S4, S8, S11 = Section.S1, Section.S2, Section.S4, Section.S8, Section.S11
LEAST_PROOF = 10
NOBODY = "nobody"
_LATER = Option("later", "nog niet gevraagd", ("niet gevraagd", "later"))


@dataclass(frozen=True, slots=True)
class StartChoice:
    """Een keuze die de patiënt bij het begin maakte. ``person_id`` None: about everybody."""

    situation: ConsentContext
    decision: ConsentDecision
    how: str
    person_id: str | None = None
    name: str = ""

    def __str__(self) -> str:
        """One full sentence."""
        if self.situation is ConsentContext.EMERGENCY:
            may = "mag" if self.decision is ConsentDecision.PERMIT else "mag NIET"
            return f"Bij spoed {may} iemand van buiten de kring de spoedset openen ({self.how})."
        who = f"{self.name} mag" if self.person_id else "Niemand mag"
        return f"{who} het dossier na het overlijden inzien ({self.how})."


@dataclass(frozen=True, slots=True)
class MarkingDiscussed:
    """De markering is met de patiënt besproken; from then on the patient reads S2."""

    on: date

    def __str__(self) -> str:
        return (
            f"De markering is met de patiënt besproken, op {self.on.day}-{self.on.month}-{self.on.year}. "
            "De patiënt kan ziekte en markering vanaf nu lezen."
        )


@dataclass(frozen=True, slots=True)
class Unasked:
    """Wat nog niemand vroeg; ``relatives`` are person id and name of those whom the last choice can be about."""

    emergency: bool = True
    after_death: bool = True
    discussed: bool = True
    relatives: tuple[tuple[str, str], ...] = ()


def form(sections: frozenset[Section], unasked: Unasked) -> Questionnaire:
    """The intake for somebody who may record in these sections."""
    asked = (*_people(), *_reach(), *_living(), *_start(unasked))
    return Questionnaire(KIND, TITLE, INTRO, tuple(one for one in asked if one.section in sections))


def _people() -> tuple[Question, ...]:
    return (
        Question(
            "first",
            S1,
            "Eerste contactpersoon",
            "Wie bellen we als eerste, buiten de zorg?",
            "Schrijf naam, relatie en telefoon. Bijvoorbeeld: Pieter de Wit, zoon, 06-12345678.",
            reads=contact,
            values=lambda reply, _replies, _facts: (contact_person(reply.data, ContactRole.FIRST_CONTACT),),
            shows=lambda value: isinstance(value, ContactPerson) and ContactRole.FIRST_CONTACT in value.roles,
        ),
        Question(
            "people",
            S1,
            "Wie is wie",
            "Wie staan er nog meer om de patiënt heen?",
            "Schrijf elk op een eigen regel: naam, relatie en telefoon. Of typ: niemand.",
            reads=contacts,
            values=lambda reply, _replies, _facts: [contact_person(one, ContactRole.CONTACT) for one in reply.data],
            shows=lambda value: isinstance(value, ContactPerson) and ContactRole.FIRST_CONTACT not in value.roles,
        ),
    )


def _reach() -> tuple[Question, ...]:
    rows = (
        ("day", Hours.DAY, "Overdag te bellen", "Welke zorgverlener is overdag te bellen?"),
        ("evening", Hours.EVENING, "'s Avonds te bellen", "En wie is 's avonds te bellen?"),
        ("night", Hours.NIGHT, "'s Nachts te bellen", "En wie is 's nachts te bellen?"),
        ("weekend", Hours.WEEKEND, "In het weekend te bellen", "En wie is in het weekend te bellen?"),
    )
    return tuple(
        Question(
            key,
            S8,
            title,
            text,
            "Schrijf naam en telefoon. Bijvoorbeeld: huisartsenpost Arnhem, 0900-1598.",
            reads=read_number,
            values=_reachability(hours),
            shows=_at(hours),
        )
        for key, hours, title, text in rows
    )


def _at(hours: Hours) -> Any:
    return lambda value: isinstance(value, Reachability) and hours in value.hours


def _reachability(hours: Hours) -> Any:
    def made(reply: Reply, _replies: Replies, _facts: Facts) -> Sequence[object]:
        return (Reachability((hours,), reply.data["name"], reply.data["phone"]),)

    return made


def read_number(text: str, today: date) -> dict[str, str]:
    """``huisartsenpost Arnhem, 0900-1598``: a name and one number."""
    try:
        found = contact(text, today)
    except NotUnderstoodError as problem:
        raise NotUnderstoodError(SAY_NUMBER) from problem
    if len(found["phones"]) != 1 or found["emails"]:
        raise NotUnderstoodError(SAY_NUMBER)
    name = f"{found['name']} ({found['relation']})" if found["relation"] else found["name"]
    return {"name": name, "phone": found["phones"][0]}


def _living() -> tuple[Question, ...]:
    rows = (
        ("home", LivingAspect.HOME, "Wonen", "Hoe woont de patiënt? Denk aan alleen of samen, trap, bed beneden."),
        ("access", LivingAspect.ACCESS, "Binnenkomen", "Hoe komt iemand 's nachts binnen? Denk aan sleutel of code."),
        ("language", LivingAspect.LANGUAGE, "Taal", "Welke taal spreekt de patiënt het liefst?"),
        ("interpreter", LivingAspect.INTERPRETER, "Tolk", "Is er een tolk nodig? Zo ja: wie of welke dienst?"),
    )
    living = tuple(
        Question(
            key, S1, title, text, "Schrijf het kort.", reads=text_of(1000), values=_situation(aspect), shows=_of(aspect)
        )
        for key, aspect, title, text in rows
    )
    matters = Question(
        "matters",
        S4,
        "Wat het belangrijkste is",
        "Wat is voor de patiënt nu het belangrijkste? Schrijf het zoals de patiënt het zei.",
        reads=text_of(4000),
        values=lambda reply, _replies, _facts: (CareWishes(str(reply.words)),),
        shows=lambda value: isinstance(value, CareWishes),
    )
    return (*living, matters)


def _of(aspect: LivingAspect) -> Any:
    return lambda value: isinstance(value, LivingSituation) and value.aspect is aspect


def _situation(aspect: LivingAspect) -> Any:
    return lambda reply, _replies, _facts: (LivingSituation(aspect, str(reply.words)),)


def _start(unasked: Unasked) -> tuple[Question, ...]:
    emergency = Question(
        "emergency",
        S11,
        "Spoed",
        "Vond de patiënt goed dat bij spoed ook een arts van buiten de kring de spoedset mag openen?",
        options=(Option("permit", "ja", ("yes",)), Option("deny", "nee", ("no",)), _LATER),
        values=_emergency,
    )
    after_death = Question(
        "after_death",
        S11,
        "Na het overlijden",
        "Wie mag van de patiënt het dossier na het overlijden inzien?",
        options=(
            *(Option(person_id, name) for person_id, name in unasked.relatives),
            Option(NOBODY, "niemand", ("nobody",)),
            _LATER,
        ),
        values=lambda reply, replies, _facts: _after_death(reply, replies, unasked),
    )
    proof = Question(
        "how",
        S11,
        "Hoe gezegd",
        "Wanneer en hoe zei de patiënt dat? De patiënt krijgt hier bericht van, en kan het altijd veranderen.",
        "Schrijf bijvoorbeeld: mondeling bij het huisbezoek op 3-11-2026.",
        reads=read_proof,
        applies=lambda replies: any(_made(replies.get(key)) for key in ("emergency", "after_death")),
    )
    discussed = Question(
        "discussed",
        S2,
        "Markering besproken",
        "Is met de patiënt besproken dat de palliatieve fase is begonnen? Pas dan kan de patiënt ziekte en markering "
        "lezen (BW 7:448).",
        "Ja? Schrijf de datum van dat gesprek, bijvoorbeeld 3-11-2026.",
        options=(Option("day", "ja, vandaag", ("vandaag",), dated=True), Option("no", "nee, nog niet", ("nee", "no"))),
        reads=lambda text, today: {"is": "day", "text": _exact(text, today)},
        values=_discussed,
    )
    return (
        *((emergency,) if unasked.emergency else ()),
        *((after_death,) if unasked.after_death else ()),
        *((proof,) if unasked.emergency or unasked.after_death else ()),
        *((discussed,) if unasked.discussed else ()),
    )


def _exact(text: str, today: date) -> str:
    found = past_date(text, today)
    if len(found) != len("2026-11-03"):
        raise NotUnderstoodError(SAY_DAY)
    return found


def read_proof(text: str, today: date) -> dict[str, str]:
    """When and how: a few words at least (AVG 7 lid 1)."""
    if len(text.strip()) < LEAST_PROOF:
        raise NotUnderstoodError(SAY_HOW)
    found: dict[str, str] = text_of(500)(text, today)
    return found


def _made(reply: Reply | None) -> bool:
    return reply is not None and reply.said is Said.VALUE and reply.choice != _LATER.value


def _emergency(reply: Reply, replies: Replies, _facts: Facts) -> Sequence[object]:
    if not _made(reply):
        return ()
    how = _how(replies)
    if how is None:
        return (Missing(NO_PROOF),)
    return (StartChoice(ConsentContext.EMERGENCY, ConsentDecision(reply.choice or ""), how),)


def _after_death(reply: Reply, replies: Replies, unasked: Unasked) -> Sequence[object]:
    if not _made(reply):
        return ()
    how = _how(replies)
    if how is None:
        return (Missing(NO_PROOF),)
    if reply.choice == NOBODY:
        return (StartChoice(ConsentContext.AFTER_DEATH, ConsentDecision.DENY, how),)
    name = dict(unasked.relatives).get(reply.choice or "")
    if name is None:
        # Left the circle since: whom the patient meant is no longer somebody to choose.
        return (Missing(NO_LONGER),)
    return (StartChoice(ConsentContext.AFTER_DEATH, ConsentDecision.PERMIT, how, reply.choice, name),)


def _how(replies: Replies) -> str | None:
    reply = replies.get("how")
    return reply.words if reply is not None and reply.said is Said.VALUE else None


def _discussed(reply: Reply, _replies: Replies, _facts: Facts) -> Sequence[object]:
    return (MarkingDiscussed(date.fromisoformat(str(reply.words))),) if reply.choice == "day" else ()


SAY_NUMBER = "Schrijf een naam en één telefoonnummer. Bijvoorbeeld: huisartsenpost Arnhem, 0900-1598."
SAY_HOW = "Schrijf iets meer: wanneer en hoe zei de patiënt dit? Bijvoorbeeld: mondeling bij huisbezoek op 3-11-2026."
SAY_DAY = "Schrijf de hele datum, bijvoorbeeld 3-11-2026."
NO_PROOF = "Een keuze van de patiënt leg ik pas vast als erbij staat wanneer en hoe de patiënt die maakte."
NO_LONGER = "Wie u koos, is niet meer in deze kring. Kies opnieuw."
SPOKEN = (SAY_NUMBER, SAY_HOW, SAY_DAY, NO_PROOF, NO_LONGER)
TITLE = "Intake"
INTRO = (
    "Ik vraag u één voor één wat iedereen rond deze patiënt moet weten. Niets is verplicht: u kunt elke vraag "
    "overslaan, en later verdergaan. Pas als u aan het eind ‘vastleggen’ typt, komt het in het dossier."
)
