"""What stands beside an alarm must not hide it; what only looks like one stays quiet (HAZ-03)."""

import pytest

from hub.domain.acute_words import acute_in

MISSED_ONCE = (
    "als Ria straks slaapt maak ik er zelf wel een eind aan",
    "ik stap eruit",
    "ik heb de pillen al klaarliggen",
    "zijn hart gaat als een gek tekeer ik tel 150",
    "ze heeft het hele flesje morfinedrank leeggedronken ipv een dopje",
    "het blijft maar bloeden bij de wond in haar hals",
)
HIDDEN_ONCE = (
    "Mama is gevallen 5 minuten geleden",
    "bewusteloos 5 min",
    "hij bloedt 2 uur",
    "overdosis 3 pillen",
    "papa is gevallen 3x",
    "ze is benauwd 2 uur lang",
    "Help 1 1 2",
    "de bloeding is niet te stoppen",
    "de stuipen zijn niet gestopt",
    "de benauwdheid was niet te harden",
    "mama viel op de grond",
    "papa viel op zijn hoofd",
    "hij viel tegen de kast",
    "help hem met ademen",
)
"""A number, a denial or a saying beside the word took it for something else."""
LOOKS_LIKE_IT = (
    "benauwdheid 3",
    "benauwd 3/10",
    "doorbraakpijn 3",
    "het viel mee",
    "het valt op dat ze slaapt",
    "bloeding is er niet",
    "de pillen liggen klaar voor morgen",
    "klaarliggen bij de apotheek",
    "hart onder de riem",
)


@pytest.mark.parametrize("said", MISSED_ONCE + HIDDEN_ONCE)
def test_haz03_what_was_passed_over_once_is_heard(said: str) -> None:
    assert acute_in(said)


@pytest.mark.parametrize("said", LOOKS_LIKE_IT)
def test_a_low_score_a_denial_and_a_saying_stay_quiet(said: str) -> None:
    assert not acute_in(said)
