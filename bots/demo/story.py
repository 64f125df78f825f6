"""Tells the journey on screen and keeps the report: what was done, what was asserted, how long it took."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class AssertionMissed(Exception):
    """The journey did not go as it must."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of ``demo-report.json``."""

    step: str
    asserted: str
    ok: bool
    ms: int


class Story:
    """Progress bar below, story above."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.steps: list[Step] = []
        self._started = time.monotonic()
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )
        self._task = self._progress.add_task("De reis van mevrouw de Wit", total=total)

    def __enter__(self) -> "Story":
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def begin_journey(self) -> None:
        """The clock of the journey starts here: set-up before it does not count."""
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self._started, 1)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)

    @asynccontextmanager
    async def step(self, title: str, asserted: str) -> AsyncIterator[None]:
        """One step; it counts as done only when the block ends without raising."""
        self._progress.update(self._task, description=title)
        self.console.print(f"\n[bold cyan]{escape(title)}[/]")
        started = time.monotonic()
        try:
            yield
        except BaseException:
            self.steps.append(Step(title, asserted, ok=False, ms=_ms(started)))
            self.console.print(f"  [bold red]✗ {escape(asserted)}[/]")
            raise
        self.steps.append(Step(title, asserted, ok=True, ms=_ms(started)))
        self.console.print(f"  [green]✓ {escape(asserted)}[/] [dim]({self.steps[-1].ms} ms)[/]")
        self._progress.advance(self._task)

    def said(self, who: str, where: str, text: str) -> None:
        """Somebody types something."""
        self.console.print(f"  [yellow]{escape(who)}[/] [dim]({escape(where)})[/]: {escape(text)}")

    def heard(self, who: str, where: str, text: str) -> None:
        """Kring answers; long answers are shortened on screen, not in the assertion."""
        lines = text.splitlines()
        shown = "\n      ".join(escape(line) for line in lines[:8]) + ("\n      …" if len(lines) > 8 else "")
        self.console.print(f"    [blue]Kring → {escape(who)}[/] [dim]({escape(where)})[/]: {shown}")

    def note(self, text: str) -> None:
        self.console.print(f"  [dim]{escape(text)}[/]")

    def write_report(self, path: Path) -> None:
        """``{"ok", "seconds", "steps": [{"step", "asserted", "ok", "ms"}, …]}``"""
        report = {"ok": self.ok, "seconds": self.seconds, "steps": [asdict(step) for step in self.steps]}
        path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")


def expect(truth: bool, what: str) -> None:
    """:raises AssertionMissed: with what should have been true"""
    if not truth:
        raise AssertionMissed(what)


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
