"""From the body of a message to a command word and its argument. Pure, and never raises on any text.

Own messages, notices, edits and quoted text never are commands; that a quoted ``> !dossier`` runs nothing is tested.
"""

from dataclasses import dataclass

from hub.domain.spelling import plain

LONGEST = 8000
"""Characters. What is longer is no command; whoever tried one is told."""
_PREFIX = "!"


@dataclass(frozen=True, slots=True)
class Spoken:
    """``word`` without prefix, lower case and without accents; empty when only the prefix or the mention was typed."""

    word: str
    argument: str


def read(body: str, own_names: tuple[str, ...], *, is_reply: bool, mentioned: bool = False) -> Spoken | None:
    """A command, or None for ordinary talk.

    A command starts with ``!`` or with the bot's name or Matrix id. A name without ``@`` counts when a colon or comma
    follows, or when the message mentions the bot: "Kring is handig" is talk. In a reply the old quoted fallback is
    skipped.
    """
    text = (without_fallback(body) if is_reply else body).strip()
    if text.startswith(_PREFIX):
        return _spoken(text[len(_PREFIX) :])
    for name in own_names:
        if text[: len(name)].casefold() == name.casefold():
            rest = text[len(name) :]
            addressed = mentioned or name.startswith("@") or rest[:1] in {":", ","}
            if addressed and not rest[:1].isalnum():
                return _spoken(rest.lstrip(":,").strip().removeprefix(_PREFIX))
    return None


def _spoken(text: str) -> Spoken:
    """Any white space ends the word: phones put a no-break space there, people a tab or a new line."""
    first, *rest = text.split(maxsplit=1) or [""]
    # Some marks fall apart into a space and an accent: no space is left in a word.
    return Spoken("".join(plain(first).split()).rstrip(":;,."), rest[0].strip() if rest else "")


def without_fallback(body: str) -> str:
    """Clients of before 2024 put the quoted message above the answer, each line with ``>``."""
    lines = body.split("\n")
    index = 0
    while index < len(lines) and lines[index].startswith(">"):
        index += 1
    return "\n".join(lines[index:])
