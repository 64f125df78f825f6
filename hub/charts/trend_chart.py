"""The course of one complaint, as a drawing and in words. One template for the picture in a room and for the portal.

Every series has its own line, its own mark and its own name; colour alone says nothing (WCAG 1.4.1). Attributes only,
no style and no script: the portal's content policy allows neither.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jinja2
from markupsafe import Markup

from hub.domain.observations import Reporter
from hub.domain.trend import RELEVANT, SERIOUS, Point, Series, Trend
from hub.texts import N_, SAY_DUTCH, Words
from hub.texts.moments import AMSTERDAM

WIDTH = 440
"""Narrow: most people read it on a phone."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 428, 52, 252
_LEGEND, _LEGEND_STEP, _MARGIN = 304, 26, 20
_MOST_LABELS = 10
_NEAR = 30
_INSET = 14
_DAY = timedelta(days=1)

REPORTERS = {
    Reporter.PATIENT: N_("volgens de patiënt zelf"),
    Reporter.PROFESSIONAL: N_("volgens de zorgverlener"),
    Reporter.RELATIVE: N_("volgens de naaste"),
}
ITEMS_FROM = N_("%(complaint)s, van 0 tot 10")
NOTHING = N_("Er zijn nog geen scores van deze klacht die u kunt lezen.")
_THRESHOLDS = {RELEVANT: N_("vanaf 4: vraagt aandacht"), SERIOUS: N_("vanaf 7: ernstig")}


@dataclass(frozen=True, slots=True)
class _Look:
    """How a series looks: apart in line and in mark as well as in colour."""

    colour: str
    dashes: str
    shape: str


_LOOKS = {
    Reporter.PATIENT: _Look("#0b4f5c", "", "circle"),
    Reporter.PROFESSIONAL: _Look("#8a3b00", "12 5", "square"),
    Reporter.RELATIVE: _Look("#5b2a86", "3 5", "triangle"),
}

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("hub.charts"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def in_words(found: Trend, words: Words = SAY_DUTCH) -> str:
    """A line for each series: ``volgens de patiënt zelf: 3, 5, 8; hoogste 8 op 3-11-2026``."""
    if not found.series:
        return words(NOTHING)
    return "\n".join(_series_in_words(series, words) for series in found.series)


def title(found: Trend, words: Words = SAY_DUTCH) -> str:
    """``Pijn, van 0 tot 10``."""
    return (words(ITEMS_FROM) % {"complaint": words(found.item.nl)}).capitalize()


def drawing(found: Trend, words: Words = SAY_DUTCH, *, font: str = "", fixed: bool = False) -> Markup:
    """The drawing (SVG). ``found`` has at least one series.

    :param font: a family to name, where no page gives one
    :param fixed: with a size of its own, for a picture
    """
    return Markup(_ENVIRONMENT.get_template("trend.svg").render(_content(found, words, font=font, fixed=fixed)))  # noqa: S704 -- escaped by the template


def height(found: Trend) -> int:
    """Pixels; the legend has a line for each series, and one for the two thresholds."""
    return _LEGEND + _LEGEND_STEP * len(found.series) + _MARGIN


def day(moment: datetime) -> str:
    """``3-11-2026``, in Dutch time."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"


def _series_in_words(series: Series, words: Words) -> str:
    scores = ", ".join(str(point.score) for point in series.points)
    said = words("%(who)s: %(scores)s; hoogste %(highest)s op %(day)s; laatste op %(last)s") % {
        "who": words(REPORTERS[series.reporter]),
        "scores": scores,
        "highest": series.highest.score,
        "day": day(series.highest.at),
        "last": day(series.latest.at),
    }
    return said[0].upper() + said[1:]


def _content(found: Trend, words: Words, *, font: str, fixed: bool) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": height(found),
        "left": _LEFT,
        "right": _RIGHT,
        "bottom": _BOTTOM,
        "font": font,
        "fixed": fixed,
        "title": title(found, words),
        "description": in_words(found, words).replace("\n", ". ") + ".",
        "grid": [
            {"score": score, "y": _y(score), "marks": score in _THRESHOLDS} for score in (0, 2, RELEVANT, SERIOUS, 10)
        ],
        "thresholds": ", ".join(words(name) for name in _THRESHOLDS.values()),
        "thresholds_y": _LEGEND + _LEGEND_STEP * len(found.series),
        "days": _days(found),
        "series": [_drawn(found, series, place, words) for place, series in enumerate(found.series)],
    }


def _drawn(found: Trend, series: Series, place: int, words: Words) -> dict[str, Any]:
    look = _LOOKS[series.reporter]
    labelled = _labelled(series)
    marks = [
        {
            "x": _x(found, point),
            "y": _y(point.score),
            "score": point.score if point in labelled else None,
            **_label_place(found, series, point),
        }
        for point in series.points
    ]
    return {
        "colour": look.colour,
        "dashes": look.dashes,
        "shape": look.shape,
        "line": " ".join(f"{mark['x']},{mark['y']}" for mark in marks),
        "marks": marks,
        "legend_y": _LEGEND + place * _LEGEND_STEP,
        "name": words(REPORTERS[series.reporter]),
    }


def _label_place(found: Trend, series: Series, point: Point) -> dict[str, Any]:
    """Above, or below when another series stands higher there; of equal scores each has a side of its own."""
    x, y = _x(found, point), _y(point.score)
    near = [
        other.score
        for another in found.series
        if another is not series
        for other in another.points
        if abs(_x(found, other) - x) < _NEAR
    ]
    if series.reporter is Reporter.RELATIVE and point.score in near:
        return {"label_x": x + 18, "label_y": y + 5}
    lower = any(score > point.score for score in near)
    lower = lower or (point.score in near and series.reporter is Reporter.PROFESSIONAL)
    return {"label_x": x, "label_y": y + (23 if lower else -11)}


def _labelled(series: Series) -> tuple[Point, ...]:
    """Every score when there is room, else the highest and the latest."""
    return series.points if len(series.points) <= _MOST_LABELS else (series.highest, series.latest)


def _days(found: Trend) -> list[dict[str, Any]]:
    first, last = found.first_at, found.last_at
    if day(first) == day(last):
        return [{"x": (_LEFT + _RIGHT) / 2, "name": day(first), "anchor": "middle"}]
    return [
        {"x": _LEFT + _INSET, "name": day(first), "anchor": "start"},
        {"x": _RIGHT - _INSET, "name": day(last), "anchor": "end"},
    ]


def _x(found: Trend, point: Point) -> float:
    whole = (found.last_at - found.first_at) / _DAY
    part = (point.at - found.first_at) / _DAY / whole if whole else 0.5
    return round(_LEFT + _INSET + part * (_RIGHT - _LEFT - 2 * _INSET), 1)


def _y(score: int) -> float:
    return round(_BOTTOM - score * (_BOTTOM - _TOP) / 10, 1)
