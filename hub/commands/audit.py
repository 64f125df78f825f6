"""De logging (NEN 7513): ``kring audit …``."""

from typing import Any

import typer

from hub.commands.common import Actor, AsJson, Data, Failing, ask_hub, directory, group, run, tell
from hub.domain.errors import IntegrityBroken

audit_app = group("De logging (NEN 7513).")


@audit_app.command("list")
def audit_list(patient: str, data: Data = None, as_json: AsJson = False, actor: Actor = None) -> None:
    """Wat er is vastgelegd over deze patiënt."""
    tell(ask_hub(data, as_json, "audit.list", {"patient": patient}, actor), as_json)


@audit_app.command("verify")
def audit_verify(data: Data = None, as_json: AsJson = False) -> None:
    """Klopt de keten nog? Werkt ook als de hub niet draait."""
    from sqlalchemy.exc import DatabaseError

    from hub import settings as settings_module
    from hub.bootstrap import open_hub

    async def verify() -> dict[str, Any]:
        hub = await open_hub(settings_module.load(directory(data)))
        try:
            async with hub.transactions.reading() as unit:
                found = await unit.audit.verify()
        except DatabaseError as error:
            raise IntegrityBroken("De database zelf is beschadigd of niet te lezen; zet de back-up terug.") from error
        finally:
            await hub.close()
        answer: dict[str, Any] = {"ok": found.ok, "entries": found.entries}
        return answer if found.ok else answer | {"first_bad": found.first_bad, "reason": found.reason}

    with Failing(as_json):
        answer = run(verify())
        tell(answer, as_json)
        if not answer["ok"]:
            raise typer.Exit(1)
