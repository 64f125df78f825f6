"""Limits of acts: what of the own, of relatives and of colleagues a limited permit still covers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import Kind, Note, Statement, Value
from hub.domain.identifiers import EntryRef
from hub.domain.limits import may_ask_to_correct, may_choose_member, may_correct, may_record, visible
from hub.domain.vocabulary import Role, Section

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
GERDA, PIETER = "per-gerda", "per-pieter"
LINDE, BRUG = "Hospice De Linde", "Praktijk De Brug"


def entry(number: int, author: str, value: Value, kind: Kind = Kind.NOTE, minutes: int = 0) -> Entry:
    return Entry(
        "pat-anna", EntryRef(Section.S5, number), 1, kind, None, Status.ACTIVE, value, author, Role.GP, author, None,
        Source(SourceKind.ROOM, "$1"), NOON + timedelta(minutes=minutes),
    )  # fmt: skip


def test_a_statement_is_seen_with_what_it_is_about_and_not_without() -> None:
    his, hers = entry(1, PIETER, Note("moe")), entry(2, GERDA, Note("stabiel"))
    beside_his = entry(3, GERDA, Statement("S5-1", "zo zie ik het niet"), Kind.STATEMENT)
    beside_hers = entry(4, GERDA, Statement("S5-2", "zo was het niet"), Kind.STATEMENT)
    looks_like_it = entry(5, GERDA, Note("S5-1"))
    everything = [his, hers, beside_his, beside_hers, looks_like_it]
    assert visible({"own"}, everything, reader=PIETER) == [his, beside_his]


def test_the_own_is_mended_by_who_wrote_it_and_everything_without_a_limit() -> None:
    his = entry(1, PIETER, Note("moe"))
    assert may_correct((), his, GERDA)
    assert may_correct({"own", "flag"}, his, PIETER)
    assert not may_correct({"own", "flag"}, his, GERDA)
    assert not may_correct({"request"}, his, PIETER)


@pytest.mark.parametrize(
    ("limits", "may"),
    [((), True), ({"request"}, True), ({"own", "flag"}, True), ({"own"}, False)],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_asking_the_author_takes_a_permit_to_ask(limits: set[str], may: bool) -> None:
    assert may_ask_to_correct(limits) is may


@pytest.mark.parametrize(
    ("limits", "role", "organisation", "own", "may"),
    [
        ((), Role.GP, BRUG, None, True),
        ({"relatives"}, Role.RELATIVE, None, None, True),
        ({"relatives"}, Role.GP, BRUG, BRUG, False),
        ({"relatives"}, Role.HOME_CARE, LINDE, LINDE, False),
        ({"own_organisation"}, Role.FACILITY, LINDE, "hospice de  linde ".upper().strip(), True),
        ({"own_organisation"}, Role.FACILITY, LINDE, BRUG, False),
        ({"own_organisation"}, Role.HOME_CARE, LINDE, LINDE, True),
        ({"own_organisation"}, Role.SPECIALIST, LINDE, LINDE, True),
        ({"own_organisation"}, Role.GP, LINDE, LINDE, False),
        ({"own_organisation"}, Role.RELATIVE, LINDE, LINDE, False),
        ({"own_organisation"}, Role.RELATIVE, None, None, False),
        ({"own_organisation"}, Role.FACILITY, None, None, False),
        ({"own_organisation"}, Role.FACILITY, None, LINDE, False),
        ({"own_organisation"}, Role.FACILITY, LINDE, None, False),
        ({"own"}, Role.RELATIVE, None, None, False),
        ({"own"}, Role.FACILITY, LINDE, LINDE, False),
    ],
)
def test_who_may_be_invited_or_removed(
    limits: set[str], role: Role, organisation: str | None, own: str | None, may: bool
) -> None:
    assert may_choose_member(limits, role, organisation, own_organisation=own) is may


def test_of_two_at_the_same_moment_the_later_written_is_the_last() -> None:
    first, second = entry(1, GERDA, Note("a")), entry(2, GERDA, Note("b"))
    assert visible({"last"}, [first, second], reader=PIETER) == [second]
    older = replace(second, ref=EntryRef(Section.S5, 3), recorded_at=NOON - timedelta(minutes=1))
    assert visible({"last"}, [first, older], reader=PIETER) == [first]


def test_a_relative_records_pain_and_contacts_and_no_plan() -> None:
    assert may_record({"own"}, Kind.PAIN_SCORE)
    assert may_record({"own"}, Kind.CONTACT_PERSON)
    assert may_record({"own"}, Kind.NOTE)
    assert not may_record({"own"}, Kind.TREATMENT_DIRECTIVE)
    assert not may_record({"withdraw"}, Kind.NOTE)
