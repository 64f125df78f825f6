"""Toegangsregels: ``kring policy …``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.common import Actor, AsJson, Data, Failing, ask_hub, directory, group, out, tell
from hub.domain.errors import StartRefused
from hub.settings import approved_policies

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


@policy_app.command("diff")
def policy_diff(
    old: Annotated[Path | None, typer.Argument(help="Map met het oude beleid.")] = None,
    new: Annotated[Path | None, typer.Argument(help="Map met het nieuwe beleid (anders dat van deze hub).")] = None,
    against: Annotated[str | None, typer.Option("--against", help="approved: het laatst goedgekeurde beleid.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Wie krijgt er iets bij en wie raakt iets kwijt. Eindigt met 0 zonder verschil, met 1 bij verschil."""
    from hub.access.difference import compare
    from hub.access.difference_text import as_data, in_words
    from hub.access.files import version_of
    from hub.bootstrap import POLICIES

    if against not in {None, "approved"} or (against is None) == (old is None):
        raise typer.BadParameter("Noem OUD (en NIEUW), of geef --against approved.")
    with Failing(as_json):
        before = old or approved_policies(directory(data))
        if old is None and not before.is_dir():
            raise StartRefused(
                "Er is nog geen beleid goedgekeurd; doe dat met: kring policy approve --actor FUNCTIONARIS."
            )
        # With --against the one folder that may be named is the new one; without any it is what this hub runs.
        after = new or POLICIES
        found = compare(before, after)
        named = version_of(before), version_of(after)
        if as_json:
            out(json.dumps({"old": named[0], "new": named[1], "differences": as_data(found)}, ensure_ascii=False))
        else:
            out(in_words(found, *named).rstrip("\n"))
    raise typer.Exit(1 if found else 0)


@policy_app.command("approve")
def policy_approve(
    folder: Annotated[Path | None, typer.Argument(help="Map met nieuw beleid (anders dat van deze hub).")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Keur beleid goed: dat van deze hub, of van een map. Voor de functionaris gegevensbescherming (--actor)."""
    from hub.access.files import read_texts

    with Failing(as_json):
        arguments = {"files": read_texts(folder)} if folder else {}
        tell(ask_hub(data, as_json, "policy.approve", arguments, actor), as_json)


@policy_app.command("matrix")
def policy_matrix(data: Data = None, as_json: AsJson = False) -> None:
    """Wie wat mag: rollen × onderdelen × handelingen."""
    from hub.access.engine import PolicyEngine
    from hub.access.matrix import render_matrix
    from hub.bootstrap import POLICIES

    with Failing(as_json):
        matrix = render_matrix(PolicyEngine.load(POLICIES))
        out(json.dumps({"matrix": matrix.splitlines()}, ensure_ascii=False) if as_json else matrix)
