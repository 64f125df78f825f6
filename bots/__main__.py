"""``python -m bots --data DIR``: the gatekeeper and the dossier bot on the data of a running hub."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from bots.process import run
from hub import settings as settings_module
from hub.domain.errors import KringError, LeaseLost
from hub.logging import configure_logging

REPLACED = os.EX_TEMPFAIL
"""Exit status after another process took over: start this one again, and it stands by."""


def main() -> int:
    """Exit status 0 after a clean stop, 75 when another process took over, 1 when it could not start.

    The one line of why goes to stdout and stderr.
    """
    parser = argparse.ArgumentParser(prog="python -m bots", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("KRING_DATA") or ".kring"))
    arguments = parser.parse_args()
    configure_logging()
    try:
        ports = {
            "matrix_port": _port("KRING_MATRIX_PORT"),
            "portal_port": _port("KRING_PORTAL_PORT"),
        }
        asyncio.run(run(settings_module.load(arguments.data, **ports), _say))
    except LeaseLost as lost:
        _say(f"replaced {lost}")
        print(lost, file=sys.stderr)  # noqa: T201 -- this is a program
        return REPLACED
    except KringError as error:
        _say(f"refused {error}")
        print(error, file=sys.stderr)  # noqa: T201 -- this is a program
        return 1
    return 0


def _port(name: str) -> int | None:
    value = os.environ.get(name)
    return int(value) if value else None


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- the hub waits for these lines


if __name__ == "__main__":
    sys.exit(main())
