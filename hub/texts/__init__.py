"""De tweede taal van Kring: Dutch is what stands in code and templates, English comes from a catalogue beside it.

A message is looked up by its Dutch text. What has no English yet stays Dutch: a page half in English can be read, a
page with holes cannot. After changing texts: ``python -m hub.texts``, then fill in what is empty in ``kring.po``.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hub.domain.spoken import N_ as N_

DUTCH = "nl"
LANGUAGES = {DUTCH: "Nederlands", "en": "English"}
"""Code → the name of the language in that language."""


@dataclass(frozen=True, slots=True)
class Words:
    """Vertaler naar één taal. Call it with the Dutch text: ``words("Geldt nu")``."""

    language: str
    _messages: NullTranslations = field(repr=False)

    def __call__(self, message: str) -> str:
        # The empty text stands for the catalogue's own head, which is not for people.
        return self._messages.gettext(message) if message else ""

    def plural(self, one: str, more: str, count: int) -> str:
        """``one`` or ``more``, by the rules of the language."""
        return self._messages.ngettext(one, more, count)

    def language_of(self, message: str) -> str:
        """The language in which ``message`` is said: Dutch where there is no translation (WCAG 3.1.2)."""
        return self.language if self.language != DUTCH and self(message) != message else DUTCH


@lru_cache(maxsize=len(LANGUAGES))
def _known(language: str) -> Words:
    if language == DUTCH:
        return Words(DUTCH, NullTranslations())
    text = resources.files("hub.texts").joinpath("locale", language, "LC_MESSAGES", "kring.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(text), locale=language))
    compiled.seek(0)
    return Words(language, GNUTranslations(compiled))


def translator(language: str) -> Words:
    """The words for a language; Dutch for one that Kring does not speak."""
    return _known(language if language in LANGUAGES else DUTCH)


SAY_DUTCH = translator(DUTCH)
