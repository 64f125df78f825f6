"""Cijfers van de regio: ``kring figures``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.commands.common import Actor, As, AsJson, Data, ask_hub, out, tell

_TOO_FEW = "minder dan tien: niet getoond"


def figures(
    as_person: As,
    since: Annotated[str | None, typer.Option("--since", help="Begonnen vanaf deze dag (JJJJ-MM-DD).")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Begonnen tot en met deze dag.")] = None,
    tariffs: Annotated[
        Path | None, typer.Option("--tariffs", help="Aannames voor de besparing, als config/tariffs.example.toml.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Tel de cijfers, met teller, noemer, onbekend en 95 %-grenzen; voor de coördinator."""
    try:
        said = tariffs.read_text("utf-8") if tariffs is not None else None
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter("dit bestand is niet te lezen", param_hint="--tariffs") from error
    asked = {"as": as_person, "since": since, "until": until, "tariffs": said}
    answer = ask_hub(data, as_json, "figures", asked, actor)
    if as_json:
        tell(answer, as_json)
        return
    for one in answer["figures"]:
        out(line(one))


def line(one: dict[str, Any]) -> str:
    """One figure as a person reads it: ``IND-05 … 9,7 % (3 van 31; 0 onbekend; 95 %: 3,3 tot 24,9)``."""
    head = f"{one['id']} {one['title']}" + (f" ({one['of']})" if one["of"] else "")
    if one["reason"] is not None:
        return f"{head}: {_TOO_FEW}"
    unit = f" {one['unit']}" if one["unit"] else ""
    counted = f"{_nl(one['numerator'])} van {one['denominator']}" if unit else f"{one['denominator']} geteld"
    bounds = f"95 %: {_nl(one['low'])} tot {_nl(one['high'])}"
    return f"{head}: {_nl(one['value'])}{unit} ({counted}; {one['missing']} onbekend; {bounds})"


def _nl(number: float) -> str:
    return str(number).replace(".", ",")
