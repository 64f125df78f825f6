"""Afwezig melden in gewone woorden: "ik ben afwezig t/m 24 november, waarnemer @huisarts". Pure; now is given."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hub.domain.dutch_dates import parse_due
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.working_days import AMSTERDAM

_LOCUM = re.compile(r"[,.;]?\s*(?:de |mijn )?(?:waarnemer|vervanger|waarneming)(?: is| door)?:?\s+(?P<who>.+)$", re.I)
_PERIOD = re.compile(
    r"^(?:(?:van|vanaf|met ingang van)\s+(?P<since>.+?)\s+)?(?P<upto>t/m|tm|tot en met|tot)\s+(?P<until>.+)$", re.I
)
_SAID = re.compile(r"^\s*ik ben (?:afwezig|weg|er niet|met vakantie|op vakantie|met verlof)\s+", re.I)
_BACK = re.compile(r"^(?:niet meer|(?:ik ben )?(?:er )?weer(?: terug| er)?|(?:ik ben )?terug|stop)[.!]?$")
_SAID_BACK = re.compile(r"^ik ben (?:er weer|weer (?:terug|er)|niet meer afwezig)[.!]?$")


@dataclass(frozen=True, slots=True)
class AbsenceWish:
    """From ``since`` until ``until`` (exclusive). ``locum``: the words that name who stands in; None: nobody named."""

    since: datetime
    until: datetime
    locum: str | None


def says_absent(text: str) -> str | None:
    """What comes after "ik ben afwezig", when somebody says so in plain words."""
    match = _SAID.match(text)
    rest = " ".join(text[match.end() :].split()) if match else ""
    return rest if _PERIOD.match(rest) else None


def says_back(text: str) -> bool:
    """Whether somebody says in plain words that they are there again."""
    return _SAID_BACK.match(plain(text)) is not None


def is_back(argument: str) -> bool:
    """Whether this, after ``!afwezig``, ends the absence."""
    return _BACK.match(plain(argument)) is not None


def parse_absence(argument: str, now: datetime) -> AbsenceWish:
    """``t/m 24 november, waarnemer @huisarts``; ``tot`` a day leaves that day out.

    :raises CommandRejected: no period, or one that is over or unclear
    """
    text = " ".join(argument.split()).rstrip(" .!")
    found = _LOCUM.search(text)
    locum = found["who"].strip() if found else None
    period = _PERIOD.match(text[: found.start()].strip(" ,.;") if found else text)
    if period is None:
        raise CommandRejected(
            "bad-absence",
            "Schrijf bijvoorbeeld: !afwezig t/m 24 november, waarnemer @huisarts. Er weer? Typ: !afwezig niet meer",
        )
    since = max(now, _first_moment(period["since"], now)) if period["since"] else now
    until = parse_due(period["until"], since)
    if plain(period["upto"]) == "tot" and _is_midnight(until):
        until = _midnight_of(until - timedelta(microseconds=1))
    if until <= since:
        raise CommandRejected("past-date", "Die afwezigheid is al voorbij. Schrijf een dag die nog komt.")
    return AbsenceWish(since, until, locum)


def _first_moment(words: str, now: datetime) -> datetime:
    """A day begins at its midnight; a moment is itself."""
    moment = parse_due(words, now)
    return _midnight_of(moment - timedelta(microseconds=1)) if _is_midnight(moment) else moment


def _is_midnight(moment: datetime) -> bool:
    return moment.astimezone(AMSTERDAM).time() == time(0)


def _midnight_of(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(AMSTERDAM).date(), time(0), AMSTERDAM).astimezone(moment.tzinfo)
