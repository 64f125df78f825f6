"""A person at Element, for tests: matrix-js-sdk with Element's own crypto, behind typed Python.

    async with ElementProcess(log) as process:
        coach = await Element.log_in(process, "coach", homeserver, user, password)
        await coach.join(room)
        asked = await coach.say(room, "!wie")
        answer = await coach.wait_for(room=room, reply_to=asked)

Every wait is bounded; a person that is refused by the homeserver gets an `Answer` from `request`, an `ElementError`
from everything else.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Unpack

from .element_views import Answer, DeviceTrust, Member, Message, Opened, Room, Shield, Trust, Wanted
from .node_process import ElementError, ElementGoneError, ElementProcess

__all__ = ["Element", "ElementError", "ElementGoneError", "ElementProcess"]

COMMAND_SECONDS = 90.0  # more than the client's own bound on one request (30 s), so that its sentence arrives first
WAIT_SECONDS = 60.0  # costs time only when what is awaited does not come


class Element:
    """One person with one Element device. Make it with `log_in`."""

    def __init__(self, process: ElementProcess, name: str, homeserver: str, user_id: str, device_id: str) -> None:
        self._process = process
        self.name = name
        self.homeserver = homeserver
        self.user_id = user_id
        self.device_id = device_id
        self._present = True

    def __repr__(self) -> str:
        return f"Element({self.name}, {self.user_id}, {self.device_id})"

    @classmethod
    async def log_in(
        cls,
        process: ElementProcess,
        name: str,
        homeserver: str,
        user: str,
        password: str,
        *,
        cross_sign: bool = True,
        reset_identity: bool = False,
        strict: bool = True,
        history: int = 200,
    ) -> Element:
        """A new device that is signed in, cross-signed and in step with the server.

        `name` is free, one for each persona in `process`. A second device of somebody who has an identity already is
        `cross_sign=False` (unsigned) or `reset_identity=True` (a new identity, as after a lost recovery key).
        `strict`: unsigned devices of others are neither written to nor read. `history`: events of a room in one sync.
        """
        started = await process.call(
            name,
            "start",
            COMMAND_SECONDS * 2,
            homeserver=homeserver,
            user=user,
            password=password,
            crossSign=cross_sign,
            resetIdentity=reset_identity,
            strict=strict,
            history=history,
        )
        return cls(process, name, homeserver, started["user_id"], started["device_id"])

    async def _do(self, command: str, wait: float = 0.0, **details: Any) -> Any:
        return await self._process.call(self.name, command, COMMAND_SECONDS + wait, **details)

    # --- presence ----------------------------------------------------------------------------------------------

    async def stop(self, *, log_out: bool = False) -> None:
        """Ends the session; its keys are lost. With `log_out` the server forgets the device too. Twice is once."""
        if self._present:
            self._present = False
            await self._do("stop", logOut=log_out)

    async def go_offline(self) -> None:
        """The network is gone until `come_online`; keys and session stay."""
        await self._do("offline")

    async def come_online(self) -> None:
        """The network is back; the client catches up by itself."""
        await self._do("online")

    async def isolate_unsigned_devices(self, strict: bool) -> None:
        """Turns the strict rule (MSC4153) on or off for what follows."""
        await self._do("isolate", strict=strict)

    async def write_to_verified_only(self, only: bool) -> None:
        """The setting in Element never to write to unverified devices; it takes this client out of the strict rule."""
        await self._do("verifiedOnly", only=only)

    async def hold_keys(self) -> None:
        """The keys of what follows stay on the road until `release_keys`; the messages arrive."""
        await self._do("holdKeys")

    async def release_keys(self) -> int:
        """The keys that were held up arrive; returns how many messages carried them."""
        return int(await self._do("releaseKeys"))

    async def mark(self) -> int:
        """A point in what was seen so far, for `after=`."""
        return int(await self._do("sequence"))

    # --- rooms -------------------------------------------------------------------------------------------------

    async def wait_for_invite(self, room: str | None = None, *, seconds: float = WAIT_SECONDS) -> str:
        """The room id of an invitation, to `room` or to any."""
        return await self.wait_for_membership("invite", room, seconds=seconds)

    async def wait_for_membership(
        self, membership: str, room: str | None = None, *, seconds: float = WAIT_SECONDS
    ) -> str:
        """The id of a room in which this person is `invite`, `join`, `leave` or `ban`."""
        milliseconds = round(seconds * 1000)
        return str(await self._do("waitForRoom", seconds, room=room, membership=membership, timeout=milliseconds))

    async def rooms(self) -> list[Room]:
        """All rooms this person is or was in, or is invited to."""
        return [Room(**room) for room in await self._do("rooms")]

    async def members(self, room: str) -> list[Member]:
        """Everybody with a membership of any kind, as this client has it."""
        return [Member(**member) for member in await self._do("members", room=room)]

    async def state(self, room: str) -> list[dict[str, Any]]:
        """The state events of a room, asked from the homeserver now."""
        return list(await self._do("state", room=room))

    async def join(self, room: str, *, seconds: float = WAIT_SECONDS) -> None:
        """Joins, and waits until the client has the room."""
        await self._do("join", seconds, room=room, timeout=round(seconds * 1000))

    async def leave(self, room: str) -> None:
        """Leaves the room, or declines an invitation."""
        await self._do("leave", room=room)

    # --- saying ------------------------------------------------------------------------------------------------

    async def say(
        self,
        room: str,
        text: str,
        *,
        reply_to: str | None = None,
        thread: str | None = None,
        mentions: Sequence[str] = (),
    ) -> str:
        """Sends encrypted text; returns the event id."""
        return str(
            await self._do("say", room=room, text=text, replyTo=reply_to, thread=thread, mentions=list(mentions))
        )

    async def insist(self, room: str, text: str, *, seconds: float = 60.0) -> str:
        """Sends encrypted text, and sends it again (the same message, the same transaction) while the server is away.

        What "send again" beside an unsent message does in Element. Returns the event id.
        """
        return str(await self._do("insist", seconds, room=room, text=text, timeout=round(seconds * 1000)))

    async def edit(self, room: str, event_id: str, text: str) -> str:
        """Replaces the text of an own message; returns the id of the edit."""
        return str(await self._do("edit", room=room, event=event_id, text=text))

    async def react(self, room: str, event_id: str, key: str) -> str:
        """Sends a reaction, which travels in clear as all reactions do."""
        return str(await self._do("react", room=room, event=event_id, key=key))

    async def send_file(
        self,
        room: str,
        name: str,
        data: bytes,
        *,
        mimetype: str = "application/octet-stream",
        reply_to: str | None = None,
        thread: str | None = None,
    ) -> str:
        """Uploads `data` encrypted and sends it; returns the event id."""
        encoded = base64.b64encode(data).decode()
        return str(
            await self._do(
                "sendFile",
                room=room,
                name=PurePath(name).name,
                mimetype=mimetype,
                base64=encoded,
                replyTo=reply_to,
                thread=thread,
            )
        )

    async def read_file(self, event_id: str) -> bytes:
        """Downloads and decrypts the file of a message that this person has seen."""
        return base64.b64decode(await self._do("readFile", event=event_id))

    # --- reading -----------------------------------------------------------------------------------------------

    async def wait_for(
        self, containing: str | None = None, *, seconds: float = WAIT_SECONDS, **wanted: Unpack[Wanted]
    ) -> Message:
        """The first message, seen already or coming, whose text has `containing` in it and that fits `Wanted`."""
        milliseconds = round(seconds * 1000)
        return Message(**await self._do("waitFor", seconds, timeout=milliseconds, containing=containing, **wanted))

    async def messages(self, containing: str | None = None, **wanted: Unpack[Wanted]) -> list[Message]:
        """All messages that fit, in the order in which they became readable."""
        return [Message(**found) for found in await self._do("messages", containing=containing, **wanted)]

    async def message(self, event_id: str) -> Message | None:
        """What this person sees of an event now, edits included; None when it has not arrived."""
        found = await self._do("message", event=event_id)
        return Message(**found) if found else None

    async def shield(self, event_id: str) -> Shield | None:
        """The mark beside a message; None for an event that is not encrypted."""
        found = await self._do("shield", event=event_id)
        return Shield(**found) if found else None

    async def decrypt(self, event: Mapping[str, Any]) -> Opened:
        """Tries this device's keys on an encrypted event as the homeserver stores it (with `room_id`)."""
        return Opened(**await self._do("decrypt", raw=dict(event)))

    # --- the server and the keys -------------------------------------------------------------------------------

    async def request(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Any request with this person's token; `path` begins with `/_matrix`. A refusal is an answer."""
        return Answer(**await self._do("request", method=method, path=path, body=body, query=dict(query or {})))

    async def devices(self) -> list[str]:
        """Ids of this person's own devices."""
        return [device["device_id"] for device in await self._do("devices")]

    async def trust(self, user_id: str) -> Trust:
        """What this client knows now of somebody's identity and devices."""
        found = await self._do("trust", user=user_id)
        devices = tuple(DeviceTrust(**device) for device in found.pop("devices"))
        return Trust(**found, devices=devices)

    async def wait_for_device(self, user_id: str, device_id: str, *, seconds: float = WAIT_SECONDS) -> DeviceTrust:
        """Waits until this client has heard of a device; that comes with the sync, later than the device itself."""
        milliseconds = round(seconds * 1000)
        return DeviceTrust(
            **await self._do("waitForDevice", seconds, user=user_id, device=device_id, timeout=milliseconds)
        )

    async def verify_ask(self, user_id: str, room: str) -> str:
        """Asks somebody to compare emoji, in an encrypted room; the id of the verification once they agreed."""
        return str(await self._do("verifyAsk", 20.0, user=user_id, room=room))

    async def verify_accept(self, user_id: str, room: str, *, seconds: float = WAIT_SECONDS) -> str:
        """Waits for somebody's request to compare emoji and accepts it."""
        return str(await self._do("verifyAccept", seconds, user=user_id, room=room, timeout=round(seconds * 1000)))

    async def verify_emoji(self, *, start: bool = True, seconds: float = WAIT_SECONDS) -> tuple[list[str], list[int]]:
        """The seven signs and the three numbers that this client shows."""
        shown = await self._do("verifyEmoji", seconds, start=start, timeout=round(seconds * 1000))
        return [sign for sign, _name in shown["emoji"]], list(shown["decimals"])

    async def verify_say(self, *, same: bool) -> None:
        """What the person at this client says of the emoji."""
        await self._do("verifySay", same=same)

    async def verify_end(self, *, seconds: float = WAIT_SECONDS) -> tuple[str, str | None]:
        """How the verification ended: ``DONE`` or ``CANCELLED``, and the code of a cancellation."""
        ended = await self._do("verifyEnd", seconds, timeout=round(seconds * 1000))
        return str(ended["phase"]), ended["code"]

    async def reset_identity(self, password: str) -> None:
        """What Element calls resetting your identity: new cross-signing keys, which sign this device."""
        await self._do("resetIdentity", password=password)

    async def sign_device(self, device_id: str) -> None:
        """Signs another device of this person, as after comparing emoji between the two."""
        await self._do("signDevice", device=device_id)

    async def sessions(self, room: str) -> set[str]:
        """Ids of the Megolm sessions of a room whose keys this device holds."""
        return set(await self._do("sessions", room=room))

    async def forget_session(self, room: str) -> None:
        """The next message to `room` starts a new Megolm session."""
        await self._do("forgetSession", room=room)
