"""Wat een andere systeem terugkrijgt: searchset, OperationOutcome, and how they are written down."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from hub.fhir.catalogue import Release
from hub.fhir.searching.finding import Found
from hub.fhir.searching.question import Question

Resource = dict[str, Any]
NOT_ALL_OF_IT = (
    "Niet alles van deze patiënt is voor u open. Dat iets hier niet staat, betekent niet dat er niets is afgesproken."
)
"""Said by which sections are open to the asker, never by what is in them."""


def outcome(severity: str, code: str, text: str) -> Resource:
    """An OperationOutcome with one issue; ``code`` is an issue type of FHIR."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "details": {"text": text}, "diagnostics": text}],
    }


def searchset(question: Question, found: Found, base: str, *, whole: bool) -> Resource:
    """The Bundle that answers a search.

    :param base: address of this server and release
    :param whole: everything of this plan is open to the asker; otherwise the answer says that it is not
    """
    entries = [_entry(resource, base, "match") for resource in found.matches]
    entries += [_entry(resource, base, "include") for resource in found.included]
    if not whole:
        entries.append({"resource": outcome("warning", "suppressed", NOT_ALL_OF_IT), "search": {"mode": "outcome"}})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": found.total,
        "link": _links(question, found, base),
        **({"entry": entries} if entries else {}),
    }


def everything(resources: Sequence[Resource], address: str, base: str, *, whole: bool) -> Resource:
    """The whole plan of one patient in one Bundle."""
    entries = [_entry(resource, base, "match") for resource in resources]
    if not whole:
        entries.append({"resource": outcome("warning", "suppressed", NOT_ALL_OF_IT), "search": {"mode": "outcome"}})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "link": [{"relation": "self", "url": address}],
        "entry": entries,
    }


def written(resource: Resource) -> bytes:
    """JSON in UTF-8. A decimal keeps its digits."""
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def version_of(resource: Resource) -> str:
    """The version of a resource for ``ETag``: its own, or what it says now."""
    own = resource.get("meta", {}).get("versionId")
    return str(own) if own else hashlib.sha256(written(resource)).hexdigest()[:16]


def media_type(release: Release) -> str:
    """``application/fhir+json`` with the version of FHIR, in both releases."""
    return f"application/fhir+json; charset=utf-8; fhirVersion={fhir_version(release)}"


def fhir_version(release: Release) -> str:
    """As media types and Accept headers name it."""
    return "4.0" if release is Release.R4 else "3.0"


def _entry(resource: Resource, base: str, mode: str) -> Resource:
    address = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": resource, "search": {"mode": mode}}


def _links(question: Question, found: Found, base: str) -> list[Resource]:
    links = [("self", question.offset)]
    if question.offset:
        links.append(("previous", max(0, question.offset - question.count)))
    if question.count and question.offset + question.count < found.total:
        links.append(("next", question.offset + question.count))
    return [{"relation": relation, "url": _address(question, offset, base)} for relation, offset in links]


def _address(question: Question, offset: int, base: str) -> str:
    pairs = [pair for pair in question.asked if pair[0] != "_count"]
    named = any(name in {"patient", "subject"} or (name == "_id" and question.type == "Patient") for name, _ in pairs)
    if not named and question.patient is not None:
        pairs.insert(0, ("_id" if question.type == "Patient" else "patient", question.patient))
    pairs.append(("_count", str(question.count)))
    if offset:
        pairs.append(("_offset", str(offset)))
    return f"{base}/{question.type}?{urlencode(pairs, quote_via=quote, safe=':/,|.')}"


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
