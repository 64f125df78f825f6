"""Noodprocedure: ``kring emergency …``."""

from typing import Annotated

import typer

from hub.commands.common import Actor, As, AsJson, Data, ask_hub, group, tell

emergency_app = group("Spoedset en noodprocedure.")
StepUp = Annotated[
    str | None, typer.Option("--step-up", help="Hoe deze persoon zich zojuist bewees: uzi, dezi of callback.")
]


@emergency_app.command("open")
def emergency_open(
    as_person: As,
    reason_code: Annotated[
        str, typer.Option("--reason-code", help="unresponsive, deteriorating, severe-symptoms, admission of dying")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Waarom nu, in twintig tekens of meer.")],
    patient_name: Annotated[str | None, typer.Option("--patient-name", help="Volledige naam.")] = None,
    birth_date: Annotated[str | None, typer.Option("--birth-date", help="JJJJ-MM-DD")] = None,
    bsn: Annotated[str | None, typer.Option("--bsn")] = None,
    claim: Annotated[str | None, typer.Option("--claim", help="replacing, treating of admitting")] = None,
    step_up: StepUp = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Open de spoedset van buiten de kring, als de patiënt daar ja op zei."""
    arguments = {
        "as": as_person, "reason_code": reason_code, "reason": reason, "patient_name": patient_name,
        "birth_date": birth_date, "bsn": bsn, "claim": claim, "step_up": step_up,
    }  # fmt: skip
    tell(ask_hub(data, as_json, "emergency.open", arguments, actor), as_json)


@emergency_app.command("push")
def emergency_push(
    patient: str,
    person: str,
    as_person: As,
    reason: Annotated[str, typer.Option("--reason", help="Waarom u dit besluit, in twintig tekens of meer.")],
    ground: Annotated[str, typer.Option("--ground", help="involved of vital-interest")] = "involved",
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Geef de spoedset vrij aan een collega, als behandelaar."""
    arguments = {"patient": patient, "person": person, "as": as_person, "ground": ground, "reason": reason}
    tell(ask_hub(data, as_json, "emergency.push", arguments, actor), as_json)


@emergency_app.command("show")
def emergency_show(
    patient: str, as_person: As, data: Data = None, as_json: AsJson = False, actor: Actor = None
) -> None:
    """De spoedset, om te lezen of af te drukken."""
    tell(ask_hub(data, as_json, "emergency.show", {"patient": patient, "as": as_person}, actor), as_json)


@emergency_app.command("list")
def emergency_list(patient: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Elke noodprocedure bij een patiënt (functionaris gegevensbescherming)."""
    tell(ask_hub(data, as_json, "emergency.list", {"patient": patient}, actor), as_json)


@emergency_app.command("review")
def emergency_review(
    emergency: str,
    verdict: Annotated[str, typer.Option("--verdict", help="justified of unjustified")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Beoordeel een noodprocedure (functionaris gegevensbescherming)."""
    tell(ask_hub(data, as_json, "emergency.review", {"emergency": emergency, "verdict": verdict}, actor), as_json)
