"""What the privacy officer's use cases need: a part of :mod:`hub.application.ports` in a file of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.access import PolicyApproval
from hub.domain.audit import ChainedEntry
from hub.domain.breach import EntryMark, HeardMessage, HeldKey
from hub.domain.circle import CareRelation, Circle
from hub.domain.disclosure import SentMessage
from hub.domain.identifiers import EntryRef
from hub.domain.privacy import EmergencyReview, Judgement, PrivacyCase, SampledLine


class Cases(Protocol):
    """Zaken van de functionaris gegevensbescherming."""

    async def is_open(self, case_id: str, patient_id: str, now: datetime) -> bool:
        """A fact for the policy: False also for a case about somebody else."""
        ...

    async def add(self, case: PrivacyCase) -> None: ...
    async def get(self, case_id: str) -> PrivacyCase:
        """:raises NotFound:"""
        ...

    async def all(self, *, open_only: bool) -> list[PrivacyCase]:
        """Oldest first."""
        ...

    async def close(self, case_id: str, at: datetime) -> bool:
        """False when it was closed before."""
        ...


class PolicyApprovals(Protocol):
    """Welk beleid een functionaris gegevensbescherming goedkeurde."""

    async def add(self, approval: PolicyApproval) -> None:
        """An approval of the same version replaces the earlier one."""
        ...

    async def last(self) -> PolicyApproval | None: ...


class Samples(Protocol):
    """Steekproeven uit de logging: which lines, why, and what came of it."""

    async def add(self, lines: Sequence[SampledLine]) -> int:
        """How many were new; a line that was drawn before stays as it is, judgement and all."""
        ...

    async def of_period(self, period: str) -> list[SampledLine]: ...
    async def open(self) -> list[SampledLine]:
        """What still waits for a judgement, of every month."""
        ...

    async def is_judged(self, seq: int) -> bool:
        """Whether a human looked at this line and had no question left."""
        ...

    async def judge(self, period: str, seq: int, verdict: Judgement, by: str, at: datetime) -> int:
        """How many rows of the sample this line had; 0: it is not in it."""
        ...

    async def emergencies_to_review(self) -> list[EmergencyReview]:
        """Every emergency access that nobody reviewed yet, the first due one first."""
        ...

    async def emergency_lines(self, since: datetime, until: datetime) -> list[int]:
        """The lines of the log in this time that emergency access left."""
        ...


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody wrote in a room of this patient's circle, at this moment; never what."""

    patient_id: str
    person_id: str
    at: datetime


class Traces(Protocol):
    """Sporen: the log over all patients, and what is known of messages and entries without opening any of them."""

    async def between(self, since: datetime, until: datetime) -> list[ChainedEntry]:
        """Lines about a patient from ``since`` until before ``until``, oldest first."""
        ...

    async def lines(self, seqs: Collection[int]) -> dict[int, ChainedEntry]: ...
    async def last_hash(self, before: datetime) -> str:
        """The hash of the last line written before this moment; that of an empty log when there is none."""
        ...

    async def relations(self, patient_ids: Collection[str]) -> dict[str, list[CareRelation]]:
        """Patient → every relation in every circle of this patient, closed circles and ended relations included."""
        ...

    async def circles_of(self, patient_id: str) -> list[Circle]:
        """Every circle of this patient, closed ones included, oldest first."""
        ...

    async def workplaces(self, person_ids: Collection[str]) -> dict[str, set[str]]:
        """Person → the organisations of every hat this person has or had."""
        ...

    async def contacts(self, since: datetime, until: datetime) -> list[Contact]: ...
    async def entry_marks(self, patient_id: str, ref: EntryRef | None = None) -> list[EntryMark]:
        """Reference, version and moment of what was recorded, oldest first; no contents."""
        ...

    async def heard(self, event_id: str) -> HeardMessage | None:
        """A message that somebody sent in a room, as the bots received it."""
        ...

    async def keys_of(self, user_id: str) -> list[HeldKey]:
        """Every key that this account got or did not get from the bot, in the order in which that was written."""
        ...

    async def keys_in(self, session_ids: Collection[str]) -> list[HeldKey]:
        """The same for these sessions, whoever got them."""
        ...

    async def sent_in(self, room_ids: Collection[str], until: datetime) -> list[SentMessage]:
        """What the bot said in these rooms before this moment, oldest first."""
        ...
