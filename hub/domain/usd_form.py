"""Het Utrecht Symptoom Dagboek in drie berichten: de cijfers, wat eerst komt, en vastleggen (law-and-care §3.5).

Patients value being invited and not obliged: no item is needed, and nothing is asked twice.
"""

import re
from collections.abc import Sequence
from datetime import date

from hub.domain.observations import USD_ITEMS, ItemScore, Reporter, SymptomItem, SymptomScores, symptom_named
from hub.domain.question import Facts, NotUnderstoodError, Option, Question, Replies, Reply, Said
from hub.domain.questionnaire import Questionnaire
from hub.domain.vocabulary import Section

KIND = "usd"
_SCORE = re.compile(r"^(?:10|[0-9])$", re.ASCII)
_TOKENS = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[^\W\d_][^\W\d_ ]*(?: [^\W\d_]+)*|[-–x](?![^\W\d_])|[^\s,;:=]")
_BETWEEN = re.compile(r"\s*[;\n]\s*|,\s+|\s+")
_AND = re.compile(r"^(?:en|and)\s+|\s+(?:en|and)$", re.IGNORECASE)
_NOTHING = frozenset({"-", "–", "x"})

SAY_SCORES = (
    "Schrijf cijfers van 0 tot en met 10 bij de klachten, bijvoorbeeld: 6 pijn, 3 benauwd. Of alleen cijfers, in de "
    "volgorde van de lijst."
)
SAY_WHICH = "Bij welke klacht hoort dit cijfer? Schrijf bijvoorbeeld: 6 pijn."
SAY_FIRST = "Noem één klacht waar u een cijfer bij gaf, of typ: geen."
TITLES = {
    Reporter.PATIENT: "Hoe gaat het nu met u?",
    Reporter.RELATIVE: "Hoe gaat het nu met de patiënt, zoals u het ziet?",
    Reporter.PROFESSIONAL: "Hoe gaat het nu met de patiënt, zoals u het beoordeelt?",
}
INTRO = "Dit is een uitnodiging, het hoeft niet. Geef een cijfer bij zoveel klachten als u wilt."
SPOKEN = (SAY_SCORES, SAY_WHICH, SAY_FIRST)


def form(reporter: Reporter) -> Questionnaire:
    """The diary in the series of this reporter: patient, relative and professional are never mixed."""
    scores = Question(
        "scores",
        Section.S5,
        "Cijfers",
        "0 is goed of geen last, 10 is het ergst. De klachten: pijn, slapen, droge mond, slikken, eetlust, obstipatie, "
        "misselijkheid, benauwdheid, vermoeidheid, angst, somberheid, welbevinden.",
        "Schrijf bijvoorbeeld: 6 pijn, 3 benauwd. Of alle cijfers op een rij, in deze volgorde; een streepje slaat er "
        "één over: 6 3 0 - 2.",
        reads=read_scores,
        values=_scores,
    )
    first = Question(
        "first",
        Section.S5,
        "Wat eerst komt",
        "Welke klacht moet als eerste worden aangepakt?",
        "Schrijf de klacht, bijvoorbeeld: pijn.",
        options=(Option("none", "geen voorkeur", ("geen", "none", "nee")),),
        reads=read_first,
        objects=_has_score,
        applies=lambda replies: "scores" in replies and replies["scores"].said is Said.VALUE,
    )
    return Questionnaire(KIND, TITLES[reporter], INTRO, (scores, first), pauses=False)


def read_scores(text: str, _today: date) -> list[list[object]]:
    """``6 pijn, 3 benauwd``, ``pijn 6, benauwd 3``, ``pijn=6`` or ``6 3 0 - 2`` → item and score, each once."""
    tokens = [token.strip() for token in _TOKENS.findall(text)]
    if not tokens or len(tokens) > 2 * len(USD_ITEMS) + 2:
        raise NotUnderstoodError(SAY_SCORES)
    if all(token[0].isdigit() or token in _NOTHING for token in tokens):
        # "6-7" and "6,5" are no two scores: in a row a space stands between them.
        return _row([token for token in _BETWEEN.split(text.strip()) if token])
    numbers_first = tokens[0][0].isdigit()
    numbers = tokens[0::2] if numbers_first else tokens[1::2]
    words = tokens[1::2] if numbers_first else tokens[0::2]
    if len(numbers) != len(words):
        raise NotUnderstoodError(SAY_SCORES)
    found = [[_item(word).value, _score(number)] for number, word in zip(numbers, words, strict=True)]
    if len({item for item, _ in found}) != len(found):
        raise NotUnderstoodError(SAY_SCORES)
    return [list(pair) for pair in found]


def _row(tokens: list[str]) -> list[list[object]]:
    given = [(item, token) for item, token in zip(USD_ITEMS, tokens, strict=False) if token not in _NOTHING]
    if len(tokens) == 1:
        raise NotUnderstoodError(SAY_WHICH)
    if len(tokens) > len(USD_ITEMS) or not given:
        raise NotUnderstoodError(SAY_SCORES)
    return [[item.value, _score(token)] for item, token in given]


def _score(token: str) -> int:
    if not _SCORE.match(token):
        raise NotUnderstoodError(SAY_SCORES)
    return int(token)


def _item(word: str) -> SymptomItem:
    item = symptom_named(_AND.sub("", word))
    if item is None:
        raise NotUnderstoodError(SAY_SCORES)
    return item


def read_first(text: str, _today: date) -> str:
    """The item that comes first."""
    item = symptom_named(text.strip().strip(".!"))
    if item is None:
        raise NotUnderstoodError(SAY_FIRST)
    return item.value


def _has_score(reply: Reply, replies: Replies) -> str:
    scored = {item for item, _ in replies["scores"].data} if "scores" in replies else set()
    return SAY_FIRST if isinstance(reply.data, str) and reply.data not in scored else ""


def _scores(reply: Reply, replies: Replies, facts: Facts) -> Sequence[object]:
    scores = tuple(ItemScore(SymptomItem(item), score) for item, score in reply.data)
    said = replies.get("first")
    first = SymptomItem(said.data) if said is not None and isinstance(said.data, str) else None
    if first is not None and first not in {one.item for one in scores}:
        first = None
    return (SymptomScores(scores, facts.reporter, first=first),)
