"""What a decrypted message must look like before anybody acts on it (D2). Whoever holds a key can put anything inside.

A wrong shape is refused as a whole: half a reading of somebody's words is worse than none. Types that we do not know
are no mistake; they are left alone further on.
"""

from bots.runtime.crypto.decryption import Decrypted
from bots.runtime.sync_response import MESSAGE
from bots.runtime.untrusted import JsonObject

# State and keys never travel as words in a room; inside a ciphertext they pretend to be something.
_NEVER_SAID = frozenset(
    {
        *("m.room.create", "m.room.member", "m.room.power_levels", "m.room.encryption", "m.room.join_rules"),
        *("m.room.history_visibility", "m.room.guest_access", "m.room.tombstone", "m.room.encrypted", "m.room_key"),
        *("m.forwarded_room_key", "m.room_key.withheld", "m.secret.send", "m.dummy", "m.room.redaction"),
    }
)


def well_formed(decrypted: Decrypted) -> bool:
    """Whether type, text, relation and mentions have the shapes of the specification."""
    content = decrypted.content
    if decrypted.type in _NEVER_SAID:
        return False
    if decrypted.type == MESSAGE and not (_is_text(content.get("body")) and _is_text(content.get("msgtype"))):
        return False
    relation, mentions = content.get("m.relates_to"), content.get("m.mentions")
    return (relation is None or _is_relation(relation, decrypted.event_id)) and (
        mentions is None or _is_mentions(mentions)
    )


def _is_text(value: object) -> bool:
    """Text that can be stored and said again: half a character (a lone surrogate) cannot."""
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_relation(value: object, own_id: str) -> bool:
    if not isinstance(value, dict):
        return False
    reply = value.get("m.in_reply_to")
    if reply is not None and not (isinstance(reply, dict) and _points_elsewhere(reply, own_id)):
        return False
    kind = value.get("rel_type")
    return kind is None or (isinstance(kind, str) and _points_elsewhere(value, own_id))


def _points_elsewhere(value: JsonObject, own_id: str) -> bool:
    target = value.get("event_id")
    return isinstance(target, str) and 0 < len(target) <= 255 and target != own_id


def _is_mentions(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    users = value.get("user_ids", [])
    return isinstance(users, list) and all(map(_is_text, users)) and isinstance(value.get("room", False), bool)
