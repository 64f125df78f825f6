"""One policy decision, every role on every section and action, beside Cedar asked in the ordinary way."""

import time
from random import Random

import cedarpy

from hub.access.engine import PolicyEngine, _question
from hub.access.files import SCHEMA_NAME
from hub.bootstrap import POLICIES
from hub.domain.vocabulary import Role
from tests.access.asking import CELLS, ask
from tests.bench.figures import Figure, quantile

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
    p50, p99 = quantile(ours, 0.5), quantile(ours, 0.99)
    beside = "cedarpy.is_authorized on text"
    return [
        Figure("policy", f"decision, median of {len(ours)}", p50, "ms", quantile(theirs, 0.5), beside),
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


def _milliseconds(call: object, argument: object) -> float:
    began = time.perf_counter()
    call(argument)  # type: ignore[operator]
    return 1000 * (time.perf_counter() - began)
