"""The log has every act as often as it happened: counted by the database itself, over a whole story, on both (E3)."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub.application.use_cases import portal_links
from hub.application.use_cases.people import add_patient, add_person
from hub.domain.audit import AuditEntry, AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.observations import PainScore, Reporter
from hub.domain.people import PersonName
from hub.domain.vocabulary import Role, Section
from tests import audit_count
from tests.domain.test_audit import entry
from tests.world import BIRTH_DATE, PaperAccounts, World, directive


@pytest.fixture
async def counted(world: World) -> AsyncIterator[World]:
    await audit_count.install(world.database)
    yield world
    if not world.database.is_sqlite:
        await audit_count.remove(world.database)


async def test_every_act_and_every_look_of_a_story_is_in_the_log_as_often_as_it_happened(counted: World) -> None:
    world = counted
    before = await audit_count.last_line(world.database)
    async with audit_count.counted_reads() as reads:
        await world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "rug"))
        proposed = await world.record("carla", directive())
        await world.confirm("gerda", proposed.ref)
        await world.record("pieter", Note("Moeder slaapt slecht."), Section.S10)
        await world.choose(ConsentDecision.PERMIT, "role:locum", "S3,S4")
        await world.choose(ConsentDecision.DENY, f"person:{world.id('noor')}", "all")
        for who in ("gerda", "samira", "carla", "pieter", "anna"):
            await world.read(who)
            if who != "pieter":
                await world.read(who, Section.S3)
        await world.admit("joost")
        async with world.unit() as unit:
            await portal_links.issue_link(unit, await world.context(unit, "anna"))
            administrator = await world.context(unit, "bea")
        await add_person(
            world.transactions, PaperAccounts(), administrator, role=Role.GP, name=PersonName("Els", "Vos"),
            organisation=None, evidence="BIG", phone=None,
        )  # fmt: skip
        await add_patient(
            world.transactions, PaperAccounts(), administrator, name=PersonName("Kees", "Jansen"),
            birth_date=BIRTH_DATE, bsn=None,
        )  # fmt: skip
    assert await audit_count.changed_and_not_logged(world.database, before) == {}
    events = Counter(AuditEvent(line.event) for line in await audit_count.lines(world.database, before))
    assert events[AuditEvent.ENTRY_READ] == reads.count >= 9
    assert await audit_count.without_mandatory_fields(world.database) == []


async def test_the_count_sees_what_somebody_does_behind_the_log(counted: World) -> None:
    """The count is worth something: it differs when a row is written that the log knows nothing of."""
    world = counted
    before = await audit_count.last_line(world.database)
    written = await world.record("samira", PainScore(3, Reporter.PROFESSIONAL))
    async with world.unit() as unit:
        relation = await unit.circles.relation(world.circle_id, world.id("gerda"), world.clock())
        assert relation is not None
        await unit.circles.admit(replace(relation, id="rel-stil", person_id=world.id("wim")))
    assert await audit_count.changed_and_not_logged(world.database, before) == {"care_relation": (1, 0)}
    assert written.version == 1


@pytest.mark.parametrize("name", ["user_id", "user_role", "responsible_id", "initiator", "object_type"])
@pytest.mark.parametrize("initiator", ["bot:dossier", "bot:gatekeeper", "cli:per-bea", "person"])
def test_an_act_on_behalf_of_nobody_cannot_be_constructed(name: str, initiator: str) -> None:
    """I7: a bot's act names the natural person who answers for it, or there is no act."""
    fine: AuditEntry = entry(initiator=initiator)
    assert fine.responsible_id
    with pytest.raises(ValueError, match="responsible person"):
        replace(fine, **{name: ""})


@pytest.mark.parametrize("who", ["bot:dossier", "bot:gatekeeper", "kring", "@dossier:kring.example"])
def test_a_bot_is_nobody_who_can_answer_for_anything(who: str) -> None:
    with pytest.raises(ValueError, match="natural person"):
        entry(initiator="bot:dossier", responsible_id=who)
