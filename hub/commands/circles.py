"""Kringen: ``kring circle …``."""

import os
from base64 import b64decode
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.common import Actor, AsJson, Data, Failing, ask_hub, group, tell
from hub.domain.errors import StartRefused

circle_app = group("Kringen.")


@circle_app.command("open")
def circle_open(
    patient: str,
    coach: Annotated[str, typer.Option("--coach")],
    lead: Annotated[str | None, typer.Option("--lead", help="Wie de regie heeft (anders de coach).")] = None,
    discussed: Annotated[bool, typer.Option("--discussed", help="De markering is met de patiënt besproken.")] = False,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Open de kring van een patiënt."""
    arguments = {"patient": patient, "coach": coach, "lead": lead, "discussed": discussed}
    tell(ask_hub(data, as_json, "circle.open", arguments, actor), as_json)


@circle_app.command("admit")
def circle_admit(
    patient: str,
    person: str,
    role: Annotated[str | None, typer.Option("--role")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Tot en met deze datum (JJJJ-MM-DD).")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="Voor welke organisatie, als iemand er meer heeft.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Neem iemand op in de kring."""
    arguments = {"patient": patient, "person": person, "role": role, "until": until, "organisation": organisation}
    tell(ask_hub(data, as_json, "circle.admit", arguments, actor), as_json)


@circle_app.command("discharge")
def circle_discharge(
    patient: str,
    person: str,
    reason: Annotated[str, typer.Option("--reason")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Laat iemand uit de kring gaan."""
    arguments = {"patient": patient, "person": person, "reason": reason}
    tell(ask_hub(data, as_json, "circle.discharge", arguments, actor), as_json)


@circle_app.command("show")
def circle_show(patient: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Wie er in de kring zitten."""
    tell(ask_hub(data, as_json, "circle.show", {"patient": patient}, actor), as_json)


@circle_app.command("contributions")
def circle_contributions(
    patient: str,
    person: str,
    to: Annotated[Path, typer.Option("--out", help="Bestand om te schrijven; het mag er nog niet zijn.")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Een afschrift (PDF) van wat iemand zelf vastlegde en deed, ook na het einde van de toegang."""
    answer = ask_hub(data, as_json, "circle.contributions", {"patient": patient, "person": person}, actor)
    with Failing(as_json):
        try:
            handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(b64decode(answer["pdf"]))
        except OSError as error:
            raise StartRefused(f"Het bestand {to.name} is niet te schrijven: {error.strerror}.") from error
        tell({"ok": True, "file": str(to)}, as_json)
