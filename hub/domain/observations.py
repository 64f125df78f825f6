"""Klachten en complexiteit: pijnscore, Utrecht Symptoom Dagboek, complexiteit. Nothing replaces a measurement."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.spoken import N_
from hub.domain.values import PartialDate, check_optional_text, check_text, one_line, with_comment

_INTEGER = re.compile(r"^(?:10|[0-9])$", re.ASCII)
# "8", "8,", "8/10", then the explanation. A second number right behind ("8 à 9", "8,5") is not a score.
_PAIN = re.compile(
    r"^(?P<score>[0-9]{1,3})(?P<ten>\s?/\s?10(?![0-9]))?(?:[,:;.]?\s+(?P<note>.+)|[,:;.]?)$", re.ASCII | re.DOTALL
)
_USD_SCORE = re.compile(r"[=:]\s*([^\s,;]+)")
_USD_NAME = re.compile(r"[^\W\d_][^=:,;\d]*")
_USD_BETWEEN = " ,;\t\n\r"
_RANGE = re.compile(r"^(?:[aà]|of|tot|t/m|en een half|½|[-–—/,.])\s*(?:[0-9½]|half)|^(?:en een half|½)", re.IGNORECASE)


class Reporter(StrEnum):
    """Wie de score gaf: USD-P, USD-Z of de naaste. Never mix the series: they measure different things."""

    PATIENT = "patient"
    PROFESSIONAL = "professional"
    RELATIVE = "relative"

    @property
    def nl(self) -> str:
        """ "volgens de patiënt zelf" and so on."""
        return _REPORTERS[self]


class SymptomItem(StrEnum):
    """Klacht uit het Utrecht Symptoom Dagboek. 0 is none or best, 10 is worst, also for well-being."""

    PAIN = "pain"
    SLEEP = "sleep"
    DRY_MOUTH = "dry_mouth"
    SWALLOWING = "swallowing"
    APPETITE = "appetite"
    CONSTIPATION = "constipation"
    NAUSEA = "nausea"
    BREATHLESSNESS = "breathlessness"
    FATIGUE = "fatigue"
    ANXIETY = "anxiety"
    LOW_MOOD = "low_mood"
    WELL_BEING = "well_being"
    CONFUSION = "confusion"
    """In some versions of the diary only; see :data:`USD_ITEMS`."""

    @property
    def nl(self) -> str:
        """The item as people read and type it."""
        return _ITEMS[self]


def _check_score(score: int) -> None:
    if type(score) is not int or not 0 <= score <= 10:
        raise ValueError("een score is een heel getal van 0 tot en met 10")


@dataclass(frozen=True, slots=True)
class PainScore:
    """Pijnscore (zib PijnScore; NRS 0-10)."""

    score: int
    reporter: Reporter
    note: str | None = None

    def __post_init__(self) -> None:
        _check_score(self.score)
        check_optional_text(self.note)

    def topic(self) -> str:
        """The series of this reporter."""
        return f"pain_score/{self.reporter.value}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        return with_comment(f"Pijn {self.score} op een schaal van 0 tot 10, {self.reporter.nl}.", self.note)


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Eén klacht met haar score."""

    item: SymptomItem
    score: int

    def __post_init__(self) -> None:
        _check_score(self.score)


@dataclass(frozen=True, slots=True)
class SymptomScores:
    """Scores van het Utrecht Symptoom Dagboek (USD), van één moment en één persoon. Each item at most once."""

    scores: tuple[ItemScore, ...]
    reporter: Reporter
    note: str | None = None
    first: SymptomItem | None = None
    """Welke klacht het eerst aangepakt moet worden; always shown first."""

    def __post_init__(self) -> None:
        if not self.scores:
            raise ValueError("een USD zonder scores")
        if len({entry.item for entry in self.scores}) != len(self.scores):
            raise ValueError("dezelfde klacht twee keer")
        if self.first is not None and self.first not in {entry.item for entry in self.scores}:
            raise ValueError("de klacht die eerst komt heeft ook een score")
        check_optional_text(self.note)

    def topic(self) -> str:
        """The series of this reporter."""
        return f"symptom/{self.reporter.value}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        listed = ", ".join(f"{entry.item.nl} {entry.score}" for entry in self.scores)
        first = f" Als eerste aanpakken: {self.first.nl}." if self.first else ""
        return with_comment(f"USD {self.reporter.nl} (0 is goed, 10 is het ergst): {listed}.{first}", self.note)


class Level(StrEnum):
    """Hoogte van de complexiteit."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def nl(self) -> str:
        """ "laag", "gemiddeld", "hoog"."""
        return _LEVELS[self]


@dataclass(frozen=True, slots=True)
class Complexity:
    """Complexiteit van de situatie, met de reden per dimensie. Judged by people; never computed."""

    level: Level
    reason: str | None = None
    physical: str | None = None
    psychological: str | None = None
    social: str | None = None
    spiritual: str | None = None
    judge_again_on: PartialDate | None = None
    """When somebody looks again: the level changed for 53 % in the pilot."""

    def __post_init__(self) -> None:
        check_optional_text(self.reason)
        for _, reason in self.dimensions:
            check_text(reason, 1000)

    @property
    def dimensions(self) -> tuple[tuple[str, str], ...]:
        """Each dimension with a reason: its Dutch name and the words."""
        named = (
            ("lichamelijk", self.physical),
            ("psychisch", self.psychological),
            ("sociaal", self.social),
            ("spiritueel", self.spiritual),
        )
        return tuple((name, reason) for name, reason in named if reason is not None)

    def topic(self) -> str:
        """One level at a time; the change matters (53 % changed in the pilot)."""
        return "complexity"

    def sentence_nl(self) -> str:
        """One full sentence."""
        because = f" Reden: {one_line(self.reason)}." if self.reason else ""
        per = "".join(f" {name.capitalize()}: {one_line(reason)}." for name, reason in self.dimensions)
        again = f" Opnieuw beoordelen op {self.judge_again_on.nl}." if self.judge_again_on else ""
        return f"De complexiteit is {self.level.nl}.{because}{per}{again}"


def parse_pain_score(text: str, reporter: Reporter) -> PainScore:
    """Read ``8``, ``8,``, ``8/10`` or ``8 nachtpijn in de heup``. Strict: whole numbers in ordinary digits, no ranges.

    :raises CommandRejected: ``bad-score``
    """
    match = _PAIN.match(text.strip())
    note = match["note"].strip() if match and match["note"] else None
    if match is None or not _INTEGER.match(match["score"]) or (note and _RANGE.match(note)):
        raise CommandRejected(
            "bad-score", "Een pijnscore is één heel getal van 0 tot en met 10, bijvoorbeeld: !pijn 8 nachtpijn."
        )
    try:
        return PainScore(int(match["score"]), reporter, note)
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "De toelichting kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


def parse_usd(text: str, reporter: Reporter) -> SymptomScores:
    """Read ``pijn=6 benauwdheid=3`` (also ``pijn = 6, benauwdheid: 3``; synonyms of the items are understood).

    :raises CommandRejected: ``bad-usd`` for an unknown item or anything else that is no item with a score
    """
    pieces = _USD_SCORE.split(text)
    # Name, score, name, score, …, and what is left at the end. Split where a score stands, so that no text takes long.
    names, numbers, rest = pieces[:-1:2], pieces[1::2], pieces[-1].strip(_USD_BETWEEN)
    pairs = [(name.lstrip(_USD_BETWEEN).rstrip(), number) for name, number in zip(names, numbers, strict=True)]
    rest += "".join(name for name, _ in pairs if not _USD_NAME.fullmatch(name))
    if not pairs or rest:
        raise CommandRejected("bad-usd", "Schrijf elke klacht met een score, bijvoorbeeld: !usd pijn=6 benauwdheid=3.")
    scores = []
    for word, number in pairs:
        item = _SYNONYMS.get(plain(word))
        if item is None:
            known = ", ".join(entry.nl for entry in SymptomItem)
            raise CommandRejected(
                "bad-usd", "Een van deze klachten staat niet in het USD. Kies uit: %(known)s.", {"known": known}
            )
        if not _INTEGER.match(number):
            raise CommandRejected(
                "bad-usd", "De score van %(nl)s moet een heel getal zijn van 0 tot en met 10.", {"nl": item.nl}
            )
        scores.append(ItemScore(item, int(number)))
    try:
        return SymptomScores(tuple(scores), reporter)
    except ValueError as problem:
        raise CommandRejected(
            "bad-usd", "Zo kan het USD niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


def parse_level(text: str) -> tuple[Level, str]:
    """The level that a text begins with, and the rest.

    :raises CommandRejected: ``bad-level``
    """
    first, _, rest = text.strip().partition(" ")
    level = _LEVEL_WORDS.get(plain(first.rstrip(":,;.")))
    if level is None:
        raise CommandRejected(
            "bad-level", "Kies laag, gemiddeld of hoog, bijvoorbeeld: !complexiteit hoog twee opnames."
        )
    return level, rest.strip()


def parse_complexity(text: str) -> Complexity:
    """Read ``hoog twee opnames in een maand``: a level, then the reason.

    :raises CommandRejected: ``bad-level``
    """
    level, reason = parse_level(text)
    try:
        return Complexity(level, reason or None)
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "De reden kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


_REPORTERS = {
    Reporter.PATIENT: N_("volgens de patiënt zelf"),
    Reporter.PROFESSIONAL: N_("volgens de zorgverlener"),
    Reporter.RELATIVE: N_("volgens de naaste"),
}

_ITEMS = {
    SymptomItem.PAIN: "pijn",
    SymptomItem.SLEEP: "slapen",
    SymptomItem.DRY_MOUTH: "droge mond",
    SymptomItem.SWALLOWING: "slikken",
    SymptomItem.APPETITE: "eetlust",
    SymptomItem.CONSTIPATION: "obstipatie",
    SymptomItem.NAUSEA: "misselijkheid",
    SymptomItem.BREATHLESSNESS: "benauwdheid",
    SymptomItem.FATIGUE: "vermoeidheid",
    SymptomItem.ANXIETY: "angst",
    SymptomItem.LOW_MOOD: "somberheid",
    SymptomItem.WELL_BEING: "welbevinden",
    SymptomItem.CONFUSION: "verwardheid",
}

USD_ITEMS = tuple(item for item in SymptomItem if item is not SymptomItem.CONFUSION)
"""The twelve that every version of the diary asks, in its order."""

_MORE_WORDS = {
    SymptomItem.SLEEP: ("slaap", "slaapproblemen", "slaapprobleem", "slecht slapen"),
    SymptomItem.DRY_MOUTH: ("drogemond", "mond"),
    SymptomItem.SWALLOWING: ("slikklachten", "slikproblemen"),
    SymptomItem.APPETITE: ("verminderde eetlust", "gebrek aan eetlust"),
    SymptomItem.CONSTIPATION: ("verstopping",),
    SymptomItem.NAUSEA: ("misselijk",),
    SymptomItem.BREATHLESSNESS: ("benauwd", "kortademigheid", "kortademig", "dyspnoe"),
    SymptomItem.FATIGUE: ("moeheid", "moe", "vermoeid"),
    SymptomItem.ANXIETY: ("angstig", "bang"),
    SymptomItem.LOW_MOOD: ("somber", "depressief", "neerslachtig"),
    SymptomItem.WELL_BEING: ("welzijn", "algemeen welbevinden", "gevoel van welbevinden"),
    SymptomItem.CONFUSION: ("verward", "delier"),
}

_SYNONYMS = {plain(name): item for item, name in _ITEMS.items()} | {
    plain(word): item for item, words in _MORE_WORDS.items() for word in words
}

USD_WORDS: Mapping[str, SymptomItem] = _SYNONYMS
"""Every word that people use for an item, spelt :func:`plain`."""


def symptom_named(word: str) -> SymptomItem | None:
    """The item that a typed word means, by its name or a synonym."""
    return _SYNONYMS.get(plain(word))


_LEVELS = {Level.LOW: "laag", Level.MEDIUM: "gemiddeld", Level.HIGH: "hoog"}
_LEVEL_WORDS = {name: level for level, name in _LEVELS.items()}
