"""Aanleveren: what another system recorded, all of it or nothing, as a proposal or an agreement by the person's role.

``POST [base]?patient=[id]`` with a Bundle; ``preview=true`` shows what would change and stores nothing.
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from hub.application.use_cases.imports import Change, doubt_about_birth_date, import_entries
from hub.domain.api_token import TokenScope
from hub.fhir.incoming import identity_of, incoming_of
from hub.fhir.pzp_import import read_pzp
from hub.fhir.reading import PzpReading
from hub.fhir.refused import ImportRefused
from hub.fhir.searching.refused import SearchRefused
from hub.fhir.strict_json import MAX_BYTES, parse_json_strict
from hub.portal.fhir.asking import Named, context_of, token_of
from hub.portal.fhir.wire import (
    answer,
    body_of,
    preferences,
    release_of,
    require_json_sent,
    require_json_wanted,
)
from hub.portal.security import only
from hub.portal.state import portal_of

_BUNDLES = {"transaction", "collection", "document", "searchset"}
_METHODS = {"POST", "PUT"}


async def take_over(request: web.Request) -> web.Response:
    """One Bundle about one patient."""
    release = release_of(request)
    token = token_of(request, TokenScope.IMPORT)
    require_json_wanted(request, release)
    require_json_sent(request)
    named, preview = _asked(request)
    if named is None and token.patient_id is None:
        raise SearchRefused("required", "Noem over welke patiënt het gaat: patient=[id].")
    bundle = parse_json_strict(await body_of(request, MAX_BYTES))
    entries = _entries_of(bundle)
    reading = read_pzp([bundle])
    if reading.standard != release.value:
        raise ImportRefused("other-release", f"Dit is {reading.standard}; stuur het naar het adres van die uitgave.")
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        context = await context_of(unit, request, token, Named(named))
        identity = identity_of(reading)
        changes = await import_entries(
            unit, hub.guard, context, identity, incoming_of(reading), reading.source_digest, preview=preview
        )
        doubt = doubt_about_birth_date(await unit.patients.get(context.patient_id or ""), identity)
    review = [*([doubt] if doubt else []), *reading.review]
    return answer(_answer(entries, changes, reading, review, preview=preview), release)


def _asked(request: web.Request) -> tuple[str | None, bool]:
    """Whose plan, and whether only to look.

    :raises SearchRefused: another parameter, twice the same, or a value that is none
    """
    asked = [name for name, _ in request.query.items()]
    for name in asked:
        if name not in {"patient", "preview", "_format"}:
            raise SearchRefused("not-supported", "Aanleveren kan met patient=[id] en preview=true, en niets anders.")
    patient, preview = only(request.query, "patient"), only(request.query, "preview")
    if len(set(asked)) != len(asked) or preview not in {None, "true", "false"}:
        raise SearchRefused("invalid", "Noem één patiënt als patient=[id]; preview is true of false.")
    # What somebody only wants to see is never stored by a second wish that says otherwise.
    looks = preview == "true" or ("preview" in preferences(request) and preferences(request)["preview"] != "false")
    return (patient.removeprefix("Patient/") if patient else None), looks


def _entries_of(bundle: Any) -> list[dict[str, Any]]:
    """:raises ImportRefused: no Bundle of resources to add"""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle" or bundle.get("type") not in _BUNDLES:
        raise ImportRefused(
            "no-bundle", "Stuur een Bundle van het type transaction, collection, document of searchset."
        )
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ImportRefused("no-bundle", "De Bundle heeft geen lijst van entries.")
    for entry in entries:
        asked = entry.get("request")
        method = asked.get("method") if isinstance(asked, dict) else None
        if bundle["type"] == "transaction" and method not in _METHODS:
            raise ImportRefused("only-adding", "Aanleveren voegt alleen toe: elke entry heeft methode POST of PUT.")
    return entries


def _answer(
    entries: Sequence[dict[str, Any]],
    changes: Sequence[Change],
    reading: PzpReading,
    review: Sequence[str],
    *,
    preview: bool,
) -> dict[str, Any]:
    """One line for each entry, in the same order; what is about the whole stands with the first."""
    lines = []
    for number, entry in enumerate(entries):
        name = _name(entry.get("resource"))
        mine = [change for change in changes if change.reference.partition("#")[0] == name]
        left = [text for text in reading.not_carried if text.startswith(f"{name}:")]
        issues = [_changed(change) for change in mine if change.changes_something]
        issues += [_issue("information", "informational", text) for text in left]
        if number == 0:
            issues += [_issue("warning", "business-rule", text) for text in review]
        new = not preview and any(change.changes_something for change in mine)
        line: dict[str, Any] = {"status": "201 Created" if new else "200 OK"}
        if issues:
            line["outcome"] = {"resourceType": "OperationOutcome", "issue": issues}
        lines.append({"response": line})
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": lines}


def _changed(change: Change) -> dict[str, Any]:
    before = f"was: {change.before} " if change.before is not None else ""
    return _issue(
        "information", "informational", f"{change.section.value} {change.ref or ''}: {before}wordt: {change.after}"
    )


def _issue(severity: str, code: str, text: str) -> dict[str, Any]:
    return {"severity": severity, "code": code, "diagnostics": text}


def _name(resource: Any) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}" if isinstance(resource, dict) else ""
