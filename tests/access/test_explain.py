"""A refusal helps whom it may help, and tells nobody what they may not know."""

from typing import Any

import pytest

from hub.access.engine import PolicyEngine
from hub.access.explain import CARE_TEAM_HELPS, NOT_OPEN, PATIENT_HELPS, SECRECY, Explanation, explain, sayable
from hub.domain.access import Decision
from hub.domain.vocabulary import Action, PatientState, Role, Section

from .asking import CELLS, NOW, ask


def told(engine: PolicyEngine, role: Role | None, action: Action, section: Section | None, **facts: Any) -> Explanation:
    request = ask(role, action, section, **facts)
    return explain(engine.decide(request), request)


def test_the_coach_hears_why_she_may_read(engine: PolicyEngine) -> None:
    answer = told(engine, Role.COACH, Action.READ, Section.S5)
    assert answer.what == "lezen in S5 Klachten en functioneren"
    assert answer.why == "De palliatieve zorgcoach leest het dossier van de eigen patiënt."
    assert answer.laws == ("BW 7:457 lid 2; AVG art. 9 lid 2 onder h; UAVG art. 30 lid 3 onder a",)
    assert answer.who_can_help == ""


def test_an_expired_locum_hears_rule_law_and_whom_to_ask(engine: PolicyEngine) -> None:
    answer = told(engine, Role.LOCUM, Action.READ, Section.S7, relation_until=NOW)
    assert answer.why == "Uw plaats in de zorg voor deze patiënt is nu niet actief."
    assert answer.laws == ("BW 7:457 lid 1 en 2",)
    assert answer.who_can_help == CARE_TEAM_HELPS


def test_a_son_without_consent_hears_that_his_mother_can_allow_it(engine: PolicyEngine) -> None:
    answer = told(engine, Role.RELATIVE, Action.READ, Section.S4)
    assert answer.who_can_help == PATIENT_HELPS
    assert told(engine, Role.RELATIVE, Action.READ, Section.S4, consented=True).who_can_help == ""


def test_a_son_his_mother_objects_to_reads_the_same_as_one_she_never_let_in(engine: PolicyEngine) -> None:
    for section in (Section.S2, Section.S3, Section.S4, Section.S7, Section.S8, Section.S9):
        never_let_in = told(engine, Role.RELATIVE, Action.READ, section)
        for consented in (True, False):
            assert never_let_in == told(engine, Role.RELATIVE, Action.READ, section, consented=consented, objected=True)


def test_a_curious_neighbour_cannot_tell_a_living_patient_from_one_who_does_not_exist(engine: PolicyEngine) -> None:
    facts: tuple[dict[str, Any], ...] = (
        {"relation_since": None},
        {"relation_since": None, "patient_state": PatientState.DECEASED},
        {"relation_since": None, "circle_open": False},
        {"objected": True},
        {"consented": True, "lead": True},
    )
    for action, section in CELLS:
        answers = {told(engine, None, action, section, **variation) for variation in facts}
        assert len(answers) == 1
        (answer,) = answers
        assert (answer.why, answer.laws, answer.who_can_help) == (NOT_OPEN, (SECRECY,), CARE_TEAM_HELPS)


def test_a_section_that_is_never_open_to_a_role_reads_the_same_as_one_that_does_not_exist(engine: PolicyEngine) -> None:
    stranger = told(engine, None, Action.READ, Section.S10)
    assert told(engine, Role.PATIENT, Action.READ, Section.S10) == stranger
    assert told(engine, Role.RELATIVE, Action.READ, Section.S10) == stranger
    assert told(engine, Role.GP, Action.READ, Section.S10, objected=True) == stranger


@pytest.mark.parametrize("role", Role)
def test_no_refusal_speaks_of_an_objection_or_of_a_death(engine: PolicyEngine, role: Role) -> None:
    # A carer who may no longer complete the dossier knows of the death; everybody else hears nothing of it.
    silent: list[dict[str, Any]] = [{"objected": True}, {"patient_state": PatientState.DECEASED, "completing": True}]
    if not role.is_professional:
        silent.append({"patient_state": PatientState.DECEASED})
    for action, section in CELLS:
        for facts in silent:
            request = ask(role, action, section, consented=True, **facts)
            decision = engine.decide(request)
            if not decision.permitted:
                words = " ".join((explain(decision, request).why, *explain(decision, request).laws))
                assert not any(word in words for word in ("bezwaar", "overl", "7:458a", "art. 21"))


def test_somebody_whose_place_ended_does_not_learn_that_the_patient_died(engine: PolicyEngine) -> None:
    ended: dict[str, Any] = {"relation_until": NOW}
    for action, section in CELLS:
        alive = told(engine, Role.RELATIVE, action, section, **ended)
        gone = told(
            engine, Role.RELATIVE, action, section, **ended, patient_state=PatientState.DECEASED, circle_open=False
        )
        assert alive == gone


def test_of_the_rules_that_closed_the_door_at_most_one_is_said_aloud(engine: PolicyEngine) -> None:
    everything_against: dict[str, Any] = {
        "objected": True,
        "circle_open": False,
        "patient_state": PatientState.DECEASED,
    }
    closing = engine.decide(ask(Role.RELATIVE, Action.RECORD, Section.S5, **everything_against)).rules
    assert len(closing) == 4
    assert sayable(closing, Role.RELATIVE) == ()
    closing = engine.decide(ask(Role.COACH, Action.RECORD, Section.S5, circle_open=False)).rules
    assert [rule.id for rule in sayable(closing, Role.COACH)] == ["guard-circle-closed"]


def test_a_policy_that_fails_says_so_to_a_colleague_and_nothing_to_a_stranger() -> None:
    failed = Decision(False, (), ("error while evaluating policy `x`",))
    colleague = explain(failed, ask(Role.GP, Action.READ, Section.S5))
    assert "niet veilig beoordelen" in colleague.why
    assert colleague.who_can_help == "de beheerder"
    assert explain(failed, ask(None, Action.READ, Section.S5)).why == NOT_OPEN


def test_every_refusal_answers_what_why_which_law_and_who_can_help(engine: PolicyEngine) -> None:
    for role in (*Role, None):
        for action, section in CELLS:
            answer = told(engine, role, action, section, circle_open=False)
            assert answer.what
            assert answer.why
            assert answer.laws
            if not engine.decide(ask(role, action, section, circle_open=False)).permitted:
                assert answer.who_can_help
