"""The conflict rules of GF Consent as a table (LAW-04), under both defaults (LAW-05), and any history.

Each line: what was recorded, in order, and what counts for Joost (hospice), for Pieter (relative) or for Samira.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.consent import (
    EVERYONE,
    AccessRules,
    Consent,
    ConsentContext,
    ConsentDecision,
    ConsentTarget,
    SharingMode,
    counting,
    emergency_choice,
    may_look_after_death,
    verdict,
)
from hub.domain.people import Person, PersonName
from hub.domain.vocabulary import AgeBand, EmergencyChoice, Role, Section

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
PIETER = Person("per-pieter", Role.RELATIVE, PersonName("Pieter", "de Wit"), None, None, None, NOON)
JOOST = Person("per-joost", Role.FACILITY, PersonName("Joost", "Linden"), None, "Hospice De Linde", None, NOON)
EVERYTHING = frozenset(Section)
NAMED = frozenset({Section.S4})
ASKED = Section.S4
YES, NO = ConsentDecision.PERMIT, ConsentDecision.DENY
ROLE, PLACE, PERSON = "role:facility", "organisation:Hospice De Linde", "person:per-joost"
DEATH, NIGHT = ConsentContext.AFTER_DEATH, ConsentContext.EMERGENCY
to = ConsentTarget.parse


def said(
    number: int,
    decision: ConsentDecision,
    target: str,
    sections: frozenset[Section] = EVERYTHING,
    context: ConsentContext | None = None,
    *,
    own: bool = True,
    mode: SharingMode = SharingMode.EXPLICIT,
) -> Consent:
    return Consent(
        f"con-{number}",
        "pat-anna",
        decision,
        to(target),
        sections,
        "per-anna" if own else "per-karin",
        "mondeling",
        recorded_at=NOON,
        number=number,
        own=own,
        mode=mode,
        context=context,
    )


OPEN, CLOSED, UNSAID = "open", "closed", "unsaid"
TABLE = [
    ("nothing was said", [], UNSAID),
    ("a permission for one person", [(YES, PERSON, NAMED)], OPEN),
    ("a person beats the organisation: permitted", [(NO, PLACE, NAMED), (YES, PERSON, NAMED)], OPEN),
    ("a person beats the organisation: closed", [(YES, PLACE, NAMED), (NO, PERSON, NAMED)], CLOSED),
    ("the order of saying does not turn that round", [(YES, PERSON, NAMED), (NO, PLACE, NAMED)], OPEN),
    ("the organisation beats the role", [(NO, ROLE, NAMED), (YES, PLACE, NAMED)], OPEN),
    ("the organisation beats the role: closed", [(YES, ROLE, NAMED), (NO, PLACE, NAMED)], CLOSED),
    ("one section beats everything: closed", [(YES, PERSON, EVERYTHING), (NO, PERSON, NAMED)], CLOSED),
    ("one section beats everything: opened later", [(NO, PERSON, EVERYTHING), (YES, PERSON, NAMED)], OPEN),
    ("everything later reopens nothing closed by name", [(NO, PERSON, NAMED), (YES, PERSON, EVERYTHING)], CLOSED),
    ("nothing at all, said later, closes what was open", [(YES, PERSON, NAMED), (NO, PERSON, EVERYTHING)], CLOSED),
    ("the same choice made anew: no, then yes", [(NO, PERSON, NAMED), (YES, PERSON, NAMED)], OPEN),
    ("the same choice made anew: yes, then no", [(YES, PERSON, NAMED), (NO, PERSON, NAMED)], CLOSED),
    ("person for all, role by name: no winner, so closed", [(YES, PERSON, EVERYTHING), (NO, ROLE, NAMED)], CLOSED),
    ("role by name, person for all: no winner, so closed", [(NO, PERSON, EVERYTHING), (YES, ROLE, NAMED)], CLOSED),
    ("person by name beats role for everything", [(NO, ROLE, EVERYTHING), (YES, PERSON, NAMED)], OPEN),
    ("person by name was permitted before the role was closed", [(YES, PERSON, NAMED), (NO, ROLE, EVERYTHING)], OPEN),
    ("another organisation is not meant", [(NO, "organisation:Elders", NAMED)], UNSAID),
    ("another person is not meant", [(YES, "person:per-pieter", NAMED)], UNSAID),
    ("another section is not meant", [(YES, PERSON, frozenset({Section.S5}))], UNSAID),
    ("a choice for a situation is not about ordinary care", [(YES, PERSON, EVERYTHING, DEATH)], UNSAID),
]  # fmt: skip


@pytest.mark.parametrize(("case", "records", "expected"), TABLE, ids=[case for case, _, _ in TABLE])
def test_the_conflict_rules(case: str, records: list[tuple[object, ...]], expected: str) -> None:
    history = [said(number, *one) for number, one in enumerate(records, 1)]  # type: ignore[arg-type]
    found = verdict(history, JOOST, Role.FACILITY, ASKED)
    assert (found.consented, found.objected) == (expected == OPEN, expected == CLOSED)


@pytest.mark.parametrize("opt_out", [False, True], ids=["opt-in", "opt-out"])
@pytest.mark.parametrize(("case", "records", "expected"), TABLE, ids=[case for case, _, _ in TABLE])
def test_the_default_decides_only_where_nothing_was_said(
    case: str, records: list[tuple[object, ...]], expected: str, opt_out: bool
) -> None:
    """LAW-05. As the facts have it: ``explicit or (opt_out and not objected)``."""
    rules = AccessRules(circle_is_consultable=True, opt_out=opt_out)
    found = verdict([said(n, *one) for n, one in enumerate(records, 1)], JOOST, Role.FACILITY, ASKED)  # type: ignore[arg-type]
    looked_up = found.explicit or (rules.opt_out and not found.objected)
    assert looked_up == {OPEN: True, CLOSED: False, UNSAID: opt_out}[expected]


def test_a_choice_for_the_situation_beats_one_without() -> None:
    history = [said(1, NO, "role:relative"), said(2, YES, "role:relative", EVERYTHING, DEATH)]
    assert verdict(history, PIETER, Role.RELATIVE, ASKED).objected
    assert verdict(history, PIETER, Role.RELATIVE, ASKED, context=DEATH).consented
    assert may_look_after_death(history, PIETER, Role.RELATIVE)


def test_nobody_after_death_ends_every_earlier_yes_and_a_later_yes_counts() -> None:
    yes = said(1, YES, "person:per-pieter", EVERYTHING, DEATH)
    nobody = said(2, NO, "everyone", EVERYTHING, DEATH)
    again = said(3, YES, "person:per-pieter", EVERYTHING, DEATH)
    assert may_look_after_death([yes], PIETER, Role.RELATIVE)
    assert not may_look_after_death([yes, nobody], PIETER, Role.RELATIVE)
    assert may_look_after_death([yes, nobody, again], PIETER, Role.RELATIVE)


def test_the_emergency_choice_is_the_latest_and_no_answer_is_unknown() -> None:
    no, yes = said(1, NO, "everyone", EVERYTHING, NIGHT), said(2, YES, "everyone", EVERYTHING, NIGHT)
    assert emergency_choice([]) is EmergencyChoice.UNKNOWN
    assert emergency_choice([no]) is EmergencyChoice.DENY
    assert emergency_choice([no, yes]) is EmergencyChoice.PERMIT
    for_one = said(3, NO, "role:locum", NAMED, NIGHT)
    assert emergency_choice([no, yes, for_one]) is EmergencyChoice.DENY, "in doubt it is no"


def test_presumed_consent_names_its_record_and_opens_nothing_by_itself() -> None:
    presumed = said(1, YES, PERSON, mode=SharingMode.PRESUMED, own=False)
    found = verdict([presumed], JOOST, Role.FACILITY, ASKED)
    assert (found.consented, found.objected, found.explicit, found.consent_id) == (False, False, False, "con-1")
    later = replace(presumed, id="con-3", number=3)
    assert verdict([said(2, NO, ROLE), later], JOOST, Role.FACILITY, ASKED).objected
    assert verdict([said(2, NO, ROLE, NAMED), later], JOOST, Role.FACILITY, ASKED).objected


def test_the_patient_replaces_what_a_representative_said_and_not_the_other_way_round() -> None:
    by_patient, by_other = said(1, NO, PERSON), said(2, YES, PERSON, own=False)
    assert verdict([by_patient, by_other], JOOST, Role.FACILITY, ASKED).objected
    by_other, by_patient = said(1, NO, PERSON, own=False), said(2, YES, PERSON)
    assert verdict([by_other, by_patient], JOOST, Role.FACILITY, ASKED).consented


def test_between_12_and_15_both_say_yes_and_one_no_is_enough() -> None:
    child, parents = said(1, YES, PERSON, NAMED), said(2, YES, PERSON, NAMED, own=False)
    both = AgeBand.FROM_12_TO_15

    def consented(*records: Consent) -> bool:
        return verdict(records, JOOST, Role.FACILITY, ASKED, age=both).consented

    assert not consented(child)
    assert not consented(parents)
    assert consented(child, parents)
    for refusal in (said(3, NO, PERSON, NAMED), said(3, NO, PERSON, NAMED, own=False)):
        assert verdict([child, parents, refusal], JOOST, Role.FACILITY, ASKED, age=both).objected
    night = [said(4, YES, "everyone", EVERYTHING, NIGHT)]
    assert emergency_choice(night, both) is EmergencyChoice.UNKNOWN
    assert emergency_choice([*night, said(5, YES, "everyone", EVERYTHING, NIGHT, own=False)], both) is (
        EmergencyChoice.PERMIT
    )


def test_at_16_what_only_parents_permitted_counts_no_longer_and_what_they_closed_stays_closed() -> None:
    by_parents = said(1, YES, PERSON, own=False)
    assert counting([by_parents], turned_16=date(2026, 11, 4), today=date(2026, 11, 4)) == []
    assert counting([by_parents], turned_16=date(2026, 11, 3), today=date(2026, 11, 4)) == [by_parents]
    assert counting([by_parents], turned_16=date(2026, 11, 5), today=date(2026, 11, 4)) == [by_parents]
    for kept in (said(2, YES, PERSON), said(3, NO, PERSON, own=False)):
        assert counting([kept], turned_16=date(2026, 11, 4), today=date(2026, 11, 4)) == [kept]


def test_what_was_said_of_an_organisation_is_about_that_hat_and_no_other() -> None:
    """Who works for two is asked for one of them at a time; whoever wants neither objects to the person."""
    elsewhere = "Thuiszorg Rijnoever"
    for decision, found in ((NO, "objected"), (YES, "consented")):
        here = verdict([said(1, decision, PLACE)], JOOST, Role.FACILITY, ASKED)
        there = verdict([said(1, decision, PLACE)], JOOST, Role.FACILITY, ASKED, organisation=elsewhere)
        assert getattr(here, found)
        assert not getattr(there, found)
    assert verdict(
        [said(1, NO, f"organisation:{elsewhere}")], JOOST, Role.FACILITY, ASKED, organisation=elsewhere
    ).objected
    # A relative is there for no employer at all.
    assert not verdict([said(1, NO, PLACE)], JOOST, Role.RELATIVE, ASKED).objected


def test_everybody_is_meant_only_by_the_word_for_it() -> None:
    assert to("everyone") == EVERYONE
    assert EVERYONE.matches(PIETER, Role.RELATIVE)


targets = st.sampled_from([ROLE, PLACE, PERSON, "role:relative", "person:per-pieter", "everyone"])
scopes = st.one_of(st.just(EVERYTHING), st.frozensets(st.sampled_from(Section), min_size=1))
lines = st.tuples(
    st.sampled_from(ConsentDecision), targets, scopes, st.sampled_from([None, DEATH]), st.booleans(),
    st.sampled_from(SharingMode),
)  # fmt: skip
histories = st.lists(lines, max_size=7).map(
    lambda made: [said(n, d, t, s, c, own=own, mode=m) for n, (d, t, s, c, own, m) in enumerate(made, 1)]
)
people = st.sampled_from([JOOST, PIETER])
sections = st.sampled_from(Section)
ages = st.sampled_from([AgeBand.FROM_12_TO_15, AgeBand.FROM_16])
contexts = st.sampled_from([None, DEATH])


@given(histories, people, sections, ages, contexts, st.data())
def test_taking_a_permission_away_never_opens_anything(
    history: list[Consent],
    person: Person,
    section: Section,
    age: AgeBand,
    context: ConsentContext | None,
    data: st.DataObject,
) -> None:
    permits = [one for one in history if one.permits]
    if not permits:
        return
    gone = data.draw(st.sampled_from(permits))
    left = [one for one in history if one is not gone]
    before = verdict(history, person, person.role, section, age=age, context=context)
    after = verdict(left, person, person.role, section, age=age, context=context)
    assert before.consented or not after.consented


@given(histories, lines, people, sections, ages, contexts)
def test_one_more_objection_never_opens_anything_and_never_lifts_one(
    history: list[Consent],
    line: tuple[ConsentDecision, str, frozenset[Section], ConsentContext | None, bool, SharingMode],
    person: Person,
    section: Section,
    age: AgeBand,
    context: ConsentContext | None,
) -> None:
    _, target, scope, about, own, _ = line
    more = said(len(history) + 1, NO, target, scope, about, own=own)
    before = verdict(history, person, person.role, section, age=age, context=context)
    after = verdict([*history, more], person, person.role, section, age=age, context=context)
    assert before.consented or not after.consented
    assert after.objected or not before.objected


@given(histories, people, sections)
def test_no_is_the_last_word_about_one_person(history: list[Consent], person: Person, section: Section) -> None:
    """Whatever was said before: "nee, nergens" to this person closes everything, in one act."""
    closing = said(len(history) + 1, NO, f"person:{person.id}")
    assert verdict([*history, closing], person, person.role, section).objected
