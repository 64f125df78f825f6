"""``python -m tests.bench [part …] [--json FILE] [--rounds N]``: all measurements, or some."""

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console

from tests.bench import audit, catch_up, circle, latency, policy
from tests.bench.figures import Figure, show
from tests.bench.installation import Installation
from tests.bench.peers import EchoBot

PARTS = ("latency", "policy", "audit", "catch-up", "circle", "start", "memory")
_LIVE = frozenset({"latency", "circle", "start", "memory"})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of: {', '.join(PARTS)} (none: all)")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--rounds", type=int, default=200, help="commands in the latency part (200)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part: {', '.join(unknown)}")
    wanted = frozenset(arguments.parts or PARTS)
    console = Console() if sys.stdout.isatty() else Console(width=150)
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as directory:
        figures = asyncio.run(_measure(wanted, Path(directory), max(20, arguments.rounds), console))
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


async def _measure(wanted: frozenset[str], directory: Path, rounds: int, console: Console) -> list[Figure]:
    figures: list[Figure] = []
    if "policy" in wanted:
        console.print("policy decisions …")
        figures += policy.measure()
    if "audit" in wanted:
        console.print("audit verify …")
        figures += await audit.measure(directory)
    if "catch-up" in wanted:
        console.print("catching up …")
        figures += await catch_up.measure(directory)
    if wanted & _LIVE:
        live = await _measure_live(wanted, directory, rounds, console)
        figures = live + figures
    return figures


async def _measure_live(wanted: frozenset[str], directory: Path, rounds: int, console: Console) -> list[Figure]:
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
            console.print(f"asking {rounds} times, beside an echo bot …")
            figures += await latency.measure(installation, echo, rounds=rounds)
        if "circle" in wanted:
            console.print("opening circles …")
            figures += await circle.measure(installation)
        figures += start
        if "memory" in wanted:
            figures += _memory(installation, echo)
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
