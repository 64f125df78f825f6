"""Hoe getypte drempels gelezen worden: ``pijn 5``, ``pijn ernstig 8``, ``stijging 2``, ``pijn uit``."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hub.domain.errors import CommandRejected
from hub.domain.observations import symptom_named
from hub.domain.spelling import plain
from hub.domain.triggers import ItemRule, Thresholds
from hub.domain.typed import whole_number

_HOW = (
    "Schrijf bijvoorbeeld: !drempel pijn 5, !drempel pijn ernstig 8, !drempel stijging 2, !drempel pijn uit, "
    "!drempel pps 40, !drempel mantelzorg 6 of !drempel dagboek aan."
)
_GENERAL: dict[str, Callable[[Thresholds, int], Thresholds]] = {
    "gewoon": lambda rules, score: replace(rules, relevant=score),
    "ernstig": lambda rules, score: replace(rules, serious=score),
    "stijging": lambda rules, score: replace(rules, rise=score),
    "mantelzorg": lambda rules, score: replace(rules, strain=score),
    "pps": lambda rules, score: replace(rules, low=score),
    "daling": lambda rules, score: replace(rules, drop=score),
}


def parse_threshold(text: str, rules: Thresholds) -> Thresholds:
    """The thresholds with what was typed in them.

    :raises CommandRejected: ``bad-threshold`` when it is not understood, or does not fit together
    """
    words = text.casefold().replace("=", " ").replace(":", " ").split()
    last = plain(words[-1]) if words else ""
    try:
        if plain(" ".join(words)) == "standaard":
            return Thresholds()
        if len(words) < 2:
            raise ValueError
        head = plain(" ".join(words[:-1]))
        if head == "dagboek" and last in {"aan", "uit"}:
            return replace(rules, diary=last == "aan")
        if head in _GENERAL and last.isdigit():
            return _GENERAL[head](rules, whole_number(last, _HOW))
        return _of_item(words, last, rules)
    except ValueError as problem:
        raise CommandRejected("bad-threshold", _HOW) from problem


def _of_item(words: list[str], last: str, rules: Thresholds) -> Thresholds:
    serious = len(words) > 2 and plain(words[-2]) == "ernstig"
    item = symptom_named(" ".join(words[: -2 if serious else -1]))
    if item is None:
        raise ValueError
    before = next((rule for rule in rules.items if rule.item is item), ItemRule(item))
    if last == "standaard" and not serious:
        return rules.without_item(item)
    if last in {"uit", "aan"} and not serious:
        return rules.with_item(replace(before, off=last == "uit"))
    score = whole_number(last, _HOW)
    changed = replace(before, serious=score, off=False) if serious else replace(before, relevant=score, off=False)
    return rules.with_item(changed)


def thresholds_nl(rules: Thresholds) -> list[tuple[str, Mapping[str, object]]]:
    """The thresholds: each a Dutch sentence with places, and what fills them."""
    lines: list[tuple[str, Mapping[str, object]]] = [
        (COUNTS, {"relevant": rules.relevant, "serious": rules.serious}),
        (RISES, {"rise": rules.rise}),
        (FALLS, {"low": rules.low, "drop": rules.drop}),
        (WEIGHS, {"strain": rules.strain}),
        (ASKS if rules.diary else ASKS_NOT, {}),
    ]
    for rule in rules.items:
        found = rules.of(rule.item)
        if found is None:
            lines.append((NOT_OF_ONE, {"item": rule.item.nl}))
        else:
            lines.append((OF_ONE, {"item": rule.item.nl, "relevant": found[0], "serious": found[1]}))
    return lines


COUNTS = "Een klacht telt mee vanaf %(relevant)s, en is ernstig vanaf %(serious)s (0 is goed, 10 is het ergst)."
RISES = "Een stijging van %(rise)s of meer binnen 24 uur vraagt dezelfde dag om contact."
FALLS = "Functioneren: een PPS van %(low)s of lager, of een daling van %(drop)s of meer."
WEIGHS = "Mantelzorg: een belasting van %(strain)s of hoger."
ASKS = "Na zeven stille dagen vraagt Kring de patiënt hoe het gaat."
ASKS_NOT = "Kring vraagt niet uit zichzelf hoe het gaat."
OF_ONE = "Alleen voor %(item)s: vanaf %(relevant)s, ernstig vanaf %(serious)s."
NOT_OF_ONE = "Voor %(item)s vraagt Kring niemand om te kijken."
SENTENCES = (COUNTS, RISES, FALLS, WEIGHS, ASKS, ASKS_NOT, OF_ONE, NOT_OF_ONE)
