"""A child process that does not outlive the process that started it (Linux; elsewhere the next start cleans up)."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child may only make system calls between fork and exec.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(by: signal.Signals) -> Callable[[], None]:
    """For ``preexec_fn``: the kernel sends ``by`` to the child when its parent ends. Call it in the parent.

    The kernel ties the child's life to the thread that forks, so that must be the main thread.
    """
    parent = os.getpid()

    def before_exec() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, by)
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    return before_exec
