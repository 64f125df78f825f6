"""The server-side guard: a Synapse module that holds the rules of a circle for every client, honest or not.

It runs inside Synapse, so it imports nothing but Synapse's module API and this package's pure rules. The bots are bound
by the same rules as people, and so are server administrators: a stolen password or a mistake of ours does not open a
room. In an encrypted room the server sees who, where and when, never what; what is decided by content is decided in the
hub.

In which order Synapse asks, for ``createRoom`` (measured on 1.163): ``on_create_room`` with the whole body, then the
``m.room.create`` event, then ``check_visibility_can_be_modified`` (``False`` here would block *every* room, so it
answers by value), then the creator's join, then power levels and all of ``initial_state``, then invitations. The
preset's ``history_visibility: shared`` and ``guest_access: can_join`` are added unless ``initial_state`` names them:
``room_templates`` has bodies that pass.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from synapse.module_api import NOT_SPAM, EventBase, ModuleApi
from synapse.module_api.errors import Codes, ConfigError, SynapseError

from hub.homeserver.asking_hub import AskingHub
from hub.homeserver.file_signs import looks_readable
from hub.homeserver.guard_rules import DEFAULT_REACTIONS, GuardRules, Refusal, RoomEvent, RoomFacts

logger = logging.getLogger(__name__)

_FORBIDDEN = 403
_KNOWN_SETTINGS = frozenset({"gatekeeper", "reactions", "hub_url", "hub_secret_path", "hub_certificate_path"})
_HUB_SILENT = Refusal("hub-refused", "Kring kan of wil dit nu niet toestaan; probeer het later of vraag het de coach.")
_PROFILE = Refusal("profile", "Uw naam in een kring wordt door Kring gezet en verschilt niet per kamer.")

State = Mapping[tuple[str, str], EventBase]
Verdict = Literal["NOT_SPAM"] | Codes


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The ``config`` block of the module. ``hub_url`` without a secret, or the other way round, is a mistake."""

    gatekeeper: str
    reactions: tuple[str, ...]
    hub: AskingHub | None


class KringGuard:
    """Poortbewaking op de server: registers the callbacks and answers them."""

    def __init__(self, config: GuardSettings, api: ModuleApi) -> None:
        self._settings = config
        self._rules = GuardRules(config.gatekeeper, config.reactions)
        server = config.gatekeeper.partition(":")[2]
        self._bots = frozenset({f"@dossier:{server}", f"@kanarie:{server}"})
        self._api = api
        api.register_third_party_rules_callbacks(
            on_create_room=self.on_create_room,
            check_event_allowed=self.check_event_allowed,
            check_visibility_can_be_modified=self.check_visibility_can_be_modified,
        )
        api.register_spam_checker_callbacks(
            user_may_create_room_alias=self.never_an_alias,
            user_may_publish_room=self.never_published,
            user_may_send_3pid_invite=self.never_by_address,
            check_media_file_for_spam=self.check_media_file,
        )

    @staticmethod
    def parse_config(config: dict[str, Any]) -> GuardSettings:
        """Check the block when Synapse starts.

        :raises ConfigError: unknown setting, no gatekeeper, or half a hub; Synapse then does not start
        """
        unknown = set(config) - _KNOWN_SETTINGS
        if unknown:
            raise ConfigError(f"kring_guard: unknown settings {sorted(unknown)}")
        gatekeeper = config.get("gatekeeper")
        if not isinstance(gatekeeper, str) or not gatekeeper.startswith("@") or ":" not in gatekeeper:
            raise ConfigError("kring_guard: gatekeeper must be a full Matrix id")
        if ("hub_url" in config) != ("hub_secret_path" in config):
            raise ConfigError("kring_guard: hub_url and hub_secret_path belong together")
        secret_path = config.get("hub_secret_path")
        reactions = tuple(config.get("reactions", DEFAULT_REACTIONS))
        if secret_path is None:
            return GuardSettings(gatekeeper, reactions, None)
        try:
            secret = Path(secret_path).read_text().strip()
            certificate = config.get("hub_certificate_path")
            pem = Path(certificate).read_bytes() if certificate else None
            return GuardSettings(gatekeeper, reactions, AskingHub(config["hub_url"], secret, pem))
        except (OSError, ValueError) as error:
            raise ConfigError(f"kring_guard: {error}") from error

    async def on_create_room(self, requester: Any, body: dict[str, Any], is_requester_admin: bool) -> None:
        """Only the gatekeeper, and only with the template. Administrators of the server are no exception."""
        del is_requester_admin
        creator = requester.user.to_string()
        refused = self._rules.room_creation_refusal(creator, body)
        if refused is not None:
            self._refuse(refused, "m.room.create", creator, "-")

    async def check_event_allowed(self, event: EventBase, state: State) -> tuple[bool, None]:
        """Every event of a local account comes by here, also those that an administrator causes."""
        state_key = event.state_key if event.is_state() else None
        attempt = RoomEvent(event.type, event.sender, event.content, state_key, getattr(event, "redacts", None))
        facts = _facts(event.sender, state)
        refused = self._rules.refusal(attempt, facts)
        if refused is None and event.type == "m.room.member":
            refused = await self._membership_refusal(attempt, facts, event.room_id)
        if refused is not None:
            self._refuse(refused, event.type, event.sender, event.room_id)
        return True, None

    async def check_visibility_can_be_modified(self, room_id: str, state: State, new_visibility: str) -> bool:
        del room_id, state
        return new_visibility == "private"

    async def never_an_alias(self, user_id: str, alias: object) -> Verdict:
        del user_id, alias
        return Codes.FORBIDDEN

    async def never_published(self, user_id: str, room_id: str) -> Verdict:
        del user_id, room_id
        return Codes.FORBIDDEN

    async def never_by_address(self, inviter: str, medium: str, address: str, room_id: str) -> Verdict:
        del inviter, medium, address, room_id
        return Codes.FORBIDDEN

    async def check_media_file(self, file: Any, info: object) -> Verdict:
        """Refuse a file that is readable: what a client encrypts looks like noise.

        Synapse tells neither sender nor content type here, so the first bytes decide. It answers the client with 400.
        """
        del info
        chunks: list[bytes] = []
        await file.write_chunks_to(lambda chunk: chunks.append(chunk) if not chunks else None)
        if looks_readable(b"".join(chunks)):
            logger.info("refused: rule=readable-file")
            return Codes.FORBIDDEN
        return NOT_SPAM

    async def _membership_refusal(self, event: RoomEvent, facts: RoomFacts, room_id: str) -> Refusal | None:
        membership = event.content.get("membership")
        if membership == "join" and not await self._has_own_profile(event):
            return _PROFILE
        # A bot of Kring was invited with the hub's yes; it must not stay outside because the hub starts again.
        enters = membership == "join" and facts.membership == "invite" and event.sender not in self._bots
        question = "invite" if membership == "invite" else "join" if enters else None
        if question is None or await self._hub_agrees(question, event, room_id):
            return None
        return _HUB_SILENT

    async def _has_own_profile(self, event: RoomEvent) -> bool:
        """Name and picture in a room are those of the account: no second face for one room (T11)."""
        localpart = event.sender[1:].split(":", 1)[0]
        profile = await self._api.get_profile_for_user(localpart)
        return (
            event.content.get("displayname") == profile.display_name
            and event.content.get("avatar_url") == profile.avatar_url
        )

    async def _hub_agrees(self, question: str, event: RoomEvent, room_id: str) -> bool:
        """Ask the hub about somebody entering. No hub configured: the rules alone decide. No clear yes: no.

        A hub that hangs is given up after some seconds; messages do not wait for it.
        """
        if self._settings.hub is None:
            return True
        try:
            return await self._settings.hub.agrees(question, room_id, event.state_key or "", event.sender)
        except Exception as error:  # noqa: BLE001 — whatever goes wrong on the way, nobody enters unasked
            logger.warning("the hub could not be asked: %s", type(error).__name__)
            return False

    @staticmethod
    def _refuse(refused: Refusal, kind: str, sender: str, room_id: str) -> None:
        logger.info("refused: rule=%s type=%s sender=%s room=%s", refused.rule, kind, sender, room_id)
        raise SynapseError(_FORBIDDEN, refused.reason, Codes.FORBIDDEN)


def _facts(sender: str, state: State) -> RoomFacts:
    own = state.get(("m.room.member", sender))
    name = state.get(("m.room.name", ""))
    return RoomFacts(
        membership=own.content.get("membership") if own is not None else None,
        membership_set_by=own.sender if own is not None else None,
        is_encrypted=("m.room.encryption", "") in state,
        name=name.content.get("name") if name is not None else None,
        is_empty=all(key == sender for kind, key in state if kind == "m.room.member"),
        state_event_ids=frozenset(part.event_id for part in state.values()),
    )
