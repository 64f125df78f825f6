"""Hoe getypte gegevens gelezen worden: ``<waarde> [toelichting]``, or ``<kop>: <woorden>; <sleutel> <woorden>; …``.

Forgiving about case, accents, order and colons; strict about numbers, dates and everything that is not understood. What
was typed is never repeated in a refusal.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from hub.domain.errors import CommandRejected
from hub.domain.observations import Reporter
from hub.domain.spelling import plain
from hub.domain.values import Moment, PartialDate

_DAY = re.compile(r"^(?:(?:op|sinds|van)\s+)?(?:(?:(\d{1,2})-)?(\d{1,2})-)?(\d{4})$", re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(
    r"^(?:op\s+)?(\d{1,2})-(\d{1,2})-(\d{4})(?:,?\s+(?:om\s+)?(\d{1,2})[:.](\d{2})(?:\s*uur)?)?$",
    re.ASCII | re.IGNORECASE,
)
# One white space before the word and no more: a search that tries every run of spaces takes long.
_TAIL = r"\s(?:{words})\s+((?:\d{{1,2}}-){{0,2}}\d{{4}})\.?$"
_FIRST_WORD = re.compile(r"^([^\s:=]+)\s*[:=]?\s*(.*)$", re.DOTALL)
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class TypedBy:
    """Who types, and on which Dutch day. ``name`` is the person's full name, for what a relative says."""

    reporter: Reporter
    today: date
    name: str


def kept(make: Callable[[], _Made]) -> _Made:
    """The value, or a refusal in Dutch when it cannot be kept.

    :raises CommandRejected: ``bad-text``
    """
    try:
        return make()
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "Dit kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


def a_date(text: str, *, today: date | None = None) -> PartialDate:
    """``3-11-2026``, ``11-2026`` or ``2026``. ``today`` given: the day may not lie after it.

    :raises CommandRejected: ``bad-date``
    """
    match = _DAY.match(text.strip().rstrip("."))
    try:
        if match is None:
            raise ValueError
        parts = [match[3], *(f"{int(part):02d}" for part in (match[2], match[1]) if part)]
        found = PartialDate("-".join(parts))
    except ValueError as problem:
        raise CommandRejected("bad-date", "Schrijf een datum als 3-11-2026, 11-2026 of 2026.") from problem
    if today is not None and found.first_day > today:
        raise CommandRejected("bad-date", "Die datum ligt in de toekomst.")
    return found


def a_moment(text: str, *, today: date | None = None) -> Moment:
    """``3-11-2026`` or ``3-11-2026 14:05``. ``today`` given: the day may not lie after it.

    :raises CommandRejected: ``bad-date``
    """
    match = _MOMENT.match(text.strip().rstrip("."))
    try:
        if match is None:
            raise ValueError
        day = f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
        found = Moment(f"{day}T{int(match[4]):02d}:{match[5]}" if match[4] else day)
    except ValueError as problem:
        raise CommandRejected("bad-date", "Schrijf dag en tijd als 3-11-2026 14:05.") from problem
    if today is not None and found.day > today:
        raise CommandRejected("bad-date", "Die datum ligt in de toekomst.")
    return found


def dated(text: str, *words: str, today: date | None = None) -> tuple[str, PartialDate | None]:
    """``("longkanker, sinds 2025", "sinds")`` → the text without the date at its end, and the date.

    :raises CommandRejected: ``bad-date`` when there is one that is none
    """
    match = re.search(_TAIL.format(words="|".join(words)), text, re.ASCII | re.IGNORECASE)
    if match is None:
        return text.strip(), None
    return text[: match.start()].strip().rstrip(",;").rstrip(), a_date(match[1], today=today)


def headed(text: str, how: str) -> tuple[str, str]:
    """``kop: de rest``; both must be there.

    :raises CommandRejected: ``bad-form``, with ``how`` to write it
    """
    head, colon, rest = text.partition(":")
    if not colon or not head.strip() or not rest.strip():
        raise CommandRejected("bad-form", how)
    return head.strip(), rest.strip()


def first_word(text: str) -> tuple[str, str]:
    """The first word (without colon, compared as :func:`plain`) and what comes after it."""
    match = _FIRST_WORD.match(text.strip())
    return (plain(match[1].rstrip(",;.")), match[2].strip()) if match else ("", "")


def parts(text: str, keys: Collection[str], how: str) -> Mapping[str, str]:
    """``probleem pijn; doel: slapen`` → ``{"probleem": "pijn", "doel": "slapen"}``. Every part begins with a key.

    :raises CommandRejected: ``bad-form`` for a key that is unknown, given twice or without words, with ``how``
    """
    found: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        key, words = first_word(part)
        if key not in keys or key in found or not words:
            raise CommandRejected("bad-form", how)
        found[key] = words
    if not found:
        raise CommandRejected("bad-form", how)
    return found


def chosen(word: str, choices: Mapping[str, _Made], how: str) -> _Made:
    """The choice that ``word`` means; case, accents and spaces do not matter.

    :raises CommandRejected: ``unknown-choice``, with ``how``
    """
    found = choices.get(plain(word.rstrip(".:,;!")))
    if found is None:
        raise CommandRejected("unknown-choice", how)
    return found


def whole_number(text: str, how: str) -> int:
    """Ordinary digits and nothing else, at most five of them.

    :raises CommandRejected: ``bad-number``, with ``how``
    """
    if not re.fullmatch(r"0|[1-9][0-9]{0,4}", text, re.ASCII):
        raise CommandRejected("bad-number", how)
    return int(text)
