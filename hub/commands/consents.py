"""Toestemming en bezwaar: ``kring consent …``."""

from typing import Annotated

import typer

from hub.commands.common import Actor, AsJson, Data, ask_hub, group, tell

consent_app = group("Toestemming en bezwaar.")


@consent_app.command("record")
def consent_record(
    patient: str,
    decision: Annotated[str, typer.Option("--decision", help="permit of deny")],
    to: Annotated[str, typer.Option("--to", help="role:ROL, person:ID, organisation:NAAM of everyone")],
    sections: Annotated[str, typer.Option("--sections", help="S3,S4 of all")],
    given_by: Annotated[str, typer.Option("--given-by", help="De patiënt of de vertegenwoordiger.")],
    how: Annotated[str, typer.Option("--how", help="Hoe de keuze is gegeven.")],
    situation: Annotated[
        str | None, typer.Option("--situation", help="emergency of after_death; anders gewone zorg.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Leg een keuze van de patiënt vast."""
    arguments = {
        "patient": patient, "decision": decision, "to": to, "sections": sections, "given_by": given_by, "how": how,
        "situation": situation,
    }  # fmt: skip
    tell(ask_hub(data, as_json, "consent.record", arguments, actor), as_json)
