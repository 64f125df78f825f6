"""Zoeken in een dossier: what somebody typed, and whether a text has it. Pure; no pattern of the asker's is ever run.

Case and accents do not matter. Several words: all of them. From three letters a part of a word is enough ("pijn" finds
"rugpijn"); a shorter one is a whole word. Words of one stem are one word ("slapen", "geslapen"), and what people call a
complaint is that complaint ("kortademig", "benauwdheid"). What stands in quotation marks is found as it stands there.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from hub.domain.errors import CommandRejected
from hub.domain.observations import USD_WORDS
from hub.domain.spelling import plain

LONGEST, MOST_WORDS = 200, 8
"""Characters and words of a question: what looking costs is for the dossier to decide, not for the asker."""
SHORTEST_PART = 3
_LONGEST_WORD = 40
_BEFORE, _FRAGMENT = 60, 200
_TERM = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]|([^\s"“”„«»]+)')
_WORD = re.compile(r"[^\W_]+")
_BETWEEN, _BEGIN, _END = r"[\W_]+", r"(?<![^\W_])", r"(?![^\W_])"
_WRITTEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
# Endings change, and double vowels ("loop", "lopen"); what stands before does not.
_START = re.compile(r"[^\W_aeiou]*[^\W_]")
_HOW = (
    "Schrijf: !zoek <woorden>, bijvoorbeeld: !zoek benauwd nacht. Woorden die bij elkaar horen, zet u tussen "
    'aanhalingstekens: !zoek "koude handen".'
)
Stem = Callable[[str], str]


def folded(text: str) -> str:
    """A text as it is compared."""
    return text.lower() if text.isascii() else plain(text)


@dataclass(frozen=True, slots=True)
class Term:
    """Eén woord van een zoekvraag, of woorden die bij elkaar horen."""

    words: tuple[str, ...] = field(repr=False)
    part: str | None = field(repr=False)
    """What a text may hold anywhere; None when only whole words will do."""
    phrases: re.Pattern[str] | None = field(repr=False)
    """What it may hold as whole words."""
    stems: frozenset[str] = field(repr=False)
    started: tuple[tuple[str, re.Pattern[str]], ...] = field(repr=False)
    """How words with one of these stems begin, and all words that begin so: finding the stem of a word takes long."""
    stem: Stem = field(repr=False)

    def is_in(self, text: str) -> bool:
        """Whether a folded text has it."""
        if self.part is not None and self.part in text:
            return True
        if self.phrases is not None and self.phrases.search(text) is not None:
            return True
        for start, words in self.started:
            if start in text:  # No generators: this is done for each of ten thousand entries.
                for word in words.findall(text):
                    if len(word) <= _LONGEST_WORD and self.stem(word) in self.stems:
                        return True
        return False


@dataclass(frozen=True, slots=True)
class Query:
    """Zoekvraag. Never printed or logged: the words may be about somebody's health."""

    terms: tuple[Term, ...] = field(repr=False)

    @property
    def of_single_words(self) -> "Query":
        """The terms that no words which belong together can answer, and no word that must stand alone."""
        return Query(tuple(term for term in self.terms if term.phrases is None))

    def without(self, text: str) -> "Query":
        """What is looked for and is not in this folded text."""
        return Query(tuple(term for term in self.terms if not term.is_in(text)))

    def matches(self, text: str) -> bool:
        """Whether each word is in this folded text."""
        return all(map(Term.is_in, self.terms, repeat(text)))

    def pieces(self, text: str) -> list[tuple[str, bool]]:
        """The text in pieces, in order; True for the words that were looked for."""
        found: list[tuple[str, bool]] = []
        at = 0
        for begin, end in sorted(self._spans(text)):
            if end <= at:
                continue
            if begin > at:
                found.append((text[at:begin], False))
            found.append((text[max(begin, at) : end], True))
            at = end
        return [*found, (text[at:], False)] if at < len(text) else found

    def fragment(self, text: str) -> list[tuple[str, bool]]:
        """The same of a short part of a long text, around the first word that was looked for."""
        line = " ".join(text.split())
        if len(line) <= _FRAGMENT:
            return self.pieces(line)
        first = min((begin for begin, _ in self._spans(line)), default=0)
        # On whole words, as far as there are spaces.
        begin = line.rfind(" ", 0, max(0, first - _BEFORE)) + 1 if first > _BEFORE else 0
        begin = max(begin, first - 2 * _BEFORE)
        end = begin + _FRAGMENT
        if end < len(line):
            space = line.rfind(" ", first + 1, end)
            end = space if space > first else end
        pieces = self.pieces(line[begin:end])
        return [*([("… ", False)] if begin else []), *pieces, *([(" …", False)] if end < len(line) else [])]

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        written = [(match.start(), match.end(), plain(match[0])) for match in _WRITTEN.finditer(text)]
        for term in self.terms:
            size = len(term.words)
            for place, (begin, end, word) in enumerate(written):
                if size == 1 and term.is_in(word):
                    yield begin, end
                elif size > 1 and tuple(one[2] for one in written[place : place + size]) == term.words:
                    yield begin, written[place + size - 1][1]


def parse_query(text: str, stem: Stem) -> Query:
    """Read ``benauwd nacht`` or ``"koude handen" dochter``.

    :raises CommandRejected: ``bad-search``: nothing to look for, or too much at once
    """
    if len(text) > LONGEST:
        raise CommandRejected(
            "bad-search", "Een zoekvraag is hoogstens %(longest)s tekens. %(how)s", {"longest": LONGEST, "how": _HOW}
        )
    terms = []
    for match in _TERM.finditer(text):
        quoted = match[1] is not None
        words = tuple(_WORD.findall(plain(match[1] if quoted else match[2])))
        if words:
            terms.append(_term(words, stem, quoted=quoted))
    if not terms or sum(len(term.words) for term in terms) > MOST_WORDS:
        problem = "Daar staat geen woord in om te zoeken." if not terms else f"Zoek op hoogstens {MOST_WORDS} woorden."
        raise CommandRejected("bad-search", "%(problem)s %(how)s", {"problem": problem, "how": _HOW})
    return Query(tuple(terms))


def _term(words: tuple[str, ...], stem: Stem, *, quoted: bool) -> Term:
    if quoted or len(words) > 1:
        # "e-mail" may go on ("e-mailadres"); what is quoted may not.
        begin = _BEGIN if quoted or len(words[0]) < SHORTEST_PART else ""
        end = _END if quoted or len(words[-1]) < SHORTEST_PART else ""
        return Term(words, None, re.compile(begin + _joined(words) + end), frozenset(), (), stem)
    word = words[0]
    others = [tuple(name.split()) for name in _same_complaint(word)]
    stems = frozenset(stem(one[0]) for one in ((word,), *others) if len(one) == 1 and len(one[0]) >= SHORTEST_PART)
    begun = [start[0] for known in stems if (start := _START.match(known))]
    starts = _not_within_another({*begun, *(f"ge{start}" for start in begun)})
    whole = [one for one in (words, *others) if len(one) > 1 or len(one[0]) < SHORTEST_PART]
    return Term(
        words,
        word if len(word) >= SHORTEST_PART else None,
        re.compile("|".join(f"{_BEGIN}{_joined(one)}{_END}" for one in whole)) if whole else None,
        stems,
        tuple((start, _words_from(start)) for start in starts),
        stem,
    )


def _not_within_another(starts: Collection[str]) -> list[str]:
    """Without those that begin with another one: their words begin so too."""
    return [one for one in sorted(starts) if not any(one != other and one.startswith(other) for other in starts)]


def _words_from(start: str) -> re.Pattern[str]:
    """The words that begin so. The letters stand in front of the question whether a word begins there: a pattern that
    begins with letters goes through a text ten times as fast."""
    letters = re.escape(start)
    return re.compile(rf"{letters}(?<=\b{letters})\w*")


def _joined(words: Sequence[str]) -> str:
    return _BETWEEN.join(map(re.escape, words))


def _same_complaint(word: str) -> list[str]:
    """What else people call the complaint that this word means (``benauwd``: ``kortademig``, ``dyspnoe``)."""
    item = USD_WORDS.get(word)
    return [name for name, named in USD_WORDS.items() if named is item and name != word] if item is not None else []
