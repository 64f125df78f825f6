"""The page *Toestemming*: who may read what, also in an emergency and after death; on and off in as many steps.

A tick is compared with what stood there when the page was made: only what the patient changed becomes a choice.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web
from multidict import MultiMapping

from hub.application.ports import UnitOfWork
from hub.application.use_cases.consents import choose, read_choices
from hub.domain.consent import EVERYONE, ConsentContext, ConsentDecision, ConsentTarget, TargetKind
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Action, Role, Section
from hub.portal import consent_view
from hub.portal.language import words_of
from hub.portal.pages import page, redirect
from hub.portal.reading import people_of, visitor_of
from hub.portal.security import only, require_own_page, require_token
from hub.portal.sessions import Visit, visit
from hub.portal.state import portal_of

PLACE = "/toestemming"
_HOW = "aangeklikt in het portaal"
_ALL = frozenset(Section)
_ANSWERS = {"ja": ConsentDecision.PERMIT, "nee": ConsentDecision.DENY}
_OFFERED = frozenset(consent_view.OFFERED)

Form = MultiMapping[object]
Act = Callable[[UnitOfWork, Visit, Form], Awaitable[None]]


async def consent(request: web.Request) -> web.Response:
    """Toestemming. The look is logged before the first byte leaves (I4)."""
    return await _show(request)


async def parts(request: web.Request) -> web.Response:
    """Bewaar: what was ticked or unticked for one person or organisation."""

    async def act(unit: UnitOfWork, here: Visit, form: Form) -> None:
        target = await _target(unit, here, form)
        was, now = _named(only(form, "was") or ""), _named(",".join(map(str, form.getall("part", []))))
        for decision, sections in ((ConsentDecision.DENY, was - now), (ConsentDecision.PERMIT, now - was)):
            if sections:
                await _choose(request, unit, here, decision, target, sections)

    return await _act(request, act)


async def everything(request: web.Request) -> web.Response:
    """Alles open, of alles dicht, for one person or organisation."""

    async def act(unit: UnitOfWork, here: Visit, form: Form) -> None:
        await _choose(request, unit, here, _answer(form), await _target(unit, here, form), _ALL)

    return await _act(request, act)


async def emergency(request: web.Request) -> web.Response:
    """Bij spoed: ja of nee."""

    async def act(unit: UnitOfWork, here: Visit, form: Form) -> None:
        await _choose(request, unit, here, _answer(form), EVERYONE, _ALL, ConsentContext.EMERGENCY)

    return await _act(request, act)


async def after_death(request: web.Request) -> web.Response:
    """Na overlijden: ja of nee voor één naaste, of niemand."""

    async def act(unit: UnitOfWork, here: Visit, form: Form) -> None:
        target = EVERYONE if only(form, "target") == TargetKind.EVERYONE else await _target(unit, here, form)
        await _choose(request, unit, here, _answer(form), target, _ALL, ConsentContext.AFTER_DEATH)

    return await _act(request, act)


async def _choose(
    request: web.Request,
    unit: UnitOfWork,
    here: Visit,
    decision: ConsentDecision,
    target: ConsentTarget,
    sections: frozenset[Section],
    situation: ConsentContext | None = None,
) -> None:
    await choose(
        unit,
        portal_of(request).hub.guard,
        here.context,
        decision=decision,
        target=target,
        sections=sections,
        how=_HOW,
        recorded_by=here.context.actor.id,
        situation=situation,
    )


async def _target(unit: UnitOfWork, here: Visit, form: Form) -> ConsentTarget:
    """Somebody of this circle, now or before, or where such a person works: the page offers nobody else."""
    named = only(form, "target")
    circle = here.context.circle
    if named is None or circle is None:
        raise web.HTTPBadRequest
    target = ConsentTarget.parse(named)
    people = await unit.people.all_of(relation.person_id for relation in await unit.circles.relations(circle.id))
    known = {ConsentTarget(TargetKind.PERSON, person_id).key for person_id in people}
    known |= {
        ConsentTarget(TargetKind.ORGANISATION, person.organisation).key
        for person in people.values()
        if person.organisation
    }
    if target.key not in known:
        raise web.HTTPBadRequest
    return target


def _answer(form: Form) -> ConsentDecision:
    said = only(form, "answer")
    if said not in _ANSWERS:
        raise web.HTTPBadRequest
    return _ANSWERS[said]


def _named(text: str) -> frozenset[Section]:
    names = [part for part in text.split(",") if part]
    if any(name not in Section.__members__ or Section(name) not in _OFFERED for name in names):
        raise web.HTTPBadRequest
    return frozenset(Section(name) for name in names)


async def _act(request: web.Request, act: Act) -> web.Response:
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    form = await request.post()
    try:
        async with portal.hub.transactions() as unit:
            here = await visit(unit, request)
            require_token(here.session.csrf, form)
            await act(unit, here, form)
    except CommandRejected as rejected:
        return await _show(request, problem=str(rejected))
    return redirect(f"{PLACE}?bewaard=1")


async def _show(request: web.Request, problem: str = "") -> web.Response:
    hub = portal_of(request).hub
    words = words_of(request)
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        choices = await read_choices(unit, hub.guard, here.context)
        if choices is None:
            # Who sees only what concerns themselves finds that on the page of the dossier.
            raise web.HTTPSeeOther("/dossier#reikwijdte")
        known = await people_of(unit, consent_view.mentioned(choices.history))
        _, decision = await hub.guard.decide(unit, here.context, Action.RECORD, Section.S11)
        visitor = await visitor_of(unit, request, here)
    may_choose = decision.permitted and here.context.role in {Role.PATIENT, Role.REPRESENTATIVE}
    return page(
        request,
        "consent.html",
        HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        visitor=visitor,
        problem=problem,
        saved=only(request.query, "bewaard") == "1" and not problem,
        may_choose=may_choose,
        choices=consent_view.present(choices, known, words),
    )
