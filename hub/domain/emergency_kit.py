"""Noodpakket in huis: wat erin zit per klacht, wie het voorschreef, tot wanneer, en of het gebruikt mag worden."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.domain.values import PartialDate, check_optional_text, check_text, join_nl, one_line, quoted


class Indication(StrEnum):
    """Waarvoor iets in het noodpakket bedoeld is."""

    PAIN = "pain"
    BREATHLESSNESS = "breathlessness"
    AGITATION = "agitation"
    RATTLE = "rattle"
    NAUSEA = "nausea"
    BLEEDING = "bleeding"
    SUFFOCATION = "suffocation"
    SEIZURE = "seizure"
    OTHER = "other"

    @property
    def nl(self) -> str:
        """The indication as people read and type it."""
        return _INDICATIONS[self]


@dataclass(frozen=True, slots=True)
class KitItem:
    """Eén middel: waarvoor, en wat, zoals het op het uitvoeringsverzoek staat. Copied by a person, never proposed."""

    indication: Indication
    contents: str

    def __post_init__(self) -> None:
        check_text(self.contents, 300)


@dataclass(frozen=True, slots=True)
class EmergencyKit:
    """Noodpakket met uitvoeringsverzoek. Without a signed request nobody may give what is in it (Wet BIG art. 35, 38).

    ``returned_on``: after death, or when it was no longer needed, opiates went back to the pharmacy.
    """

    items: tuple[KitItem, ...]
    prescriber: str | None = None
    prescribed_on: PartialDate | None = None
    place: str | None = None
    """Waar in huis: "koelkast, bovenste plank"."""
    expires_on: PartialDate | None = None
    request_signed_by: str | None = None
    request_signed_on: PartialDate | None = None
    call_first: str | None = None
    """Wie eerst te bellen is voordat iets gegeven wordt, met het nummer."""
    returned_on: PartialDate | None = None

    def __post_init__(self) -> None:
        if len(self.items) > 20:
            raise ValueError("meer dan twintig middelen")
        for text in (self.prescriber, self.place, self.request_signed_by, self.call_first):
            check_optional_text(text, 300)
        if self.request_signed_on is not None and self.request_signed_by is None:
            raise ValueError("een handtekening zonder naam")
        if not self.items and self.returned_on is None:
            raise ValueError("een noodpakket zonder inhoud")

    @property
    def lacks(self) -> tuple[str, ...]:
        """What must be known before anybody may count on this kit (§3.9), in Dutch."""
        needed = (
            ("voorschrijver", self.prescriber),
            ("houdbaarheid", self.expires_on),
            ("getekend uitvoeringsverzoek", self.request_signed_by),
        )
        return tuple(name for name, known in needed if known is None)

    @property
    def may_be_used(self) -> bool:
        """A signed request is there, and the kit is still in the house. Says nothing about whether it should be."""
        return self.request_signed_by is not None and self.returned_on is None

    def expired(self, today: date) -> bool:
        """True when its day has passed for certain."""
        return self.expires_on is not None and self.expires_on.last_day < today

    def topic(self) -> str:
        """One kit in one house."""
        return "emergency_kit"

    def sentence_nl(self) -> str:
        """Full sentences: contents, place, until when, whether it may be used, whom to call first."""
        if self.returned_on is not None:
            return f"Het noodpakket is NIET meer in huis; ingeleverd op {self.returned_on.nl}."
        listed = "; ".join(f"{item.indication.nl}: {one_line(item.contents)}" for item in self.items)
        short = f"Noodpakket ONVOLLEDIG (ontbreekt: {join_nl(self.lacks)}); reken er NIET op. Inhoud: {listed}."
        first = short if self.lacks else f"Noodpakket in huis: {listed}."
        return " ".join((first, self._place(), self._request(), self._call()))

    def _place(self) -> str:
        place = f"Ligt: {quoted(self.place)}" if self.place else "Waar het ligt, is NIET vastgelegd"
        until = f"houdbaar tot en met {self.expires_on.nl}" if self.expires_on else "houdbaarheid NIET vastgelegd"
        return f"{place}; {until}."

    def _request(self) -> str:
        by = f"Voorgeschreven door {one_line(self.prescriber)}" if self.prescriber else "Voorschrijver NIET vastgelegd"
        on = f" op {self.prescribed_on.nl}" if self.prescribed_on else ""
        if self.request_signed_by is None:
            return f"{by}{on}; GEEN getekend uitvoeringsverzoek bekend: NIET gebruiken zonder arts."
        when = f" op {self.request_signed_on.nl}" if self.request_signed_on else ""
        return f"{by}{on}; uitvoeringsverzoek getekend door {one_line(self.request_signed_by)}{when}."

    def _call(self) -> str:
        if self.call_first is None:
            return "Wie eerst te bellen is, is NIET vastgelegd."
        return f"Bel eerst: {one_line(self.call_first)}."


_INDICATIONS = {
    Indication.PAIN: "pijn",
    Indication.BREATHLESSNESS: "benauwdheid",
    Indication.AGITATION: "onrust of verwardheid",
    Indication.RATTLE: "reutelen",
    Indication.NAUSEA: "misselijkheid",
    Indication.BLEEDING: "bloeding",
    Indication.SUFFOCATION: "verstikking",
    Indication.SEIZURE: "insult",
    Indication.OTHER: "anders",
}
