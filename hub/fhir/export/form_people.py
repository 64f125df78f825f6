"""Block 1 and 2 of the form: who it is about, who held the conversation, who speaks for the patient, who was there."""

import re
from collections.abc import Sequence

from hub.domain.advance_care_plan import NULL_FLAVOR
from hub.domain.care_network import AcpConversation, ContactPerson, ContactRole
from hub.domain.vocabulary import Section
from hub.fhir.catalogue import AUTHORISED_IN_WRITING, CONTACT_ROLE_SYSTEM, ROLE_CODE
from hub.fhir.export.answers import Answers
from hub.fhir.export.gathering import Item
from hub.fhir.export.people import RELATION_CODES, role_code
from hub.fhir.form_questions import PersonQuestions

_UZI = "http://fhir.nl/fhir/NamingSystem/uzi-rolcode"
_FUNCTIONS = {
    "arts": "01.000",
    "huisarts": "01.015",
    "specialist ouderengeneeskunde": "01.047",
    "verpleegkundige": "30.000",
    "physician assistant": "81.000",
}
_OTHER_FUNCTION = "99.000"
_NAMED = re.compile(r"^(?P<name>[^()]+) \((?P<function>[^()]+)\)$")
_RANK = (
    ContactRole.CURATOR,
    ContactRole.MENTOR,
    ContactRole.GUARDIAN,
    ContactRole.AUTHORISED_IN_WRITING,
    ContactRole.LEGAL_REPRESENTATIVE,
)
"""Who comes first of those who may decide (BW 7:465 lid 3): whom a judge appointed, then whom the patient chose."""


def answer_people(form: Answers, items: Sequence[Item], meeting: AcpConversation | None) -> None:
    """Everybody on the form; the form has room for one representative and one first contact."""
    asked, patient = form.asked, form.desk.patient
    form.words(asked.patient.given, patient.name.given)
    form.words(asked.patient.family, patient.name.family)
    if form.desk.view.whole(Section.S1):
        born = patient.birth_date.isoformat()
        form.given[asked.birth_date].append({"valueDate" if form.desk.stu3 else "valueDateTime": born})
    contacts = [item.value for item in items if isinstance(item.value, ContactPerson)]
    representing = sorted((one for one in contacts if one.is_representative), key=_rank)
    first = next((one for one in contacts if ContactRole.FIRST_CONTACT in one.roles), None)
    if representing:
        _answer_contact(form, asked.representative, representing[0])
        form.yes_no(asked.also_first_contact, representing[0] is first)
    if first is not None and (not representing or representing[0] is not first):
        _answer_contact(form, asked.first_contact, first)
    if meeting is not None:
        _answer_meeting(form, meeting, contacts)


def _rank(person: ContactPerson) -> int:
    return min(_RANK.index(role) for role in person.roles if role in _RANK)


def _answer_contact(form: Answers, asked: PersonQuestions, person: ContactPerson) -> None:
    # The name stays whole: nobody told which part of it is the given name.
    form.words(asked.family, person.name)
    form.words(asked.phones, *person.phones)
    form.words(asked.emails, *person.emails)
    if asked.other_role is not None:
        for role in person.roles:
            _answer_role(form, asked.roles, role)
        if ContactRole.OTHER in person.roles:
            form.words(asked.other_role, person.other_role)
    elif asked.roles is not None:
        _answer_role(form, asked.roles, ContactRole.FIRST_CONTACT)
    if person.relation is not None:
        _answer_relation(form, asked.relation, person.relation)
        if person.relation not in RELATION_CODES:
            form.words(asked.other_relation, person.relation)


def _answer_role(form: Answers, link: str | None, role: ContactRole) -> None:
    if role is ContactRole.AUTHORISED_IN_WRITING:
        form.code(link, AUTHORISED_IN_WRITING)
        return
    code = role_code(role)
    # The STU3 form writes "1" where the value sets write "01".
    form.code(link, (CONTACT_ROLE_SYSTEM, code.lstrip("0") if form.desk.stu3 else code))


def _answer_relation(form: Answers, link: str | None, word: str) -> None:
    code = RELATION_CODES.get(word)
    form.code(link, (ROLE_CODE, code) if code else (NULL_FLAVOR, "OTH"), word.capitalize() if code else "Anders")


def _answer_meeting(form: Answers, meeting: AcpConversation, contacts: Sequence[ContactPerson]) -> None:
    asked = form.asked
    if meeting.held_on is not None:
        form.given[asked.filled_in_on].append({"valueDateTime": meeting.held_on.text})
    if meeting.held_by:
        named = _NAMED.match(meeting.held_by[0])
        form.words(asked.professional.family, named["name"] if named else meeting.held_by[0])
        if named:
            function = named["function"]
            form.code(asked.function, (_UZI, _FUNCTIONS.get(function.lower(), _OTHER_FUNCTION)), function)
    if "patiënt" in meeting.present:
        form.code(asked.patient_present, ("", "Patiënt"), "Patiënt")
    known = {f"{one.name} ({one.relation})": one.relation for one in contacts if one.relation in RELATION_CODES}
    others = []
    for who in [*meeting.held_by[1:], *(who for who in meeting.present if who != "patiënt")]:
        relation = known.get(who) or (who if who in RELATION_CODES else None)
        if relation is not None:
            _answer_relation(form, asked.present_relations, relation)
        else:
            others.append(who)
    if others:
        form.code(asked.present_relations, (NULL_FLAVOR, "OTH"), "Anders")
        form.words(asked.present_other, ", ".join(others))
