"""Room keys that we encrypt with: who has which one, and when a new one is due.

A session lives in memory only: after a restart each room gets a new one, which costs a key share and saves a secret on
disk.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.adapters.sql.matrix_records import DeviceRecord
from hub.domain.disclosure import GONE, KeyShare

MAX_MESSAGES = 100
MAX_AGE = timedelta(days=1)

DeviceKey = tuple[str, str, str]
"""(user id, device id, Curve25519 key): a device that comes back with another key is another device."""


def key_of(device: DeviceRecord) -> DeviceKey:
    return (device.user_id, device.device_id, device.curve25519)


@dataclass(slots=True)
class OutboundSession:
    """One Megolm session of ours. ``group`` is nio's session object, ``started`` seconds on the monotonic clock."""

    group: Any
    started: float
    messages: int = 0
    shared_with: set[DeviceKey] = field(default_factory=set)
    """Every device that may have the key: also those to whom sending failed half-way."""
    delivered_to: set[DeviceKey] = field(default_factory=set)
    recorded: dict[tuple[str, str], str] = field(default_factory=dict)
    """What the disclosure ledger has last of each (user, device)."""

    def record(self, outcomes: Mapping[tuple[str, str], str]) -> list[KeyShare]:
        """The lines of the disclosure ledger that these outcomes add; none for what is there already.

        :param outcomes: for the next message, everybody and each device
        """
        if outcomes == self.recorded:
            return []
        news = {place: GONE for place in self.recorded if place not in outcomes} | dict(outcomes)
        lines = [
            KeyShare(*place, self.messages, outcome)
            for place, outcome in news.items()
            if self.recorded.get(place) != outcome
        ]
        self.recorded = dict(outcomes)
        return lines


class OutboundSessions:
    """The current session of each room. ``create`` makes a session object for a room."""

    def __init__(self, create: Callable[[str], Any], monotonic: Callable[[], float]) -> None:
        self._create = create
        self._monotonic = monotonic
        self._by_room: dict[str, OutboundSession] = {}

    def prepare(self, room_id: str, recipients: Iterable[DeviceRecord]) -> OutboundSession:
        """The session to use for exactly these devices: a new one when somebody fell out, or by age or use."""
        wanted = {key_of(device) for device in recipients}
        session = self._by_room.get(room_id)
        if session is None or not session.shared_with <= wanted or self._is_worn(session):
            session = OutboundSession(self._create(room_id), self._monotonic())
            self._by_room[room_id] = session
        return session

    def forget(self, room_id: str) -> None:
        """The next message gets a new key."""
        self._by_room.pop(room_id, None)

    def current(self, room_id: str) -> OutboundSession | None:
        return self._by_room.get(room_id)

    def _is_worn(self, session: OutboundSession) -> bool:
        age = self._monotonic() - session.started
        return session.messages >= MAX_MESSAGES or age >= MAX_AGE.total_seconds()
