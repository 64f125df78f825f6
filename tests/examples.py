"""How many examples a property is tried with."""

import os

_WHOLE = bool(os.environ.get("KRING_WHOLE_TESTS"))


def examples(number: int) -> int:
    """So many in the long run (``make test-all``), a third of them in the short one. Others come each time."""
    return number if _WHOLE else max(1, number // 3)
