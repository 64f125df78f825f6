"""What no reviewer should have to watch: who imports whom, who may do what, and how long a file gets."""

import ast
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.entries import KINDS, Kind
from hub.domain.vocabulary import Role, Section

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted([*(ROOT / "hub").rglob("*.py"), *(ROOT / "bots").rglob("*.py")])
MAX_LINES = 400


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Read once: every rule here goes through all of ours."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imports(path: Path) -> frozenset[str]:
    """Full names of what a file imports, those for types included."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


@cache
def called(path: Path) -> frozenset[str]:
    """``Permit``, ``datetime.now``: what a file calls, as it is written there."""
    return frozenset(ast.unparse(node.func) for node in nodes(path) if isinstance(node, ast.Call))


def files_that_call(*names: str) -> set[str]:
    return {
        name_of(path)
        for path in OURS
        if any(call == name or call.endswith(f".{name}") for call in called(path) for name in names)
    }


def test_arrows_point_down() -> None:
    """The contracts of ``[tool.importlinter]`` in pyproject.toml."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_are_all_there() -> None:
    """Nobody silences one by removing it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert {contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]} >= {
        "layers-hub", "layers-bots", "hub-knows-no-bots", "pure-core", "one-door-to-matrix", "one-door-to-tokens",
        "synapse-is-a-program", "split-powers-gatekeeper", "split-powers-dossier",
    }  # fmt: skip


@pytest.mark.parametrize("package", ["domain", "application"])
def test_the_core_imports_the_standard_library_and_itself(package: str) -> None:
    """Stricter than a list of libraries: also one that nobody thought of."""
    allowed = {"hub"} | set(sys.stdlib_module_names)
    inside = {"hub.domain", "hub.application"} if package == "application" else {"hub.domain"}
    for path in sorted((ROOT / "hub" / package).rglob("*.py")):
        for imported in imports(path):
            assert imported.split(".")[0] in allowed, f"{name_of(path)} imports {imported}"
            if imported.startswith("hub."):
                assert ".".join(imported.split(".")[:2]) in inside, f"{name_of(path)} imports {imported}"


@pytest.mark.parametrize("package", ["domain", "application"])
def test_the_core_opens_no_files_and_no_connections(package: str) -> None:
    outside = {"os", "io", "pathlib", "socket", "ssl", "subprocess", "sqlite3", "urllib", "http", "threading", "time"}
    for path in sorted((ROOT / "hub" / package).rglob("*.py")):
        assert not {imported.split(".")[0] for imported in imports(path)} & outside, name_of(path)
        assert not called(path) & {"open", "print", "input", "eval", "exec"}, name_of(path)


def test_only_the_runtime_imports_nio_and_vodozemac() -> None:
    found = {name_of(path) for path in OURS if {"nio", "vodozemac"} & {name.split(".")[0] for name in imports(path)}}
    assert found
    assert {name for name in found if not name.startswith("bots/runtime/")} == set()


def test_only_the_token_adapter_imports_jose() -> None:
    found = {name_of(path) for path in OURS if "jose" in {name.split(".")[0] for name in imports(path)}}
    assert found <= {"hub/adapters/tokens.py"}


def test_only_what_synapse_loads_imports_synapse() -> None:
    found = {name_of(path) for path in OURS if "synapse" in {name.split(".")[0] for name in imports(path)}}
    assert {name for name in found if not name.startswith("hub/homeserver/")} == set()


def test_only_the_guard_makes_permits() -> None:
    """A permit is the receipt of a decision; elsewhere it would be a forged one."""
    assert files_that_call("Permit") == {"hub/application/guard.py"}
    altering = {name_of(path) for path in OURS if "replace(permit" in path.read_text("utf-8")}
    assert altering <= {"hub/application/guard.py"}, "nor is one altered anywhere else"


def test_only_the_clock_asks_what_time_it_is() -> None:
    """Everywhere else time is an argument, so that a story can choose it."""
    asking = files_that_call("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    the_demo_plays_in_real_time = {name for name in asking if name.startswith("bots/demo/")}
    assert asking - the_demo_plays_in_real_time <= {"hub/adapters/clock.py", "bots/runtime/clock.py"}


def test_only_the_sender_puts_events_into_rooms() -> None:
    """What is said in a room goes through encryption, in one place; there is no other road."""
    the_road = {name_of(path) for path in OURS if "/send/" in path.read_text("utf-8")}
    assert the_road == {"bots/runtime/http.py"}
    assert files_that_call("send_event") == {"bots/runtime/sender.py"}
    sender = ROOT / "bots/runtime/sender.py"
    events = [
        ast.unparse(node.args[1])
        for node in nodes(sender)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".send_event")
    ]
    assert set(events) == {"ENCRYPTED"}


def test_the_type_of_a_message_is_named_only_where_it_is_sent_or_recognised() -> None:
    naming = {
        name_of(path)
        for path in OURS
        if any(isinstance(node, ast.Constant) and node.value == "m.room.message" for node in nodes(path))
    }
    recognising = {"bots/runtime/sync_response.py", "bots/dossier/handler.py", "hub/homeserver/guard_rules.py"}
    assert naming <= {"bots/runtime/sender.py"} | recognising


def test_files_are_small_enough_to_see_whole() -> None:
    long = {name_of(path): lines for path in OURS if (lines := len(path.read_text("utf-8").splitlines())) > MAX_LINES}
    assert long == {}


def test_no_error_is_swallowed_and_nothing_is_left_to_do() -> None:
    for path in OURS:
        for node in nodes(path):
            broad = isinstance(node, ast.ExceptHandler) and (
                node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
            )
            if isinstance(node, ast.ExceptHandler) and broad:
                assert not all(isinstance(line, ast.Pass) for line in node.body), f"{name_of(path)}:{node.lineno}"
        words = path.read_text("utf-8")
        assert "TODO" not in words, name_of(path)
        assert "FIXME" not in words, name_of(path)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_entry_has_a_title_and_a_value_of_its_own(kind: Kind) -> None:
    assert KINDS[kind].title_nl == kind.title_nl.strip() != ""
    assert [spec.value for spec in KINDS.values()].count(KINDS[kind].value) == 1


def test_what_people_read_has_dutch_words_for_everything() -> None:
    assert all(role.title_nl for role in Role)
    assert all(section.title_nl and section.slug for section in Section)
    assert len({section.slug for section in Section}) == len(Section)
    assert len({treatment.value for treatment in Treatment}) == len(Treatment)
    assert len({decision.value for decision in Decision}) == len(Decision)
