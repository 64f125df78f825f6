"""E5: incapacity is about one matter, judged by a doctor, until a day; a representative decides there alone."""

from datetime import date

import pytest

from hub.application.use_cases.representation import rank_warning
from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.capacity import Matter, matters_of, parse_capacity
from hub.domain.consent import ConsentContext, ConsentDecision
from hub.domain.errors import AccessDenied, CommandRejected
from hub.domain.observations import PainScore, Reporter
from hub.domain.representation import Rank, rank_of
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.family import chooses, judged, reads, represents
from tests.stories.room import TEAM, Room, bodies
from tests.world import directive

YES, NO = ConsentDecision.PERMIT, ConsentDecision.DENY
TREATMENT, DAILY, SHARING = "behandeling", "dagelijkse zorg", "toestemming"


def unable(about: str, review: str = "2026-12-03") -> LegalCapacity:
    return LegalCapacity(False, about, PartialDate("2026-11-03"), method="gesprek", review_on=PartialDate(review))


async def something_in_each(room: Room) -> None:
    await room.world.record("carla", directive())
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))


async def test_e05_the_representative_takes_part_only_in_the_matter_that_was_judged(room: Room) -> None:
    await something_in_each(room)
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    with pytest.raises(AccessDenied):
        await room.world.read("karin")
    await judged(room, unable(TREATMENT))
    assert await reads(room.world, "karin") == {Section.S3, Section.S5}
    with pytest.raises(AccessDenied):
        await room.world.read("karin", Section.S4)
    with pytest.raises(AccessDenied):
        await chooses(room, "karin", YES, f"person:{room.world.id('pieter')}", "S4")
    await judged(room, unable(DAILY))
    assert await reads(room.world, "karin") == {Section.S3, Section.S4, Section.S5}
    await judged(room, unable(SHARING))
    await chooses(room, "karin", YES, f"person:{room.world.id('pieter')}", "S4")
    assert await reads(room.world, "pieter") == {Section.S4}


async def test_e05_the_doctor_records_matter_method_date_and_review_and_a_second_person_confirms(room: Room) -> None:
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    (refused,) = await room.says("samira", "!wilsbekwaam nee voor behandeling", TEAM)
    assert "arts" in refused.body
    (refused,) = await room.says("gerda", "!wilsbekwaam nee voor behandeling, beoordeeld op 3-11-2026", TEAM)
    assert "opnieuw op" in refused.body
    typed = "!wilsbekwaam nee voor behandeling, beoordeeld op 3-11-2026 met gesprek, opnieuw op 3-12-2026"
    (answer,) = await room.says("gerda", typed, TEAM)
    assert "voorstel S3-1" in answer.body
    with pytest.raises(AccessDenied):
        await room.world.read("karin")
    await room.says("ruben", "!bevestig S3-1", TEAM)
    await room.world.read("karin", Section.S3)
    shown = bodies(await room.says("gerda", "!dossier zorgplanning", TEAM))
    assert "NIET wilsbekwaam voor behandeling" in shown
    assert "(gesprek); opnieuw beoordelen uiterlijk 3-12-2026" in shown


async def test_e05_a_reversal_counts_from_the_first_word_and_a_review_date_that_passed_ends_it(room: Room) -> None:
    await something_in_each(room)
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    await judged(room, unable(TREATMENT))
    assert await reads(room.world, "karin")
    await room.says("gerda", "!wilsbekwaam ja voor behandeling, beoordeeld op 3-11-2026", TEAM)
    with pytest.raises(AccessDenied):
        await room.world.read("karin")
    await judged(room, unable(TREATMENT))
    assert await reads(room.world, "karin")
    room.world.clock.pass_by(days=31)
    with pytest.raises(AccessDenied):
        await room.world.read("karin")


async def test_e05_what_the_patient_refused_stays_in_force_against_the_representative(room: Room) -> None:
    await something_in_each(room)
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    pieter = f"person:{room.world.id('pieter')}"
    await chooses(room, "anna", NO, pieter, "S4")
    await chooses(room, "anna", NO, "everyone", situation=ConsentContext.EMERGENCY)
    await chooses(room, "anna", NO, "everyone", situation=ConsentContext.AFTER_DEATH)
    await judged(room, unable(SHARING))
    for target, sections, situation in (
        (pieter, "S4", None),
        (pieter, "all", None),
        ("everyone", "all", ConsentContext.EMERGENCY),
        (pieter, "all", ConsentContext.AFTER_DEATH),
    ):
        with pytest.raises(CommandRejected) as refused:
            await chooses(room, "karin", YES, target, sections, situation)
        assert refused.value.code in {"patient-said-no", "patient-chose"}
    await chooses(room, "karin", YES, pieter, "S5")
    assert await reads(room.world, "pieter") == {Section.S5}
    assert directive() in [entry.value for entry in await room.world.read("gerda", Section.S3)]


async def test_e05_the_patient_says_no_at_any_time_and_yes_is_for_the_representative_now(room: Room) -> None:
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    await judged(room, unable(SHARING))
    pieter = f"person:{room.world.id('pieter')}"
    with pytest.raises(CommandRejected) as refused:
        await chooses(room, "anna", YES, pieter, "S4")
    assert refused.value.code == "represented-now"
    await chooses(room, "anna", NO, pieter, "S4")
    with pytest.raises(CommandRejected):
        await chooses(room, "karin", YES, pieter, "S4")


async def test_e05_a_relative_without_the_role_cannot_consent(room: Room) -> None:
    await judged(room, unable(SHARING))
    with pytest.raises(AccessDenied):
        await chooses(room, "pieter", YES, "role:relative", "S4")


async def test_e05_two_of_equal_rank_who_disagree_wait_for_the_doctor(room: Room) -> None:
    await something_in_each(room)
    await represents(room, "karin", "Karin", "Smit", "dochter, legitimatie gezien")
    await represents(room, "bas", "Bas", "de Wit", "zoon, legitimatie gezien")
    await judged(room, unable(SHARING))
    pieter = f"person:{room.world.id('pieter')}"
    await chooses(room, "karin", NO, pieter, "S4")
    with pytest.raises(CommandRejected) as refused:
        await chooses(room, "bas", YES, pieter, "S4")
    assert refused.value.code == "representatives-disagree"
    (answer, *_) = await room.says("carla", "!vertegenwoordiger Bas de Wit: woont bij haar", TEAM)
    assert "Vastgelegd" not in answer.body
    (answer, *_) = await room.says("gerda", "!vertegenwoordiger Bas de Wit: woont bij haar en kent haar wens", TEAM)
    assert "Bas de Wit beslist als vertegenwoordiger" in answer.body
    await chooses(room, "bas", YES, pieter, "S4")
    assert await reads(room.world, "pieter") == {Section.S4}
    with pytest.raises(AccessDenied):
        await chooses(room, "karin", NO, pieter, "S4")


async def test_e05_the_doctor_cannot_choose_somebody_who_comes_later_in_the_law(room: Room) -> None:
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    await represents(room, "bas", "Bas", "de Wit", "zoon, legitimatie gezien")
    (answer,) = await room.says("gerda", "!vertegenwoordiger Bas de Wit: praktischer", TEAM)
    assert "Karin Smit (mentor) gaat voor" in answer.body


@pytest.mark.parametrize(
    ("evidence", "rank"),
    [
        ("curator, beschikking van de kantonrechter", Rank.CURATOR),
        ("mentorschap, beschikking gezien", Rank.MENTOR),
        ("schriftelijke volmacht van 3 maart", Rank.AUTHORISED),
        ("echtgenoot", Rank.PARTNER),
        ("dochter, legitimatie getoond", Rank.FAMILY),
        ("ouder met gezag", Rank.PARENT_WITH_AUTHORITY),
        ("legitimatie getoond", Rank.UNKNOWN),
        (None, Rank.UNKNOWN),
    ],
)
def test_e05_the_paper_says_who_goes_first(evidence: str | None, rank: Rank) -> None:
    """BW 7:465 lid 2 and 3."""
    assert rank_of(evidence) is rank


@pytest.mark.parametrize(
    ("about", "matters"),
    [
        ("medische behandelbeslissingen", {Matter.TREATMENT}),
        ("dagelijkse zorg en wonen", {Matter.DAILY_CARE}),
        ("het delen van gegevens", {Matter.SHARING}),
        ("behandeling en dagelijkse zorg", {Matter.TREATMENT, Matter.DAILY_CARE}),
        ("deze beslissing", set(Matter)),
    ],
)
def test_e05_a_matter_is_read_from_the_words_of_the_doctor(about: str, matters: set[Matter]) -> None:
    assert matters_of(about) == matters


@pytest.mark.parametrize(
    "typed",
    [
        "nee",
        "nee voor behandeling",
        "nee voor behandeling, beoordeeld op 3-11-2026 met gesprek",
        "nee voor behandeling, beoordeeld op 3-11-2026 met gesprek, opnieuw op 31-2-2027",
        "nee voor behandeling, beoordeeld op 4-11-2026 met gesprek, opnieuw op 3-12-2026",
        "nee voor behandeling, beoordeeld op 3-11-2026 met gesprek, opnieuw op 3-11-2026",
        "misschien voor behandeling, beoordeeld op 3-11-2026",
    ],
)
def test_e05_half_a_judgement_is_none(typed: str) -> None:
    with pytest.raises(CommandRejected):
        parse_capacity(typed, date(2026, 11, 3))


async def test_e05_who_admits_hears_that_nothing_proves_it_or_who_goes_first(room: Room) -> None:
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    await represents(room, "bas", "Bas", "de Wit", "zoon, legitimatie gezien")
    await represents(room, "kees", "Kees", "Vos", "legitimatie gezien")
    heard = {}
    async with room.world.unit() as unit:
        patient = await unit.patients.get(room.world.patient_id)
        for who in ("karin", "bas", "kees"):
            person, now = room.world.people[who], room.world.clock()
            heard[who] = await rank_warning(unit, room.world.circle_id, person, patient, now)
    assert heard["karin"] is None
    assert "Karin Smit (mentor) gaat voor" in (heard["bas"] or "")
    assert "niet vastgelegd waaruit blijkt" in (heard["kees"] or "")
