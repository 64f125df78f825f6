"""The card, the course of a complaint and the timeline in the portal: at a glance, and only what is open."""

import re

import pytest

from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.observations import Complexity, Level, PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.portal.test_reading import MISCHIEF
from tests.portal.world import Browser, World, directive, read, sign_in

SIX = ("Reanimeren", "Opname in het ziekenhuis", "Plek van overlijden", "Vertegenwoordiger", "Regie", "’s Nachts")


@pytest.fixture
async def planned(world: World) -> World:
    """What a night nurse would want to find."""
    await world.file_the_plan()
    roles = (ContactRole.AUTHORISED_IN_WRITING,)
    representative = ContactPerson("Karin de Wit", roles, "dochter", phones=("06-12345678",))
    await world.record("coach", representative, Section.S1)
    await world.record("coach", Reachability((Hours.NIGHT,), "Thuiszorg Rijnoever", "026 3210009"), Section.S8)
    return world


def words(page: str) -> str:
    """The page without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_the_six_facts_stand_first_in_this_order(planned: World, browser: Browser) -> None:
    await sign_in(planned, browser, "nurse")
    status, page = await read(browser, "/kaart")
    assert status == 200
    said = words(page)
    places = [said.index(title) for title in SIX]
    assert places == sorted(places)
    assert max(places) < said.index("Verder van belang")
    for fact in ("NIET reanimeren", "nog GEEN afspraak", "wil thuis overlijden", "Karin de Wit", "Josje Kaptein"):
        assert fact in said
    assert 'href="tel:0263210009"' in page
    assert 'href="tel:0612345678"' in page


async def test_a_look_at_the_card_is_in_the_log_with_its_sections(planned: World, browser: Browser) -> None:
    await sign_in(planned, browser, "nurse")
    before = len(await planned.audited(AuditEvent.ENTRY_READ, "nurse"))
    await read(browser, "/kaart")
    looks = await planned.audited(AuditEvent.ENTRY_READ, "nurse")
    assert len(looks) == before + 1
    assert set(looks[-1].entry.sections.split(",")) == {"S1", "S2", "S3", "S4", "S7", "S8"}


async def test_who_may_not_read_a_section_is_not_told_whether_it_is_empty(planned: World, browser: Browser) -> None:
    await planned.consent("person:" + planned.people["daughter"].id, Section.S4)
    await sign_in(planned, browser, "daughter")
    _, page = await read(browser, "/kaart")
    said = words(page)
    assert "wil thuis overlijden" in said
    assert "NIET reanimeren" not in said
    assert "Dit deel is niet voor u open" in said
    block = page[page.index('id="resuscitation"') : page.index('id="hospital"')]
    assert "Niet vastgelegd" not in block
    assert "S3" not in block


async def test_a_part_of_a_section_is_not_taken_for_all_of_it(planned: World, browser: Browser) -> None:
    """Karin sees her own contacts in S1: that there is no representative among them says nothing."""
    await sign_in(planned, browser, "daughter")
    _, page = await read(browser, "/kaart")
    block = page[page.index('id="representative"') : page.index('id="lead"')]
    assert "U ziet hier een deel" in block
    assert "Niet vastgelegd" not in block


async def test_two_that_contradict_say_so_before_anything_else(world: World, browser: Browser) -> None:
    await world.record("coach", directive(Treatment.RESUSCITATION, Decision.NO), Section.S3)
    await world.confirm("gp", EntryRef(Section.S3, 1))
    await world.record("gp", directive(Treatment.RESUSCITATION, Decision.YES), Section.S3)
    await world.confirm("coach", EntryRef(Section.S3, 1))
    await sign_in(world, browser, "nurse")
    _, page = await read(browser, "/kaart")
    block = page[page.index('id="resuscitation"') : page.index('id="hospital"')]
    assert "Tegenstrijdig" in block
    assert "geldt GEEN afspraak" in block


async def test_the_card_speaks_english_around_the_dutch_agreements(planned: World, browser: Browser) -> None:
    await sign_in(planned, browser, "nurse")
    _, page = await read(browser, "/kaart?taal=en")
    assert "Resuscitation" in page
    assert "Know this first" in page
    assert re.search(r'lang="nl">NIET reanimeren', page)


async def test_what_people_type_is_text_on_the_card_and_the_timeline(world: World, browser: Browser) -> None:
    for text in MISCHIEF:
        await world.record("coach", Complexity(Level.HIGH, text), Section.S2)
        await world.record("coach", Note(f"Noodpakket: {text}"), Section.S7)
    await sign_in(world, browser, "gp")
    for path in ("/kaart", "/tijdlijn"):
        _, page = await read(browser, path)
        assert "<script" not in page
        assert "<img" not in page


async def scored(world: World) -> None:
    for who, reporter, score in (
        ("patient", Reporter.PATIENT, 5),
        ("nurse", Reporter.PROFESSIONAL, 3),
        ("patient", Reporter.PATIENT, 8),
    ):
        await world.record(who, PainScore(score, reporter), Section.S5)
        world.clock.pass_by(hours=7)


async def test_the_course_is_a_drawing_with_the_same_numbers_in_a_table_beside_it(
    world: World, browser: Browser
) -> None:
    await scored(world)
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/verloop")
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert "<title" in drawing
    assert "Volgens de patiënt zelf: 5, 8; hoogste 8" in drawing
    assert drawing.count("<polyline") == 2
    assert " style=" not in page
    table = page[page.index("<table>") : page.index("</table>")]
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    assert rows == [["8", "–"], ["–", "3"], ["5", "–"]]


async def test_another_complaint_is_a_link_away_and_an_unknown_one_is_no_page(world: World, browser: Browser) -> None:
    await scored(world)
    await sign_in(world, browser, "gp")
    status, page = await read(browser, "/verloop?klacht=nausea")
    assert (status, "nog geen scores" in page) == (200, True)
    assert (await read(browser, "/verloop?klacht=x"))[0] == 404


async def test_a_drawing_is_only_for_who_may_read_the_scores(world: World, browser: Browser) -> None:
    await scored(world)
    await sign_in(world, browser, "daughter")
    _, page = await read(browser, "/verloop")
    assert "hoogste 8" not in page


async def test_the_timeline_is_in_order_with_who_and_when_the_newest_first(planned: World, browser: Browser) -> None:
    planned.clock.pass_by(days=1)
    await planned.record("gp", Complexity(Level.HIGH, "twee opnames"), Section.S2)
    await sign_in(planned, browser, "nurse")
    _, page = await read(browser, "/tijdlijn")
    said = words(page)
    assert said.index("De complexiteit is hoog") < said.index("Josje Kaptein heeft de regie")
    assert "4 november 2026" in said
    assert "Gerard Huisman" in said


async def test_a_relative_sees_on_the_timeline_what_is_open_to_her(planned: World, browser: Browser) -> None:
    await planned.record("gp", Complexity(Level.HIGH, "gezin overbelast"), Section.S2)
    await planned.consent("person:" + planned.people["daughter"].id, Section.S4)
    await sign_in(planned, browser, "daughter")
    _, page = await read(browser, "/tijdlijn")
    assert "overbelast" not in page
    assert "wil thuis overlijden" in page
