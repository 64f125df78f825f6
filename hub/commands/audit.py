"""De logging (NEN 7513): ``kring audit …``."""

import json
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.commands.common import Actor, As, AsJson, Data, Failing, ask_hub, directory, group, out, run, tell
from hub.domain.errors import StartRefused

if TYPE_CHECKING:
    from hub.adapters.sql.audit_offline import OfflineLog

Key = Annotated[
    str | None, typer.Option("--key", help="De publieke sleutel van de logging, of een bestand ermee (auditor).")
]
audit_app = group("De logging (NEN 7513).")


@audit_app.command("list")
def audit_list(patient: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Wat er is vastgelegd over deze patiënt."""
    tell(ask_hub(data, as_json, "audit.list", {"patient": patient}, actor), as_json)


@audit_app.command("export")
def audit_export(
    patient: str,
    as_person: As,
    to: Annotated[Path, typer.Option("--out", help="Bestand om te schrijven; het mag er nog niet zijn.")],
    form: Annotated[str, typer.Option("--format", help="balp (FHIR AuditEvent) of nen7513.")] = "balp",
    data: Data = None,
    as_json: AsJson = False,
    actor: Actor = None,
) -> None:
    """De logging van een patiënt als FHIR AuditEvents, zoals deze persoon haar mag zien."""
    answer = ask_hub(data, as_json, "audit.export", {"patient": patient, "as": as_person, "format": form}, actor)
    with Failing(as_json):
        try:
            handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(answer["bundle"], file, ensure_ascii=False, indent=1)
        except OSError as error:
            raise StartRefused(f"Het bestand {to.name} is niet te schrijven: {error.strerror}.") from error
        tell({"ok": True, "entries": answer["entries"], "file": str(to)}, as_json)


@audit_app.command("verify")
def audit_verify(
    witness: Annotated[
        Path | None, typer.Option("--witness", help="Getuigenbestand (anders dat van de instellingen).")
    ] = None,
    key: Key = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Klopt de logging nog? Keten, boom, handtekeningen en getuige; werkt ook als de hub niet draait."""

    async def verify(log: "OfflineLog") -> dict[str, Any]:
        report = await log.check(witness)
        answer: dict[str, Any] = {"ok": report.found.ok, "entries": report.found.entries}
        if not report.found.ok:
            answer |= {"first_bad": report.found.first_bad, "reason": report.found.reason}
        if witness is not None or not as_json:
            answer |= {"checkpoints": len(report.checkpoints), "witnessed": report.witnessed}
        return answer

    with Failing(as_json):
        answer = _offline(data, key, verify)
        tell(answer, as_json)
        if not answer["ok"]:
            raise typer.Exit(1)


@audit_app.command("key")
def audit_key(data: Data = None, as_json: AsJson = False) -> None:
    """De publieke sleutel van de logging: bewaar die ergens anders, en controleer ermee."""

    async def show(log: "OfflineLog") -> dict[str, Any]:
        return {"key": log.needed_key().text()}

    with Failing(as_json):
        tell(_offline(data, None, show), as_json)


@audit_app.command("checkpoint")
def audit_checkpoint(data: Data = None, as_json: AsJson = False) -> None:
    """Het laatste ondertekende controlepunt, om te bewaren of af te drukken."""

    async def show(log: "OfflineLog") -> dict[str, Any]:
        return {"checkpoint": await log.last_note()}

    with Failing(as_json):
        answer = _offline(data, None, show)
        if as_json:
            tell(answer, as_json)
        else:
            out(answer["checkpoint"])


@audit_app.command("prove")
def audit_prove(
    seq: int,
    size: Annotated[int | None, typer.Option("--size", help="Tegen het controlepunt over zoveel regels.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Bewijs dat regel SEQ in de logging staat, als JSON; te controleren met alleen de publieke sleutel."""
    with Failing(as_json):
        out(json.dumps(_offline(data, None, lambda log: log.prove_entry(seq, size)), ensure_ascii=False))


@audit_app.command("consistency")
def audit_consistency(old: int, new: int, data: Data = None, as_json: AsJson = False) -> None:
    """Bewijs dat de logging van controlepunt OLD het begin is van die van controlepunt NEW."""
    with Failing(as_json):
        out(json.dumps(_offline(data, None, lambda log: log.prove_growth(old, new)), ensure_ascii=False))


@audit_app.command("check-proof")
def audit_check_proof(
    file: Path,
    key: Annotated[str, typer.Option("--key", help="De publieke sleutel (kring audit key), of een bestand ermee.")],
    as_json: AsJson = False,
) -> None:
    """Controleer een bewijs; daar is geen hub en geen logging voor nodig."""
    from hub.adapters.sql.audit_offline import check_proof_file

    with Failing(as_json):
        tell({"ok": True, "proved": check_proof_file(file, key)}, as_json)


@audit_app.command("retention")
def audit_retention(data: Data = None, as_json: AsJson = False) -> None:
    """Hoe oud de oudste regel is; van de logging gaat vijf jaar lang niets weg (Begz)."""

    async def show(log: "OfflineLog") -> dict[str, Any]:
        return await log.retention()

    with Failing(as_json):
        tell(_offline(data, None, show), as_json)


def _offline(
    data: Path | None, key: str | None, work: "Callable[[OfflineLog], Coroutine[Any, Any, dict[str, Any]]]"
) -> dict[str, Any]:
    """Do something with the log of a data directory, whether or not the hub runs."""
    from hub import settings as settings_module
    from hub.adapters.sql.audit_offline import OfflineLog

    async def go() -> dict[str, Any]:
        settings = settings_module.load(directory(data))
        log = OfflineLog(settings.database_url(), settings.audit_key_file, settings.audit_origin, settings.witness_file)
        try:
            if key is not None:
                log.use_key(key)
            return await work(log)
        finally:
            await log.close()

    return run(go())
