"""The circle: periods to the moment, rooms by role, names that tell nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.circle import GROUND_OF_ROLE, CareRelation, Circle, Ground, RoomKind, room_name, rooms_of
from hub.domain.identifiers import new_pseudonym
from hub.domain.vocabulary import Role

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
spans = st.timedeltas(timedelta(days=-400), timedelta(days=400))


@given(spans, st.none() | spans)
def test_a_relation_counts_from_since_until_just_before_until(now: timedelta, until: timedelta | None) -> None:
    end = None if until is None else NOON + until
    relation = CareRelation("rel-1", "cir-1", "per-joost", Role.FACILITY, Ground.INVOLVED, NOON, end)
    expected = now >= timedelta(0) and (until is None or now < until)
    assert relation.active(NOON + now) == expected


def test_the_first_moment_counts_and_the_last_does_not() -> None:
    relation = CareRelation(
        "rel-1", "cir-1", "per-joost", Role.FACILITY, Ground.INVOLVED, NOON, NOON + timedelta(days=1)
    )
    assert relation.active(NOON)
    assert not relation.active(NOON - timedelta(microseconds=1))
    assert relation.active(NOON + timedelta(days=1) - timedelta(microseconds=1))
    assert not relation.active(NOON + timedelta(days=1))


@pytest.mark.parametrize("role", Role)
def test_the_team_room_is_for_professionals_and_the_circle_room_for_everybody(role: Role) -> None:
    rooms = rooms_of(role)
    assert (RoomKind.TEAM in rooms) == role.is_professional
    assert (RoomKind.CIRCLE in rooms) == role.joins_circles
    assert RoomKind.PRIVATE not in rooms
    if role.is_professional:
        assert role.joins_circles


def test_administrators_privacy_officers_and_coordinators_join_no_room() -> None:
    for role in (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.COORDINATOR):
        assert rooms_of(role) == ()


@given(st.sampled_from(RoomKind))
def test_the_name_of_a_room_says_neither_who_nor_what(kind: RoomKind) -> None:
    """MSG-01: the pseudonym and the kind, and nothing else."""
    pseudonym = new_pseudonym()
    name = room_name(pseudonym, kind)
    if kind is RoomKind.PERSONAL:
        assert name == "Kring · voor u", "of no circle, so not even a pseudonym"
        return
    assert name.startswith(f"Kring {pseudonym}")
    assert name.removeprefix(f"Kring {pseudonym}") in {"", " · kring", " · team", " · privé", " · gesprek"}


def test_patient_and_relatives_are_there_on_another_ground_than_professionals() -> None:
    assert GROUND_OF_ROLE[Role.PATIENT] is Ground.SELF
    assert GROUND_OF_ROLE[Role.RELATIVE] is Ground.INVITED
    assert all(not role.is_professional or role is Role.LOCUM for role in GROUND_OF_ROLE)


def test_a_circle_is_open_until_it_is_closed() -> None:
    circle = Circle("cir-1", "pat-anna", "7F3K", "per-carla", NOON)
    assert circle.open
    assert not Circle("cir-1", "pat-anna", "7F3K", "per-carla", NOON, closed_at=NOON).open
