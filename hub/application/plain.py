"""Entries of the dossier and lines of the log as plain values, the same for ``kring --json`` and ``/api/v1``."""

from typing import Any

from hub.domain import entries
from hub.domain.audit import AuditEntry
from hub.domain.dossier import Entry


def entry_as_json(entry: Entry, author: str) -> dict[str, Any]:
    """One version with its value, its sentence and where it came from; ``author`` is a name."""
    return {
        "ref": str(entry.ref),
        "section": entry.section.value,
        "kind": entry.kind.value,
        "value": entries.to_json(entry.value),
        "sentence": entries.sentence_nl(entry.value),
        "version": entry.version,
        "status": entry.status.value,
        "author": author,
        "author_id": entry.author_id,
        "author_role": entry.author_role.value,
        "responsible_id": entry.responsible_id,
        "organisation": entry.organisation,
        "confirmed_by": entry.confirmed_by,
        "contested": entry.contested,
        "corrected_because": entry.reason,
        "source": {"kind": entry.source.kind.value, "reference": entry.source.reference},
        "recorded_at": entry.recorded_at.isoformat(),
    }


def line_as_json(entry: AuditEntry, number: int) -> dict[str, Any]:
    """One line of the log (NEN 7513); ``number`` as its reader counts."""
    return {
        "seq": number,
        "event": entry.event.value,
        "recorded_at": entry.recorded_at.isoformat(),
        "action_code": entry.event.action_code,
        "outcome": entry.outcome,
        "user": entry.user_id,
        "role": entry.user_role,
        "responsible": entry.responsible_id,
        "initiator": entry.initiator,
        "access_point": entry.access_point,
        "object": f"{entry.object_type}:{entry.object_id}",
        "sections": [section for section in entry.sections.split(",") if section],
        "purpose": entry.purpose,
        "policy": entry.policy,
        "relation": entry.relation_id,
        "consent": entry.consent_id,
        "break_glass": entry.break_glass,
        "correlation": entry.correlation_id,
        "detail": entry.detail,
    }
