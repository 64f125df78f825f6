"""Omvang van een datalek: who could read something, who certainly did, and who certainly did not (AVG 33 and 34).

Three sources, each of which may speak for or against one person: the place in the circle or room (when), the keys that
a device got (disclosure ledger), and the log (what was looked at). Nothing here opens any content.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.disclosure import SHARED
from hub.domain.identifiers import EntryRef

EARLY_WARNING = timedelta(hours=24)
"""Vroegtijdige waarschuwing (Cyberbeveiligingswet, NIS2 art. 23)."""
REPORT = timedelta(hours=72)
"""Melding aan de Autoriteit Persoonsgegevens (AVG 33 lid 1)."""


class Exposure(StrEnum):
    """Oordeel per mens. What is not excluded by a fact is possible: a report that is too small harms people."""

    PROVED = "proved"
    POSSIBLE = "possible"
    EXCLUDED = "excluded"


class Ground(StrEnum):
    """Waarop het oordeel rust."""

    READ = "read"
    """The log has a look at this section by this person, after it was written."""
    READ_IN_PART = "read-in-part"
    """The same, under a permit that opens only a part: perhaps not this entry."""
    ASKED = "asked"
    """This person asked for the message, or wrote it."""
    KEY = "key"
    """A device of this person got the key."""
    NO_KEY = "no-key"
    """In the room, and no device got the key."""
    IN_ROOM = "in-room"
    """In the room when it was said; with which key is not known."""
    NOT_IN_ROOM = "not-in-room"
    ALLOWED = "allowed"
    """The rules let this person read the section for some time, and the log has no look."""
    NOT_ALLOWED = "not-allowed"
    """Had a place in the circle, and the rules never opened the section."""
    NO_PLACE = "no-place"
    """Had no place in the circle in this time."""

    @property
    def title_nl(self) -> str:
        return _GROUND_TITLES[self]


_GROUND_TITLES = {
    Ground.READ: "las dit onderdeel nadat het was vastgelegd",
    Ground.READ_IN_PART: "las een deel van dit onderdeel; of dit erbij was, is niet zeker",
    Ground.ASKED: "vroeg er zelf om, of schreef het",
    Ground.KEY: "een toestel kreeg de sleutel",
    Ground.NO_KEY: "zat in de kamer, maar geen toestel kreeg de sleutel",
    Ground.IN_ROOM: "zat toen in de kamer; van de sleutel is niets bekend",
    Ground.NOT_IN_ROOM: "zat toen niet in de kamer",
    Ground.ALLOWED: "mocht dit onderdeel lezen; in het logboek staat niet dat het is gebeurd",
    Ground.NOT_ALLOWED: "zat in de kring, maar mocht dit onderdeel niet lezen",
    Ground.NO_PLACE: "had in deze tijd geen plaats in de kring",
}


@dataclass(frozen=True, slots=True)
class EntryMark:
    """Eén versie van één regel in het dossier, without its contents."""

    ref: EntryRef
    version: int
    recorded_at: datetime
    author_id: str


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """Bericht van een mens, as the bots received it: never what it says."""

    event_id: str
    room_id: str
    sender: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class HeldKey:
    """Een sleutel die een toestel kreeg, of niet: one line of the disclosure ledger with its moment."""

    room_id: str
    session_id: str
    user_id: str
    device_id: str
    from_index: int
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Tijdvak, from ``since`` (inclusive) to ``until`` (exclusive; None: still going on)."""

    since: datetime
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)

    def within(self, since: datetime, until: datetime) -> "Span | None":
        """The part between two moments; None when they do not meet."""
        start = max(self.since, since)
        end = until if self.until is None else min(self.until, until)
        return Span(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Look:
    """Eén keer gelezen, by a line of the log. ``whole`` False: under a permit that opens only a part."""

    seq: int
    at: datetime
    where: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Exposed:
    """Oordeel over één mens en één bericht of regel."""

    exposure: Exposure
    ground: Ground
    spans: tuple[Span, ...] = ()
    looks: tuple[Look, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportClock:
    """De klok van de melding, from the moment that somebody knew."""

    known_at: datetime

    @property
    def early_warning_by(self) -> datetime:
        return self.known_at + EARLY_WARNING

    @property
    def report_by(self) -> datetime:
        return self.known_at + REPORT


def holding(keys: Iterable[HeldKey], message_index: int) -> list[HeldKey]:
    """Which devices hold the key of message ``message_index`` of one session: the last line of each that reaches it.

    :param keys: every line of that session, in the order in which they were written
    """
    last: dict[tuple[str, str], HeldKey] = {}
    for key in keys:
        known = last.get((key.user_id, key.device_id))
        if key.from_index <= message_index and (known is None or key.from_index >= known.from_index):
            last[(key.user_id, key.device_id)] = key
    return [key for _place, key in sorted(last.items()) if key.outcome == SHARED]


def of_message(sent_at: datetime, places: Sequence[Span], keys: Sequence[HeldKey] | None, *, asked: bool) -> Exposed:
    """One person and one message.

    :param places: when this person was in the room
    :param keys: the devices of this person that hold the key; None when it is not known who got it: the message went
        out before a restored back-up, or a human sent it, whose Element gave the keys
    :param asked: the message answers this person, or this person wrote it
    """
    there = tuple(span for span in places if span.holds(sent_at))
    devices = tuple(sorted({key.device_id for key in keys or ()}))
    if asked and (keys is None or keys):
        return Exposed(Exposure.PROVED, Ground.ASKED, there, devices=devices)
    if keys:
        return Exposed(Exposure.POSSIBLE, Ground.KEY, there, devices=devices)
    if not there:
        return Exposed(Exposure.EXCLUDED, Ground.NOT_IN_ROOM)
    if keys is None:
        return Exposed(Exposure.POSSIBLE, Ground.IN_ROOM, there)
    return Exposed(Exposure.EXCLUDED, Ground.NO_KEY, there)


def of_entry(
    since: datetime,
    until: datetime,
    places: Sequence[Span],
    opened: Sequence[Span],
    looks: Sequence[Look],
    keys: Sequence[HeldKey],
) -> Exposed:
    """One person and one entry of the dossier, from when it was written until ``until``.

    :param places: when this person had a place in the circle
    :param opened: when the rules let this person read the section
    :param looks: what the log has of this person and this section
    :param keys: the devices of this person that hold the key of a message of the bot about this section
    """
    seen = tuple(look for look in looks if since <= look.at < until)
    devices = tuple(sorted({key.device_id for key in keys}))
    inside = tuple(part for span in places if (part := span.within(since, until)))
    allowed = tuple(part for span in opened if (part := span.within(since, until)))
    if any(look.whole for look in seen):
        return Exposed(Exposure.PROVED, Ground.READ, allowed, seen, devices)
    if seen:
        return Exposed(Exposure.POSSIBLE, Ground.READ_IN_PART, allowed, seen, devices)
    if devices:
        return Exposed(Exposure.POSSIBLE, Ground.KEY, allowed or inside, devices=devices)
    if allowed:
        return Exposed(Exposure.POSSIBLE, Ground.ALLOWED, allowed)
    return Exposed(Exposure.EXCLUDED, Ground.NOT_ALLOWED if inside else Ground.NO_PLACE, inside)
