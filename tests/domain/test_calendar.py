"""De agenda: what an independent reader makes of it (RFC 5545); nothing in it but circle, number and hour."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from hub.domain.calendar import LONGEST_LINE, calendar_text, escaped
from hub.domain.digest import Waiting, Waits

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WAITING = st.builds(
    Waiting,
    pseudonym=st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()),
    what=st.sampled_from([Waits.LATE, Waits.TASK, Waits.YES]),
    number=st.integers(1, 9999),
    due_at=st.none() | st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1900 < at.year < 2200),
)


def test_a_task_is_a_to_do_and_a_quarter_of_an_hour_with_the_same_name() -> None:
    due = NOW + timedelta(days=3, hours=2)
    text = calendar_text([Waiting("7F3K", Waits.TASK, 3, due), Waiting("9B2D", Waits.LATE, 1, NOW)], NOW)
    found = Calendar.from_ical(text)
    to_do, late = found.walk("VTODO")
    event = found.walk("VEVENT")[0]
    assert (str(to_do["SUMMARY"]), str(late["SUMMARY"])) == ("Kring 7F3K: taak 3", "Kring 9B2D: taak 1 (te laat)")
    assert to_do.decoded("DUE") == due
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (due - timedelta(minutes=15), due)
    assert len({str(part["UID"]) for part in (*found.walk("VTODO"), *found.walk("VEVENT"))}) == 4
    assert (str(found["VERSION"]), str(found["METHOD"])) == ("2.0", "PUBLISH")


def test_nothing_to_do_is_an_empty_calendar() -> None:
    assert Calendar.from_ical(calendar_text([], NOW)).walk("VTODO") == []


@given(st.lists(WAITING, max_size=5))
def test_whatever_waits_is_read_back_whole_by_another_reader(waiting: list[Waiting]) -> None:
    text = calendar_text(waiting, NOW)
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= LONGEST_LINE for line in text.split("\r\n"))
    with_hour = [one for one in waiting if one.due_at is not None]
    found = Calendar.from_ical(text).walk("VTODO")
    assert [to_do.decoded("DUE") for to_do in found] == [
        one.due_at.replace(microsecond=0) for one in with_hour if one.due_at is not None
    ]
    said = [str(to_do["SUMMARY"]) for to_do in found]
    assert said == [f"Kring {one.pseudonym}: taak {one.number}" + _late(one) for one in with_hour]


def _late(one: Waiting) -> str:
    return " (te laat)" if one.what is Waits.LATE else ""


def test_what_would_end_a_line_or_a_value_is_escaped() -> None:
    assert escaped("a,b;c\\d\ne\r\x00") == "a\\,b\\;c\\\\d\\ne"
