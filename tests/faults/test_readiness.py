"""``/readyz`` tells whether a question in a room is answered, not whether HTTP is (ADR 0016).

The hub and its portal go on answering in every one of these faults.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.adapters.sql.canary import Stage as Where
from tests.faults.proxy import Asked, Trick
from tests.faults.road import ServerError
from tests.faults.stage import Stage, open_stage, until
from tests.patience import patience

pytestmark = pytest.mark.real

INTERVAL = 3
PATIENCE = 5
STALE = 20
SLACK = 15
AGAIN = 90
SEED = 20261122


class NoKeysArrive(Trick):
    """What is meant for the canary's device alone is kept back."""

    name = "keys kept back"

    def fits(self, asked: Asked) -> bool:
        return asked.is_sync and asked.who == "kanarie"

    def rewrite(self, asked: Asked, body: Any) -> Any:
        if body.get("to_device", {}).get("events"):
            body["to_device"]["events"] = []
            self.did("room key")
        return body


class UnsignedBot(Trick):
    """The bot's device as a homeserver shows it that forgot, or hides, who signed it."""

    name = "signature hidden"

    def fits(self, asked: Asked) -> bool:
        return asked.path.endswith("/keys/query") and asked.who == "kanarie"

    def rewrite(self, asked: Asked, body: Any) -> Any:
        for user, devices in body.get("device_keys", {}).items():
            for device, keys in devices.items():
                if user.startswith("@dossier:"):
                    own = keys["signatures"][user]
                    keys["signatures"][user] = {name: value for name, value in own.items() if name.endswith(device)}
                    self.did(device)
        return body


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A hub whose canary sings every few seconds; the bots are not started yet."""
    with open_stage(tmp_path, seed=SEED, settings=f"canary_interval = {INTERVAL}\n") as stage:
        yield stage


def get(stage: Stage, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{stage.hub.portal}{path}", timeout=60) as answered:
            return answered.status, answered.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def checks(stage: Stage) -> dict[str, dict[str, Any]]:
    """The parts of ``/readyz``, whose status says the same as they do."""
    status, body = get(stage, "/readyz")
    told = json.loads(body)
    assert told["ok"] is (status == 200) is all(part["ok"] for part in told["checks"].values())
    return dict(told["checks"])


def ready(stage: Stage) -> bool:
    return all(part["ok"] for part in checks(stage).values())


async def takes(fits: Callable[[], bool], otherwise: Callable[[], str], seconds: float) -> float:
    """How long it took, in seconds; no longer than so many on a machine at leisure."""
    began = time.monotonic()
    await until(fits, otherwise)
    took = time.monotonic() - began
    assert took <= patience(seconds), took
    return round(took, 1)


Fault = tuple[ServerError, Where]


def on_the_bots_side(chance: random.Random) -> list[Fault]:
    return [
        (ServerError(chance, "/sync$", who="dossier"), Where.ARRIVED),
        (ServerError(chance, "/send/", who="dossier"), Where.ANSWERED),
    ]


def on_the_askers_side(chance: random.Random) -> list[Fault]:
    return [
        (ServerError(chance, "/send/", who="kanarie"), Where.SENT),
        (ServerError(chance, "/sync$", who="kanarie"), Where.SENT),
    ]


@pytest.mark.parametrize(
    "faults", [on_the_bots_side, pytest.param(on_the_askers_side, marks=pytest.mark.slow)], ids=["bot", "asker"]
)
async def test_ready_is_what_a_question_in_a_room_shows(
    stage: Stage, faults: Callable[[random.Random], list[Fault]]
) -> None:
    found: dict[str, float] = {}
    assert get(stage, "/healthz")[0] == 200
    assert checks(stage)["canary"] == {"ok": False, "age": None, "ms": None, "stage": None, "code": "not-yet"}
    assert stage.bots.start() is not None
    found["first_round_s"] = await takes(lambda: ready(stage), lambda: str(checks(stage)), 20)

    for trick, where in faults(random.Random(SEED)):
        await stops_here(stage, found, trick, where)

    # A bot that was stopped says nothing at all, and is missed.
    pid = stage.bots._process.pid if stage.bots._process is not None else 0
    os.kill(pid, signal.SIGSTOP)
    try:
        found["bots stopped_s"] = await takes(
            lambda: checks(stage)["bots"]["ok"] is False, lambda: str(checks(stage)), STALE + SLACK
        )
        assert get(stage, "/uit")[0] < 500, "the portal itself goes on"
    finally:
        os.kill(pid, signal.SIGCONT)
    await takes(lambda: ready(stage), lambda: str(checks(stage)), AGAIN)

    told = stage.hub.kring("status").json
    assert told["ready"] is True
    assert {part: check["ok"] for part, check in told["checks"].items()} == dict.fromkeys(checks(stage), True)
    for secret in ("!", "$", "syt_", "nonce"):
        assert secret not in get(stage, "/readyz")[1]
    print(json.dumps(found))  # shown by pytest -s


async def stops_here(stage: Stage, found: dict[str, float], trick: Trick, where: Where) -> None:
    """Under ``trick`` the round stops at ``where``, in time; afterwards all is well again."""
    name = f"{trick.name}: {where.value}"
    with stage.proxy.playing(trick):
        found[f"{name}_s"] = await takes(
            lambda: checks(stage)["canary"]["stage"] == where.value,
            lambda: f"{name}: {checks(stage)}",
            INTERVAL + PATIENCE + SLACK,
        )
        seen = checks(stage)
        assert not seen["canary"]["ok"]
        assert seen["database"]["ok"]
        assert seen["bots"]["ok"], "HTTP, database and beat are all well, and yet nobody is answered"
        assert get(stage, "/healthz")[0] == 200
        assert 'kring_canary_failed{stage="' + where.value + '"} 1.0' in get(stage, "/metrics")[1]
        assert "kring_canary_ok 0.0" in get(stage, "/metrics")[1]
    await takes(lambda: ready(stage), lambda: f"after {name}: {checks(stage)}", AGAIN)


@pytest.mark.parametrize(
    ("trick", "where", "code"),
    [(UnsignedBot(), Where.SENT, "nobody-can-read"), (NoKeysArrive(), Where.READABLE, "no-key")],
    ids=["unsigned", "no-keys"],
)
async def test_what_members_could_not_read_is_an_alarm_from_the_first_round_on(
    stage: Stage, trick: Trick, where: Where, code: str
) -> None:
    with stage.proxy.playing(trick):
        assert stage.bots.start() is not None
        await takes(lambda: checks(stage)["canary"]["stage"] is not None, lambda: str(checks(stage)), 30)
        seen = checks(stage)["canary"]
        assert stage.proxy.did(trick.name)
        assert (seen["ok"], seen["stage"], seen["code"]) == (False, where.value, code)
