"""Taking over what another system recorded: all or nothing, never twice, never somebody else's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from hub.application.guard import Refused
from hub.application.use_cases.dossier import NewEntry
from hub.application.use_cases.imports import Change, Incoming, IncomingIdentity, import_entries
from hub.domain.advance_care_plan import Decision, Goal, MedicalPolicyGoal, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson
from hub.domain.dossier import Status
from hub.domain.entries import Note, Value, kind_of
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn
from hub.domain.observations import PainScore, Reporter
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.world import BIRTH_DATE, BSN, World, directive

DIGEST = "cd" * 32
PLAN: tuple[Value, ...] = (
    directive(),
    directive(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, restriction="alleen bij een botbreuk"),
    PreferredPlaceOfDeath(Place.HOME),
)


async def take_over(
    world: World,
    who: str,
    values: Sequence[Value] = PLAN,
    *,
    identity: IncomingIdentity | None = None,
    digest: str = DIGEST,
    preview: bool = False,
) -> list[Change]:
    incoming = [
        Incoming(NewEntry(kind_of(value), value, kind_of(value).section or Section.S3), f"Consent/{number}")
        for number, value in enumerate(values, 1)
    ]
    async with world.unit() as unit:
        context = await world.context(unit, who)
        return await import_entries(unit, world.guard, context, identity, incoming, digest, preview=preview)


async def statuses(world: World) -> list[Status]:
    return [entry.status for entry in await world.read("gerda", Section.S3)]


async def test_what_the_gp_takes_over_is_in_force(world: World) -> None:
    """The author in the other system is the first person, Gerda the second (I9)."""
    changes = await take_over(world, "gerda")
    assert [change.before for change in changes] == [None, None, None]
    plan = await world.read("samira", Section.S3)
    assert [entry.value for entry in plan] == list(PLAN[:2])
    assert {entry.status for entry in plan} == {Status.ACTIVE}
    assert {entry.confirmed_by for entry in plan} == {world.id("gerda")}


async def test_what_somebody_takes_over_who_may_not_confirm_is_a_proposal(world: World) -> None:
    await world.admit("joost")
    await take_over(world, "joost")
    assert await statuses(world) == [Status.PROPOSED, Status.PROPOSED]
    assert [entry.status for entry in await world.read("gerda", Section.S4)] == [Status.ACTIVE]


async def test_who_may_not_record_takes_over_nothing(world: World) -> None:
    with pytest.raises(Refused):
        await take_over(world, "samira")
    with pytest.raises(Refused):
        await take_over(world, "wim")
    assert await statuses(world) == []
    assert await world.logged(AuditEvent.IMPORTED) == []


async def test_a_preview_says_what_would_change_and_changes_nothing(world: World) -> None:
    await world.record("carla", PreferredPlaceOfDeath(Place.HOSPICE))
    changes = await take_over(world, "gerda", preview=True)
    assert [change.changes_something for change in changes] == [True, True, True]
    assert changes[2].before != changes[2].after
    assert changes[2].ref == "S4-1"
    assert [entry.value for entry in await world.read("gerda", Section.S4)] == [PreferredPlaceOfDeath(Place.HOSPICE)]
    assert await world.logged(AuditEvent.IMPORTED) == []


async def test_a_preview_is_logged_as_the_read_that_it_is(world: World) -> None:
    """It says what stands in the dossier now (I4)."""
    await world.record("carla", PreferredPlaceOfDeath(Place.HOSPICE))
    await take_over(world, "gerda", preview=True)
    (read,) = await world.logged(AuditEvent.ENTRY_READ)
    assert (read.user_id, read.sections, read.detail) == (world.id("gerda"), "S3,S4", "preview;entries=1")


async def test_who_may_not_read_a_section_learns_nothing_of_it_by_taking_over(world: World) -> None:
    """Pieter may write down contacts and read his own only; a preview would show him what is there of others."""
    contact = ContactPerson("Wim de Wit", phones=("026-3214567",))
    for preview in (True, False):
        with pytest.raises(CommandRejected) as refused:
            await take_over(world, "pieter", (contact,), preview=preview)
        assert refused.value.code == "needs-whole-section"


@pytest.mark.parametrize("who", ["wim", "bea", "samira"])
async def test_a_document_with_nothing_in_it_answers_no_question_about_who_the_patient_is(
    world: World, who: str
) -> None:
    """Or anybody could try birth dates and BSNs until the hub no longer says that it is somebody else."""
    for identity in (IncomingIdentity(BIRTH_DATE, BSN), IncomingIdentity(date(1951, 3, 14), None)):
        with pytest.raises(Refused):
            await take_over(world, who, (), identity=identity)
    assert await world.logged(AuditEvent.IMPORTED) == []


async def test_the_same_document_again_changes_nothing(world: World) -> None:
    values = (*PLAN, PainScore(8, Reporter.PATIENT), Note("Een opmerking."))
    await take_over(world, "gerda", values)
    first = await world.read("gerda")
    again = await take_over(world, "gerda", values)
    assert [change.changes_something for change in again] == [False] * 5
    # What was read is read again: no version, no copy.
    assert await world.read("gerda") == first
    assert [entry.detail for entry in await world.logged(AuditEvent.IMPORTED)] == [
        "changed=5;unchanged=0",
        "changed=0;unchanged=5",
    ]


async def test_a_newer_document_makes_a_new_version(world: World) -> None:
    await take_over(world, "gerda")
    changed = replace(directive(Treatment.RESUSCITATION, Decision.YES), discussed_on=PartialDate("2026-11-05"))
    changes = await take_over(world, "gerda", (changed, *PLAN[1:]), digest="ef" * 32)
    assert [change.changes_something for change in changes] == [True, False, False]
    versions = [entry.version for entry in await world.read("gerda", Section.S3)]
    assert versions == [2, 1]


async def test_another_document_about_the_same_day_that_says_the_opposite_replaces_nothing(world: World) -> None:
    await take_over(world, "gerda")
    changed = directive(Treatment.RESUSCITATION, Decision.YES)
    await take_over(world, "gerda", (changed, *PLAN[1:]), digest="ef" * 32)
    shown = [(entry.version, entry.contested) for entry in await world.read("gerda", Section.S3)]
    assert shown == [(1, True), (2, True), (1, False)]


async def test_one_thing_that_is_not_allowed_stops_all_of_it(world: World) -> None:
    """Samira may record the pain in the file and not the plan that comes with it: nothing is taken over."""
    before = await world.log()
    with pytest.raises(Refused):
        await take_over(world, "pieter", (Note("Vader had het ook."), *PLAN))
    with pytest.raises(Refused):
        await take_over(world, "samira", (PainScore(8, Reporter.PATIENT), *PLAN))
    assert await world.log() == before
    assert await world.read("gerda", Section.S5) == []


async def test_a_document_that_says_two_things_about_one_treatment_makes_two_versions(world: World) -> None:
    """The later line counts, and the earlier one is not lost."""
    contradicting = (MedicalPolicyGoal(next(iter(Goal))), *PLAN, directive(Treatment.RESUSCITATION, Decision.YES))
    changes = await take_over(world, "gerda", contradicting)
    assert len(changes) == 5
    [current] = [entry for entry in await world.read("samira", Section.S3) if entry.value == contradicting[-1]]
    assert current.version == 2


@pytest.mark.parametrize(
    "identity",
    [
        IncomingIdentity(date(1951, 3, 14), BSN),
        IncomingIdentity(BIRTH_DATE, Bsn("111222333")),
        IncomingIdentity(date(1952, 3, 15), None),
        IncomingIdentity(None, Bsn("111222333")),
    ],
)
async def test_a_document_about_somebody_else_is_refused(world: World, identity: IncomingIdentity) -> None:
    """Two patients are never mixed up: a different birth date or BSN stops everything."""
    before = await world.log()
    with pytest.raises(CommandRejected) as refused:
        await take_over(world, "gerda", identity=identity)
    assert refused.value.code == "other-patient"
    assert BSN.digits not in str(refused.value)
    assert await world.log() == before


@pytest.mark.parametrize("identity", [None, IncomingIdentity(BIRTH_DATE, BSN), IncomingIdentity(BIRTH_DATE, None)])
async def test_a_document_about_mevrouw_de_wit_is_taken_over(world: World, identity: IncomingIdentity | None) -> None:
    assert len(await take_over(world, "gerda", identity=identity)) == 3
