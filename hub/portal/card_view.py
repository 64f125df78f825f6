"""The card as a page: the six facts that decide at night first, each with what must be known before acting on it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.application.use_cases.cards import CardView
from hub.domain.card import MISSING
from hub.domain.card_facts import FIRST_SIX, Line, Mark
from hub.domain.vocabulary import Section
from hub.texts import N_, SAY_DUTCH, Words

MARKS = {
    Mark.CONTESTED: N_("Tegenstrijdig"),
    Mark.STALE: N_("Verouderd"),
    Mark.MISSING: N_("Niet vastgelegd"),
}
_CLOSED = N_("Dit deel is niet voor u open. Vraag het aan de huisarts of de palliatieve zorgcoach.")
_PART = N_("U ziet hier een deel van dit onderdeel; er kan meer zijn vastgelegd.")
_NOTHING = N_("Niemand heeft dit nog vastgelegd.")


@dataclass(frozen=True, slots=True)
class Item:
    """Eén feit. ``said`` None: only ``note`` is shown, in the words of the page."""

    key: str
    title: str
    said: str | None = field(repr=False)
    note: str | None
    marks: tuple[tuple[str, str], ...]
    section: Section | None
    phones: tuple[tuple[str, str], ...] = field(repr=False)
    """(as written, as dialled)"""


@dataclass(frozen=True, slots=True)
class CardPage:
    first: tuple[Item, ...]
    more: tuple[Item, ...]


def present(view: CardView, words: Words = SAY_DUTCH) -> CardPage:
    """The page. What people agreed stays in the language in which they did."""
    items = [_item(line, view, words) for line in view.lines]
    return CardPage(tuple(items[: len(FIRST_SIX)]), tuple(items[len(FIRST_SIX) :]))


def _item(line: Line, view: CardView, words: Words) -> Item:
    section, title = line.fact.section, words(line.fact.title_nl)
    link = line.section if line.section in view.opened else None
    if section is not None and section not in view.opened:
        return Item(line.fact.value, title, None, words(_CLOSED), (), None, ())
    if section in view.limited and not line.refs:
        # Not "not recorded": somebody who sees a part cannot tell.
        return Item(line.fact.value, title, None, words(_PART), (), link, ())
    marks = tuple((mark.value, words(MARKS[mark])) for mark in Mark if mark in line.marks)
    phones = tuple(_dialled(line.phones))
    if line.text == MISSING:
        return Item(line.fact.value, title, None, words(_NOTHING), marks, link, phones)
    return Item(line.fact.value, title, line.text, None, marks, link, phones)


def _dialled(phones: Iterable[str]) -> Iterable[tuple[str, str]]:
    for phone in dict.fromkeys(phones):
        yield phone, re.sub(r"[^0-9+]", "", phone)
