"""Zoeken: whatever is typed is a question or a plain no; nothing raises, and nothing takes long."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.dutch_stems import stem
from hub.domain.errors import CommandRejected
from hub.domain.search import LONGEST, MOST_WORDS, Query, folded, parse_query
from hub.domain.spelling import plain

_LETTERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def query(text: str) -> Query | None:
    try:
        return parse_query(text, stem)
    except CommandRejected:
        return None


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_question_about_any_text_has_an_answer(asked: str, text: str) -> None:
    found = query(asked)
    if found is not None:
        assert found.matches(folded(text)) in {True, False}
        assert "".join(piece for piece, _ in found.pieces(text)) == text
        cut = "".join(piece for piece, _ in found.fragment(text))
        assert len(cut) <= 330


@given(_LETTERS.filter(lambda word: not word.isspace()), st.text(max_size=60), st.text(max_size=60))
def test_a_word_is_found_in_what_it_stands_in(word: str, before: str, after: str) -> None:
    """As it was written, in capitals, and with whatever stands around it."""
    for typed in (word, word.upper()):
        found = query(typed.replace('"', " "))
        if found is not None and plain(typed) == plain(word) and not set(typed) & set('"“”„«»'):
            assert found.matches(folded(f"{before} {word} {after}"))


_PIECES = (
    "ge",
    "s",
    "sl",
    "slapen",
    "geslapen",
    "aap",
    "loop",
    "lopen",
    "do",
    "dochter",
    "ver",
    "wond",
    "en",
    "_",
    "é",
)
_TYPED = ("slapen", "lopen", "dochter", "gelopen", "geit", "wonden", "tv-gids", "tvs", "benauwd", "moe", "état")


@given(st.sampled_from(_TYPED), st.lists(st.sampled_from((*_PIECES, " ", "-", "e\u0301")), max_size=12).map("".join))
def test_words_of_one_stem_are_found_as_word_by_word(asked: str, said: str) -> None:
    """Looking where a word could begin finds what taking the text apart finds."""
    found, text = query(asked), folded(said)
    assert found is not None
    for term in found.terms:
        starts = [match[0] for known in term.stems if (match := re.match(r"[^\W_aeiou]*[^\W_]", known))]
        begins = (*starts, *(f"ge{start}" for start in starts))
        of_stem = [w for w in re.findall(r"\w+", text) if w.startswith(begins) and stem(w) in term.stems]
        literally = term.part is not None and term.part in text
        together = term.phrases is not None and term.phrases.search(text) is not None
        assert term.is_in(text) == (bool(of_stem) or literally or together)


@pytest.mark.parametrize(
    ("asked", "said", "found"),
    [
        ("slapen", "heeft geslapen", True),
        ("lopen", "loopt nog", True),
        ("pijn", "Rugpijn", True),
        ("pijn rug", "Rugpijn", True),
        ("rug knie", "rugpijn", False),
        ("coordinatie", "Coördinatie", True),
        ("COÖRDINATIE", "coordinatie", True),
        ("o2", "O2 via neusbril", True),
        ("o2", "CO2 meting", False),
        ('"koude handen"', "koude, blauwe handen", False),
        ('"koude handen"', "heeft koude\nhanden", True),
        ('"hand"', "handen", False),
        ("misselijk", "misselijkheid 7", True),
        ("kortademig", "USD: benauwdheid 7", True),
        ("wonden", "de wond is schoon", True),
        ("%", "100 %", None),
        ("a%b", "a_b", True),
        ("_", "a_b", None),
        (".*", "alles", None),
        ("p.*n", "pijn", False),
        ("ijs", "ĲSJE", True),
        ("\u202enjip", "pijn", False),
    ],
)
def test_what_counts_as_the_same(asked: str, said: str, found: bool | None) -> None:
    looked = query(asked)
    assert (None if looked is None else looked.matches(folded(said))) is found


@pytest.mark.parametrize(
    "asked",
    [
        "a" * 65_536,
        "(a+)+$" * 30,
        "a" * LONGEST,
        "e\u0301" * 100,
        "z" + "\u0335\u0321\u0353" * 60,
        "\u05d0\u05d1 \u0627\u0628\u062a",
        " ".join("abc" for _ in range(MOST_WORDS + 1)),
        '"' * 199,
        "\x00\x01",
        "ge" * 99,
    ],
)
def test_what_is_made_to_hurt_takes_no_longer_than_the_text(asked: str) -> None:
    """Counted in stems, not in seconds: each word of the text is looked at once for each word of the question."""
    stems = 0

    def counted(word: str) -> str:
        nonlocal stems
        stems += 1
        return stem(word)

    text = folded(("geaaa " + "a" * 50 + " ge" + "e" * 30 + " ") * 400)
    try:
        found = parse_query(asked, counted)
    except CommandRejected:
        return
    found.matches(text)
    assert stems <= MOST_WORDS * (1 + len(text.split()))


def test_a_fragment_shows_what_was_looked_for() -> None:
    chance = random.Random(3)
    words = ["boom", "roos", "vis", "maan", "Kees", "zee"]
    for _ in range(50):
        text = " ".join(chance.choices(words, k=chance.randint(1, 400)))
        place = chance.randint(0, len(text))
        found = query("kanarie")
        assert found is not None
        pieces = found.fragment(f"{text[:place]} Kanarie {text[place:]}")
        assert [piece for piece, sought in pieces if sought] == ["Kanarie"]


def test_a_question_never_prints_itself() -> None:
    assert "kanarie" not in repr(query("kanarie")).casefold()
