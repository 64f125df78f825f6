"""What keeps a room's words from whoever must not hear them, each switched off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.mutant import mutant, nothing

AUDIENCE = "tests/stories/test_audience.py::"
BARRIER = "tests/bots/test_removal_barrier.py::"


async def _everybody_there(_self: Any, unit: Any, place: Any) -> dict[str, str]:
    """The server's list."""
    return dict(await unit.rooms.members(place.room_id))


@mutant(
    "servers-list",
    "the key goes to everybody whom the homeserver names as joined",
    AUDIENCE + "test_the_key_goes_to_who_is_on_the_roster_and_joined_never_to_the_servers_list",
)
def _servers_list(patch: pytest.MonkeyPatch) -> None:
    from bots.dossier.relay import OutboxRelay

    patch.setattr(OutboxRelay, "_roster", _everybody_there)


@mutant(
    "no-barrier",
    "the bot speaks while somebody is in the room who must leave it",
    AUDIENCE + "test_a_discharged_person_gets_no_key_of_the_very_next_answer",
)
def _no_barrier(patch: pytest.MonkeyPatch) -> None:
    from bots.dossier.relay import OutboxRelay

    async def roster(self: Any, unit: Any, place: Any) -> dict[str, str]:
        active = [r for r in await unit.circles.relations(place.circle_id) if r.active(self._hub.now())]
        known = {(await unit.people.get(r.person_id)).matrix_id for r in active}
        return {user: state for user, state in (await unit.rooms.members(place.room_id)).items() if user in known}

    patch.setattr(OutboxRelay, "_roster", roster)


@mutant(
    "no-last-look",
    "who may hear is not looked at again when the key was shared",
    AUDIENCE + "test_who_is_discharged_while_the_key_travels_does_not_get_the_message",
)
def _no_last_look(patch: pytest.MonkeyPatch) -> None:
    from bots.dossier.relay import OutboxRelay

    async def always(_self: Any, _row: Any, _delivery: Any) -> bool:
        return True

    patch.setattr(OutboxRelay, "_still_right", always)


@mutant(
    "round-only",
    "whose period ended is removed at the next round, not now",
    BARRIER + "test_whose_period_ended_is_out_at_the_next_glance",
)
def _round_only(patch: pytest.MonkeyPatch) -> None:
    from bots.access.gatekeeper import Gatekeeper

    patch.setattr(Gatekeeper, "_note_what_happened", nothing)


@mutant(
    "loud-removal",
    "somebody is removed while the bot speaks there",
    BARRIER + "test_nobody_is_removed_while_the_bot_speaks_in_that_room",
)
def _loud_removal(patch: pytest.MonkeyPatch) -> None:
    from bots.access.gatekeeper import Gatekeeper

    async def remove(self: Any, _circle: Any, place: Any, user_id: str) -> None:
        await self._rooms.remove(place.room_id, user_id)

    patch.setattr(Gatekeeper, "_remove", remove)


@mutant(
    "drift-unseen",
    "the gatekeeper does not hear what the dossier bot sees",
    BARRIER + "test_state_that_somebody_changed_is_mended_at_the_next_glance",
)
def _drift_unseen(patch: pytest.MonkeyPatch) -> None:
    from bots.access.gatekeeper import Gatekeeper

    patch.setattr(Gatekeeper, "saw", lambda _self, _state: None)
