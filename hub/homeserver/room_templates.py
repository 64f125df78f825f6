"""What the gatekeeper sends to make a circle's space and rooms: bodies that pass ``kring_guard``.

Room version 12: the creator holds all power by being the creator (MSC4289) and must not be named in ``users``; nobody
else holds any. ``trusted_private_chat`` would make each invitee a creator for ever, so the preset is ``private_chat``,
and what that preset would leave open (shared history, guests) is named here.
"""

from typing import Any, Final

from hub.homeserver.guard_rules import MEGOLM, ROOM_VERSION

# Element starts a new Megolm session after this many messages or this long: what one leaked session opens stays small.
ROTATION_MESSAGES: Final = 100
ROTATION_MILLISECONDS: Final = 24 * 60 * 60 * 1000

_NOBODY = 100
_NOT_EVEN_A_MODERATOR = 150


def power_levels(*, speaking: bool = True) -> dict[str, Any]:
    """The power levels of every room (``speaking``) and of the space (not): members 0, all state 100 and up."""
    return {
        "users": {},
        "users_default": 0,
        "events_default": 0 if speaking else _NOBODY,
        "state_default": _NOBODY,
        "invite": _NOBODY,
        "kick": _NOBODY,
        "ban": _NOBODY,
        "redact": _NOBODY,
        "events": {
            "m.room.power_levels": _NOT_EVEN_A_MODERATOR,
            "m.room.encryption": _NOT_EVEN_A_MODERATOR,
            "m.room.history_visibility": _NOT_EVEN_A_MODERATOR,
            "m.room.tombstone": _NOT_EVEN_A_MODERATOR,
            "m.room.server_acl": _NOT_EVEN_A_MODERATOR,
        },
    }


def space_body(name: str) -> dict[str, Any]:
    """``createRoom`` for the space of a circle. ``name`` is pseudonymous, such as ``Kring 7F3K``."""
    return {
        "room_version": ROOM_VERSION,
        "preset": "private_chat",
        "visibility": "private",
        "name": name,
        "creation_content": {"type": "m.space", "m.federate": False},
        "initial_state": _closed(speaking=False),
    }


def room_body(name: str, *, space_id: str | None = None, via: str | None = None) -> dict[str, Any]:
    """``createRoom`` for an encrypted room, in the space ``space_id`` of the server ``via`` or in none (personal room).

    Invite afterwards, one by one, not in this body: an invitation is a decision of its own.
    """
    state = _closed(speaking=True)
    if space_id is not None:
        parent = {"via": [via], "canonical": True}
        state.append({"type": "m.space.parent", "state_key": space_id, "content": parent})
    return {
        "room_version": ROOM_VERSION,
        "preset": "private_chat",
        "visibility": "private",
        "name": name,
        "creation_content": {"m.federate": False},
        "initial_state": state,
    }


def space_child(via: str) -> dict[str, Any]:
    """Content of ``m.space.child`` (state key: the room) in the space. Empty content takes the room out again."""
    return {"via": [via], "suggested": True}


def _closed(*, speaking: bool) -> list[dict[str, Any]]:
    encryption = {
        "algorithm": MEGOLM,
        "rotation_period_ms": ROTATION_MILLISECONDS,
        "rotation_period_msgs": ROTATION_MESSAGES,
    }
    contents: dict[str, dict[str, Any]] = {
        "m.room.power_levels": power_levels(speaking=speaking),
        "m.room.join_rules": {"join_rule": "invite"},
        "m.room.history_visibility": {"history_visibility": "joined"},
        "m.room.guest_access": {"guest_access": "forbidden"},
        "m.room.encryption": encryption,
    }
    return [{"type": kind, "state_key": "", "content": content} for kind, content in contents.items()]
