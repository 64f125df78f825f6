"""The JSON API, for programs of who is signed in to the portal: the same use cases, the same rules, the same words.

``/api/v1/openapi.json`` describes it. A refusal carries what a page says too: why, which rules, who can help.
"""

from typing import Any

from aiohttp import web

from hub.access.explain import explain
from hub.application.plain import entry_as_json, line_as_json
from hub.application.use_cases.access_log import read_log
from hub.application.use_cases.dossier import read_dossier
from hub.application.use_cases.explain import explain_access
from hub.domain.vocabulary import CIRCLE_ACTIONS, SECTION_ACTIONS, Action, Section
from hub.portal.language import words_of
from hub.portal.reading import amount_of, people_of
from hub.portal.sessions import visit
from hub.portal.state import portal_of

PREFIX = "/api/v1/"


async def dossier(request: web.Request) -> web.Response:
    """What is open to this role: the newest of everything, or one section page by page (``?voor=``: ``earlier``)."""
    name = request.match_info.get("section")
    if name is not None and name not in Section.__members__:
        raise web.HTTPNotFound
    section = Section(name) if name else None
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        view = await read_dossier(unit, hub.guard, here.context, section, amount_of(request, section))
        people = await people_of(unit, {entry.author_id for entry in view.entries})
    named = {person_id: person.name.full for person_id, person in people.items()}
    return _answer(
        {
            "sections": [section.value for section in view.sections],
            "limited": sorted(section.value for section in view.limited),
            "entries": [entry_as_json(entry, named.get(entry.author_id, "")) for entry in view.entries],
            "left_out": [
                {"section": where.value, "kind": kind.value, "entries": count}
                for (where, kind), count in sorted(view.left_out.items())
            ],
            "earlier": str(view.earlier) if view.earlier is not None else None,
        }
    )


async def log(request: web.Request) -> web.Response:
    """Who looked at what, when and why; lines are counted as this reader sees them."""
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        found = await read_log(unit, hub.guard, here.context)
    return _answer({"entries": [line_as_json(item.entry, place) for place, item in enumerate(found, start=1)]})


async def access(request: web.Request) -> web.Response:
    """May I? ``?action=read&section=S3`` → decision, why, rules, who helps. Opens nothing; the question is logged."""
    asked, name = request.query.get("action", ""), request.query.get("section")
    known = {action.value for action in (SECTION_ACTIONS if name else CIRCLE_ACTIONS)}
    if asked not in known or (name is not None and name not in Section.__members__):
        raise web.HTTPBadRequest
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        section = Section(name) if name else None
        question, decision = await explain_access(unit, hub.guard, here.context, here.context, Action(asked), section)
    told = explain(decision, question, words_of(request))
    return _answer(
        {
            "decision": "permit" if decision.permitted else "deny",
            "what": told.what,
            "why": told.why,
            "rules": [{"id": rule.id, "law": rule.law} for rule in told.rules],
            "limits": sorted(decision.limits) if decision.permitted else [],
            "who_can_help": told.who_can_help,
        }
    )


async def description(request: web.Request) -> web.Response:
    """OpenAPI 3.1 of all this."""
    del request
    return _answer(_OPENAPI)


def _answer(found: dict[str, Any]) -> web.Response:
    return web.json_response(found)


def _operation(
    summary: str, parameters: tuple[dict[str, Any], ...] = (), *, signed_in: bool = True, verb: str = "get"
) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": "ok", "content": {"application/json": {}}}}
    if signed_in:
        error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        refusals = {"401": "not signed in", "403": "not open to you, or absent", "503": "the log takes nothing"}
        responses |= {status: {"description": text, "content": error} for status, text in refusals.items()}
    security: list[dict[str, list[str]]] = [{"session": []}] if signed_in else []
    return {verb: {"summary": summary, "parameters": list(parameters), "responses": responses, "security": security}}


def _parameter(name: str, where: str, values: list[str], *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": {"type": "string", "enum": values}}


_SECTIONS = [section.value for section in Section]
_NUMBER: dict[str, Any] = {
    "name": "number",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
}
_EARLIER: dict[str, Any] = {
    "name": "voor",
    "in": "query",
    "required": False,
    "description": "What `earlier` said of the page before",
    "schema": {"type": "string", "pattern": "^[0-9]{1,16}-[0-9]{1,6}$"},
}
_SEARCH = _operation("Search what is open to you; words never travel in an address", verb="post")
_SEARCH["post"]["requestBody"] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["words"],
                "additionalProperties": False,
                "properties": {
                    "words": {"type": "string", "minLength": 1, "maxLength": 200},
                    "section": {"type": "string", "enum": _SECTIONS},
                },
            }
        }
    },
}
_OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Kring", "version": "1", "description": "What the portal shows, for programs."},
    "paths": {
        "/api/v1/dossier": _operation("Everything that is open to you"),
        "/api/v1/dossier/{section}": _operation(
            "One section", (_parameter("section", "path", _SECTIONS, required=True), _EARLIER)
        ),
        "/api/v1/dossier/{section}/{number}/versions": _operation(
            "Every version of one entry, with what changed and why",
            (_parameter("section", "path", _SECTIONS, required=True), _NUMBER),
        ),
        "/api/v1/search": _SEARCH,
        "/api/v1/log": _operation("Who looked at what, when and why"),
        "/api/v1/access": _operation(
            "May I, and by which rule and law",
            (
                _parameter("action", "query", [action.value for action in Action], required=True),
                _parameter("section", "query", _SECTIONS, required=False),
            ),
        ),
        "/api/v1/openapi.json": _operation("This description", signed_in=False),
    },
    "components": {
        "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-kring"}},
        "schemas": {
            "Error": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": {
                        "type": "object",
                        "required": ["code", "message"],
                        "properties": {
                            "code": {"type": "string"},
                            "message": {"type": "string"},
                            "why": {"type": "string"},
                            "rules": {"type": "array", "items": {"type": "object"}},
                            "who_can_help": {"type": "string"},
                        },
                    }
                },
            }
        },
    },
}
