"""Aannames voor de besparing (IND-08): a file that a region sets up, with its source; without it there is no saving."""

import tomllib
from typing import Any

from hub.domain.course import CareEventKind
from hub.domain.errors import CommandRejected
from hub.domain.indicators import Tariffs


def parse_tariffs(text: str) -> Tariffs:
    """TOML: ``source``, ``[euro]`` for one event more, ``[elsewhere]`` how often it happens elsewhere per patient.

    :raises CommandRejected: ``bad-tariffs``: not TOML, no source, an unknown event, or one without its other half
    """
    try:
        said = tomllib.loads(text)
        euro, elsewhere = _numbers(said["euro"]), _numbers(said["elsewhere"])
        source = said["source"]
        if set(said) != {"source", "euro", "elsewhere"} or euro.keys() != elsewhere.keys() or not euro:
            raise ValueError
        if not isinstance(source, str) or not source.strip():
            raise ValueError
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise CommandRejected(
            "bad-tariffs",
            "Dit tarievenbestand klopt niet. Het heeft een bron, en voor elke gebeurtenis een bedrag en hoe vaak het "
            "elders gebeurt; zie config/tariffs.example.toml.",
        ) from problem
    return Tariffs(euro, elsewhere, source.strip())


def _numbers(table: Any) -> dict[CareEventKind, float]:
    found = {CareEventKind(name): float(number) for name, number in table.items() if not isinstance(number, bool)}
    if len(found) != len(table) or not all(0 <= number < float("inf") for number in found.values()):
        raise ValueError
    return found
