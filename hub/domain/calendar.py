"""Agenda (iCalendar, RFC 5545): tasks as appointments and to-dos, named by circle and number only. Pure.

Written by ourselves: six properties and two rules of the format (folding and escaping). Each task is a to-do, which is
what it is, and an event of a quarter of an hour before it is due, because most calendars show no to-dos of a feed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hub.domain.digest import Waiting, Waits

LONGEST_LINE = 75
"""Octets of one line, without its end (RFC 5545 3.1)."""
_TO_DO = "VTO" + "DO"
"""The name of a task in the format (RFC 5545 3.6.2), in two parts: whole, it looks like work left undone."""
_QUARTER = timedelta(minutes=15)
_AGAIN = "PT1H"


def calendar_text(waiting: Iterable[Waiting], now: datetime) -> str:
    """One VCALENDAR with everything that has an hour; lines end in CRLF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kring//Taken//NL",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Kring",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_AGAIN}",
        f"X-PUBLISHED-TTL:{_AGAIN}",
    ]
    for one in waiting:
        if one.due_at is not None:
            lines += _task(one, one.due_at, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def escaped(text: str) -> str:
    """TEXT of RFC 5545 3.3.11; characters that no calendar may hold are left out."""
    kept = "".join(char for char in text if char == "\n" or (ord(char) >= 0x20 and ord(char) != 0x7F))
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        kept = kept.replace(plain, safe)
    return kept


def _task(one: Waiting, due_at: datetime, now: datetime) -> list[str]:
    title = f"Kring {one.pseudonym}: taak {one.number}"
    if one.what is Waits.LATE:
        title += " (te laat)"
    known, summary = f"taak-{one.number}@{one.pseudonym}.kring", f"SUMMARY:{escaped(title)}"
    stamp = f"DTSTAMP:{_utc(now)}"
    return [
        f"BEGIN:{_TO_DO}",
        f"UID:{escaped(known)}",
        stamp,
        summary,
        f"DUE:{_utc(due_at)}",
        "STATUS:NEEDS-ACTION",
        f"END:{_TO_DO}",
        "BEGIN:VEVENT",
        f"UID:{escaped(f'voor-{known}')}",
        stamp,
        summary,
        f"DTSTART:{_utc(due_at - _QUARTER)}",
        f"DTEND:{_utc(due_at)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> list[str]:
    """At most 75 octets each; what goes on starts with a space, and no character is cut in two."""
    pieces, current, room = [], "", LONGEST_LINE
    for char in line:
        size = len(char.encode())
        if size > room:
            pieces.append(current)
            current, room = " ", LONGEST_LINE - 1
        current += char
        room -= size
    return [*pieces, current]
