"""Andere systemen: ``kring fhir …``."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.commands.common import Actor, As, AsJson, Data, Failing, ask_hub, group, tell
from hub.domain.errors import StartRefused

fhir_app = group("Andere systemen die meelezen (FHIR).")


@fhir_app.command("export")
def export(
    patient: str,
    as_person: As,
    standard: Annotated[str, typer.Option("--standard", help="pzp-r4 of pzp-stu3.")],
    file: Annotated[Path, typer.Option("--out", help="Het bestand dat gemaakt wordt; alleen u kunt het lezen.")],
    case: Annotated[str | None, typer.Option("--case", help="De zaak van de functionaris.")] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """Geef het plan mee als FHIR-Bundle: wat deze persoon mag meenemen, en niets meer."""
    draft = file.with_name(f".{file.name}.new")
    with Failing(as_json):
        # First: is there a place for it? A copy that was logged and never made would be a wrong line in the log.
        descriptor = _new_file(draft)
    try:
        arguments = {"patient": patient, "as": as_person, "standard": standard, "case": case}
        answer: dict[str, Any] = ask_hub(data, as_json, "fhir.export", arguments, actor)
        with Failing(as_json):
            _fill(descriptor, draft, file, answer.pop("bundle"))
    finally:
        draft.unlink(missing_ok=True)
    tell(answer | {"file": str(file)}, as_json)


def _new_file(path: Path) -> int:
    try:
        path.unlink(missing_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise StartRefused(f"Het bestand {path} is niet te maken: {error.strerror}.") from error


def _fill(descriptor: int, draft: Path, file: Path, bundle: dict[str, Any]) -> None:
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            json.dump(bundle, opened, ensure_ascii=False, indent=1)
            opened.write("\n")
        draft.replace(file)
    except OSError as error:
        raise StartRefused(f"Het bestand {file} is niet te schrijven: {error.strerror}.") from error


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
