"""Elements of FHIR JSON, read strictly: a field has the type that FHIR says or the import is refused."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from hub.domain.values import Coded, PartialDate
from hub.fhir.catalogue import SAME_SYSTEM
from hub.fhir.refused import ImportRefused

Body = Mapping[str, Any]
T = TypeVar("T")

_DATE_TIME = re.compile(r"^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of one system; the system by its current name, "" where the source has none."""

    system: str
    code: str
    display: str | None

    @property
    def key(self) -> tuple[str, str]:
        """What the catalogue is asked."""
        return self.system, self.code


@dataclass(frozen=True, slots=True)
class Concept:
    """CodeableConcept, or the Coding of a form answer."""

    codings: tuple[Coding, ...]
    text: str | None

    @property
    def words(self) -> str | None:
        """The source's own words: the text, or else the first display."""
        return self.text or next((coding.display for coding in self.codings if coding.display), None)

    def coded(self, ig: str) -> Coded | None:
        """Code, system and words, as they are kept beside a value."""
        if not self.codings:
            return None
        first = self.codings[0]
        return Coded(first.code, first.system, self.words, ig)


def refuse(where: str, what: str, code: str = "bad-element") -> ImportRefused:
    """An ImportRefused that names the resource."""
    return ImportRefused(code, f"{where}: {what}.")


def text(body: Body, key: str, where: str) -> str | None:
    """A string, or None when it is absent or blank."""
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise refuse(where, f"‘{key}’ is geen tekst")
    return value.strip() or None


def flag(body: Body, key: str, where: str) -> bool | None:
    """A boolean, or None when it is absent."""
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise refuse(where, f"‘{key}’ is geen ja of nee")
    return value


def one(body: Body, key: str, where: str) -> Body:
    """An object; empty when it is absent."""
    value = body.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refuse(where, f"‘{key}’ is geen object")
    return value


def many(body: Body, key: str, where: str) -> Sequence[Body]:
    """A list of objects; empty when it is absent. A single object counts as a list of one (STU3 and R4 differ here)."""
    value = body.get(key)
    if value is None:
        return ()
    listed = [value] if isinstance(value, dict) else value
    if not isinstance(listed, list) or not all(isinstance(part, dict) for part in listed):
        raise refuse(where, f"‘{key}’ is geen lijst van objecten")
    return listed


def coding(body: Body, where: str) -> Coding:
    """One Coding; a Coding without code is refused."""
    code = text(body, "code", where)
    if code is None:
        raise refuse(where, "een code ontbreekt")
    system = text(body, "system", where) or ""
    return Coding(SAME_SYSTEM.get(system, system), code, text(body, "display", where))


def concept(body: Body, key: str, where: str) -> Concept | None:
    """A CodeableConcept under ``key``; None when it is absent or empty."""
    if body.get(key) is None:
        return None
    return concept_of(one(body, key, where), where)


def concept_of(found: Body, where: str) -> Concept | None:
    """A CodeableConcept; None when it says nothing."""
    made = Concept(tuple(coding(part, where) for part in many(found, "coding", where)), text(found, "text", where))
    return made if made.codings or made.text else None


def lookup(found: Concept, table: Mapping[tuple[str, str], T], where: str) -> T | None:
    """What the catalogue says of the concept; None when it knows none of its codes.

    :raises ImportRefused: two codes that mean different things
    """
    meanings = {table[part.key] for part in found.codings if part.key in table}
    if len(meanings) > 1:
        raise refuse(where, "twee codes die elkaar tegenspreken", "contradicting-codes")
    return meanings.pop() if meanings else None


def extensions(body: Body, url: str | Sequence[str], where: str) -> list[Body]:
    """The extensions with this url, or one of these."""
    urls = (url,) if isinstance(url, str) else url
    return [part for part in many(body, "extension", where) if part.get("url") in urls]


def single(found: Sequence[T], where: str, what: str) -> T | None:
    """The only one, or None; two are refused."""
    if len(found) > 1:
        raise refuse(where, f"{what} komt meer dan één keer voor")
    return found[0] if found else None


def partial_date(body: Body, key: str, where: str) -> PartialDate | None:
    """A FHIR date or dateTime as the calendar day in the Netherlands, or the month or year when that is all there is.

    :raises ImportRefused: not a date of the calendar
    """
    found = text(body, key, where)
    if found is None:
        return None
    try:
        moment = _DATE_TIME.match(found)
        if moment is None:
            return PartialDate(found)
        # A browser writes midnight in Amsterdam as 22:00Z or 23:00Z of the day before: a birth date would shift.
        stamp = datetime.fromisoformat(f"{moment[1]}T{moment[2][:8]}{(moment[3] or '').replace('Z', '+00:00')}")
        return PartialDate.of(stamp.date() if stamp.tzinfo is None else _dutch_day(stamp))
    except (ValueError, OverflowError) as problem:
        raise refuse(where, f"‘{key}’ is geen bestaande datum", "bad-date") from problem


def _dutch_day(stamp: datetime) -> date:
    """The day on a Dutch calendar: UTC+1, and UTC+2 between the last Sundays of March and October, 01:00 UTC."""
    moment = stamp.astimezone(UTC)
    summer = _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10)
    return (moment + timedelta(hours=2 if summer else 1)).date()


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def walk(tree: object) -> Iterator[Body]:
    """Every object in the tree, the tree itself included, without recursion."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield node
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


def notes(body: Body, where: str) -> str | None:
    """Explanation of an Observation, Goal or device: ``comment`` (STU3) and ``note[].text`` (both)."""
    found = [text(body, "comment", where), *(text(part, "text", where) for part in many(body, "note", where))]
    return "\n".join(part for part in found if part) or None
