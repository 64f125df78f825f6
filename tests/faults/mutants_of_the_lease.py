"""What keeps two processes from both being the writer, each switched off (F18)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.mutant import mutant, nothing

LEASES = "tests/adapters/test_leases.py::"
PROPERTY = "tests/adapters/test_lease_property.py::test_never_two_that_speak_and_never_a_write_under_an_old_number"


@mutant(
    "no-fence",
    "a transaction does not look whether its writer still is the writer",
    LEASES + "test_a_holder_that_sleeps_too_long_is_replaced_and_writes_nothing_when_it_wakes[sqlite]",
)
def _no_fence(patch: pytest.MonkeyPatch) -> None:
    from hub.adapters.sql.leases import Lease

    patch.setattr(Lease, "prove", nothing)


@mutant("no-margin", "who stands by waits no longer than the holder counts", PROPERTY)
def _no_margin(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tests.adapters.test_lease_property.MARGIN", 0.0)


@mutant("counts-from-the-answer", "the holder counts its time from when the answer came", PROPERTY)
def _counts_from_the_answer(patch: pytest.MonkeyPatch) -> None:
    from hub.adapters.sql.leases import Tenure

    granted = Tenure.granted

    def late(self: Any, _asked_at: float) -> None:
        granted(self, self.clock())

    patch.setattr(Tenure, "granted", late)


@mutant("patience-from-the-start", "who stands by counts from its first look, renewed or not", PROPERTY)
def _patience_from_the_start(patch: pytest.MonkeyPatch) -> None:
    from hub.adapters.sql.leases import Watch

    may_take = Watch.may_take

    def impatient(self: Any, standing: Any, looked_at: float) -> bool:
        since = self._since if self._seen is not None else looked_at
        taken = may_take(self, standing, looked_at)
        self._since = since
        return bool(taken or (standing.holder and self._clock() - since >= self._patience))

    patch.setattr(Watch, "may_take", impatient)


@mutant(
    "given-back-in-name-only",
    "a holder that gave its place back may write as long as nobody took it",
    LEASES + "test_what_is_given_back_is_taken_at_once_and_a_straggler_writes_nothing[sqlite]",
)
def _given_back_in_name_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("hub.adapters.sql.leases._PROOF_SQLITE", "SELECT fence FROM lease WHERE name = ? AND ? = ?2")
