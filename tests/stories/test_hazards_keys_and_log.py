"""Two dangers of law-and-care §6: the keys are lost, and the log is not there or not true."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hub.adapters.audit_signing import CheckpointSigner
from hub.adapters.audit_witness import WitnessFile
from hub.adapters.encryption import KeyVault
from hub.adapters.key_escrow import Share, combine, read_share, restore, split, write_shares
from hub.adapters.sql.audit_keeper import AuditKeeper
from hub.adapters.sql.audit_verifying import check_log
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.domain.audit import AuditEvent
from hub.domain.errors import AuditUnavailable, CommandRejected, IntegrityBroken, StartRefused
from hub.domain.observations import PainScore, Reporter
from tests.adapters.audit_harm import UNLOCK_SQLITE, log_takes_nothing
from tests.stories.room import TEAM, Room, bodies

KRING = Path(sys.executable).with_name("kring")


async def test_haz07_the_key_is_lost_and_two_keepers_of_the_organisation_bring_the_dossier_back(
    room: Room, tmp_path: Path
) -> None:
    """Year nineteen: the machine burnt down. There is a backup of the database, and three people each have a share."""
    kek = tmp_path / "secrets" / "kek"
    kek.parent.mkdir(mode=0o700)
    kek.write_bytes(bytes(range(32)))  # the key of this story's vault
    written = await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "KOKMEEUW"))
    shares = write_shares(kek, tmp_path / "delen", 3, 2)
    assert [path.stat().st_mode & 0o777 for path in shares] == [0o400] * 3
    kek.unlink()

    room.world.vault = KeyVault(bytes(32))
    with pytest.raises(IntegrityBroken):
        await room.world.read("gerda")

    with pytest.raises(CommandRejected, match="2 verschillende delen"):
        restore(kek, [read_share(shares[0])])
    restore(kek, [read_share(shares[2]), read_share(shares[0])])
    room.world.vault = KeyVault.from_file(kek)
    (found, *_) = [entry for entry in await room.world.read("gerda") if entry.ref == written.ref]
    assert found.value == written.value
    with pytest.raises(StartRefused, match="niet terug te zetten"):
        restore(kek, [read_share(path) for path in shares[:2]])


def test_haz07_every_two_of_three_give_the_key_and_one_gives_nothing() -> None:
    kek = bytes(reversed(range(32)))
    one, two, three = split(kek, 3, 2)
    for pair in ((one, two), (one, three), (three, two), (one, two, three)):
        assert combine(pair) == kek
    for bad in ([one], [one, one]):
        with pytest.raises(CommandRejected, match="verschillende"):
            combine(bad)
    other = split(bytes(32), 3, 2)[1]
    with pytest.raises(CommandRejected, match="dezelfde sleutel"):
        combine([one, other])
    with pytest.raises(CommandRejected, match="klopt niet"):
        combine([one, Share(two.key_id, 2, 2, other.part)])
    assert kek.hex() not in repr([one, two, three])
    for shares, threshold in ((3, 1), (2, 3), (16, 2)):
        with pytest.raises(CommandRejected, match="minstens twee"):
            split(kek, shares, threshold)


def test_haz07_a_mistyped_share_is_named(tmp_path: Path) -> None:
    text = split(bytes(32), 2, 2)[0].text()
    path = tmp_path / "deel.txt"
    for wrong in (text[:-1] + ("0" if text[-1] != "0" else "1"), text.replace(":2:", ":3:"), "", "é"):
        path.write_text(wrong)
        with pytest.raises(CommandRejected, match=r"deel\.txt"):
            read_share(path)
    with pytest.raises(CommandRejected, match="niet te lezen"):
        read_share(tmp_path / "weg.txt")
    with pytest.raises(StartRefused, match="niet te maken"):
        write_shares(tmp_path / "geen-kek", tmp_path, 3, 2)


def test_haz07_the_yearly_drill_from_the_command_line(tmp_path: Path) -> None:
    def kring(*words: str | Path) -> tuple[int, dict[str, object]]:
        done = subprocess.run(
            [KRING, *words, "--data", tmp_path, "--json"], capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, json.loads(done.stdout)

    (tmp_path / "secrets").mkdir(mode=0o700)
    kek = tmp_path / "secrets" / "kek"
    KeyVault.create_file(kek)
    before = kek.read_bytes()
    status, made = kring("keys", "escrow", "--out", tmp_path / "delen")
    assert status == 0
    first, second, _third = made["shares"]  # type: ignore[misc]
    pair = ("--share", str(first), "--share", str(second))
    assert kring("keys", "check", *pair)[0] == 0
    kek.unlink()
    assert kring("keys", "restore", *pair)[0] == 0
    assert kek.read_bytes() == before
    assert kring("keys", "restore", *pair)[0] == 1
    kek.unlink()
    KeyVault.create_file(kek)
    assert kring("keys", "check", *pair)[1]["error"]["code"] == "other-key"  # type: ignore[index]


async def test_haz08_a_read_is_logged_or_does_not_happen_and_a_changed_log_is_found(room: Room, tmp_path: Path) -> None:
    """A curious colleague looks; later somebody with the database's password makes that look disappear."""
    world = room.world
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "KOKMEEUW"))
    async with log_takes_nothing(room.hub.database):
        with pytest.raises(AuditUnavailable):
            await room.receive(room.message("gerda", "!dossier", TEAM))
        assert await room.hears() == [], "what cannot be logged is not shown"
    assert "KOKMEEUW" in bodies(await room.says("gerda", "!dossier", TEAM))
    (look,) = [item for item in await world.log() if item.entry.event is AuditEvent.ENTRY_READ]
    assert look.entry.user_id == world.id("gerda")

    signer = CheckpointSigner("kring.test/audit", bytes(32))
    witness = WitnessFile(tmp_path / "elders" / "checkpoints.log")
    transactions = SqlTransactions(room.hub.database, room.hub.vault)
    keeper = AuditKeeper(transactions, signer, witness, room.hub.deferred, world.clock)
    await keeper.begin()
    await keeper.sign()
    assert (await check_log(room.hub.database, signer.key, witness.read())).found.ok

    kept = tmp_path / "kept.db"
    await room.hub.database.close()
    shutil.copyfile(tmp_path / "kring.db", kept)
    with sqlite3.connect(tmp_path / "kring.db") as direct:
        with pytest.raises(sqlite3.IntegrityError, match="insert-only"):
            direct.execute("DELETE FROM audit WHERE seq = ?", (look.seq,))
        for statement in UNLOCK_SQLITE:
            direct.execute(statement)
        direct.execute("UPDATE audit SET user_id = ? WHERE seq = ?", (world.id("carla"), look.seq))
    direct.close()
    found = (await check_log(room.hub.database, signer.key, witness.read())).found
    assert found.first_bad == look.seq
    again = AuditKeeper(transactions, signer, witness, room.hub.deferred, world.clock)
    await again.begin()
    assert (again.state.ok, again.state.first_bad) == (False, look.seq), "the hub says so, and signs nothing"
    assert await again.sign() is None
    await room.hub.database.close()
    shutil.copyfile(kept, tmp_path / "kring.db")
    for name in ("kring.db-wal", "kring.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
