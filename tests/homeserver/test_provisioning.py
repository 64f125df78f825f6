"""Accounts through the admin API, on a real Synapse; and what happens when the homeserver is not there."""

import asyncio
from pathlib import Path

import pytest

from hub.domain.errors import DeliveryDelayed, DeliveryRefused, StartRefused
from hub.homeserver.embedded import EmbeddedHomeserver
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.homeserver.room_templates import room_body
from tests.homeserver.world import CIPHERTEXT, PASSWORD, Account, CircleOnServer, free_port

NAME = "Vos, A. · Thuiszorg Rijn (thuiszorg)"


class Waits:
    """Remembers how long it was asked to wait instead of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.mark.real
async def test_making_an_account_twice_keeps_the_phone_logged_in(circle: CircleOnServer) -> None:
    async with circle.provisioning() as provisioning:
        user_id = await provisioning.ensure_account("k2b3c4d51", PASSWORD, NAME)
        token = await provisioning.login("k2b3c4d51", PASSWORD, "TELEFOON", "Telefoon van Anna")
        assert await provisioning.ensure_account("k2b3c4d51", PASSWORD, NAME) == user_id
        assert await provisioning.ensure_account("k2b3c4d51", None, "Vos, A. · Hospice (hospice)") == user_id

    anna = Account(circle.homeserver.base_url, user_id, token)
    assert (await anna.must("GET", f"/profile/{user_id}"))["displayname"] == "Vos, A. · Hospice (hospice)"
    assert (await anna.must("GET", "/account/whoami"))["device_id"] == "TELEFOON"


@pytest.mark.real
async def test_a_locked_account_can_do_nothing_until_it_is_unlocked(circle: CircleOnServer) -> None:
    async with circle.provisioning() as provisioning:
        user_id = await provisioning.ensure_account("k2b3c4d52", PASSWORD, NAME)
        token = await provisioning.login("k2b3c4d52", PASSWORD, "TELEFOON", "Telefoon")
        anna = Account(circle.homeserver.base_url, user_id, token)

        await provisioning.lock_account(user_id)
        assert (await anna.call("GET", "/account/whoami"))[0] == 401
        await provisioning.lock_account(user_id, locked=False)
        assert (await anna.call("GET", "/account/whoami"))[0] == 200


@pytest.mark.real
async def test_logging_out_all_devices_ends_every_session(circle: CircleOnServer) -> None:
    async with circle.provisioning() as provisioning:
        user_id = await provisioning.ensure_account("k2b3c4d53", PASSWORD, NAME)
        tokens = [await provisioning.login("k2b3c4d53", PASSWORD, device, device) for device in ("TELEFOON", "TABLET")]
        await provisioning.logout_devices(user_id)
        await provisioning.logout_devices(user_id)

    for token in tokens:
        assert (await Account(circle.homeserver.base_url, user_id, token).call("GET", "/account/whoami"))[0] == 401


@pytest.mark.real
async def test_a_closed_account_stays_closed(circle: CircleOnServer) -> None:
    async with circle.provisioning() as provisioning:
        user_id = await provisioning.ensure_account("k2b3c4d54", PASSWORD, NAME)
        await provisioning.deactivate(user_id)

        with pytest.raises(DeliveryRefused, match="gesloten"):
            await provisioning.ensure_account("k2b3c4d54", PASSWORD, NAME)
        with pytest.raises(DeliveryRefused):
            await provisioning.login("k2b3c4d54", PASSWORD, "TELEFOON", "Telefoon")


@pytest.mark.real
async def test_the_bots_may_send_without_limit_and_people_may_not(circle: CircleOnServer) -> None:
    async with circle.provisioning() as provisioning:
        user_id = await provisioning.ensure_account("k2b3c4d59", PASSWORD, NAME)
        token = await provisioning.login("k2b3c4d59", PASSWORD, "TELEFOON", "Telefoon")
    anna = Account(circle.homeserver.base_url, user_id, token)
    room = await circle.gatekeeper.make_room(room_body("Kring 4H8T · kring"))
    for member in (anna, circle.dossier):
        await circle.gatekeeper.admit(room, member)

    async def burst(account: Account) -> set[int]:
        sending = [account.send(room, "m.room.encrypted", CIPHERTEXT, transaction=f"b{n}") for n in range(75)]
        return {status for status, _ in await asyncio.gather(*sending)}

    assert await burst(circle.dossier) == {200}
    assert 429 in await burst(anna)


@pytest.mark.real
async def test_two_processes_of_the_hub_share_one_administrator(circle: CircleOnServer) -> None:
    async with circle.provisioning() as one, circle.provisioning() as other:
        await one.ensure_account("k2b3c4d55", PASSWORD, NAME)
        token_file = circle.credentials.folder / "synapse_admin_token"
        revoked = Account(circle.homeserver.base_url, "", token_file.read_text())
        await revoked.must("POST", "/logout", {})

        assert await one.ensure_account("k2b3c4d55", PASSWORD, NAME)  # finds its token revoked and logs in again
        assert await other.ensure_account("k2b3c4d55", PASSWORD, NAME)
    assert token_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.real
async def test_an_administrator_token_from_the_configuration_is_enough(circle: CircleOnServer, tmp_path: Path) -> None:
    async with circle.provisioning() as own:
        await own.ensure_account("k2b3c4d56", PASSWORD, NAME)
    token = (circle.credentials.folder / "synapse_admin_token").read_text()
    elsewhere = AdminCredentials(tmp_path, token=token)

    async with Provisioning(circle.homeserver.base_url, circle.server_name, elsewhere) as provisioning:
        assert await provisioning.ensure_account("k2b3c4d56", None, NAME)
    assert not (tmp_path / "synapse_admin_token").exists()


@pytest.mark.real
@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"registration_secret": "verkeerd"}, "registratiegeheim van de homeserver klopt niet"),
        ({"token": "verkeerd"}, "controleer het beheertoken"),
        ({}, "nodig"),
    ],
    ids=["secret", "token", "neither"],
)
async def test_wrong_credentials_are_one_sentence(
    synapse: EmbeddedHomeserver, tmp_path: Path, credentials: dict[str, str], sentence: str
) -> None:
    wrong = AdminCredentials(tmp_path, **credentials)
    async with Provisioning(synapse.base_url, synapse.options.server_name, wrong) as provisioning:
        with pytest.raises(StartRefused, match=sentence):
            await provisioning.ensure_account("k2b3c4d57", PASSWORD, NAME)


async def test_a_homeserver_that_is_away_is_tried_again_and_then_later(tmp_path: Path) -> None:
    waits = Waits()
    credentials = AdminCredentials(tmp_path, token="geheim")
    away = f"http://127.0.0.1:{free_port()}"

    async with Provisioning(away, "kring.localhost", credentials, pause=waits) as provisioning:
        with pytest.raises(DeliveryDelayed, match="antwoordt nu niet") as delayed:
            await provisioning.ensure_account("k2b3c4d58", PASSWORD, NAME)

    assert waits.seconds == [0.2, 0.5, 1.0, 2.0, 4.0]
    assert delayed.value.retry_after.total_seconds() >= 30


def test_credentials_do_not_print() -> None:
    shown = repr(AdminCredentials(Path("/srv"), registration_secret="zeer-geheim", token="ook-geheim"))

    assert "geheim" not in shown
