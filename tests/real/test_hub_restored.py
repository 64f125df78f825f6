"""An older database is put back: the bot comes with a new device under its own identity, and says so (F23)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from .element import ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real


async def test_after_an_older_backup_was_put_back_the_bot_has_a_new_device_and_tells_that_it_may_have_missed_something(
    tmp_path: Path, element_process: ElementProcess
) -> None:
    with HubProcess(tmp_path) as hub:
        hub.start()
        circle = open_circle(hub, element_process, add_person(hub, "coach", "Carla", "Vermeer"))
        carla = await circle.arrive(circle.coach, circle.rooms)
        await heard(carla, circle.team_room)
        await ask(carla, circle.team_room, "!pijn 4")
        (before,) = (await carla.trust(BOT)).devices
        database, backup = hub.data / "kring.db", tmp_path / "backup.db"
        with sqlite3.connect(database) as connection:
            connection.execute("VACUUM INTO ?", (str(backup),))
        connection.close()
        meanwhile = await carla.say(circle.team_room, "!pijn 5 na de back-up")
        await carla.wait_for(room=circle.team_room, sender=BOT, reply_to=meanwhile, seconds=ANSWER_SECONDS)
        hub.terminate()

        for name in ("kring.db", "kring.db-wal", "kring.db-shm"):
            (hub.data / name).unlink(missing_ok=True)
        backup.rename(database)
        with sqlite3.connect(database) as connection:
            # As a backup of yesterday: the last sign of life in it is a day old.
            connection.execute(
                "UPDATE setting SET value = CAST(CAST(value AS INTEGER) - 86400 AS TEXT) WHERE key = 'bots.beat'"
            )
        connection.close()
        point = await carla.mark()
        hub.start()

        told = await carla.wait_for(
            "Kring heeft een nieuw toestel", room=circle.team_room, sender=BOT, after=point, seconds=ANSWER_SECONDS
        )
        shield = await carla.shield(told.event_id)
        assert shield is not None
        assert (shield.colour, shield.reason) == ("NONE", None), "the identity is the same: nobody is warned"
        trust = await carla.trust(BOT)
        assert not trust.needs_approval
        (after,) = trust.devices
        assert after.device_id != before.device_id, "and the old one is signed out"
        assert after.signed_by_owner
        # The database knows nothing of it any more, and the room key lay in the backup: it is filed again.
        answer = await carla.wait_for(
            room=circle.team_room, sender=BOT, reply_to=meanwhile, after=point, seconds=ANSWER_SECONDS
        )
        assert answer.body.startswith("Vastgelegd als")
        assert "na de back-up" in str(circle.show(circle.coach))
        assert (await ask(carla, circle.team_room, "!pijn 7 weer terug")).body.startswith("Vastgelegd als")

        logged = hub.kring("audit", "list", circle.patient).json["entries"]
        assert [e["object"] for e in logged if e["event"] == "device.renewed"] == [f"device:{after.device_id}"]
        point = await carla.mark()
        hub.terminate()
        hub.start()
        await ask(carla, circle.team_room, "!help", seconds=ANSWER_SECONDS)
        again = await carla.messages("nieuw toestel", room=circle.team_room, sender=BOT, after=point)
        assert again == [], "said once"
