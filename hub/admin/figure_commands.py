"""``kring figures``: the figures of the region, for the coordinator; what is about too few people leaves no number."""

from datetime import date
from typing import Any

from hub.admin.asking import Question, speaking_for
from hub.application.use_cases.indicators import Period
from hub.application.use_cases.indicators import figures as compute
from hub.bootstrap import Hub
from hub.domain.errors import CommandRejected
from hub.domain.figures import FEWEST, Share
from hub.domain.indicators import Indicator
from hub.domain.tariffs import parse_tariffs

_TOO_FEW = f"fewer-than-{FEWEST}"


async def figures(hub: Hub, question: Question) -> dict[str, Any]:
    period = Period(_day(question.optional("since")), _day(question.optional("until")))
    said = question.optional("tariffs")
    tariffs = parse_tariffs(said) if said is not None else None
    async with hub.transactions() as unit:
        found = await compute(unit, await speaking_for(unit, question), period, tariffs)
    return {
        "at": found.at.isoformat(),
        "since": period.since.isoformat() if period.since else None,
        "until": period.until.isoformat() if period.until else None,
        "figures": [_shown(one) for one in found.found],
    }


def _shown(one: Indicator) -> dict[str, Any]:
    """Every key is always there; None where it is about too few people, the counts themselves included."""
    figure, named = one.figure, {"id": one.id, "title": one.title_nl, "of": one.of}
    if not one.shown:
        empty = dict.fromkeys(("value", "unit", "numerator", "denominator", "missing", "low", "high"))
        return {**named, **empty, "reason": _TOO_FEW}
    low, high = figure.interval
    if isinstance(figure, Share):
        counted = {
            "value": figure.percent,
            "unit": "%",
            "numerator": figure.numerator,
            "denominator": figure.denominator,
        }
    else:
        total = round(figure.total, 1)
        counted = {"value": figure.value, "unit": "", "numerator": total, "denominator": figure.count}
    return {**named, **counted, "missing": figure.missing, "low": low, "high": high, "reason": None}


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandRejected("bad-date", "Schrijf de datum als JJJJ-MM-DD.") from error
