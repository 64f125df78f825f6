"""E13: two professionals who disagree about a directive: both are shown, neither is summarised."""

from hub.domain.vocabulary import Section
from tests.stories.room import TEAM, Room, bodies

YES = "!behandelgrens reanimeren ja, besproken op 3-11-2026 met patiënt"
NO = "!behandelgrens reanimeren nee"
WARNING = "TEGENSTRIJDIG — bel wie de regie heeft"


async def _disagree(room: Room, second: str = NO) -> None:
    await room.says("carla", YES, TEAM)
    await room.says("gerda", "!bevestig S3-1", TEAM)
    await room.says("ruben", second, TEAM)
    await room.says("gerda", "!bevestig S3-1/3", TEAM)


async def test_e13_yes_and_no_for_resuscitation_are_both_shown_with_whom_to_call(room: Room) -> None:
    await _disagree(room)
    shown = await room.world.read("samira", Section.S3)
    assert [(entry.value.decision.value, entry.contested) for entry in shown] == [("yes", True), ("no", True)]
    (answer, *_) = await room.says("samira", "!dossier pzp", TEAM)
    assert answer.body.count(WARNING) == 2
    assert "WEL reanimeren" in answer.body
    assert "NIET reanimeren" in answer.body


async def test_e13_a_handover_summarises_neither_and_makes_it_an_open_point(room: Room) -> None:
    await _disagree(room)
    text = bodies(await room.says("gerda", "!overdracht naar ziekenhuis", TEAM))
    agreed, _, rest = text.partition("# Situatie")
    assert "reanimeren" not in agreed
    assert rest.count(WARNING) == 2


async def test_e13_a_later_conversation_with_the_patient_settles_it(room: Room) -> None:
    await _disagree(room)
    room.world.clock.pass_by(days=2)
    await room.says("carla", "!behandelgrens reanimeren nee, besproken op 5-11-2026 met patiënt", TEAM)
    await room.says("gerda", "!bevestig S3-1/5", TEAM)
    (entry,) = await room.world.read("samira", Section.S3)
    assert (entry.value.decision.value, entry.contested) == ("no", False)


async def test_e13_who_changes_their_own_mind_or_talks_again_does_not_contradict(room: Room) -> None:
    await _disagree(room, "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt")
    assert all(entry.contested for entry in await room.world.read("samira", Section.S3)), "the same day settles nothing"
    await room.says("carla", "!behandelgrens antibiotica ja", TEAM)
    await room.says("gerda", "!bevestig S3-2", TEAM)
    await room.says("carla", "!behandelgrens antibiotica nee", TEAM)
    await room.says("gerda", "!bevestig S3-2/3", TEAM)
    assert [e.contested for e in await room.world.read("samira", Section.S3) if e.ref.number == 2] == [False]
