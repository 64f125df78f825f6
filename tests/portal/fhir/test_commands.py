"""``kring fhir token | revoke | tokens``, and the key behind it: made once, and never made again."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.admin.server import build_admin, commands
from hub.application.use_cases.api_tokens import issue_token
from hub.bootstrap import open_hub
from hub.domain.api_token import lifetime
from hub.domain.errors import StartRefused
from hub.domain.identifiers import new_id
from hub.domain.people import Person, PersonName
from hub.domain.vocabulary import Channel, Role
from hub.settings import Settings
from tests.portal.fhir.world import System, agree
from tests.portal.world import MORNING, Browser, PaperAccounts, World


async def fine() -> dict[str, Any]:
    return {"ok": True}


async def ask(world: World, command: str, actor: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
    app = build_admin(world.hub, commands(world.hub, PaperAccounts(), fine))
    async with TestClient(TestServer(app)) as client:
        body = {"command": command, "arguments": arguments, "actor": world.people[actor].id}
        async with client.post("/command", json=body) as answer:
            return answer.status, await answer.json()


async def test_the_operator_gives_a_token_that_works_and_takes_it_back(world: World, browser: Browser) -> None:
    await agree(world)
    person = world.people["gp"].id
    status, given = await ask(world, "fhir.token", "administrator", person=person, minutes=30, patient=world.patient_id)
    assert status == HTTPStatus.OK, given
    gp = System(browser, given["token"])
    path = f"/fhir/r4/Goal?patient={world.patient_id}"
    assert (await gp.get(path)).total == 1
    _, listed = await ask(world, "fhir.tokens", "administrator", person=person)
    assert [(one["id"], one["revoked_at"]) for one in listed["tokens"]] == [(given["id"], None)]
    assert given["token"] not in str(listed), "the token is in the first answer and nowhere else"
    status, _ = await ask(world, "fhir.revoke", "administrator", token=given["id"])
    assert status == HTTPStatus.OK
    assert (await gp.get(path)).status == HTTPStatus.UNAUTHORIZED


async def test_nobody_but_the_administrator_hands_out_doors(world: World) -> None:
    person = world.people["gp"].id
    for who in ("gp", "coach", "daughter", "patient"):
        for command, arguments in (
            ("fhir.token", {"person": person}),
            ("fhir.tokens", {"person": person}),
            ("fhir.revoke", {"token": "tok-0123456789abcdef"}),
        ):
            status, answer = await ask(world, command, who, **arguments)
            assert (status, answer["error"]["code"]) == (HTTPStatus.FORBIDDEN, "access-denied"), (who, command)


@pytest.mark.parametrize("minutes", ["60", 1.5, True, 0, 481])
async def test_a_lifetime_that_is_none_is_refused(world: World, minutes: object) -> None:
    person = world.people["gp"].id
    status, _ = await ask(world, "fhir.token", "administrator", person=person, minutes=minutes)
    assert status == HTTPStatus.CONFLICT


async def test_the_key_is_made_at_the_first_start_and_its_loss_is_said_at_the_next(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "kring")
    hub = await open_hub(settings, now=lambda: MORNING, create=True)
    assert settings.token_key_file.stat().st_mode & 0o777 == 0o400
    first = settings.token_key_file.read_bytes()
    settings.token_key_file.unlink()
    await hub.close()
    hub = await open_hub(settings, now=lambda: MORNING, create=True)
    assert settings.token_key_file.read_bytes() != first, "no token was given yet: a new key harms nobody"
    await give_one(hub)
    await hub.close()
    settings.token_key_file.unlink()
    with pytest.raises(StartRefused, match="token_signing_key"):
        await open_hub(settings, now=lambda: MORNING, create=True)
    assert not settings.token_key_file.exists()


async def give_one(hub: Any) -> None:
    from hub.application.identify import identify

    bea = Person(new_id("per"), Role.ADMINISTRATOR, PersonName("Bea", "Heer"), None, None, "eerste start", MORNING)
    gerda = Person(
        new_id("per"), Role.GP, PersonName("Gerda", "Huisman"), None, "Praktijk De Brug", "BIG getoond", MORNING
    )
    async with hub.transactions() as unit:
        await unit.people.add(bea)
        await unit.people.add(gerda)
        context = await identify(
            unit, bea, None, channel=Channel.CLI, initiator="person", correlation_id="cmd-1", now=MORNING
        )
        await issue_token(unit, context, person_id=gerda.id, patient_id=None, lasts=lifetime(None))
