"""The page *Toestellen*: whose keys count and on whose word, seven emoji to compare, and how to know the bot itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from aiohttp import web

from hub.application.identity_ports import VerificationState
from hub.application.ports import UnitOfWork
from hub.application.use_cases import emoji_verification, own_keys
from hub.application.use_cases.emoji_verification import Comparison
from hub.application.use_cases.identities import Standing, confirm, standings
from hub.domain.errors import CommandRejected
from hub.domain.identity import PinState, in_fours
from hub.portal import texts
from hub.portal.emoji import EMOJI
from hub.portal.language import words_of
from hub.portal.pages import page, redirect
from hub.portal.reading import visitor_of
from hub.portal.security import only, require_own_page, require_token
from hub.portal.sessions import Visit, visit
from hub.portal.state import portal_of
from hub.texts import N_, Words

PLACE = "/toestellen"
_STATES = {
    PinState.PINNED: N_("telt mee"),
    PinState.AWAITING: N_("wacht op bevestiging"),
    PinState.CHANGED: N_("veranderd, en nog niet bevestigd"),
}
_UNSEEN = N_("nog nooit aangemeld in Element")
_WAYS = {
    "first-use": N_("bij de eerste aanmelding vastgezet"),
    "confirmed": N_("bevestigd door %(name)s"),
    "emoji": N_("met zeven plaatjes vergeleken door %(name)s"),
    "administrator": N_("bevestigd door de beheerder, %(name)s"),
}
_SOMEBODY = N_("iemand")


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the page. ``fingerprint`` is what a button confirms; empty when there is nothing to confirm."""

    id: str
    name: str
    role: str
    state: str
    calm: bool
    since: str
    way: str
    shown: str
    fingerprint: str
    may_vouch: bool
    may_compare: bool


@dataclass(frozen=True, slots=True)
class Emoji:
    """One open comparison. ``symbols`` (sign, name) empty until both sides have them."""

    id: str
    name: str
    symbols: tuple[tuple[str, str], ...]
    numbers: str
    may_answer: bool
    answered: bool


async def devices(request: web.Request) -> web.Response:
    """Toestellen. The look is logged before the first byte leaves (I4)."""
    return await _show(request)


async def vouch(request: web.Request) -> web.Response:
    """Bevestigen: pins what the form names by its fingerprint, if that is still what the server shows."""

    async def act(unit: UnitOfWork, here: Visit, person: str, fingerprint: str) -> None:
        hub = portal_of(request).hub
        await confirm(unit, hub.guard, hub.speaker, here.context, person, fingerprint)

    return await _act(request, "person", "fingerprint", act)


async def compare(request: web.Request) -> web.Response:
    """Plaatjes vergelijken: the bot asks that person's Element."""

    async def act(unit: UnitOfWork, here: Visit, person: str, _empty: str) -> None:
        hub = portal_of(request).hub
        await emoji_verification.ask_for(unit, hub.guard, here.context, await unit.people.get(person))

    return await _act(request, "person", None, act)


async def answer(request: web.Request) -> web.Response:
    """Komt overeen, of niet."""

    async def act(unit: UnitOfWork, here: Visit, transaction: str, said: str) -> None:
        if said not in {"ja", "nee"}:
            raise web.HTTPBadRequest
        guard = portal_of(request).hub.guard
        await emoji_verification.answer(unit, guard, here.context, transaction, same=said == "ja")

    return await _act(request, "verification", "same", act)


Act = Callable[[UnitOfWork, Visit, str, str], Awaitable[None]]


async def _act(request: web.Request, first: str, second: str | None, act: Act) -> web.Response:
    portal = portal_of(request)
    require_own_page(request, portal.address)
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    form = await request.post()
    named = only(form, first)
    more = only(form, second) if second is not None else ""
    try:
        async with portal.hub.transactions() as unit:
            here = await visit(unit, request)
            require_token(here.session.csrf, form)
            if not named or more is None:
                raise web.HTTPBadRequest
            await act(unit, here, named, more)
    except CommandRejected as rejected:
        return await _show(request, problem=str(rejected))
    return redirect(PLACE)


async def _show(request: web.Request, problem: str = "") -> web.Response:
    hub = portal_of(request).hub
    words = words_of(request)
    async with hub.transactions() as unit:
        here = await visit(unit, request, waiting_too=True)
        found, may_vouch = await standings(unit, hub.guard, here.context)
        open_now = await emoji_verification.open_here(unit, hub.guard, here.context, [one.person for one in found])
        ours = await own_keys.read(unit)
        visitor = await visitor_of(unit, request, here)
    own_id = here.context.actor.id
    return page(
        request,
        "devices.html",
        HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        visitor=visitor,
        problem=problem,
        people=[_person(one, own_id, may_vouch, words) for one in found],
        comparisons=[_emoji(one, words) for one in open_now],
        bot=None
        if ours is None
        else {
            "user": ours.user_id,
            "session": ours.device_id,
            "device": in_fours(ours.device_key),
            "master": in_fours(ours.master_key),
        },
        everybody=may_vouch,
    )


def _person(standing: Standing, own_id: str, may_vouch: bool, words: Words) -> Person:
    known, person = standing.identity, standing.person
    waits = known is not None and known.state is not PinState.PINNED and bool(known.seen_master)
    other = person.id != own_id
    since = ""
    if known is not None:
        at = known.changed_at if known.changed_at is not None else known.pinned_at
        since = texts.moment(datetime.fromtimestamp(at / 1000, UTC), words.language)
    way = ""
    if known is not None and known.way in _WAYS and known.state is not PinState.AWAITING:
        by = standing.vouched_by.name.full if standing.vouched_by else words(_SOMEBODY)
        way = words(_WAYS[known.way]) % {"name": by}
    return Person(
        id=person.id,
        name=person.name.full,
        role=words(standing.role.title_nl),
        state=words(_UNSEEN if known is None else _STATES[known.state]),
        calm=known is None or known.state is PinState.PINNED,
        since=since,
        way=way,
        shown=in_fours(known.seen_master) if known is not None else "",
        fingerprint=known.seen_master if known is not None and waits else "",
        may_vouch=may_vouch and other and waits,
        may_compare=known is not None
        and bool(known.seen_master)
        and ((may_vouch and other) or (not other and known.state is PinState.PINNED)),
    )


def _emoji(comparison: Comparison, words: Words) -> Emoji:
    known = comparison.verification
    shown = known.state is VerificationState.COMPARING
    return Emoji(
        id=known.transaction_id,
        name=comparison.person.name.full,
        symbols=tuple((EMOJI[n][0], words(EMOJI[n][1])) for n in known.emoji if n < len(EMOJI)) if shown else (),
        numbers=" ".join(map(str, known.decimals)) if shown else "",
        may_answer=shown and comparison.may_answer,
        answered=known.state in {VerificationState.MATCHED, VerificationState.MISMATCHED},
    )
