"""Zoeken in het portaal: only with POST, so that no word of it stands in an address, a history or a log of a proxy."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web

from hub.adapters.dutch_stems import stem
from hub.application.plain import entry_as_json
from hub.application.use_cases.dossier import View
from hub.application.use_cases.search import Findings, search_dossier
from hub.domain import entries
from hub.domain.dossier import Entry
from hub.domain.entries import Statement
from hub.domain.errors import CommandRejected
from hub.domain.search import Query, parse_query
from hub.domain.vocabulary import Section
from hub.fhir.strict_json import parse_json_strict
from hub.portal import dossier_view
from hub.portal.language import words_of
from hub.portal.pages import page, redirect
from hub.portal.reading import visitor_of
from hub.portal.security import only, require_own_page, require_token
from hub.portal.sessions import visit
from hub.portal.state import portal_of
from hub.texts import Words

PLACE = "/zoek"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that was found. ``pieces``: what it says, True for the words that were looked for."""

    line: dossier_view.Line = field(repr=False)
    pieces: list[tuple[str, bool]] = field(repr=False)
    section: Section
    beside: tuple[str, ...] = field(repr=False)


async def again(_request: web.Request) -> web.Response:
    """The address without a question, as after another language was chosen: back to where one asks."""
    return redirect("/dossier")


async def search(request: web.Request) -> web.Response:
    """Zoeken, and what was found."""
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    form = await request.post()
    words = words_of(request)
    found: Findings | None = None
    hits: list[Hit] = []
    problem = ""
    async with portal.hub.transactions() as unit:
        here = await visit(unit, request)
        require_token(here.session.csrf, form)
        try:
            query = parse_query(only(form, "woorden") or "", stem)
        except CommandRejected:
            problem = words("Schrijf één tot acht woorden, samen hoogstens 200 tekens.")
        else:
            found = await search_dossier(unit, portal.hub.guard, here.context, query)
            hits = _hits(found, query, words)
        visitor = await visitor_of(unit, request, here)
    status = HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK
    return page(request, "search.html", status, visitor=visitor, found=found, hits=hits, problem=problem)


async def as_json(request: web.Request) -> web.Response:
    """``{"words": "…", "section": "S5"}`` → what was found. A page of another site cannot send JSON in one's name."""
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        query, section = _asked(parse_json_strict(await request.read()))
    except (CommandRejected, ValueError) as odd:
        raise web.HTTPBadRequest from odd
    async with portal.hub.transactions() as unit:
        here = await visit(unit, request)
        found = await search_dossier(unit, portal.hub.guard, here.context, query, section)
    return web.json_response(
        {
            "total": found.found.total,
            "entries": [_as_json(entry, found) for entry in found.found.entries],
            "statements": [_as_json(entry, found) for entry in found.found.beside],
        }
    )


def _asked(body: object) -> tuple[Query, Section | None]:
    """:raises ValueError: not what :func:`as_json` describes"""
    if not isinstance(body, dict) or not body.keys() <= {"words", "section"} or not isinstance(body.get("words"), str):
        raise ValueError("no question")
    return parse_query(body["words"], stem), Section(body["section"]) if "section" in body else None


def _as_json(entry: Entry, found: Findings) -> dict[str, Any]:
    author = found.people.get(entry.author_id)
    return entry_as_json(entry, author.name.full if author is not None else "")


def _hits(findings: Findings, query: Query, words: Words) -> list[Hit]:
    """Lines as the dossier shows them; of what was noted the part around the words, an agreement whole."""
    hits = []
    for entry in findings.found.entries:
        line = dossier_view.present(
            View([entry], (entry.section,), frozenset()), findings.people, asked=entry.section, words=words
        ).first_line
        sentence = line.sentence if line is not None else entries.sentence_nl(entry.value)
        pieces = query.fragment(sentence) if entry.kind.is_series else query.pieces(sentence)
        beside = tuple(
            entries.sentence_nl(one.value)
            for one in findings.found.beside
            if isinstance(one.value, Statement) and one.value.about == str(entry.ref)
        )
        if line is not None:
            hits.append(Hit(line, pieces, entry.section, beside))
    return hits
