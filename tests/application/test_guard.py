"""The only door: no permit, no contents; and a refusal is written down and leaves nothing else (I4, I8)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.use_cases import portal_links
from hub.application.use_cases.dossier import NewEntry, read_dossier, record_entry
from hub.domain.access import AccessRequest, Decision, Rule
from hub.domain.advance_care_plan import Treatment
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Kind, Note, kind_of
from hub.domain.errors import CommandRejected, FactUnavailable, KringError, NotFound
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Action, PatientState, Role, Section
from tests.world import PATIENT, World, directive, policies, room_event


async def everything_about(world: World) -> list[object]:
    """What a refused act could have left behind."""
    async with world.unit() as unit:
        return [
            await world.log(),
            await unit.consents.of_patient(world.patient_id),
            await unit.handovers.of_circle(world.circle_id),
            await unit.outbox.pending(),
            await unit.circles.relations(world.circle_id),
        ]


async def try_to_read(world: World, who: str, section: Section) -> Refused | None:
    """Read as an entry point does: refuse, undo, and then write the refusal down in a transaction of its own."""
    try:
        await world.read(who, section)
    except Refused as refused:
        async with world.unit() as unit:
            await world.guard.record_refusal(unit, refused)
        return refused
    return None


@pytest.mark.parametrize("who", ["gerda", "samira", PATIENT])
async def test_who_may_read_the_plan_reads_it(world: World, who: str) -> None:
    await world.record("carla", directive())
    assert len(await world.read(who, Section.S3)) == 1
    assert await world.logged(AuditEvent.REFUSED) == []


@pytest.mark.parametrize("who", ["wim", "joost", "noor", "bea", "pieter"])
async def test_who_may_not_read_the_plan_hears_the_same_and_is_written_down(world: World, who: str) -> None:
    """Wim next door, Joost before he is admitted, the pharmacist, the administrator, a son without consent."""
    await world.record("carla", directive())
    before = await everything_about(world)
    refused = await try_to_read(world, who, Section.S3)
    assert refused is not None
    assert str(refused) == "Dat mag u hier niet, of het bestaat niet."
    [entry] = await world.logged(AuditEvent.REFUSED)
    assert (entry.user_id, entry.outcome, entry.sections) == (world.id(who), 4, "S3")
    assert entry.detail == "read"
    assert entry.policy.startswith(policies().version)
    assert await world.logged(AuditEvent.ENTRY_READ) == []
    after = await everything_about(world)
    assert after[1:] == before[1:]


async def test_the_same_question_is_open_with_consent_and_closed_after_an_objection(world: World) -> None:
    """I8, with one set-up: first nothing, then consent for S4 only, then an objection that beats it."""
    await world.record("carla", directive())
    assert await try_to_read(world, "pieter", Section.S4) is not None
    await world.choose(ConsentDecision.PERMIT, f"person:{world.id('pieter')}", "S4")
    assert await try_to_read(world, "pieter", Section.S4) is None
    assert await try_to_read(world, "pieter", Section.S3) is not None
    await world.choose(ConsentDecision.DENY, f"person:{world.id('pieter')}", "S4")
    assert await try_to_read(world, "pieter", Section.S4) is not None


async def test_rights_end_with_the_period(world: World) -> None:
    """Joost of the hospice comes for one day; at its end every door is shut, and he hears why."""
    await world.record("carla", directive())
    await world.admit("joost", until=world.clock.at.replace(day=4))
    assert await try_to_read(world, "joost", Section.S3) is None
    world.clock.pass_by(days=1)
    refused = await try_to_read(world, "joost", Section.S3)
    assert refused is not None
    assert "guard-relation" in refused.rules
    async with world.unit() as unit:
        with pytest.raises(Refused):
            await portal_links.issue_link(unit, await world.context(unit, "joost"))


async def test_who_may_write_writes_and_who_may_not_leaves_nothing(world: World) -> None:
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    before = await everything_about(world)
    for who in ("wim", "noor", "bea"):
        with pytest.raises(Refused):
            await world.record(who, PainScore(1, Reporter.PROFESSIONAL))
    with pytest.raises(Refused):
        await world.record("samira", directive(Treatment.ANTIBIOTICS))
    with pytest.raises(CommandRejected) as kind:
        await world.record("carla", Note("Zij vindt alles goed."), Section.S11)
    assert kind.value.code == "kind-not-yours"
    assert await everything_about(world) == before
    assert len(await world.read("gerda", Section.S5)) == 1


async def test_a_directive_cannot_be_smuggled_in_among_the_symptoms(world: World) -> None:
    """Samira may write all of S5 and nothing of S3; the kind decides the section, not the caller."""
    before = await everything_about(world)
    value = directive()
    for new in (
        NewEntry(kind_of(value), value, Section.S5),
        NewEntry(Kind.NOTE, value, Section.S5),
        NewEntry(Kind.PAIN_SCORE, Note("Geen score."), Section.S5),
    ):
        with pytest.raises(ValueError, match="kind"):
            async with world.unit() as unit:
                await record_entry(unit, world.guard, await world.context(unit, "samira"), new, room_event())
    assert await everything_about(world) == before


async def test_a_relative_sees_own_words_and_not_those_of_others(world: World) -> None:
    mine = await world.record("pieter", Note("Moeder slaapt slecht."), Section.S5)
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    assert await world.read("pieter", Section.S5) == [mine]
    assert len(await world.read("gerda", Section.S5)) == 2


class FailingPolicy:
    """The real policies, with an answer that went wrong in the way that ``spoil`` says."""

    version = "test"

    def __init__(self, *, errors: tuple[str, ...] = (), answers: int | None = None) -> None:
        self._errors, self._answers = errors, answers

    def decide(self, request: AccessRequest) -> Decision:
        return self.decide_many([request])[0]

    def decide_many(self, requests: Sequence[AccessRequest]) -> list[Decision]:
        found = [replace(decision, errors=self._errors) for decision in policies().decide_many(requests)]
        return found if self._answers is None else found[: self._answers]

    def rules(self) -> tuple[Rule, ...]:
        return policies().rules()


async def test_an_error_in_the_policy_is_a_refusal(world: World) -> None:
    """I8: Gerda may read; when the policy stumbles over the question, she may not, and the log says why."""
    await world.record("carla", directive())
    sound, world.guard = world.guard, Guard(FailingPolicy(errors=("while evaluating read-s3",)))
    refused = await try_to_read(world, "gerda", Section.S3)
    assert refused is not None
    assert (await world.logged(AuditEvent.REFUSED))[-1].detail == "read:policy-error"
    async with world.unit() as unit:
        context = await world.context(unit, "gerda")
        assert await world.guard.permitted(unit, context, Action.READ, tuple(Section)) == []
        assert not await world.guard.may_read_all(unit, context, [Section.S3])
    world.guard = sound
    assert await try_to_read(world, "gerda", Section.S3) is None


async def test_a_policy_that_answers_not_every_question_answers_none(world: World) -> None:
    world.guard = Guard(FailingPolicy(answers=1))
    async with world.unit() as unit:
        context = await world.context(unit, "gerda")
        with pytest.raises(KringError):
            await world.guard.permitted(unit, context, Action.READ, (Section.S3, Section.S4))


async def test_without_the_facts_there_is_no_decision(world: World) -> None:
    """A patient who cannot be read, or a circle of somebody else: stop, also for who may."""
    async with world.unit() as unit:
        context = await world.context(unit, "gerda")
        unknown = replace(context, patient_id="pat-0000000000000000")
        with pytest.raises(NotFound):
            await world.guard.require(unit, unknown, Action.READ, Section.S3)
        assert context.circle is not None
        elsewhere = replace(context, circle=replace(context.circle, patient_id="pat-0000000000000000"))
        with pytest.raises(FactUnavailable):
            await world.guard.require(unit, elsewhere, Action.READ, Section.S3)


async def test_an_audience_may_read_only_without_limits(world: World) -> None:
    """Pieter may read his own words in S5; that is no reason to say everything of S5 where he is."""
    async with world.unit() as unit:
        assert await world.guard.may_read_all(unit, await world.context(unit, "gerda"), [Section.S3, Section.S5])
        assert not await world.guard.may_read_all(unit, await world.context(unit, "pieter"), [Section.S5])
        assert not await world.guard.may_read_all(unit, await world.context(unit, "wim"), [Section.S5])


async def test_reading_everything_gives_what_is_open_and_refuses_who_has_nothing(world: World) -> None:
    async with world.unit() as unit:
        view = await read_dossier(unit, world.guard, await world.context(unit, "gerda"))
        assert Section.S3 in view.sections
        assert Section.S10 not in view.limited
    with pytest.raises(Refused):
        await world.read("wim")


async def test_somebody_outside_the_circle_gets_no_link_to_the_portal(world: World) -> None:
    async with world.unit() as unit:
        assert await portal_links.issue_link(unit, await world.context(unit, "pieter"))
        with pytest.raises(Refused) as refused:
            await portal_links.issue_link(unit, await world.context(unit, "wim"))
        await world.guard.record_refusal(unit, refused.value)
    [entry] = await world.logged(AuditEvent.REFUSED)
    assert (entry.user_id, entry.object_type, entry.object_id) == (world.id("wim"), "circle", world.circle_id)


async def test_a_profession_alone_is_no_role_here(world: World) -> None:
    """Joost is a professional; in this circle he is a stranger. Mevrouw de Wit is always the patient."""

    async def role(who: str) -> Role | None:
        async with world.unit() as unit:
            context: RequestContext = await world.context(unit, who)
            return context.role

    assert await role("joost") is None
    assert await role("wim") is None
    assert await role(PATIENT) is Role.PATIENT
    assert await role("bea") is Role.ADMINISTRATOR


async def test_a_refusal_half_way_undoes_what_went_before(world: World) -> None:
    """One transaction: the first entry is gone when the second is refused."""

    async def both() -> None:
        async with world.unit() as unit:
            context = await world.context(unit, "samira")
            for value in (PainScore(8, Reporter.PROFESSIONAL), directive()):
                section = kind_of(value).section
                assert section is not None
                await record_entry(unit, world.guard, context, NewEntry(kind_of(value), value, section), room_event())

    before = await everything_about(world)
    with pytest.raises(Refused):
        await both()
    assert await everything_about(world) == before


async def test_a_permit_names_policy_rules_and_consent(world: World) -> None:
    """NEN 7513 7.4.6 and 7.4.8: by which rule and by which choice of the patient."""
    consent = await world.choose(ConsentDecision.PERMIT, "role:relative", "S4")
    async with world.unit() as unit:
        context = await world.context(unit, "pieter")
        permit = await world.guard.require(unit, context, Action.READ, Section.S4)
        request, decision = await world.guard.decide(unit, context, Action.READ, Section.S4)
    assert permit.consent_id == consent.id
    assert permit.policy == f"{policies().version}:{','.join(rule.id for rule in decision.rules)}"
    assert (request.consented, request.patient_state) == (True, PatientState.ALIVE)
