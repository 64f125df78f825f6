"""Beleidsbestanden lezen: from a folder of Cedar files to checked rules, or one sentence on why not to start."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from hub.access.limits import LIMITS, REQUIRED_GUARDS
from hub.domain.access import Rule
from hub.domain.errors import StartRefused

SCHEMA_NAME = "schema.cedarschema"
_REQUIRED_ANNOTATIONS = ("law", "explain_nl")


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """The rules as read and checked; ``schema`` is a Cedar handle, parsed once."""

    cedar: Mapping[str, Mapping[str, Any]]
    """Each rule as Cedar's own JSON, by its ``@id``, so that Cedar's diagnostics speak of our rules."""
    schema: cedarpy.Schema
    rules: tuple[Rule, ...]
    """In the order of file name and place in the file."""
    forbidding: frozenset[str]
    """Ids of the rules that forbid."""
    version: str
    """First 12 hex digits of SHA-256 over names and contents: which policy decided (NEN 7513 autorisatieprotocol)."""

    def facts_of(self, rule_id: str) -> frozenset[str]:
        """The facts that this rule looks at; rather one too many (attributes of a fact count as facts)."""
        return frozenset(_attributes(self.cedar[rule_id]))


@dataclass(frozen=True, slots=True)
class _ReadRule:
    rule: Rule
    forbids: bool
    cedar_json: Mapping[str, Any]


def read_policy_files(directory: Path) -> PolicyFiles:
    """Lees en controleer alle regels. Raises StartRefused with one Dutch sentence that names the file and the rule."""
    texts = read_texts(directory)
    version = _version(texts)
    schema = _parse_schema(texts.pop(SCHEMA_NAME))
    if not texts:
        raise StartRefused(f"Beleid: er staat geen enkel .cedar-bestand in {directory.name}/.")
    read: dict[str, _ReadRule] = {}
    origin: dict[str, str] = {}
    for name, text in texts.items():
        for entry in _read_file(name, text, schema):
            if entry.rule.id in read:
                raise StartRefused(
                    f"Beleid: regel '{entry.rule.id}' staat twee keer, in {origin[entry.rule.id]} en in {name};"
                    " geef een van beide een ander @id."
                )
            read[entry.rule.id] = entry
            origin[entry.rule.id] = name
    forbidding = frozenset(identifier for identifier, entry in read.items() if entry.forbids)
    missing = REQUIRED_GUARDS - forbidding
    if missing:
        raise StartRefused(f"Beleid: het slot '{min(missing)}' ontbreekt of is geen forbid; zet de regel terug.")
    return PolicyFiles(
        cedar={identifier: entry.cedar_json for identifier, entry in read.items()},
        schema=schema,
        rules=tuple(entry.rule for entry in read.values()),
        forbidding=forbidding,
        version=version,
    )


def version_of(directory: Path) -> str:
    """The version of the policies in this folder, without checking them.

    :raises StartRefused: a file cannot be read
    """
    return _version(read_texts(directory))


def copy_policies(source: Path, target: Path) -> None:
    """Copy what the version is made of, whole or not at all; a copy that was there is replaced.

    :raises OSError: the disk does not take it
    """
    texts = read_texts(source)
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, text in texts.items():
        (fresh / name).write_text(text, encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    fresh.rename(target)


def read_texts(directory: Path) -> dict[str, str]:
    """Name and text of the schema and of every file of rules.

    :raises StartRefused: one cannot be read
    """
    texts = {}
    for path in [directory / SCHEMA_NAME, *sorted(directory.glob("*.cedar"))]:
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StartRefused(f"Beleid: bestand {path.name} is niet te lezen ({type(error).__name__}).") from error
    return texts


def _version(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in texts.items():
        content = text.encode()
        # The length keeps text that moves from one file to the next from giving the same digest.
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _parse_schema(text: str) -> cedarpy.Schema:
    try:
        return cedarpy.Schema.from_str(text)
    except ValueError as error:
        raise StartRefused(f"Beleid: {SCHEMA_NAME} is geen geldig schema ({error}).") from error


def _read_file(name: str, text: str, schema: cedarpy.Schema) -> list[_ReadRule]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise StartRefused(f"Beleid: {name} is geen geldige Cedar ({error}).") from error
    if parsed["templates"]:
        raise StartRefused(f"Beleid: {name} bevat een sjabloon (?principal of ?resource); schrijf een gewone regel.")
    # Cedar hands the rules back in no order; their numbers carry the place in the file.
    numbered = sorted(parsed["staticPolicies"].items(), key=lambda item: int(item[0].removeprefix("policy")))
    entries = {number: _read_rule(name, place, cedar) for place, (number, cedar) in enumerate(numbered, start=1)}
    problems = cedarpy.validate_policies(text, schema).errors
    if problems:
        number = problems[0].policy_id
        where = entries[number].rule.id if number in entries else "?"
        # Cedar repeats a problem for each action it touches, and names the rule by a number that says nobody anything.
        reasons = {one.error.replace(f"for policy `{number}`, ", "") for one in problems if one.policy_id == number}
        detail = "; ".join(sorted(reasons, reverse=True)[:3])
        raise StartRefused(f"Beleid: regel '{where}' in {name} past niet bij {SCHEMA_NAME} ({detail}).")
    return list(entries.values())


def _read_rule(name: str, place: int, cedar: Mapping[str, Any]) -> _ReadRule:
    annotations = cedar.get("annotations") or {}
    identifier = annotations.get("id")
    if not identifier:
        raise StartRefused(f"Beleid: regel {place} in {name} heeft geen @id.")
    for wanted in _REQUIRED_ANNOTATIONS:
        if not (annotations.get(wanted) or "").strip():
            raise StartRefused(f"Beleid: regel '{identifier}' in {name} heeft geen @{wanted}.")
    unknown = set(annotations) - {"id", "limit", *_REQUIRED_ANNOTATIONS}
    if unknown:
        # A misspelt @limit would otherwise be dropped, and its permit would open everything.
        raise StartRefused(f"Beleid: regel '{identifier}' in {name} heeft een onbekende annotatie @{min(unknown)}.")
    forbids = cedar["effect"] == "forbid"
    limit = annotations.get("limit")
    if "limit" in annotations and limit not in LIMITS:
        raise StartRefused(f"Beleid: regel '{identifier}' in {name} heeft een onbekende @limit '{limit or ''}'.")
    if forbids and limit is not None:
        raise StartRefused(f"Beleid: regel '{identifier}' in {name} is een forbid; daar hoort geen @limit bij.")
    rule = Rule(id=identifier, law=annotations["law"], explain_nl=annotations["explain_nl"], limit=limit)
    return _ReadRule(rule=rule, forbids=forbids, cedar_json=cedar)


def _attributes(node: Any) -> Iterator[str]:
    """Every attribute that is named anywhere in a rule, whatever it is an attribute of: rather one too many."""
    if isinstance(node, Mapping):
        if isinstance(node.get("attr"), str):
            yield node["attr"]
        for inner in node.values():
            yield from _attributes(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _attributes(inner)
