"""The desk on which resources are written: ids, references, codes with their words, narrative, times."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hub.application.use_cases.exporting import ExportView
from hub.domain.people import Patient, Person
from hub.domain.values import Coded
from hub.fhir.catalogue import Release
from hub.fhir.export.gathering import Item, sentences_of
from hub.fhir.wording import ENCOUNTER_REFERENCE, base_profile, display, profile

Json = dict[str, Any]
M = TypeVar("M")

_IDS = uuid.UUID("6f1f2a0e-52f5-5d52-9a1f-6c7c0a7b4f10")
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(slots=True)
class Desk:
    """What every writer needs. Grows while resources are written; lives for one export."""

    view: ExportView
    patient: Patient = field(repr=False)
    people: Mapping[str, Person] = field(repr=False)
    release: Release
    written: list[Json] = field(default_factory=list, repr=False)
    conversations: dict[str, Json] = field(default_factory=dict, repr=False)
    """Reference to the Encounter of a conversation, by its day."""
    places: dict[str, list[Json]] = field(default_factory=dict, repr=False)
    """References to what was written of an entry, by its key."""

    @property
    def stu3(self) -> bool:
        return self.release is Release.STU3

    def id_of(self, name: str) -> str:
        """The same for the same patient and name, and another for every other patient; tells nothing."""
        return str(uuid.uuid5(_IDS, f"{self.patient.id}/{name}"))

    def reference(self, kind: str, name: str, shown: str | None = None) -> Json:
        """A reference to what is written under this name."""
        made: Json = {"reference": f"{kind}/{self.id_of(f'{kind}/{name}')}"}
        if not self.stu3:
            made["type"] = kind
        return made | ({"display": shown} if shown else {})

    @property
    def subject(self) -> Json:
        """The patient."""
        return self.reference("Patient", "self", self.patient.name.full)

    def start(self, kind: str, name: str, called: str | None, *, conforms: bool = True) -> Json:
        """A resource with id and profile. ``conforms`` False: it lacks something that IKNL's profile asks for."""
        made: Json = {"resourceType": kind, "id": self.id_of(f"{kind}/{name}")}
        if called is not None:
            address = profile(called, self.release) if conforms else base_profile(called, self.release)
            if address is not None:
                made["meta"] = {"profile": [address]}
        return made

    def of_item(
        self, kind: str, item: Item, called: str | None, *, conforms: bool = True, name: str | None = None
    ) -> Json:
        """A resource that says one entry, with its version, time and sentences; by the key of the entry or ``name``."""
        made = self.start(kind, name or item.key, called, conforms=conforms)
        made.setdefault("meta", {})["versionId"] = str(item.entry.version)
        made["meta"]["lastUpdated"] = instant(item.entry.recorded_at)
        made["text"] = narrative(sentences_of(item, self.people))
        if name is None:
            self.places.setdefault(item.key, []).append(self.reference(kind, item.key))
        return made

    def put(self, resource: Json) -> None:
        """Done: without empty parts, into the set."""
        self.written.append({key: part for key, part in resource.items() if part not in (None, [], {})})

    def coding(self, system: str, code: str) -> Json:
        """A Coding with the word of the value set."""
        shown = display(system, code, self.release)
        made = {"code": code, "display": shown} if shown else {"code": code}
        return ({"system": system} if system else {}) | made

    def concept(self, system: str, code: str, text: str | None = None) -> Json:
        """A CodeableConcept."""
        return {"coding": [self.coding(system, code)]} | ({"text": text} if text else {})

    def meaning(
        self, table: Mapping[tuple[str, str], M], meant: M, source: Coded | None, text: str | None = None
    ) -> Json | None:
        """The code of the catalogue for this meaning, with the source's own words where they are other words."""
        key = code_of(table, meant, source)
        if key is None:
            return None
        own = source.text if source and table.get((source.system, source.code)) == meant else None
        shown = own or text
        return self.concept(*key, shown if shown != display(*key, self.release) else None)

    def conversation_on(self, day: str | None) -> Json | None:
        """The Encounter of that day."""
        return self.conversations.get(day) if day else None

    def encounter_extension(self, day: str | None) -> list[Json]:
        """R4's way of saying from which conversation this is."""
        found = None if self.stu3 else self.conversation_on(day)
        return [{"url": ENCOUNTER_REFERENCE, "valueReference": found}] if found else []


def code_of(table: Mapping[tuple[str, str], M], meant: M, source: Coded | None = None) -> tuple[str, str] | None:
    """The code for a meaning: that of the source when it means the same, else the first of the catalogue."""
    if source is not None and table.get((source.system, source.code)) == meant:
        return source.system, source.code
    return next((key for key, found in table.items() if found == meant), None)


def instant(moment: datetime) -> str:
    """A moment with its zone, as a Dutch clock shows it."""
    return moment.astimezone(_AMSTERDAM).isoformat(timespec="seconds")


def narrative(sentences: list[str], status: str = "generated") -> Json:
    """The sentences as an XHTML div; nothing of them can become markup."""
    said = "".join(f"<p>{escape(' '.join(sentence.split()))}</p>" for sentence in sentences)
    return {"status": status, "div": f'<div xmlns="http://www.w3.org/1999/xhtml" lang="nl">{said}</div>'}
