"""The keys of the dossier bot itself, as people can compare them with what Element shows."""

import json
from dataclasses import asdict, dataclass

from hub.application.ports import UnitOfWork
from hub.domain.identity import in_fours
from hub.domain.spoken import N_

_SETTING = "dossier.keys"


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Vingerafdruk van de bot. ``device_key``: Ed25519 of its device; ``master_key``: its cross-signing identity."""

    user_id: str
    device_id: str
    device_key: str
    master_key: str

    def sentence_nl(self) -> str:
        """For in a room: both keys in groups of four."""
        return N_(
            "Zo weet u dat u met Kring praat: %(user_id)s, sessie %(device_id)s. Sessiesleutel: %(device_key)s. "
            "Identiteit: %(master_key)s."
        ) % {
            "user_id": self.user_id,
            "device_id": self.device_id,
            "device_key": in_fours(self.device_key),
            "master_key": in_fours(self.master_key),
        }


async def store(unit: UnitOfWork, keys: OwnKeys) -> None:
    """What the bots process says of itself at its start."""
    await unit.put_setting(_SETTING, json.dumps(asdict(keys)))


async def read(unit: UnitOfWork) -> OwnKeys | None:
    """None until the bots ran for the first time."""
    stored = await unit.get_setting(_SETTING)
    return None if stored is None else OwnKeys(**json.loads(stored))
