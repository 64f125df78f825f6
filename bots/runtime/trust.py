"""The trust gate: from *decrypted* to *said by this person* (invariants I3, I11; threats T13–T17).

That something decrypts proves only that its sender once got a key to us. The homeserver chooses the ``sender`` of an
event, adds devices to accounts and repeats events; none of that may become an act in somebody's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.runtime.crypto.decryption import Decrypted
from bots.runtime.crypto.devices import DeviceDirectory
from bots.runtime.shapes import well_formed
from bots.runtime.sync_response import MESSAGE
from bots.runtime.untrusted import JsonObject, object_at, text_at
from hub.adapters.sql.matrix_records import DeviceRecord, InboxEvent, MessageMark, PinnedIdentity, PinState
from hub.domain.errors import UntrustedSender
from hub.texts import N_


@dataclass(frozen=True, slots=True)
class TrustedMessage:
    """Vertrouwd bericht: encrypted, by a device of ``sender`` that this person's pinned identity signed, and new.

    ``content`` is what was encrypted. ``reply_to`` may come from the clear envelope (``reply_is_sealed`` False): fit to
    show and to find what the sender may see anyway, never to decide. ``is_edit`` is true already when only the envelope
    says so: an edit is not executed, so a lie can hide a command but cannot make one.
    """

    event_id: str
    room_id: str
    sender: str
    device_id: str
    type: str
    content: JsonObject = field(repr=False)
    origin_server_ts: int
    reply_to: str | None
    reply_is_sealed: bool
    is_edit: bool
    thread_root: str | None
    session_id: str
    message_index: int
    late: bool = False
    """Its sender heard that it could not be read; the key came after that."""
    replaces: str | None = None
    """The event that an edit says it changes. Mostly the envelope's word, so only fit to ask somebody about."""

    @property
    def msgtype(self) -> str:
        """``m.text``, ``m.notice``, …; empty when there is none."""
        return text_at(self.content, "msgtype") or ""

    @property
    def is_edit_from_outside(self) -> bool:
        """Only the envelope, which the homeserver writes, says that it is an edit: a lie, and one to be seen (N8)."""
        sealed = "m.new_content" in self.content or text_at(self.content, "m.relates_to", "rel_type") == "m.replace"
        return self.is_edit and not sealed

    @property
    def body(self) -> str:
        """The plain text; empty when there is none."""
        return text_at(self.content, "body") or ""


VERIFICATION = "m.key.verification."
REQUEST = VERIFICATION + "request"


@dataclass(frozen=True, slots=True)
class VerificationMessage:
    """A step of an emoji verification, never more than that: it needs no pinned identity, because it makes one.

    ``type`` is ``m.key.verification.…`` also for the request, which travels as a message. ``device``: whose owner's
    visible identity signed it; None for a step that came in clear, as some clients send it: then ``sender`` is only the
    homeserver's word, and what counts is inside (the keys are authenticated by what two humans see).
    """

    event_id: str
    room_id: str
    sender: str
    device: DeviceRecord | None
    type: str
    content: JsonObject = field(repr=False)
    origin_server_ts: int


# code → what a person may read
REASONS: Mapping[str, str] = {
    "not-encrypted": N_("Dit bericht was niet versleuteld."),
    "unknown-device": N_("Dit bericht komt van een apparaat dat niet van de afzender is."),
    "deleted-device": N_("Dit bericht komt van een apparaat dat is afgemeld."),
    "key-mismatch": N_("De sleutels van dit bericht horen niet bij het apparaat van de afzender."),
    "no-identity": N_("De afzender heeft nog geen identiteit ingesteld (sleutelopslag in Element)."),
    "identity-changed": N_("De beveiliging van de afzender is vernieuwd en nog door niemand bevestigd."),
    "identity-awaiting": N_("Van de afzender is nog niet bevestigd dat dit account echt van die persoon is."),
    "unsigned-device": N_("Dit bericht komt van een apparaat dat de afzender niet heeft bevestigd."),
    "forwarded": N_("De sleutel van dit bericht is doorgestuurd; wie het schreef, is niet zeker."),
    "replayed": N_("Dit bericht is een herhaling van een ouder bericht."),
    "malformed": N_("Dit bericht heeft een vorm die niet klopt."),
    "undecryptable": N_("Dit bericht kon niet worden ontsleuteld."),
    "no-key": N_("De sleutel van dit bericht is niet aangekomen."),
    "too-early": N_("De sleutel begint pas na dit bericht."),
    "edit-from-outside": N_(
        "De server doet dit bericht voor als een wijziging van een ander bericht; dat is het niet."
    ),
    "quarantined": N_("Dit bericht kon na drie pogingen niet worden verwerkt."),
}

# A later key query can turn these around: the list that we had may have been old.
WORTH_ASKING_AGAIN = frozenset({"unknown-device", "deleted-device", "key-mismatch", "no-identity", "unsigned-device"})


def untrusted(code: str) -> UntrustedSender:
    return UntrustedSender(code, REASONS[code])


def device_fault(device: DeviceRecord, identity: PinnedIdentity | None) -> str | None:
    """Why this device does not count as its owner's, or None when it does. One rule for reading and for giving keys."""
    if device.deleted:
        return "deleted-device"
    if identity is None:
        return "no-identity"
    if identity.state is not PinState.PINNED:
        return "identity-awaiting" if identity.state is PinState.AWAITING else "identity-changed"
    if device.signed_by != identity.pinned_master:
        return "unsigned-device"
    return None


class TrustGate:
    """Judges one decrypted event. Whether it is a replay is judged where the effect is stored: :func:`mark_of`."""

    def __init__(self, devices: DeviceDirectory) -> None:
        self._devices = devices

    def check(
        self, decrypted: Decrypted, envelope: JsonObject, identity: PinnedIdentity | None
    ) -> TrustedMessage | UntrustedSender:
        """``identity``: the pin of ``decrypted.sender``, read in the transaction that will hold the effect."""
        if decrypted.forwarded:
            return untrusted("forwarded")
        device = self._devices.by_curve25519(decrypted.sender, decrypted.sender_key)
        if device is None:
            return untrusted("unknown-device")
        if device.ed25519 != decrypted.session_ed25519:
            return untrusted("key-mismatch")
        fault = device_fault(device, identity)
        if fault is not None:
            return untrusted(fault)
        if not well_formed(decrypted):
            return untrusted("malformed")
        return _message(decrypted, device, object_at(envelope, "content"))


def verification_in(kind: str, content: JsonObject) -> str | None:
    """The type of a verification step, or None when it is none."""
    if kind == MESSAGE and content.get("msgtype") == REQUEST:
        return REQUEST
    return kind if kind.startswith(VERIFICATION) and kind != REQUEST else None


def verification_in_clear(event: InboxEvent, envelope: JsonObject, kind: str) -> VerificationMessage:
    """A step as the homeserver shows it."""
    content = object_at(envelope, "content")
    return VerificationMessage(event.event_id, event.room_id, event.sender, None, kind, content, event.origin_server_ts)


def verification_step(
    decrypted: Decrypted, envelope: JsonObject, devices: DeviceDirectory, identity: PinnedIdentity | None, kind: str
) -> VerificationMessage | UntrustedSender:
    """A step that came encrypted, from a device that the identity *shown* by the server signed."""
    device = devices.by_curve25519(decrypted.sender, decrypted.sender_key)
    if decrypted.forwarded:
        return untrusted("forwarded")
    if device is None or device.deleted:
        return untrusted("unknown-device")
    if device.ed25519 != decrypted.session_ed25519:
        return untrusted("key-mismatch")
    if identity is None:
        return untrusted("no-identity")
    if not device.signed_by or device.signed_by != identity.seen_master:
        return untrusted("unsigned-device")
    content = decrypted.content
    if "m.relates_to" not in content:
        # Some clients leave the relation outside only.
        content = {**content, "m.relates_to": object_at(envelope, "content", "m.relates_to")}
    return VerificationMessage(
        decrypted.event_id,
        decrypted.room_id,
        decrypted.sender,
        device,
        kind,
        content,
        decrypted.origin_server_ts,
    )


def mark_of(decrypted: Decrypted) -> MessageMark:
    """The place that no other event may use (replay, N9)."""
    return MessageMark(decrypted.sender_key, decrypted.session_id, decrypted.message_index, decrypted.event_id)


def _message(decrypted: Decrypted, device: DeviceRecord, clear: JsonObject) -> TrustedMessage:
    if "m.relates_to" in decrypted.content or "m.relates_to" in clear:
        sealed, outside = object_at(decrypted.content, "m.relates_to"), object_at(clear, "m.relates_to")
    else:
        sealed = outside = {}
    sealed_reply = text_at(sealed, "m.in_reply_to", "event_id")
    relation = sealed or outside
    thread = text_at(relation, "event_id") if relation.get("rel_type") == "m.thread" else None
    return TrustedMessage(
        event_id=decrypted.event_id,
        room_id=decrypted.room_id,
        sender=decrypted.sender,
        device_id=device.device_id,
        type=decrypted.type,
        content=decrypted.content,
        origin_server_ts=decrypted.origin_server_ts,
        reply_to=sealed_reply or text_at(outside, "m.in_reply_to", "event_id"),
        reply_is_sealed=sealed_reply is not None,
        is_edit="m.replace" in (sealed.get("rel_type"), outside.get("rel_type"))
        or "m.new_content" in decrypted.content,
        thread_root=thread,
        replaces=text_at(relation, "event_id") if relation.get("rel_type") == "m.replace" else None,
        session_id=decrypted.session_id,
        message_index=decrypted.message_index,
    )
