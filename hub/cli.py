"""``kring``: the operator's command line (``docs/gebruik/beheerder.md``).

Most commands only ask the running hub. What is heavy (policy engine, portal, homeserver) is imported by the few that
need it, because a command line that answers after three seconds is not used.
"""

from pathlib import Path
from typing import Annotated

import typer

from hub.commands.audit import audit_app
from hub.commands.circles import circle_app
from hub.commands.common import AsJson, Data, Failing, ask_hub, directory, out, run, tell
from hub.commands.consents import consent_app
from hub.commands.dossier import dossier_app, pzp_app
from hub.commands.emergencies import emergency_app
from hub.commands.endings import death_app, destruction_app
from hub.commands.fhir import fhir_app
from hub.commands.figures import figures
from hub.commands.identities import identity_app
from hub.commands.keys import keys_app
from hub.commands.people import patient_app, person_app
from hub.commands.policies import policy_app
from hub.commands.privacy import breach_app, privacy_app

app = typer.Typer(
    name="kring", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Kring: berichten en gedeeld dossier voor palliatieve zorg.",
)  # fmt: skip
for name, commands in (
    ("person", person_app),
    ("patient", patient_app),
    ("circle", circle_app),
    ("consent", consent_app),
    ("policy", policy_app),
    ("dossier", dossier_app),
    ("pzp", pzp_app),
    ("fhir", fhir_app),
    ("audit", audit_app),
    ("identity", identity_app),
    ("keys", keys_app),
    ("emergency", emergency_app),
    ("death", death_app),
    ("destruction", destruction_app),
    ("privacy", privacy_app),
    ("breach", breach_app),
):
    app.add_typer(commands, name=name)
app.command()(figures)


def main() -> None:
    """Entry point. Exit status: 0 done, 1 refused or failed, 2 wrong use."""
    app()


@app.command()
def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option("--port", help="Poort van het portaal.")] = None,
    matrix_port: Annotated[int | None, typer.Option("--matrix-port", help="Poort van de homeserver.")] = None,
    as_json: AsJson = False,
) -> None:
    """Start alles op deze machine: homeserver, hub en bots."""
    _serve(data, port, matrix_port, as_json, with_bots=True)


@app.command("serve")
def serve_hub(data: Data = None, as_json: AsJson = False) -> None:
    """Start alleen de hub; homeserver en bots draaien elders (docker-compose)."""
    _serve(data, None, None, as_json, with_bots=False)


@app.command()
def status(data: Data = None, as_json: AsJson = False) -> None:
    """Hoe het gaat."""
    tell(ask_hub(data, as_json, "status", {}), as_json)


def _serve(data: Path | None, port: int | None, matrix_port: int | None, as_json: bool, *, with_bots: bool) -> None:
    from hub import settings as settings_module
    from hub.logging import configure_logging
    from hub.server import serve

    with Failing(as_json):
        settings = settings_module.load(directory(data), portal_port=port, matrix_port=matrix_port)
        configure_logging()
        run(serve(settings, out, with_bots=with_bots))
