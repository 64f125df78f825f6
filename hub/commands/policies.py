"""Toegangsregels: ``kring policy …``."""

import json
from typing import Annotated

import typer

from hub.commands.common import Actor, AsJson, Data, Failing, ask_hub, group, out, tell

policy_app = group("Toegangsregels.")


@policy_app.command("explain")
def policy_explain(
    person: Annotated[str, typer.Option("--person")],
    patient: Annotated[str, typer.Option("--patient")],
    action: Annotated[str, typer.Option("--action")],
    section: Annotated[str | None, typer.Option("--section")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Welke regel en welke wet beslissen."""
    arguments = {"person": person, "patient": patient, "action": action, "section": section}
    tell(ask_hub(data, as_json, "policy.explain", arguments, actor), as_json)


@policy_app.command("matrix")
def policy_matrix(data: Data = None, as_json: AsJson = False) -> None:
    """Wie wat mag: rollen × onderdelen × handelingen."""
    from hub.access.engine import PolicyEngine
    from hub.access.matrix import render_matrix
    from hub.bootstrap import POLICIES

    with Failing(as_json):
        matrix = render_matrix(PolicyEngine.load(POLICIES))
        out(json.dumps({"matrix": matrix.splitlines()}, ensure_ascii=False) if as_json else matrix)
