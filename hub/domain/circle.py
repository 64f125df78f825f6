"""The circle (kring): who is around a patient, in which role, since when and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.vocabulary import Role


class RoomKind(StrEnum):
    """Soorten ruimten in Matrix."""

    SPACE = "space"
    CIRCLE = "circle"
    TEAM = "team"
    PRIVATE = "private"
    AFTERCARE = "aftercare"
    """Nazorgkamer: relatives and coach, after a death."""
    PERSONAL = "personal"
    """De eigen kamer van één persoon, of no circle."""


class DischargeReason(StrEnum):
    """Reden waarom een zorgrelatie eindigt; the audit keeps the code, people read the Dutch sentence."""

    CARE_ENDED = "care-ended"
    TRANSFER = "transfer"
    LEFT_ORGANISATION = "left-organisation"
    PATIENT_WITHDRAWAL = "patient-withdrawal"
    OWN_REQUEST = "own-request"
    DECEASED = "deceased"
    MISTAKE = "mistake"
    ACCOUNT_COMPROMISED = "account-compromised"

    @property
    def at_once(self) -> bool:
        """Access ends now, also of a lead or with work in hand; what is left behind is told (law-and-care E1, E8)."""
        return self in _AT_ONCE


_AT_ONCE = frozenset(
    {
        DischargeReason.PATIENT_WITHDRAWAL,
        DischargeReason.LEFT_ORGANISATION,
        DischargeReason.MISTAKE,
        DischargeReason.ACCOUNT_COMPROMISED,
    }
)


class Ground(StrEnum):
    """Grondslag waarop iemand in de kring zit (``law-and-care`` basis codes)."""

    INVOLVED = "involved"
    """Rechtstreeks betrokken bij de behandeling, BW 7:457 lid 2."""
    REPLACING = "replacing"
    """Vervanger of waarnemer, BW 7:457 lid 2."""
    REPRESENTING = "representing"
    """Vertegenwoordiger, BW 7:465."""
    INVITED = "invited"
    """Door of namens de patiënt uitgenodigd, BW 7:457 lid 1."""
    SELF = "self"
    """De patiënt zelf, BW 7:456."""


GROUND_OF_ROLE = {
    Role.PATIENT: Ground.SELF,
    Role.REPRESENTATIVE: Ground.REPRESENTING,
    Role.RELATIVE: Ground.INVITED,
    Role.LOCUM: Ground.REPLACING,
}


@dataclass(frozen=True, slots=True)
class CareRelation:
    """Zorgrelatie: one person, one role, one circle, with a period (NEN 7510-2 9.1.1; NEN 7513 7.4.7)."""

    id: str
    circle_id: str
    person_id: str
    role: Role
    ground: Ground
    since: datetime
    until: datetime | None
    """Planned end, or the actual end once discharged."""
    ended_reason: DischargeReason | None = None
    organisation: str | None = None
    """For which organisation this person is here: the hat of every act under this relation."""

    def active(self, now: datetime) -> bool:
        """True from ``since`` (inclusive) until ``until`` (exclusive)."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Circle:
    """Kring van een patiënt."""

    id: str
    patient_id: str
    pseudonym: str
    lead_id: str
    """The accepted lead (regiehouder); exactly one for each open circle (I10)."""
    opened_at: datetime
    closed_at: datetime | None = None
    discussed_at: datetime | None = None
    """When the marking was discussed with the patient (besproken); None keeps S2 from patient and relatives."""
    aftercare_at: datetime | None = None
    """When the aftercare room was opened (nazorg); None: not, or not yet."""
    deputy_id: str | None = None
    """Plaatsvervanger: who leads while the lead is away, and first in line when the lead leaves."""
    medical_lead_id: str | None = None
    """Medische regie, where it is another's than the coordination; None: the lead has both."""

    @property
    def open(self) -> bool:
        return self.closed_at is None


PERSONAL_ROOM = "Kring · voor u"
"""The name of everybody's own room: it says nothing of anybody."""


def rooms_of(role: Role) -> tuple[RoomKind, ...]:
    """Which shared rooms of a circle somebody with this role joins. A role outside circles joins none."""
    if not role.joins_circles:
        return ()
    if role.is_professional:
        return (RoomKind.SPACE, RoomKind.CIRCLE, RoomKind.TEAM)
    return (RoomKind.SPACE, RoomKind.CIRCLE)


def belongs_in(role: Role, kind: RoomKind) -> bool:
    """Whether somebody with this role belongs in this shared room, when it is there."""
    if kind is RoomKind.AFTERCARE:
        return role in _AFTERCARE
    return kind in rooms_of(role)


def room_name(pseudonym: str, kind: RoomKind) -> str:
    """The only name that Matrix sees; nothing in it says who or what (MSG-01)."""
    return PERSONAL_ROOM if kind is RoomKind.PERSONAL else f"Kring {pseudonym}{_SUFFIXES[kind]}"


_AFTERCARE = frozenset({Role.RELATIVE, Role.REPRESENTATIVE, Role.COACH})
_SUFFIXES = {
    RoomKind.SPACE: "",
    RoomKind.CIRCLE: " · kring",
    RoomKind.TEAM: " · team",
    RoomKind.PRIVATE: " · privé",
    # "Nazorg" would tell the homeserver that somebody died.
    RoomKind.AFTERCARE: " · gesprek",
}
