"""Every version of one entry: what it said, what changed, why; as a page and for programs."""

from aiohttp import web

from hub.application.plain import entry_as_json
from hub.application.ports import UnitOfWork
from hub.application.use_cases.versions import History, read_versions
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.people import Person
from hub.domain.vocabulary import Section
from hub.portal import dossier_view
from hub.portal.language import words_of
from hub.portal.pages import page
from hub.portal.reading import people_of, visitor_of
from hub.portal.sessions import Visit, visit
from hub.portal.state import portal_of


async def as_page(request: web.Request) -> web.Response:
    """``/dossier/S3/1``: oldest first, with the difference in words."""
    ref, hub = _ref(request), portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        found, people = await _read(unit, request, here, ref)
        visitor = await visitor_of(unit, request, here)
    shown = dossier_view.history(found, people, words_of(request))
    return page(request, "versions.html", visitor=visitor, history=shown)


async def as_json(request: web.Request) -> web.Response:
    """The same for programs: each version as in ``/api/v1/dossier``, with ``changes`` since the one before it."""
    ref, hub = _ref(request), portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        found, people = await _read(unit, request, here, ref)
    named = {person_id: person.name.full for person_id, person in people.items()}
    return web.json_response(
        {
            "ref": str(found.ref),
            "versions": [
                entry_as_json(step.entry, named.get(step.entry.author_id, ""))
                | {
                    "changes": [
                        {"field": one.field, "label": one.label, "was": one.was, "now": one.now}
                        for one in (step.change.fields if step.change is not None else ())
                    ],
                    "difference": step.change.lines_nl(step.entry.reason) if step.change is not None else [],
                }
                for step in found.steps
            ],
            "statements": [entry_as_json(one, named.get(one.author_id, "")) for one in found.beside],
        }
    )


async def _read(
    unit: UnitOfWork, request: web.Request, here: Visit, ref: EntryRef
) -> tuple[History, dict[str, Person]]:
    try:
        found = await read_versions(unit, portal_of(request).hub.guard, here.context, ref)
    except CommandRejected as rejected:
        raise web.HTTPNotFound from rejected
    seen = [step.entry for step in found.steps] + list(found.beside)
    named = {person for entry in seen for person in (entry.author_id, entry.confirmed_by) if person}
    return found, await people_of(unit, named)


def _ref(request: web.Request) -> EntryRef:
    name, number = request.match_info["section"], request.match_info["number"]
    if name not in Section.__members__ or not number.isascii() or not number.isdigit() or not int(number[:9]):
        raise web.HTTPNotFound
    return EntryRef(Section(name), int(number[:9]))
