"""Mensen en patiënten: ``kring person …``, ``kring patient …``."""

from typing import Annotated

import typer

from hub.commands.common import Actor, AsJson, Data, ask_hub, group, tell

person_app = group("Mensen.")
patient_app = group("Patiënten.")


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
    tell(ask_hub(data, as_json, "person.add", arguments, actor), as_json)


role_app = group("De rollen die iemand kan dragen, elk voor één organisatie.")
person_app.add_typer(role_app, name="role")


@role_app.command("add")
def role_add(
    person: str,
    role: Annotated[str, typer.Option("--role")],
    organisation: Annotated[str, typer.Option("--organisation")],
    evidence: Annotated[str, typer.Option("--evidence", help="Hoe de rol is vastgesteld (BIG, AGB, UZI).")],
    until: Annotated[str | None, typer.Option("--until", help="Tot en met deze datum (JJJJ-MM-DD).")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Geef iemand er een rol bij; welke telt, zegt de plaats in de kring."""
    arguments = {
        "person": person, "role": role, "organisation": organisation, "evidence": evidence, "until": until
    }  # fmt: skip
    tell(ask_hub(data, as_json, "person.role.add", arguments, actor), as_json)


@role_app.command("end")
def role_end(
    person: str,
    role: Annotated[str, typer.Option("--role")],
    organisation: Annotated[str, typer.Option("--organisation")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Beëindig een rol, met elke plaats in een kring die iemand daarvoor had."""
    arguments = {"person": person, "role": role, "organisation": organisation}
    tell(ask_hub(data, as_json, "person.role.end", arguments, actor), as_json)


@role_app.command("list")
def role_list(person: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Welke rollen iemand heeft, of had."""
    tell(ask_hub(data, as_json, "person.role.list", {"person": person}, actor), as_json)


@person_app.command("leave")
def person_leave(
    person: str,
    reason: Annotated[str, typer.Option("--reason", help="left-organisation of account-compromised")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Beëindig in één keer alle toegang van iemand: kringen, portaal en account."""
    tell(ask_hub(data, as_json, "person.leave", {"person": person, "reason": reason}, actor), as_json)


@patient_app.command("add")
def patient_add(
    given_name: Annotated[str, typer.Option("--given-name")],
    family_name: Annotated[str, typer.Option("--family-name")],
    birth_date: Annotated[str, typer.Option("--birth-date", help="JJJJ-MM-DD")],
    bsn: Annotated[str | None, typer.Option("--bsn")] = None,
    another_person: Annotated[
        bool, typer.Option("--another-person", help="Een ander mens dan wie al zo heet en die dag is geboren.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Voeg een patiënt toe, met een eigen dossiersleutel."""
    arguments = {
        "given_name": given_name, "family_name": family_name, "birth_date": birth_date, "bsn": bsn,
        "another_person": another_person,
    }  # fmt: skip
    tell(ask_hub(data, as_json, "patient.add", arguments, actor), as_json)
