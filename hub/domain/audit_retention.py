"""Bewaartermijn van de logging: every line for five years from when it was written (Begz art. 5)."""

from datetime import datetime

RETENTION_YEARS = 5


def may_be_pruned(written: datetime, now: datetime) -> bool:
    """Whether a line may go. Until then nothing can make it go; after it, nothing needs to."""
    return now >= kept_until(written)


def kept_until(written: datetime) -> datetime:
    """Until when a line must stay; what was written on 29 February stays until and with 28 February."""
    try:
        return written.replace(year=written.year + RETENTION_YEARS)
    except ValueError:
        return written.replace(year=written.year + RETENTION_YEARS, month=3, day=1)
