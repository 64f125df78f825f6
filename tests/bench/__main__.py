"""``python -m tests.bench [part …] [--json FILE] [--rounds N] [--quick]``: all measurements, or some."""

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console

from tests.bench import audit, card, catch_up, circle, death, dossier, filing, latency, policy, revoke, rooms
from tests.bench.company import side_by_side
from tests.bench.figures import Figure, show
from tests.bench.installation import Installation
from tests.bench.peers import EchoBot

PARTS = (
    "company",
    "latency",
    "filing",
    "rooms",
    "policy",
    "death",
    "audit",
    "dossier",
    "catch-up",
    "circle",
    "revoke",
    "card",
    "start",
    "memory",
)
_LIVE = frozenset({"company", "latency", "filing", "rooms", "circle", "revoke", "card", "start", "memory"})


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: commands asked, messages at ease, messages during an absence, encrypted rooms."""

    rounds: int = 200
    live: int = 100
    absence: int = 1000
    rooms: int = 1000
    wards: int = 100
    """Circles with one employee in all of them, who leaves."""
    removals: int = 50


QUICK = Size(40, 30, 200, 200, 10, 5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of: {', '.join(PARTS)} (none: all)")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--rounds", type=int, help="commands in the latency part (200)")
    parser.add_argument("--quick", action="store_true", help="less of everything: to see that it runs")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part: {', '.join(unknown)}")
    wanted = frozenset(arguments.parts or PARTS)
    size = QUICK if arguments.quick else Size()
    if arguments.rounds:
        size = replace(size, rounds=max(20, arguments.rounds))
    console = Console() if sys.stdout.isatty() else Console(width=150)
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as directory:
        figures = asyncio.run(_measure(wanted, Path(directory), size, console))
    show(figures, console)
    if arguments.json is not None:
        found = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": _machine()}
        rows = [figure.as_json() for figure in figures]
        arguments.json.write_text(json.dumps(found | {"figures": rows}, ensure_ascii=False, indent=1) + "\n")


def _machine() -> dict[str, object]:
    return {
        "cores": psutil.cpu_count(),
        "load": round(psutil.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


async def _measure(wanted: frozenset[str], directory: Path, size: Size, console: Console) -> list[Figure]:
    figures: list[Figure] = []
    if "policy" in wanted:
        console.print("policy decisions …")
        figures += policy.measure()
        figures += await policy.measure_guard(directory)
    if "death" in wanted:
        console.print("a death, while a relative reads …")
        figures += await death.measure(directory)
    if "audit" in wanted:
        console.print("audit verify …")
        figures += await audit.measure(directory, 100_000 if size is QUICK else audit.ENTRIES)
    if "dossier" in wanted:
        console.print(f"a dossier of {dossier.ENTRIES} entries …")
        figures += await dossier.measure(directory, 5 if size is QUICK else 20)
    if "catch-up" in wanted:
        console.print("catching up …")
        figures += await catch_up.measure(directory)
    if wanted & _LIVE:
        live = await _measure_live(wanted, directory, size, console)
        figures = live + figures
    return figures


async def _measure_live(wanted: frozenset[str], directory: Path, size: Size, console: Console) -> list[Figure]:
    installation = Installation(directory)
    echo = EchoBot(installation, directory / "echo")
    start: list[Figure] = []
    figures: list[Figure] = []
    try:
        console.print("starting Kring …")
        first = await installation.start()
        if "start" in wanted:
            await installation.stop()
            again = await installation.start()
            start = [
                Figure("start", "kring up → ready, first time (keys, database, accounts)", first, "s"),
                Figure("start", "kring up → ready, again on the same data", again, "s"),
            ]
        if "latency" in wanted or "memory" in wanted:
            await echo.start()
        if "latency" in wanted:
            console.print(f"asking {size.rounds} times, beside an echo bot …")
            figures += await latency.measure(installation, echo, rounds=size.rounds)
        if "filing" in wanted:
            console.print("keeping messages from the chat …")
            figures += await filing.measure(installation, rounds=max(20, size.rounds // 5))
        if "company" in wanted:
            console.print("listening beside nio, mautrix and js-sdk …")
            figures += await side_by_side.measure(installation, directory, live=size.live, absence=size.absence)
        if "circle" in wanted:
            console.print("opening circles …")
            figures += await circle.measure(installation)
        if "revoke" in wanted:
            console.print(f"taking access away in {size.wards} circles …")
            figures += await revoke.measure(installation, size.wards, size.removals)
        if "card" in wanted:
            console.print("bringing a changed limit to the out-of-hours post …")
            figures += await card.measure(installation, rounds=max(5, size.rounds // 10))
        figures += start
        if "memory" in wanted:
            figures += _memory(installation, echo)
        if "rooms" in wanted:
            console.print(f"starting again with {size.rooms} rooms …")
            await echo.stop()
            figures += await rooms.measure(installation, size.rooms)
    finally:
        await echo.stop()
        await installation.stop()
    return figures


def _memory(installation: Installation, echo: EchoBot) -> list[Figure]:
    beside = _megabytes(echo.process)
    processes = installation.processes()
    return [
        Figure("memory", "bots, resident", _megabytes(processes["bots"]), "MB", beside, "echo bot"),
        Figure("memory", "hub, resident", _megabytes(processes["hub"]), "MB"),
        Figure("memory", "homeserver, resident", _megabytes(processes["synapse"]), "MB"),
    ]


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
