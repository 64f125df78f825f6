"""De hoofdsleutel bij de organisatie bewaren: ``kring keys …``; werkt zonder hub."""

from pathlib import Path
from typing import Annotated

import typer

from hub.commands.common import AsJson, Data, Failing, directory, group, tell

keys_app = group("De hoofdsleutel in delen bewaren, en terugzetten.")
Shares = Annotated[list[Path], typer.Option("--share", help="Bestand met een deel; zo vaak als er nodig zijn.")]


@keys_app.command("escrow")
def keys_escrow(
    out: Annotated[Path, typer.Option("--out", help="Map voor de delen; breng ze elk naar een ander mens.")],
    shares: Annotated[int, typer.Option("--shares", help="Hoeveel delen.")] = 3,
    threshold: Annotated[int, typer.Option("--threshold", help="Hoeveel er samen nodig zijn (minstens twee).")] = 2,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Verdeel de hoofdsleutel over mensen van de organisatie."""
    from hub import settings as settings_module
    from hub.adapters.key_escrow import write_shares

    with Failing(as_json):
        settings = settings_module.load(directory(data))
        paths = write_shares(settings.kek_file, out, shares, threshold)
        tell({"shares": [str(path) for path in paths], "needed": threshold}, as_json)


@keys_app.command("check")
def keys_check(share: Shares, data: Data = None, as_json: AsJson = False) -> None:
    """Oefening: geven deze delen de hoofdsleutel die er nu is? Er wordt niets geschreven."""
    from hub import settings as settings_module
    from hub.adapters.key_escrow import combine, key_id, read_share
    from hub.domain.errors import CommandRejected

    with Failing(as_json):
        settings = settings_module.load(directory(data))
        made = combine([read_share(path) for path in share])
        if settings.kek_file.exists() and settings.kek_file.read_bytes() != made:
            raise CommandRejected("other-key", "Deze delen geven een andere sleutel dan die er nu is.")
        tell({"ok": True, "key": key_id(made)}, as_json)


@keys_app.command("restore")
def keys_restore(share: Shares, data: Data = None, as_json: AsJson = False) -> None:
    """Zet de hoofdsleutel terug uit de delen; een sleutel die er is, blijft staan."""
    from hub import settings as settings_module
    from hub.adapters.key_escrow import read_share, restore

    with Failing(as_json):
        settings = settings_module.load(directory(data))
        restore(settings.kek_file, [read_share(path) for path in share])
        tell({"ok": True, "restored": str(settings.kek_file.name)}, as_json)
