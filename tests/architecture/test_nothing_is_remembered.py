"""Decisions are never kept past a commit: no fact, no permit and no decision outlives its transaction (E6: 0 s cache).

What a transaction read it may remember until it ends; who opens another reads again. What does live on is the policy
itself, which is read from its files once and has a version.
"""

import ast
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.application.use_cases import circles
from hub.domain.circle import DischargeReason
from hub.domain.consent import ConsentDecision
from hub.domain.errors import AccessDenied
from hub.domain.vocabulary import Action, Section
from tests.stories.conftest import opened_circle, room
from tests.stories.room import Room

__all__ = ["opened_circle", "room"]
ROOT = Path(__file__).resolve().parents[2]
# Who decides or gathers what is decided on. Values and codecs may remember what a file or a type says.
DECIDING = [
    *sorted((ROOT / "hub" / "application").rglob("*.py")),
    *sorted((ROOT / "hub" / "adapters" / "sql").glob("*.py")),
    *sorted((ROOT / "hub" / "admin").rglob("*.py")),
    *sorted((ROOT / "hub" / "homeserver").glob("*.py")),
    ROOT / "hub" / "access" / "engine.py",
    ROOT / "hub" / "portal" / "sessions.py",
]
KEEPS = {"cache", "lru_cache", "cached_property", "cached", "alru_cache"}


def keepers(tree: ast.AST) -> list[str]:
    """What a file uses to remember answers: decorators and calls of that name."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list]
            found += [name for name in names if name.rpartition(".")[2] in KEEPS]
    return found


def module_containers(tree: ast.Module) -> list[str]:
    """Names of empty containers at the level of a module: those are there to be filled while the process runs."""
    empty = []
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        is_empty = isinstance(value, ast.Dict | ast.List | ast.Set) and not ast.unparse(value).strip("{}[] ")
        if is_empty or (isinstance(value, ast.Call) and ast.unparse(value) in {"dict()", "set()", "list()"}):
            empty.append(ast.unparse(node))
    return empty


@pytest.mark.parametrize("path", DECIDING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_that_decides_keeps_answers(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert keepers(tree) == []
    assert module_containers(tree) == []


async def test_repositories_live_as_long_as_their_transaction(room: Room) -> None:
    """Each unit of work makes its own, and nobody else makes any that remembers."""
    async with room.world.transactions.reading() as one, room.world.transactions.reading() as other:
        assert not {id(part) for part in one._remembering} & {id(part) for part in other._remembering}
        remembering = {type(part) for part in one._remembering}
    names = {one.__name__ for one in remembering}
    for path in sorted([*(ROOT / "hub").rglob("*.py"), *(ROOT / "bots").rglob("*.py")]):
        made = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names
        }
        assert not made or path.name == "unit_of_work.py", f"{path.name} makes {made}"


async def may_read(room: Room, who: str, section: Section) -> bool:
    async with room.world.unit() as unit:
        try:
            await room.world.guard.require(unit, await room.world.context(unit, who), Action.READ, section)
        except AccessDenied:
            return False
        return True


async def _discharge(room: Room) -> None:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        await circles.discharge(
            unit, room.world.guard, context, person_id=room.world.id("ruben"), reason=DischargeReason.CARE_ENDED
        )


async def _object(room: Room) -> None:
    await room.world.choose(ConsentDecision.DENY, f"person:{room.world.id('ruben')}", "S5")


async def _object_to_all(room: Room) -> None:
    await room.world.choose(ConsentDecision.DENY, f"person:{room.world.id('ruben')}", "all")


async def _leave(room: Room) -> None:
    async with room.hub.database.transaction() as connection:
        moment = int(room.world.clock().timestamp() * 1_000_000)
        await connection.exec_driver_sql(
            f"UPDATE care_relation SET until = {moment} WHERE person_id = '{room.world.id('ruben')}'"
        )


ENDS: list[Callable[[Room], Awaitable[None]]] = [_discharge, _object, _object_to_all, _leave]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__.strip("_"))
async def test_the_next_decision_after_the_commit_is_no(room: Room, end: Callable[[Room], Awaitable[None]]) -> None:
    """However often it was yes before, in the same process, with the same guard and engine, at the same moment."""
    for _ in range(3):
        assert await may_read(room, "ruben", Section.S5)
    await end(room)
    assert not await may_read(room, "ruben", Section.S5)


async def test_a_period_ends_by_the_clock_alone(room: Room) -> None:
    await room.world.admit("joost", until=room.world.clock() + timedelta(minutes=5))
    assert await may_read(room, "joost", Section.S5)
    room.world.clock.pass_by(minutes=5)
    assert not await may_read(room, "joost", Section.S5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.sampled_from([ConsentDecision.PERMIT, ConsentDecision.DENY]), min_size=1, max_size=5))
async def test_whatever_was_chosen_before_the_last_choice_decides(room: Room, choices: list[ConsentDecision]) -> None:
    """Samira is asked after each choice about one section; the answer is that of the choice just made."""
    for choice in choices:
        await room.world.choose(choice, f"person:{room.world.id('samira')}", "S4")
        assert await may_read(room, "samira", Section.S4) is (choice is ConsentDecision.PERMIT)
