"""Nothing that somebody may not see comes to them by any way: a word in every corner, all at every exit (E1, T3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
import structlog

from bots.dossier.commands import COMMANDS
from hub.admin.server import commands
from hub.portal.routes import ROUTES
from tests.stories.conftest import Opened, opened_circle
from tests.stories.room import open_room
from tests.world import PaperAccounts

from . import asked, exits, fhir_exits
from .exits import Heard
from .story import BIRTH_DATE, BSN, EVERYBODY, MEMBERS, SHUT_OUT, Situation, Story, canaries, gather, plant

__all__ = ["opened_circle"]

SITUATIONS = {
    "nothing chosen": Situation(),
    "not discussed": Situation(discussed=False),
    "deceased": Situation(deceased=True, consents=(("person:pieter", ("S3", "S5")),)),
    "chosen": Situation(
        incapable=True,
        consents=(
            ("role:spiritual_carer", ("S1", "S2", "S4", "S5", "S6", "S8", "S9")),
            ("person:pieter", ("S2", "S3", "S5", "S8", "S9")),
        ),
    ),
}


BORN = "1952-03-14"
"""As another system writes it."""
LONG = pytest.param("nothing chosen", marks=pytest.mark.slow), pytest.param("deceased", marks=pytest.mark.slow)


@pytest.fixture
async def story(request: pytest.FixtureRequest, opened_circle: Opened, tmp_path: Path) -> AsyncIterator[Story]:
    async with open_room(*opened_circle, tmp_path) as room:
        told = await gather(room, SITUATIONS[request.param])
        await plant(told)
        yield told


def disclosures(story: Story, heard: Iterable[Heard]) -> list[str]:
    """Each canary, birth date or number that somebody heard and may not know."""
    found = []
    for one in heard:
        words = canaries(one.text)
        for who in sorted(one.by):
            allowed = story.may_see(who, emergency_set=one.is_emergency_set) if who else frozenset()
            if too_much := words - allowed:
                planted = {p.word: f"{p.section.value} {p.kind.value} by {p.author}" for p in story.planted}
                found.append(f"{one.exit}: {who or 'nobody'} hears {[planted.get(w, w) for w in sorted(too_much)]}")
            if (BIRTH_DATE in one.text or BORN in one.text) and not (who and story.may_know_birth_date(who)):
                found.append(f"{one.exit}: {who or 'nobody'} hears the birth date")
            if BSN in one.text and not (who and fhir_exits.may_have_number(story, one.exit, who)):
                found.append(f"{one.exit}: {who or 'nobody'} hears the number")
    return found


def test_every_command_page_and_command_of_kring_is_crawled_or_says_why_not(opened_circle: Opened) -> None:
    assert set(asked.ASKED) == set(COMMANDS)
    assert {route.path for route in ROUTES} == set(asked.PAGES) | set(fhir_exits.ASKED)
    assert {path for path, asked in asked.PAGES.items() if not asked} == set(asked.NOT_OF_A_DOSSIER) | {
        "/inzage/bezwaar/{person}"
    }
    assert not set(asked.ADMIN) & set(asked.NOT_ASKED)


async def test_every_command_of_the_hub_is_crawled_or_says_why_not(opened_circle: Opened, tmp_path: Path) -> None:
    async with open_room(*opened_circle, tmp_path) as room:
        table = commands(room.hub, PaperAccounts(), exits.fine)
    assert set(table) == set(asked.ADMIN) | set(asked.NOT_ASKED)


@pytest.mark.parametrize("story", ["chosen", "not discussed", *LONG], indirect=True)
async def test_nobody_hears_in_a_room_what_is_not_for_them(story: Story) -> None:
    heard = await exits.rooms(story, MEMBERS, ("dossier", "bijpraten", "spoed"), ("private",))
    heard += await exits.rooms(story, ("gerda", "anna", "hans"), ("bijpraten", "wie", "spoed"), ("circle", "team"))
    heard += await exits.rooms(story, SHUT_OUT, ("dossier", "wie", "spoed"), ("circle",))
    assert disclosures(story, heard) == []
    assert _each_hears_what_is_theirs(story, heard)


@pytest.mark.slow
@pytest.mark.parametrize("story", SITUATIONS, indirect=True)
async def test_nobody_hears_in_any_room_after_any_command_what_is_not_for_them(story: Story) -> None:
    kinds = ("private", "circle", "team")
    heard = await exits.rooms(story, MEMBERS, asked.LOOKING, kinds)
    heard += await exits.rooms(story, SHUT_OUT, asked.LOOKING, ("circle",))
    heard += await exits.rooms(story, MEMBERS, tuple(word for word in COMMANDS if word not in asked.LOOKING), kinds)
    assert disclosures(story, heard) == []


@pytest.mark.parametrize(
    "story", ["not discussed", pytest.param("chosen", marks=pytest.mark.slow), *LONG], indirect=True
)
async def test_no_page_of_the_portal_and_no_answer_of_kring_shows_what_is_not_for_them(story: Story) -> None:
    with structlog.testing.capture_logs() as logs:
        heard = await exits.portal(story, EVERYBODY)
        heard += await exits.admin(story)
        heard += await fhir_exits.other_systems(story, EVERYBODY)
    assert disclosures(story, heard) == []
    assert _each_hears_what_is_theirs(story, heard)
    _silent(str(logs))


@pytest.mark.parametrize("story", ["chosen", "not discussed"], indirect=True)
async def test_neither_handover_nor_brief_nor_log_tells_what_is_not_for_them(story: Story) -> None:
    room = story.room
    with structlog.testing.capture_logs() as logs:
        heard = await exits.rooms(story, ("carla", "gerda", "ruben"), ("overdracht",), ("team", "circle"))
        await room.greets()
        heard += await exits.spoken(story, "brief")
    assert disclosures(story, heard) == []
    _silent(str(logs))
    async with room.world.unit() as unit:
        lines = await unit.audit.of_patient(room.world.patient_id)
    _silent(str([item.entry for item in lines]))


def _silent(text: str) -> None:
    """Nothing of a dossier and of nobody's identity: what operators and the log may have."""
    assert canaries(text) == set()
    assert BIRTH_DATE not in text
    assert BSN not in text


def _each_hears_what_is_theirs(story: Story, heard: list[Heard]) -> bool:
    """The crawl is worth something only if words do come out: the GP hears every canary, the patient the own."""
    hearing = ("gerda",) if story.situation.deceased else ("gerda", "anna")
    for who in (*hearing, "lotte") if story.situation.incapable else hearing:
        said = set().union(*(canaries(one.text) for one in heard if who in one.by))
        assert said >= story.may_see(who) - story.replaced, who
    return True
