"""Wie keek mee: who looked, person by person and day by day; and from there, in one act, bezwaar tegen één mens."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus

from aiohttp import web

from hub.application import auditing
from hub.application.ports import UnitOfWork
from hub.application.use_cases import objections
from hub.application.use_cases.access_log import read_log
from hub.application.use_cases.circles import members
from hub.application.use_cases.objections import UNAFFECTED_NL, Prospect
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.consent import Consent
from hub.domain.errors import CommandRejected, NotFound
from hub.domain.looking import case_of
from hub.domain.people import Person
from hub.domain.privacy import CaseKind
from hub.domain.vocabulary import Role
from hub.portal import log_view
from hub.portal.language import words_of
from hub.portal.log_view import Choices
from hub.portal.pages import page, redirect
from hub.portal.reading import people_of, visitor_of
from hub.portal.security import only, require_own_page, require_token
from hub.portal.sessions import Visit, visit
from hub.portal.state import portal_of

PLACE = "/inzage"
_HOW = "in het portaal, op de pagina Wie keek mee"


async def log(request: web.Request) -> web.Response:
    """When, who, what and why, filtered on a period and on a person."""
    hub = portal_of(request).hub
    since, until = _date(request, "van"), _date(request, "tot")
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        found = await read_log(unit, hub.guard, here.context)
        choices = await _choices(unit, request, here, found)
        people = await people_of(unit, log_view.mentioned(found))
        visitor = await visitor_of(unit, request, here)
    shown = log_view.present(
        found,
        people,
        hub.policy.rules(),
        since=since,
        until=until,
        person=only(request.query, "wie") or "",
        choices=choices,
        words=words_of(request),
    )
    return page(request, "log.html", visitor=visitor, log=shown)


async def ask_objection(request: web.Request) -> web.Response:
    """What objecting to this person does, before it is done; or what taking it back does."""
    return await _ask(request)


async def object_now(request: web.Request) -> web.Response:
    """The one act, in force with the commit: object, or take the objection back."""
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    form = await request.post()
    act = {"bezwaar": objections.object_to, "intrekken": objections.take_back}.get(only(form, "wat") or "")
    try:
        async with portal.hub.transactions() as unit:
            here = await visit(unit, request)
            require_token(here.session.csrf, form)
            if act is None:
                raise web.HTTPBadRequest
            await act(unit, portal.hub.guard, here.context, request.match_info["person"], how=_HOW)
    except NotFound as error:
        raise web.HTTPNotFound from error
    except CommandRejected as rejected:
        return await _ask(request, problem=str(rejected))
    return redirect(PLACE)


async def _ask(request: web.Request, problem: str = "") -> web.Response:
    hub = portal_of(request).hub
    words = words_of(request)
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        try:
            found = await objections.prospect(unit, hub.guard, here.context, request.match_info["person"])
            # It names who looked, and in which role.
            asked, about = AuditEvent.LOG_READ, found.person.id
            look = auditing.entry(here.context, asked, object_type="person", object_id=about, detail="objection-asked")
            await unit.audit.add(look)
        except NotFound as error:
            raise web.HTTPNotFound from error
        present = await members(unit, here.context.circle, here.context.now) if here.context.circle else []
        visitor = await visitor_of(unit, request, here)
    return page(
        request,
        "objection.html",
        HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        visitor=visitor,
        problem=words(problem),
        found=found,
        role=words((found.role or found.person.role).title_nl),
        relative=found.role is Role.RELATIVE,
        unaffected=words(UNAFFECTED_NL[found.unaffected]) if found.unaffected else "",
        call=[one.person for one in present if one.relation.role in _whom_to_call(found)
              and one.person.id != found.person.id],
    )  # fmt: skip


def _whom_to_call(found: Prospect) -> frozenset[Role]:
    """Who helps when the last doctor, the last coach or the lead may not look any more."""
    if found.last_doctor:
        return frozenset({Role.COACH})
    return frozenset({Role.GP}) if found.last_coach or found.leads else frozenset()


async def _choices(unit: UnitOfWork, request: web.Request, here: Visit, found: Iterable[ChainedEntry]) -> Choices:
    """What this reader can do about whom. Only who makes the patient's choices can do anything."""
    guard, context = portal_of(request).hub.guard, here.context
    own = context.role is Role.PATIENT
    cases: dict[str, CaseKind] = {}
    for case_id in {case for item in found if (case := case_of(item.entry.detail)) is not None}:
        cases[case_id] = (await unit.cases.get(case_id)).kind
    if context.circle is None or not await objections.may_object(unit, guard, context):
        return Choices(own=own, cases=cases)
    open_to: set[str] = set()
    objected: dict[str, Consent] = {}
    quiet: list[Person] = []
    relations = {one.person_id: one for one in await unit.circles.relations(context.circle.id)}
    for person_id in relations:
        seen = await objections.prospect(unit, guard, context, person_id)
        if seen.objected is not None:
            objected[person_id] = seen.objected
        elif seen.unaffected is None:
            open_to.add(person_id)
        if seen.objected is not None or seen.unaffected is None:
            quiet.append(seen.person)
    return Choices(own=own, open_to=open_to, objected=objected, members=sorted(quiet, key=_by_name), cases=cases)


def _by_name(person: Person) -> tuple[str, str]:
    return person.name.family, person.name.given


def _date(request: web.Request, name: str) -> date | None:
    """A date of the period; what is no date is no limit."""
    try:
        return date.fromisoformat(request.query.get(name, ""))
    except ValueError:
        return None
