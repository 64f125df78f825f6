"""Eén vraag van een gesprek: its choices, its ways of not knowing, and the strict reading of an answer. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from hub.domain.errors import CommandRejected
from hub.domain.observations import Reporter
from hub.domain.spelling import plain
from hub.domain.vocabulary import Section

_NUMBERED = re.compile(r"^(?P<number>[0-9]{1,2})[.):,]?(?:\s+(?P<rest>\S.*))?$", re.ASCII | re.DOTALL)
_BECAUSE = re.compile(
    r"^(?P<head>.*?)[\s,;.]*\b(?:want|omdat|toelichting\s*:|because)\s*(?P<why>\S.*)$", re.I | re.DOTALL
)


class Said(StrEnum):
    """Hoe iemand een vraag beantwoordde. The four ways of not knowing stay apart (law-and-care §3.2, trap 3)."""

    VALUE = "value"
    KEPT = "kept"
    """Zo laten: what the dossier has stays as it is."""
    SKIPPED = "skipped"
    """Overgeslagen: nothing was stated, nothing is filed."""
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    UNDECIDED = "undecided"


ALL_UNKNOWNS = (Said.UNKNOWN, Said.NOT_ASKED, Said.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Reply:
    """Eén antwoord. ``data`` is JSON that the question itself understands; only with VALUE."""

    said: Said
    data: Any = field(default=None, repr=False)

    @property
    def choice(self) -> str | None:
        """The value of the option that was chosen; None when this is no chosen option."""
        return self.data.get("is") if isinstance(self.data, dict) else None

    @property
    def words(self) -> str | None:
        """What was written behind the option, or the text itself."""
        return self.data.get("text") if isinstance(self.data, dict) else None


Replies = Mapping[str, Reply]


@dataclass(frozen=True, slots=True)
class Facts:
    """Wat een vragenlijst van de vrager moet weten; none of it is asked."""

    today: date
    by: str
    """Who fills it in, as it is read in a sentence: ``Carla Vermeer (palliatieve zorgcoach)``."""
    reporter: Reporter = Reporter.PROFESSIONAL


@dataclass(frozen=True, slots=True)
class Missing:
    """Waarom een antwoord nog niet kan worden vastgelegd; the summary says so, and nothing is filed for it."""

    text: str


class NotUnderstoodError(ValueError):
    """These words do not answer the question. ``str()`` is one clear Dutch sentence."""


@dataclass(frozen=True, slots=True)
class Option:
    """Een antwoord om uit te kiezen. ``asks``: it needs words behind it, and this says which. ``ends``: with it the
    conversation is over, and this says why. ``dated``: it means this day, also when it is filed on another one."""

    value: str
    label: str
    spoken: tuple[str, ...] = ()
    asks: str = ""
    ends: str = ""
    dated: bool = False


def _nothing(_reply: Reply, _replies: Replies, _facts: Facts) -> Sequence[object]:
    return ()


def _always(_replies: Replies) -> bool:
    return True


def _fine(_reply: Reply, _replies: Replies) -> str:
    return ""


def _never(_value: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Question:
    """Eén vraag. ``text``, ``hint``, ``title`` and labels are Dutch and translated where they are said."""

    key: str
    section: Section
    title: str
    text: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    unknowns: tuple[Said, ...] = ()
    """The ways of not knowing that can be filed; they stand among the choices."""
    reads: Callable[[str, date], Any] | None = None
    """Words that are no option → data. :raises NotUnderstoodError: with what is expected"""
    comments: bool = False
    """A choice may be followed by "want …"."""
    objects: Callable[[Reply, Replies], str] = _fine
    """Why this answer does not fit the earlier ones; empty when it does."""
    values: Callable[[Reply, Replies, Facts], Sequence[object]] = _nothing
    """What is to be filed: values of ``hub.domain.entries``, other wishes of the form, or :class:`Missing`."""
    shows: Callable[[object], bool] = _never
    """Which values of the dossier this question is about."""
    applies: Callable[[Replies], bool] = _always

    @property
    def files(self) -> bool:
        """False for a question that only makes another one more precise."""
        return self.values is not _nothing

    @property
    def looks(self) -> bool:
        """The dossier may already have something about it."""
        return self.shows is not _never

    @property
    def choices(self) -> tuple[str, ...]:
        """The labels as they are numbered, from 1."""
        return tuple(option.label for option in self.options) + tuple(UNKNOWN_LABELS[one] for one in self.unknowns)

    def understand(self, text: str, today: date) -> Reply:
        """The reply that these words are.

        :raises NotUnderstoodError: they answer nothing, or contradict themselves ("2 ja" where 2 is no)
        """
        said = text.strip()
        short = spoken(said)
        if short in _SKIP:
            return Reply(Said.SKIPPED)
        if short in _UNKNOWN_WORDS:
            # What this question cannot file is still kept apart: "nog geen besluit" never becomes "nog onbekend".
            return Reply(_UNKNOWN_WORDS[short])
        for option in self.options:
            if short in _words_of(option):
                return self._chosen(option, None, today)
        numbered = _NUMBERED.match(said) if self.options else None
        if (
            numbered is not None
            and (reply := self._numbered(int(numbered["number"]), numbered["rest"], today)) is not None
        ):
            return reply
        if self.comments and (because := _BECAUSE.match(said)) is not None:
            head = next((one for one in self.options if spoken(because["head"]) in _words_of(one)), None)
            if head is not None and not head.asks:
                return Reply(Said.VALUE, {"is": head.value, "text": because["why"].strip()})
        if self.reads is None:
            raise NotUnderstoodError(CHOOSE)
        try:
            return Reply(Said.VALUE, self.reads(said, today))
        except NotUnderstoodError:
            raise
        except (CommandRejected, ValueError) as problem:
            raise NotUnderstoodError(UNREADABLE) from problem

    def _chosen(self, option: Option, text: str | None, today: date) -> Reply:
        if option.asks and not text:
            raise NotUnderstoodError(option.asks)
        return Reply(Said.VALUE, {"is": option.value, "text": today.isoformat() if option.dated else text})

    def _numbered(self, number: int, rest: str | None, today: date) -> Reply | None:
        if not 1 <= number <= len(self.choices):
            if rest is None:
                raise NotUnderstoodError(CHOOSE)
            return None
        if number > len(self.options):
            if (
                rest is not None
                and _UNKNOWN_WORDS.get(spoken(rest)) is not self.unknowns[number - len(self.options) - 1]
            ):
                raise NotUnderstoodError(CHOOSE)
            return Reply(self.unknowns[number - len(self.options) - 1])
        option = self.options[number - 1]
        if option.asks:
            return self._chosen(option, _without_own_words(option, rest), today)
        if rest is None or spoken(rest) in _words_of(option):
            return self._chosen(option, None, today)
        because = _BECAUSE.match(rest) if self.comments else None
        if because is not None and (not because["head"].strip() or spoken(because["head"]) in _words_of(option)):
            return Reply(Said.VALUE, {"is": option.value, "text": because["why"].strip()})
        if self.reads is not None:
            # "2 november 2026" is a date, not the second choice.
            return None
        raise NotUnderstoodError(CHOOSE)


def spoken(text: str) -> str:
    return plain(text.strip().strip("‘’'\"`.!")) if len(text) <= 80 else ""


def _words_of(option: Option) -> set[str]:
    return {plain(option.label), option.value, *(plain(word) for word in option.spoken)}


def _without_own_words(option: Option, rest: str | None) -> str | None:
    """The words behind the option: "3 ja, mits voor een botbreuk" says its own label once more."""
    if rest is None:
        return None
    for word in sorted(option.spoken, key=len, reverse=True):
        if plain(rest[: len(word)]) == plain(word) and not rest[len(word) : len(word) + 1].isalnum():
            rest = rest[len(word) :].strip(" ,:") or ""
            break
    return rest or None


CHOOSE = "Dat antwoord begrijp ik niet. Kies een nummer uit de lijst, of typ het antwoord zoals het er staat."
UNREADABLE = "Dat kan ik zo niet bewaren. Schrijf het opnieuw, met gewone letters en niet te lang."

UNKNOWN_LABELS = {
    Said.UNKNOWN: "nog onbekend",
    Said.NOT_ASKED: "niet besproken",
    Said.UNDECIDED: "besproken, nog geen besluit",
}
_UNKNOWN_WORDS = {
    "nog onbekend": Said.UNKNOWN,
    "onbekend": Said.UNKNOWN,
    "weet ik niet": Said.UNKNOWN,
    "weet niet": Said.UNKNOWN,
    "not known": Said.UNKNOWN,
    "not known yet": Said.UNKNOWN,
    "unknown": Said.UNKNOWN,
    "niet besproken": Said.NOT_ASKED,
    "niet gevraagd": Said.NOT_ASKED,
    "not discussed": Said.NOT_ASKED,
    "besproken, nog geen besluit": Said.UNDECIDED,
    "besproken nog geen besluit": Said.UNDECIDED,
    "nog geen besluit": Said.UNDECIDED,
    "discussed, not decided yet": Said.UNDECIDED,
    "not decided yet": Said.UNDECIDED,
}
_SKIP = frozenset({"overslaan", "sla over", "skip"})
