"""Which process this is, in words that another process can check: for the lease of the only writer (ADR 0015).

A process on this very machine that is provably gone needs no waiting for. Provably: the same boot of the same kernel,
the same process namespace (a container has its own numbers), and no process with that number and that start time.
Of a process anywhere else nothing can be proved.
"""

import hashlib
import os
import secrets
from pathlib import Path

_PROC = Path("/proc")


def mark() -> str:
    """``place/pid/started/chance``, at most 60 characters; ``place`` is a digest and names no machine."""
    return f"{_place()}/{os.getpid()}/{_started(os.getpid()) or 0}/{secrets.token_hex(4)}"


def is_gone(marked: str) -> bool:
    """True when the process of this mark surely ended; False when it lives, or nobody here can know."""
    place, _, rest = marked.partition("/")
    parts = rest.split("/")
    if not place or place != _place() or len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return False
    return _started(int(parts[0])) != int(parts[1])


def _place() -> str:
    """This boot of this machine and this process namespace; empty where the kernel does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return hashlib.sha256(f"{boot} {namespace}".encode()).hexdigest()[:16]


def _started(pid: int) -> int | None:
    """Clock ticks after boot (``proc(5)``, field 22); None for a process that ended, also when nobody noticed yet."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[19]) if len(fields) > 19 and fields[0] not in {"Z", "X"} else None
