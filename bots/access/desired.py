"""What the rooms of a circle should look like, and how an actual room differs from that. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.circle import CareRelation, RoomKind, belongs_in
from hub.homeserver.room_templates import power_levels, room_body, space_body

State = Mapping[tuple[str, str], Mapping[str, Any]]
DRIFTS = frozenset({item["type"] for item in room_body("")["initial_state"]}) | {"m.room.name", "m.room.tombstone"}
"""Types of state events of which each one seen is a reason to look whether the room is still as it should be."""


@dataclass(frozen=True, slots=True)
class MembershipPlan:
    """Whom to invite and whom to remove, Matrix ids in order."""

    invite: tuple[str, ...]
    remove: tuple[str, ...]


def wanted_members(
    relations: Iterable[CareRelation], kind: RoomKind, matrix_ids: Mapping[str, str], now: datetime
) -> frozenset[str]:
    """Matrix ids of everybody who belongs in this room now."""
    return frozenset(
        matrix_ids[relation.person_id]
        for relation in relations
        if relation.active(now) and belongs_in(relation.role, kind) and relation.person_id in matrix_ids
    )


def membership_plan(
    state: State, wanted: frozenset[str], own: frozenset[str], bot: str | None, since: Mapping[str, datetime]
) -> MembershipPlan:
    """Compare membership with what is wanted. ``own`` are the bots' accounts; ``bot`` belongs in this room as well.

    Somebody who left by themselves is not invited again and again: leaving is their right. Being admitted again after
    that (``since``: when each became a member) is a new invitation. Everybody else who is there without belonging there
    is removed, also when the hub never heard of them (T12).
    """
    desired = wanted | ({bot} if bot else frozenset())
    actual = {key: event for (kind, key), event in state.items() if kind == "m.room.member"}
    there = {user for user, event in actual.items() if event.get("content", {}).get("membership") in {"join", "invite"}}
    left = {
        user
        for user, event in actual.items()
        if event.get("content", {}).get("membership") == "leave"
        and event.get("sender") == user
        and user not in own
        and not _admitted_after(event, since.get(user))
    }
    return MembershipPlan(
        invite=tuple(sorted(desired - there - left)),
        remove=tuple(sorted(there - desired - own)) + tuple(sorted((there & own) - desired - _gatekeeper(state))),
    )


def state_drift(state: State, kind: RoomKind, name: str, *, speaking: bool = True) -> list[tuple[str, dict[str, Any]]]:
    """Which state events differ from the template: ``[(type, wanted content)]``. Not ``speaking``: for reading back."""
    body = space_body(name) if kind is RoomKind.SPACE else room_body(name)
    wanted = {item["type"]: item["content"] for item in body["initial_state"]} | {"m.room.name": {"name": name}}
    if not speaking:
        wanted["m.room.power_levels"] = power_levels(speaking=False)
    return [
        (event_type, content)
        for event_type, content in wanted.items()
        if dict(state.get((event_type, ""), {}).get("content", {})) != content
    ]


def is_untouched(state: State, name: str, gatekeeper: str) -> bool:
    """A room of this name that the gatekeeper made, and where nobody else ever was."""
    members = {user for kind, user in state if kind == "m.room.member"}
    named = state.get(("m.room.name", ""), {}).get("content", {}).get("name") == name
    return named and _gatekeeper(state) == {gatekeeper} and members <= {gatekeeper}


def _admitted_after(left: Mapping[str, Any], since: datetime | None) -> bool:
    left_at = left.get("origin_server_ts")
    return since is not None and isinstance(left_at, int) and since.timestamp() * 1000 > left_at


def _gatekeeper(state: State) -> frozenset[str]:
    return frozenset({str(state.get(("m.room.create", ""), {}).get("sender", ""))})
