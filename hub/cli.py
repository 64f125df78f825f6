"""``kring``: the operator's command line (``docs/gebruik/beheerder.md``).

Most commands only ask the running hub. What is heavy (policy engine, portal, homeserver) is imported by the few that
need it, because a command line that answers after three seconds is not used.
"""

import json
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from hub.admin.client import Told, ask
from hub.domain.errors import IntegrityBroken, KringError, StartRefused

app = typer.Typer(
    name="kring", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Kring: berichten en gedeeld dossier voor palliatieve zorg.",
)  # fmt: skip
person_app = typer.Typer(no_args_is_help=True, help="Mensen.")
patient_app = typer.Typer(no_args_is_help=True, help="Patiënten.")
circle_app = typer.Typer(no_args_is_help=True, help="Kringen.")
consent_app = typer.Typer(no_args_is_help=True, help="Toestemming en bezwaar.")
policy_app = typer.Typer(no_args_is_help=True, help="Toegangsregels.")
dossier_app = typer.Typer(no_args_is_help=True, help="Het dossier.")
pzp_app = typer.Typer(no_args_is_help=True, help="Proactieve zorgplanning van IKNL.")
identity_app = typer.Typer(no_args_is_help=True, help="Van wie een account is (sleutels in Element).")
audit_app = typer.Typer(no_args_is_help=True, help="De logging (NEN 7513).")
for name, group in (
    ("person", person_app),
    ("patient", patient_app),
    ("circle", circle_app),
    ("consent", consent_app),
    ("policy", policy_app),
    ("dossier", dossier_app),
    ("pzp", pzp_app),
    ("audit", audit_app),
    ("identity", identity_app),
):
    app.add_typer(group, name=name)

Data = Annotated[Path | None, typer.Option("--data", help="Gegevensmap (anders $KRING_DATA of ./.kring).")]
AsJson = Annotated[bool, typer.Option("--json", help="Antwoord als JSON.")]
Actor = Annotated[str | None, typer.Option("--actor", help="Wie dit doet (anders de eerste beheerder).")]
As = Annotated[str, typer.Option("--as", help="Namens wie; diens rol bepaalt wat er te zien is.")]
Result = TypeVar("Result")


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
    _tell(_ask(data, as_json, "status", {}), as_json)


@person_app.command("add")
def person_add(
    role: Annotated[str, typer.Option("--role")],
    given_name: Annotated[str, typer.Option("--given-name")],
    family_name: Annotated[str, typer.Option("--family-name")],
    organisation: Annotated[str | None, typer.Option("--organisation")] = None,
    evidence: Annotated[str | None, typer.Option("--evidence", help="Hoe de rol is vastgesteld.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Waarop deze persoon te bereiken is.")] = None,
    language: Annotated[str, typer.Option("--language", help="Taal waarin Kring antwoordt: nl of en.")] = "nl",
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Voeg iemand toe, met een Matrix-account."""
    arguments = {
        "role": role, "given_name": given_name, "family_name": family_name,
        "organisation": organisation, "evidence": evidence, "phone": phone, "language": language,
    }  # fmt: skip
    _tell(_ask(data, as_json, "person.add", arguments, actor), as_json)


@patient_app.command("add")
def patient_add(
    given_name: Annotated[str, typer.Option("--given-name")],
    family_name: Annotated[str, typer.Option("--family-name")],
    birth_date: Annotated[str, typer.Option("--birth-date", help="JJJJ-MM-DD")],
    bsn: Annotated[str | None, typer.Option("--bsn")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Voeg een patiënt toe, met een eigen dossiersleutel."""
    arguments = {"given_name": given_name, "family_name": family_name, "birth_date": birth_date, "bsn": bsn}
    _tell(_ask(data, as_json, "patient.add", arguments, actor), as_json)


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
    _tell(_ask(data, as_json, "circle.open", arguments, actor), as_json)


@circle_app.command("admit")
def circle_admit(
    patient: str,
    person: str,
    role: Annotated[str | None, typer.Option("--role")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Tot en met deze datum (JJJJ-MM-DD).")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Neem iemand op in de kring."""
    arguments = {"patient": patient, "person": person, "role": role, "until": until}
    _tell(_ask(data, as_json, "circle.admit", arguments, actor), as_json)


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
    _tell(_ask(data, as_json, "circle.discharge", arguments, actor), as_json)


@circle_app.command("show")
def circle_show(patient: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Wie er in de kring zitten."""
    _tell(_ask(data, as_json, "circle.show", {"patient": patient}, actor), as_json)


@consent_app.command("record")
def consent_record(
    patient: str,
    decision: Annotated[str, typer.Option("--decision", help="permit of deny")],
    to: Annotated[str, typer.Option("--to", help="role:ROL, person:ID of organisation:NAAM")],
    sections: Annotated[str, typer.Option("--sections", help="S3,S4 of all")],
    given_by: Annotated[str, typer.Option("--given-by", help="De patiënt of de vertegenwoordiger.")],
    how: Annotated[str, typer.Option("--how", help="Hoe de keuze is gegeven.")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Leg een keuze van de patiënt vast."""
    arguments = {
        "patient": patient, "decision": decision, "to": to, "sections": sections, "given_by": given_by, "how": how,
    }  # fmt: skip
    _tell(_ask(data, as_json, "consent.record", arguments, actor), as_json)


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
    _tell(_ask(data, as_json, "policy.explain", arguments, actor), as_json)


@policy_app.command("matrix")
def policy_matrix(data: Data = None, as_json: AsJson = False) -> None:
    """Wie wat mag: rollen × onderdelen × handelingen."""
    from hub.access.engine import PolicyEngine
    from hub.access.matrix import render_matrix
    from hub.bootstrap import POLICIES

    with _Failing(as_json):
        matrix = render_matrix(PolicyEngine.load(POLICIES))
        _out(json.dumps({"matrix": matrix.splitlines()}, ensure_ascii=False) if as_json else matrix)


@dossier_app.command("show")
def dossier_show(
    patient: str,
    as_person: As,
    section: Annotated[str | None, typer.Option("--section")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Het dossier, zoals deze persoon het mag zien."""
    arguments = {"patient": patient, "as": as_person, "section": section}
    _tell(_ask(data, as_json, "dossier.show", arguments, actor), as_json)


@pzp_app.command("import")
def pzp_import(
    patient: str,
    files: list[Path],
    as_person: As,
    preview: Annotated[bool, typer.Option("--preview", help="Alleen laten zien wat er zou veranderen.")] = False,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Lees een PZP-formulier of losse resources in (FHIR STU3 of R4)."""
    with _Failing(as_json):
        try:
            documents = [path.read_text(encoding="utf-8-sig") for path in files]
        except OSError as error:
            raise StartRefused(f"Het bestand {error.filename} is niet te lezen: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise StartRefused("Een bestand is geen UTF-8-tekst.") from error
    arguments = {"patient": patient, "as": as_person, "documents": documents, "preview": preview}
    _tell(_ask(data, as_json, "pzp.import", arguments, actor), as_json)


@identity_app.command("list")
def identity_list(
    patient: str,
    as_person: As,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Hoe het staat met de mensen in de kring: vastgezet, wachtend of veranderd, en op wiens woord."""
    _tell(_ask(data, as_json, "identity.list", {"patient": patient, "as": as_person}, actor), as_json)


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
    _tell(_ask(data, as_json, "identity.confirm", arguments, actor), as_json)


@audit_app.command("list")
def audit_list(patient: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Wat er is vastgelegd over deze patiënt."""
    _tell(_ask(data, as_json, "audit.list", {"patient": patient}, actor), as_json)


@audit_app.command("verify")
def audit_verify(data: Data = None, as_json: AsJson = False) -> None:
    """Klopt de keten nog? Werkt ook als de hub niet draait."""
    from sqlalchemy.exc import DatabaseError

    from hub import settings as settings_module
    from hub.bootstrap import open_hub

    async def verify() -> dict[str, Any]:
        hub = await open_hub(settings_module.load(_directory(data)))
        try:
            async with hub.transactions.reading() as unit:
                found = await unit.audit.verify()
        except DatabaseError as error:
            raise IntegrityBroken("De database zelf is beschadigd of niet te lezen; zet de back-up terug.") from error
        finally:
            await hub.close()
        answer: dict[str, Any] = {"ok": found.ok, "entries": found.entries}
        return answer if found.ok else answer | {"first_bad": found.first_bad, "reason": found.reason}

    with _Failing(as_json):
        answer = _run(verify())
        _tell(answer, as_json)
        if not answer["ok"]:
            raise typer.Exit(1)


def _serve(data: Path | None, port: int | None, matrix_port: int | None, as_json: bool, *, with_bots: bool) -> None:
    from hub import settings as settings_module
    from hub.logging import configure_logging
    from hub.server import serve

    with _Failing(as_json):
        settings = settings_module.load(_directory(data), portal_port=port, matrix_port=matrix_port)
        configure_logging()
        _run(serve(settings, _out, with_bots=with_bots))


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    import asyncio

    return asyncio.run(work)


def _directory(data: Path | None) -> Path:
    return data or Path(os.environ.get("KRING_DATA") or ".kring")


def _ask(data: Path | None, as_json: bool, command: str, arguments: dict[str, Any], actor: str | None = None) -> Any:
    """Ask the running hub; ends the program with one clear line when it refuses."""
    with _Failing(as_json):
        return ask(_directory(data), command, arguments, actor)


class _Failing:
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
            _out(json.dumps({"error": told}, ensure_ascii=False))
        print(told["message"], file=sys.stderr)  # noqa: T201 -- this is the command line
        raise typer.Exit(1) from error


def _out(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- this is the command line


def _tell(answer: Any, as_json: bool) -> None:
    if as_json:
        _out(json.dumps(answer, ensure_ascii=False))
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
