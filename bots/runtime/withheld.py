"""Room keys that are kept back: what others' clients tell us, and what we tell theirs (MSC2399).

``m.room_key.withheld`` travels in clear, so whoever carries it can make it up: it explains why something cannot be
read, and nothing is decided on it.
"""

from collections import Counter
from collections.abc import Iterable

from bots.runtime.crypto.decryption import MEGOLM
from bots.runtime.untrusted import JsonObject, object_at, storable, text_at
from hub.adapters.sql.matrix_records import WithheldKey
from hub.domain.disclosure import Withheld
from hub.domain.unread import known_code
from hub.texts import N_

WITHHELD = "m.room_key.withheld"
NO_OLM = "m.no_olm"
_MOST_FROM_ONE = 50
"""In one sync response, from one sender; a client sends one for each new session of each room."""
_SPOKEN = {
    Withheld.UNSIGNED_DEVICE: ("m.unverified", N_("Dit toestel is niet geverifieerd door de eigenaar.")),
    Withheld.NO_IDENTITY: ("m.unverified", N_("Voor deze persoon is nog geen sleutelopslag ingesteld.")),
    Withheld.IDENTITY_CHANGED: (
        "m.unverified",
        N_("De identiteit van deze persoon is veranderd en nog niet bevestigd."),
    ),
    Withheld.IDENTITY_AWAITING: ("m.unverified", N_("De identiteit van deze persoon is nog niet bevestigd.")),
    Withheld.NO_ONE_TIME_KEY: (NO_OLM, N_("Dit toestel gaf geen sleutel voor een beveiligde verbinding.")),
}


def read_withheld(events: Iterable[object]) -> tuple[WithheldKey, ...]:
    """The well-formed ones among to-device events; of a sender who floods us only the last count."""
    found: dict[tuple[str, str, str], WithheldKey] = {}
    for event in events:
        if text_at(event, "type") == WITHHELD:
            withheld = _read(storable(text_at(event, "sender")), object_at(event, "content"))
            if withheld is not None:
                place = (withheld.sender, withheld.room_id, withheld.session_id)
                found.pop(place, None)
                found[place] = withheld
    kept: list[WithheldKey] = []
    counts: Counter[str] = Counter()
    for withheld in reversed(found.values()):
        counts[withheld.sender] += 1
        if counts[withheld.sender] <= _MOST_FROM_ONE:
            kept.append(withheld)
    return tuple(reversed(kept))


def _read(sender: str | None, content: JsonObject) -> WithheldKey | None:
    if sender is None or content.get("algorithm") != MEGOLM:
        return None
    if content.get("code") == NO_OLM:
        return WithheldKey("", "", sender, NO_OLM)
    room_id, session_id = storable(content.get("room_id")), storable(content.get("session_id"))
    if room_id is None or session_id is None:
        return None
    return WithheldKey(room_id, session_id, sender, known_code(content.get("code")))


def withheld_content(code: str, room_id: str, session_id: str, sender_key: str) -> JsonObject | None:
    """What we tell a device that got no key; None when there is nothing to tell (no device, or signed out).

    Room and session stay in for ``m.no_olm`` too: the specification allows it, and a client can then say which message.
    """
    spoken = _SPOKEN.get(Withheld(code)) if code in set(Withheld) else ("m.unverified", "")
    if spoken is None:
        return None
    withheld: JsonObject = {
        "algorithm": MEGOLM,
        "code": spoken[0],
        "room_id": room_id,
        "session_id": session_id,
        "sender_key": sender_key,
    }
    return {**withheld, "reason": spoken[1]} if spoken[1] else withheld
