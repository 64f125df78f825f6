"""Proactieve zorgplanning: behandelgrenzen, doel van het beleid, wilsbekwaamheid (IKNL PZP; zib BehandelAanwijzing).

The most dangerous sentence of the dossier is made here. "Ja" means *treat* for seven treatments and *switch off* for
the ICD; "onbekend" is not "nee". So a decision is never shown without its verb, and never without what it is about.
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.values import (
    Coded,
    PartialDate,
    check_optional_text,
    check_text,
    join_nl,
    one_line,
    quoted,
    with_comment,
)

SNOMED = "http://snomed.info/sct"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"


class Treatment(StrEnum):
    """Behandeling waarover een grens is afgesproken. The value is the code: SNOMED CT, or OTH of v3-NullFlavor."""

    RESUSCITATION = "89666000"
    VENTILATION = "40617009"
    INTENSIVE_CARE = "305351004"
    HOSPITAL_ADMISSION = "32485007"
    ANTIBIOTICS = "281789004"
    BLOOD_PRODUCTS = "116762002"
    ICD_OFF = "400231000146108"
    OTHER = "OTH"

    @property
    def system(self) -> str:
        """The code system of :attr:`value`."""
        return NULL_FLAVOR if self is Treatment.OTHER else SNOMED

    @property
    def name_nl(self) -> str:
        """What would be done, as a heading: ``Opnemen in het ziekenhuis``."""
        return _NAMES[self]


class Decision(StrEnum):
    """Besluit over een behandeling. Four ways of not knowing that must stay different, and none of them is NO.

    ``YES`` carry out · ``YES_BUT`` carry out within limits · ``NO`` do not carry out · ``OTHER`` agreed in the source's
    own words only (zib 2020 *Anders*; says neither yes nor no) · ``UNKNOWN`` (UNK) · ``NOT_ASKED`` (NASK) ·
    ``UNDECIDED`` (ASKU: asked, no decision yet) · ``NOT_STATED`` the source names the treatment without a decision.
    """

    YES = "yes"
    YES_BUT = "yes_but"
    NO = "no"
    OTHER = "other"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    UNDECIDED = "undecided"
    NOT_STATED = "not_stated"

    @property
    def is_agreement(self) -> bool:
        """True when something was agreed; False for each way of not knowing."""
        return self in _AGREEMENTS


@dataclass(frozen=True, slots=True)
class TreatmentDirective:
    """Behandelaanwijzing (zib BehandelAanwijzing; PZP ``ACP-TreatmentDirective``).

    ``restriction`` is the limit of YES_BUT, or the agreement itself of OTHER; with no other decision it may be given.
    ``other_treatment`` names the treatment when it is not in the list. ``discussed_with`` are people as they are read
    in the sentence ("patiënt", "huisarts"). ``verified`` is None where the source cannot tell (the PZP form).

    :raises ValueError: a restriction that contradicts the decision, or text that cannot be read safely
    """

    treatment: Treatment
    decision: Decision
    restriction: str | None = None
    other_treatment: str | None = None
    discussed_on: PartialDate | None = None
    discussed_with: tuple[str, ...] = ()
    verified: bool | None = None
    comment: str | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.restriction)
        check_optional_text(self.other_treatment, 500)
        check_optional_text(self.comment)
        for person in self.discussed_with:
            check_text(person, 200)
        if self.restriction is not None and self.decision not in (Decision.YES_BUT, Decision.OTHER):
            raise ValueError("een beperking hoort alleen bij ‘ja, maar’ of bij een afspraak in eigen woorden")
        if self.decision is Decision.OTHER and self.restriction is None:
            raise ValueError("een afspraak in eigen woorden zonder woorden")
        if self.other_treatment is not None and self.treatment is not Treatment.OTHER:
            raise ValueError("alleen een andere behandeling krijgt een eigen naam")

    @property
    def agreed(self) -> tuple[Treatment, str | None, Decision, str | None]:
        """What was agreed, apart from when, with whom and in whose words. Equal means: the same agreement."""
        named = one_line(self.other_treatment).casefold() if self.other_treatment else None
        limit = one_line(self.restriction).casefold() if self.restriction else None
        return self.treatment, named, self.decision, limit

    def contradicts(self, other: "TreatmentDirective") -> bool:
        """True when one of the two wants this treatment and the other does not."""
        return {self.decision, other.decision} in ({Decision.YES, Decision.NO}, {Decision.YES_BUT, Decision.NO})

    def topic(self) -> str:
        """One topic for each treatment; a treatment outside the list has its own by name."""
        if self.other_treatment is None:
            return f"treatment_directive/{self.treatment.value}"
        return f"treatment_directive/OTH/{one_line(self.other_treatment).casefold()}"

    def sentence_nl(self, confirmation: str | None = None) -> str:
        """One full sentence with the verb in it; ``confirmation`` ("bevestigd door …") closes it."""
        tail = [part for part in (self._when_and_with_whom(), one_line(confirmation or "")) if part]
        sentence = " — ".join((self._claim(), "; ".join(tail))) if tail else self._claim()
        return with_comment(f"{sentence}.", self.comment)

    def _claim(self) -> str:
        if self.treatment is Treatment.OTHER and self.other_treatment is None and self.decision.is_agreement:
            # The form's "Overige behandelgrenzen: Nee" means "no other limits" to some and "do not treat" to others.
            return (
                f"Andere behandeling zonder naam: in de bron staat {_BARE_ANSWERS[self.decision]}"
                f"{': ' + quoted(self.restriction) if self.restriction else ''}."
                " Het is NIET duidelijk waarover dit gaat; vraag het na"
            )
        name = (
            f"Andere behandeling ({one_line(self.other_treatment)})" if self.other_treatment else _NAMES[self.treatment]
        )
        if not self.decision.is_agreement:
            return f"{name}: {_UNKNOWNS[self.decision]}"
        if self.decision is Decision.OTHER:
            return f"{name}: afspraak in eigen woorden: {quoted(self.restriction or '')}"
        yes, no = _CLAIMS[self.treatment]
        other = f": {one_line(self.other_treatment)}" if self.other_treatment else ""
        if self.decision is Decision.NO:
            return no + other
        if self.decision is Decision.YES:
            return yes + other
        if self.restriction is None:
            return f"{yes}{other}, maar met beperkingen die NIET zijn opgeschreven; vraag ze na"
        return f"{yes}{other}, maar met een beperking: {one_line(self.restriction)}"

    def _when_and_with_whom(self) -> str:
        on = f"op {self.discussed_on.nl}" if self.discussed_on else "op onbekende datum"
        # "Niet besproken — besproken op …" would contradict itself.
        if not (self.decision.is_agreement or self.decision is Decision.UNDECIDED):
            return f"vastgelegd {on}" if self.discussed_on else ""
        whom = f" met {join_nl([one_line(person) for person in self.discussed_with])}" if self.discussed_with else ""
        unverified = ", NIET geverifieerd" if self.verified is False else ""
        return f"besproken {on}{whom}{unverified}"


class Goal(StrEnum):
    """Belangrijkste doel van het medisch beleid (PZP ``ACP-MedicalPolicyGoal``)."""

    ACTIVE = "active"
    PROLONG_LIFE_AND_RELIEVE = "prolong_life_and_relieve"
    RELIEVE_ONLY = "relieve_only"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MedicalPolicyGoal:
    """Doel van het medisch beleid, met de datum waarop het is afgesproken."""

    goal: Goal
    agreed_on: PartialDate | None = None
    comment: str | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.comment)

    def topic(self) -> str:
        """There is one goal at a time."""
        return "medical_policy_goal"

    def sentence_nl(self) -> str:
        """One full sentence; says what is not wanted where that is part of the goal."""
        when = f" — afgesproken op {self.agreed_on.nl}" if self.agreed_on and self.goal is not Goal.UNKNOWN else ""
        words = self.source.text if self.source else None
        # Of this code the value set says only "voorkomen en behandelen van symptomen": less than the form; show it.
        weaker = self.goal is Goal.RELIEVE_ONLY and words is not None and "levensverleng" not in words.casefold()
        said = f" (in de bron: {quoted(words or '')})" if weaker else ""
        return with_comment(f"{_GOALS[self.goal]}{said}{when}.", self.comment)


@dataclass(frozen=True, slots=True)
class LegalCapacity:
    """Wilsbekwaamheid voor één soort beslissing, op één moment (BW 7:465); never a property of the person."""

    capable: bool
    about: str = "medische behandelbeslissingen"
    judged_on: PartialDate | None = None
    comment: str | None = None
    source: Coded | None = None
    method: str | None = None
    """How it was judged: a conversation, the stappenplan of the KNMG, an instrument."""
    review_on: PartialDate | None = None
    """After this day the judgement counts no longer, until somebody judges again."""

    def __post_init__(self) -> None:
        check_text(self.about, 300)
        check_optional_text(self.comment)
        check_optional_text(self.method, 300)

    def topic(self) -> str:
        """One for each kind of decision."""
        return f"legal_capacity/{one_line(self.about).casefold()}"

    def sentence_nl(self) -> str:
        """One full sentence that names the kind of decision and the date."""
        able = "wilsbekwaam" if self.capable else "NIET wilsbekwaam"
        when = f"beoordeeld op {self.judged_on.nl}" if self.judged_on else "datum van de beoordeling onbekend"
        how = f" ({one_line(self.method)})" if self.method else ""
        until = f"; opnieuw beoordelen uiterlijk {self.review_on.nl}" if self.review_on else ""
        return with_comment(f"De patiënt is {able} voor {one_line(self.about)}, {when}{how}{until}.", self.comment)


_AGREEMENTS = frozenset({Decision.YES, Decision.YES_BUT, Decision.NO, Decision.OTHER})

_NAMES = {
    Treatment.RESUSCITATION: "Reanimeren",
    Treatment.VENTILATION: "Kunstmatig beademen",
    Treatment.INTENSIVE_CARE: "Opnemen op de intensive care",
    Treatment.HOSPITAL_ADMISSION: "Opnemen in het ziekenhuis",
    Treatment.ANTIBIOTICS: "Behandelen met antibiotica",
    Treatment.BLOOD_PRODUCTS: "Bloedproducten toedienen",
    Treatment.ICD_OFF: "Uitzetten van de ICD",
    Treatment.OTHER: "Andere behandeling",
}

_CLAIMS = {
    Treatment.RESUSCITATION: ("WEL reanimeren", "NIET reanimeren"),
    Treatment.VENTILATION: ("WEL kunstmatig beademen", "NIET kunstmatig beademen"),
    Treatment.INTENSIVE_CARE: ("WEL opnemen op de intensive care", "NIET opnemen op de intensive care"),
    Treatment.HOSPITAL_ADMISSION: ("WEL opnemen in het ziekenhuis", "NIET opnemen in het ziekenhuis"),
    Treatment.ANTIBIOTICS: ("WEL behandelen met antibiotica", "NIET behandelen met antibiotica"),
    Treatment.BLOOD_PRODUCTS: ("WEL bloedproducten toedienen", "GEEN bloedproducten toedienen"),
    # The trap of the form: its "ja" is about switching off, not about treating.
    Treatment.ICD_OFF: ("De ICD WORDT uitgezet in de laatste levensfase", "De ICD blijft AAN en wordt NIET uitgezet"),
    Treatment.OTHER: ("WEL uitvoeren", "NIET uitvoeren"),
}

_UNKNOWNS = {
    Decision.UNKNOWN: "NOG ONBEKEND; er is geen ‘ja’ en geen ‘nee’",
    Decision.NOT_ASKED: "NIET BESPROKEN; er is geen ‘ja’ en geen ‘nee’",
    Decision.UNDECIDED: "besproken, maar er is NOG GEEN BESLUIT; er is geen ‘ja’ en geen ‘nee’",
    Decision.NOT_STATED: "genoemd ZONDER BESLUIT; er is geen ‘ja’ en geen ‘nee’",
}

_BARE_ANSWERS = {
    Decision.YES: "‘ja’",
    Decision.YES_BUT: "‘ja, maar met beperkingen’",
    Decision.NO: "‘nee’",
    Decision.OTHER: "een afspraak in eigen woorden",
}

_GOALS = {
    Goal.ACTIVE: "Het doel is genezen of de ziekte actief behandelen",
    Goal.PROLONG_LIFE_AND_RELIEVE: "Het doel is langer leven én klachten verlichten (palliatief)",
    Goal.RELIEVE_ONLY: "Het doel is klachten verlichten (palliatief); het leven verlengen is NIET gewenst",
    Goal.UNKNOWN: "Het doel van het medisch beleid is NOG ONBEKEND",
}
