"""Stoppen, overlijden, vernietigen: ``kring patient leave``, ``kring death …``, ``kring destruction …``."""

from typing import Annotated

import typer

from hub.commands.common import Actor, As, AsJson, Data, ask_hub, group, tell
from hub.commands.emergencies import StepUp
from hub.commands.people import patient_app

death_app = group("Na een overlijden.")
destruction_app = group("Vernietiging op verzoek (BW 7:455).")
GivenBy = Annotated[str, typer.Option("--given-by", help="Wie dit wil: de patiënt of de vertegenwoordiger.")]
MaybeAs = Annotated[str | None, typer.Option("--as", help="Namens wie in de kring (anders de beheerder zelf).")]


@patient_app.command("leave")
def patient_leave(
    patient: str, given_by: GivenBy, data: Data = None, as_json: AsJson = False, actor: Actor = None
) -> None:
    """De patiënt stopt met Kring: lezen dicht, dertig dagen om het eigen deel mee te nemen."""
    tell(ask_hub(data, as_json, "patient.leave", {"patient": patient, "given_by": given_by}, actor), as_json)


@death_app.command("assess")
def death_assess(
    patient: str,
    request: str,
    as_person: As,
    verdict: Annotated[str, typer.Option("--verdict", help="granted, partly of refused")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Leg het besluit over een verzoek om inzage na overlijden vast."""
    arguments = {"patient": patient, "request": request, "as": as_person, "verdict": verdict}
    tell(ask_hub(data, as_json, "death.assess", arguments, actor), as_json)


@destruction_app.command("ask")
def destruction_ask(
    patient: str, given_by: GivenBy, data: Data = None, as_json: AsJson = False, actor: Actor = None
) -> None:
    """Leg een verzoek om vernietiging vast."""
    tell(ask_hub(data, as_json, "destruction.ask", {"patient": patient, "given_by": given_by}, actor), as_json)


@destruction_app.command("decide")
def destruction_decide(
    patient: str,
    organisation: Annotated[str, typer.Option("--organisation")],
    decision: Annotated[str, typer.Option("--decision", help="destroy of keep")],
    ground: Annotated[str | None, typer.Option("--ground", help="bij keep: interest-of-another of law-forbids")] = None,
    as_person: MaybeAs = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Leg het besluit van een organisatie vast."""
    arguments = {
        "patient": patient, "organisation": organisation, "decision": decision, "ground": ground, "as": as_person,
    }  # fmt: skip
    tell(ask_hub(data, as_json, "destruction.decide", arguments, actor), as_json)


@destruction_app.command("approve")
def destruction_approve(
    patient: str,
    organisation: Annotated[str, typer.Option("--organisation")],
    as_person: MaybeAs = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Keur een besluit om te vernietigen goed, als tweede persoon."""
    arguments = {"patient": patient, "organisation": organisation, "as": as_person}
    tell(ask_hub(data, as_json, "destruction.approve", arguments, actor), as_json)


@destruction_app.command("hold")
def destruction_hold(
    patient: str,
    ground: Annotated[str, typer.Option("--ground", help="complaint, incident, hereditary-interest of law")],
    as_person: MaybeAs = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Houd vernietiging tegen."""
    tell(
        ask_hub(data, as_json, "destruction.hold", {"patient": patient, "ground": ground, "as": as_person}, actor),
        as_json,
    )


@destruction_app.command("lift")
def destruction_lift(
    patient: str, hold: str, as_person: MaybeAs = None, data: Data = None, as_json: AsJson = False, actor: Actor = None
) -> None:
    """Houd vernietiging niet langer tegen."""
    tell(
        ask_hub(data, as_json, "destruction.lift", {"patient": patient, "hold": hold, "as": as_person}, actor), as_json
    )


@destruction_app.command("show")
def destruction_show(patient: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Wat besloten is, en wat vernietiging nog tegenhoudt."""
    tell(ask_hub(data, as_json, "destruction.show", {"patient": patient}, actor), as_json)


@destruction_app.command("execute")
def destruction_execute(
    patient: str,
    as_person: MaybeAs = None,
    step_up: StepUp = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Vernietig, en geef de verklaring zonder inhoud. Dit is niet terug te draaien."""
    arguments = {"patient": patient, "as": as_person, "step_up": step_up}
    tell(ask_hub(data, as_json, "destruction.execute", arguments, actor), as_json)
