"""Namen op deze server: a logical id carries the patient, so that a read by id needs nothing else.

``Patient/pat-…`` is the patient's own number in Kring: random, meaningless, and needed to say in the log whose dossier
somebody knocked at, also when they are refused. Everything else is ``<patient>.<id>``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Resource = dict[str, Any]
_PATIENT = re.compile(r"(pat-[0-9a-f]{16})(?:\.[A-Za-z0-9-]{1,43})?", re.ASCII)


def patient_of(logical_id: str) -> str | None:
    """Whose a logical id is, by its form alone; None when it cannot be one of ours."""
    match = _PATIENT.fullmatch(logical_id)
    return match[1] if match else None


def on_this_server(patient_id: str, resources: Iterable[Mapping[str, Any]]) -> list[Resource]:
    """The same resources under the names that they have here, references included."""
    found = list(resources)
    names = {
        f"{resource['resourceType']}/{resource['id']}": patient_id
        if resource["resourceType"] == "Patient"
        else f"{patient_id}.{resource['id']}"
        for resource in found
    }
    renamed = []
    for resource in found:
        copy = {key: _renamed(value, names) for key, value in resource.items()}
        copy["id"] = names[f"{resource['resourceType']}/{resource['id']}"]
        renamed.append(copy)
    return renamed


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        copy = {key: _renamed(inner, names) for key, inner in value.items()}
        reference = value.get("reference")
        if isinstance(reference, str) and reference in names:
            copy["reference"] = f"{reference.partition('/')[0]}/{names[reference]}"
        return copy
    if isinstance(value, list | tuple):
        return [_renamed(inner, names) for inner in value]
    return value
