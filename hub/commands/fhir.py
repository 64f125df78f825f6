"""Andere systemen: ``kring fhir …``."""

from typing import Annotated

import typer

from hub.commands.common import Actor, AsJson, Data, ask_hub, group, tell

fhir_app = group("Andere systemen die meelezen (FHIR).")


@fhir_app.command("token")
def token(
    person: Annotated[str, typer.Option("--for", help="Namens wie het andere systeem leest.")],
    minutes: Annotated[int | None, typer.Option("--minutes", help="Hoe lang het geldt: 1 tot 480 (anders 60).")] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", help="Alleen deze patiënt (anders al diens kringen).")
    ] = None,
    may_import: Annotated[
        bool, typer.Option("--import", help="Het andere systeem mag ook gegevens aanleveren.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Geef een ander systeem een token. Het staat alleen in dit antwoord; bewaar het als een wachtwoord."""
    arguments = {"person": person, "minutes": minutes, "patient": patient, "import": may_import}
    tell(ask_hub(data, as_json, "fhir.token", arguments, actor), as_json)


@fhir_app.command("revoke")
def revoke(token_id: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Trek een token in; het werkt vanaf dat moment niet meer."""
    tell(ask_hub(data, as_json, "fhir.revoke", {"token": token_id}, actor), as_json)


@fhir_app.command("tokens")
def tokens(
    person: Annotated[str, typer.Option("--for", help="Van wie.")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Welke tokens zijn er namens iemand gegeven, en tot wanneer gelden ze."""
    tell(ask_hub(data, as_json, "fhir.tokens", {"person": person}, actor), as_json)
