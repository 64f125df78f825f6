"""Van wie een account is: ``kring identity …``."""

from typing import Annotated

import typer

from hub.commands.common import Actor, As, AsJson, Data, ask_hub, group, tell

identity_app = group("Van wie een account is (sleutels in Element).")


@identity_app.command("list")
def identity_list(
    patient: str,
    as_person: As,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Hoe het staat met de mensen in de kring: vastgezet, wachtend of veranderd, en op wiens woord."""
    tell(ask_hub(data, as_json, "identity.list", {"patient": patient, "as": as_person}, actor), as_json)


@identity_app.command("confirm")
def identity_confirm(
    person: str,
    fingerprint: Annotated[str, typer.Option("--fingerprint", help="De vingerafdruk die u bevestigt.")],
    as_person: Annotated[str | None, typer.Option("--as", help="Namens wie (anders de beheerder).")] = None,
    evidence: Annotated[str | None, typer.Option("--evidence", help="Hoe de beheerder dit vaststelde.")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Bevestig dat de (nieuwe) beveiliging van iemand echt van die persoon is."""
    arguments = {"person": person, "as": as_person, "fingerprint": fingerprint, "evidence": evidence}
    tell(ask_hub(data, as_json, "identity.confirm", arguments, actor), as_json)
