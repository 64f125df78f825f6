"""Wat mensen typen over ziekte en markering, streng gelezen (S2)."""

import re

from hub.domain.errors import CommandRejected
from hub.domain.marking import (
    Colour,
    Diagnosis,
    IllnessPhase,
    MarkingTool,
    PatzColour,
    Phase,
    Surprise,
    SurpriseQuestion,
    SurpriseVariant,
    Tool,
)
from hub.domain.observations import Complexity, parse_level
from hub.domain.spelling import plain
from hub.domain.typed import TypedBy, a_date, chosen, dated, first_word, kept
from hub.domain.values import PartialDate, one_line

_PHASES = {phase.nl: phase for phase in Phase}
_COLOURS = {colour.nl: colour for colour in Colour}
_ANSWERS = {
    "ja": Surprise.SURPRISED,
    "nee": Surprise.NOT_SURPRISED,
    "onbekend": Surprise.UNKNOWN,
    "weet niet": Surprise.UNKNOWN,
}
_TOOLS = {
    "spict": Tool.SPICT,
    "spict-nl": Tool.SPICT,
    "radpac hartfalen": Tool.RADPAC_HEART_FAILURE,
    "radpac copd": Tool.RADPAC_COPD,
    "radpac kanker": Tool.RADPAC_CANCER,
}
_SURPRISED = re.compile(
    r"^(?P<second>tweede\s+(?:vraag\s+)?)?verrast\s*[:=]?\s*(?P<rest>\S.*)$", re.IGNORECASE | re.DOTALL
)
_MAIN = re.compile(r"^hoofd(?:diagnose)?\s*[:=]?\s+", re.IGNORECASE)
_DISCUSSED = re.compile(
    r"(?:^|[\s,;])besproken(?:\s+op\s+(?P<day>\d{1,2}-\d{1,2}-\d{4}))?\.?$", re.IGNORECASE | re.ASCII
)
_DIMENSIONS = {
    "lichamelijk": "physical",
    "psychisch": "psychological",
    "sociaal": "social",
    "spiritueel": "spiritual",
}
_HOW_MARKING = (
    "Schrijf: !markering verrast ja|nee, !markering tweede verrast ja|nee, of !markering spict: <punten>. "
    "Is het met de patiënt besproken? Zet erachter: besproken op 3-11-2026."
)
_HOW_PATZ = "Kies groen, oranje of rood, bijvoorbeeld: !patz oranje valt steeds vaker."


def parse_diagnosis(text: str, by: TypedBy) -> Diagnosis:
    """``hoofd: mammacarcinoom met botmetastasen, sinds 2024``.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``bad-text``
    """
    words, since = dated(text, "sinds", "vanaf", today=by.today)
    main = _MAIN.match(words)
    words = words[main.end() :] if main else words
    if not one_line(words):
        raise CommandRejected(
            "bad-form", "Schrijf: !diagnose <tekst>, sinds <datum>. De hoofddiagnose: !diagnose hoofd …"
        )
    return kept(lambda: Diagnosis(words.strip(), since, bool(main)))


def parse_phase(text: str, by: TypedBy) -> IllnessPhase:
    """``symptoomgericht weken tot maanden``: a phase, then perhaps the expectation in words.

    :raises CommandRejected: ``unknown-choice``, ``bad-text``
    """
    word, rest = first_word(text)
    how = f"Kies {', '.join(phase.nl for phase in Phase)}, bijvoorbeeld: !fase symptoomgericht weken tot maanden."
    phase = chosen(word, _PHASES, how)
    return kept(lambda: IllnessPhase(phase, PartialDate.of(by.today), rest or None))


def parse_patz(text: str, by: TypedBy) -> PatzColour:
    """``oranje valt steeds vaker``.

    :raises CommandRejected: ``unknown-choice``, ``bad-text``
    """
    word, rest = first_word(text)
    colour = chosen(word, _COLOURS, _HOW_PATZ)
    return kept(lambda: PatzColour(colour, None, PartialDate.of(by.today), rest or None))


def discussed_on(text: str, by: TypedBy) -> tuple[str, PartialDate | None]:
    """What was typed without *besproken [op …]* at its end, and the day of that conversation; today without a date.

    :raises CommandRejected: ``bad-date``
    """
    match = _DISCUSSED.search(text)
    if match is None:
        return text.strip(), None
    day = a_date(match["day"], today=by.today) if match["day"] else PartialDate.of(by.today)
    return text[: match.start()].strip().rstrip(",;.").rstrip(), day


def parse_marking(text: str, by: TypedBy) -> SurpriseQuestion | MarkingTool:
    """``verrast nee``, ``tweede verrast ja``, ``spict: bedlegerig, afgevallen``, ``radpac copd: geen``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-text``
    """
    today = PartialDate.of(by.today)
    asked = _SURPRISED.match(text.strip())
    if asked is not None:
        variant = SurpriseVariant.SECOND if asked["second"] else SurpriseVariant.FIRST
        answer, comment = _answered(asked["rest"])
        return kept(lambda: SurpriseQuestion(variant, answer, today, comment))
    name, colon, rest = text.partition(":")
    tool = _TOOLS.get(plain(name))
    if tool is None or not colon or not rest.strip():
        raise CommandRejected("bad-form", _HOW_MARKING)
    items = [] if plain(rest.rstrip(". ")) in {"geen", "niets"} else [part.strip() for part in rest.split(",")]
    return kept(lambda: MarkingTool(tool, tuple(item for item in items if item), today))


def parse_whole_complexity(text: str, by: TypedBy) -> Complexity:
    """``hoog twee opnames; sociaal dochter ver weg; opnieuw 3-12-2026``: level, reasons, when to look again.

    A part that begins with another word belongs to the reason, so that nothing that was typed is lost.

    :raises CommandRejected: ``bad-level``, ``bad-date``, ``bad-text``
    """
    level, rest = parse_level(text)
    reason: list[str] = []
    named: dict[str, str] = {}
    again: PartialDate | None = None
    for part in (one.strip() for one in rest.split(";")):
        word, words = first_word(part)
        if word == "opnieuw" and words and again is None:
            again = a_date(words)
        elif (field := _DIMENSIONS.get(word)) and words and field not in named:
            named[field] = words
        elif part:
            reason.append(part)
    return kept(lambda: Complexity(level, "; ".join(reason) or None, **named, judge_again_on=again))


def _answered(text: str) -> tuple[Surprise, str | None]:
    for size in (2, 1):
        words = text.split(maxsplit=size)
        answer = _ANSWERS.get(plain(" ".join(words[:size]).rstrip(".,:;!")))
        if answer is not None and len(words) >= size:
            return answer, (words[size].strip() or None) if len(words) > size else None
    raise CommandRejected("unknown-choice", _HOW_MARKING)
