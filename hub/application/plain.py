"""Entries of the dossier and lines of the log as plain values, the same for ``kring --json`` and ``/api/v1``."""

from typing import Any

from hub.domain import entries
from hub.domain.audit import AuditEntry
from hub.domain.dossier import Entry, WithdrawnSource
from hub.domain.freshness import Freshness, amber_nl


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
        "against": [str(ref) for ref in entry.against],
        "freshness": freshness_as_json(entry.freshness),
        "corrected_because": entry.reason,
        "source_withdrawn": withdrawn_as_json(entry.withdrawn_source),
        "source": {"kind": entry.source.kind.value, "reference": entry.source.reference},
        "recorded_at": entry.recorded_at.isoformat(),
    }


def withdrawn_as_json(found: WithdrawnSource | None) -> dict[str, Any] | None:
    """That the message behind an entry was withdrawn: by whom and when; None: it was not."""
    return None if found is None else {"by": found.by, "at": found.at.isoformat(), "nl": found.caution_nl()}


def freshness_as_json(found: Freshness | None) -> dict[str, Any] | None:
    """Age and staleness; None: not looked at, or of its own day for ever. ``stale`` is not "no longer valid"."""
    if found is None:
        return None
    because = [{"cause": one.cause, "on": one.on.isoformat(), "nl": one.words} for one in found.because]
    return {"age_days": found.age_days, "stale": found.stale, "because": because, "nl": amber_nl(found)}


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
