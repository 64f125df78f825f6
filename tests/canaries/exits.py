"""Every way by which words leave Kring, walked by everybody; what each person could hear there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient

from hub.admin.server import build_admin, commands
from hub.application.guard import Refused
from hub.application.use_cases import portal_links
from hub.portal.app import build_app
from hub.portal.routes import ROUTES
from tests.canaries.asked import ADMIN, ASKED, PAGES, SEARCHED
from tests.canaries.story import EVERYBODY, Story
from tests.portal.world import Server, all_well, origin, press, token_in
from tests.stories.test_papers import text_of
from tests.world import PaperAccounts


@dataclass(frozen=True, slots=True)
class Heard:
    """Words that left. ``by``: everybody who could read them there."""

    exit: str
    by: frozenset[str]
    text: str

    @property
    def is_emergency_set(self) -> bool:
        return self.exit.partition(" ")[0] in {"room:!spoed", "set"} or "spoedset" in self.text.lower()


async def rooms(story: Story, people: tuple[str, ...], words: tuple[str, ...], kinds: tuple[str, ...]) -> list[Heard]:
    """Everybody types everything; who got the key of each answer."""
    room = story.room
    names = {person.matrix_id: who for who, person in room.world.people.items()}
    heard: list[Heard] = []
    await room.speaks()
    for who in people:
        for kind in (f"private-{who}" if one == "private" else one for one in kinds):
            if kind == "team" and not room.world.people[who].role.is_professional:
                continue
            for word in words:
                for argument in ASKED[word]:
                    await room.receive(room.message(who, f"!{word} {argument}".strip(), kind))
                    for place, body, users in await room.speaks():
                        by = frozenset(names[user] for user in users)
                        heard.append(
                            Heard(f"room:!{word} {argument} by {who} in {kind} -> {place.split('-')[0]}", by, body)
                        )
    return heard


async def spoken(story: Story, exit_: str) -> list[Heard]:
    """What the bot had still to say, of its own accord."""
    names = {person.matrix_id: who for who, person in story.room.world.people.items()}
    said = await story.room.speaks()
    return [Heard(exit_, frozenset(names[user] for user in users), body) for _place, body, users in said]


async def portal(story: Story, people: tuple[str, ...], *, press_buttons: bool = True) -> list[Heard]:
    """Every address, signed in as each person, and as nobody."""
    heard: list[Heard] = []
    async with _browser(story) as browser:
        for who in (*people, ""):
            csrf = ""
            story.room.world.clock.pass_by(minutes=2)  # so that nobody signs in too often
            if who:
                async with story.room.world.unit() as unit:
                    context = await story.room.world.context(unit, who)
                    try:
                        secret = await portal_links.issue_link(unit, context)
                    except Refused as refused:
                        heard.append(Heard(f"portal link {who}", frozenset({who}), str(refused)))
                        continue
                answer = await press(browser, "/p/" + secret)
                assert answer.status == HTTPStatus.SEE_OTHER, await answer.text()
                csrf = await _token(browser)
            for method, path in _addresses(story):
                if method == "POST" and (not press_buttons or path == "/uit") and path not in SEARCHED:
                    continue
                if path in SEARCHED:
                    heard += [one async for one in _searched(browser, method, path, csrf, who)]
                    continue
                if method == "POST":
                    answer = await press(browser, path, {"csrf": csrf, "wat": "niets"})
                else:
                    answer = await browser.get(path, allow_redirects=False)
                is_paper = answer.content_type == "application/pdf"
                body = text_of(await answer.read()) if is_paper else await answer.text()
                # How long a drawing is depends on the random mark in it.
                headers = {k: v for k, v in answer.headers.items() if not (is_paper and k == "Content-Length")}
                said = f"{answer.status} {headers} {body}"
                heard.append(Heard(f"portal {method} {path} as {who or 'nobody'}", frozenset({who}), said))
            browser.session.cookie_jar.clear()
    return heard


async def _searched(browser: Any, method: str, path: str, csrf: str, who: str) -> AsyncIterator[Heard]:
    """Asking is looking: it changes nothing, whichever way it is asked."""
    for words in ASKED["zoek"]:
        if method == "GET":
            answer = await browser.get(path, allow_redirects=False)
        elif path.startswith("/api/"):
            section, colon, rest = words.partition(": ")
            named = {"vertrouwelijk": "S10"}.get(section, section)
            asked = {"words": rest, "section": named} if colon else {"words": words}
            answer = await browser.post(path, json=asked, headers={"Origin": origin(browser)}, allow_redirects=False)
        else:
            answer = await press(browser, path, {"csrf": csrf, "woorden": words})
        said = f"{answer.status} {dict(answer.headers)} {await answer.text()}"
        yield Heard(f"portal {method} {path} {words} as {who or 'nobody'}", frozenset({who}), said)


async def _token(browser: Any) -> str:
    """The token of this session, from a page that is open to this person; none for whom every page is closed."""
    for path in ("/dossier", "/toestellen"):
        page = await (await browser.get(path)).text()
        if 'name="csrf"' in page:
            return token_in(page)
    return ""


def _addresses(story: Story) -> list[tuple[str, str]]:
    found = []
    for route in ROUTES:
        paths = PAGES.get(route.path, ())
        if route.path == "/inzage/bezwaar/{person}":
            paths = tuple(f"/inzage/bezwaar/{story.room.world.id(who)}" for who in ("gerda", "pieter", "karel", "wim"))
        found += [(route.method, path) for path in paths]
    return found


@asynccontextmanager
async def _browser(story: Story) -> AsyncIterator[Any]:
    client: Any = TestClient(
        Server(build_app(story.room.hub, all_well), host="127.0.0.1"), cookie_jar=CookieJar(unsafe=True)
    )
    try:
        await client.start_server()
        yield client
    finally:
        await client.close()


async def admin(story: Story, people: tuple[str, ...] = EVERYBODY) -> list[Heard]:
    """Every reading command of ``kring`` for each person: asked by themselves, and by the administrator for them.

    What the administrator asks ``--as`` somebody counts as that person's: the operator types for them, and the log
    names both.
    """
    table = commands(story.room.hub, PaperAccounts(), fine)
    heard: list[Heard] = []
    app = build_admin(story.room.hub, table)
    client: Any = TestClient(Server(app, host="127.0.0.1"))
    try:
        await client.start_server()
        for who in people:
            for name, make in ADMIN.items():
                for arguments in make(story, who):
                    for actor in {story.room.world.id(who), None if "as" in arguments else story.room.world.id(who)}:
                        answer = await client.post(
                            "/command", json={"command": name, "arguments": arguments, "actor": actor}
                        )
                        said = await answer.text()
                        heard.append(Heard(f"kring {name} {_told(arguments)} for {who}", frozenset({who}), said))
    finally:
        await client.close()
    return heard


def _told(arguments: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in arguments.items() if key in {"section", "action", "entry"})


async def fine() -> dict[str, Any]:
    return {"ok": True}
