"""The course of a complaint as a table, and the timeline as a list, in the words of the reader."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.application.use_cases.timeline import Timeline
from hub.charts.trend_chart import title
from hub.domain.observations import Reporter
from hub.domain.trend import Trend
from hub.portal import texts
from hub.texts import N_, SAY_DUTCH, Words

_COLUMNS = {
    Reporter.PATIENT: N_("Patiënt"),
    Reporter.PROFESSIONAL: N_("Zorgverlener"),
    Reporter.RELATIVE: N_("Naaste"),
}
"""Whose score; short, because a table on a phone has little room."""
_UNDATED = N_("Datum niet vastgelegd")


@dataclass(frozen=True, slots=True)
class Row:
    """One moment of the table; a score for each series, None where that one gave none then."""

    when: str
    ref: str
    scores: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """``others``: (value, name) of the complaints that were scored; ``current`` is the value of this one."""

    title: str
    current: str
    others: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    limited: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    when: str
    title: str
    said: str = field(repr=False)
    who: str | None
    ref: str | None
    mended: bool


def complaint(
    found: Trend, scored: Sequence[tuple[str, str]], words: Words = SAY_DUTCH, *, limited: bool
) -> ComplaintPage:
    """The newest first; each series keeps a column of its own."""
    points = [(point, place) for place, series in enumerate(found.series) for point in series.points]
    rows = [
        Row(
            f"{texts.day(point.at, words.language)}, {texts.clock(point.at)}",
            str(point.ref),
            tuple(point.score if place == column else None for column in range(len(found.series))),
        )
        for point, place in sorted(points, key=lambda one: (one[0].at, one[0].ref.number), reverse=True)
    ]
    columns = tuple(words(_COLUMNS[series.reporter]) for series in found.series)
    return ComplaintPage(title(found, words), found.item.value, tuple(scored), columns, tuple(rows), limited)


def timeline(found: Timeline, words: Words = SAY_DUTCH) -> tuple[Event, ...]:
    """The newest first: what is so now is read before what was."""
    return tuple(
        Event(
            texts.day(moment.at, words.language) if moment.at is not None else words(_UNDATED),
            words(moment.happening.title_nl),
            found.said(moment),
            found.who(moment),
            moment.reference,
            moment.mended,
        )
        for moment in reversed(found.moments)
    )
