"""What follows ``!overdracht``: the moment, the place, who receives it, and what is agreed with it. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.dutch_dates import parse_due
from hub.domain.errors import CommandRejected
from hub.domain.handover import Destination, HandoverReason, HandoverTerms

LONGEST_WORDS = 2000
"""Characters of an advice, a worry, a question or an answer."""
_FIRST_WORDS = {
    "opname": HandoverReason.ADMISSION,
    "ontslag": HandoverReason.DISCHARGE,
    "weekend": HandoverReason.WEEKEND,
    "feestdag": HandoverReason.HOLIDAY,
    "feestdagen": HandoverReason.HOLIDAY,
}
_USUAL = {HandoverReason.ADMISSION: Destination.HOSPITAL, HandoverReason.DISCHARGE: Destination.HOME}
_AGREED = re.compile(
    r",\s*(?:(?P<access>toegang\s+tot\s+(?P<date>[^,]{1,60}))|(?P<urgent>spoed)|binnen\s+(?P<hours>\d{1,2})\s+uur)\s*$",
    re.IGNORECASE | re.ASCII,
)
_MOST_HOURS = 72
_BAD = "Schrijf: !overdracht naar <plaats> @ontvanger. De plaatsen: %(names)s."
_NONE = frozenset({"geen", "niets", "nee", "-", "nvt", "n.v.t.", "geen bijzonderheden"})


@dataclass(frozen=True, slots=True)
class Wish:
    """Wat iemand wil overdragen. ``receiver``: as it was typed. ``within``: until it must be received, when said."""

    reason: HandoverReason
    destination: Destination | None
    receiver: str | None
    draft: bool = False
    urgent: bool = False
    access_ends_at: datetime | None = None
    within: timedelta | None = None

    def term(self, terms: HandoverTerms) -> timedelta:
        return self.within or terms.of(self.reason)


def parse_wish(text: str, now: datetime) -> Wish:
    """``[concept] [opname|ontslag|weekend|feestdag] [naar <plaats>] [@wie][, toegang tot <dag>][, spoed]``.

    :raises CommandRejected: no moment and no place, or a date that nobody can read
    """
    rest, access, urgent, within = text.strip(), None, False, None
    while match := _AGREED.search(rest):
        rest = rest[: match.start()].rstrip()
        if match["access"]:
            access = parse_due(match["date"], now)
        elif match["urgent"]:
            urgent = True
        else:
            within = timedelta(hours=min(int(match["hours"]) or 1, _MOST_HOURS))
    words = rest.split()
    draft = bool(words) and words[0].casefold() == "concept"
    words = words[1:] if draft else words
    reason = _FIRST_WORDS.get(words[0].casefold()) if words else None
    words = words[1:] if reason is not None else words
    destination, words = _place(words, needed=reason is None)
    if reason is not None and destination is None:
        destination = _USUAL.get(reason)
    if reason is not None and not reason.moves:
        destination = None
    receiver = " ".join(words) or None
    return Wish(reason or HandoverReason.PLACE, destination, receiver, draft, urgent, access, within)


def _place(words: list[str], *, needed: bool) -> tuple[Destination | None, list[str]]:
    named = words[1:] if words and words[0].casefold() == "naar" else words
    if named and named[0].casefold() in set(Destination):
        return Destination(named[0].casefold()), named[1:]
    if needed or named is not words:
        raise CommandRejected("bad-handover", _BAD, {"names": ", ".join(Destination)})
    return None, words


def parse_words(text: str) -> str:
    """An answer to a question: "geen" is an answer too, and says nothing.

    :raises CommandRejected: too long
    """
    said = " ".join(text.split())
    if len(said) > LONGEST_WORDS:
        raise CommandRejected("too-long", "Dit is te lang: hoogstens %(most)s tekens.", {"most": LONGEST_WORDS})
    return "" if said.casefold().rstrip(".! ") in _NONE else said
