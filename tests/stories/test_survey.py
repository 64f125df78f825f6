"""What patient and relatives think of the care: three numbers, read by nobody of the circle (IND-01 to IND-03)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.audit import AuditEvent
from hub.domain.course import Respondent, SurveyItem
from hub.domain.errors import CommandRejected
from hub.domain.survey import parse_survey
from tests.stories.room import Room, bodies
from tests.world import PATIENT


async def test_patient_and_relatives_answer_apart_and_the_last_answer_counts(room: Room) -> None:
    for who in (PATIENT, "pieter"):
        await room.private_room(who)
    for who, answer in ((PATIENT, "doorlopend 2 cijfer 6"), ("pieter", "regie 3"), (PATIENT, "doorlopend 5, cijfer 9")):
        said = bodies(await room.says(who, f"!enquete {answer}", f"private-{who}"))
        assert "telt alleen mee in cijfers" in said
        room.world.clock.at += timedelta(minutes=1)
    async with room.world.unit() as unit:
        answered = [one for found in await unit.surveys.of_circles([room.world.circle_id]) for one in found.answered()]
    assert {(one.item, one.respondent, one.value) for one in answered} == {
        (SurveyItem.CONTINUITY, Respondent.PATIENT, 5),
        (SurveyItem.GRADE, Respondent.PATIENT, 9),
        (SurveyItem.OWN_DIRECTION, Respondent.RELATIVE, 3),
    }
    assert len(await room.world.logged(AuditEvent.SURVEY_ANSWERED)) == 3


async def test_a_carer_does_not_answer_for_them_and_a_wrong_number_stores_nothing(room: Room) -> None:
    assert "voor de patiënt en de naasten" in bodies(await room.says("samira", "!enquete cijfer 10", "team"))
    assert "Schrijf: !enquete" in bodies(await room.says("pieter", "!enquete cijfer 11"))
    async with room.world.unit() as unit:
        assert await unit.surveys.of_circles([room.world.circle_id]) == []


@pytest.mark.parametrize(
    "text", ["", "cijfer", "cijfer 11", "regie 0", "regie 4 regie 5", "geluk 3", "regie 4 en nog wat"]
)
def test_what_is_no_answer_is_said_so(text: str) -> None:
    with pytest.raises(CommandRejected) as refused:
        parse_survey(text)
    assert refused.value.code == "bad-survey"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_answers(text: str) -> None:
    try:
        answers = parse_survey(text)
    except CommandRejected:
        return
    assert answers
