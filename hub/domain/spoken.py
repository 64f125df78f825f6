"""Zinnen die Kring zegt: Dutch where they are written, in the reader's language where they are said (ADR 0046)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Words = Callable[[str], str]
"""Dutch text → the same in one language."""


def N_(message: str) -> str:  # noqa: N802 -- gettext's own name, which tools for translators know
    """Marks a text that is translated where it is said, or that a team reads in Dutch."""
    return message


def dutch(message: str) -> str:
    """The words of what several people read."""
    return message


@dataclass(frozen=True, slots=True)
class Spoken:
    """Wat Kring zegt, before it is known in which language: one person reads English, the next one Dutch.

    It has no ``str()``: text is made of it for somebody, or for a room (:attr:`dutch`), and never by accident.
    """

    text: str = field(repr=False)
    facts: Mapping[str, object] = field(repr=False, hash=False)
    """What is filled in, by name. What is spoken itself is said in the same language; the rest is people's own."""
    translated: bool = True
    small: bool = False
    """A title within a sentence begins with a small letter."""

    def said(self, words: Words) -> str:
        """The sentence in the language of ``words``."""
        text = words(self.text) if self.translated else self.text
        text = text[:1].lower() + text[1:] if self.small else text
        if not self.facts:
            return text
        return text % {
            name: fact.said(words) if isinstance(fact, Spoken) else fact for name, fact in self.facts.items()
        }

    @property
    def dutch(self) -> str:
        """For a room, and for what is kept."""
        return self.said(dutch)


def phrase(message: str, /, **facts: object) -> Spoken:
    """A sentence of the catalogue, marked by this call: ``phrase("Taak %(number)s is klaar.", number=3)``."""
    return Spoken(message, facts)


def verbatim(text: str, /, **facts: object) -> Spoken:
    """What stays as it is: typed by somebody, agreed on, or in the reader's language already."""
    return Spoken(text, facts, translated=False)


def joined(parts: Iterable[Spoken], by: str = "\n") -> Spoken:
    """Several sentences as one: lines, unless ``by`` is a space."""
    facts = {str(number): part for number, part in enumerate(parts)}
    return verbatim(by.replace("%", "%%").join(f"%({name})s" for name in facts), **facts)
