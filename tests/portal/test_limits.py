"""Bounds: how often a door may be tried, and how much of the log one page shows."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.audit import GENESIS, AuditEntry, AuditEvent, ChainedEntry, chain
from hub.portal.log_view import MOST_ROWS, present
from hub.portal.rate import Rate
from tests.portal.world import MORNING


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 30, allow_nan=False)), max_size=60),
)
def test_no_minute_has_more_than_the_limit_and_others_do_not_pay(limit: int, knocks: list[tuple[str, float]]) -> None:
    rate, now = Rate(limit), MORNING
    allowed: dict[str, list[datetime]] = {"a": [], "b": []}
    for key, pause in knocks:
        now += timedelta(seconds=pause)
        recent = [at for at in allowed[key] if now - at < timedelta(minutes=1)]
        assert rate.allow(key, now) is (len(recent) < limit)
        if len(recent) < limit:
            allowed[key].append(now)


def _looks(count: int) -> list[ChainedEntry]:
    items: list[ChainedEntry] = []
    for number in range(count):
        entry = AuditEntry(
            event=AuditEvent.ENTRY_READ,
            recorded_at=MORNING + timedelta(days=number),
            outcome=0,
            user_id="per-1",
            user_role="gp",
            responsible_id="per-2",
            initiator="person",
            access_point="portal",
            organisation=None,
            patient_id="pat-1",
            object_type="dossier",
            object_id="pat-1",
            sections="S3,S4",
            purpose="TREAT",
            policy="v1:gp-read",
            relation_id=None,
            consent_id=None,
            break_glass=True,
            correlation_id="web-1",
            detail="",
        )
        items.append(chain(number + 1, entry, items[-1].hash if items else GENESIS))
    return items


def test_a_long_log_shows_the_newest_and_says_how_much_is_left() -> None:
    page = present(_looks(MOST_ROWS + 25), {}, ())
    assert sum(len(day.rows) for day in page.days) == MOST_ROWS
    assert page.left_out == 25
    assert page.days[0].rows[0].first > page.days[-1].rows[0].first


def test_a_look_by_somebody_unknown_under_another_person_stays_readable() -> None:
    row = present(_looks(1), {}, ()).days[0].rows[0]
    assert (row.who, row.role, row.responsible) == ("onbekende persoon", "huisarts", "onbekende persoon")
    assert row.break_glass
    assert row.sections == "Proactieve zorgplanning (S3), Wensen (S4)"


def test_times_are_dutch_times_across_midnight() -> None:
    late = _looks(1)[0]
    at = late.entry.recorded_at.replace(month=7, hour=22, minute=30)
    moved = chain(1, replace(late.entry, recorded_at=at), GENESIS)
    assert present([moved], {}, ()).days[0].title == "zaterdag 4 juli 2026"
