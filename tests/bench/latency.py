"""Command → decrypted answer, beside an echo bot, turn by turn in one run so that noise hits both alike.

The asker is our own ``MatrixClient`` in memory, cross-signed: the same process, crypto and trust for both columns, and
lighter than a Node process on two cores, so that more of what is measured is the bots. What it costs, both pay.
"""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import create_engine, select

from bots.runtime.client import MatrixClient
from hub.adapters.sql.matrix_tables import mx_inbox
from hub.adapters.sql.tables import outbox
from hub.homeserver.room_templates import room_body
from tests.bench.figures import Figure, quantile
from tests.bench.installation import Installation, until_joined
from tests.bench.peers import EchoBot
from tests.homeserver.other_hub import everybody_may_enter

_WARM_UP = 5
_IDLE_SECONDS = 4.0
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer; moments in milliseconds since 1970."""

    event_id: str
    asked_at: float
    taken_at: int
    answered_at: int
    read_at: float

    @property
    def took(self) -> float:
        return self.read_at - self.asked_at


@dataclass(slots=True)
class Scene:
    """Who asks whom where: two rooms with the same number of people."""

    installation: Installation
    echo: EchoBot
    asker: MatrixClient
    team_room: str
    echo_room: str
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    @property
    def kring(self) -> str:
        return self.installation.settings.dossier_bot

    async def ask(self, room_id: str, bot: str, text: str) -> Turn:
        asked_at = time.time() * 1000
        sent = await self.asker.send_text(room_id, text)
        answer = await self.asker.next_message(
            lambda m: m.sender == bot and m.reply_to == sent.event_id, timeout=_PATIENCE
        )
        read_at = time.time() * 1000
        expected = "Vastgelegd als" if text.startswith("!pijn") and bot == self.kring else ""
        if not answer.body.startswith(expected):
            raise SystemExit(f"Unexpected answer to {text}: {answer.body}")
        question = self.asker.storage.inbox.get(sent.event_id)  # type: ignore[attr-defined]
        taken_at = question.event.origin_server_ts if question is not None else 0
        return Turn(sent.event_id, asked_at, taken_at, answer.origin_server_ts, read_at)

    async def take_turns(self, name: str, command: str, rounds: int) -> None:
        """``rounds`` times Kring, then the echo bot."""
        ours, theirs = self.turns.setdefault(name, []), self.turns.setdefault(f"{name} echo", [])
        for number in range(-_WARM_UP, rounds):
            text = f"{command} {number % 11}" if command == "!pijn" else command
            kring = await self.ask(self.team_room, self.kring, text)
            echo = await self.ask(self.echo_room, self.echo.user_id, text)
            if number >= 0:
                ours.append(kring)
                theirs.append(echo)


async def set_scene(installation: Installation, echo: EchoBot) -> Scene:
    """A circle with a GP as the asker, and a room of the same size for the echo bot."""
    coach, _, _ = await installation.person("coach", "Vermeer")
    gp, user, password = await installation.person("gp", "Huisman")
    patient = await installation.patient("de Wit")
    opened = await installation.ask("circle.open", patient=patient, coach=coach)
    await installation.ask("circle.admit", patient=patient, person=gp)
    asker = await MatrixClient.login(installation.settings.homeserver_url, user, password)
    await asker.bootstrap_cross_signing(password=password)
    gatekeeper = await installation.gatekeeper()
    try:
        # A room that the hub does not know: it would let nobody in.
        async with everybody_may_enter(installation.data):
            room = await installation.make_room(gatekeeper, room_body("Proef"), echo.user_id, asker.user_id)
            asker.start()
            await until_joined(asker, room, echo.user_id)
    finally:
        await gatekeeper.close()
    team = opened["rooms"]["team"]
    await until_joined(asker, team, installation.settings.dossier_bot)
    return Scene(installation, echo, asker, team, room)


async def measure(installation: Installation, echo: EchoBot, *, rounds: int) -> list[Figure]:
    scene = await set_scene(installation, echo)
    try:
        await scene.take_turns("warm", "!wie", 0)
        watched = {"kring": installation.processes()["bots"], "echo": echo.process}
        idle = await _idle(watched)
        before, began = {name: _cpu(process) for name, process in watched.items()}, time.perf_counter()
        await scene.take_turns("write", "!pijn", rounds)
        lasted = time.perf_counter() - began
        used = {name: _cpu(process) - before[name] for name, process in watched.items()}
        await scene.take_turns("read", "!wie", rounds // 4)
    finally:
        await scene.asker.stop()
    each = {name: 1000 * (used[name] - idle[name] * lasted) / (rounds + _WARM_UP) for name in used}
    figures = _latency(scene.turns) + _stages(scene.turns, installation.data / "kring.db")
    figures.append(
        Figure(
            "latency",
            "bot CPU per command (filed, audited, answered)",
            each["kring"],
            "ms",
            each["echo"],
            "echo bot",
            aim="≤ 3 ms",
            met=each["kring"] <= 3.0,
            note="above what it uses when idle",
        )
    )
    figures.append(
        Figure("latency", "bot CPU when idle", 100 * idle["kring"], "% of a core", 100 * idle["echo"], "echo bot")
    )
    return figures


def _latency(turns: dict[str, list[Turn]]) -> list[Figure]:
    figures = []
    for name, title in (("write", "!pijn (filed and audited)"), ("read", "!wie")):
        ours = [turn.took for turn in turns[name]]
        theirs = [turn.took for turn in turns[f"{name} echo"]]
        for part, label in ((0.5, "median"), (0.95, "p95")):
            mine, peer = quantile(ours, part), quantile(theirs, part)
            figures.append(
                Figure(
                    "latency",
                    f"{title} → decrypted answer, {label} of {len(ours)}",
                    mine,
                    "ms",
                    peer,
                    "echo bot, stock nio",
                    aim="≤ 1.3 × echo" if part > 0.5 else "",
                    met=mine <= 1.3 * peer if part > 0.5 else None,
                )
            )
    return figures


def _stages(turns: dict[str, list[Turn]], database: Path) -> list[Figure]:
    """Where the time of a command goes, from the moments that the hub's own tables keep. Medians."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        received = {row.event_id: row.received_at for row in connection.execute(select(mx_inbox))}
        handled = {row.correlation_id: row.created_at / 1000 for row in connection.execute(select(outbox))}
    engine.dispose()
    ours, theirs = turns["write"], turns["write echo"]

    def middle(values: list[float]) -> float:
        return quantile(values, 0.5)

    steps = [
        ("question sent → taken by the homeserver", [t.taken_at - t.asked_at for t in ours]),
        ("  → in the bot's inbox (sync, commit)", [received[t.event_id] - t.taken_at for t in ours]),
        ("  → decrypted, judged, being carried out", [handled[t.event_id] - received[t.event_id] for t in ours]),
        ("  → committed, relayed, answer taken", [t.answered_at - handled[t.event_id] for t in ours]),
        ("  → answer synced, decrypted, read", [t.read_at - t.answered_at for t in ours]),
    ]
    beside = {
        0: middle([t.taken_at - t.asked_at for t in theirs]),
        4: middle([t.read_at - t.answered_at for t in theirs]),
    }
    figures = [
        Figure("stages", what, middle(values), "ms", beside.get(place), "echo bot" if place in beside else "")
        for place, (what, values) in enumerate(steps)
    ]
    figures.append(
        Figure(
            "stages",
            "question taken → answer taken (the bot's part)",
            middle([float(t.answered_at - t.taken_at) for t in ours]),
            "ms",
            middle([float(t.answered_at - t.taken_at) for t in theirs]),
            "echo bot",
        )
    )
    return figures


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _idle(watched: dict[str, psutil.Process]) -> dict[str, float]:
    """CPU seconds per second while nothing is said."""
    before = {name: _cpu(process) for name, process in watched.items()}
    await asyncio.sleep(_IDLE_SECONDS)
    return {name: (_cpu(process) - before[name]) / _IDLE_SECONDS for name, process in watched.items()}
