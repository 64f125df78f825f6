"""What must hold for any question at all, not only for those we thought of."""

from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.access.engine import PolicyEngine
from hub.domain.access import AccessRequest
from hub.domain.vocabulary import Action, AgeBand, EmergencyChoice, PatientState, Purpose, Role, Section

from .asking import CELLS, DAY, NOW, ask
from .conftest import POLICIES
from .expected_matrix import expected

ENGINE = PolicyEngine.load(POLICIES)

moments = st.integers(-10, 10).map(lambda hours: NOW + timedelta(hours=hours))
questions = st.builds(
    lambda cell, **facts: ask(facts.pop("role"), *cell, **facts),
    st.sampled_from(CELLS),
    role=st.sampled_from([*Role, None]),
    now=moments,
    purpose=st.sampled_from(Purpose),
    relation_since=st.none() | moments,
    relation_until=st.none() | moments,
    lead=st.booleans(),
    consented=st.booleans(),
    objected=st.booleans(),
    discussed=st.booleans(),
    representative_active=st.booleans(),
    patient_state=st.sampled_from(PatientState),
    circle_open=st.booleans(),
    consultable=st.booleans(),
    explicit=st.booleans(),
    age=st.sampled_from(AgeBand),
    completing=st.booleans(),
    after_death=st.booleans(),
    assured=st.booleans(),
    stepped_up=st.booleans(),
    open_tasks=st.booleans(),
    emergency_open=st.booleans(),
    emergency_choice=st.sampled_from(EmergencyChoice),
    case_open=st.booleans(),
    approved=st.booleans(),
)


@given(questions)
@settings(deadline=None, max_examples=500)
def test_any_question_is_answered_as_by_hand(question: AccessRequest) -> None:
    decision = ENGINE.decide(question)
    permitted, limits = expected(question)
    assert decision.permitted is permitted
    assert decision.errors == ()
    if permitted:
        assert decision.limits == limits


@given(questions)
@settings(deadline=None)
def test_an_objection_beats_every_permit_but_the_patients_own(question: AccessRequest) -> None:
    decision = ENGINE.decide(replace(question, objected=True))
    if question.role is not Role.PATIENT:
        assert not decision.permitted
    else:
        assert decision.permitted is ENGINE.decide(replace(question, objected=False)).permitted


@given(questions)
@settings(deadline=None)
def test_without_a_relation_no_section_opens_to_a_carer_or_a_relative(question: AccessRequest) -> None:
    decision = ENGINE.decide(replace(question, relation_since=None))
    if question.section is not None and question.role not in {Role.PATIENT, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR}:
        assert not decision.permitted


@given(questions)
@settings(deadline=None)
def test_the_administrator_and_the_coordinator_never_see_content(question: AccessRequest) -> None:
    for role in (Role.ADMINISTRATOR, Role.COORDINATOR):
        if question.section is not None:
            assert not ENGINE.decide(replace(question, role=role)).permitted


@pytest.mark.parametrize(
    "facts",
    [
        {"consented": None},
        {"objected": None},
        {"circle_open": None},
        {"patient_state": None},
        {"patient_state": "alive"},
        {"purpose": None},
        {"now": None},
        {"now": NOW.replace(tzinfo=None)},
        {"relation_until": "2026-12-01"},
        {"action": Action.INVITE},
        {"section": None},
    ],
    ids=str,
)
def test_a_missing_or_odd_fact_is_no(facts: dict[str, object]) -> None:
    question = ask(Role.GP, Action.READ, Section.S1, relation_until=NOW + DAY)
    assert ENGINE.decide(question).permitted
    decision = ENGINE.decide(replace(question, **facts))  # type: ignore[arg-type]
    assert not decision.permitted
    assert decision.rules == ()
    assert decision.errors


def test_a_decision_is_quick_enough_to_ask_every_time() -> None:
    # The aim is p99 within 1 ms on a quiet machine (make bench measures it); the bound here only catches a lost handle
    # or a parse per question, which cost milliseconds each time. The median does not mind a busy machine.
    question = ask(Role.COACH, Action.READ, Section.S5, lead=True)
    times = []
    for _ in range(300):
        start = perf_counter()
        ENGINE.decide(question)
        times.append(perf_counter() - start)
    assert sorted(times)[150] < 0.005
