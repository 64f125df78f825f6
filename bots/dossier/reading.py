"""From the body of a message to a command word and its argument. Pure, and never raises on any text.

Own messages, notices, edits and quoted text never are commands; that a quoted ``> !dossier`` runs nothing is tested.
"""

from dataclasses import dataclass

from bots.dossier.words import plain

_LONGEST = 8000
_PREFIX = "!"


@dataclass(frozen=True, slots=True)
class Spoken:
    """``word`` without prefix, lower case and without accents; empty when only the prefix or the mention was typed."""

    word: str
    argument: str


def read(body: str, own_names: tuple[str, ...], *, is_reply: bool) -> Spoken | None:
    """A command, or None for ordinary talk.

    A command starts with ``!`` or with the bot's name or Matrix id. In a reply the old quoted fallback is skipped.
    """
    if len(body) > _LONGEST:
        return None
    text = (_without_fallback(body) if is_reply else body).strip()
    if text.startswith(_PREFIX):
        return _spoken(text[len(_PREFIX) :])
    for name in own_names:
        if text.casefold().startswith(name.casefold()):
            rest = text[len(name) :]
            if not rest or not rest[0].isalnum():
                return _spoken(rest.lstrip(":, \t").removeprefix(_PREFIX))
    return None


def _spoken(text: str) -> Spoken:
    first, _, rest = text.strip().partition(" ") if "\n" not in text.split(" ", 1)[0] else text.partition("\n")
    return Spoken(plain(first), rest.strip())


def _without_fallback(body: str) -> str:
    """Clients of before 2024 put the quoted message above the answer, each line with ``>``."""
    lines = body.split("\n")
    index = 0
    while index < len(lines) and lines[index].startswith(">"):
        index += 1
    return "\n".join(lines[index:])
