"""Het ingevulde PZP-formulier → QuestionnaireResponse: the picture of what is in force, where the form can say it.

The form has one row for other treatments and no place for some limits. What it cannot say exactly it does not say: the
question stays open, and the narrative (``text.status`` additional) has every sentence. An answer of another day than
that of the form says so at the beginning of its explanation, which the import reads back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from hub.domain.advance_care_plan import (
    NULL_FLAVOR,
    SNOMED,
    Decision,
    LegalCapacity,
    MedicalPolicyGoal,
    Treatment,
    TreatmentDirective,
)
from hub.domain.care_network import AcpConversation, InformRelatives, MedicalDevice
from hub.domain.wishes import (
    Answer,
    CareWishes,
    EarlierAgreements,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
    View,
)
from hub.fhir.catalogue import DECISIONS, EUTHANASIA, GOALS, PERMITTED, PLACES, YES_NO
from hub.fhir.export.answers import Answers
from hub.fhir.export.directives import yes_but
from hub.fhir.export.form_people import answer_people
from hub.fhir.export.gathering import Item, sentences_of
from hub.fhir.export.people import People
from hub.fhir.export.records import NO_STATEMENT_WORDS, icd_code
from hub.fhir.export.writing import Desk, code_of, instant, narrative
from hub.fhir.form_questions import DirectiveQuestion
from hub.fhir.wording import QUESTIONNAIRE


def write_form(desk: Desk, people: People, items: Sequence[Item]) -> None:
    """One QuestionnaireResponse, when there is anything to answer."""
    if not items:
        return
    meetings = [item for item in items if isinstance(item.value, AcpConversation) and item.value.held_on]
    # The last conversation of which the day is known.
    meeting = max(meetings, key=_when, default=None)
    form = Answers(desk, meeting.value.held_on if meeting else None)
    answer_people(form, items, meeting.value if meeting else None)
    _answer_plan(form, items)
    _answer_wishes(form, items)
    made = desk.start("QuestionnaireResponse", "form", None)
    made["text"] = narrative([said for item in items for said in sentences_of(item, desk.people)], "additional")
    latest = max(items, key=lambda item: item.entry.recorded_at)
    address = QUESTIONNAIRE[desk.release]
    made |= {
        "questionnaire": {"reference": address} if desk.stu3 else address,
        "status": "completed",
        "subject": desk.subject,
        "authored": instant(latest.entry.recorded_at),
        "author": people.author(latest.entry),
        "item": form.items(),
    }
    if not desk.stu3 and meeting is not None:
        made["encounter"] = desk.conversation_on(meeting.value.held_on.text if meeting.value.held_on else None)
    if made["item"]:
        desk.put(made)


def _when(item: Item) -> str:
    held = item.value.held_on
    return held.last_day.isoformat() if held else ""


def _of(items: Iterable[Item], kind: type) -> list[Any]:
    return [item.value for item in items if isinstance(item.value, kind) and item.against is None]


def _answer_plan(form: Answers, items: Sequence[Item]) -> None:
    asked, desk = form.asked, form.desk
    for judged in _of(items, LegalCapacity):
        if judged.about == LegalCapacity(capable=True).about:
            form.yes_no(asked.capable, judged.capable)
            form.comment(asked.capable_comment, judged.comment, judged.judged_on)
    for goal in _of(items, MedicalPolicyGoal):
        codes = {key: meant for key, meant in GOALS.items() if key[1] != ("225353007" if desk.stu3 else "713148004")}
        form.label("goal")
        form.code(asked.goal, code_of(codes, goal.goal))
    directives = _of(items, TreatmentDirective)
    for question in asked.directives:
        found = [value for value in directives if value.treatment is question.about]
        # One row for every other treatment together: with two of them it would say half.
        if len(found) == 1:
            _answer_directive(form, question, found[0])
    for device in _of(items, MedicalDevice):
        form.code(asked.icd, _yes_no(device.has_icd))
        if not desk.stu3 and device.has_icd is Answer.YES:
            # The only answer that the form of R4 has; which kind it is, the Device says.
            form.code(asked.icd_type, ("", "ICD"), "ICD")
        elif device.kind is not None:
            form.code(asked.icd_type, (SNOMED, icd_code(desk, device.kind, device.source)), device.kind)
        form.words(asked.icd_comment, device.comment)


def _answer_directive(form: Answers, question: DirectiveQuestion, value: TreatmentDirective) -> None:
    """The row, when it can say this decision exactly."""
    said, limit = _decision(form.desk, value)
    if limit is not None and question.restriction is None:
        return
    about = value.treatment
    if about is Treatment.OTHER:
        if value.other_treatment is not None and not form.desk.stu3:
            form.words(question.treatment, value.other_treatment)
        else:
            form.code(question.treatment, (NULL_FLAVOR, "OTH"), value.other_treatment or "Overige behandelingen")
    else:
        form.code(question.treatment, (SNOMED, about.value))
    form.code(question.decision, said)
    form.words(question.restriction, limit)
    form.comment(question.comment, value.comment, value.discussed_on)


def _decision(desk: Desk, value: TreatmentDirective) -> tuple[tuple[str, str] | None, str | None]:
    """Code and words of the limit. R4 has *Anders* for every decision that is neither yes nor no."""
    decision = value.decision
    if desk.stu3:
        return code_of(PERMITTED, decision), value.restriction
    if decision is Decision.YES_BUT:
        return code_of(DECISIONS, Decision.OTHER), yes_but(value.restriction)
    return code_of(DECISIONS, decision), value.restriction


def _answer_wishes(form: Answers, items: Sequence[Item]) -> None:
    asked = form.asked
    for wishes in _of(items, CareWishes):
        form.label("wishes")
        form.words(asked.wishes, wishes.text)
    for place in _of(items, PreferredPlaceOfDeath):
        if place.view is View.PATIENT and place.place is not Place.NOT_STATED:
            form.label("place")
            form.code(asked.place, code_of(PLACES, place.place), place.other_place)
            form.comment(asked.place_comment, place.comment, place.asked_on)
    for position in _of(items, EuthanasiaPosition):
        form.label("euthanasia")
        _answer_euthanasia(form, position)
    for donation in _of(items, OrganDonation):
        form.label("donation")
        form.code(asked.donation, _yes_no(donation.registered))
    for purpose in _of(items, SenseOfPurpose):
        form.label("purpose")
        form.words(asked.purpose, purpose.text)
    for earlier in _of(items, EarlierAgreements):
        form.code(asked.earlier, _yes_no(earlier.exist))
        form.code(asked.earlier_differ, _yes_no(earlier.differ))
        form.comment(asked.earlier_comment, earlier.comment, earlier.asked_on)
    for inform in _of(items, InformRelatives):
        if inform.told in (Answer.YES, Answer.NO):
            form.yes_no(asked.inform, inform.told is Answer.YES)


def _answer_euthanasia(form: Answers, position: EuthanasiaPosition) -> None:
    key = code_of(EUTHANASIA, position.position)
    own = position.source.text if position.source and EUTHANASIA.get(_key(position)) is position.position else None
    shown = own or (NO_STATEMENT_WORDS if key == (SNOMED, "340191000146100") else None)
    form.code(form.asked.euthanasia, key, shown)
    form.comment(form.asked.euthanasia_comment, position.comment, position.asked_on)


def _key(value: EuthanasiaPosition) -> tuple[str, str]:
    return (value.source.system, value.source.code) if value.source else ("", "")


def _yes_no(answer: Answer) -> tuple[str, str] | None:
    return code_of(YES_NO, answer)
