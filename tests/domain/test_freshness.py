"""Versheid: every kind has a decision, age only makes older, and only what came later turns an agreement stale."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.advance_care_plan import Decision, LegalCapacity, Treatment, TreatmentDirective
from hub.domain.claims import CLAIMS
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.dying_phase import Course, DyingPhase
from hub.domain.emergency_kit import EmergencyKit, Indication, KitItem
from hub.domain.entries import KINDS, Kind, kind_of, topic
from hub.domain.freshness import (
    LONGEST,
    RULES,
    SOMETHING,
    FreshnessRules,
    amber_nl,
    assess,
    dated_amber_nl,
)
from hub.domain.handover import Destination, Handover
from hub.domain.identifiers import EntryRef
from hub.domain.marking import Diagnosis, IllnessPhase, Phase
from hub.domain.medication import MedicationOverview
from hub.domain.observations import Complexity, Level
from hub.domain.turning_points import Trigger, TurningPoint, turning_points
from hub.domain.values import Moment, PartialDate
from hub.domain.vocabulary import Role, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath, View

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NO = TreatmentDirective(
    Treatment.RESUSCITATION, Decision.NO, discussed_on=PartialDate("2026-11-03"), discussed_with=("patiënt",)
)
MOMENTS = st.integers(min_value=-400, max_value=800).map(lambda hours: AT + timedelta(hours=hours))
POINTS = st.lists(
    st.builds(
        TurningPoint,
        trigger=st.sampled_from(Trigger),
        at=MOMENTS,
        words=st.sampled_from(["opgenomen in het ziekenhuis", "complexiteit naar hoog", "een nieuwe diagnose"]),
        section=st.sampled_from([None, Section.S2, Section.S4]),
        source=st.sampled_from(["overdracht 1", "S2-1/2"]),
    ),
    max_size=5,
)


def entry(value: Any, *, at: datetime = AT, number: int = 1, version: int = 1, **more: Any) -> Entry:
    kind = kind_of(value)
    return Entry(
        patient_id="pat-1",
        ref=EntryRef(kind.section or Section.S3, number),
        version=version,
        kind=kind,
        topic=topic(value),
        status=more.pop("status", Status.ACTIVE),
        value=value,
        author_id=more.pop("author_id", "per-carla"),
        author_role=Role.COACH,
        responsible_id="per-carla",
        organisation="Praktijk De Brug",
        source=Source(SourceKind.ROOM, "$e"),
        recorded_at=at,
        **more,
    )


def test_every_kind_of_entry_has_a_decision_about_age_and_about_contradiction() -> None:
    assert set(RULES) == set(Kind)
    assert set(CLAIMS) == set(Kind)


@pytest.mark.parametrize("kind", [kind for kind in Kind if RULES[kind].kept], ids=str)
def test_a_rule_names_fields_that_its_kind_has(kind: Kind) -> None:
    rule, fields = RULES[kind], KINDS[kind].value.__dataclass_fields__
    assert rule.said is None or rule.said in fields
    assert rule.until is None or rule.until in fields
    claim = CLAIMS[kind]
    assert claim is None or claim.date is None or claim.date in fields
    assert not kind.is_series or kind is Kind.CARE_AGREEMENT, "a measurement is of its own day"


@given(MOMENTS, st.integers(min_value=0, max_value=900), POINTS)
def test_what_is_stale_stays_stale_and_only_grows_older(now: datetime, later: int, points: list[TurningPoint]) -> None:
    earlier, then = assess(entry(NO), points, now), assess(entry(NO), points, now + timedelta(days=later))
    assert earlier is not None
    assert then is not None
    assert then.age_days >= earlier.age_days
    assert then.stale or not earlier.stale
    assert {one.words for one in earlier.because} <= {one.words for one in then.because}


@given(MOMENTS, POINTS)
def test_only_a_trigger_of_this_kind_after_the_conversation_counts(now: datetime, points: list[TurningPoint]) -> None:
    for kind_value in (NO, LegalCapacity(capable=True, judged_on=PartialDate("2026-11-03"))):
        found = assess(entry(kind_value), points, now)
        assert found is not None
        counted = {p.words for p in points if p.trigger in RULES[kind_of(kind_value)].triggers and AT < p.at <= now}
        assert {one.words for one in found.because if one.cause != "time"} == counted


@given(POINTS)
def test_the_warning_is_there_exactly_when_it_is_stale_and_says_that_it_stands(points: list[TurningPoint]) -> None:
    found = assess(entry(NO), points, AT + 2 * DAY)
    assert found is not None
    for said in (amber_nl(found), dated_amber_nl(found)):
        assert bool(said) is found.stale
        assert not said or (said.startswith("LET OP: ") and "tot dat gesprek blijft dit gelden" in said)
        assert "\n" not in said


def test_confirming_later_makes_an_old_conversation_no_younger() -> None:
    later = entry(NO, at=AT + 30 * DAY, version=2)
    moved = TurningPoint(Trigger.MOVED, AT + 10 * DAY, "opgenomen in het ziekenhuis", None, "overdracht 1")
    found = assess(later, [moved], AT + 30 * DAY)
    assert found is not None
    assert (found.age_days, found.stale) == (30, True)


def test_a_date_that_is_known_in_part_counts_from_its_first_day() -> None:
    vague = replace(NO, discussed_on=PartialDate("2026"))
    found = assess(entry(vague), [], AT)
    assert found is not None
    assert found.said_on == date(2026, 1, 1)
    assert amber_nl(found) == "LET OP: 306 dagen oud; bespreek opnieuw; tot dat gesprek blijft dit gelden."


def test_the_days_of_each_kind_count_and_a_clinician_may_choose_others() -> None:
    on, after = AT + 90 * DAY, AT + 91 * DAY
    assert [assess(entry(NO), [], now).stale for now in (on, after)] == [False, True]  # type: ignore[union-attr]
    chosen = FreshnessRules({Kind.TREATMENT_DIRECTIVE: 30}, {Kind.TREATMENT_DIRECTIVE: ()})
    moved = TurningPoint(Trigger.MOVED, AT + DAY, "opgenomen", None, "overdracht 1")
    assert not assess(entry(NO), [moved], AT + 30 * DAY, chosen).stale  # type: ignore[union-attr]
    assert assess(entry(NO), [moved], AT + 31 * DAY, chosen).stale  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "chosen", [{Kind.NOTE: 3}, {Kind.TREATMENT_DIRECTIVE: 0}, {Kind.TREATMENT_DIRECTIVE: LONGEST + 1}]
)
def test_a_choice_that_means_nothing_is_refused(chosen: dict[Kind, int]) -> None:
    with pytest.raises(ValueError, match=r"veroudert niet|dagen"):
        FreshnessRules(chosen)


def test_a_copy_of_the_medication_is_trusted_for_a_week_and_for_a_day_when_somebody_is_dying() -> None:
    copy = entry(MedicationOverview(("paracetamol",), "apotheek", Moment("2026-11-03")))
    assert not assess(copy, [], AT + 7 * DAY).stale  # type: ignore[union-attr]
    assert assess(copy, [], AT + 8 * DAY).stale  # type: ignore[union-attr]
    found = assess(copy, [], AT + 2 * DAY, dying=True)
    assert found is not None
    assert amber_nl(found) == "LET OP: 2 dagen oud; vraag de actuele lijst op."


def test_a_day_that_people_agreed_on_goes_before_the_days_of_the_table() -> None:
    kit = entry(EmergencyKit((KitItem(Indication.PAIN, "morfine"),), expires_on=PartialDate("2027-06-30")))
    assert not assess(kit, [], AT + 200 * DAY).stale  # type: ignore[union-attr]
    found = assess(kit, [], AT + 300 * DAY)
    assert found is not None
    assert "de afgesproken datum 30-6-2027 is voorbij; controleer of dit nog klopt" in amber_nl(found)


def test_a_proposal_and_a_measurement_have_no_freshness() -> None:
    assert assess(entry(NO, status=Status.PROPOSED), [], AT) is None
    assert assess(entry(Diagnosis("borstkanker")), [], AT) is None


def test_who_may_not_read_what_changed_hears_that_something_did_or_nothing() -> None:
    rose = TurningPoint(Trigger.COMPLEXITY, AT + DAY, "complexiteit naar hoog", Section.S2, "S2-1/2")
    found = assess(entry(NO), [rose], AT + 2 * DAY)
    assert found is not None
    assert found.known_to({Section.S2}, others_generally=False) == found
    vague = found.known_to({Section.S3}, others_generally=True)
    assert SOMETHING in amber_nl(vague)
    assert "complexiteit" not in repr(vague)
    assert not found.known_to({Section.S3}, others_generally=False).stale


def test_what_turns_an_agreement_stale() -> None:
    low, high = Complexity(Level.LOW), Complexity(Level.HIGH)
    home = PreferredPlaceOfDeath(Place.HOME)
    chains = [
        entry(low, number=1),
        entry(high, at=AT + DAY, number=1, version=2),
        entry(home, number=1),
        entry(replace(home, place=Place.HOSPICE), at=AT + 2 * DAY, number=1, version=2),
        entry(PreferredPlaceOfDeath(Place.HOSPICE, View.RELATIVE, "zoon Pieter"), number=2),
        entry(LegalCapacity(capable=False), at=AT + 3 * DAY, number=3),
        entry(IllnessPhase(Phase.DISEASE_DIRECTED), number=4),
        entry(IllnessPhase(Phase.SYMPTOM_DIRECTED), at=AT + 4 * DAY, number=4, version=2),
        entry(DyingPhase(Course.STARTED, PartialDate("2026-11-08")), at=AT + 5 * DAY, number=1),
    ]
    moved = Handover("cir-1", 1, Destination.HOSPITAL, "per-carla", AT + 6 * DAY, None)
    assert [(point.trigger.value, point.words) for point in turning_points(chains, [moved])] == [
        ("complexity", "complexiteit naar hoog"),
        ("place", "een andere gewenste plek"),
        ("capacity", "een ander oordeel over wilsbekwaamheid"),
        ("illness", "een andere fase van de ziekte"),
        ("illness", "de stervensfase begonnen"),
        ("moved", "opgenomen in het ziekenhuis"),
    ]


def test_less_complex_an_old_diagnosis_and_a_mended_mistake_turn_nothing() -> None:
    assert turning_points([entry(Complexity(Level.HIGH)), entry(Complexity(Level.LOW), at=AT + DAY, version=2)]) == []
    (known,) = turning_points([entry(Diagnosis("COPD", since=PartialDate("2019")))])
    assert known.at < AT, "an illness of years ago that is written down now is no news"
    mistake = [
        entry(Complexity(Level.LOW)),
        entry(Complexity(Level.HIGH), at=AT + DAY, version=2),
        entry(Complexity(Level.LOW), at=AT + 2 * DAY, version=3, reason="verkeerde patiënt"),
    ]
    assert turning_points(mistake[:2]) != []
    assert turning_points(mistake) == []
