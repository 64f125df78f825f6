"""Conversations wait sealed, the latest question first, the same on both engines."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from hub.adapters.sql.dossier_tables import dialogue as table
from hub.domain.dialogue import Dialogue, DialogueState
from tests.world import MORNING, World


def asked(world: World, number: int, **more: object) -> Dialogue:
    """A question to Carla, one minute after the one before."""
    at = MORNING + timedelta(minutes=number)
    first = Dialogue(
        id=f"dlg-{number}",
        circle_id=world.circle_id,
        patient_id=world.patient_id,
        person_id=world.id("carla"),
        kind="pzp",
        begun_at=at,
        asked_at=at,
        answers={"said": ["zoon Pieter: hospice"]},
    )
    return replace(first, **more)  # type: ignore[arg-type]


async def test_the_question_that_was_asked_last_is_the_current_one(world: World) -> None:
    async with world.unit() as unit:
        await unit.dialogues.open(asked(world, 1))
        await unit.dialogues.open(asked(world, 2, kind="usd"))
        await unit.dialogues.open(asked(world, 3, person_id=world.id("gerda")))
    async with world.unit() as unit:
        assert await unit.dialogues.current(world.circle_id, world.id("carla")) == asked(world, 2, kind="usd")
        await unit.dialogues.end(asked(world, 2), DialogueState.DONE, MORNING + timedelta(minutes=5))
    async with world.unit() as unit:
        assert await unit.dialogues.current(world.circle_id, world.id("carla")) == asked(world, 1)
        assert await unit.dialogues.current(world.circle_id, world.id("samira")) is None


async def test_a_paused_conversation_is_found_again_with_everything_in_it(world: World) -> None:
    paused = asked(world, 1, state=DialogueState.PAUSED, step=4, answers={"said": ["thuis", None, 3]})
    async with world.unit() as unit:
        await unit.dialogues.open(asked(world, 1))
        await unit.dialogues.save(paused)
    async with world.unit() as unit:
        assert await unit.dialogues.current(world.circle_id, world.id("carla")) is None
        found = await unit.dialogues.find(world.circle_id, world.id("carla"), "pzp", DialogueState.PAUSED)
        assert found == paused
        assert await unit.dialogues.find(world.circle_id, world.id("carla"), "usd", DialogueState.PAUSED) is None


async def test_what_was_answered_stands_nowhere_in_clear_and_is_emptied_at_the_end(world: World) -> None:
    async with world.unit() as unit:
        await unit.dialogues.open(asked(world, 1))
    async with world.unit() as unit:
        (row,) = (await unit.connection.execute(select(table))).all()
        assert b"hospice" not in row.sealed_answers
        assert "hospice" not in str(row)
        await unit.dialogues.end(asked(world, 1), DialogueState.STOPPED, MORNING)
    async with world.unit() as unit:
        (row,) = (await unit.connection.execute(select(table))).all()
        assert row.sealed_answers == b""
