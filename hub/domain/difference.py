"""Verschil tussen twee versies van een regel, in het Nederlands: the whole sentences, and what changed field by field.

A decision is never said as a bare "ja" or "nee": the sentences carry the verb, the field only says that it changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from hub.domain import entries
from hub.domain.entries import Value, kind_of
from hub.domain.values import Coded, Moment, PartialDate, join_nl, quoted
from hub.domain.wishes import PLACES_NL, Place

NOTHING = "niet vastgelegd"
_LONGEST = 600
"""Characters of one field; the sentence of the version has the whole."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Eén veld dat veranderde. ``was`` and ``now`` are None where only the sentences say it safely."""

    field: str
    label: str
    was: str | None
    now: str | None

    @property
    def nl(self) -> str:
        """``datum van het gesprek: was 3-11-2026, is nu 5-11-2026``."""
        if self.was is None or self.now is None:
            return f"{self.label}: veranderd"
        return f"{self.label}: was {self.was}, is nu {self.now}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Wat er tussen twee versies veranderde. ``fields`` empty: both say the same."""

    was: str
    now: str
    fields: tuple[Changed, ...]

    def lines_nl(self, because: str | None = None) -> list[str]:
        """``was: …``, ``is nu: …``, ``omdat: …``, and one line for each field; for the same value none but the
        reason."""
        why = [f"omdat: {quoted(because)}"] if because else []
        if not self.fields:
            return why
        return [f"was: {self.was}", f"is nu: {self.now}", *why, *(one.nl for one in self.fields)]


def difference(before: Value, after: Value) -> Difference:
    """What is different between two values of one kind.

    :raises ValueError: two kinds
    """
    kind = kind_of(before)
    if kind is not kind_of(after):
        raise ValueError("two versions of one entry are of one kind")
    changed = tuple(
        _changed(kind.value, one.name, getattr(before, one.name), getattr(after, one.name))
        for one in fields(before)
        if getattr(before, one.name) != getattr(after, one.name)
    )
    return Difference(_sentence(before), _sentence(after), changed)


def _sentence(value: Value) -> str:
    return " ".join(entries.sentence_nl(value).split())


def _changed(kind: str, name: str, was: Any, now: Any) -> Changed:
    said_was, said_now = _said(was), _said(now)
    safe = said_was is not None and said_now is not None and said_was != said_now
    return Changed(name, label(kind, name), said_was if safe else None, said_now if safe else None)


def label(kind: str, name: str) -> str:
    """The field as people read it. Every field of every kind has one (a test walks them all)."""
    return LABELS.get(f"{kind}.{name}") or LABELS[name]


def _said(value: Any) -> str | None:
    """A value in words; None where it has no words that are safe without their sentence."""
    if value is None or value == ():
        return NOTHING
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, PartialDate | Moment):
        return value.nl
    if isinstance(value, StrEnum):
        return _word(value)
    if isinstance(value, Coded):
        return f"{quoted(value.text)} (code {value.code})" if value.text else f"code {value.code}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _short(quoted(value))
    if isinstance(value, tuple):
        return _list([_said(one) for one in value])
    if is_dataclass(value):
        return _list([_said(getattr(value, one.name)) for one in fields(value)], between=" ")
    return None


def _word(value: StrEnum) -> str | None:
    for name in ("nl", "title_nl"):
        found = getattr(value, name, None)
        if isinstance(found, str):
            return found
    return PLACES_NL.get(value) if isinstance(value, Place) else None


def _list(said: Sequence[str | None], between: str | None = None) -> str | None:
    known = [one for one in said if one is not None]
    if len(known) != len(said):
        return None
    return _short(between.join(known) if between is not None else join_nl(known))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


LABELS = {
    "about": "waarover",
    "action": "actie",
    "agreed_on": "datum van de afspraak",
    "agreed_with": "afgesproken met",
    "answer": "antwoord",
    "asked_on": "datum van het gesprek",
    "aspect": "onderwerp",
    "at": "tijdstip",
    "attachment_id": "bestand",
    "call_first": "wie eerst te bellen is",
    "cancelled": "afgezegd",
    "capable": "kan hierover zelf beslissen",
    "carer": "mantelzorger",
    "colour": "kleur",
    "comment": "toelichting",
    "contents": "inhoud",
    "course": "verloop",
    "dated": "datum van de verklaring",
    "decided_by": "wie besloot",
    "decision": "besluit",
    "differ": "of eerdere afspraken afwijken",
    "dimension": "dimensie",
    "discussed_on": "datum van het gesprek",
    "discussed_with": "besproken met",
    "document": "document",
    "egfr": "eGFR",
    "emails": "e-mail",
    "evaluate_on": "datum van evaluatie",
    "exist": "of er eerdere afspraken zijn",
    "expectation": "verwachting",
    "expires_on": "houdbaar tot en met",
    "first": "klacht die eerst komt",
    "form": "vorm",
    "function": "functie",
    "goal": "doel",
    "grams": "gewicht in gram",
    "has_icd": "of de patiënt een ICD heeft",
    "held_by": "gevoerd door",
    "held_on": "datum van het gesprek",
    "hours": "dagdelen",
    "item": "klacht",
    "items": "punten",
    "emergency_kit.items": "middelen",
    "judge_again_on": "opnieuw beoordelen op",
    "judged_on": "datum van de beoordeling",
    "kind": "soort",
    "legend": "betekenis van de kleur",
    "level": "hoogte",
    "lines": "regels van de lijst",
    "main": "hoofddiagnose",
    "managed_by": "beheer",
    "measured_on": "datum van de meting",
    "media_type": "soort bestand",
    "method": "hoe beoordeeld",
    "name": "naam",
    "note": "toelichting",
    "observed": "wat gezien is",
    "on": "datum",
    "other_place": "andere plek",
    "other_role": "andere rol",
    "other_treatment": "naam van de behandeling",
    "owner": "wie dit doet",
    "part": "deel",
    "patient": "woorden van de patiënt",
    "phase": "fase",
    "phone": "telefoonnummer",
    "phones": "telefoonnummers",
    "physical": "lichamelijk",
    "place": "plek",
    "emergency_kit.place": "plek in huis",
    "position": "standpunt",
    "prescribed_on": "voorgeschreven op",
    "prescriber": "voorschrijver",
    "present": "wie erbij was",
    "problem": "probleem",
    "professional": "woorden van de zorgverlener",
    "promise": "toezegging",
    "psychological": "psychisch",
    "purpose": "waarvoor",
    "rank": "plaats in de rangorde",
    "reaction": "reactie",
    "reason": "reden",
    "refractory": "onbehandelbare klacht",
    "registered": "of er een keuze in het Donorregister staat",
    "relation": "relatie",
    "relatives": "woorden van naasten",
    "reporter": "volgens wie",
    "representative": "vertegenwoordiger",
    "request_signed_by": "uitvoeringsverzoek getekend door",
    "request_signed_on": "uitvoeringsverzoek getekend op",
    "restriction": "beperking",
    "retrieved": "opgehaald op",
    "returned_on": "ingeleverd op",
    "review_on": "opnieuw beoordelen uiterlijk",
    "roles": "rollen",
    "scale": "schaal",
    "score": "score",
    "scores": "scores",
    "sha256": "vingerafdruk van het bestand",
    "shift": "dienst",
    "signal": "signaal",
    "signs": "tekenen",
    "since": "sinds",
    "size": "grootte in bytes",
    "social": "sociaal",
    "source": "bron",
    "spiritual": "spiritueel",
    "status": "wat bekend is",
    "stopped": "gestopt",
    "substance": "stof",
    "text": "tekst",
    "title": "titel",
    "told": "of de patiënt dit is verteld",
    "told_on": "verteld op",
    "tool": "instrument",
    "treatment": "behandeling",
    "type": "soort verklaring",
    "until": "geldt tot en met",
    "variant": "welke vraag",
    "verified": "geverifieerd",
    "view": "van wie de mening is",
    "viewed_by": "wie het zegt",
    "wants_correction": "vraagt om herstel",
    "what": "wat",
    "where": "waar",
    "who": "wie",
    "whom": "met wie",
}
