"""Het dossier en wat er van buiten in komt: ``kring dossier …``, ``kring pzp …``."""

import os
from base64 import b64decode
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.common import Actor, As, AsJson, Data, Failing, ask_hub, group, tell
from hub.domain.errors import StartRefused

dossier_app = group("Het dossier.")
pzp_app = group("Proactieve zorgplanning van IKNL.")


@dossier_app.command("show")
def dossier_show(
    patient: str,
    as_person: As,
    section: Annotated[str | None, typer.Option("--section")] = None,
    case: Annotated[str | None, typer.Option("--case", help="De zaak van de functionaris waarbinnen u leest.")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Het dossier, zoals deze persoon het mag zien."""
    arguments = {"patient": patient, "as": as_person, "section": section, "case": case}
    tell(ask_hub(data, as_json, "dossier.show", arguments, actor), as_json)


@dossier_app.command("move-out")
def dossier_move_out(
    patient: str,
    ref: str,
    as_person: As,
    named: Annotated[str, typer.Option("--named", help="De naam van de patiënt bij wie het weg moet.")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Haal iets weg dat over een andere patiënt ging. Beoordeel daarna of het een datalek is."""
    arguments = {"patient": patient, "as": as_person, "ref": ref, "named": named}
    tell(ask_hub(data, as_json, "dossier.move-out", arguments, actor), as_json)


@dossier_app.command("paper")
def dossier_paper(
    patient: str,
    as_person: As,
    to: Annotated[Path, typer.Option("--out", help="Bestand om te schrijven; het mag er nog niet zijn.")],
    form: Annotated[str, typer.Option("--form", help="dossier, eoverdracht, bgz of spoedset.")] = "dossier",
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Het dossier als PDF, zoals deze persoon het mag meenemen."""
    answer = ask_hub(data, as_json, "dossier.paper", {"patient": patient, "as": as_person, "form": form}, actor)
    with Failing(as_json):
        try:
            handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(b64decode(answer["pdf"]))
        except OSError as error:
            raise StartRefused(f"Het bestand {to.name} is niet te schrijven: {error.strerror}.") from error
        check = {"check": answer["check"]} if answer["check"] else {}
        tell({"ok": True, "form": form, "file": str(to), **check}, as_json)


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
    with Failing(as_json):
        try:
            documents = [path.read_text(encoding="utf-8-sig") for path in files]
        except OSError as error:
            raise StartRefused(f"Het bestand {error.filename} is niet te lezen: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise StartRefused("Een bestand is geen UTF-8-tekst.") from error
    arguments = {"patient": patient, "as": as_person, "documents": documents, "preview": preview}
    tell(ask_hub(data, as_json, "pzp.import", arguments, actor), as_json)
