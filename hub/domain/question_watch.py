"""Vragen van patiënt en naasten: what counts as one, and until when somebody has to answer it (D10; law-and-care F12).

Rules, no guessing machine. In doubt it is a question: who finds that it was none, closes it with two words.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from hub.domain.acute_words import Acute, own_words
from hub.domain.spelling import plain
from hub.domain.spoken import N_, Spoken, phrase, verbatim
from hub.domain.vocabulary import Section
from hub.domain.working_days import AMSTERDAM, is_working_day

OPENS, CLOSES, NEXT_DAY = time(8), time(17), time(10)
"""Office hours, Dutch time, Monday to Friday; and before when an answer comes on the next working day."""
STILL_TODAY = timedelta(hours=2)
"""A question with this much of the day left is answered before five; a later one tomorrow."""
LONGEST = 2000
"""Characters of a question that are kept."""
TOGETHER = timedelta(minutes=10)
"""What the same person asks within this time belongs to the question before."""
REOPEN_WITHIN = timedelta(days=7)
_QUARTER = timedelta(minutes=15)
_LOOKED_AT = 8000

_ASKING = (
    r"(?:waar(?:om|mee|voor|aan|op|bij|naar|door|van|uit|toe)?|wanneer|wie|wiens|welke?|wat|klopt het|hoort dat"
    r"|lukt het|hoe(?:veel|lang|laat|zo|vaak|ver)?|kan|kunnen|kunt|mag|mogen|moet|moeten|zal|zullen|zou|zouden|wil"
    r"|wilt|willen|is er|zijn er|komt|komen|heeft (?:iemand|u|de|het)|hebben (?:jullie|we|wij)|hebt u|weet (?:iemand|u)"
    r"|weten jullie|gaat (?:u|iemand|het|de)|gaan (?:jullie|we)|krijgt|krijgen|doet u|doen jullie|bent u|zijn jullie)"
)
_OPENING = (
    r"(?:(?:goede?(?:morgen|middag|avond|nacht|dag)|hallo|hoi|dag|beste|lieve|ha|hee|allemaal|iedereen|team|even|nou|ja"
    r"|eh|sorry)[ ,!.]+)*"
)
_BEGINS = re.compile(rf"^{_OPENING}(?:(?:en|maar|of) )?{_ASKING}\b")
# Without a question mark only these begin a question: "kan niet" and "wat fijn" do not.
_SURE_BEGINS = re.compile(
    rf"^{_OPENING}(?:waarom|wanneer|wie (?:kan|komt|weet|is)|welke|hoe(?:veel|lang|laat|vaak)"
    r"|hoe (?:moet|kan|werkt|doe|gaat dat)|wat (?:moet|moeten|kan|kunnen|mag|doen|doe|betekent|als|is de bedoeling)"
    r"|(?:kan|kunnen|kunt|mag|mogen|moet|moeten|zou|zouden|wilt|willen|weet|komt) "
    r"(?:er|iemand|u|jullie|ik|we|wij|mama|papa|de|het|hij|zij|ze|mijn|dit|dat))\b"
)
_SOCIAL = re.compile(
    r"^(?:(?:hoe gaat het|hoe is het|hoe gaat ie|alles goed|gaat het|lekker geslapen|goed geslapen|weet je nog"
    r"|zal ik (?:koffie|taart|bloemen)|zin in|leuk he|mooi he|fijn he|lief he|toch|he|oke|ok|ja|nee|echt|serieus|oh|o"
    r"|huh|wat|en|nou)(?: (?:vandaag|daar|hier|met (?:jou|jullie|je)|dan|zeg|he|jij|je))*)$"
)
_TAG = re.compile(r"[, ](?:he|toch|nietwaar|oke|ok)$")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_SENTENCES = re.compile(r"(?<=[.!?\n])\s+|\n+")
_SIGN = "🆘"


class QuestionState(StrEnum):
    """Stand van een vraag."""

    OPEN = "open"
    ANSWERED = "answered"
    NONE = "none"
    """Geen vraag, said who asked it or a carer."""
    LAPSED = "lapsed"
    """Vervallen: who asked is not in the circle any more."""


@dataclass(frozen=True, slots=True)
class Question:
    """Een vraag in één kring. ``rung``: how many rungs of the ladder passed; ``owner_id`` is never empty.

    ``room_id`` and ``event_id``: the message; None when it was not asked in a room. ``term_at``: before when the owner
    answers; of an acute one, and of one after a death, nobody is told a term. ``acute``: which acute words were in it.
    """

    circle_id: str
    patient_id: str
    number: int
    asker_id: str
    owner_id: str
    room_id: str | None
    event_id: str | None
    text: str = field(repr=False)
    asked_at: datetime
    term_at: datetime
    rung: int = 0
    ladder_version: int = 0
    acute: frozenset[Acute] = frozenset()
    private: bool = False
    """Asked where only the asker and Kring are."""
    confided: bool = False
    """Private words of somebody who is not the patient: told in confidence (S10)."""
    state: QuestionState = QuestionState.OPEN
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def open(self) -> bool:
        return self.state is QuestionState.OPEN

    @property
    def about(self) -> str:
        """Of its reminder."""
        return f"{self.circle_id}:{self.number}"

    @property
    def label(self) -> frozenset[Section]:
        """Who may read the text outside the room where it was said: it is care to be planned (S8).

        The private words of somebody who is not the patient may be a confidence as well (S10).
        """
        return frozenset({Section.S8, Section.S10}) if self.confided else frozenset({Section.S8})

    def with_more(self, text: str, acute: frozenset[Acute]) -> "Question":
        """The same question, with what was said after it; when it gets too long, the last words are kept, whole."""
        last = kept(text)
        before = self.text[: max(0, LONGEST - len(last) - 1)]
        return replace(self, text=f"{before}\n{last}" if before else last, acute=self.acute | acute)


def is_question(body: str, family: Collection[str] = ()) -> bool:
    """Whether these words of a patient or relative ask something of those who care.

    :param family: given names of patient and relatives: who begins with one of them talks to that person
    """
    own = own_words(body)
    if _SIGN in own:
        return True
    text = _LINK.sub("", own).strip()[:_LOOKED_AT]
    first = plain(text).split(maxsplit=1)
    names = {plain(name) for name in family}
    if first and first[0].strip(",:!@") in names:
        return False
    return any(_asks(sentence) for sentence in _SENTENCES.split(text))


def _asks(sentence: str) -> bool:
    asked = sentence.rstrip(" \"')*_~").endswith("?")
    said = plain(sentence).strip(" ?!.\"'()*_~…")
    if not said or _SOCIAL.match(said):
        return False
    if asked:
        # "Mooi weer vandaag, hè?" asks nothing, unless it also begins as a question.
        return not _TAG.search(said) or _BEGINS.match(said) is not None
    return _SURE_BEGINS.match(said) is not None and len(said.split()) >= 3


def kept(text: str) -> str:
    """As it is stored and said again: without quotes and what nobody sees, at most :data:`LONGEST` characters."""
    clean = "".join(c for c in " ".join(own_words(text).split()) if c.isprintable())
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def in_office_hours(moment: datetime) -> bool:
    """Monday to Friday 8.00 to 17.00, Dutch time, no national holiday."""
    local = moment.astimezone(AMSTERDAM)
    return is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def term(now: datetime, within: timedelta, outside: timedelta | None) -> datetime:
    """Until when: ``within`` when asked in office hours, before five when that is still long enough; otherwise
    ``outside`` from now, or (None) the next working day before ten. Rounded up to a quarter of an hour.
    """
    if in_office_hours(now):
        closing = _at(now.astimezone(AMSTERDAM).date(), CLOSES)
        if now + within <= closing:
            return _rounded(now + within)
        if closing - now >= min(within, STILL_TODAY):
            return closing
    return next_morning(now) if outside is None else _rounded(now + outside)


def next_morning(now: datetime) -> datetime:
    """Ten o'clock on the first working day whose office hours begin after ``now``."""
    local = now.astimezone(AMSTERDAM)
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return _at(day, NEXT_DAY)


def term_said(moment: datetime, now: datetime) -> Spoken:
    """``vandaag voor 17.00 uur``, ``morgen (woensdag 4-11) voor 10.00 uur``, ``maandag 9-11 voor 10.00 uur``."""
    local, today = moment.astimezone(AMSTERDAM), now.astimezone(AMSTERDAM).date()
    hour = f"{local:%H.%M}"
    if local.date() == today:
        return phrase("vandaag voor %(hour)s uur", hour=hour)
    day = verbatim("%(day)s %(date)s", day=phrase(_DAYS[local.weekday()]), date=f"{local.day}-{local.month}")
    if local.date() == today + timedelta(days=1):
        return phrase("morgen (%(day)s) voor %(hour)s uur", day=day, hour=hour)
    return phrase("%(day)s voor %(hour)s uur", day=day, hour=hour)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, AMSTERDAM).astimezone(UTC)


def _rounded(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not over else moment - over + _QUARTER


_DAYS = (
    N_("maandag"),
    N_("dinsdag"),
    N_("woensdag"),
    N_("donderdag"),
    N_("vrijdag"),
    N_("zaterdag"),
    N_("zondag"),
)
