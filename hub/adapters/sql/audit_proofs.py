"""Proofs about the log that fit in a letter: one entry is in it, or one state of it grew into another (RFC 9162).

A proof is JSON that stands by itself: with it and the public key anybody can check it, without the hub and without
seeing the rest of the log. Hashes are base64, as in the checkpoints.
"""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.audit_signing import CheckpointKey
from hub.adapters.sql.audit_checkpoints import StoredCheckpoint, stored_checkpoints
from hub.adapters.sql.audit_reading import BEFORE_ALL, along
from hub.adapters.sql.database import Database
from hub.adapters.sql.tables import audit as table
from hub.domain.audit import canonical
from hub.domain.audit_checkpoint import NotACheckpoint, SignedCheckpoint, parse_note
from hub.domain.audit_walk import Walk, entry_of
from hub.domain.errors import CommandRejected, IntegrityBroken
from hub.domain.merkle import Tree, consistency_holds, inclusion_holds, leaf_hash

Proof = dict[str, Any]


async def prove_entry(database: Database, key: CheckpointKey, seq: int, size: int | None = None) -> Proof:
    """That entry ``seq`` is in the log, against the checkpoint of ``size`` (None: the first that covers it).

    :raises CommandRejected: no such entry, or no checkpoint that covers it
    :raises IntegrityBroken: the log does not verify so far
    """
    async with _reading(database) as connection:
        stored = await stored_checkpoints(connection, key.origin)
        fitting = [item for item in stored if item.size >= seq and size in {None, item.size}]
        if seq < 1 or not fitting:
            raise CommandRejected(
                "no-checkpoint", "Er is geen controlepunt over regel %(seq)s; wacht een minuut.", {"seq": seq}
            )
        signed = _signed(fitting[0])
        tree = await _tree(connection, fitting[0].size)
        row = (await connection.execute(table.select().where(table.c.seq == seq))).one()
        entry = canonical(seq, entry_of(row._asdict()).entry).decode()
    return {
        "kind": "inclusion",
        "seq": seq,
        "entry": entry,
        "path": _encoded(tree.inclusion(seq - 1, fitting[0].size)),
        "checkpoint": signed.note(),
    }


async def prove_growth(database: Database, key: CheckpointKey, old: int, new: int) -> Proof:
    """That the log of checkpoint ``old`` is the beginning of the log of checkpoint ``new``.

    :raises CommandRejected: one of them is no checkpoint, or they are the wrong way round
    :raises IntegrityBroken: the log does not verify so far
    """
    async with _reading(database) as connection:
        stored = {item.size: item for item in await stored_checkpoints(connection, key.origin)}
        missing = [size for size in (old, new) if size not in stored]
        if missing or old > new:
            known = ", ".join(str(size) for size in sorted(stored)[-5:]) or "geen"
            told = f"Dat zijn geen twee controlepunten op volgorde; de laatste zijn: {known}."
            raise CommandRejected("no-checkpoint", told)
        tree = await _tree(connection, new)
    return {
        "kind": "consistency",
        "path": _encoded(tree.consistency(old, new)),
        "old": _signed(stored[old]).note(),
        "new": _signed(stored[new]).note(),
    }


def check_proof(proof: object, key: CheckpointKey) -> str:
    """One Dutch sentence that says what is proved. Needs nothing but the proof and the public key.

    :raises IntegrityBroken: it proves nothing
    """
    if not isinstance(proof, Mapping):
        raise IntegrityBroken("Dit bestand is geen bewijs.")
    try:
        path = [base64.b64decode(part, validate=True) for part in proof["path"]]
        if proof["kind"] == "inclusion":
            return _check_entry(proof, path, key)
        if proof["kind"] == "consistency":
            return _check_growth(proof, path, key)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, NotACheckpoint) as error:
        raise IntegrityBroken("Dit bestand is geen bewijs.") from error
    raise IntegrityBroken("Dit bestand is geen bewijs.")


def _check_entry(proof: Mapping[str, Any], path: list[bytes], key: CheckpointKey) -> str:
    signed, seq, entry = _proved(proof["checkpoint"], key), proof["seq"], proof["entry"]
    if seq.__class__ is not int or json.loads(entry)["seq"] != seq:
        raise IntegrityBroken("Het bewijs gaat over een andere regel dan het zegt.")
    checkpoint = signed.checkpoint
    if not inclusion_holds(leaf_hash(entry.encode()), seq - 1, checkpoint.size, path, checkpoint.root):
        raise IntegrityBroken(f"Regel {seq} staat zo niet in de logging van dit controlepunt.")
    return f"Regel {seq} stond zo in de logging van {checkpoint.time:%Y-%m-%d %H:%M:%S} UTC ({checkpoint.size} regels)."


def _check_growth(proof: Mapping[str, Any], path: list[bytes], key: CheckpointKey) -> str:
    old, new = _proved(proof["old"], key).checkpoint, _proved(proof["new"], key).checkpoint
    if not consistency_holds(old.size, new.size, path, old.root, new.root):
        raise IntegrityBroken("De latere logging is niet het vervolg van de eerdere: er is iets veranderd.")
    return f"De eerste {old.size} van {new.size} regels zijn sinds {old.time:%Y-%m-%d %H:%M:%S} UTC niet veranderd."


def _proved(note: str, key: CheckpointKey) -> SignedCheckpoint:
    signed = parse_note(note)
    if not key.has_signed(signed):
        raise IntegrityBroken("De handtekening onder het controlepunt is niet van deze logging.")
    return signed


def _signed(stored: StoredCheckpoint) -> SignedCheckpoint:
    if stored.signed is None:
        raise IntegrityBroken(f"Controlepunt {stored.size} is beschadigd.")
    return stored.signed


async def _tree(connection: AsyncConnection, size: int) -> Tree:
    walk = Walk(leaves=True)
    await along(connection, walk, BEFORE_ALL, size)
    if walk.wrong is not None or walk.entries != size:
        bad = walk.wrong.first_bad if walk.wrong else walk.entries + 1
        raise IntegrityBroken(f"De logging klopt niet vanaf regel {bad}; zie kring audit verify.")
    return Tree(walk.leaves)


def _encoded(path: list[bytes]) -> list[str]:
    return [base64.b64encode(part).decode() for part in path]


@asynccontextmanager
async def _reading(database: Database) -> AsyncIterator[AsyncConnection]:
    try:
        async with database.reading() as connection:
            yield connection
    except DBAPIError as error:
        raise IntegrityBroken("De logging is niet te lezen: de database is beschadigd.") from error
