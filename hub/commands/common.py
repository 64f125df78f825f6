"""What every command of ``kring`` needs: its options, asking the hub, telling the answer, ending with one line."""

import json
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from hub.admin.client import Told, ask
from hub.domain.errors import KringError

Data = Annotated[Path | None, typer.Option("--data", help="Gegevensmap (anders $KRING_DATA of ./.kring).")]
AsJson = Annotated[bool, typer.Option("--json", help="Antwoord als JSON.")]
Actor = Annotated[str | None, typer.Option("--actor", help="Wie dit doet (anders de eerste beheerder).")]
As = Annotated[str, typer.Option("--as", help="Namens wie; diens rol bepaalt wat er te zien is.")]
Result = TypeVar("Result")


def group(help_nl: str) -> typer.Typer:
    """A group of commands (``kring person …``)."""
    return typer.Typer(no_args_is_help=True, help=help_nl)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Do it to the end."""
    import asyncio

    return asyncio.run(work)


def directory(data: Path | None) -> Path:
    """The data directory: as given, else of the environment, else ``./.kring``."""
    return data or Path(os.environ.get("KRING_DATA") or ".kring")


def ask_hub(data: Path | None, as_json: bool, command: str, arguments: dict[str, Any], actor: str | None = None) -> Any:
    """Ask the running hub; ends the program with one clear line when it refuses."""
    with Failing(as_json):
        return ask(directory(data), command, arguments, actor)


class Failing:
    """Turns our errors into one line on stderr (or JSON) and exit status 1."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, KringError):
            return
        told = error.error if isinstance(error, Told) else {"code": error.code, "message": str(error)}
        if self._as_json:
            out(json.dumps({"error": told}, ensure_ascii=False))
        print(told["message"], file=sys.stderr)  # noqa: T201 -- this is the command line
        raise typer.Exit(1) from error


def out(text: str) -> None:
    """One line for whoever asked."""
    print(text, flush=True)  # noqa: T201 -- this is the command line


def tell(answer: Any, as_json: bool) -> None:
    """The answer: as JSON, or as lines and tables for a person."""
    if as_json:
        out(json.dumps(answer, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for key, value in answer.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            table = Table(*(str(name) for name in value[0]))
            for row in value:
                table.add_row(*(_cell(row.get(name)) for name in value[0]))
            console.print(table)
        else:
            console.print(f"{key}: {_cell(value)}", markup=False, highlight=False)


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
