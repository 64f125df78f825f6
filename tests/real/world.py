"""People with Element on a real homeserver of Kring, in rooms that the gatekeeper made for them.

Fictional: nurse Fatima and doctor Bram are colleagues; others come as a test needs them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import quote

from hub.homeserver.room_templates import room_body
from tests.homeserver.world import PASSWORD, CircleOnServer

from .element import Element, ElementProcess


@dataclass(frozen=True, slots=True)
class Ward:
    """A homeserver and the Node process that carries its people."""

    circle: CircleOnServer
    process: ElementProcess

    @property
    def homeserver(self) -> str:
        return self.circle.homeserver.base_url

    async def account(self, display_name: str) -> str:
        """A new pseudonymous account; returns its Matrix id. Its messages are not rationed."""
        async with self.circle.provisioning() as provisioning:
            user_id = await provisioning.ensure_account(f"k{secrets.token_hex(4)}", PASSWORD, display_name)
            await provisioning.override_ratelimit(user_id)
            return user_id

    async def device(
        self, user_id: str, *, cross_sign: bool = True, reset_identity: bool = False, strict: bool = True
    ) -> Element:
        """Another Element device of that account. Logging in is rationed by the homeserver: be sparing."""
        return await Element.log_in(
            self.process,
            f"{user_id}#{secrets.token_hex(2)}",
            self.homeserver,
            user_id,
            PASSWORD,
            cross_sign=cross_sign,
            reset_identity=reset_identity,
            strict=strict,
        )

    async def person(self, display_name: str) -> Element:
        """Somebody new, with a cross-signed device in strict mode."""
        return await self.device(await self.account(display_name))

    async def room(self, *members: Element) -> str:
        """A new encrypted room of the gatekeeper's that all `members` have joined."""
        room = await self.circle.gatekeeper.make_room(room_body(f"Kring {secrets.token_hex(2).upper()}"))
        for member in members:
            await self.invite(room, member.user_id)
            await member.wait_for_invite(room)
            await member.join(room)
        return room

    async def invite(self, room: str, user_id: str) -> None:
        """The gatekeeper invites."""
        await self.circle.gatekeeper.must("POST", f"/rooms/{quote(room)}/invite", {"user_id": user_id})

    async def remove(self, room: str, user_id: str) -> None:
        """The gatekeeper removes."""
        await self.circle.gatekeeper.must("POST", f"/rooms/{quote(room)}/kick", {"user_id": user_id})


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Fatima and Bram, who share a fresh room."""

    ward: Ward
    fatima: Element
    bram: Element
    room: str
