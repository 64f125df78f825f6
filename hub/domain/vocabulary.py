"""Words shared by the whole hub: one enumeration for each question that the law or the care standard asks."""

from enum import StrEnum


class Role(StrEnum):
    """Rol in een kring (zib CareTeam; NEN 7513 RoleIDCode). Exactly these identifiers, nowhere a longer list."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    RELATIVE = "relative"
    COACH = "coach"
    GP = "gp"
    LOCUM = "locum"
    SPECIALIST = "specialist"
    HOME_CARE = "home_care"
    FACILITY = "facility"
    PHARMACIST = "pharmacist"
    SPIRITUAL_CARER = "spiritual_carer"
    COORDINATOR = "coordinator"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"

    @property
    def title_nl(self) -> str:
        """The role as people read it in Dutch, in lower case."""
        return _ROLE_TITLES[self]

    @property
    def is_professional(self) -> bool:
        """True for those who treat or care under professional secrecy (BW 7:457 lid 2) and so join the team room."""
        return self in _PROFESSIONALS

    @property
    def joins_circles(self) -> bool:
        """True for roles that may be a member of a circle; the others see no rooms at all."""
        return self not in _OUTSIDE_CIRCLES


class Section(StrEnum):
    """Onderdeel van het dossier (S1–S11)."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"
    S6 = "S6"
    S7 = "S7"
    S8 = "S8"
    S9 = "S9"
    S10 = "S10"
    S11 = "S11"

    @property
    def slug(self) -> str:
        """English name, for example ``advance_care_plan``."""
        return _SECTION_SLUGS[self]

    @property
    def title_nl(self) -> str:
        """The section as people read it in Dutch."""
        return _SECTION_TITLES[self]


class Action(StrEnum):
    """Handeling waarover het beleid beslist. The first six are asked per section, the others per circle."""

    READ = "read"
    RECORD = "record"
    CONFIRM = "confirm"
    CORRECT = "correct"
    """Herstellen: a new version instead of a wrong one, or the request to make it (AVG 16)."""
    STATE = "state"
    """Eigen verklaring: a statement beside what others wrote (BW 7:454 lid 2)."""
    EXPORT = "export"
    """Afschrift of overdracht: contents that leave Kring (BW 7:456, Wabvpz 15d)."""
    INVITE = "invite"
    REMOVE = "remove"
    LEAVE = "leave"
    """Zelf uit de kring gaan."""
    AUDIT = "audit"
    TRUST = "trust"
    """Vertrouwen: say that the keys of somebody else in the circle are really that person's (I11)."""
    DECLARE = "declare"
    """Vaststellen: that the dying phase began, or that the patient died."""
    LEAD = "lead"
    """Regie: offer, take or decline a part of the lead."""
    BREAK_GLASS = "break_glass"
    """Noodprocedure: open the out-of-hours set without being in the circle."""
    EMERGENCY_READ = "emergency_read"
    """Spoedset lezen: the out-of-hours set and nothing else."""
    DESTROY = "destroy"
    """Vernietigen (BW 7:455), with two people."""


SECTION_ACTIONS = (Action.READ, Action.RECORD, Action.CONFIRM, Action.CORRECT, Action.STATE, Action.EXPORT)
CIRCLE_ACTIONS = (
    Action.INVITE,
    Action.REMOVE,
    Action.LEAVE,
    Action.AUDIT,
    Action.TRUST,
    Action.DECLARE,
    Action.LEAD,
    Action.BREAK_GLASS,
    Action.EMERGENCY_READ,
    Action.DESTROY,
)


class Purpose(StrEnum):
    """Doel van het gebruik (HL7 v3 PurposeOfUse; NEN 7513 purposeOfUse)."""

    TREAT = "TREAT"
    ETREAT = "ETREAT"
    PATRQT = "PATRQT"
    HOPERAT = "HOPERAT"

    @classmethod
    def of(cls, role: Role) -> "Purpose":
        """The purpose of what this role ordinarily does; the emergency procedure is ETREAT."""
        if role in _OUTSIDE_CIRCLES:
            return cls.HOPERAT
        return cls.TREAT if role.is_professional else cls.PATRQT


class Channel(StrEnum):
    """Ingang waarlangs iets gevraagd werd (NEN 7513 7.3.9, toegangspunt)."""

    ROOM = "room"
    PORTAL = "portal"
    CLI = "cli"
    API = "api"


class PatientState(StrEnum):
    """Toestand van de patiënt, voor zover het beleid ernaar vraagt."""

    ALIVE = "alive"
    DYING = "dying"
    """The dying phase (stervensfase) was marked."""
    DECEASED = "deceased"
    LEFT = "left"
    """The patient left Kring: nothing new; what is there is kept, handed over and at last destroyed."""


class AgeBand(StrEnum):
    """Leeftijdsgroep (BW 7:447, 7:450, 7:465): under 12 the parents decide, from 12 to 15 both, from 16 the patient."""

    UNDER_12 = "under_12"
    FROM_12_TO_15 = "12_to_15"
    FROM_16 = "from_16"


class Assurance(StrEnum):
    """Betrouwbaarheidsniveau van de aanmelding (eIDAS), from low to high; compare with :attr:`rank`."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0, 1 or 2."""
        return list(Assurance).index(self)


class EmergencyChoice(StrEnum):
    """Wat de patiënt koos voor spoed: may somebody from outside the circle open the out-of-hours set?"""

    PERMIT = "permit"
    DENY = "deny"
    UNKNOWN = "unknown"
    """Nobody asked. That is no consent (Wabvpz 15a)."""


_PROFESSIONALS = frozenset(
    {
        Role.COACH,
        Role.GP,
        Role.LOCUM,
        Role.SPECIALIST,
        Role.HOME_CARE,
        Role.FACILITY,
        Role.PHARMACIST,
        Role.SPIRITUAL_CARER,
    }
)
_OUTSIDE_CIRCLES = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})

_ROLE_TITLES = {
    Role.PATIENT: "patiënt",
    Role.REPRESENTATIVE: "wettelijk vertegenwoordiger",
    Role.RELATIVE: "naaste",
    Role.COACH: "palliatieve zorgcoach",
    Role.GP: "huisarts",
    Role.LOCUM: "waarnemend huisarts",
    Role.SPECIALIST: "medisch specialist",
    Role.HOME_CARE: "thuiszorg",
    Role.FACILITY: "hospice of verpleeghuis",
    Role.PHARMACIST: "apotheker",
    Role.SPIRITUAL_CARER: "geestelijk verzorger",
    Role.COORDINATOR: "regionaal coördinator",
    Role.PRIVACY_OFFICER: "functionaris gegevensbescherming",
    Role.ADMINISTRATOR: "beheerder",
}

_SECTION_SLUGS = {
    Section.S1: "identity_and_network",
    Section.S2: "illness_and_marking",
    Section.S3: "advance_care_plan",
    Section.S4: "wishes",
    Section.S5: "symptoms_and_function",
    Section.S6: "psychosocial",
    Section.S7: "medication",
    Section.S8: "care_plan_and_tasks",
    Section.S9: "dying_phase",
    Section.S10: "third_party_confidences",
    Section.S11: "consent_and_access",
}

_SECTION_TITLES = {
    Section.S1: "Identiteit en netwerk",
    Section.S2: "Ziekte en markering",
    Section.S3: "Proactieve zorgplanning",
    Section.S4: "Wensen",
    Section.S5: "Klachten en functioneren",
    Section.S6: "Psychosociaal en mantelzorg",
    Section.S7: "Medicatie",
    Section.S8: "Zorgplan en taken",
    Section.S9: "Stervensfase",
    Section.S10: "Vertrouwelijk van derden",
    Section.S11: "Toestemming en inzage",
}
