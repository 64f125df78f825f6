"""No going round: a resource that is, in the end, a part of itself or based on itself cannot be understood (D7)."""

from collections.abc import Callable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from hub.fhir.elements import Body, many, one, refuse, text, walk

_ONE_BEFORE = ("partOf", "basedOn", "replaces", "derivedFrom", "hasMember", "priorRequest")
"""Elements by which one resource stands on another; a chain of these has an end."""


def refuse_cycles(resources: Sequence[Any], resolve: Callable[[Body, str], Any]) -> None:
    """``resources`` with ``name`` and ``body``; ``resolve`` gives the resource that a Reference means, or None.

    :raises ImportRefused: ``cycle``
    """
    before: TopologicalSorter[str] = TopologicalSorter()
    for resource in resources:
        for node in walk(resource.body):
            pointed = resolve(node, resource.name) if isinstance(node.get("reference"), str) else None
            if pointed is not None and pointed.name == resource.name:
                raise refuse(resource.name, "verwijst naar zichzelf", "cycle")
        for element in _ONE_BEFORE:
            for reference in _references(resource.body, element, resource.name):
                pointed = resolve(reference, resource.name)
                if pointed is not None:
                    before.add(resource.name, pointed.name)
    try:
        before.prepare()
    except CycleError as error:
        name = str(error.args[1][0])
        raise refuse(name, "staat via andere gegevens weer op zichzelf; er is niets ingelezen", "cycle") from error


def _references(body: Body, element: str, where: str) -> list[Body]:
    value = body.get(element)
    found = many(body, element, where) if isinstance(value, list) else [one(body, element, where)]
    return [part for part in found if text(part, "reference", where) is not None]
