"""What an auditor, a patient or a judge can check about the log with one line: the public key."""

import base64
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.audit_signing import CheckpointKey, CheckpointSigner
from hub.adapters.audit_witness import WitnessFile, copied_notes
from hub.adapters.sql.audit_offline import OfflineLog, check_proof_file, read_key
from hub.adapters.sql.audit_proofs import check_proof
from hub.adapters.sql.database import Database
from hub.domain.audit_checkpoint import Checkpoint, NotACheckpoint, SignedCheckpoint, parse_note
from hub.domain.audit_retention import kept_until, may_be_pruned
from hub.domain.errors import CommandRejected, IntegrityBroken, NotFound, StartRefused
from tests.adapters.audit_harm import UNLOCK_SQLITE
from tests.adapters.audit_logs import ORIGIN, SIGNER, chained, entries, signed_heads, write_log
from tests.databases import sqlite_url
from tests.domain.test_audit import NINE

LOG = chained(entries(50))
NOTES = signed_heads(LOG, [10, 20, 30, 50])
STRANGER = CheckpointSigner(ORIGIN, bytes(32))


@pytest.fixture
async def data(tmp_path: Path, sqlite_template: Path) -> Path:
    """A data directory: fifty entries, four checkpoints, a witness."""
    path = tmp_path / "kring.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(sqlite_url(path))
    await write_log(database, LOG, NOTES)
    await database.close()
    for note in NOTES:
        WitnessFile(tmp_path / "witness.log").add(note)
    key_file = tmp_path / "key"
    key_file.write_bytes(bytes(range(32)))
    key_file.chmod(0o400)
    return tmp_path


@pytest.fixture
async def log(data: Path) -> Any:
    opened = OfflineLog(sqlite_url(data / "kring.db"), data / "key", ORIGIN, data / "witness.log")
    yield opened
    await opened.close()


def harm(data: Path, *statements: str) -> None:
    with sqlite3.connect(data / "kring.db") as direct:
        for statement in (*UNLOCK_SQLITE, *statements):
            direct.execute(statement)
    direct.close()


@pytest.mark.parametrize(
    "paste",
    [
        lambda one, other: one.note(),
        lambda one, other: one.note().rstrip(),
        lambda one, other: f"{one.note()}\n{other.note()}",
        lambda one, other: f"{one.note()}\n{other.note()}\n",
        lambda one, other: f"\n\n{one.note()}\n\n\n{other.note()}\n\n".replace("\n", "\r\n"),
        lambda one, other: f"Controlepunt van het logboek\nBewaar dit.\n\n{one.note()}\nDinsdag:\n  {other.note()}",
    ],
)
async def test_what_people_copied_from_the_officers_room_is_a_witness(
    log: OfflineLog, data: Path, paste: Callable[[SignedCheckpoint, SignedCheckpoint], str]
) -> None:
    copied = data / "geplakt.txt"
    copied.write_text(paste(NOTES[1], NOTES[3]), encoding="utf-8", newline="")
    report = await log.check(copied)
    assert report.found.ok
    assert report.witnessed == (2 if str(NOTES[3].checkpoint.size) in copied.read_text("utf-8").split() else 1)

    harm(data, "DELETE FROM audit WHERE seq > 15", "DELETE FROM audit_checkpoint WHERE size > 15")
    harm(data, f"UPDATE audit_head SET entries = 15, hash = '{LOG[14].hash}'")
    found = (await log.check(copied)).found
    assert (found.ok, found.first_bad) == (False, 16), "the table knows nothing of it any more"


async def test_a_copied_checkpoint_that_is_only_half_there_never_says_that_the_log_is_good(
    log: OfflineLog, data: Path
) -> None:
    harm(data, "DELETE FROM audit_checkpoint")
    copied = data / "geplakt.txt"
    copied.write_text(NOTES[3].note()[:60], encoding="utf-8")
    with pytest.raises(IntegrityBroken, match=r"geplakt\.txt"):
        await log.check(copied)


@pytest.mark.parametrize("harmed", ["20\n", "time 2026", "— ", "=\n"])
def test_a_copied_checkpoint_that_was_damaged_is_not_passed_over(tmp_path: Path, harmed: str) -> None:
    copied = tmp_path / "geplakt.txt"
    copied.write_text(f"{NOTES[3].note()}\n{NOTES[1].note().replace(harmed, '7', 1)}", encoding="utf-8")
    with pytest.raises(IntegrityBroken, match=r"geplakt\.txt"):
        copied_notes(copied)


# --- the note, the key ---


def test_a_note_is_four_lines_and_a_signature_as_c2sp_has_it() -> None:
    note = NOTES[0].note()
    origin, size, root, time, empty, signature, end = note.split("\n")
    assert (origin, size, empty, end) == (ORIGIN, "10", "", "")
    assert base64.b64decode(root) == NOTES[0].checkpoint.root
    assert time == "time 2026-11-03T09:10:00.000000Z"
    assert signature.startswith(f"— {ORIGIN} ")
    assert parse_note(note) == NOTES[0]
    assert SIGNER.key.has_signed(parse_note(note))


@given(st.text(), st.integers(0, 400), st.sampled_from(["insert", "replace", "remove"]))
def test_a_note_that_is_not_to_the_byte_what_was_signed_is_none(other: str, place: int, how: str) -> None:
    note = NOTES[0].note()
    changed = {
        "insert": note[:place] + other + note[place:],
        "replace": note[:place] + other + note[place + len(other) :],
        "remove": note[:place] + note[place + 1 :],
    }[how]
    try:
        found = parse_note(changed)
    except NotACheckpoint:
        return
    assert changed == note or not SIGNER.key.has_signed(found)


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n10\n", "\n010\n"),
        lambda note: note.replace("\n10\n", "\n-1\n"),
        lambda note: note.replace("time 2026", "time  2026"),
        lambda note: note.replace("time 2026-11", "time 2026-13"),
        lambda note: note.replace(ORIGIN, "", 1),
        lambda note: note.replace(f"— {ORIGIN}", "— ander.log/audit"),
        lambda note: note + "— nog een\n",
        lambda note: note[:-6] + "\n",
        lambda _note: "",
    ],
)
def test_a_note_in_another_form_is_none(change: Callable[[str], str]) -> None:
    with pytest.raises(NotACheckpoint):
        parse_note(change(NOTES[0].note()))


def test_the_public_key_is_one_line_that_can_be_read_back() -> None:
    assert CheckpointKey.parse(SIGNER.key.text() + "\n") == SIGNER.key
    assert not STRANGER.key.has_signed(NOTES[0])
    assert not CheckpointKey("ander.log/audit", SIGNER.key.public).has_signed(NOTES[0])


@pytest.mark.parametrize("text", ["", "x", "a+b", "a+b+c!", f"{ORIGIN}+00000000+AAAA"])
def test_what_is_no_public_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(StartRefused, match="publieke sleutel"):
        CheckpointKey.parse(text)


def test_a_public_key_with_one_wrong_letter_is_damaged() -> None:
    with pytest.raises(StartRefused, match="beschadigd"):
        CheckpointKey.parse(SIGNER.key.text().replace(SIGNER.key.key_id.hex(), "00000000"))


def test_the_signing_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "key"
    CheckpointSigner.create_file(path)
    assert path.stat().st_mode & 0o777 == 0o400
    made = CheckpointSigner.from_file(path, ORIGIN).key
    with pytest.raises(FileExistsError):
        CheckpointSigner.create_file(path)
    assert CheckpointSigner.from_file(path, ORIGIN).key == made
    path.chmod(0o440)
    with pytest.raises(StartRefused, match="leesbaar voor anderen"):
        CheckpointSigner.from_file(path, ORIGIN)
    path.chmod(0o600)
    path.write_bytes(b"kort")
    with pytest.raises(StartRefused, match="beschadigd"):
        CheckpointSigner.from_file(path, ORIGIN)
    with pytest.raises(StartRefused, match="niet te lezen"):
        CheckpointSigner.from_file(tmp_path / "weg", ORIGIN)


def test_a_key_signs_for_its_own_log_only() -> None:
    with pytest.raises(ValueError, match="own log"):
        SIGNER.sign(Checkpoint("ander.log/audit", 1, bytes(32), NINE))


# --- the witness ---


def test_the_witness_keeps_what_it_was_given_and_is_for_its_owner_only(tmp_path: Path) -> None:
    witness = WitnessFile(tmp_path / "elsewhere" / "checkpoints.log")
    assert witness.read() == []
    for note in NOTES:
        witness.add(note)
    assert witness.read() == NOTES
    assert witness.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", [1, 30, 80, 120, 150, 200])
def test_a_note_that_a_power_cut_broke_off_was_never_counted(tmp_path: Path, kept: int) -> None:
    witness = WitnessFile(tmp_path / "checkpoints.log")
    witness.add(NOTES[0])
    whole = witness.path.read_bytes()
    broken = NOTES[1].note().encode()[:kept]
    witness.path.write_bytes(whole + broken)
    assert witness.read() == NOTES[:1]
    witness.add(NOTES[1])
    assert witness.read() == NOTES[:2]
    witness.path.write_bytes(broken)
    witness.add(NOTES[0])
    assert witness.read() == NOTES[:1]


@pytest.mark.parametrize("harm", ["\n10\n", "— ", "time", "=\n"])
def test_a_note_in_the_witness_that_was_touched_is_named(tmp_path: Path, harm: str) -> None:
    witness = WitnessFile(tmp_path / "checkpoints.log")
    for note in NOTES[:3]:
        witness.add(note)
    witness.path.write_text(witness.path.read_text().replace(harm, "x", 1))
    with pytest.raises(IntegrityBroken, match="Controlepunt 1 in het getuigenbestand"):
        witness.read()


def test_a_disk_that_takes_half_a_checkpoint_has_not_taken_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    witness = WitnessFile(tmp_path / "checkpoints.log")
    with monkeypatch.context() as patch:
        patch.setattr("os.write", lambda _handle, line: len(line) - 1)
        with pytest.raises(OSError, match="half"):
            witness.add(NOTES[0])


# --- the proofs ---


async def test_every_entry_can_be_proved_with_the_public_key_alone(log: OfflineLog, tmp_path: Path) -> None:
    for seq in range(1, 51):
        proof = await log.prove_entry(seq, None)
        assert json.loads(proof["entry"])["seq"] == seq
        file = tmp_path / "bewijs.json"
        file.write_text(json.dumps(proof))
        assert f"Regel {seq} stond zo in de logging" in check_proof_file(file, SIGNER.key.text())
    proof = await log.prove_entry(5, 50)
    assert "(50 regels)" in check_proof(proof, SIGNER.key)


async def test_that_nothing_changed_between_two_moments_can_be_proved(log: OfflineLog) -> None:
    for old, new in ((10, 20), (10, 50), (20, 30), (30, 50), (50, 50)):
        proof = await log.prove_growth(old, new)
        assert check_proof(proof, SIGNER.key).startswith(f"De eerste {old} van {new} regels")


@pytest.mark.parametrize(("seq", "size"), [(0, None), (51, None), (25, 20), (5, 11)])
async def test_without_a_checkpoint_over_it_an_entry_cannot_be_proved(
    log: OfflineLog, seq: int, size: int | None
) -> None:
    with pytest.raises(CommandRejected, match="geen controlepunt"):
        await log.prove_entry(seq, size)


@pytest.mark.parametrize(("old", "new"), [(20, 10), (11, 20), (10, 51)])
async def test_growth_is_proved_between_two_checkpoints_in_order(log: OfflineLog, old: int, new: int) -> None:
    with pytest.raises(CommandRejected, match="geen twee controlepunten"):
        await log.prove_growth(old, new)


async def test_a_proof_that_was_touched_proves_nothing(log: OfflineLog) -> None:
    entry, growth = await log.prove_entry(7, 20), await log.prove_growth(10, 30)
    other = await log.prove_entry(8, 20)
    for touched in (
        entry | {"entry": entry["entry"].replace("per-", "per_", 1)},
        entry | {"seq": 8},
        entry | {"seq": 8, "entry": other["entry"]},
        entry | {"seq": "7"},
        entry | {"path": entry["path"][:-1]},
        entry | {"path": other["path"]},
        entry | {"checkpoint": NOTES[0].note()},
        entry | {"checkpoint": STRANGER.sign(NOTES[1].checkpoint).note()},
        entry | {"checkpoint": NOTES[1].note().replace("\n20\n", "\n21\n")},
        entry | {"kind": "iets"},
        entry | {"path": ["!"]},
        {"kind": "inclusion"},
        growth | {"new": NOTES[3].note()},
        growth | {"old": NOTES[1].note()},
        growth | {"path": []},
        [],
        "niets",
    ):
        with pytest.raises(IntegrityBroken):
            check_proof(touched, SIGNER.key)
    with pytest.raises(IntegrityBroken, match="handtekening"):
        check_proof(entry, STRANGER.key)


async def test_of_a_log_that_does_not_verify_nothing_can_be_proved(log: OfflineLog, data: Path) -> None:
    harm(data, "UPDATE audit SET detail = 'x' WHERE seq = 4")
    with pytest.raises(IntegrityBroken, match="vanaf regel 4"):
        await log.prove_entry(2, None)
    with pytest.raises(IntegrityBroken, match="vanaf regel 4"):
        await log.prove_growth(10, 20)
    harm(data, "UPDATE audit SET detail = 'entries=3' WHERE seq = 4", "DELETE FROM audit WHERE seq > 48")
    with pytest.raises(IntegrityBroken, match="vanaf regel"):
        await log.prove_entry(2, 50)


async def test_a_checkpoint_that_was_damaged_proves_nothing(log: OfflineLog, data: Path) -> None:
    harm(data, "UPDATE audit_checkpoint SET root = 'geen hash' WHERE size = 10")
    with pytest.raises(IntegrityBroken, match="Controlepunt 10"):
        await log.prove_entry(2, None)
    with pytest.raises(IntegrityBroken, match="Controlepunt 10"):
        await log.prove_growth(10, 20)


async def test_a_database_without_its_tables_is_one_sentence(log: OfflineLog, data: Path) -> None:
    harm(data, "DROP TABLE audit_checkpoint")
    with pytest.raises(IntegrityBroken, match="database is beschadigd"):
        await log.prove_entry(2, None)
    with pytest.raises(IntegrityBroken, match="beschadigd"):
        await log.check()


# --- what the command line asks ---


async def test_an_auditor_checks_with_witness_and_public_key(log: OfflineLog, data: Path, tmp_path: Path) -> None:
    assert (await log.check()).found.ok
    key = tmp_path / "sleutel.txt"
    key.write_text(SIGNER.key.text())
    log.use_key(str(key))
    report = await log.check(data / "witness.log")
    assert (report.found.ok, report.witnessed) == (True, 4)
    log.use_key(STRANGER.key.text())
    assert "handtekening" in (await log.check()).found.reason
    with pytest.raises(IntegrityBroken, match="is er niet"):
        await log.check(data / "weg.log")


async def test_a_witness_that_is_gone_is_missed(log: OfflineLog, data: Path) -> None:
    (data / "witness.log").unlink()
    with pytest.raises(IntegrityBroken, match="getuigenbestand"):
        await log.check()


async def test_the_last_note_and_the_key_can_be_printed(log: OfflineLog, data: Path) -> None:
    assert await log.last_note() == NOTES[-1].note()
    assert log.needed_key() == SIGNER.key
    harm(data, "DELETE FROM audit_checkpoint")
    with pytest.raises(NotFound, match="nog geen"):
        await log.last_note()
    nothing = OfflineLog(sqlite_url(data / "kring.db"), data / "geen", ORIGIN, data / "witness.log")
    with pytest.raises(StartRefused, match="nog geen sleutel"):
        nothing.needed_key()
    await nothing.close()


async def test_every_line_stays_for_five_years(log: OfflineLog, data: Path) -> None:
    now = datetime(2031, 11, 3, 8, 59, tzinfo=UTC)
    found = await log.retention(now)
    assert (found["entries"], found["years"], found["may_be_pruned"]) == (50, 5, False)
    assert found["oldest"] == LOG[0].entry.recorded_at.isoformat()
    assert may_be_pruned(LOG[0].entry.recorded_at, datetime(2031, 11, 3, 9, 0, tzinfo=UTC))
    assert kept_until(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2033, 3, 1, tzinfo=UTC)
    assert (await log.retention())["ok"]
    harm(data, "DELETE FROM audit WHERE seq < 4")
    with pytest.raises(IntegrityBroken, match="begint bij regel 4"):
        await log.retention(now)
    harm(data, "DELETE FROM audit")
    assert (await log.retention(now))["oldest"] is None


def test_a_file_that_cannot_be_read_is_no_key_and_no_proof(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(StartRefused, match="niet te lezen"):
        read_key(str(tmp_path / "key"))
    with pytest.raises(IntegrityBroken, match="geen bewijs"):
        check_proof_file(tmp_path / "weg", SIGNER.key.text())
