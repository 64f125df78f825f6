"""Wie er om de patiënt heen staan: naasten, hulpverleners, het gesprek zelf; en de ICD die de patiënt draagt."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.representation import Rank
from hub.domain.values import (
    Coded,
    PartialDate,
    check_optional_text,
    check_text,
    join_nl,
    one_line,
    with_comment,
)
from hub.domain.wishes import Answer, unsaid


class ContactRole(StrEnum):
    """Rol van een naaste. First contact and legal representative are different questions (BW 7:465)."""

    FIRST_CONTACT = "first_contact"
    SECOND_CONTACT = "second_contact"
    CONTACT = "contact"
    LEGAL_REPRESENTATIVE = "legal_representative"
    AUTHORISED_IN_WRITING = "authorised_in_writing"
    CURATOR = "curator"
    MENTOR = "mentor"
    GUARDIAN = "guardian"
    OTHER = "other"

    @property
    def represents(self) -> bool:
        """True for who may decide when the patient cannot (curator, mentor, gemachtigde; BW 7:465 lid 2-3)."""
        return self in _REPRESENTS


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """Contactpersoon (PZP ``ACP-ContactPerson``). Carries no BSN: no basis for that of relatives.

    A representative *is or will be* one (PZP role 24): only when the patient cannot decide does it count.
    """

    name: str
    roles: tuple[ContactRole, ...] = ()
    relation: str | None = None
    """Dutch word: "zoon", "echtgenote"."""
    other_role: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    source: Coded | None = None
    rank: Rank | None = None
    """Rangorde: why this person comes before another representative (BW 7:465 lid 2 en 3)."""

    def __post_init__(self) -> None:
        check_text(self.name, 200)
        if self.rank is not None and not self.is_representative:
            raise ValueError("alleen een vertegenwoordiger heeft een plaats in de rangorde")
        check_optional_text(self.relation, 200)
        check_optional_text(self.other_role, 500)
        for contact in (*self.phones, *self.emails):
            check_text(contact, 200)
        if len(set(self.roles)) != len(self.roles):
            raise ValueError("dezelfde rol twee keer")

    @property
    def is_representative(self) -> bool:
        """May decide when the patient cannot."""
        return any(role.represents for role in self.roles)

    def topic(self) -> str:
        """One for each person, by name and relation: two people called Jan de Wit are son and brother."""
        relation = one_line(self.relation).casefold() if self.relation else ""
        return f"contact_person/{one_line(self.name).casefold()}/{relation}"

    def sentence_nl(self) -> str:
        """One full sentence. Says so when somebody is *not* the representative: the first contact seems it."""
        who = one_line(self.name) + (f" ({one_line(self.relation)})" if self.relation else "")
        roles = [_ROLES[role] for role in self.roles if role is not ContactRole.OTHER]
        if ContactRole.OTHER in self.roles:
            roles.append(one_line(self.other_role) if self.other_role else "betrokken in een andere rol")
        claim = f"{who} is {join_nl(roles)}" if roles else f"{who} is een naaste; de rol is NIET bekend"
        if self.is_representative:
            claim += "; vertegenwoordigt de patiënt pas als die zelf niet kan beslissen"
            claim += f" (rangorde: {self.rank.title_nl})" if self.rank else ""
        else:
            claim += "; NIET genoemd als vertegenwoordiger"
        reach = [one_line(contact) for contact in (*self.phones, *self.emails)]
        return f"{claim}." + (f" Bereikbaar: {', '.join(reach)}." if reach else "")


@dataclass(frozen=True, slots=True)
class HealthProfessional:
    """Zorgverlener die in de bron genoemd wordt (PZP ``ACP-HealthProfessional``). Gives no access to anything."""

    name: str
    function: str | None = None

    def __post_init__(self) -> None:
        check_text(self.name, 200)
        check_optional_text(self.function, 300)

    @property
    def described(self) -> str:
        """``M. van Huissen (huisarts)``."""
        return one_line(self.name) + (f" ({one_line(self.function)})" if self.function else "")

    def topic(self) -> str:
        """One for each person."""
        return f"health_professional/{one_line(self.name).casefold()}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        return f"Betrokken zorgverlener: {self.described}."


@dataclass(frozen=True, slots=True)
class MedicalDevice:
    """Implanteerbare defibrillator (ICD) van de patiënt (PZP ``ACP-MedicalDevice``)."""

    has_icd: Answer
    kind: str | None = None
    since: PartialDate | None = None
    comment: str | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.kind, 300)
        check_optional_text(self.comment)
        if self.has_icd is not Answer.YES and (self.kind or self.since):
            raise ValueError("een soort of datum van een ICD die er niet is")

    def topic(self) -> str:
        """One answer at a time."""
        return "medical_device/icd"

    def sentence_nl(self) -> str:
        """One full sentence; says nothing about on or off, that is a treatment directive."""
        if self.has_icd is Answer.YES:
            kind = f" ({one_line(self.kind)})" if self.kind else ""
            claim = f"De patiënt heeft een ICD{kind}{f', sinds {self.since.nl}' if self.since else ''}"
        elif self.has_icd is Answer.NO:
            claim = "De patiënt heeft GEEN ICD"
        else:
            claim = f"Of de patiënt een ICD heeft: {unsaid(self.has_icd)}"
        return with_comment(f"{claim}.", self.comment)


@dataclass(frozen=True, slots=True)
class AcpConversation:
    """PZP-gesprek (SNOMED CT 713603004): wanneer, door wie, met wie erbij."""

    held_on: PartialDate | None
    held_by: tuple[str, ...] = ()
    present: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for person in (*self.held_by, *self.present):
            check_text(person, 500)

    def topic(self) -> str:
        """One for each day; a conversation does not replace an earlier one."""
        return f"acp_conversation/{self.held_on.text if self.held_on else 'onbekend'}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        when = f"op {self.held_on.nl}" if self.held_on else "op onbekende datum"
        by = f", gevoerd door {join_nl([one_line(person) for person in self.held_by])}" if self.held_by else ""
        present = f", in bijzijn van {join_nl([one_line(person) for person in self.present])}" if self.present else ""
        return f"Gesprek over proactieve zorgplanning {when}{by}{present}."


@dataclass(frozen=True, slots=True)
class InformRelatives:
    """Is de patiënt verteld dat hij of zij de afspraken zelf met de naasten bespreekt (PZP, SNOMED CT 223449006)?"""

    told: Answer
    told_on: PartialDate | None = None

    def topic(self) -> str:
        """One answer at a time."""
        return "inform_relatives"

    def sentence_nl(self) -> str:
        """One full sentence; says nothing about whether the relatives know."""
        when = f" op {self.told_on.nl}" if self.told_on else ""
        if self.told is Answer.YES:
            return f"De patiënt is{when} verteld om deze afspraken zelf met de naasten te bespreken."
        if self.told is Answer.NO:
            return "De patiënt is NOG NIET verteld om deze afspraken zelf met de naasten te bespreken."
        return f"Of de patiënt is verteld om deze afspraken met de naasten te bespreken: {unsaid(self.told)}."


_REPRESENTS = frozenset(
    {
        ContactRole.LEGAL_REPRESENTATIVE,
        ContactRole.AUTHORISED_IN_WRITING,
        ContactRole.CURATOR,
        ContactRole.MENTOR,
        ContactRole.GUARDIAN,
    }
)

_ROLES = {
    ContactRole.FIRST_CONTACT: "eerste contactpersoon",
    ContactRole.SECOND_CONTACT: "tweede contactpersoon",
    ContactRole.CONTACT: "contactpersoon",
    ContactRole.LEGAL_REPRESENTATIVE: "wettelijk vertegenwoordiger",
    ContactRole.AUTHORISED_IN_WRITING: "schriftelijk gemachtigde",
    ContactRole.CURATOR: "curator",
    ContactRole.MENTOR: "mentor",
    ContactRole.GUARDIAN: "voogd",
}
