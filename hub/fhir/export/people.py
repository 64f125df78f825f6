"""Mensen: the patient, those close to them and the professionals, and how others refer to them."""

import re
from collections.abc import Iterable, Sequence

from hub.domain.advance_care_plan import NULL_FLAVOR, LegalCapacity
from hub.domain.care_network import ContactPerson, ContactRole, HealthProfessional
from hub.domain.dossier import Entry
from hub.domain.values import one_line
from hub.domain.vocabulary import Role, Section
from hub.fhir.catalogue import (
    AUTHORISED_IN_WRITING,
    BSN_SYSTEM,
    CONTACT_ROLE,
    CONTACT_ROLE_SYSTEM,
    CONTACT_ROLES,
    GENERAL_PRACTICE,
    NAME_QUALIFIER,
    PRACTITIONER_ROLE,
    RELATIONS,
    ROLE_CODE,
)
from hub.fhir.export.gathering import Item
from hub.fhir.export.writing import Desk, Json, narrative
from hub.fhir.wording import CAPABLE

_NAMED = re.compile(r"^(?P<name>[^()]+) \((?P<function>[^()]+)\)$")
_OTHER_ROLE = "09"
RELATION_CODES = {word: code for code, word in RELATIONS.items()}
"""The Dutch word of a relation → its code of v3-RoleCode."""
_TREATING = LegalCapacity(capable=True).about


def write_patient(desk: Desk, judged: Sequence[Item], other_sentences: Sequence[str]) -> None:
    """Patient, with capacity for decisions about treatment. BSN and birth date only for who may take all of S1."""
    patient, made = desk.patient, desk.start("Patient", "self", "patient")
    if patient.bsn is not None and desk.view.whole(Section.S1):
        made["identifier"] = [{"system": BSN_SYSTEM, "value": patient.bsn.digits}]
    capable = next((item.value for item in judged if item.value.about == _TREATING), None)
    if capable is not None:
        parts: list[Json] = [{"url": "legallyCapable", "valueBoolean": capable.capable}]
        parts += [{"url": "legallyCapableComment", "valueString": capable.comment}] if capable.comment else []
        made["extension"] = [{"url": CAPABLE[desk.release], "extension": parts}]
    given, family = patient.name.given, patient.name.family
    mark = {"extension": [{"url": NAME_QUALIFIER, "valueCode": "BR"}]}
    made["name"] = [
        {"use": "official", "text": patient.name.full, "family": family, "given": [given], "_given": [mark]},
    ]
    about = patient.name.full
    if desk.view.whole(Section.S1):
        made["birthDate"], about = patient.birth_date.isoformat(), patient.described()
    made["text"] = narrative([f"{about}.", *other_sentences])
    for item in judged:
        desk.places.setdefault(item.key, []).append(desk.reference("Patient", "self"))
    desk.put(made)


def write_contact(desk: Desk, item: Item) -> None:
    """ContactPerson → RelatedPerson. The name stays whole: nobody told which part of it is the prefix."""
    person: ContactPerson = item.value
    roles = [_role(desk, role, person.other_role) for role in person.roles]
    # IKNL's R4 profile asks for a role of its list; "schriftelijk gemachtigde" is not in it.
    listed = any(role is not ContactRole.AUTHORISED_IN_WRITING for role in person.roles)
    made = desk.of_item("RelatedPerson", item, "contact", conforms=desk.stu3 or listed)
    relation = relation_concept(person.relation)
    made["patient"] = desk.subject
    if desk.stu3:
        made["extension"] = [{"url": CONTACT_ROLE, "valueCodeableConcept": role} for role in roles]
        made["relationship"] = relation
    else:
        made["relationship"] = roles + ([relation] if relation else [])
    made["name"] = [{"use": "official", "text": person.name}]
    made["telecom"] = [{"system": "phone", "value": phone} for phone in person.phones]
    made["telecom"] += [{"system": "email", "value": email} for email in person.emails]
    desk.put(made)


def _role(desk: Desk, role: ContactRole, other: str | None) -> Json:
    if role is ContactRole.OTHER:
        return {"coding": [{"system": CONTACT_ROLE_SYSTEM, "code": _OTHER_ROLE}]} | ({"text": other} if other else {})
    if role is ContactRole.AUTHORISED_IN_WRITING:
        return desk.concept(*AUTHORISED_IN_WRITING)
    return desk.concept(CONTACT_ROLE_SYSTEM, role_code(role))


def role_code(role: ContactRole) -> str:
    """The code of ``22.472`` for a role that has one."""
    return next((code for code, found in CONTACT_ROLES.items() if found is role), _OTHER_ROLE)


def relation_concept(word: str | None) -> Json | None:
    """The relation by its code; a word without one goes as it is, behind "other"."""
    if word is None:
        return None
    code = RELATION_CODES.get(word)
    if code is None:
        return {"coding": [{"system": NULL_FLAVOR, "code": "OTH", "display": "Anders"}], "text": word}
    return {"coding": [{"system": ROLE_CODE, "code": code, "display": word}]}


class People:
    """Who is who in this export, by the words with which sentences name them."""

    def __init__(self, desk: Desk, items: Iterable[Item]) -> None:
        self._desk = desk
        self._contacts: dict[str, Json] = {}
        self._names: dict[str, Json] = {}
        self._professionals: dict[str, HealthProfessional] = {}
        self._organisations: dict[str, set[str]] = {}
        self._items: dict[str, Item] = {}
        for item in items:
            value = item.value
            if isinstance(value, ContactPerson):
                words = f"{value.name} ({value.relation})" if value.relation else value.name
                found = desk.reference("RelatedPerson", item.key, words)
                self._contacts.setdefault(words, found)
                self._names.setdefault(value.name, found)
            elif isinstance(value, HealthProfessional):
                self._professionals.setdefault(value.described, value)
                self._items.setdefault(value.described, item)

    def author(self, entry: Entry) -> Json:
        """Who wrote it: the patient, a relative, or a professional in the role of that moment."""
        if entry.author_role is Role.PATIENT:
            return self._desk.subject
        person = self._desk.people.get(entry.author_id)
        name = person.name.full if person else "onbekend"
        if not entry.author_role.is_professional:
            return self._names.get(name, {"display": f"{name} ({entry.author_role.title_nl})"})
        return self.professional(HealthProfessional(name, entry.author_role.title_nl), entry.organisation)

    def confirmer(self, entry: Entry) -> Json | None:
        """The second person, who put it in force (I9)."""
        person = self._desk.people.get(entry.confirmed_by or "")
        if person is None or person.id == entry.author_id:
            return None
        return self.professional(HealthProfessional(person.name.full, person.role.title_nl), person.organisation)

    def professional(self, who: HealthProfessional, organisation: str | None = None) -> Json:
        """A reference to this professional, who is written at the end."""
        words = who.described
        self._professionals.setdefault(words, who)
        if organisation:
            self._organisations.setdefault(words, set()).add(organisation)
        role = self._desk.reference("PractitionerRole", words, words)
        if not self._desk.stu3:
            return role
        person = self._desk.reference("Practitioner", words, words)
        return person | {"extension": [{"url": PRACTITIONER_ROLE, "valueReference": role}]}

    def leading(self, words: str) -> Json:
        """Who held a conversation: always a professional, known or not ("M. Bos (wijkverpleegkundige)")."""
        named = _NAMED.match(words)
        who = HealthProfessional(named["name"], named["function"]) if named else HealthProfessional(words)
        return self.professional(self._professionals.get(words, who))

    def known(self, words: str) -> Json | None:
        """A reference to the patient, a contact or a professional whom these very words name."""
        if words == "patiënt":
            return self._desk.subject
        if words in self._contacts:
            return self._contacts[words]
        return self.professional(self._professionals[words]) if words in self._professionals else None

    def present(self, words: str) -> Json:
        """Who was there too; a professional by name only, or they would seem to have led it."""
        if words == "patiënt":
            return self._desk.subject
        return self._contacts.get(words, {"display": words})

    def write(self) -> None:
        """Practitioner and PractitionerRole of everybody who was named."""
        for words, who in sorted(self._professionals.items()):
            item = self._items.get(words)
            # By the words with which others name them: known under one id, wherever the name was met first.
            person = (
                self._desk.of_item("Practitioner", item, "practitioner", name=words)
                if item
                else self._desk.start("Practitioner", words, "practitioner")
            )
            person["name"] = [{"use": "official", "text": one_line(who.name)}]
            self._desk.put(person)
            role = self._desk.start("PractitionerRole", words, "practitioner-role")
            role["practitioner"] = self._desk.reference("Practitioner", words, one_line(who.name))
            places = self._organisations.get(words, set())
            role["organization"] = {"display": next(iter(places))} if len(places) == 1 else None
            role["specialty"] = [_specialty(who.function)] if who.function else []
            self._desk.put(role)


def _specialty(function: str) -> Json:
    if function == "huisarts":
        return {"coding": [dict(GENERAL_PRACTICE)], "text": function}
    return {"text": function}
