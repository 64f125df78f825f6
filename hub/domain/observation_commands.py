"""Wat mensen typen over functioneren, eten, zingeving en mantelzorg, streng gelezen (S5, S6)."""

import re
from dataclasses import replace

from hub.domain.errors import CommandRejected
from hub.domain.function import (
    DeliriumScore,
    Intake,
    IntakeLevel,
    MeaningItem,
    MeaningScore,
    MeaningScores,
    PerformanceScore,
    Scale,
    Shift,
    Weight,
)
from hub.domain.observations import SymptomScores, parse_usd, symptom_named
from hub.domain.psychosocial import CarerStrain, PsychosocialSignal, Signal
from hub.domain.spelling import plain
from hub.domain.typed import TypedBy, chosen, first_word, headed, kept, whole_number

_NUMBER = re.compile(r"^([0-9]{1,5})(?:\s?%)?(?:[,:;.]?\s+(.+)|[,:;.]?)$", re.ASCII | re.DOTALL)
# "40 à 50" and "8,5" are not one whole number.
_ANOTHER = re.compile(r"^(?:[aà]|of|tot|t/m|en een half|½|[-–—/,.])\s*[0-9½]|^½", re.IGNORECASE)
_KILOS = re.compile(
    r"^([0-9]{1,3})(?:[,.]([0-9]{1,3}))?\s*(?:kg|kilo)?(?:[,:;.]?\s+(.+)|[,:;.]?)$", re.ASCII | re.DOTALL
)
_PAIR = re.compile(r"([^\W\d_][^=:,;\d]{0,40}?)\s*[=:]\s*([0-9]{1,5})(?=$|[\s,;])")
_FIRST = re.compile(r"[\s,;](?:als\s)?eerst[:=]?\s([^=:,;\d]{1,40})$", re.IGNORECASE)
_SHIFTS = {
    "dag": Shift.DAY,
    "dagdienst": Shift.DAY,
    "avond": Shift.EVENING,
    "avonddienst": Shift.EVENING,
    "nacht": Shift.NIGHT,
    "nachtdienst": Shift.NIGHT,
    "etmaal": Shift.WHOLE_DAY,
    "gemiddeld": Shift.WHOLE_DAY,
}
_LEVELS = {level.nl: level for level in IntakeLevel} | {
    "verminderd": IntakeLevel.REDUCED,
    "goed": IntakeLevel.NORMAL,
    "weinig": IntakeLevel.MINIMAL,
    "niets": IntakeLevel.MOUTH_CARE,
}
_THEMES = {item.nl: item for item in MeaningItem} | {
    "identiteit": MeaningItem.IDENTITY,
    "autonomie": MeaningItem.IDENTITY,
    "dood": MeaningItem.DEATH,
    "sterven": MeaningItem.DEATH,
    "hiernamaals": MeaningItem.DEATH,
}
_SIGNALS = {signal.nl: signal for signal in Signal} | {
    "jonge kinderen": Signal.YOUNG_CHILDREN,
    "financien": Signal.FINANCES,
    "veiligheid": Signal.RISK,
    "spiritueel": Signal.SPIRITUAL_NEED,
    "geloof": Signal.LIFE_STANCE,
    "netwerk": Signal.SMALL_NETWORK,
    "overig": Signal.OTHER,
}
_HOW_DOS = "Schrijf een DOS-score van 0 tot en met 13, en de dienst erachter: !dos 4 nacht."
_HOW_WEIGHT = "Schrijf het gewicht in kilo, bijvoorbeeld: !gewicht 58,5."
_HOW_STRAIN = "Schrijf een cijfer van 0 tot en met 10 en wie het is: !mantelzorg 7 zoon Pieter: slaapt slecht."
_HOW_SIGNAL = f"Schrijf: !signaal <soort>: <woorden>. De soorten: {', '.join(signal.nl for signal in Signal)}."


def parse_diary(text: str, by: TypedBy) -> SymptomScores:
    """``pijn=6 benauwdheid=3 eerst pijn``: scores, and perhaps which complaint comes first.

    :raises CommandRejected: ``bad-usd``, ``bad-text``
    """
    match = _FIRST.search(text)
    scores = parse_usd(text[: match.start()] if match else text, by.reporter)
    if match is None:
        return scores
    first = symptom_named(match[1].rstrip("."))
    if first is None:
        raise CommandRejected("bad-usd", "Schrijf achter ‘eerst’ één klacht uit het USD, bijvoorbeeld: eerst pijn.")
    return kept(lambda: replace(scores, first=first))


def parse_performance(text: str, by: TypedBy, scale: Scale = Scale.PPS) -> PerformanceScore:
    """``40 ligt vooral in bed``; a scale in front (``kps 50``) wins. In tens, never rounded.

    :raises CommandRejected: ``bad-number``, ``bad-text``
    """
    word, rest = first_word(text)
    if word in {"pps", "kps"}:
        scale, text = Scale(word), rest
    how = f"Een score is een tiental van 10 tot en met 100, bijvoorbeeld: !{scale.value} 40 ligt vooral in bed."
    score, note = _numbered(text, how)
    if score == 0:
        raise CommandRejected("bad-number", "Met een score meldt u geen overlijden. Dat doet u met: !overleden")
    if score not in range(10, 101, 10):
        raise CommandRejected("bad-number", how)
    return kept(lambda: PerformanceScore(scale, score, note))


def parse_kps(text: str, by: TypedBy) -> PerformanceScore:
    """As :func:`parse_performance`, on the scale of Karnofsky."""
    return parse_performance(text, by, Scale.KPS)


def parse_dos(text: str, by: TypedBy) -> DeliriumScore:
    """``4 nacht``, ``4 plukt aan het laken``.

    :raises CommandRejected: ``bad-number``, ``bad-text``
    """
    score, note = _numbered(text, _HOW_DOS)
    if score > 13:
        raise CommandRejected("bad-number", _HOW_DOS)
    word, rest = first_word(note or "")
    shift = _SHIFTS.get(word)
    return kept(lambda: DeliriumScore(score, shift, (rest or None) if shift else note))


def parse_weight(text: str, by: TypedBy) -> Weight:
    """``58,5`` or ``58.5 kg na plassen``, in kilograms.

    :raises CommandRejected: ``bad-number``, ``bad-text``
    """
    match = _KILOS.match(text.strip())
    note = match[3].strip() if match and match[3] else None
    if match is None or (note and _ANOTHER.match(note)):
        raise CommandRejected("bad-number", _HOW_WEIGHT)
    grams = int(match[1]) * 1000 + int((match[2] or "0").ljust(3, "0"))
    return kept(lambda: Weight(grams, note))


def parse_intake(text: str, by: TypedBy) -> Intake:
    """``slokjes alleen water``: a level, then perhaps an explanation.

    :raises CommandRejected: ``unknown-choice``, ``bad-text``
    """
    how = f"Kies {', '.join(level.nl for level in IntakeLevel)}, bijvoorbeeld: !eten slokjes."
    words = text.strip().split(maxsplit=2)
    for size in (2, 1):
        level = _LEVELS.get(plain(" ".join(words[:size]).rstrip(".,:;")))
        if level is not None and len(words) >= size:
            return _intake(level, " ".join(words[size:]) or None, by)
    raise CommandRejected("unknown-choice", how)


def _intake(level: IntakeLevel, note: str | None, by: TypedBy) -> Intake:
    return kept(lambda: Intake(level, by.reporter, note))


def parse_meaning(text: str, by: TypedBy) -> MeaningScores:
    """``balans=3 loslaten=6``: themes of the USD-4D with a score.

    :raises CommandRejected: ``bad-form``, ``bad-number``, ``bad-text``
    """
    themes = ", ".join(item.nl for item in MeaningItem)
    how = f"Schrijf elk thema met een score: !zin balans=3 loslaten=6. De thema's: {themes}."
    if len(text) > 1000:
        raise CommandRejected("bad-form", how)
    found = _PAIR.findall(text)
    if not found or _PAIR.sub("", text).strip(" ,;\t\n\r"):
        raise CommandRejected("bad-form", how)
    scores = tuple(MeaningScore(chosen(word, _THEMES, how), _to_ten(number, how)) for word, number in found)
    return kept(lambda: MeaningScores(scores, by.reporter))


def parse_strain(text: str, by: TypedBy) -> CarerStrain:
    """``7 zoon Pieter: slaapt slecht``; a relative who speaks of the own burden leaves the name out.

    :raises CommandRejected: ``bad-number``, ``bad-form``, ``bad-text``
    """
    score, rest = _numbered(text, _HOW_STRAIN)
    if score > 10:
        raise CommandRejected("bad-number", _HOW_STRAIN)
    if by.reporter.value == "relative":
        # A relative speaks of the own burden only, so that the series of another carer stays that carer's.
        return kept(lambda: CarerStrain(score, by.name, by.reporter, rest))
    who, _, note = (rest or "").partition(":")
    if not who.strip():
        raise CommandRejected("bad-form", _HOW_STRAIN)
    return kept(lambda: CarerStrain(score, who.strip(), by.reporter, note.strip() or None))


def parse_signal(text: str, by: TypedBy) -> PsychosocialSignal:
    """``kinderen: twee van 8 en 11``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-text``
    """
    head, rest = headed(text, _HOW_SIGNAL)
    signal = chosen(head, _SIGNALS, _HOW_SIGNAL)
    return kept(lambda: PsychosocialSignal(signal, rest))


def _numbered(text: str, how: str) -> tuple[int, str | None]:
    match = _NUMBER.match(text.strip())
    note = match[2].strip() if match and match[2] else None
    if match is None or (note and _ANOTHER.match(note)):
        raise CommandRejected("bad-number", how)
    return whole_number(match[1], how), note


def _to_ten(number: str, how: str) -> int:
    score = whole_number(number, how)
    if score > 10:
        raise CommandRejected("bad-number", how)
    return score
