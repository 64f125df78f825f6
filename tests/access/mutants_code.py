"""Mutants of the code around the policies: guard, facts, limits, engine and consent, each wrong in one place.

Each mutant is a module of Kring with one node of its syntax tree changed, loaded in a process of its own before the
tests of that module run there. Killed: a test fails. What only words an error, a docstring or a type says is left out.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
TESTS: dict[str, tuple[str, ...]] = {
    "hub.application.guard": ("tests/access/test_every_branch.py", "tests/application/test_guard.py"),
    "hub.application.facts": (
        "tests/access/test_every_branch.py",
        "tests/application/test_facts.py",
        "tests/application/test_guard.py",
    ),
    "hub.domain.limits": ("tests/domain/test_limits_of_acts.py", "tests/domain/test_limits.py"),
    "hub.domain.consent": ("tests/domain/test_consent.py",),
    "hub.access.engine": ("tests/access/test_policy_properties.py", "tests/access/test_broken_policies.py"),
}
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_NOT_CODE = frozenset({"annotation", "returns", "decorator_list", "bases", "keywords"})
_LIBRARIES = ("sqlalchemy.ext.asyncio", "cedarpy", "cryptography")
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", "-k", "not postgres")
EQUIVALENT: dict[tuple[str, str], str] = {
    ("hub.application.guard", "line 121: True turned"): "the lengths were compared a few lines before",
}
"""(module, change) → why no test can tell the difference."""


@dataclass(frozen=True, slots=True)
class CodeMutant:
    """``number``: the place of this change among those of its module."""

    module: str
    number: int
    what: str


def mutants(module: str) -> list[CodeMutant]:
    """Every change of this module."""
    tree = ast.parse(_file(module).read_text(encoding="utf-8"))
    return [CodeMutant(module, number, what) for number, (what, _) in enumerate(_changed(tree))]


def _file(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


def _changed(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Each change, with the whole tree in which it is made. The order is that of the source."""
    places = list(_places(tree))
    for place, (node, _) in enumerate(places):
        for what, apply in _changes(node):
            whole = copy.deepcopy(tree)
            target, parent = list(_places(whole))[place]
            apply(target, parent)
            yield f"line {getattr(node, 'lineno', 0)}: {what}", ast.fix_missing_locations(whole)


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Nodes that can be wrong, with their parents; annotations, docstrings and what is raised are left out."""

    def walk(node: ast.AST, parent: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        yield node, parent
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "bases", "keywords"} and not isinstance(
                node, ast.Call
            ):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child, node)

    yield from walk(tree, tree)


def _changes(node: ast.AST) -> Iterator[tuple[str, object]]:  # noqa: PLR0912 -- one branch a kind of node
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        other = _COMPARED[type(node.ops[0])]
        yield f"{type(node.ops[0]).__name__} -> {other.__name__}", lambda n, _p: n.ops.__setitem__(0, other())
    if isinstance(node, ast.BoolOp):
        swapped = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} -> {swapped.__name__}", lambda n, _p: setattr(n, "op", swapped())
        for index in range(len(node.values)):
            yield f"operand {index} gone", lambda n, _p, i=index: n.values.pop(i)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not gone", lambda n, _p: _become(n, ast.Call(ast.Name("bool", ast.Load()), [n.operand], []))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} turned", lambda n, _p: setattr(n, "value", not n.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield f"{node.value} + 1", lambda n, _p: setattr(n, "value", n.value + 1)
    if isinstance(node, ast.If | ast.IfExp):
        yield "condition turned", lambda n, _p: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
    if isinstance(node, ast.If):
        yield "never", lambda n, _p: setattr(n, "test", ast.Constant(False))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        turned = ast.Sub if isinstance(node.op, ast.Add) else ast.Add
        yield "+ and - swapped", lambda n, _p: setattr(n, "op", turned())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd):
        turned_set = ast.BitAnd if isinstance(node.op, ast.BitOr) else ast.BitOr
        yield "| and & swapped", lambda n, _p: setattr(n, "op", turned_set())
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "returns nothing", lambda n, _p: setattr(n, "value", ast.Constant(None))
    if isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            yield f"filter {index} gone", lambda n, _p, i=index: n.ifs.pop(i)


def _become(node: ast.AST, other: ast.AST) -> None:
    node.__class__ = other.__class__  # type: ignore[assignment]
    node.__dict__ = other.__dict__


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from its changed tree."""

    def __init__(self, mutant: CodeMutant) -> None:
        self._mutant = mutant

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._mutant.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(_file(name)))

    def exec_module(self, module: ModuleType) -> None:
        source = ast.parse(_file(self._mutant.module).read_text(encoding="utf-8"))
        for number, (_, tree) in enumerate(_changed(source)):
            if number == self._mutant.number:
                module.__file__ = str(_file(self._mutant.module))
                exec(compile(tree, module.__file__, "exec"), module.__dict__)
                return


def is_killed(mutant: CodeMutant | None, tests: Sequence[str], seconds: int = 120) -> bool:
    """Whether these tests fail with this mutant; in a process of its own, which shares what is imported already.

    A test that hangs is killed as well. ``None``: no mutant, so that the answer should be no.
    """
    child = get_context("fork").Process(target=_play, args=(mutant, tests))
    child.start()
    child.join(seconds)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode != 0


def _play(mutant: CodeMutant | None, tests: Sequence[str]) -> None:
    """The tests, silently; the exit status of this process is theirs."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    if mutant is not None:
        sys.meta_path.insert(0, _Finder(mutant))
    import pytest

    # At once: what the parent had open is not this process's to tidy up.
    os._exit(int(pytest.main([*_OPTIONS, *tests])))


def survivors(module: str, numbers: Sequence[int] | None = None) -> tuple[int, list[CodeMutant]]:
    """How many were tried, and those that no test noticed."""
    made = [m for m in mutants(module) if numbers is None or m.number in numbers]
    made = [m for m in made if (m.module, m.what) not in EQUIVALENT]
    return len(made), [one for one in made if not is_killed(one, TESTS[module])]


def main(modules: Sequence[str]) -> int:
    """Print the score of each module, and who survives."""
    for library in _LIBRARIES:
        importlib.import_module(library)
    for module in modules or TESTS:
        if is_killed(None, TESTS[module]):
            print(f"{module}: its tests fail without any mutant")
            return 1
        tried, alive = survivors(module)
        for one in alive:
            print(f"survives: {one.module} {one.what}", flush=True)
        print(f"{module}: {tried - len(alive)} of {tried} mutants killed ({1 - len(alive) / tried:.1%})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
