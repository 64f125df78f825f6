"""Fatima, the privacy officer: the whole log without contents, contents within a case, and a sample each month."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert

from hub.adapters.sql.access_tables import break_glass
from hub.adapters.sql.times import to_micros
from hub.admin.server import build_admin, commands
from hub.application.use_cases.people import add_person
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.people import PersonName
from hub.domain.vocabulary import Role, Section
from tests.stories.room import Room
from tests.stories.test_operator import Answer, NamedAccounts, Operator
from tests.world import PaperAccounts, World, directive

FATIMA = "fatima"


async def add(world: World, who: str, role: Role, given: str, family: str, organisation: str | None = None) -> None:
    """Somebody who is registered, and in no circle."""
    async with world.unit() as unit:
        administrator = await world.context(unit, "bea")
    world.people[who], _ = await add_person(
        world.transactions,
        PaperAccounts(),
        administrator,
        role=role,
        name=PersonName(given, family),
        organisation=organisation,
        evidence="BIG getoond",
    )


@pytest.fixture
async def operator(room: Room) -> AsyncIterator[Operator]:
    async def status() -> Answer:
        return {}

    await add(room.world, FATIMA, Role.PRIVACY_OFFICER, "Fatima", "Aydin")
    async with TestClient(TestServer(build_admin(room.hub, commands(room.hub, NamedAccounts(), status)))) as client:
        yield Operator(room, client)


async def reads(operator: Operator, case: str | None = None) -> Answer:
    more: dict[str, Any] = {"as": operator.room.world.id(FATIMA)} | ({"case": case} if case else {})
    return await operator.about_her("dossier.show", FATIMA, **more)


async def opens(operator: Operator, kind: str = "complaint") -> str:
    answer = await operator.about_her("privacy.case.open", FATIMA, kind=kind, reason="Klacht van de dochter over S3.")
    return str(answer["case"])


async def test_without_a_case_there_is_no_content_and_with_one_there_is(operator: Operator) -> None:
    world = operator.room.world
    await world.record("carla", directive())
    assert not [e for e in (await reads(operator)).get("entries", []) if e["section"] != "S11"]
    case = await opens(operator)
    shown = await reads(operator, case)
    assert "NIET reanimeren" in shown["entries"][0]["sentence"]
    await operator.asks("privacy.case.close", FATIMA, case=case)
    assert not [e for e in (await reads(operator, case)).get("entries", []) if e["section"] != "S11"]


async def test_a_read_within_a_case_names_it_and_the_patient_sees_both(operator: Operator) -> None:
    world = operator.room.world
    await world.record("carla", directive())
    case = await opens(operator)
    await reads(operator, case)
    read = (await world.logged(AuditEvent.ENTRY_READ))[-1]
    assert read.detail.endswith(f";case={case}")
    assert read.purpose == "HOPERAT"
    mine = await operator.room.private_room("anna")
    (answer,) = await operator.room.says("anna", "!inzage", mine)
    assert "voor een zaak van de functionaris gegevensbescherming" in answer.body
    assert f"Zaak {case}: klacht." in answer.body


async def test_a_case_about_somebody_else_and_one_that_does_not_exist_open_nothing_and_look_the_same(
    operator: Operator,
) -> None:
    await operator.room.world.record("carla", directive())
    without, unknown = await reads(operator), await reads(operator, "cas-0000000000000000")
    assert without == unknown


@pytest.mark.parametrize("who", ["bea", "carla", "gerda", "anna", "pieter"])
async def test_nobody_else_opens_a_case_draws_a_sample_or_judges(operator: Operator, who: str) -> None:
    for answer in (
        await operator.about_her("privacy.case.open", who, kind="complaint", reason="nieuwsgierig"),
        await operator.asks("privacy.sample", who, period="2026-11"),
        await operator.asks("privacy.reviews", who),
        await operator.asks("privacy.review", who, period="2026-11", line=1, verdict="lawful"),
        await operator.asks("privacy.case.list", who),
    ):
        assert answer["error"]["code"] == "access-denied"
    assert len([e for e in await _all_refusals(operator.room.world) if e == operator.room.world.id(who)]) == 5


async def _all_refusals(world: World) -> list[str]:
    async with world.unit() as unit:
        found = await unit.audit.by_person(world.id("bea"), 100)
        for who in ("carla", "gerda", "anna", "pieter"):
            found += await unit.audit.by_person(world.id(who), 100)
    return [item.entry.user_id for item in found if item.entry.event is AuditEvent.REFUSED]


async def test_she_sees_every_line_of_the_log_and_the_administrator_only_that_things_happened(
    operator: Operator,
) -> None:
    world = operator.room.world
    await world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)
    await world.read("gerda", Section.S5)
    hers = (await operator.about_her("audit.list", FATIMA))["entries"]
    assert [e["sections"] for e in hers if e["event"] == "dossier.recorded"] == [["S10"]]
    beas = (await operator.about_her("audit.list", "bea"))["entries"]
    assert len(beas) == len(hers) + 1, "the same lines, and that Fatima looked"
    (recorded,) = [e for e in beas if e["event"] == "dossier.recorded"]
    assert (recorded["sections"], recorded["object"], recorded["detail"]) == ([], "entry:-", "")
    assert "coach-record" not in recorded["policy"]
    assert [e["sections"] for e in beas if e["event"] == "dossier.read"] == [["S5"]], (
        "a look says nothing of what is there"
    )


async def test_a_month_is_drawn_with_reasons_judged_and_stays_judged_when_drawn_again(operator: Operator) -> None:
    world = operator.room.world
    await add(world, "jan", Role.HOME_CARE, "Jan", "de Wit", "Thuiszorg Rijnoever")
    await world.admit("jan")
    world.clock.pass_by(hours=1)
    await world.read("jan", Section.S5)
    drawn = await operator.asks("privacy.sample", FATIMA, period="2026-11")
    (line,) = [one for one in drawn["lines"] if one["person"] == world.id("jan")]
    assert {"chance", "same-name", "no-task"} <= set(line["patterns"])
    assert line["said"].startswith(
        "Jan de Wit (thuiszorg, Thuiszorg Rijnoever), dinsdag 3 november 2026 om 11:00, patiënt "
    )
    assert "dezelfde achternaam of hetzelfde telefoonnummer als de patiënt of een naaste" in line["said"]
    assert "Anna" not in line["said"]
    waiting = await operator.asks("privacy.reviews", FATIMA)
    assert line["line"] in [one["line"] for one in waiting["lines"]]
    await operator.asks("privacy.review", FATIMA, period="2026-11", line=line["line"], verdict="unlawful")
    again = await operator.asks("privacy.sample", FATIMA, period="2026-11")
    (judged,) = [one for one in again["lines"] if one["line"] == line["line"]]
    assert (judged["verdict"], judged["reviewed_by"]) == ("unlawful", world.id(FATIMA))
    waiting = await operator.asks("privacy.reviews", FATIMA)
    assert line["line"] not in [one["line"] for one in waiting["lines"]]


async def test_the_same_closed_month_gives_the_same_lines_whoever_draws_it_and_whenever(operator: Operator) -> None:
    world = operator.room.world
    for _ in range(30):
        await world.read("gerda", Section.S5)
    world.clock.pass_by(days=40)
    first = await operator.asks("privacy.sample", FATIMA, period="2026-11")
    world.clock.pass_by(days=3)
    await world.read("gerda", Section.S5)
    second = await operator.asks("privacy.sample", FATIMA, period="2026-11")
    assert first["closed"] is True
    assert [one["line"] for one in first["lines"]] == [one["line"] for one in second["lines"]]
    assert second["new"] == 0


async def test_a_month_that_did_not_begin_and_what_is_no_month_are_refused(operator: Operator) -> None:
    assert (await operator.asks("privacy.sample", FATIMA, period="2027-01"))["error"]["code"] == "period-ahead"
    assert (await operator.asks("privacy.sample", FATIMA, period="2026-13"))["error"]["code"] == "bad-period"


async def test_nobody_judges_what_they_did_themselves(operator: Operator) -> None:
    world = operator.room.world
    case = await opens(operator)
    await reads(operator, case)
    drawn = await operator.asks("privacy.sample", FATIMA, period="2026-11")
    (own,) = [one for one in drawn["lines"] if one["person"] == world.id(FATIMA)]
    answer = await operator.asks("privacy.review", FATIMA, period="2026-11", line=own["line"], verdict="lawful")
    assert answer["error"]["code"] == "own-line"


async def test_every_emergency_access_is_in_the_sample_and_waits_three_working_days(operator: Operator) -> None:
    """The table is that of the emergency procedure; a line and a row as that procedure leaves them."""
    world = operator.room.world
    now = world.clock()
    async with operator.room.hub.database.transaction() as connection:
        await connection.execute(
            insert(break_glass).values(
                id="bg-1", patient_id=world.patient_id, person_id=world.id("joost"), role="locum", branch="permit",
                reason_code="danger", sealed_reason=b"x", opened_at=to_micros(now),
                until=to_micros(now + timedelta(hours=4)), review_due_at=to_micros(now + timedelta(days=3)),
            )
        )  # fmt: skip
    waiting = (await operator.asks("privacy.reviews", FATIMA))["emergencies"]
    assert [(one["person"], one["overdue"]) for one in waiting] == [(world.id("joost"), False)]
    world.clock.pass_by(days=4)
    (late,) = (await operator.asks("privacy.reviews", FATIMA))["emergencies"]
    assert late["overdue"] is True
