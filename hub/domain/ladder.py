"""De ladder: who is asked when a question stays without answer, after how long, and in which words (D10; F12).

A coach edits it without code: every rule here says in one Dutch sentence what is wrong with what was typed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from string import Formatter
from typing import Any

from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.vocabulary import Role

MOST_RUNGS = 8
LONGEST_TEXT = 400
PLACES = ("wie", "termijn", "nummer")
"""What a text of a rung may fill in: {wie}, {termijn}, {nummer}."""
_LEAST, _MOST = 15, 7 * 24 * 60
_MOST_PRACTICAL, _LONGEST_WORD = 40, 40


class Who(StrEnum):
    """Wie er op een trede staat."""

    LEAD = "lead"
    DEPUTY = "deputy"
    COACH = "coach"
    GP = "gp"
    HOME_CARE = "home_care"
    SPECIALIST = "specialist"
    ON_DUTY = "on_duty"
    """Dienst: a locum who is in the circle now, else somebody of the organisation of who leads."""
    OUTSIDE = "outside"
    """Buiten Kring om: phone or pager, by the adapter that the organisation configured."""

    @property
    def title_nl(self) -> str:
        """As people read and type it."""
        return _TITLES[self]

    @property
    def role(self) -> Role | None:
        """For who is meant by a role alone."""
        return _ROLES.get(self)


_TITLES = {
    Who.LEAD: "regiehouder",
    Who.DEPUTY: "plaatsvervanger",
    Who.COACH: "coach",
    Who.GP: "huisarts",
    Who.HOME_CARE: "thuiszorg",
    Who.SPECIALIST: "specialist",
    Who.ON_DUTY: "dienst",
    Who.OUTSIDE: "telefoon",
}
_ROLES = {Who.COACH: Role.COACH, Who.GP: Role.GP, Who.HOME_CARE: Role.HOME_CARE, Who.SPECIALIST: Role.SPECIALIST}


@dataclass(frozen=True, slots=True)
class Rung:
    """Trede. ``within``: minutes in office hours; ``outside``: minutes at other times, None: the next working day.

    ``text``: the house's own words instead of the standard ones; said as it stands, in every language.
    """

    who: Who
    within: int
    outside: int | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        for minutes in (self.within, *(() if self.outside is None else (self.outside,))):
            if not _LEAST <= minutes <= _MOST:
                raise CommandRejected(
                    "bad-term", "Een termijn op de ladder is minstens een kwartier en hoogstens zeven dagen."
                )
        if self.text is not None:
            check_text(self.text, self.who)

    @property
    def term_within(self) -> timedelta:
        return timedelta(minutes=self.within)

    @property
    def term_outside(self) -> timedelta | None:
        return None if self.outside is None else timedelta(minutes=self.outside)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Een versie van de ladder. ``version`` 0: that of the house. ``acute``: minutes on a rung for an acute question.

    ``practical``: words of questions for home care ("steunkousen"), who then comes first; empty: nobody does.
    """

    rungs: tuple[Rung, ...]
    acute: int = 30
    practical: tuple[str, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.rungs) <= MOST_RUNGS:
            raise CommandRejected("bad-ladder", "Een ladder heeft één tot %(most)s treden.", {"most": MOST_RUNGS})
        if self.rungs[0].who is Who.OUTSIDE:
            raise CommandRejected(
                "bad-first-rung", "Op de eerste trede staat iemand uit de kring: een vraag heeft altijd een eigenaar."
            )
        if not _LEAST <= self.acute <= 24 * 60:
            raise CommandRejected("bad-acute", "De termijn bij acute woorden is een kwartier tot een dag.")
        if len(self.practical) > _MOST_PRACTICAL or any(
            not word or len(word) > _LONGEST_WORD or word != plain(word) for word in self.practical
        ):
            raise CommandRejected("bad-practical", "De praktische woorden zijn losse woorden in kleine letters.")

    def rung(self, number: int) -> Rung:
        """The rung with this index; after the last one: the last."""
        return self.rungs[min(number, len(self.rungs) - 1)]

    def is_practical(self, text: str) -> bool:
        said = plain(text)
        return any(word in said for word in self.practical)

    def changed(self, number: int, who: Who, minutes: int) -> "Ladder":
        """One rung (from 1) changed, or one more at the end.

        :raises CommandRejected: there is no such rung, or it breaks a rule
        """
        if not 1 <= number <= len(self.rungs) + 1:
            raise CommandRejected(
                "no-such-rung",
                "De ladder heeft %(count)s treden. Verander een van die, of voeg er achteraan één toe.",
                {"count": len(self.rungs)},
            )
        rungs = list(self.rungs)
        if number > len(rungs):
            rungs.append(Rung(who, minutes))
        else:
            before = rungs[number - 1]
            # Words were written for who stood there.
            rungs[number - 1] = replace(
                before, who=who, within=minutes, text=before.text if before.who is who else None
            )
        return replace(self, rungs=tuple(rungs))

    def as_json(self) -> str:
        """As it is stored, without its version."""
        rungs = [{"who": r.who.value, "within": r.within, "outside": r.outside, "text": r.text} for r in self.rungs]
        said = {"rungs": rungs, "acute": self.acute, "practical": list(self.practical)}
        return json.dumps(said, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, version: int) -> "Ladder":
        return replace(cls.of(json.loads(text)), version=version)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Ladder":
        """From a table of TOML or JSON.

        :raises CommandRejected: a key that is not known, a wrong value
        """
        try:
            if set(said) - {"rungs", "acute", "practical"}:
                raise ValueError
            rungs = tuple(_rung(one) for one in said["rungs"])
            return cls(rungs, _number(said.get("acute", 30)), tuple(map(str, said.get("practical", ()))))
        except (KeyError, TypeError, ValueError) as error:
            raise CommandRejected("bad-ladder-file", "Deze ladder is niet te lezen.") from error


def _rung(said: Mapping[str, Any]) -> Rung:
    if set(said) - {"who", "within", "outside", "text"}:
        raise ValueError
    outside = said.get("outside")
    text = said.get("text")
    return Rung(
        Who(said["who"]),
        _number(said["within"]),
        None if outside is None else _number(outside),
        None if text is None else str(text),
    )


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


@dataclass(frozen=True, slots=True)
class House:
    """Wat de organisatie koos voor vragen: her ladder, and the number of the region's GP post when she gave it."""

    ladder: Ladder
    gp_post_phone: str | None = None


DEFAULT = Ladder(
    (
        Rung(Who.LEAD, 4 * 60),
        Rung(Who.DEPUTY, 2 * 60),
        Rung(Who.COACH, 2 * 60),
        Rung(Who.ON_DUTY, 60, 60),
        Rung(Who.OUTSIDE, 60, 60),
    )
)
"""As ``config/ladder.toml`` has it; a test compares them."""


def check_text(text: str, who: Who) -> None:
    """A text of a rung: one line, no unknown places, and honest: it says who, and until when.

    :raises CommandRejected: with what is wrong
    """
    if not text.strip() or len(text) > LONGEST_TEXT or any(ord(c) < 32 or 0x7F <= ord(c) <= 0x9F for c in text):
        raise CommandRejected(
            "bad-text", "Een tekst is één regel van hoogstens %(most)s tekens.", {"most": LONGEST_TEXT}
        )
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise CommandRejected(
            "bad-braces", "De accolades kloppen niet. Gebruik alleen {wie}, {termijn} en {nummer}."
        ) from error
    named = {name for _, name, form, conversion in parts if name is not None}
    if named - set(PLACES) or any(form or conversion for _, name, form, conversion in parts if name is not None):
        raise CommandRejected(
            "unknown-place", "Die plek om in te vullen ken ik niet. Gebruik alleen {wie}, {termijn} en {nummer}."
        )
    if who is not Who.OUTSIDE and not {"wie", "termijn"} <= named:
        raise CommandRejected("dishonest-text", "In de tekst moet staan wie antwoordt en wanneer: {wie} en {termijn}.")
    if "@room" in text:
        raise CommandRejected("no-room-alarm", "Een tekst roept niet de hele kamer op: laat @room weg.")


def filled(text: str, *, who: str, term: str, number: int) -> str:
    """The text with its places filled. What is filled in is not looked at again."""
    values = {"wie": who, "termijn": term, "nummer": str(number)}
    return "".join(literal + (values[name] if name else "") for literal, name, _, _ in Formatter().parse(text))


def who_named(word: str) -> Who:
    """``coach``, ``de huisarts``, ``plaatsvervanger``.

    :raises CommandRejected: nobody who can stand on a rung
    """
    wanted = plain(word).removeprefix("de ").removeprefix("het ")
    wanted = {"regie": "regiehouder", "eigenaar": "regiehouder", "waarnemer": "dienst", "pieper": "telefoon"}.get(
        wanted, wanted
    )
    for who in Who:
        if plain(who.title_nl) == wanted:
            return who
    listed = ", ".join(who.title_nl for who in Who)
    raise CommandRejected("unknown-who", "Wie op de ladder kan staan: %(listed)s.", {"listed": listed})


def hours_nl(minutes: int) -> str:
    """``4 uur``, ``1,5 uur``, ``45 minuten``."""
    if minutes % 30:
        return f"{minutes} minuten"
    return f"{minutes / 60:g} uur".replace(".", ",")


def example(rung: Rung, words: Sequence[str]) -> str:
    """The words of a rung with example names; ``words``: the standard text, name and term."""
    standard, name, term = words
    return filled(rung.text or standard, who=name, term=term, number=3)
