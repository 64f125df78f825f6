"""Opening a circle: space, two rooms and everybody invited, from the operator's command to done on the homeserver."""

import time
from urllib.parse import quote

from tests.bench.figures import Figure, quantile
from tests.bench.installation import Installation

_TIMES = 5


async def measure(installation: Installation) -> list[Figure]:
    coach, _, _ = await installation.person("coach", "Bakker")
    lead, _, _ = await installation.person("gp", "Jansen")
    took = []
    opened = {}
    for number in range(_TIMES):
        patient = await installation.patient(f"Proef {number}")
        began = time.perf_counter()
        opened = await installation.ask("circle.open", patient=patient, coach=coach, lead=lead)
        took.append(1000 * (time.perf_counter() - began))
    invited = await _invited(installation, [opened["space"], *opened["rooms"].values()])
    middle = quantile(took, 0.5)
    return [
        Figure(
            "circle",
            f"opening a circle: space, 2 rooms, {invited} invitations; median of {_TIMES}",
            middle,
            "ms",
            aim="≤ 600 ms",
            met=middle <= 600,
            note="with waiting until the gatekeeper noticed it, and until the command line noticed the gatekeeper",
        )
    ]


async def _invited(installation: Installation, rooms: list[str]) -> int:
    gatekeeper = await installation.gatekeeper()
    try:
        count = 0
        for room_id in rooms:
            answer = await gatekeeper.request("GET", f"/_matrix/client/v3/rooms/{quote(room_id)}/members")
            count += sum(event["state_key"] != installation.settings.gatekeeper for event in answer["chunk"])
        return count
    finally:
        await gatekeeper.close()
