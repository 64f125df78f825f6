"""Consent and objection, section by section: the latest choice counts, the nearest one wins, unknown is no (I8)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.consent import (
    NOTHING_RECORDED,
    Consent,
    ConsentDecision,
    ConsentTarget,
    TargetKind,
    parse_sections,
    verdict,
    verdict_on_person,
)
from hub.domain.errors import CommandRejected
from hub.domain.people import Person, PersonName
from hub.domain.vocabulary import Role, Section

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
PIETER = Person("per-pieter", Role.RELATIVE, PersonName("Pieter", "de Wit"), None, None, None, NOON)
JOOST = Person("per-joost", Role.FACILITY, PersonName("Joost", "Linden"), None, "Hospice De Linde", None, NOON)
TARGETS = ("role:relative", "role:facility", "person:per-pieter", "person:per-joost", "organisation:Hospice De Linde")

people = st.sampled_from([PIETER, JOOST])
sections = st.sampled_from(Section)
choices = st.builds(
    lambda decision, target, chosen: (decision, target, chosen),
    st.sampled_from(ConsentDecision),
    st.sampled_from(TARGETS),
    st.frozensets(sections, min_size=1),
)
to = ConsentTarget.parse
Choice = tuple[ConsentDecision, str, frozenset[Section]]


def recorded(*made: Choice) -> list[Consent]:
    return [
        Consent(
            f"con-{number}", "pat-anna", decision, ConsentTarget.parse(target), chosen, "per-anna", "", number=number
        )
        for number, (decision, target, chosen) in enumerate(made, 1)
    ]


histories = st.lists(choices, max_size=8).map(lambda made: recorded(*made))


@given(histories, choices, people, sections)
def test_one_more_objection_never_opens_anything(
    history: list[Consent], choice: Choice, person: Person, section: Section
) -> None:
    _, target, chosen = choice
    more = replace(recorded((ConsentDecision.DENY, target, chosen))[0], id="con-more", number=len(history) + 1)
    before = verdict(history, person, person.role, section)
    after = verdict([*history, more], person, person.role, section)
    assert before.consented or not after.consented
    assert after.objected or not before.objected


@given(histories, choices, people, sections)
def test_one_more_permission_never_adds_an_objection(
    history: list[Consent], choice: Choice, person: Person, section: Section
) -> None:
    _, target, chosen = choice
    more = replace(recorded((ConsentDecision.PERMIT, target, chosen))[0], id="con-more", number=len(history) + 1)
    assert verdict(history, person, person.role, section).objected or not (
        verdict([*history, more], person, person.role, section).objected
    )


@given(histories, st.randoms(), people, sections)
def test_the_order_of_recording_counts_and_not_the_order_of_reading(
    history: list[Consent], random: object, person: Person, section: Section
) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert verdict(shuffled, person, person.role, section) == verdict(history, person, person.role, section)


@given(histories, people, sections)
def test_a_choice_is_never_both_and_names_the_record_that_decided(
    history: list[Consent], person: Person, section: Section
) -> None:
    found = verdict(history, person, person.role, section)
    assert not (found.consented and found.objected)
    if found == NOTHING_RECORDED:
        return
    [deciding] = [consent for consent in history if consent.id == found.consent_id]
    assert section in deciding.sections
    assert deciding.target.matches(person, person.role)
    assert (deciding.decision is ConsentDecision.PERMIT) == found.consented


@given(histories, choices, people, sections)
def test_a_choice_about_other_sections_changes_nothing_here(
    history: list[Consent], choice: Choice, person: Person, section: Section
) -> None:
    decision, target, chosen = choice
    elsewhere = chosen - {section}
    if elsewhere:
        more = replace(recorded((decision, target, elsewhere))[0], id="con-more", number=len(history) + 1)
        assert verdict([*history, more], person, person.role, section) == verdict(history, person, person.role, section)


def test_what_was_never_said_is_no() -> None:
    assert verdict([], PIETER, Role.RELATIVE, Section.S4) == NOTHING_RECORDED
    assert not NOTHING_RECORDED.consented


def test_withdrawing_takes_one_act() -> None:
    """AVG 7 lid 3."""
    everything = frozenset(Section)
    history = recorded(
        (ConsentDecision.PERMIT, "person:per-pieter", everything),
        (ConsentDecision.PERMIT, "person:per-pieter", frozenset({Section.S4})),
        (ConsentDecision.DENY, "person:per-pieter", everything),
    )
    assert verdict(history, PIETER, Role.RELATIVE, Section.S4).objected
    assert verdict_on_person(history, PIETER, Role.RELATIVE).objected


def test_the_nearest_choice_wins() -> None:
    """Not the relatives, but Pieter; the hospice, but not Joost."""
    history = recorded(
        (ConsentDecision.PERMIT, "person:per-pieter", frozenset({Section.S4})),
        (ConsentDecision.DENY, "role:relative", frozenset({Section.S4})),
        (ConsentDecision.PERMIT, "organisation:Hospice De Linde", frozenset({Section.S4})),
        (ConsentDecision.DENY, "person:per-joost", frozenset({Section.S4})),
        (ConsentDecision.PERMIT, "role:facility", frozenset({Section.S4})),
    )
    assert verdict(history, PIETER, Role.RELATIVE, Section.S4).consent_id == "con-1"
    assert verdict(history, JOOST, Role.FACILITY, Section.S4).consent_id == "con-4"
    colleague = replace(JOOST, id="per-tineke")
    assert verdict(history, colleague, Role.FACILITY, Section.S4).consent_id == "con-3"


def test_a_choice_about_a_role_is_about_the_role_in_this_circle() -> None:
    history = recorded((ConsentDecision.PERMIT, "role:relative", frozenset({Section.S4})))
    assert verdict(history, PIETER, Role.RELATIVE, Section.S4).consented
    assert not verdict(history, PIETER, None, Section.S4).consented
    assert not verdict(history, PIETER, Role.REPRESENTATIVE, Section.S4).consented


def test_only_an_objection_in_every_section_shuts_somebody_out_of_the_circle() -> None:
    all_but_one = frozenset(Section) - {Section.S9}
    assert not verdict_on_person(
        recorded((ConsentDecision.DENY, "role:relative", all_but_one)), PIETER, Role.RELATIVE
    ).objected
    in_two_acts = recorded(
        (ConsentDecision.DENY, "role:relative", all_but_one),
        (ConsentDecision.DENY, "person:per-pieter", frozenset({Section.S9})),
    )
    assert verdict_on_person(in_two_acts, PIETER, Role.RELATIVE).objected


@pytest.mark.parametrize("wrong", ["", "role", "role:", "role:buurman", "person: ", "groep:x", "ROLE:gp", ":gp"])
def test_a_target_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(CommandRejected) as refused:
        ConsentTarget.parse(wrong)
    assert refused.value.code == "bad-consent-target"


@pytest.mark.parametrize("typed", ["hospice de linde", "Hospice  De Linde", " HOSPICE DE LINDE "])
def test_an_objection_does_not_miss_an_organisation_by_its_spelling(typed: str) -> None:
    assert ConsentTarget.parse(f"organisation:{typed}").matches(JOOST, Role.FACILITY)
    assert not ConsentTarget.parse("organisation:Hospice De Lin").matches(JOOST, Role.FACILITY)


def test_an_organisation_may_have_a_colon_in_its_name() -> None:
    assert ConsentTarget.parse("organisation: Zorg: De Linde ") == ConsentTarget(
        TargetKind.ORGANISATION, "Zorg: De Linde"
    )


@given(st.frozensets(sections, min_size=1))
def test_sections_that_were_written_are_read_back(chosen: frozenset[Section]) -> None:
    assert parse_sections(", ".join(section.value.lower() for section in chosen)) == chosen


def test_all_means_all_and_none_is_refused() -> None:
    assert parse_sections(" ALL ") == frozenset(Section)
    for wrong in ("", ",", "S12", "S3;S4", "alles"):
        with pytest.raises(CommandRejected):
            parse_sections(wrong)
