"""``python asks_once.py URL SECRET [CERTIFICATE]``: asks a hub one question as the guard does inside Synapse, in the
same reactor; prints ``yes``, ``no``, or the kind of error.
"""

import sys
from pathlib import Path

from twisted.internet import defer, task

from hub.homeserver.asking_hub import AskingHub


def main(url: str, secret: str, certificate: str | None = None) -> None:
    hub = AskingHub(url, secret, Path(certificate).read_bytes() if certificate else None)

    async def ask(_reactor: object) -> None:
        try:
            said = await hub.agrees("join", "!kamer:kring.test", "@a:kring.test", "@a:kring.test")
            print("yes" if said else "no")
        except Exception as error:  # noqa: BLE001 -- whatever it is, its kind is the answer
            print(type(error).__name__)

    task.react(lambda reactor: defer.ensureDeferred(ask(reactor)))


if __name__ == "__main__":
    main(*sys.argv[1:])
