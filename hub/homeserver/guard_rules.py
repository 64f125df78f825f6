"""What may pass in a room, decided without Synapse: pure rules over one event and a few facts of its room.

Allow-lists throughout: a type, a field or a reaction that nobody thought of is refused. Two ends are served. Nothing in
clear (I3): a message is encrypted, and the few things that Matrix sends in clear beside it (relations, reactions,
redactions, membership) have no room for free text. And split powers: only the gatekeeper makes or changes rooms.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

ROOM_VERSION: Final = "12"
CANARY_ROOM: Final = "Kring · kanarie"
"""Name of the only room where the canary is, with the dossier bot and nobody else (ADR 0016)."""
MEGOLM: Final = "m.megolm.v1.aes-sha2"

# In clear for the homeserver, so each one is an agreed sign and not a text. None of them does anything by itself.
DEFAULT_REACTIONS: Final = ("📌", "✅", "👍", "👎", "❤️", "🙏", "👀", "😢", "🆘")

_POWER_OF_STATE = 100
_MESSAGE_TYPES = frozenset({"m.room.encrypted", "m.reaction", "m.room.redaction"})
_ENCRYPTED_FIELDS = frozenset({"algorithm", "ciphertext", "sender_key", "session_id", "device_id", "m.relates_to"})
_RELATION_FIELDS = frozenset({"rel_type", "event_id", "is_falling_back", "m.in_reply_to", "key"})
_RELATION_TYPES = frozenset({"m.thread", "m.replace", "m.reference", "m.annotation"})
_MEMBER_FIELDS = frozenset({"membership", "displayname", "avatar_url", "is_direct"})
REMOVAL_REASON: Final = (
    "Uw toegang tot deze kring is beëindigd, daarom ziet u nieuwe berichten niet (BW 7:457 lid 1). "
    "Vragen? Bel de regiehouder of de zorgcoach."
)
"""The one reason that may go with a removal. The homeserver reads it: the same for all, so that it tells nothing."""
_ENCRYPTION_FIELDS = frozenset({"algorithm", "rotation_period_ms", "rotation_period_msgs"})
_FIXED_STATE: Final[Mapping[str, Mapping[str, str]]] = {
    "m.room.history_visibility": {"history_visibility": "joined"},
    "m.room.guest_access": {"guest_access": "forbidden"},
    "m.room.join_rules": {"join_rule": "invite"},
}
_POWER_FIELDS = frozenset(
    {"users", "users_default", "events", "events_default", "notifications", "historical"}
    | {"state_default", "invite", "kick", "ban", "redact"}
)
_VERIFICATION_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "m.key.verification.ready": frozenset({"from_device", "methods"}),
    "m.key.verification.start": frozenset(
        {"from_device", "method", "key_agreement_protocols", "hashes", "message_authentication_codes"}
        | {"short_authentication_string", "secret"}
    ),
    "m.key.verification.accept": frozenset(
        {"method", "key_agreement_protocol", "hash", "message_authentication_code", "short_authentication_string"}
        | {"commitment"}
    ),
    "m.key.verification.key": frozenset({"key"}),
    "m.key.verification.mac": frozenset({"mac", "keys"}),
    "m.key.verification.done": frozenset(),
    "m.key.verification.cancel": frozenset({"code", "reason"}),
}
_VERIFICATION_WORDS = frozenset(
    {"m.sas.v1", "m.qr_code.show.v1", "m.qr_code.scan.v1", "m.reciprocate.v1"}
    | {"curve25519", "curve25519-hkdf-sha256", "sha256", "decimal", "emoji"}
    | {"hkdf-hmac-sha256", "hkdf-hmac-sha256.v2", "org.matrix.msc3783.hkdf-hmac-sha256"}
    | {f"m.{code}" for code in ("user", "timeout", "unknown_transaction", "unknown_method", "unexpected_message")}
    | {f"m.{code}" for code in ("key_mismatch", "user_mismatch", "invalid_message", "accepted")}
    | {f"m.{code}" for code in ("mismatched_commitment", "mismatched_sas")}
    # The sentences that matrix-rust-sdk puts beside a code.
    | {
        "The user cancelled the verification.",
        "The verification process timed out.",
        "The device does not know about the given transaction ID.",
        "The device does not know how to handle the requested method.",
        "The device received an unexpected message.",
        "The expected key did not match the verified one",
        "The expected user did not match the verified user",
        "The received message was invalid.",
        "A m.key.verification.request was accepted by a different device.",
        "The hash commitment did not match.",
        "The SAS did not match.",
        "Unknown cancel reason",
    }
)
_KEY = re.compile(r"(?:ed25519:)?[A-Za-z0-9+/_-]{1,64}={0,2}", re.ASCII)
_MOST_PARTS = 10
_NAME_LENGTH = 80
_EVENT_ID = re.compile(r"\$[A-Za-z0-9_\-+/]{43}", re.ASCII)
_OPAQUE = re.compile(r"[A-Za-z0-9_\-+/=]*", re.ASCII)
_VARIATION_SELECTOR = "\N{VARIATION SELECTOR-16}"

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Weigering: ``rule`` for the log, ``reason`` in Dutch for the person who tried."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """The event that somebody wants to send. ``state_key`` is ``None`` for what is not state."""

    type: str
    sender: str
    content: Content
    state_key: str | None = None
    redacts: str | None = None


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """The room just before the event: the sender's own membership, who set it, and what state there is.

    ``is_empty``: nobody but the sender was ever in it.
    """

    membership: str | None = None
    membership_set_by: str | None = None
    is_encrypted: bool = False
    name: str | None = None
    is_empty: bool = False
    state_event_ids: frozenset[str] = frozenset()


_FORBIDDEN_TYPE = Refusal("type", "Alleen versleutelde berichten zijn toegestaan in een kring.")
_CLEAR_FIELD = Refusal("clear-text", "Naast het versleutelde bericht mag er geen leesbare tekst staan.")
_STATE = Refusal("state", "Alleen de poortwachter van Kring verandert iets aan een kamer.")
_STATE_TYPE = Refusal("state-type", "Deze instelling bestaat niet in een kamer van Kring.")
_STATE_VALUE = Refusal("state-value", "Deze instelling zou de kamer onveilig maken.")
_ENCRYPTION = Refusal("encryption", "De versleuteling van een kamer kan niet veranderen.")
_MEMBERSHIP = Refusal("membership", "Alleen de poortwachter van Kring nodigt uit en verwijdert; vraag het de coach.")
_JOIN = Refusal("join", "U kunt alleen deelnemen na een uitnodiging door de poortwachter van Kring.")
_CANARY = Refusal("canary", "De kanarie van Kring hoort alleen in haar eigen kamer, en daar hoort niemand anders.")
_REACTION = Refusal("reaction", "Deze reactie kan niet: alleen de vaste tekens van Kring mogen, want ze zijn leesbaar.")
_REDACTION = Refusal("redaction", "Dit kan niet worden verwijderd, of niet met een toelichting in leesbare tekst.")
_CREATE = Refusal("create-room", "Alleen de poortwachter van Kring maakt kamers; vraag het de coach.")


class GuardRules:
    """The rules for one homeserver: who its gatekeeper is and which reactions are agreed on."""

    def __init__(self, gatekeeper: str, reactions: tuple[str, ...] = DEFAULT_REACTIONS) -> None:
        self.gatekeeper = gatekeeper
        server = gatekeeper.partition(":")[2]
        self._canary = f"@kanarie:{server}"
        self._with_canary = frozenset({gatekeeper, self._canary, f"@dossier:{server}"})
        self._reactions = frozenset(_plain_emoji(reaction) for reaction in reactions)

    def refusal(self, event: RoomEvent, room: RoomFacts) -> Refusal | None:
        """Why ``event`` may not be sent, or ``None`` when it may."""
        if event.state_key is None:
            return self._message(event, room)
        if event.type == "m.room.member":
            return self._membership(event, room)
        return self._state(event, room)

    def room_creation_refusal(self, creator: str, body: Content) -> Refusal | None:
        """Why ``creator`` may not make a room by this ``createRoom`` body.

        Asked before anything exists: Synapse stores the first events of a room one by one, so a body that fails
        half-way would leave a room without rules behind.
        """
        if creator != self.gatekeeper:
            return _CREATE
        initial = {
            (part.get("type"), part.get("state_key", "")): part.get("content") for part in body.get("initial_state", ())
        }
        needed = ("m.room.power_levels", "m.room.history_visibility", "m.room.guest_access", "m.room.encryption")
        for kind in needed:
            if (kind, "") not in initial:
                return Refusal("create-room", f"createRoom zonder {kind} in initial_state: zie room_templates.py.")
        wrong = (
            body.get("visibility", "private") != "private"
            or body.get("preset", "private_chat") != "private_chat"
            or body.get("room_version", ROOM_VERSION) != ROOM_VERSION
            or "room_alias_name" in body
            or "power_level_content_override" in body
            or bool(body.get("invite_3pid"))
            or bool(body.get("topic"))
        )
        if wrong or self._created_with(body.get("creation_content", {})) is not None:
            return _STATE_VALUE
        empty = RoomFacts(membership="join", membership_set_by=creator, is_empty=True)
        for (kind, key), content in initial.items():
            if not isinstance(kind, str) or not isinstance(key, str) or not isinstance(content, Mapping):
                return _STATE_VALUE
            # The room does not exist yet: its creation is checked above, and nobody is a member by initial state.
            if kind in ("m.room.create", "m.room.member"):
                return _STATE_TYPE
            refused = self._state(RoomEvent(kind, creator, content, key), empty)
            if refused is not None:
                return refused
        return None

    def _message(self, event: RoomEvent, room: RoomFacts) -> Refusal | None:
        content = event.content
        match event.type:
            case "m.room.redaction":
                target = content.get("redacts", event.redacts)
                if not set(content) <= {"redacts"} or not _is_event_id(target) or target in room.state_event_ids:
                    return _REDACTION
                return None
            case "org.matrix.dummy_event":  # Synapse's own, to tie loose ends of a room together
                return None if not content else _CLEAR_FIELD
            case _ if event.sender == self.gatekeeper:
                return _FORBIDDEN_TYPE  # it has no device keys: what it would say could only be in clear
            case "m.room.encrypted":
                return self._encrypted(content)
            case kind if kind in _VERIFICATION_FIELDS:
                return None if self._verification_fits(kind, content) else _CLEAR_FIELD
            case "m.reaction":
                relation = content.get("m.relates_to")
                agreed = isinstance(relation, Mapping) and relation.get("rel_type") == "m.annotation"
                agreed = agreed and "key" in content["m.relates_to"] and self._relation_fits(relation)
                return None if agreed and set(content) == {"m.relates_to"} else _REACTION
            case _:
                return _FORBIDDEN_TYPE

    def _encrypted(self, content: Content) -> Refusal | None:
        if content.get("algorithm") != MEGOLM or not content.get("ciphertext"):
            return _FORBIDDEN_TYPE
        opaque = all(
            isinstance(value, str) and _OPAQUE.fullmatch(value)
            for field, value in content.items()
            if field in ("ciphertext", "sender_key", "session_id", "device_id")
        )
        relation = content.get("m.relates_to")
        if not opaque or not set(content) <= _ENCRYPTED_FIELDS:
            return _CLEAR_FIELD
        return None if relation is None or self._relation_fits(relation) else _CLEAR_FIELD

    def _verification_fits(self, kind: str, content: Content) -> bool:
        """Element sends the steps of an emoji verification in clear, in encrypted rooms too (matrix-js-sdk 43): keys,
        hashes and agreed words pass, nothing in which somebody could write. The request, which is a message, does not.
        """
        relation = content.get("m.relates_to")
        fits = (
            set(content) <= _VERIFICATION_FIELDS[kind] | {"m.relates_to"}
            and isinstance(relation, Mapping)
            and set(relation) == {"rel_type", "event_id"}
            and relation["rel_type"] == "m.reference"
            and _is_event_id(relation["event_id"])
        )
        return fits and all(_is_opaque_part(value) for field, value in content.items() if field != "m.relates_to")

    def _relation_fits(self, relation: object) -> bool:
        """Relations travel in clear beside the ciphertext: only ids, known words and agreed signs may be in them."""
        if not isinstance(relation, Mapping) or not set(relation) <= _RELATION_FIELDS:
            return False
        reply = relation.get("m.in_reply_to")
        return (
            ("rel_type" not in relation or relation["rel_type"] in _RELATION_TYPES)
            and ("event_id" not in relation or _is_event_id(relation["event_id"]))
            and ("key" not in relation or self._is_agreed_reaction(relation["key"]))
            and isinstance(relation.get("is_falling_back", False), bool)
            and (
                reply is None
                or (isinstance(reply, Mapping) and set(reply) == {"event_id"} and _is_event_id(reply["event_id"]))
            )
        )

    def _is_agreed_reaction(self, key: object) -> bool:
        return isinstance(key, str) and _plain_emoji(key) in self._reactions

    def _membership(self, event: RoomEvent, room: RoomFacts) -> Refusal | None:
        fields = set(event.content)
        if event.sender == self.gatekeeper and event.content.get("reason") == REMOVAL_REASON:
            fields.discard("reason")
        if not fields <= _MEMBER_FIELDS:
            return _CLEAR_FIELD  # any other "reason" would tell the homeserver something
        if event.content.get("membership") != "leave" and not self._canary_fits(event.state_key, room):
            return _CANARY
        if event.sender == self.gatekeeper:
            return None
        if event.state_key != event.sender:
            return _MEMBERSHIP
        match event.content.get("membership"):
            case "leave":
                return None
            case "join":
                invited = room.membership == "invite" and room.membership_set_by == self.gatekeeper
                return None if invited or room.membership == "join" else _JOIN
            case _:
                return _MEMBERSHIP

    def _canary_fits(self, user_id: str | None, room: RoomFacts) -> bool:
        """The gatekeeper too is held to it: a room of people is no place for an account that nobody reads over."""
        if room.name == CANARY_ROOM:
            return user_id in self._with_canary
        return user_id != self._canary

    def _state(self, event: RoomEvent, room: RoomFacts) -> Refusal | None:
        if event.sender != self.gatekeeper:
            return _STATE
        content = event.content
        if event.type in ("m.space.child", "m.space.parent"):
            fits = set(content) <= {"via", "suggested", "order", "canonical"}
            return None if fits else _STATE_VALUE
        if event.state_key != "":
            return _STATE_TYPE
        match event.type:
            case "m.room.create":
                return self._created_with(content)
            case "m.room.power_levels":
                return None if power_levels_hold(content) else _STATE_VALUE
            case kind if kind in _FIXED_STATE:
                fits = dict(content) == _FIXED_STATE[kind]
            case "m.room.encryption":
                if room.is_encrypted:
                    return _ENCRYPTION
                fits = content.get("algorithm") == MEGOLM and set(content) <= _ENCRYPTION_FIELDS
            case "m.room.pinned_events":
                fits = _pins_one_message(content)
            case "m.room.name":
                name = content.get("name")
                fits = set(content) == {"name"} and isinstance(name, str) and len(name) <= _NAME_LENGTH
                # No room with people in it becomes the canary's, and the canary's becomes no other.
                becomes_it = room.name is None and room.is_empty and name == CANARY_ROOM
                fits = fits and (becomes_it or (name == CANARY_ROOM) == (room.name == CANARY_ROOM))
            case _:
                return _STATE_TYPE  # m.room.tombstone, aliases, topic, avatar, server_acl, widgets, …
        return None if fits else _STATE_VALUE

    def _created_with(self, content: object) -> Refusal | None:
        """A creator's power can never be taken back (MSC4289), so there is one; and no room follows up another."""
        fits = (
            isinstance(content, Mapping)
            and set(content) <= {"room_version", "type", "m.federate", "creator"}
            and content.get("room_version", ROOM_VERSION) == ROOM_VERSION
            and content.get("type", "m.space") == "m.space"
        )
        return None if fits else _STATE_VALUE


def power_levels_hold(content: Content) -> bool:
    """True when nobody but the creator has power: no users, members at 0, all that is state at 100 or more."""
    events = content.get("events", {})
    guarded = ("state_default", "invite", "kick", "ban", "redact")
    return (
        set(content) <= _POWER_FIELDS
        and not content.get("users", {})
        and content.get("users_default", 0) == 0
        and all(_is_at_least(content.get(field), _POWER_OF_STATE) for field in guarded)
        and _is_at_least(content.get("events_default", 0), 0)
        and isinstance(events, Mapping)
        and all(_is_at_least(level, 0 if kind in _MESSAGE_TYPES else _POWER_OF_STATE) for kind, level in events.items())
    )


def _pins_one_message(content: Content) -> bool:
    """One card or none, by its id: the homeserver learns which message matters, not what it says."""
    pinned = content.get("pinned")
    return (
        set(content) == {"pinned"}
        and isinstance(pinned, list | tuple)
        and len(pinned) <= 1
        and all(_is_event_id(one) for one in pinned)
    )


def _is_opaque_part(value: object) -> bool:
    """A key, a device id, a hash or an agreed word; or a few of them."""
    if isinstance(value, str):
        return value in _VERIFICATION_WORDS or _KEY.fullmatch(value) is not None
    if isinstance(value, list | tuple):
        return len(value) <= _MOST_PARTS and all(isinstance(part, str) and _is_opaque_part(part) for part in value)
    if isinstance(value, Mapping):
        return all(_KEY.fullmatch(key) for key in value) and _is_opaque_part([*value.values()])
    return False


def _is_at_least(level: object, floor: int) -> bool:
    return isinstance(level, int) and not isinstance(level, bool) and level >= floor


def _is_event_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _EVENT_ID.fullmatch(value) is not None


def _plain_emoji(text: str) -> str:
    """Clients differ in whether they add the selector that asks for the coloured form of a sign."""
    return text.replace(_VARIATION_SELECTOR, "")
