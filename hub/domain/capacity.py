"""Capacity per kind of decision (wilsbekwaamheid ter zake, BW 7:465): where a representative decides now."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.dossier import Entry, in_force, pending
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Section

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Matter(StrEnum):
    """Waarover iemand wel of niet kan beslissen; each is judged by itself."""

    TREATMENT = "treatment"
    DAILY_CARE = "daily_care"
    SHARING = "sharing"

    @property
    def title_nl(self) -> str:
        return _TITLES[self]

    @property
    def sections(self) -> frozenset[Section]:
        """Where who decides about this matter takes part."""
        return _SECTIONS[self]


_TITLES = {
    Matter.TREATMENT: "medische behandelbeslissingen",
    Matter.DAILY_CARE: "dagelijkse zorg en wonen",
    Matter.SHARING: "toestemming en delen van gegevens",
}
_SECTIONS = {
    Matter.TREATMENT: frozenset({Section.S2, Section.S3, Section.S5, Section.S7, Section.S9}),
    Matter.DAILY_CARE: frozenset({Section.S1, Section.S4, Section.S6, Section.S8}),
    Matter.SHARING: frozenset({Section.S11}),
}
_WORDS = {
    Matter.TREATMENT: re.compile(
        r"behandel|medische (ingreep|beslis|zorg)|operati|medicat|medicijn|opname|reanim|sedati"
    ),
    Matter.DAILY_CARE: re.compile(r"dagelijks|wonen|woon|verblijf|verzorging|zorgplan"),
    Matter.SHARING: re.compile(r"toestemming|delen|gegevens|inzage|dossier|privacy"),
}


def matters_of(about: str) -> frozenset[Matter]:
    """What a judgement is about, from the words of the doctor; every matter when none of them is known.

    More than one may be named: "behandeling en dagelijkse zorg". A matter outside Kring (money) wakes nobody here only
    if the words say nothing of a matter that Kring knows; then who judged should be asked, so it counts for all.
    """
    words = plain(about)
    found = frozenset(matter for matter, named in _WORDS.items() if named.search(words))
    return found or frozenset(Matter)


def represented_sections(judgements: Iterable[LegalCapacity], on: date) -> frozenset[Section]:
    """The sections in which somebody else decides for the patient, from the judgements in force.

    A judgement about a matter that Kring does not know covers every section: whom it wakes is a person with a face,
    and the judgement needed two professionals. One whose review date has passed counts no longer: without a new look
    the patient decides (BW 7:465; capacity is presumed).
    """
    sections: set[Section] = set()
    for judged in judgements:
        if judged.capable or (judged.review_on is not None and judged.review_on.last_day < on):
            continue
        matters = matters_of(judged.about)
        if matters == frozenset(Matter):
            return frozenset(Section)
        for matter in matters:
            sections |= matter.sections
    return frozenset(sections)


def capacity_that_counts(versions: Sequence[Entry]) -> LegalCapacity | None:
    """Of one chain the judgement that counts now.

    That somebody cannot decide takes two professionals. That they can again counts from the first word of one: a
    doubt about incapacity is a doubt for the patient's own say.
    """
    latest = pending(versions)
    if latest is not None and isinstance(latest.value, LegalCapacity) and latest.value.capable:
        return latest.value
    settled = in_force(versions)
    return settled.value if settled is not None and isinstance(settled.value, LegalCapacity) else None


def dutch_day(moment: datetime) -> date:
    """The day that it is in the Netherlands: there birthdays and review dates begin at midnight."""
    return moment.astimezone(_AMSTERDAM).date()


def chosen_representative(patient_id: str) -> str:
    """The setting that names whom the doctor chose when two of equal rank disagreed (BW 7:465 lid 3)."""
    return f"representative.{patient_id}"


def parse_capacity(text: str, today: date) -> LegalCapacity:
    """``nee voor behandeling, beoordeeld op 3-11-2026 met gesprek en stappenplan, opnieuw op 3-12-2026``.

    :raises CommandRejected: something is missing: a judgement without a matter, a method, a date and an end says too
        much. That somebody can decide needs the matter and the date only.
    """
    match = _JUDGED.match(" ".join(text.split()))
    if match is None:
        raise CommandRejected("bad-capacity", _CAPACITY_HOW)
    capable = match["able"].casefold() == "ja"
    judged, review = _day(match["judged"]), _day(match["review"]) if match["review"] else None
    if not capable and (not match["how"] or review is None):
        raise CommandRejected("bad-capacity", _CAPACITY_HOW)
    if judged > today or (review is not None and review <= today):
        raise CommandRejected("bad-date", "Beoordeeld is in het verleden, opnieuw beoordelen in de toekomst.")
    return LegalCapacity(
        capable,
        match["about"].strip(),
        PartialDate.of(judged),
        method=match["how"].strip() if match["how"] else None,
        review_on=PartialDate.of(review) if review else None,
    )


def _day(text: str) -> date:
    try:
        day, month, year = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError as error:
        raise CommandRejected("bad-date", "Schrijf een datum als 3-11-2026.") from error


_CAPACITY_HOW = (
    "Schrijf: !wilsbekwaam nee voor <waarover>, beoordeeld op 3-11-2026 met <hoe>, opnieuw op 3-12-2026. Waarover is "
    "behandeling, dagelijkse zorg of toestemming. Kan iemand weer beslissen: !wilsbekwaam ja voor <waarover>, "
    "beoordeeld op 3-12-2026."
)
_DATE = r"\d{1,2}-\d{1,2}-\d{4}"
_JUDGED = re.compile(
    rf"^(?P<able>ja|nee)\s+voor\s+(?P<about>[^,]{{3,200}}),\s*beoordeeld op (?P<judged>{_DATE})"
    rf"(?:\s+met\s+(?P<how>[^,]{{3,200}}))?(?:,\s*opnieuw (?:op|voor) (?P<review>{_DATE}))?\.?$",
    re.IGNORECASE | re.ASCII,
)
