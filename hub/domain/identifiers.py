"""Identifiers as values. What identifies a person never prints itself."""

import re
import secrets
from dataclasses import dataclass, field

from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Section

# No 0/O, 1/I/L: people read these aloud over the phone.
_PSEUDONYM_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LONGEST_NUMBER = 6
_REFERENCE = re.compile(r"^[sS](\d{1,2})-(\d{1,6})$", re.ASCII)


def new_id(prefix: str) -> str:
    """A random, meaningless identifier such as ``per-5f0c3a9e1b2d4c68`` (64 bits)."""
    return f"{prefix}-{secrets.token_hex(8)}"


def new_pseudonym() -> str:
    """Four characters for room names (``7F3K``). Meaningless; the caller retries when it is taken."""
    return "".join(secrets.choice(_PSEUDONYM_ALPHABET) for _ in range(4))


def new_matrix_localpart() -> str:
    """A Matrix localpart that tells nothing about its owner."""
    return f"k{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Bsn:
    """Burgerservicenummer, checked with the elfproef. Never prints itself (Wabvpz 4-9)."""

    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.digits) != 9 or not self.digits.isascii() or not self.digits.isdigit():
            raise CommandRejected("bad-bsn", "Een BSN heeft negen cijfers.")
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        if self.digits == "000000000" or sum(w * int(d) for w, d in zip(weights, self.digits, strict=True)) % 11:
            raise CommandRejected("bad-bsn", "Dit BSN klopt niet (elfproef).")

    def __str__(self) -> str:
        return "BSN(•••)"


@dataclass(frozen=True, slots=True)
class EntryRef:
    """Verwijzing naar een regel in het dossier, voor mensen: ``S5-12``."""

    section: Section
    number: int

    def __str__(self) -> str:
        return f"{self.section.value}-{self.number}"

    @classmethod
    def parse_with_version(cls, text: str) -> tuple["EntryRef", int | None]:
        """``"S3-2"`` → (S3-2, None); ``"S3-2/3"`` → (S3-2, 3).

        :raises CommandRejected: not a reference, or not a version
        """
        name, slash, version = text.strip().partition("/")
        if slash and not (version.isascii() and version.isdigit() and 0 < len(version) <= _LONGEST_NUMBER):
            raise CommandRejected("bad-reference", "Schrijf een verwijzing met versie als S3-2/3.")
        return cls.parse(name), int(version) if slash else None

    @classmethod
    def parse(cls, text: str) -> "EntryRef":
        """``"s5-12"`` → ``S5-12``.

        :raises CommandRejected: not a reference
        """
        match = _REFERENCE.match(text.strip())
        if match and f"S{int(match[1])}" in Section.__members__ and int(match[2]) > 0:
            return cls(Section(f"S{int(match[1])}"), int(match[2]))
        raise CommandRejected("bad-reference", "Dat is geen verwijzing. Een verwijzing ziet eruit als S3-2.")
