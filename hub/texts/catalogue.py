"""Which texts there are to translate: those marked in code and templates, titles of the domain, reasons of refusals."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from hub.application.use_cases.objections import UNAFFECTED_NL
from hub.domain.aftercare import Outcome
from hub.domain.audit import AuditEvent
from hub.domain.card_facts import Fact
from hub.domain.coach_time import Category
from hub.domain.disclosure import spoken_mendings
from hub.domain.entries import Kind
from hub.domain.handover import Destination
from hub.domain.lead import LeadPart
from hub.domain.observations import SymptomItem
from hub.domain.path import CRITERIA, PathStep, What
from hub.domain.privacy import CaseKind
from hub.domain.spoken_questions import spoken_questions
from hub.domain.threshold_commands import SENTENCES
from hub.domain.timeline import Happening
from hub.domain.unread import spoken_reasons
from hub.domain.vocabulary import Role, Section
from hub.texts import DUTCH, LANGUAGES

_HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""No names and no dates: who changed what and when is in the history, and a file that did not change stays the same."""
_ROOT = Path(__file__).resolve().parents[2]
_REFUSING = "policies/90-guards.cedar"
_EXPLAINED = re.compile(r'@explain_nl\("([^"]+)"\)')
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "words": None,
    "N_": None,
    "phrase": None,
    "own_words": None,
    "CommandRejected": (2,),
    "gettext": None,
    "ngettext": (1, 2),
    "plural": (1, 2),
}


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue."""
    return tuple(language for language in LANGUAGES if language != DUTCH)


def path_of(language: str) -> Path:
    return Path(__file__).parent / "locale" / language / "LC_MESSAGES" / "kring.po"


def in_use() -> Catalog:
    """Every text that is said somewhere, without translations, with the files in which it stands."""
    catalog = Catalog()
    for message, place in [*_marked(), *_titles(), *_of_the_path(), *_of_the_lead(), *_of_handovers(), *_reasons()]:
        catalog.add(message, locations=[(place, 0)])
    return catalog


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> tuple[int, int]:
    """Rewrite a catalogue: translations stay, new texts come in empty, texts that nobody says any more go.

    :return: how many texts there are, and how many have no translation
    """
    catalog, wanted = read(language), in_use()
    catalog.update(wanted, no_fuzzy_matching=True)
    with path_of(language).open("wb") as file:
        file.write(_HEAD.format(language=language, plural=catalog.plural_forms).encode())
        write_po(
            file, catalog, width=120, include_lineno=False, sort_output=True, ignore_obsolete=True, omit_header=True
        )
    messages = [message for message in catalog if message.id]
    return len(messages), sum(not all(strings_of(message)) for message in messages)


def strings_of(message: Message) -> tuple[str, ...]:
    """The translation, in each of its plural forms; empty texts where there is none."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def _marked() -> Iterator[tuple[str | tuple[str, ...], str]]:
    for package in ("hub", "bots"):
        found = extract_from_dir(_ROOT / package, _METHODS, _OPTIONS, _KEYWORDS)
        for name, _line, message, _comments, _context in found:
            yield message, f"{package}/{Path(name).as_posix()}"


def _of_handovers() -> Iterator[tuple[str, str]]:
    for place in Destination:
        yield place.value, "hub/domain/handover.py"


def _of_the_lead() -> Iterator[tuple[str, str]]:
    for part in LeadPart:
        yield part.title_nl, "hub/domain/lead.py"


def _titles() -> Iterator[tuple[str, str]]:
    for role in Role:
        yield role.title_nl, "hub/domain/vocabulary.py"
    for section in Section:
        yield section.title_nl, "hub/domain/vocabulary.py"
    for kind in Kind:
        yield kind.title_nl, "hub/domain/entries.py"
    for fact in Fact:
        yield fact.title_nl, "hub/domain/card_facts.py"
    for happening in Happening:
        yield happening.title_nl, "hub/domain/timeline.py"
    for item in SymptomItem:
        yield item.nl, "hub/domain/observations.py"
    for event in AuditEvent:
        yield event.title_nl, "hub/domain/audit_events.py"
    for mending in spoken_mendings():
        yield mending, "hub/domain/disclosure.py"
    for reason in spoken_reasons():
        yield reason, "hub/domain/unread.py"
    for told in UNAFFECTED_NL.values():
        yield told, "hub/application/use_cases/objections.py"
    for case in CaseKind:
        yield case.title_nl, "hub/domain/privacy.py"
    for asked in spoken_questions():
        yield asked, "hub/domain/spoken_questions.py"


def _of_the_path() -> Iterator[tuple[str, str]]:
    for said in (*PathStep, *Category, *Outcome):
        yield said.nl, "hub/domain/path.py"
    for sentence in (*What, *(one.words for one in CRITERIA), *SENTENCES):
        yield str(sentence), "hub/domain/path.py"


def _reasons() -> Iterator[tuple[str, str]]:
    """Why something is refused. The reasons of permits stay Dutch: few read them, and each is one more to keep true."""
    for reason in _EXPLAINED.findall((_ROOT / _REFUSING).read_text("utf-8")):
        yield reason, _REFUSING
