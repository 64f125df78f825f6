"""What somebody may not see leaves no trace: not a word, not a number, not where an answer goes (E11, T38)."""

import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.stories.conftest import Opened, opened_circle

from .story import EVERYBODY
from .test_canaries import SITUATIONS
from .two_worlds import base, compare, dossier_by_chance

__all__ = ["opened_circle"]

FEW = (("not discussed", "anna"), ("chosen", "pieter"), ("nothing chosen", "noor"), ("chosen", "hans"))
DOSSIERS = 200


async def _pairs(opened: Opened, folder: Path, some: Iterator[tuple[int, str, str]]) -> tuple[int, int, list[str]]:
    """How many pairs, how much was hidden in all, and what told of it."""
    bases = {}
    pairs, hidden, told = 0, 0, []
    for seed, situation, who in some:
        if situation not in bases:
            start = folder / situation.replace(" ", "-")
            start.mkdir()
            bases[situation] = await base(opened, start, SITUATIONS[situation])
        lines = dossier_by_chance(random.Random(seed))
        left_out, found = await compare(bases[situation], folder / f"pair-{seed}", who, lines)
        pairs, hidden = pairs + 1, hidden + left_out
        told += [f"dossier {seed}, {who}, {situation}: {one}" for one in found]
    return pairs, hidden, told


async def test_what_is_hidden_from_four_of_them_leaves_no_trace(opened_circle: Opened, tmp_path: Path) -> None:
    some = ((seed, situation, who) for seed, (situation, who) in zip(count(7), FEW, strict=False))
    pairs, hidden, told = await _pairs(opened_circle, tmp_path, some)
    assert told == []
    assert pairs == len(FEW)
    assert hidden >= pairs, "nothing was hidden, so nothing was tried"


@pytest.mark.slow
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_what_is_hidden_from_anybody_leaves_no_trace(
    opened_circle: Opened, tmp_path: Path, situation: str
) -> None:
    """Two hundred dossiers in all, everybody in turn: one of every role, and those who are shut out."""
    first = list(SITUATIONS).index(situation) * 1_000
    each = DOSSIERS // len(SITUATIONS)
    some = ((first + n, situation, EVERYBODY[n % len(EVERYBODY)]) for n in range(each))
    pairs, hidden, told = await _pairs(opened_circle, tmp_path, some)
    assert told == []
    assert pairs == each
    assert hidden >= pairs
