"""While the log takes nothing, the out-of-hours set is still read; what is written down then comes into the log."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from hub.adapters.audit_deferred import DeferredAuditFile
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.domain.audit import AuditEntry
from hub.domain.errors import AuditUnavailable
from tests.domain.test_audit import entry


@pytest.fixture
def deferred(tmp_path: Path, vault: KeyVault) -> DeferredAuditFile:
    return DeferredAuditFile(tmp_path / "audit-deferred", vault)


def the_file(deferred: DeferredAuditFile, tmp_path: Path) -> Path:
    return tmp_path / "audit-deferred" / "waiting.jsonl"


async def recover(transactions: SqlTransactions, deferred: DeferredAuditFile) -> list[AuditEntry]:
    """What the hub does when the log takes entries again."""
    taken: list[AuditEntry] = []
    for path in deferred.set_aside():
        async with transactions() as unit:
            taken += (await deferred.take(unit, path)).entries
        deferred.done(path)
    return taken


async def test_what_was_read_in_the_night_comes_into_the_log_with_its_own_time_and_marked(
    database: Database, vault: KeyVault, deferred: DeferredAuditFile
) -> None:
    deferred.write(entry(1))
    deferred.write(entry(2, detail=""))
    transactions = SqlTransactions(database, vault)
    async with transactions() as unit:
        await unit.audit.add(entry(9))
    await recover(transactions, deferred)
    async with transactions.reading() as unit:
        log = [item.entry for item in await unit.audit.of_patient("pat-anna")]
        assert (await unit.audit.verify()).ok
    assert log == [entry(9), entry(1, detail="entries=2;deferred"), entry(2, detail="deferred")]
    assert not deferred.waiting()


async def test_a_hub_that_was_killed_while_it_took_them_takes_each_once(
    database: Database, vault: KeyVault, deferred: DeferredAuditFile
) -> None:
    deferred.write(entry(1))
    transactions = SqlTransactions(database, vault)
    (path,) = deferred.set_aside()
    async with transactions() as unit:
        await deferred.take(unit, path)  # committed, and killed before the file got its last name
    deferred.write(entry(2))
    assert deferred.waiting()
    assert await recover(transactions, deferred) == [entry(2, detail="entries=2;deferred")]
    async with transactions.reading() as unit:
        assert len(await unit.audit.of_patient("pat-anna")) == 2
    assert await recover(transactions, deferred) == []


def test_the_file_tells_nothing_and_is_for_its_owner_only(deferred: DeferredAuditFile, tmp_path: Path) -> None:
    deferred.write(entry(1))
    content = the_file(deferred, tmp_path).read_text()
    for canary in ("gerda", "anna", "Brug", "dossier.read"):
        assert canary not in content
    assert the_file(deferred, tmp_path).stat().st_mode & 0o777 == 0o600
    assert the_file(deferred, tmp_path).parent.stat().st_mode & 0o777 == 0o700


def test_a_disk_that_takes_nothing_refuses_the_read(tmp_path: Path, vault: KeyVault) -> None:
    (tmp_path / "audit-deferred").write_text("geen map")
    with pytest.raises(AuditUnavailable, match="vastleggen"):
        DeferredAuditFile(tmp_path / "audit-deferred", vault).write(entry())
    assert not DeferredAuditFile(tmp_path / "audit-deferred", vault).waiting()
    assert DeferredAuditFile(tmp_path / "audit-deferred", vault).set_aside() == []


def test_a_disk_that_takes_half_a_line_refuses_the_read(
    deferred: DeferredAuditFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, line: whole(handle, line[: len(line) // 2]))
        with pytest.raises(AuditUnavailable):
            deferred.write(entry(1))
    deferred.write(entry(2))
    (path,) = deferred.set_aside()
    found = deferred.read(path)
    assert [one.correlation_id for one in found.entries] == ["$vraag-2"]
    assert found.damaged == (1,), "and who looks is told that a line was not finished"


def test_a_line_that_was_never_finished_was_never_promised(deferred: DeferredAuditFile, tmp_path: Path) -> None:
    deferred.write(entry(1))
    with the_file(deferred, tmp_path).open("ab") as file:
        file.write(b'{"previous": "12')
    (path,) = deferred.set_aside()
    found = deferred.read(path)
    assert ([one.correlation_id for one in found.entries], found.damaged) == (["$vraag-1"], ())


@pytest.mark.parametrize("harm", ["removed", "swapped", "altered", "no json"])
def test_harm_to_the_file_is_named_and_the_other_lines_still_count(
    deferred: DeferredAuditFile, tmp_path: Path, harm: str
) -> None:
    for minute in range(4):
        deferred.write(entry(minute))
    path = the_file(deferred, tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    if harm == "removed":
        del lines[1]
    elif harm == "swapped":
        lines[1], lines[2] = lines[2], lines[1]
    elif harm == "altered":
        values = json.loads(lines[1])
        values["sealed"] = json.loads(lines[2])["sealed"]
        lines[1] = json.dumps(values).encode() + b"\n"
    else:
        lines[1] = b"[]\n"
    path.write_bytes(b"".join(lines))
    (aside,) = deferred.set_aside()
    found = deferred.read(aside)
    assert found.damaged[0] == 2
    assert {"$vraag-0", "$vraag-3"} <= {one.correlation_id for one in found.entries}


def test_two_doors_at_once_leave_one_chain(deferred: DeferredAuditFile) -> None:
    with ThreadPoolExecutor(8) as doors:
        list(doors.map(lambda minute: deferred.write(entry(minute)), range(40)))
    (path,) = deferred.set_aside()
    found = deferred.read(path)
    assert found.damaged == ()
    assert {one.correlation_id for one in found.entries} == {f"$vraag-{minute}" for minute in range(40)}


def test_what_is_written_while_the_file_is_set_aside_is_in_one_of_the_two(deferred: DeferredAuditFile) -> None:
    with ThreadPoolExecutor(5) as doors:
        writing = [doors.submit(deferred.write, entry(minute)) for minute in range(40)]
        for _ in range(10):
            deferred.set_aside()
        for one in writing:
            one.result()
    found = [deferred.read(path) for path in deferred.set_aside()]
    assert all(not one.damaged for one in found)
    assert sorted(one.correlation_id for part in found for one in part.entries) == sorted(
        f"$vraag-{minute}" for minute in range(40)
    )


def test_every_field_comes_back_as_it_was(deferred: DeferredAuditFile) -> None:
    written = replace(entry(1), organisation=None, break_glass=True, detail='é "x"\\', consent_id="con-1")
    deferred.write(written)
    (path,) = deferred.set_aside()
    assert deferred.read(path).entries == (replace(written, detail=written.detail + ";deferred"),)
