"""What a measurement says, and how it is shown: one table, and JSON for who keeps figures."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. ``ours`` and ``peer`` in ``unit``; ``aim`` in words, ``met`` None when there is no aim for it."""

    part: str
    what: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    aim: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's; None without a peer."""
        return self.ours / self.peer if self.peer else None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio}


def quantile(values: Sequence[float], part: float) -> float:
    """The nearest-rank quantile: a value that was really measured. ``part`` 0.5 is the median, 0.95 the p95."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(part * len(ranked)) - 1)]


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print the table, one section for each part."""
    table = Table(title="Kring, measured", title_justify="left", header_style="bold")
    for name in ("what", "Kring", "beside it", "ratio", "aim", ""):
        table.add_column(name, justify="right" if name in {"Kring", "ratio"} else "left")
    last = ""
    for figure in figures:
        if last and figure.part != last:
            table.add_section()
        last = figure.part
        peer = "" if figure.peer is None else f"{_number(figure.peer)} {figure.unit} · {figure.peer_name}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        met = {None: "", True: "[green]met[/]", False: "[bold red]missed[/]"}[figure.met]
        what = figure.what if not figure.note else f"{figure.what}\n[dim]{figure.note}[/]"
        table.add_row(what, f"{_number(figure.ours)} {figure.unit}", peer, ratio, figure.aim, met)
    console.print(table)


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
