"""What people take along on paper, and the ten lines that they paste into another system (BW 7:456)."""

import io
import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from hub.adapters.pdf import draw
from hub.application.guard import Refused
from hub.application.use_cases.papers import make_copy_text, make_paper
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter
from hub.domain.paper import LONGEST_COPY, NOTHING, Chapter, Form, Paper
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.world import World, directive

AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def text_of(pdf: bytes) -> str:
    """Every word of every page, on one line; the drawn hyphen reads back as a soft one."""
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(said.replace("\u00ad", "-").split())


async def paper_for(world: World, who: str, form: Form = Form.DOSSIER) -> Paper:
    async with world.unit() as unit:
        return await make_paper(unit, world.guard, await world.context(unit, who), form)


def words_of(paper: Paper) -> str:
    return json.dumps(asdict(paper), ensure_ascii=False)


async def a_plan(world: World) -> None:
    await world.record("carla", directive())
    await world.confirm("gerda", EntryRef(Section.S3, 1))
    await world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "nachtpijn"))
    await world.record("pieter", Note("ZEEPAARD"), Section.S10)


async def test_the_gp_takes_the_dossier_along_and_the_paper_says_whose_copy_it_is(world: World) -> None:
    await a_plan(world)
    paper = await paper_for(world, "gerda")
    said = text_of(draw(paper, AT))
    assert "Anna de Wit, geboren 14-3-1952" in said
    assert "NIET reanimeren" in said
    assert "bevestigd door Gerda Huisman" in said
    assert "Controleer de actualiteit" in said
    assert "Afschrift gemaakt door Gerda Huisman (huisarts" in said
    assert said.index("S3 Proactieve zorgplanning") < said.index("S1 Identiteit"), "what decides at night comes first"
    assert "ZEEPAARD" not in said, "what others told in confidence is never given along"
    async with world.unit() as unit:
        logged = await unit.audit.of_patient(world.patient_id)
    (line,) = [item for item in logged if item.entry.event is AuditEvent.ENTRY_EXPORTED]
    assert line.entry.user_id == world.id("gerda")
    assert "papier-dossier" in line.entry.detail


@pytest.mark.parametrize("form", [Form.EOVERDRACHT, Form.BGZ])
async def test_a_paper_by_foreign_headings_says_that_it_is_no_coded_message(world: World, form: Form) -> None:
    await a_plan(world)
    paper = await paper_for(world, "samira", form)
    said = text_of(draw(paper, AT))
    assert "geen gecodeerd bericht" in said
    assert "Kring kent geen veilige vertaling" in said
    directives = next(chapter for chapter in paper.chapters if chapter.title == "Behandelaanwijzingen")
    assert any("NIET reanimeren" in line for line in directives.lines)
    everything = [line for chapter in paper.chapters for line in chapter.lines if line != NOTHING]
    for ref in ("S3-1", "S4-1", "S5-1"):
        assert sum(f"({ref}," in line for line in everything) == 1, "each entry stands under one heading"


async def test_every_copy_says_what_is_left_out_by_law_whether_there_is_any_or_not(world: World) -> None:
    before = (await paper_for(world, "anna")).remarks
    await world.record("pieter", Note("ZEEPAARD"), Section.S10)
    assert (await paper_for(world, "anna")).remarks == before
    assert any("BW 7:456" in remark for remark in before)


async def test_an_entry_without_a_heading_is_not_lost(world: World) -> None:
    await world.record("samira", Note("de hond heet Bello"), Section.S8)
    paper = await paper_for(world, "carla", Form.BGZ)
    assert "de hond heet Bello" in str(paper.chapters[-1].lines)
    assert paper.chapters[-1].title == "Overig uit het dossier"


async def test_her_son_takes_nothing_along_that_he_may_not_read(world: World) -> None:
    await a_plan(world)
    try:
        said = words_of(await paper_for(world, "pieter"))
    except Refused:
        return
    for closed in ("NIET reanimeren", "nachtpijn", "thuis overlijden", "1952"):
        assert closed not in said


async def test_the_patient_takes_along_what_she_may_read_and_not_what_was_told_in_confidence(world: World) -> None:
    await a_plan(world)
    said = words_of(await paper_for(world, "anna"))
    assert "NIET reanimeren" in said
    assert "ZEEPAARD" not in said


async def test_ten_lines_to_paste_have_the_agreements_first_and_none_of_them_cut(world: World) -> None:
    await a_plan(world)
    async with world.unit() as unit:
        text, sections = await make_copy_text(unit, world.guard, await world.context(unit, "gerda"))
    lines = text.split("\n")
    assert len(lines) <= LONGEST_COPY
    assert lines[0].startswith("Anna de Wit, geboren 14-3-1952. Uit Kring, 3-11-2026")
    assert "NIET reanimeren" in lines[1]
    assert "S3-1" in lines[1]
    assert Section.S3 in sections
    assert "nachtpijn" not in text, "measurements are not pasted: they are old tomorrow"


words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80)


@given(said=st.lists(words, min_size=1, max_size=6), title=words)
@settings(deadline=None, max_examples=40)
def test_whatever_people_wrote_is_set_as_words_and_runs_nothing(said: list[str], title: str) -> None:
    typed = (*said, '#read("/etc/hostname")', "#panic()", "$x$", "*vet*", "= kop", "`raw`", "\\u{41}")
    paper = Paper("Afschrift", title, ("let op",), (Chapter(title, typed), Chapter("leeg", (), "noot")), "voet")
    drawn = draw(paper, AT)
    assert drawn.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in drawn
    assert draw(paper, AT) == drawn


def test_what_looks_like_a_command_stands_there_as_it_was_typed() -> None:
    drawn = draw(Paper("Afschrift", "Anna", (), (Chapter("S8", ('#read("/etc/hostname")', "#panic()")),), "voet"), AT)
    assert '#read("/etc/hostname")' in text_of(drawn).replace("”", '"').replace("“", '"')
    assert "#panic()" in text_of(drawn)


def test_every_sign_that_is_not_boxed_has_a_glyph_and_the_others_are_named() -> None:
    signs = "".join(chr(code) for code in range(0x20, 0x2300) if not 0xD800 <= code < 0xE000)
    said = text_of(draw(Paper("Afschrift", "Anna 👵🏽", (), (Chapter("S8", (signs,)),), "voet"), AT))
    assert "Anna □□" in said
    assert "niet te drukken" in said
    plain = text_of(draw(Paper("Afschrift", "Zoë Çelik, geboren 1-1-1950", (), (), "voet €"), AT))
    assert "Zoë Çelik" in plain
    assert "niet te drukken" not in plain
