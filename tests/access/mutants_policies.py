"""Mutants of the policies: each rule wrong in one place, and whether the oracle notices.

A mutant is a rule dropped, turned round, or with one word of its scope, conditions or limit changed. It is killed when
one question gets an answer, a limit or a reason that the law does not give. Cedar's own JSON form is what changes, so
nothing depends on how the files are laid out.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from multiprocessing import get_context
from typing import Any

from hub.access.engine import PolicyEngine
from hub.access.files import PolicyFiles, read_policy_files
from hub.access.limits import LIMITS
from hub.domain.access import AccessRequest
from hub.domain.vocabulary import Action, Role, Section
from tests.access import oracle
from tests.access.asking import ask
from tests.access.enumeration import AXES, FAVOURABLE, ONLY_SAY_WHY, POLICIES, axes_of, difference, purpose_of

Json = dict[str, Any]
Path = tuple[str | int, ...]
_TRUE: Json = {"Value": True}
_SWAPPED = {"<": "<=", "<=": "<", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
_IN_CEDAR = {"Kring::Role": [r.value for r in Role], "Kring::Action": [a.value for a in Action]}
_IN_CEDAR["Kring::Section"] = [s.value for s in Section]
_IN_CEDAR["Kring::Purpose"] = ["TREAT", "ETREAT", "PATRQT", "HOPERAT"]
_IN_CEDAR["Kring::PatientState"] = ["alive", "deceased", "left"]
_IN_CEDAR["Kring::Age"] = ["under_12", "from_16"]
_IN_CEDAR["Kring::EmergencyChoice"] = ["permit", "deny"]


@dataclass(frozen=True, slots=True)
class PolicyMutant:
    """One change. ``rule`` None as ``changed``: the rule is gone."""

    rule: str
    what: str
    changed: str | None
    """The rule in Cedar's JSON form."""


@cache
def _files() -> PolicyFiles:
    return read_policy_files(POLICIES)


@cache
def rules() -> dict[str, Json]:
    """Every rule by id, in Cedar's JSON form, in the order of the files."""
    found: dict[str, Json] = json.loads(json.dumps(dict(_files().cedar), default=dict))
    return {rule.id: found[rule.id] for rule in _files().rules}


def mutants() -> list[PolicyMutant]:
    """All of them; the same change made in two ways counts once."""
    made: dict[tuple[str, str | None], PolicyMutant] = {}
    for name, rule in rules().items():
        for what, changed in _changes(rule):
            text = None if changed is None else json.dumps(changed, sort_keys=True)
            made.setdefault((name, text), PolicyMutant(name, what, text))
    return list(made.values())


def _changes(rule: Json) -> Iterator[tuple[str, Json | None]]:
    yield "dropped", None
    flipped = {"permit": "forbid", "forbid": "permit"}[rule["effect"]]
    yield f"{rule['effect']} -> {flipped}", _with(rule, ("effect",), flipped)
    limit = rule["annotations"].get("limit")
    if limit:
        without = copy.deepcopy(rule)
        del without["annotations"]["limit"]
        yield "limit removed", without
        yield "limit swapped", _with(rule, ("annotations", "limit"), _other(sorted(LIMITS), limit))
    for part in ("principal", "action", "resource"):
        for what, scope in _scopes(rule[part], part):
            yield f"{part} {what}", _with(rule, (part,), scope)
    for place, condition in enumerate(rule["conditions"]):
        rest = [one for number, one in enumerate(rule["conditions"]) if number != place]
        yield f"{condition['kind']} dropped", _with(rule, ("conditions",), rest)
        turned = {"when": "unless", "unless": "when"}[condition["kind"]]
        yield f"{condition['kind']} -> {turned}", _with(rule, ("conditions", place, "kind"), turned)
        for what, path, new in _in_expression(condition["body"], ("conditions", place, "body")):
            yield what, _with(rule, path, new)


def _scopes(scope: Json, part: str) -> Iterator[tuple[str, Json]]:
    kind = {"principal": "Kring::Role", "resource": "Kring::Section"}.get(part, "Kring::Action")
    if scope["op"] == "==":
        entity = scope["entity"]
        yield "another", {"op": "==", "entity": _another(entity)}
        yield "widened", {"op": "All"} if part == "action" else {"op": "is", "entity_type": kind}
    elif scope["op"] == "in":
        entities = scope.get("entities") or [scope["entity"]]
        for place, entity in enumerate(entities):
            rest = [one for number, one in enumerate(entities) if number != place]
            yield f"without {entity['id']}", {"op": "in", "entities": rest}
        wider = [word for word in _IN_CEDAR[kind] if word not in {entity["id"] for entity in entities}]
        for word in wider[:1]:
            yield f"with {word}", {"op": "in", "entities": [*entities, {"type": kind, "id": word}]}
        yield "widened", {"op": "All"}
    elif scope["op"] == "is":
        first = _IN_CEDAR.get(scope["entity_type"])
        if first:
            yield "narrowed", {"op": "==", "entity": {"type": scope["entity_type"], "id": first[3]}}
    elif part != "resource":
        yield "narrowed", {"op": "==", "entity": {"type": kind, "id": _IN_CEDAR[kind][0]}}


def _in_expression(body: Json, path: Path) -> Iterator[tuple[str, Path, Any]]:  # noqa: PLR0912 — one branch an operator
    operator, arguments = next(iter(body.items()))
    if operator in _SWAPPED:
        yield f"{operator} -> {_SWAPPED[operator]}", path, {_SWAPPED[operator]: arguments}
        if operator in {"&&", "||"}:
            for side in ("left", "right"):
                yield f"{operator}: {side} only", path, arguments[side]
        for side in ("left", "right"):
            yield from _in_expression(arguments[side], (*path, operator, side))
    elif operator == "!":
        yield "not removed", path, arguments["arg"]
        yield from _in_expression(arguments["arg"], (*path, "!", "arg"))
    elif operator == "contains":
        elements = arguments["left"].get("Set", [])
        for place, element in enumerate(elements):
            rest = [one for number, one in enumerate(elements) if number != place]
            word = element["Value"]["__entity"]
            yield f"set without {word['id']}", (*path, operator, "left", "Set"), rest
            swapped = {"Value": {"__entity": _another(word, [e["Value"]["__entity"]["id"] for e in elements])}}
            yield f"{word['id']} swapped", (*path, operator, "left", "Set", place), swapped
        yield "negated", path, {"!": {"arg": body}}
    elif operator == "if-then-else":
        for part in ("if", "then", "else"):
            yield from _in_expression(arguments[part], (*path, operator, part))
        yield "if turned round", (*path, operator), arguments | {"then": arguments["else"], "else": arguments["then"]}
    elif operator in {".", "has"} and _is_boolean(body):
        yield "negated", path, {"!": {"arg": body}}
        if operator == ".":
            yield "always true", path, _TRUE
    elif operator == "Value" and isinstance(arguments, dict) and "__entity" in arguments:
        yield "another word", path, {"Value": {"__entity": _another(arguments["__entity"])}}
    elif operator == "Value" and isinstance(arguments, bool):
        yield "value turned", path, {"Value": not arguments}


def _is_boolean(body: Json) -> bool:
    if "has" in body:
        return True
    word = body["."]["attr"]
    return word not in {"relation", "since", "until", "now", "purpose", "patient_state", "age", "emergency_choice"}


def _another(entity: Json, besides: list[str] | None = None) -> Json:
    words = _IN_CEDAR[entity["type"]]
    start = words.index(entity["id"]) if entity["id"] in words else 0
    taken = {entity["id"], *(besides or ())}
    turned = [*words[start:], *words[:start]]
    return {"type": entity["type"], "id": next((word for word in turned if word not in taken), words[start - 1])}


def _other(words: list[str], word: str) -> str:
    return words[(words.index(word) + 1) % len(words)]


def _with(rule: Json, path: Path, new: Any) -> Json:
    changed = copy.deepcopy(rule)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return changed


def engine_of(mutant: PolicyMutant, lifted: frozenset[str] = frozenset()) -> PolicyEngine:
    """The engine as it would judge with this one rule changed. Start-up checks are not asked: the answers must tell.

    :param lifted: guards left out, to see whether the rule of the role holds by itself
    """
    files = _files()
    kept = {name: rule for name, rule in rules().items() if name not in lifted}
    changed = None if mutant.changed is None else json.loads(mutant.changed)
    if changed is None:
        del kept[mutant.rule]
    else:
        kept[mutant.rule] = changed
    named = tuple(
        replace(rule, limit=kept[rule.id]["annotations"].get("limit")) for rule in files.rules if rule.id in kept
    )
    forbidding = frozenset(name for name, rule in kept.items() if rule["effect"] == "forbid")
    return PolicyEngine(replace(files, cedar=kept, rules=named, forbidding=forbidding))


def killed_by(mutant: PolicyMutant) -> str | None:
    """The first difference from the law, or None: it survives every question about the cells that it touches."""
    near = _near(mutant)
    engine = engine_of(mutant)
    found = _first_difference(engine, near)
    if found is None and mutant.rule not in _REPEATING:
        found = _first_difference(engine_of(mutant, _REPEATING), near, alone=True)
    return found or _first_difference(engine, _far(mutant))


def _first_difference(engine: PolicyEngine, questions: list[AccessRequest], *, alone: bool = False) -> str | None:
    """``alone``: with the repeating guards lifted, where reasons do not count; what differs then anyway is no find."""
    size = 60
    start = 0
    while some := questions[start : start + size]:
        for request, decision in zip(some, engine.decide_many(some), strict=True):
            found = difference(request, decision, reasons=not alone)
            if found and not (alone and difference(request, _lifted().decide(request), reasons=False)):
                return found
        start += size
        size = 1_000
    return None


_REPEATING = ONLY_SAY_WHY | {"guard-representative", "guard-emergency-choice"}
"""The last two close a little more than the rules of the roles ask for; for the rest they repeat it."""


@cache
def _lifted() -> PolicyEngine:
    """The rules as they are, without the guards that repeat."""
    files = _files()
    return PolicyEngine(replace(files, cedar={k: v for k, v in files.cedar.items() if k not in _REPEATING}))


Cell = tuple[Role | None, Action, Section | None]
_ALL_CELLS: list[Cell] = [(role, action, section) for role in (*Role, None) for action, section in oracle.CELLS]


def _cells(mutant: PolicyMutant) -> list[Cell]:
    """Where the rule, before or after the change, may speak; those where something could open first."""
    scopes = [rules()[mutant.rule], *([json.loads(mutant.changed)] if mutant.changed else [])]
    cells = [cell for cell in _ALL_CELLS if any(_speaks(scope, cell) for scope in scopes)]
    random.Random(mutant.rule).shuffle(cells)
    cells.sort(key=lambda cell: not oracle.matters(*cell))
    # One cell of each act comes first, so that a guard over everything is tried on everything.
    first = list({cell[1]: cell for cell in reversed(cells)}.values())
    return [*first, *(cell for cell in cells if cell not in first)]


def _speaks(rule: Json, cell: Cell) -> bool:
    role, action, section = cell
    return (
        _covers(rule["principal"], "Kring::Role" if role else "Kring::Stranger", role or "stranger")
        and _covers(rule["action"], "Kring::Action", action.value)
        and _covers(rule["resource"], "Kring::Section" if section else "Kring::Circle", section or "circle")
    )


def _covers(scope: Json, kind: str, word: str) -> bool:
    if scope["op"] == "All":
        return True
    if scope["op"] == "is":
        return bool(scope["entity_type"] == kind)
    entities = scope.get("entities") or ([scope["entity"]] if "entity" in scope else [])
    return {"type": kind, "id": word} in entities


def _questions(
    cell: Cell, changes: Callable[[list[str]], Iterator[tuple[str, ...]]], axes: list[str] | None = None
) -> Iterator[AccessRequest]:
    """The favourable case with the facts on these axes (all of them, unless given) changed."""
    role, action, section = cell
    template = ask(role, action, section, **FAVOURABLE, purpose=purpose_of(role))
    for names in changes(axes or sorted(AXES)):
        parts: list[Json] = [{}]
        for name in names:
            parts = [part | value for part in parts for value in AXES[name]]
        for facts in parts:
            yield replace(template, **facts)


def _near(mutant: PolicyMutant) -> list[AccessRequest]:
    """Around the favourable case: one fact changed, whatever fact; two of those that the cell looks at."""
    few = _cells(mutant)[:40]
    asked = [q for cell in few for q in _questions(cell, _one_by_one)]
    return asked + [q for cell in few[:16] for q in _questions(cell, _pairs, axes_of(oracle.matters(*cell)))]


def _far(mutant: PolicyMutant) -> list[AccessRequest]:
    """One fact changed in every cell, two facts in many, three in some."""
    cells = _cells(mutant)
    asked = [q for cell in cells for q in _questions(cell, _one_by_one)]
    asked += [q for cell in cells[:10] for q in _questions(cell, _pairs)]
    asked += [q for cell in cells[:60] for q in _questions(cell, _pairs, axes_of(oracle.matters(*cell)))]
    triples = [q for cell in cells[:2] for q in _questions(cell, _triples, axes_of(oracle.matters(*cell)))]
    return asked + triples


def _one_by_one(names: list[str]) -> Iterator[tuple[str, ...]]:
    return iter([(name,) for name in names])


def _pairs(names: list[str]) -> Iterator[tuple[str, ...]]:
    return combinations(names, 2)


def _triples(names: list[str]) -> Iterator[tuple[str, ...]]:
    return combinations(names, 3)


def _judged(numbers: list[int]) -> list[int]:
    made = mutants()
    return [number for number in numbers if killed_by(made[number]) is None]


def survivors(numbers: list[int], workers: int = 2) -> list[PolicyMutant]:
    """Those of the mutants (by place in :func:`mutants`) that nothing noticed."""
    made = mutants()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        shares = [pool.submit(_judged, numbers[part::workers]) for part in range(workers)]
        return [made[number] for one in shares for number in one.result()]


def main() -> int:
    """Print the score and who survives."""
    made = mutants()
    left = survivors(list(range(len(made))))
    for one in left:
        print(f"survives: {one.rule}: {one.what}")
    print(f"policies: {len(made) - len(left)} of {len(made)} mutants killed ({1 - len(left) / len(made):.1%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
