"""The privacy officer keeps the log's signed checkpoints in her own Element, where nobody can take them back."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.adapters.audit_signing import CheckpointKey
from hub.adapters.audit_witness import copied_notes

from .element import Element, ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, add_person, no_ration
from .hub_process import HubProcess

pytestmark = pytest.mark.real


async def test_a_privacy_officer_gets_a_signed_checkpoint_that_the_hubs_public_key_confirms(
    tmp_path: Path, element_process: ElementProcess
) -> None:
    with HubProcess(tmp_path) as hub:
        hub.start()
        fatima = add_person(hub, "privacy_officer", "Fatima", "Aydin", "Zorggroep De Linde")
        # The hub signs when it stops; else it would be within 50 seconds.
        hub.terminate()
        hub.start()
        await no_ration(hub, fatima)
        element = await Element.log_in(
            element_process, f"{fatima.user}@{hub.port}", hub.homeserver, fatima.user, fatima.password, strict=True
        )
        room = await element.wait_for_invite(seconds=ANSWER_SECONDS)
        await element.join(room)
        told = await element.wait_for(
            "Controlepunt van het logboek", room=room, sender=BOT, readable=True, seconds=2 * ANSWER_SECONDS
        )
        shield = await element.shield(told.event_id)
        assert shield is not None, "encrypted"
        assert shield.colour == "NONE"

        pasted = tmp_path / "geplakt.txt"
        pasted.write_text(told.body, encoding="utf-8")
        (signed,) = copied_notes(pasted)
        key = CheckpointKey.parse(hub.kring("audit", "key").json["key"])
        assert key.has_signed(signed)
        assert not {"Fatima", "Aydin", fatima.id} & set(told.body.split())
        verified = hub.kring("audit", "verify", "--witness", str(pasted)).json
        assert (verified["ok"], verified["witnessed"]) == (True, 1)
