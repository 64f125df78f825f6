"""Wat de bot niet kon lezen: why, in words, and how the sender mends it. No content: there is none that we could tell.

Codes of the sender's client: Matrix specification, ``m.room_key.withheld`` (MSC2399). The homeserver carries them in
clear and could make them up, so they explain and never decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

KEY_PATIENCE = timedelta(seconds=30)
"""How long a message waits for its key before its sender hears that it cannot be read."""
SAME_SENDER = timedelta(minutes=10)
"""A flood of unreadable messages is one notice for each person and room in this time …"""
SAME_SESSION = timedelta(hours=1)
"""… and for each session in this."""

NO_KEY = "no-key"
TOO_EARLY = "too-early"
UNDECRYPTABLE = "undecryptable"
UNREAD_CODES = frozenset({NO_KEY, TOO_EARLY, UNDECRYPTABLE})
OTHER = "other"
READ_AFTER_ALL = (
    "Alsnog gelezen: de sleutel van dit bericht is nu binnen. "
    "Heeft u het intussen opnieuw gestuurd, kijk dan of het niet dubbel staat."
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Waarom een bericht niet te lezen is. ``short``: for lists; ``told``: for the sender; ``remedy``: what to do."""

    short: str
    told: str
    remedy: str


_ASK = "Stuur het bericht opnieuw. Helpt dat niet, vraag dan de coach om hulp."
WITHHELD: Mapping[str, Reason] = {
    "m.unverified": Reason(
        "afzender geeft alleen sleutels aan geverifieerde toestellen",
        "Uw Element geeft mij geen sleutel, omdat het mijn toestel niet als geverifieerd kent.",
        # Verifying first would not help: that conversation is encrypted with the same key.
        "Zet in Element bij Instellingen, Beveiliging uit dat u alleen aan geverifieerde toestellen schrijft, en stuur "
        "het bericht opnieuw. Wilt u die instelling houden? Vergelijk dan eerst plaatjes met mij (!vergelijk); daarna "
        "mag hij weer aan.",
    ),
    "m.blacklisted": Reason(
        "afzender heeft het toestel van Kring geblokkeerd",
        "Uw Element geeft mij geen sleutel, omdat mijn toestel bij u is geblokkeerd.",
        "Hef die blokkade in Element op en stuur het bericht opnieuw.",
    ),
    "m.unauthorised": Reason(
        "volgens Element van de afzender mag Kring dit niet lezen",
        "Uw Element geeft mij geen sleutel, omdat ik dit bericht volgens Element niet mag lezen.",
        _ASK,
    ),
    "m.unavailable": Reason(
        "afzender heeft de sleutel niet meer",
        "Uw Element heeft de sleutel van dit bericht zelf niet meer.",
        _ASK,
    ),
    "m.no_olm": Reason(
        "geen beveiligde verbinding met het toestel van de afzender",
        "Uw Element kon geen beveiligde verbinding met mij maken.",
        "Stuur het bericht over een minuut opnieuw. Helpt dat niet, sluit Element en open het weer.",
    ),
    OTHER: Reason(
        "afzender geeft geen sleutel, reden onbekend",
        "Uw Element geeft mij geen sleutel, om een reden die ik niet ken.",
        _ASK,
    ),
}
_BY_CODE: Mapping[str, Reason] = {
    NO_KEY: Reason(
        "de sleutel is niet aangekomen",
        "De sleutel ervan is niet bij mij aangekomen.",
        "Houd Element open op het toestel waarmee u schreef. Helpt dat niet, stuur het bericht dan opnieuw.",
    ),
    TOO_EARLY: Reason(
        "de sleutel begint pas na dit bericht",
        "De sleutel die ik heb, begint pas na dit bericht.",
        _ASK,
    ),
    UNDECRYPTABLE: Reason(
        "het bericht is beschadigd",
        "Het is beschadigd aangekomen.",
        _ASK,
    ),
}


def reason_of(code: str, withheld: str | None) -> Reason:
    """Why, in words. What the sender's own client says beats "the key did not come"."""
    if withheld is not None and code != UNDECRYPTABLE:
        return WITHHELD.get(withheld, WITHHELD[OTHER])
    return _BY_CODE.get(code, _BY_CODE[UNDECRYPTABLE])


def known_code(code: object) -> str:
    """A code as it is stored: one of the specification, or ``other``."""
    return code if isinstance(code, str) and code in WITHHELD else OTHER


@dataclass(frozen=True, slots=True)
class UnreadMessage:
    """Een bericht dat open staat omdat het niet te lezen is. ``withheld``: what the sender's client said about it."""

    event_id: str
    room_id: str
    sender: str
    since: datetime
    code: str
    withheld: str | None

    @property
    def reason(self) -> Reason:
        return reason_of(self.code, self.withheld)


def spoken_reasons() -> list[str]:
    """Every sentence of this file that people read, for translators."""
    found = [READ_AFTER_ALL]
    for reason in (*WITHHELD.values(), *_BY_CODE.values()):
        found += [reason.short, reason.told, reason.remedy]
    return list(dict.fromkeys(found))
