"""What people come for: the dossier as their role may see it.

Each page is one transaction: session, request, permit, contents and audit entry. Only when it committed does the first
byte leave (I4).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from hub.application.ports import UnitOfWork
from hub.application.use_cases.disclosure import may_see_readers
from hub.application.use_cases.dossier import View, read_dossier
from hub.domain.errors import CommandRejected, NotFound
from hub.domain.people import Person
from hub.domain.reading import OVERVIEW, Amount, Place, page_of_a_section
from hub.domain.timeline import SECTIONS as TIMELINE
from hub.domain.vocabulary import Action, Section
from hub.portal import dossier_view, texts
from hub.portal.language import words_of
from hub.portal.pages import page
from hub.portal.sessions import Visit, visit
from hub.portal.state import portal_of

EARLIER = "voor"
"""Where an earlier page of a section begins; the same for pages and for programs."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The head of every page: whose dossier this is, who reads it, in which role."""

    about: str
    circle: str
    name: str
    role: str
    sees_log: bool
    sees_messages: bool
    sees_choices: bool
    sees_course: bool
    sees_timeline: bool
    sees_ladder: bool
    csrf: str
    moment: str


async def whole_dossier(request: web.Request) -> web.Response:
    """Everything that is open to this role."""
    return await _dossier(request, None)


async def one_section(request: web.Request) -> web.Response:
    """One section: what was agreed, and the newest of what comes in a series."""
    name = request.match_info["section"]
    if name not in Section.__members__:
        raise web.HTTPNotFound
    return await _dossier(request, Section(name))


async def _dossier(request: web.Request, section: Section | None) -> web.Response:
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        view: View = await read_dossier(unit, hub.guard, here.context, section, amount_of(request, section))
        people = await people_of(unit, dossier_view.mentioned(view))
        visitor = await visitor_of(unit, request, here)
    shown = dossier_view.present(view, people, asked=section, words=words_of(request))
    return page(request, "dossier.html", visitor=visitor, dossier=shown)


def amount_of(request: web.Request, section: Section | None) -> Amount:
    """The newest of everything; of one section a page, ``?voor=`` the one before it."""
    if section is None:
        return OVERVIEW
    named = request.query.getall(EARLIER, [])
    try:
        return page_of_a_section(Place.parse(named[0]) if named else None)
    except CommandRejected as rejected:
        raise web.HTTPNotFound from rejected


async def visitor_of(unit: UnitOfWork, request: web.Request, here: Visit) -> Visitor:
    guard, context = portal_of(request).hub.guard, here.context
    if context.circle is None or context.role is None:
        raise ValueError("somebody who reads has a role in a circle")
    patient = await unit.patients.get(context.circle.patient_id)
    identity = await guard.may_read_all(unit, context, (Section.S1,))
    _, log_decision = await guard.decide(unit, context, Action.AUDIT, None)
    wide = await guard.permitted(unit, context, Action.READ, TIMELINE)
    course = await guard.permitted(unit, context, Action.READ, (Section.S5,))
    words = words_of(request)
    return Visitor(
        about=texts.described(patient, words) if identity else patient.name.full,
        circle=context.circle.pseudonym,
        name=context.actor.name.full,
        role=words(context.role.title_nl),
        sees_log=log_decision.permitted,
        sees_messages=await may_see_readers(unit, guard, context),
        sees_choices=await guard.may_read_all(unit, context, (Section.S11,)),
        sees_course=bool(course),
        sees_timeline=bool(wide),
        sees_ladder=context.role.is_professional,
        csrf=here.session.csrf,
        moment=texts.moment(context.now, words.language),
    )


async def people_of(unit: UnitOfWork, ids: Iterable[str]) -> dict[str, Person]:
    """Whom a page names, by id."""
    found: dict[str, Person] = {}
    for person_id in sorted(set(ids)):
        try:
            found[person_id] = await unit.people.get(person_id)
        except NotFound:
            # A person of before a restored back-up: the line stays readable without the name.
            continue
    return found
