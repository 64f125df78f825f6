"""Every text has its English, no English outlives its text, and a hole in the catalogue is never a hole in a page."""

import ast
import re
import shutil
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.audit import AuditEvent
from hub.domain.entries import Kind
from hub.domain.vocabulary import Role, Section
from hub.texts import DUTCH, LANGUAGES, SAY_DUTCH, catalogue, translator

_PLACEHOLDER = re.compile(r"%\(\w+\)s|%(?!\()|\{\w*\}|<[^>]*>")
_LANGUAGES = catalogue.languages()


def _ids(message_id: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)


def test_dutch_and_english_are_spoken() -> None:
    assert (DUTCH, *_LANGUAGES) == tuple(LANGUAGES) == ("nl", "en")


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_text_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    """When this fails: ``python -m hub.texts``, and fill in what came in empty."""
    said = {_ids(message.id) for message in catalogue.in_use() if message.id}
    known = {_ids(message.id): message for message in catalogue.read(language) if message.id}
    assert said - known.keys() == set(), "said, but not in the catalogue"
    assert known.keys() - said == set(), "in the catalogue, but nobody says it any more"
    empty = {ids for ids, message in known.items() if not all(catalogue.strings_of(message)) or message.fuzzy}
    assert empty == set(), "in the catalogue without a translation"


@pytest.mark.parametrize("language", _LANGUAGES)
def test_a_translation_has_the_same_places_to_fill_in_and_the_same_marks(language: str) -> None:
    for message in catalogue.read(language):
        for dutch, other in zip(_ids(message.id), catalogue.strings_of(message), strict=True):
            if dutch:
                assert sorted(_PLACEHOLDER.findall(dutch)) == sorted(_PLACEHOLDER.findall(other)), dutch


@pytest.mark.parametrize("language", _LANGUAGES)
def test_commands_keep_their_names(language: str) -> None:
    """A command is typed as it is, whatever language explains it."""
    for message in catalogue.read(language):
        for dutch, other in zip(_ids(message.id), catalogue.strings_of(message), strict=True):
            assert re.findall(r"!\w+", dutch) == re.findall(r"!\w+", other), dutch


def test_no_marked_text_hides_where_the_extraction_cannot_see_it() -> None:
    """Inside an f-string, for example: there a text would never get its English."""
    said = {part for message in catalogue.in_use() for part in _ids(message.id)}
    root = Path(catalogue.__file__).resolve().parents[2]
    for path in [*(root / "hub").rglob("*.py"), *(root / "bots").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in {"words", "N_"}:
                continue
            assert not isinstance(node.args[0], ast.JoinedStr), f"{path.name}:{node.lineno} is different each time"
            if isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in said, f"{path.name}:{node.lineno}"


def test_titles_of_the_domain_are_translated() -> None:
    words = translator("en")
    assert words(Role.GP.title_nl) == "GP"
    assert words(Section.S3.title_nl) == "Advance care planning"
    assert words(Kind.TREATMENT_DIRECTIVE.title_nl) == "Treatment limit"
    assert words(AuditEvent.ENTRY_READ.title_nl) == "dossier read"


def test_one_and_more_follow_the_language() -> None:
    one = "Er is nog %(number)s eerdere regel. Kies een kortere periode om die te zien."
    more = "Er zijn nog %(number)s eerdere regels. Kies een kortere periode om ze te zien."
    for language in LANGUAGES:
        words = translator(language)
        assert words.plural(one, more, 1) == words(one)
        assert words.plural(one, more, 2) == words.plural(one, more, 0) != words(one)


@given(st.text())
def test_a_text_without_a_translation_stays_dutch(text: str) -> None:
    words = translator("en")
    assert SAY_DUTCH(text) == text
    assert words(text) == text or text in {m.id for m in catalogue.read("en")}
    assert words("") == "", "the head of the catalogue is not for people"
    assert words.language_of(f"{text} die niemand zegt") == DUTCH


@given(st.text())
def test_a_language_that_nobody_speaks_here_is_dutch(language: str) -> None:
    assert translator(language).language == (language if language in LANGUAGES else DUTCH)


def test_bringing_a_catalogue_up_to_date_keeps_translations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "kring.po"
    shutil.copy(catalogue.path_of("en"), copy)
    monkeypatch.setattr(catalogue, "path_of", lambda language: copy)
    before = copy.read_bytes()
    total, missing = catalogue.update("en")
    assert (copy.read_bytes(), missing) == (before, 0), "python -m hub.texts has been run"
    copy.write_bytes(before.replace(b'msgid "Geldt nu"', b'msgid "Gold toen"'))
    assert catalogue.update("en") == (total, 1)
    after = copy.read_text("utf-8")
    assert 'msgid "Geldt nu"\nmsgstr ""\n' in after
    assert "Gold toen" not in after
    assert 'msgstr "Refused:"' in after


def test_the_catalogue_travels_with_the_package() -> None:
    """It is read as a resource, so an installed hub speaks English too (package-data in pyproject.toml)."""
    assert resources.files("hub.texts").joinpath("locale/en/LC_MESSAGES/kring.po").is_file()
    pyproject = Path(__file__).resolve().parents[2] / "pyproject.toml"
    assert "texts/locale/*/LC_MESSAGES/*.po" in pyproject.read_text("utf-8")
