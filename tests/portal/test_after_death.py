"""Na het overlijden: in the commit that confirms it, what the daughter could read closes, and no copy has aftercare."""

import json
from http import HTTPStatus

import pytest

from hub.application.guard import Refused
from hub.application.use_cases import aftercare, death, dossier
from hub.application.use_cases.exporting import export_dossier
from hub.domain.aftercare import Outcome
from hub.domain.entries import Note, to_json
from hub.domain.vocabulary import Section
from tests.portal.world import Browser, World, read, sign_in

NAME = "Anna de Wit"


async def dies(world: World) -> None:
    """Reported by the coach, confirmed by the GP."""
    async with world.hub.transactions() as unit:
        context = await world.context(unit, "coach")
        await death.declare_death(unit, world.hub.guard, world.hub.speaker, context, NAME)
    async with world.hub.transactions() as unit:
        context = await world.context(unit, "gp")
        await death.confirm_death(unit, world.hub.guard, world.hub.speaker, context, NAME)


async def test_the_daughter_reads_until_the_confirmation_commits_and_not_a_page_after_it(
    world: World, browser: Browser
) -> None:
    await world.consent("role:relative", Section.S4)
    await world.record("coach", Note("Zij wil graag buiten liggen"), Section.S4)
    await sign_in(world, browser, "daughter")
    status, page = await read(browser, "/dossier/S4")
    assert status == HTTPStatus.OK
    assert "buiten liggen" in page
    await dies(world)
    for path in ("/dossier", "/dossier/S4", "/api/v1/dossier", "/api/v1/dossier?section=S4"):
        _, page = await read(browser, path)
        assert "buiten liggen" not in page, path
    async with world.hub.transactions() as unit:
        context = await world.context(unit, "daughter")
        with pytest.raises(Refused) as refused:
            await dossier.read_dossier(unit, world.hub.guard, context, Section.S4)
    assert refused.value.rules == ("guard-after-death",)


async def test_who_was_the_patient_has_no_session_any_more(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    assert (await read(browser, "/dossier"))[0] == HTTPStatus.OK
    await dies(world)
    assert (await read(browser, "/dossier"))[0] != HTTPStatus.OK


async def test_no_copy_of_the_dossier_has_a_word_of_aftercare(world: World, browser: Browser) -> None:
    await dies(world)
    await world.record("nurse", Note("Rustig overleden, familie erbij"), Section.S9)
    async with world.hub.transactions() as unit:
        context = await world.context(unit, "coach")
        daughter = world.people["daughter"]
        await aftercare.note_contact(unit, world.hub.guard, context, daughter, Outcome.SPOKEN, "huilt elke avond")
        await aftercare.note_evaluation(unit, world.hub.guard, context, "wij kwamen te laat", None)
    async with world.hub.transactions() as unit:
        context = await world.context(unit, "coach")
        copy = await export_dossier(unit, world.hub.guard, context, to="pzp-r4", sections=tuple(Section))
    said = json.dumps([to_json(entry.value) for entry in copy.view.versions], ensure_ascii=False)
    assert "familie erbij" in said
    await sign_in(world, browser, "coach")
    for path in ("/dossier", "/api/v1/dossier"):
        said += (await read(browser, path))[1]
    assert "huilt" not in said
    assert "te laat" not in said
