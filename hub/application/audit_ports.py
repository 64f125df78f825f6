"""What the use cases need beside the log itself: a second place for the one read that may not wait for it."""

from typing import Protocol

from hub.domain.audit import AuditEntry


class DeferredAudit(Protocol):
    """Uitgestelde logging: the out-of-hours set stays readable while the log takes nothing, with this as the proof.

    For that set only, and only after :class:`~hub.domain.errors.AuditUnavailable`: everything else waits. What was
    written here is taken into the log at recovery, with its own time and marked ``deferred`` (HAZ-08, F25).
    """

    def write(self, entry: AuditEntry) -> None:
        """Store one entry so that a power cut does not lose it; returns only then. Blocks for one fsync.

        :raises AuditUnavailable: this place takes nothing either; then the set is refused as well
        """
        ...
