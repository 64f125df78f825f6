"""One policy decision, every role on every section and action, beside Cedar asked in the ordinary way."""

import time
from pathlib import Path
from random import Random

import cedarpy

from hub.access.engine import PolicyEngine, _question
from hub.access.files import SCHEMA_NAME, read_policy_files
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.schema import migrate
from hub.bootstrap import POLICIES
from hub.domain.vocabulary import Action, Role, Section
from tests.access.asking import CELLS, ask
from tests.bench.figures import Figure, quantile
from tests.world import Clock, open_world

_ROUNDS = 8


def measure() -> list[Figure]:
    engine = PolicyEngine.load(POLICIES)
    requests = [ask(role, action, section) for role in (*Role, None) for action, section in CELLS] * _ROUNDS
    Random(7).shuffle(requests)
    policies = "\n".join(path.read_text() for path in sorted(POLICIES.glob("*.cedar")))
    schema = (POLICIES / SCHEMA_NAME).read_text()
    peers = requests[:: max(1, len(requests) // 300)]
    began = time.perf_counter()
    ours = [_milliseconds(engine.decide, request) for request in requests]
    matrix = (time.perf_counter() - began) / _ROUNDS
    theirs = [
        _milliseconds(lambda asked: cedarpy.is_authorized(asked, policies, "[]", schema), _question(request))
        for request in peers
    ]
    first = _cold()
    p50, p99 = quantile(ours, 0.5), quantile(ours, 0.99)
    beside = "cedarpy.is_authorized on text"
    return [
        Figure("policy", f"decision, median of {len(ours)}", p50, "ms", quantile(theirs, 0.5), beside),
        Figure("policy", "first decision after the start", first, "ms", aim="≤ 50 ms", met=first <= 50.0),
        Figure("policy", "decision, p99", p99, "ms", quantile(theirs, 0.99), beside, aim="≤ 1 ms", met=p99 <= 1.0),
        Figure(
            "policy",
            "whole matrix: roles × sections × actions",
            matrix,
            "s",
            aim="≤ 60 s",
            met=matrix <= 60,
            note=f"{len(requests) // _ROUNDS} questions",
        ),
    ]


def _cold() -> float:
    """An engine that was never asked anything: its rules are still to be chosen for the question."""
    return _milliseconds(PolicyEngine(read_policy_files(POLICIES)).decide, ask(Role.COACH, *CELLS[0]))


async def measure_guard(directory: Path, times: int = 1000) -> list[Figure]:
    """The guard as every command asks it: the facts from SQLite, then the decision."""
    database = Database(f"sqlite:///{directory / 'policy.db'}")
    await migrate(database)
    try:
        world = await open_world(database, KeyVault(bytes(32)), Clock())
        took = []
        async with world.unit() as unit:
            context = await world.context(unit, "samira")
            for _ in range(times):
                began = time.perf_counter()
                await world.guard.decide(unit, context, Action.READ, Section.S5)
                took.append(1000 * (time.perf_counter() - began))
    finally:
        await database.close()
    return [
        Figure("policy", f"guard with its facts, median of {times}", quantile(took, 0.5), "ms"),
        Figure("policy", "guard with its facts, p99", quantile(took, 0.99), "ms"),
    ]


def _milliseconds(call: object, argument: object) -> float:
    began = time.perf_counter()
    call(argument)  # type: ignore[operator]
    return 1000 * (time.perf_counter() - began)
