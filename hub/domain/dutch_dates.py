"""Datums zoals mensen ze typen: "morgen", "vrijdag 12:00", "over twee weken", "3 november". Pure; the moment is given.

What is given back is later than that moment and within a year; everything else is refused with one clear sentence, also
what could mean two days. A day without an hour lasts until its end, which is the midnight after it (as
:func:`hub.domain.working_days.after_working_days` has it).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.working_days import AMSTERDAM, after_working_days

LONGEST = 60
"""Characters of a date; what is longer is no date."""
FURTHEST = timedelta(days=366)
DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_HALF_YEARS = (
    ("januari", "februari", "maart", "april", "mei", "juni"),
    ("juli", "augustus", "september", "oktober", "november", "december"),
)
MONTHS = (*_HALF_YEARS[0], *_HALF_YEARS[1])
_DAY_WORDS = {word: number for number, name in enumerate(DAYS) for word in (name, name[:2])}
_MONTH_WORDS = {word: number for number, name in enumerate(MONTHS, 1) for word in (name, name[:3])} | {
    "mrt": 3,
    "sept": 9,
}
_NUMBERS = ("een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf")
_NUMBER_WORDS = {word: number for number, word in enumerate(_NUMBERS, 1)}
_BEFORE = re.compile(r"^(?:voor|uiterlijk|tegen|op|om|tot en met|t/m|tm|het|de|aan) +")
_ASIDE = re.compile(r"^(?:aanstaande|aanstaand|komende|deze|a\.s\.) +")
_NUMBER = rf"(?P<count>[0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
_SPAN = re.compile(
    rf"^(?:over|binnen) {_NUMBER} (?P<unit>minuten|minuut|uren|uur|werkdagen|werkdag|dagen|dag|weken|week)$"
)
_CLOCK = re.compile(r"(?:^| )(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2})(?: ?uur| ?u)?| ?uur| ?u)$")
_PARTS = {"ochtend": 12, "morgen": 12, "vroeg": 12, "middag": 18, "avond": 22}
_PART = re.compile(r"^(?P<day>.*?) ?(?P<part>ochtend|vroeg|middag|avond)$")
_NUMERIC = re.compile(r"^(?P<day>[0-9]{1,2})[-/](?P<month>[0-9]{1,2})(?:[-/](?P<year>[0-9]{4}|[0-9]{2}))?$")
_ISO = re.compile(r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})$")
_NAMED = re.compile(r"^(?P<day>[0-9]{1,2})(?:e|ste|de)? (?P<month>[a-z]+)\.?(?: (?P<year>[0-9]{4}))?$")
_STARTS = re.compile(
    r"(?:(?<=[ ,])|^)(?:v[oó][oó]r|uiterlijk|tegen|op|t/m|tot en met|over|binnen|"
    r"vandaag|morgen|overmorgen|vanmiddag|vanavond)"
    r"(?= |$|[a-z]+$)",
    re.IGNORECASE,
)
_MAY_BE_EVENING = 7
_HALF_A_YEAR = timedelta(days=183)
_NOON = 12


@dataclass(frozen=True, slots=True)
class _Day:
    """A Dutch calendar day, with the last hour of the part of it that was named (24: its end)."""

    on: date
    until: int = 24


def parse_due(words: str, now: datetime) -> datetime:
    """The moment before which something is to be done: aware, in UTC, later than ``now``.

    :param words: ``"morgen"``, ``"vrijdag 12:00"``, with or without ``voor`` or ``uiterlijk`` before it
    :param now: an aware datetime
    :raises CommandRejected: ``unclear-date`` (no date at all), or ``ambiguous-date``, ``past-date``, ``far-date``
    """
    if len(words) > LONGEST:
        raise _unclear()
    text = _without_words_before(plain(words).strip(" .,!?"))
    due = _span(text, now)
    if due is None:
        text, clock = _clock(text)
        local = now.astimezone(AMSTERDAM)
        day = _Day(local.date()) if not text and clock else _day(_without_words_before(text), local)
        due = _moment(day, clock, now)
    if due <= now:
        raise CommandRejected("past-date", "Dat moment is al geweest. Schrijf een moment dat nog komt.")
    if due - now > FURTHEST:
        raise CommandRejected("far-date", "Dat is meer dan een jaar weg. Kies een datum binnen een jaar.")
    return due


def split_due(text: str, now: datetime) -> tuple[str, datetime | None]:
    """What is to be done, and before when: the longest end of ``text`` that is a date; None when there is none.

    :raises CommandRejected: it ends with a date that cannot be meant (see :func:`parse_due`)
    """
    for start in _STARTS.finditer(text):
        try:
            return text[: start.start()].strip(" ,"), parse_due(text[start.start() :], now)
        except CommandRejected as refused:
            if refused.code != "unclear-date":
                raise
    return text.strip(" ,"), None


def say_due(due: datetime) -> str:
    """In full: ``vrijdag 27-11-2026, 12.00 uur``; a midnight is the end of the day before it, ``donderdag 26-11-2026``.

    What this says is understood by :func:`parse_due`.
    """
    local = due.astimezone(AMSTERDAM)
    at_end = local.timetz().replace(tzinfo=None, fold=0) == time(0)
    day = local.date() - timedelta(days=at_end)
    hour = "" if at_end else f", {local:%H.%M} uur"
    return f"{DAYS[day.weekday()]} {day.day}-{day.month}-{day.year}{hour}"


def _unclear() -> CommandRejected:
    return CommandRejected(
        "unclear-date",
        "Die datum begrijp ik niet. Schrijf bijvoorbeeld: morgen, vrijdag 12:00, over 3 dagen of 3-12-2026.",
    )


def _without_words_before(text: str) -> str:
    while match := _BEFORE.match(text) or _ASIDE.match(text):
        text = text[match.end() :]
    return text.strip(" ,")


def _span(text: str, now: datetime) -> datetime | None:
    match = _SPAN.match(text)
    if match is None:
        return None
    word, unit = match["count"], match["unit"]
    count = _NUMBER_WORDS.get(word) or int(word)
    if count == 0:
        raise CommandRejected("past-date", "Dat moment is al geweest. Schrijf een moment dat nog komt.")
    if unit in {"minuut", "minuten", "uur", "uren"}:
        length = timedelta(minutes=count) if unit.startswith("minu") else timedelta(hours=count)
        return _sayable(now.astimezone(UTC) + length, now)
    if count > FURTHEST.days:
        raise CommandRejected("far-date", "Dat is meer dan een jaar weg. Kies een datum binnen een jaar.")
    if unit.startswith("werkdag"):
        return after_working_days(now, count).astimezone(UTC)
    days = count * (7 if unit in {"week", "weken"} else 1)
    return _moment(_Day(now.astimezone(AMSTERDAM).date() + timedelta(days=days)), None, now)


def _sayable(moment: datetime, now: datetime) -> datetime:
    """On the whole minute, and, where a night has an hour twice, in the hour that :func:`parse_due` would take."""
    spare = timedelta(seconds=moment.second, microseconds=moment.microsecond)
    whole = moment - spare + (timedelta(minutes=1) if spare else timedelta())
    first = whole.astimezone(AMSTERDAM).replace(fold=0).astimezone(UTC)
    return first if first > now else whole


def _clock(text: str) -> tuple[str, tuple[int, int] | None]:
    """What stands before the hour, and the hour; a bare hour of the morning could be one of the evening."""
    match = _CLOCK.search(text)
    if match is None:
        return text, None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise _unclear()
    before = text[: match.start()].strip(" ,")
    before = re.sub(r"(?: |^|,)(?:om|voor|tegen|uiterlijk)$", "", before).strip(" ,")
    part = _PART.match(before)
    afternoon = part is not None and part["part"] in {"middag", "avond"}
    if afternoon and 0 < hour < _NOON:
        hour += _NOON
    elif match["minute"] is None and part is None and hour <= _MAY_BE_EVENING:
        raise CommandRejected(
            "ambiguous-date",
            "Bedoelt u %(hour)s uur 's ochtends of %(later)s uur? Schrijf %(hour)s:00 of %(later)s:00.",
            {"hour": hour, "later": hour + _NOON},
        )
    return before, (hour, minute)


def _day(text: str, local: datetime) -> _Day:
    """The day, and the part of it, that these words mean."""
    today = local.date()
    named = {
        "vandaag": _Day(today),
        "vanochtend": _Day(today, _PARTS["ochtend"]),
        "vanmorgen": _Day(today, _PARTS["ochtend"]),
        "vanmiddag": _Day(today, _PARTS["middag"]),
        "vanavond": _Day(today, _PARTS["avond"]),
        "morgen": _Day(_later(today, 1)),
        "overmorgen": _Day(_later(today, 2)),
    }
    if text in named:
        return named[text]
    if found := _end_of_a_period(text, today):
        return found
    part = _PART.match(text)
    if part and part["day"]:
        return _Day(_day(part["day"], local).on, _PARTS[part["part"]])
    return _Day(_weekday(text, today) or _calendar(text, today))


def _end_of_a_period(text: str, today: date) -> _Day | None:
    match = re.match(r"^(?:eind|einde) (?:van )?(?:de|deze) (?P<what>dag|week|maand)$", text)
    what = match["what"] if match else ""
    if what == "dag":
        return _Day(today, 18)
    if what == "maand":
        following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
        return _Day(following - timedelta(days=1))
    if what == "week" or text in {"week", "eind week"}:
        # Friday; who says it in the weekend means the end of it.
        weekday = today.weekday()
        return _Day(_later(today, 4 - weekday if weekday <= 4 else 6 - weekday))
    if text in {"volgende week", "eind volgende week", "eind van volgende week", "einde van volgende week"}:
        return _Day(_later(today, 11 - today.weekday()))
    return None


def _weekday(text: str, today: date) -> date | None:
    """``vrijdag``, ``volgende week dinsdag``; None when no day of the week is named, or a date stands with it."""
    words = text.split()
    next_week = "volgende" in words and "week" in words
    rest = [word for word in words if not (next_week and word in {"volgende", "week"})]
    if len(rest) == 2 and rest[0] == "volgende" and rest[1] in _DAY_WORDS:
        first = _later(today, (_DAY_WORDS[rest[1]] - today.weekday() - 1) % 7 + 1)
        second = _later(first, 7)
        raise CommandRejected(
            "ambiguous-date",
            "Bedoelt u %(first)s of %(second)s? Schrijf de datum.",
            {"first": _short(first), "second": _short(second)},
        )
    if len(rest) != 1 or rest[0] not in _DAY_WORDS:
        return None
    wanted = _DAY_WORDS[rest[0]]
    if next_week:
        return _later(today, 7 - today.weekday() + wanted)
    ahead = (wanted - today.weekday()) % 7
    if ahead == 0:
        raise CommandRejected(
            "ambiguous-date",
            "Het is vandaag %(day)s. Schrijf ‘vandaag’, of de datum die u bedoelt.",
            {"day": DAYS[wanted]},
        )
    return _later(today, ahead)


def _calendar(text: str, today: date) -> date:
    """``3-11``, ``3-11-2026``, ``2026-11-03``, ``3 november``, with or without the day of the week before it."""
    first, _, rest = text.partition(" ")
    weekday = _DAY_WORDS.get(first)
    if weekday is not None and rest:
        text = rest
    match = _NUMERIC.match(text) or _ISO.match(text) or _NAMED.match(text)
    month_word = match["month"] if match else ""
    month = int(month_word) if month_word.isdigit() else _MONTH_WORDS.get(month_word)
    if match is None or month is None:
        raise _unclear()
    year = match["year"]
    try:
        if year is not None:
            found = date(int(year) + (2000 if len(year) == 2 else 0), month, int(match["day"]))
        else:
            found = _this_year_or_next(int(match["day"]), month, today)
    except ValueError as problem:
        raise CommandRejected(
            "impossible-date", "Die dag bestaat niet. Kijk de datum na, en schrijf bijvoorbeeld 3-12-2026."
        ) from problem
    if weekday is not None and found.weekday() != weekday:
        raise CommandRejected("ambiguous-date", "%(date)s. Welke dag bedoelt u?", {"date": _short(found).capitalize()})
    return found


def _this_year_or_next(day: int, month: int, today: date) -> date:
    """Without a year: the next time, unless that is so far away that a day of last months was meant."""
    found = date(today.year, month, day)
    if found >= today:
        return found
    following = date(today.year + 1, month, day)
    if following - today > _HALF_A_YEAR:
        raise CommandRejected(
            "past-date",
            "%(day)s is al geweest. Bedoelt u volgend jaar? Schrijf dan het jaar erbij.",
            {"day": f"{day} {MONTHS[month - 1]}"},
        )
    return following


def _moment(day: _Day, clock: tuple[int, int] | None, now: datetime) -> datetime:
    hour, minute = clock or (day.until, 0)
    on = _later(day.on, hour // 24)
    at = datetime.combine(on, time(hour % 24, minute), AMSTERDAM)
    first = at.astimezone(UTC)
    # The night in which the clock goes back has an hour twice: the first of them, unless that is over.
    return first if first > now else at.replace(fold=1).astimezone(UTC)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as problem:
        raise CommandRejected("far-date", "Dat is meer dan een jaar weg. Kies een datum binnen een jaar.") from problem


def _short(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day}-{day.month}-{day.year}"
