"""Toegangstoken: what another program shows to read, in the name of one person, what that person may read.

Short-lived on purpose (threats T27): who holds it is that person until it ends or is revoked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.errors import CommandRejected, KringError

DEFAULT_LIFETIME = timedelta(hours=1)
LONGEST_LIFETIME = timedelta(hours=8)
"""As long as a session of the portal at most."""


class TokenRefused(KringError):
    """No token, or none that counts. ``code`` says why, for the operator; whoever shows it hears only that it is no."""

    def __init__(self, code: str) -> None:
        super().__init__("Dit token geldt niet (meer).")
        self.code = code


class TokenScope(StrEnum):
    """Wat een token mag, within what the policy gives its person."""

    READ = "pzp.read"
    IMPORT = "pzp.import"
    """Also take over what another system recorded."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """Een uitgegeven token. The row decides: a token without its row, or with a revoked one, is nothing.

    ``patient_id``: the one patient that it is about; None: every circle of the person.
    """

    id: str
    person_id: str
    patient_id: str | None
    scopes: frozenset[TokenScope]
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Not revoked and not over."""
        return self.revoked_at is None and self.issued_at <= now + CLOCKS_DIFFER and now < self.expires_at


CLOCKS_DIFFER = timedelta(seconds=60)
"""How far the clocks of two machines of one hub may be apart. Only for "not yet": what ended, ended."""


def lifetime(minutes: int | None) -> timedelta:
    """How long a token lasts.

    :raises CommandRejected: less than a minute, or longer than a working day
    """
    if minutes is None:
        return DEFAULT_LIFETIME
    asked = timedelta(minutes=minutes) if 1 <= minutes <= LONGEST_LIFETIME // timedelta(minutes=1) else None
    if asked is None:
        raise CommandRejected("bad-lifetime", "Een token geldt minstens 1 en hoogstens 480 minuten (8 uur).")
    return asked
