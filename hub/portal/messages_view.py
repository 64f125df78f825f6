"""The page *Berichten*: who can read what the bot said, and what the bot could not read. Without any content."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.application.use_cases.circles import Member
from hub.application.use_cases.disclosure import MessageReaders, OpenMessage, PersonReads
from hub.domain.circle import RoomKind
from hub.domain.disclosure import Mending, mending_of
from hub.portal import texts
from hub.texts import N_, SAY_DUTCH, Words

_ROOMS = {
    RoomKind.SPACE: N_("Kring"),
    RoomKind.CIRCLE: N_("Kringkamer"),
    RoomKind.TEAM: N_("Teamkamer"),
    RoomKind.PRIVATE: N_("Privékamer"),
}
_NOT_HERE = N_("iemand die niet meer in de kring is")


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who cannot read it, or not on every device (``partly``)."""

    who: str
    partly: bool
    why: tuple[Mending, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the bot. ``total`` 0: it is not known with which key it went."""

    at: datetime
    when: str
    room: str
    reading: int
    total: int
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """One message that the bot could not read."""

    at: datetime
    when: str
    room: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """``unread`` None: not for this reader."""

    said: tuple[Said, ...]
    unread: tuple[Unread, ...] | None


def present(
    said: Iterable[MessageReaders], unread: Sequence[OpenMessage] | None, words: Words = SAY_DUTCH
) -> MessagesPage:
    return MessagesPage(
        tuple(_said(message, words) for message in said),
        None if unread is None else tuple(_unread(message, words) for message in unread),
    )


def _said(found: MessageReaders, words: Words) -> Said:
    return Said(
        at=found.message.at,
        when=texts.moment(found.message.at, words.language),
        room=words(_ROOMS[found.place.kind]),
        reading=found.reading,
        total=len(found.people),
        missing=tuple(_missing(person, words) for person in found.people if person.reader.missing),
    )


def _missing(person: PersonReads, words: Words) -> Missing:
    why = [mending_of(code) for code in person.reader.missing]
    return Missing(_name(person.member, words), person.reader.can_read, tuple(why))


def _unread(found: OpenMessage, words: Words) -> Unread:
    return Unread(
        at=found.message.since,
        when=texts.moment(found.message.since, words.language),
        room=words(_ROOMS[found.place.kind]),
        who=_name(found.member, words),
        why=found.message.reason.short,
    )


def _name(member: Member | None, words: Words) -> str:
    if member is None:
        return words(_NOT_HERE)
    return f"{member.person.name.full} ({words(member.relation.role.title_nl)})"
