"""Tegenspraak: symmetric, never a silent winner, and settled by a later conversation only."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.advance_care_plan import (
    Decision,
    Goal,
    LegalCapacity,
    MedicalPolicyGoal,
    Treatment,
    TreatmentDirective,
)
from hub.domain.advance_directives import AdvanceDirective, DirectiveType
from hub.domain.care_network import ContactPerson, ContactRole, MedicalDevice
from hub.domain.conflicts import Conflict, Matter, between, conflicts, mark
from hub.domain.dossier import Entry, Source, SourceKind, to_show
from hub.domain.representation import Rank
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Role
from hub.domain.wishes import Answer, Euthanasia, EuthanasiaPosition, Place, PreferredPlaceOfDeath, View
from tests.domain.test_freshness import AT, DAY, entry

DATES = st.sampled_from([None, PartialDate("2026-11-03"), PartialDate("2026-11-04"), PartialDate("2026-11")])
DIRECTIVES = st.builds(
    TreatmentDirective,
    treatment=st.sampled_from([Treatment.RESUSCITATION, Treatment.VENTILATION, Treatment.ICD_OFF]),
    decision=st.sampled_from([Decision.YES, Decision.NO, Decision.UNKNOWN, Decision.UNDECIDED]),
    discussed_on=DATES,
)
VALUES = st.one_of(
    DIRECTIVES,
    st.builds(MedicalPolicyGoal, st.sampled_from(Goal)),
    st.builds(AdvanceDirective, st.sampled_from(DirectiveType)),
    st.builds(MedicalDevice, st.sampled_from(Answer)),
    st.builds(EuthanasiaPosition, st.sampled_from(Euthanasia)),
    st.builds(PreferredPlaceOfDeath, st.sampled_from(Place)),
    st.builds(PreferredPlaceOfDeath, st.sampled_from(Place), st.just(View.RELATIVE), st.just("zoon Pieter")),
    st.builds(
        ContactPerson,
        st.sampled_from(["Pieter", "Marijke"]),
        st.sampled_from([(ContactRole.FIRST_CONTACT,), (ContactRole.MENTOR,), (ContactRole.CONTACT,)]),
    ),
)
YES_CPR = TreatmentDirective(Treatment.RESUSCITATION, Decision.YES)


def _seen(found: tuple[Conflict, ...]) -> set[tuple[str, frozenset[object]]]:
    return {(one.matter.value, frozenset({one.first.ref, one.second.ref})) for one in found}


@given(st.lists(VALUES, max_size=7), st.randoms())
def test_who_was_first_decides_nothing(values: list[object], random: object) -> None:
    held = [entry(value, number=number) for number, value in enumerate(values, 1)]
    mixed = list(held)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert _seen(between(held)) == _seen(between(mixed)) == _seen(conflicts(mixed))
    for one in between(held):
        assert _seen(between([one.second, one.first])) == _seen((one,))


@given(st.lists(VALUES, max_size=7))
def test_both_sides_of_what_is_marked_point_at_each_other(values: list[object]) -> None:
    marked = {one.ref: one for one in mark([entry(value, number=n) for n, value in enumerate(values, 1)])}
    for one in marked.values():
        for ref in one.against:
            assert one.ref in marked[ref].against


@given(st.permutations(["carla", "ruben", "carla", "ruben"]), st.lists(DIRECTIVES, min_size=4, max_size=4))
def test_two_writers_who_take_turns_never_win_in_silence(writers: list[str], said: list[TreatmentDirective]) -> None:
    """Whatever the order, a yes or no of the other that is lost without a later conversation is shown beside."""
    chain: list[Entry] = []
    for version, (who, typed) in enumerate(zip(writers, said, strict=True), 1):
        value = replace(typed, treatment=Treatment.RESUSCITATION)
        chain.append(entry(value, at=AT + version * timedelta(hours=1), version=version, author_id=f"per-{who}"))
    last = chain[-1]
    lost = [
        one
        for one in chain[:-1]
        if one.author_id != last.author_id and one.value.decision.is_agreement and one.value.agreed != last.value.agreed
    ]
    settled = last.value.discussed_on is not None and all(
        one.value.discussed_on is None or last.value.discussed_on.certainly_after(one.value.discussed_on)
        for one in lost
    )
    contested = [one for one in to_show(chain) if one.contested]
    assert bool(contested) is (bool(lost) and not settled)
    if contested:
        assert len(contested) == 2
        assert contested[-1].version == last.version
        assert [one.matter for one in conflicts(chain)] == [Matter.SAME_LINE]


@pytest.mark.parametrize(
    ("one", "other", "matter"),
    [
        (MedicalPolicyGoal(Goal.RELIEVE_ONLY), YES_CPR, Matter.GOAL),
        (MedicalPolicyGoal(Goal.ACTIVE), YES_CPR, None),
        (AdvanceDirective(DirectiveType.DO_NOT_RESUSCITATE), YES_CPR, Matter.STATEMENT),
        (AdvanceDirective(DirectiveType.DO_NOT_RESUSCITATE), replace(YES_CPR, decision=Decision.NO), None),
        (AdvanceDirective(DirectiveType.EUTHANASIA), EuthanasiaPosition(Euthanasia.NOT_WANTED), Matter.EUTHANASIA),
        (MedicalDevice(Answer.NO), TreatmentDirective(Treatment.ICD_OFF, Decision.YES), Matter.ICD),
        (MedicalDevice(Answer.YES), TreatmentDirective(Treatment.ICD_OFF, Decision.YES), None),
        (
            ContactPerson("Pieter", (ContactRole.FIRST_CONTACT,)),
            ContactPerson("Marijke", (ContactRole.FIRST_CONTACT,)),
            Matter.FIRST_CONTACT,
        ),
        (
            ContactPerson("Pieter", (ContactRole.MENTOR,)),
            ContactPerson("Marijke", (ContactRole.AUTHORISED_IN_WRITING,)),
            Matter.REPRESENTATIVE,
        ),
        (
            ContactPerson("Pieter", (ContactRole.MENTOR,), rank=Rank.MENTOR),
            ContactPerson("Marijke", (ContactRole.AUTHORISED_IN_WRITING,), rank=Rank.AUTHORISED),
            None,
        ),
        (
            PreferredPlaceOfDeath(Place.HOME),
            PreferredPlaceOfDeath(Place.HOSPICE, View.RELATIVE, "zoon Pieter"),
            Matter.VIEWS,
        ),
        (
            PreferredPlaceOfDeath(Place.HOME),
            PreferredPlaceOfDeath(Place.UNKNOWN, View.RELATIVE, "zoon Pieter"),
            None,
        ),
    ],
)
def test_what_does_not_go_together(one: object, other: object, matter: Matter | None) -> None:
    for first, second in itertools.permutations((one, other)):
        found = between([entry(first, number=1), entry(second, number=2)])
        assert [conflict.matter for conflict in found] == ([matter] if matter else [])


def test_what_was_imported_speaks_for_who_wrote_it_there() -> None:
    no = replace(YES_CPR, decision=Decision.NO, discussed_on=PartialDate("2026-11-03"))
    chain = [
        entry(no, version=1),
        replace(entry(replace(YES_CPR, discussed_on=PartialDate("2026-11-03")), version=2, at=AT + DAY),
                source=Source(SourceKind.IMPORT, "his/1")),
    ]  # fmt: skip
    assert [one.contested for one in to_show(chain)] == [True, True]
    later = replace(chain[1], value=replace(YES_CPR, discussed_on=PartialDate("2026-11-04")))
    assert [one.contested for one in to_show([chain[0], later])] == [False]


def test_the_patients_own_word_settles_where_the_wish_is_theirs() -> None:
    chain = [
        entry(PreferredPlaceOfDeath(Place.HOSPICE), author_id="per-carla"),
        replace(entry(PreferredPlaceOfDeath(Place.HOME), version=2, at=AT + DAY, author_id="per-anna"),
                author_role=Role.PATIENT),
    ]  # fmt: skip
    assert [one.contested for one in to_show(chain)] == [False]
    assert [one.contested for one in to_show([replace(chain[0]), replace(chain[1], author_role=Role.GP)])] == [True] * 2


def test_capacity_yes_and_no_of_one_day_are_both_shown() -> None:
    no = LegalCapacity(capable=False, judged_on=PartialDate("2026-11-03"))
    chain = [entry(no), entry(replace(no, capable=True), version=2, at=AT + DAY, author_id="per-ruben")]
    assert [one.contested for one in to_show(chain)] == [True, True]


def test_two_organisations_at_the_same_moment_are_named_even_where_nothing_contradicts() -> None:
    first = entry(ContactPerson("Pieter", (ContactRole.CONTACT,), phones=("026-1",)))
    second = replace(
        entry(ContactPerson("Pieter", (ContactRole.CONTACT,), phones=("026-2",)), version=2, author_id="per-samira"),
        organisation="Thuiszorg Rijnoever",
        recorded_at=AT + timedelta(minutes=2),
    )
    assert [one.matter for one in conflicts([first, second])] == [Matter.AT_THE_SAME_TIME]
    assert conflicts([first, replace(second, recorded_at=AT + DAY)]) == ()
