"""The page *Ladder*: who is asked when a question has no answer, and after how long; edited by the coach."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from aiohttp import web
from multidict import MultiMapping

from hub.application.use_cases import question_texts
from hub.application.use_cases.ladders import LadderView, change_ladder, read_ladder
from hub.domain.errors import CommandRejected
from hub.domain.ladder import MOST_RUNGS, PLACES, Ladder, Rung, Who, filled, hours_nl
from hub.domain.question_watch import term, term_said
from hub.domain.spelling import plain
from hub.portal import texts
from hub.portal.language import words_of
from hub.portal.pages import page, redirect
from hub.portal.reading import visitor_of
from hub.portal.security import only, require_own_page, require_token
from hub.portal.sessions import visit
from hub.portal.state import portal_of
from hub.texts import N_, Words

PLACE = "/ladder"
_SPARE = 2
_LONGEST_FIELD = 500
_EXAMPLE = N_("Samira Bakker (thuiszorg)")
Form = MultiMapping[object]


@dataclass(frozen=True, slots=True)
class Row:
    """One rung as the form has it; ``spoken``: its words with example names."""

    number: int
    who: str
    within: str
    outside: str
    text: str
    standard: str = ""
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    rows: tuple[Row, ...]
    acute: str
    practical: str
    version: int


async def ladder(request: web.Request) -> web.Response:
    """De ladder. The look is logged before the first byte leaves (I4)."""
    return await _show(request)


async def change(request: web.Request) -> web.Response:
    """Bewaar, or show an example of what was typed without keeping it."""
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    form = await request.post()
    typed = _typed(form)
    try:
        async with portal.hub.transactions() as unit:
            here = await visit(unit, request)
            require_token(here.session.csrf, form)
            wanted = _ladder(typed)
            if only(form, "wat") == "bewaar":
                await change_ladder(unit, portal.hub.guard, here.context, wanted, seen_version=typed.version)
    except CommandRejected as rejected:
        return await _show(request, problem=rejected.said(words_of(request)), typed=typed)
    if only(form, "wat") == "bewaar":
        return redirect(f"{PLACE}?bewaard=1")
    return await _show(request, typed=typed)


async def _show(request: web.Request, problem: str = "", typed: Typed | None = None) -> web.Response:
    hub = portal_of(request).hub
    words = words_of(request)
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        view = await read_ladder(unit, hub.guard, here.context)
        visitor = await visitor_of(unit, request, here)
    now = here.context.now
    shown = typed or _as_typed(view.ladder)
    return page(
        request,
        "ladder.html",
        HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        visitor=visitor,
        problem=problem,
        saved=only(request.query, "bewaard") == "1" and not problem,
        example=typed is not None and not problem,
        may_change=view.may_change,
        rows=[_spoken(row, now, words) for row in shown.rows],
        shown=shown,
        who=[(who.value, words(who.title_nl)) for who in Who],
        places=", ".join(f"{{{name}}}" for name in PLACES),
        versions=_versions(view, words),
    )


def _typed(form: Form) -> Typed:
    """What came in, whatever it is; :func:`_ladder` judges it."""
    rows = tuple(
        Row(number, *(_field(form, f"{name}_{number}") for name in ("who", "within", "outside", "text")))
        for number in range(1, MOST_RUNGS + 1)
    )
    last = max((row.number for row in rows if row.who), default=0)
    version = _field(form, "version")
    if not (version.isascii() and version.isdigit()):
        raise web.HTTPBadRequest
    kept = rows[: min(last + _SPARE, MOST_RUNGS)]
    return Typed(kept, _field(form, "acute"), _field(form, "practical"), int(version))


def _field(form: Form, name: str) -> str:
    return (only(form, name) or "").strip()[:_LONGEST_FIELD]


def _ladder(typed: Typed) -> Ladder:
    """:raises CommandRejected: what is wrong, and on which rung"""
    rungs = []
    for row in typed.rows:
        if not row.who:
            continue
        try:
            rungs.append(_rung(row))
        except CommandRejected as rejected:
            raise CommandRejected(
                rejected.code, "Trede %(number)s: %(fault)s", {"number": row.number, "fault": str(rejected)}
            ) from rejected
    practical = tuple(dict.fromkeys(plain(word) for word in typed.practical.split(",") if word.strip()))
    acute = _minutes(f"{typed.acute} min")
    return Ladder(tuple(rungs), acute, practical)


def _rung(row: Row) -> Rung:
    if row.who not in set(Who):
        raise CommandRejected("unknown-who", "Kies wie er op deze trede staat.")
    outside = _minutes(row.outside) if row.outside else None
    return Rung(Who(row.who), _minutes(row.within), outside, row.text or None)


def _minutes(said: str) -> int:
    """``4``, ``1,5``: hours; ``45 min``: minutes."""
    number, _, unit = said.replace(",", ".").partition(" ")
    try:
        amount = float(number) if number.isascii() and len(number) <= 6 else float("nan")
    except ValueError:
        amount = float("nan")
    if not 0 < amount < 10_000 or unit not in {"", "uur", "min", "minuten"}:
        raise CommandRejected("bad-hours", "Schrijf een termijn in uren, zoals 4 of 1,5, of in minuten, zoals 45 min.")
    return round(amount if unit.startswith("min") else amount * 60)


def _as_typed(found: Ladder) -> Typed:
    rows = [
        Row(number, rung.who.value, _hours(rung.within), _hours(rung.outside), rung.text or "")
        for number, rung in enumerate(found.rungs, 1)
    ]
    spare = range(len(rows) + 1, min(len(rows) + _SPARE, MOST_RUNGS) + 1)
    rows += [Row(number, "", "", "", "") for number in spare]
    return Typed(tuple(rows), str(found.acute), ", ".join(found.practical), found.version)


def _hours(minutes: int | None) -> str:
    return "" if minutes is None else hours_nl(minutes).removesuffix(" uur").replace("minuten", "min")


def _spoken(row: Row, now: datetime, words: Words) -> Row:
    """With the standard words of this rung, and how it sounds with example names."""
    if row.who not in set(Who):
        return row
    standard = question_texts.standard(Who(row.who), first=row.number == 1).said(words)
    try:
        rung = _rung(row)
    except CommandRejected:
        return Row(row.number, row.who, row.within, row.outside, row.text, standard)
    until = term_said(term(now, rung.term_within, rung.term_outside), now).said(words)
    spoken = filled(rung.text or standard, who=words(_EXAMPLE), term=until, number=3)
    return Row(row.number, row.who, row.within, row.outside, row.text, standard, spoken)


def _versions(view: LadderView, words: Words) -> list[tuple[int, str, str, str]]:
    """Number, name, moment and the rungs in short, the newest first."""
    return [
        (
            one.ladder.version,
            view.people[one.by].name.full,
            texts.moment(one.at, words.language),
            ", ".join(f"{words(rung.who.title_nl)} {hours_nl(rung.within)}" for rung in one.ladder.rungs),
        )
        for one in view.versions
    ]
