"""The day of an answer on a form of another day: said at the beginning of its explanation, for people and programs.

The PZP form has one date for everything. ``(Antwoord van 3-11-2026) Nog eens gevraagd.`` keeps an older answer from
looking as fresh as the form.
"""

import re

from hub.domain.values import PartialDate

_UNKNOWN = "(Datum van het antwoord onbekend)"
_MARK = re.compile(
    r"^\((?:Antwoord van (?P<day>(?:(?:\d{1,2}-)?\d{1,2}-)?\d{4})|Datum van het antwoord onbekend)\)\s*", re.ASCII
)


def dated(on: PartialDate | None, text: str | None) -> str:
    """The explanation with the day before it."""
    mark = f"(Antwoord van {on.nl})" if on else _UNKNOWN
    return f"{mark} {text}" if text else mark


def is_dated(text: str | None) -> bool:
    """The explanation begins with a day."""
    return text is not None and _MARK.match(text) is not None


def without_date(text: str) -> tuple[PartialDate | None, str | None]:
    """The day (None: unknown) and the explanation behind it, of a text that :func:`is_dated`.

    :raises ValueError: a day that does not exist
    """
    found = _MARK.match(text)
    if found is None:
        raise ValueError("geen datum")
    parts = [part.zfill(2) for part in reversed(found["day"].split("-"))] if found["day"] else []
    return PartialDate("-".join(parts)) if parts else None, text[found.end() :].strip() or None
