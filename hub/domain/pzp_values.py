"""Van de antwoorden op het PZP-formulier naar waarden van het dossier. The four unknowns stay four, everywhere."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from hub.domain.advance_care_plan import (
    SNOMED,
    Decision,
    Goal,
    LegalCapacity,
    MedicalPolicyGoal,
    Treatment,
    TreatmentDirective,
)
from hub.domain.advance_directives import AdvanceDirective, DirectiveType
from hub.domain.care_network import AcpConversation, ContactPerson, ContactRole, InformRelatives, MedicalDevice
from hub.domain.perspectives import ConversationReport
from hub.domain.plan_commands import parse_directive
from hub.domain.question import Facts, Missing, NotUnderstoodError, Replies, Reply, Said
from hub.domain.question_readers import contact_person, past_date
from hub.domain.spelling import plain
from hub.domain.values import Coded, PartialDate
from hub.domain.wishes import (
    Answer,
    CareWishes,
    EarlierAgreements,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
    View,
)

Applies = Callable[[Replies], bool]
_DECISIONS = {
    Said.UNKNOWN: Decision.UNKNOWN,
    Said.NOT_ASKED: Decision.NOT_ASKED,
    Said.UNDECIDED: Decision.UNDECIDED,
}
# In the words of the form: the code alone says less ("heeft geen euthanasieverklaring").
_MAY_ASK = Coded(
    "340191000146100",
    SNOMED,
    "Heeft geen euthanasieverklaring maar zou in bepaalde situaties wel een verzoek tot euthanasie kunnen doen",
    "kring-pzp",
)
_PAPERS = (
    (DirectiveType.DO_NOT_RESUSCITATE, "niet-reanimerenverklaring"),
    (DirectiveType.REFUSAL, "behandelverbod"),
    (DirectiveType.EUTHANASIA, "euthanasieverzoek"),
    (DirectiveType.EUTHANASIA_DEMENTIA, "euthanasieverzoek met aanvulling dementie"),
    (DirectiveType.POWER_OF_ATTORNEY, "volmacht"),
    (DirectiveType.WISH_TO_LIVE, "levenswensverklaring"),
    (DirectiveType.DONATION, "verklaring donorschap"),
)
_PAPER = re.compile(r"^(?P<number>[1-7])(?:\s+(?:van\s+|uit\s+)?(?P<dated>\S.*))?$", re.ASCII)
_AND = re.compile(r"\s*(?:,|;|\n|\ben\b|\band\b)\s*")
PAPERS_HINT = (
    "1 niet-reanimerenverklaring, 2 behandelverbod, 3 euthanasieverzoek, 4 euthanasieverzoek met aanvulling dementie, "
    "5 volmacht, 6 levenswensverklaring, 7 verklaring donorschap. Een datum mag erachter: 1 3-11-2024, 5. "
    "Geen? Typ: nee."
)
SAY_PAPERS = "Schrijf de nummers, met een komma ertussen. Een datum mag erachter: 1 3-11-2024, 5. Of typ: nee."
NO_HOW = "Dat iemand NIET zelf kan beslissen, leg ik pas vast als erbij staat hoe u dat beoordeelde en tot wanneer."
SPOKEN = (SAY_PAPERS, NO_HOW)


def always(_replies: Replies) -> bool:
    return True


def chose(replies: Replies, key: str, choice: str) -> bool:
    return key in replies and replies[key].choice == choice


def said(key: str, choice: str) -> Applies:
    """A question that only follows this choice."""
    return lambda replies: chose(replies, key, choice)


def held_on(replies: Replies) -> PartialDate | None:
    """The day of the conversation; None when nobody said."""
    reply = replies.get("held")
    return PartialDate(str(reply.words)) if reply is not None and reply.choice == "day" else None


def _present(replies: Replies) -> tuple[str, ...]:
    reply = replies.get("present")
    return tuple(reply.data) if reply is not None and reply.said is Said.VALUE else ()


def _answer(reply: Reply) -> Answer:
    return Answer(reply.choice or "") if reply.said is Said.VALUE else Answer(reply.said.value)


def conversation(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    """Also on an unknown date: that there was a talk is worth knowing."""
    if reply.said is Said.VALUE and reply.choice != "day":
        return ()
    return (AcpConversation(held_on(replies), (facts.by,), _present(replies)),)


def capacity(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    """That somebody cannot decide takes how it was judged, and until when (BW 7:465)."""
    judged = held_on(replies) or PartialDate.of(facts.today)
    if reply.choice == "yes":
        return (LegalCapacity(True, judged_on=judged),)
    how, review = replies.get("capable_how"), replies.get("capable_review")
    if how is None or review is None or how.said is not Said.VALUE or review.said is not Said.VALUE:
        return (Missing(NO_HOW),)
    return (LegalCapacity(False, judged_on=judged, method=how.words, review_on=PartialDate(str(review.data))),)


def representative(reply: Reply, replies: Replies, _facts: Facts) -> Sequence[object]:
    return (_representative(reply, replies),)


def _representative(reply: Reply, replies: Replies) -> ContactPerson:
    """The form's block asks for the legal representative; "also first contact" adds that role."""
    roles = [ContactRole.LEGAL_REPRESENTATIVE]
    if chose(replies, "also_first", "yes"):
        roles.append(ContactRole.FIRST_CONTACT)
    return contact_person(reply.data, *roles)


def first_contact(reply: Reply, replies: Replies, _facts: Facts) -> Sequence[object]:
    person = contact_person(reply.data, ContactRole.FIRST_CONTACT)
    known = replies.get("representative")
    if known is not None and known.said is Said.VALUE and _representative(known, replies).topic() == person.topic():
        # The same person once more: one entry with both roles.
        return (replace(person, roles=(ContactRole.LEGAL_REPRESENTATIVE, ContactRole.FIRST_CONTACT)),)
    return (person,)


def goal(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    found = Goal(reply.choice or "") if reply.said is Said.VALUE else Goal.UNKNOWN
    return (MedicalPolicyGoal(found, held_on(replies)),)


def directive(treatment: Treatment) -> Callable[[Reply, Replies, Facts], Sequence[object]]:
    """The directive about this treatment, discussed in this conversation."""

    def made(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
        if reply.said is not Said.VALUE:
            return (_discussed(TreatmentDirective(treatment, _DECISIONS[reply.said]), replies, facts),)
        found = Decision(reply.choice or "")
        limited = found is Decision.YES_BUT
        value = TreatmentDirective(
            treatment,
            found,
            restriction=reply.words if limited else None,
            comment=None if limited else reply.words,
        )
        return (_discussed(value, replies, facts),)

    return made


def other_directives(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    return [_discussed(parse_directive(f"anders {words}", discussed_on=None), replies, facts) for words in reply.data]


def _discussed(value: TreatmentDirective, replies: Replies, facts: Facts) -> TreatmentDirective:
    talked = value.decision.is_agreement or value.decision is Decision.UNDECIDED
    people = tuple(dict.fromkeys((*_present(replies), facts.by))) if talked else ()
    return replace(value, discussed_on=held_on(replies), discussed_with=people)


def device(reply: Reply, _replies: Replies, _facts: Facts) -> Sequence[object]:
    return (MedicalDevice(_answer(reply), comment=reply.words),)


def earlier(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    exist, differ = _answer(reply), Answer.NOT_STATED
    said = replies.get("earlier_differ")
    if exist is Answer.YES and said is not None and said.said not in {Said.KEPT, Said.SKIPPED}:
        differ = _answer(said)
    return (EarlierAgreements(exist, differ, held_on(replies), reply.words),)


def read_papers(text: str, today: date) -> list[list[str]]:
    """``1 3-11-2024, 5`` → kind and date of each paper; "nee" is none."""
    if plain(text.strip().rstrip(".")) in {"nee", "geen", "no", "none"}:
        return []
    found: list[list[str]] = []
    for part in _AND.split(text.strip().rstrip(".")):
        match = _PAPER.match(part)
        if match is None:
            raise NotUnderstoodError(SAY_PAPERS)
        kind = _PAPERS[int(match["number"]) - 1][0]
        found.append([kind.value, past_date(match["dated"], today) if match["dated"] else ""])
    return found


def papers(reply: Reply, _replies: Replies, _facts: Facts) -> Sequence[object]:
    return [AdvanceDirective(DirectiveType(kind), PartialDate(on) if on else None) for kind, on in reply.data]


def wishes(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    return (CareWishes(str(reply.words), held_on(replies)),)


def purpose(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    return (SenseOfPurpose(str(reply.words), held_on(replies)),)


def report(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    return (ConversationReport(held_on(replies), professional=str(reply.words)),)


def place(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    on = held_on(replies)
    if reply.said is not Said.VALUE:
        return (PreferredPlaceOfDeath(Place(reply.said.value), asked_on=on),)
    found = Place(reply.choice or "")
    other = found is Place.OTHER
    return (
        PreferredPlaceOfDeath(
            found, other_place=reply.words if other else None, asked_on=on, comment=None if other else reply.words
        ),
    )


def place_views(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    """Of each relative apart: never the wish of the patient."""
    return [
        PreferredPlaceOfDeath(
            Place(one["is"]), View.RELATIVE, one["who"], other_place=one["text"], asked_on=held_on(replies)
        )
        for one in reply.data
    ]


def euthanasia(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    if reply.said is not Said.VALUE:
        return (EuthanasiaPosition(Euthanasia(reply.said.value), held_on(replies)),)
    found = Euthanasia(reply.choice or "")
    source = _MAY_ASK if found is Euthanasia.NO_STATEMENT else None
    return (EuthanasiaPosition(found, held_on(replies), reply.words, source),)


def donation(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    return (OrganDonation(_answer(reply), held_on(replies)),)


def inform(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    told = _answer(reply)
    return (InformRelatives(told, held_on(replies) if told is Answer.YES else None),)
