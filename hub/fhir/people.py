"""People in PZP resources: names, roles, how to reach them."""

from collections.abc import Iterable, Sequence

from hub.domain.advance_care_plan import NULL_FLAVOR
from hub.domain.care_network import ContactPerson, ContactRole, HealthProfessional
from hub.fhir.catalogue import (
    AUTHORISED_IN_WRITING,
    CONTACT_ROLE,
    CONTACT_ROLE_SYSTEM,
    CONTACT_ROLES,
    GENERAL_PRACTICE,
    NAME_QUALIFIER,
    PRACTITIONER_ROLE,
    RELATIONS,
    ROLE_CODE,
)
from hub.fhir.documents import Resource, ResourceSet
from hub.fhir.elements import Body, Coding, Concept, concept_of, extensions, flag, many, one, text


def given_and_family(body: Body, where: str) -> tuple[str, str]:
    """Given names and family name with prefix; "" for what the source does not have.

    Of the given names those count that are names (BR); initials (IN) only when there is nothing else.
    """
    names = many(body, "name", where)
    official = [name for name in names if name.get("use") in ("official", None)] or list(names)
    family = next((found for name in official if (found := text(name, "family", where))), "")
    usual = [name for name in names if name.get("use") == "usual"]
    given = next((found for name in (*official, *usual) if (found := _given(name, where))), "")
    return given, family


def display_name(body: Body, where: str) -> str | None:
    """A name to read: given and family name, or the source's own text."""
    given, family = given_and_family(body, where)
    whole = next((found for name in many(body, "name", where) if (found := text(name, "text", where))), None)
    return f"{given} {family}".strip() if family else whole or given or None


def _given(name: Body, where: str) -> str:
    parts = name.get("given")
    listed = [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []
    marks = name.get("_given")
    qualifiers = [_qualifier(mark, where) for mark in marks] if isinstance(marks, list) else []
    if len(qualifiers) == len(listed):
        full = [part for part, mark in zip(listed, qualifiers, strict=True) if mark != "IN"]
        listed = full or listed
    return " ".join(part.strip() for part in listed if part.strip())


def _qualifier(mark: object, where: str) -> str | None:
    if not isinstance(mark, dict):
        return None
    return next((text(part, "valueCode", where) for part in extensions(mark, NAME_QUALIFIER, where)), None)


def professional(everything: ResourceSet, reference: Body, where: str) -> HealthProfessional | None:
    """The professional behind a reference to Practitioner (STU3) or PractitionerRole (R4); dangling: the display."""
    roles = [one(part, "valueReference", where) for part in extensions(reference, PRACTITIONER_ROLE, where)]
    pointed = everything.resolve(reference, where)
    found = [pointed, *(everything.resolve(role, where) for role in roles)]
    role = next((resource for resource in found if resource and resource.type == "PractitionerRole"), None)
    person = next((resource for resource in found if resource and resource.type == "Practitioner"), None)
    if person is None and role is not None:
        person = everything.resolve(one(role.body, "practitioner", role.name), role.name)
    name = display_name(person.body, person.name) if person else None
    name = name or text(reference, "display", where)
    return HealthProfessional(name, function_of(role)) if name else None


def function_of(role: Resource | None) -> str | None:
    """The specialty in words: "huisarts"."""
    if role is None:
        return None
    for found in (*many(role.body, "specialty", role.name), *many(role.body, "code", role.name)):
        meant = concept_of(found, role.name)
        if meant is not None:
            general = any(part.code == GENERAL_PRACTICE["code"] for part in meant.codings)
            return "huisarts" if general else lower_first(meant.words)
    return None


def lower_first(words: str | None) -> str | None:
    """ "Huisarts" inside a sentence: "huisarts"."""
    if not words or words[1:2].isupper():
        # "SEH-arts" and "MDL-arts" keep their capitals.
        return words or None
    return words[:1].lower() + words[1:]


def described(everything: ResourceSet, reference: Body, where: str) -> str | None:
    """Anybody behind a reference, as said in a sentence: "patiënt", "Michiel Hartman (broer)", "M. Bos (huisarts)"."""
    pointed = everything.resolve(reference, where)
    if _pointed_type(everything, reference, where) == "Patient":
        return "patiënt"
    if pointed is not None and pointed.type == "RelatedPerson":
        contact = contact_person(pointed.body, pointed.name)
        return (
            f"{contact.name} ({contact.relation})"
            if contact and contact.relation
            else contact.name
            if contact
            else None
        )
    found = professional(everything, reference, where)
    return found.described if found else None


def author_among(everything: ResourceSet, references: Sequence[Body], where: str) -> str | None:
    """The first professional among them, in words."""
    for reference in references:
        if _pointed_type(everything, reference, where) in ("Practitioner", "PractitionerRole"):
            return described(everything, reference, where)
    return None


def _pointed_type(everything: ResourceSet, reference: Body, where: str) -> str:
    pointed = everything.resolve(reference, where)
    if pointed is not None:
        return pointed.type
    parts = (text(reference, "reference", where) or "").split("/")
    return parts[-2] if len(parts) > 1 else ""


def contact_person(body: Body, where: str) -> ContactPerson | None:
    """RelatedPerson, or an element of ``Patient.contact``; None without a name."""
    name = display_name(body, where)
    if name is None:
        return None
    concepts = [concept_of(part, where) for part in many(body, "relationship", where)]
    concepts += [
        concept_of(one(part, "valueCodeableConcept", where), where) for part in extensions(body, CONTACT_ROLE, where)
    ]
    roles, relation, other = roles_and_relation([found for found in concepts if found is not None])
    phones, emails = _reach(body, where)
    return ContactPerson(name, roles, relation, other, phones, emails)


def roles_and_relation(concepts: Iterable[Concept]) -> tuple[tuple[ContactRole, ...], str | None, str | None]:
    """Roles, relation in Dutch, and the words of a role that has no code of its own."""
    roles: list[ContactRole] = []
    relation: str | None = None
    other: str | None = None
    for found in concepts:
        for part in found.codings:
            role = role_of(part)
            if role is not None:
                roles.append(role)
                if role is ContactRole.OTHER:
                    other = found.text or part.display or other
            elif part.system == ROLE_CODE:
                relation = RELATIONS.get(part.code, lower_first(part.display) or relation)
            elif part.system == NULL_FLAVOR:
                relation = found.text or relation
        if not found.codings:
            relation = relation or found.text
    return in_order(roles), relation, other


def in_order(roles: Iterable[ContactRole]) -> tuple[ContactRole, ...]:
    """Each role once, in the order of the list: the order in which a source names them means nothing."""
    held = set(roles)
    return tuple(role for role in ContactRole if role in held)


def role_of(part: Coding) -> ContactRole | None:
    """The role that a code names; OTHER for a role that is not in the list; None for what is no role."""
    if part.key == AUTHORISED_IN_WRITING:
        return ContactRole.AUTHORISED_IN_WRITING
    if part.system in (ROLE_CODE, NULL_FLAVOR):
        return None
    if part.system == CONTACT_ROLE_SYSTEM:
        return CONTACT_ROLES.get(part.code.zfill(2), ContactRole.OTHER)
    return ContactRole.OTHER


def _reach(body: Body, where: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    phones: list[str] = []
    emails: list[str] = []
    for part in many(body, "telecom", where):
        value = text(part, "value", where)
        if value is None:
            continue
        (emails if part.get("system") == "email" else phones).append(value)
    return tuple(dict.fromkeys(phones)), tuple(dict.fromkeys(emails))


def in_use(body: Body, where: str) -> bool:
    """False when the source says that this record is no longer used."""
    return flag(body, "active", where) is not False


def names(found: Sequence[str | None]) -> tuple[str, ...]:
    """Each once, in order, without the empty ones."""
    return tuple(dict.fromkeys(name for name in found if name))
