"""Everything that Kring says in Dutch is B1: short sentences, ordinary words (Flesch-Douma, 1960; taalniveau B1)."""

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from hub.texts import catalogue

_LONGEST = 22
_MEAN = 10.0
_MEAN_OF_GUIDES = 12.0
_EASY = 70.0
"""Flesch-Douma: 206.84 - 0.93 x words per sentence - 77 x syllables per word. 70 and up is easy."""
_LAW = re.compile(r"\([^)]*\b(?:AVG|BW|NEN|UAVG|WGBO|Wabvpz|art|artikel|lid)\b[^)]*\)")
_PLACE = re.compile(r"%\(\w+\)s|\{\w*\}")
_ASKED = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_END = re.compile(r"(?<=[.!?:;])\s+|\n")
_SYLLABLE = re.compile(r"[aeiouyáéíóúëïöüèê]+", re.IGNORECASE)
_STIFF = re.compile(
    r"\b(?:aangaande|alsmede|alvorens|behoudens|betreffende|conform|derhalve|desgewenst|dientengevolge|doch|echter"
    r"|gaarne|hetgeen|indien|ingevolge|inzake|jegens|krachtens|middels|nopens|omtrent|reeds|teneinde|tevens|thans"
    r"|voornoemde?|zulks)\b",
    re.IGNORECASE,
)


def _texts() -> list[str]:
    ids = (message.id for message in catalogue.in_use() if message.id)
    return [part for each in ids for part in ((each,) if isinstance(each, str) else each)]


def _sentences(text: str) -> Iterator[list[str]]:
    """The words of each sentence of three words or more; what is filled in counts as a word, a place in the law not."""
    plain = _ASKED.sub("woord", _PLACE.sub(" naam ", _LAW.sub("", text)))
    for part in _END.split(plain):
        words = _WORD.findall(part)
        if len(words) >= 3:
            yield words


def _douma(sentences: list[list[str]]) -> float:
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(len(_SYLLABLE.findall(word)) or 1 for word in words)
    return 206.84 - 0.93 * len(words) / len(sentences) - 77 * syllables / len(words)


def test_no_sentence_is_long() -> None:
    long = [" ".join(words) for text in _texts() for words in _sentences(text) if len(words) > _LONGEST]
    assert not long, "\n".join(long)


def test_the_whole_is_easy_to_read() -> None:
    sentences = [words for text in _texts() for words in _sentences(text)]
    assert len(sentences) > 1000
    assert mean(len(words) for words in sentences) <= _MEAN
    assert _douma(sentences) >= _EASY


def test_no_stiff_words() -> None:
    stiff = [text for text in _texts() if _STIFF.search(text)]
    assert not stiff, "\n".join(stiff)


def test_the_guides_are_as_easy() -> None:
    for path in sorted((Path(catalogue.__file__).resolve().parents[2] / "docs" / "gebruik").glob("*.md")):
        prose = re.sub(r"`[^`]*`", "woord", re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL))
        lines = [line for line in prose.splitlines() if not line.startswith(("#", "|"))]
        text = "\n\n".join(
            " ".join(part.split()) for part in re.split(r"\n\s*\n|\n\s*(?=[*\-] |\d+\. )", "\n".join(lines))
        )
        lengths = [len(words) for words in _sentences(text)]
        assert mean(lengths) <= _MEAN_OF_GUIDES, f"{path.name}: {mean(lengths):.1f}"


def test_the_measure_knows_hard_from_easy() -> None:
    easy = list(_sentences("Bij spoed belt u de huisarts. Die komt bij u langs."))
    hard = list(_sentences("De verantwoordelijkheidsverdeling betreffende levensbeëindigende behandelingen geschiedt."))
    assert [len(words) for words in easy] == [6, 5]
    assert _douma(easy) > 90 > _EASY > _douma(hard)
    assert list(_sentences("Dat mag niet (BW 7:457 lid 2).")) == [["Dat", "mag", "niet"]]
    assert _STIFF.search("Derhalve mag dat.")
    assert not _STIFF.search("Daarom mag dat.")
