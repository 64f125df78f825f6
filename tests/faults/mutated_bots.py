"""``python -m bots`` with one cure switched off: the mutant that ``KRING_MUTANT`` names."""

from __future__ import annotations

import os
import sys

import pytest

from bots.__main__ import main
from tests.faults.mutants import MUTANTS

if __name__ == "__main__":
    MUTANTS[os.environ["KRING_MUTANT"]].switch_off(pytest.MonkeyPatch())
    sys.exit(main())
