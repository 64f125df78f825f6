"""What the bots and the use cases say stands in the catalogue: one list to read, to judge and to translate.

A sentence is found by its words. What is no sentence to people is named here, each with its reason.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.texts import catalogue

_ROOT = Path(catalogue.__file__).resolve().parents[2]
_SPEAKING = (
    "hub/application",
    "bots/access",
    "bots/dossier",
    "bots/handover",
    "bots/process",
    "bots/runtime",
    "bots/canary",
)
"""``bots/demo`` plays people: what it types is theirs. Sentences of entries (``hub/domain``) are never translated."""
_DUTCH = re.compile(
    r"\b(aan|als|bij|de|deze|dit|een|en|er|geen|heeft|het|is|kan|mag|met|naar|niet|nog|op|schrijf|staat|tot|typ|u|uw"
    r"|van|voor|wie|wordt|zijn)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"\b(and|our|the)\b")
_FOR_THE_OPERATOR = {
    "AnswerTooLarge": "the homeserver misbehaves; asked again, and in the log",
    "DeliveryDelayed": "kept with a message that waits, and in the log",
    "DeliveryRefused": "kept with a message that the homeserver refused, and in the log",
    "DeviceOutdated": "the bot starts anew with a device of its own; what people read of it is in new_device.py",
    "FactUnavailable": "ends a request; people get the same refusal for everything that cannot be shown",
    "IntegrityBroken": "stops the process, for the operator",
    "KringError": "a mistake of ours, in the log",
    "NotFound": "people get the refusal that is the same for what is forbidden and what does not exist",
    "SignedOut": "stops the process, for the operator",
    "StartRefused": "stops the start",
}
_NO_SENTENCES = {
    "bots/dossier/asking_tasks.py": ("^(?:v[oó][oó]r|uiterlijk|t/m|tot en met|binnen) ", "a pattern"),
}


def _said() -> frozenset[str]:
    ids = (message.id for message in catalogue.in_use() if message.id)
    return frozenset(part for each in ids for part in ((each,) if isinstance(each, str) else each))


def _texts(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, text (what is filled in is ``{}``) and the exception that it is given to, if any."""

    def walk(node: ast.AST, error: str) -> Iterator[tuple[int, str, str]]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value, error
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(str(part) for part in parts), error
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from walk(part.value, error)
            return
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            error = called if called in _FOR_THE_OPERATOR else error
        for child in ast.iter_child_nodes(node):
            yield from walk(child, error)

    return walk(ast.parse(path.read_text("utf-8")), "")


def _is_sentence(text: str) -> bool:
    # Outlines of commands are the same in every language: they are typed as they stand.
    if text.startswith("!") or _ENGLISH.search(text):
        return False
    return len(text.split()) >= 3 and len(_DUTCH.findall(text)) >= 2


def _unlisted(path: Path, said: frozenset[str]) -> list[str]:
    name = path.relative_to(_ROOT).as_posix()
    known = _NO_SENTENCES.get(name, ("", ""))[0]
    return [
        f"{name}:{line} {text}"
        for line, text, error in _texts(path)
        if _is_sentence(text) and not error and text not in said and text != known
    ]


@pytest.mark.parametrize("package", _SPEAKING)
def test_no_sentence_stands_outside_the_catalogue(package: str) -> None:
    """When this fails: mark it with ``N_`` or say it by ``words``, run ``python -m hub.texts``, give it its English."""
    said = _said()
    found = [each for path in sorted((_ROOT / package).rglob("*.py")) for each in _unlisted(path, said)]
    assert not found, "\n".join(found)


def test_every_exception_is_still_needed() -> None:
    used = {
        error
        for package in _SPEAKING
        for path in (_ROOT / package).rglob("*.py")
        for _line, text, error in _texts(path)
        if error and _is_sentence(text)
    }
    assert used == set(_FOR_THE_OPERATOR)
    for name, (text, _why) in _NO_SENTENCES.items():
        assert text in {each for _line, each, _error in _texts(_ROOT / name)}


def test_a_sentence_outside_the_catalogue_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in an f-string, which no catalogue can hold."""
    monkeypatch.setitem(globals(), "_ROOT", tmp_path)
    path = tmp_path / "saying.py"
    path.write_text(
        '"""De zin die hier staat, is een uitleg."""\n'
        'A = "De huisarts komt bij u langs."\n'
        'B = f"De huisarts van {A} komt bij u langs."\n'
        'C = "Geldt nu"\n'
        'D = "!taak <wat> aan <wie> voor <de datum>"\n'
        'E = KringError("Dit is er niet voor de bot.")\n',
        "utf-8",
    )
    assert _unlisted(path, frozenset()) == [
        "saying.py:2 De huisarts komt bij u langs.",
        "saying.py:3 De huisarts van {} komt bij u langs.",
    ]
    assert _unlisted(path, frozenset({"De huisarts komt bij u langs."})) == [
        "saying.py:3 De huisarts van {} komt bij u langs."
    ]
