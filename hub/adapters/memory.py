"""Looking for memory that nobody uses any more, seldom: it takes a tenth of a second in which somebody waits."""

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50
"""After so many new objects, and so many times, Python looks. A search goes by ten thousand entries and keeps none."""


def settle() -> None:
    """Call when everything that stays is here: it is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
