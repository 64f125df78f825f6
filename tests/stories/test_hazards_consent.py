"""Hazards 5, 6 and 14 of the safety case, and the gate of Wabvpz 15a: each told as what people would notice."""

import pytest
from sqlalchemy import update

from hub.adapters.sql.tables import circle
from hub.application import auditing
from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.consent import AccessRules, ConsentDecision
from hub.domain.errors import AccessDenied
from hub.domain.observations import Complexity, Level, PainScore, Reporter
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.family import chooses, judged, reads, represents, with_rules
from tests.stories.room import CIRCLE, Room, bodies
from tests.world import directive

YES, NO = ConsentDecision.PERMIT, ConsentDecision.DENY


async def a_dossier(room: Room) -> None:
    await room.world.record("carla", directive())
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))


async def test_haz05_a_relative_never_reads_beyond_consent(room: Room) -> None:
    """An ex-partner in the circle: nothing by default, one section by consent, nothing after withdrawal."""
    await a_dossier(room)
    assert await reads(room.world, "pieter") == set()
    await room.says("anna", "!toestemming ja Pieter voor wensen")
    assert await reads(room.world, "pieter") == {Section.S4}
    for section in set(Section) - {Section.S4, Section.S1, Section.S5, Section.S6, Section.S11}:
        with pytest.raises(AccessDenied):
            await room.world.read("pieter", section)
    assert "botpijn" not in bodies(await room.says("pieter", "!dossier klachten"))
    await room.says("anna", "!toestemming nee Pieter voor wensen")
    assert await reads(room.world, "pieter") == set()


async def test_haz05_what_another_relative_wants_opens_nothing(room: Room) -> None:
    """Feuding children: neither consents for the other, and neither for their mother."""
    await a_dossier(room)
    await room.admit("wim")
    for who, other in (("pieter", "Wim"), ("wim", "Pieter")):
        answers = await room.says(who, f"!toestemming ja {other} voor wensen")
        assert "Vastgelegd" not in bodies(answers)
    assert await reads(room.world, "pieter") == await reads(room.world, "wim") == set()


@pytest.mark.changes_behind_the_log
async def test_haz06_nobody_learns_the_prognosis_from_the_screen_before_it_was_discussed(room: Room) -> None:
    """The marking opens to patient and relatives when somebody talked about it, whatever consent says."""
    await room.world.record("gerda", Complexity(Level.HIGH, "snelle achteruitgang"))
    await room.says("anna", "!toestemming ja Pieter")
    await room.hears()
    async with room.world.database.transaction() as connection:
        await connection.execute(update(circle).values(discussed_at=None))
    for who in ("anna", "pieter"):
        heard = bodies(await room.says(who, "!dossier ziekte")) + bodies(await room.says(who, "!dossier"))
        assert "achteruitgang" not in heard
        assert "hoog" not in heard
    heard = bodies([one for one in await room.says("gerda", "!dossier ziekte") if one.room_kind.value == CIRCLE])
    assert "achteruitgang" not in heard


async def test_haz14_a_first_contact_is_no_representative_and_decides_nothing(room: Room) -> None:
    await a_dossier(room)
    await room.world.record("carla", ContactPerson("Pieter de Wit", (ContactRole.FIRST_CONTACT,), "zoon"))
    judgement = LegalCapacity(
        False, "toestemming", PartialDate("2026-11-03"), method="gesprek", review_on=PartialDate("2026-12-03")
    )
    await judged(room, judgement)
    with pytest.raises(AccessDenied):
        await chooses(room, "pieter", YES, "role:relative", "S4")
    assert await reads(room.world, "pieter") == set()


async def test_haz14_incapacity_in_one_matter_wakes_nobody_in_another_nor_after_its_day(room: Room) -> None:
    await a_dossier(room)
    await represents(room, "karin", "Karin", "Smit", "mentor, beschikking gezien")
    judgement = LegalCapacity(
        False, "behandeling", PartialDate("2026-11-03"), method="gesprek", review_on=PartialDate("2026-12-03")
    )
    await judged(room, judgement)
    assert await reads(room.world, "karin") == {Section.S3, Section.S5}
    with pytest.raises(AccessDenied):
        await chooses(room, "karin", YES, "role:relative", "S4")
    room.world.clock.pass_by(days=40)
    with pytest.raises(AccessDenied):
        await room.world.read("karin")


async def test_law01_looking_up_takes_explicit_consent_and_the_refusal_is_logged(room: Room) -> None:
    """Wabvpz 15a, where the institution counts a circle as an exchange system; presumed consent is not enough."""
    await a_dossier(room)
    with_rules(room, AccessRules(circle_is_consultable=True))
    (refused, *_) = await room.says("gerda", "!dossier wensen")
    assert "Dat kan niet" in refused.body
    assert "15a" in refused.body
    (line,) = await room.world.logged(AuditEvent.REFUSED)
    assert (line.user_id, line.outcome) == (room.world.id("gerda"), auditing.REFUSED)
    assert "guard-explicit-consent" in line.policy
    await room.says("anna", "!toestemming ja organisatie Praktijk De Brug")
    assert await reads(room.world, "gerda") == {Section.S3, Section.S4, Section.S5}
    read = (await room.world.logged(AuditEvent.ENTRY_READ))[-1]
    assert read.detail.endswith("mode=raadplegen")
    assert read.consent_id is not None
    with pytest.raises(AccessDenied):
        await room.world.read("samira", Section.S5)
    await room.says("anna", "!toestemming nee organisatie Praktijk De Brug voor wensen")
    with pytest.raises(AccessDenied):
        await room.world.read("gerda", Section.S4)


async def test_law05_with_opting_out_looking_up_is_open_until_somebody_objects(room: Room) -> None:
    await a_dossier(room)
    with_rules(room, AccessRules(circle_is_consultable=True, opt_out=True))
    assert Section.S4 in await reads(room.world, "gerda")
    assert await reads(room.world, "pieter") == set(), "a relative is never opened by a default"
    await room.says("anna", "!toestemming nee Gerda voor wensen")
    with pytest.raises(AccessDenied):
        await room.world.read("gerda", Section.S4)


async def test_with_the_settings_as_they_come_a_member_reads_by_care_relation(room: Room) -> None:
    await a_dossier(room)
    with_rules(room, AccessRules())
    assert await reads(room.world, "gerda") == {Section.S3, Section.S4, Section.S5}
