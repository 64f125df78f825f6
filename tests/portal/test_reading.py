"""What each role reads, and that every look is written down first."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web

from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.portal.world import Browser, World, directive, open_world, read, sign_in


async def test_the_gp_reads_the_agreements_first_and_as_full_sentences(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    status, page = await read(browser, "/dossier")
    assert status == HTTPStatus.OK
    assert "NIET reanimeren — besproken op 3-11-2026 met patiënt en dochter; bevestigd door Gerard Huisman" in page
    assert page.index("Proactieve zorgplanning") < page.index("Wensen") < page.index("Klachten en functioneren")
    assert "S3-1" in page
    assert "Josje Kaptein (palliatieve zorgcoach, Palliatieve zorg De Liemers)" in page
    assert "3 november 2026, 10:00" in page
    assert "Anna de Wit, geboren 14-3-1952" in page


async def test_a_proposal_never_reads_as_an_agreement(world: World, browser: Browser) -> None:
    await world.record("coach", directive(Treatment.RESUSCITATION, Decision.NO), Section.S3)
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/dossier")
    assert page.index("Nog te bevestigen") < page.index("Voorstel – geldt nog niet") < page.index("NIET reanimeren")
    assert "Geldt nu" not in page


async def test_a_waiting_change_stands_beside_what_is_in_force(world: World, browser: Browser) -> None:
    await world.record("coach", directive(Treatment.RESUSCITATION, Decision.NO), Section.S3)
    await world.confirm("gp", EntryRef(Section.S3, 1))
    await world.record("coach", directive(Treatment.RESUSCITATION, Decision.YES), Section.S3)
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/dossier")
    assert page.index("Geldt nu") < page.index("Nog te bevestigen") < page.index("WEL reanimeren")
    assert "Tot iemand dit bevestigt, geldt wat er nu onder S3-1 staat" in page


async def test_the_latest_measurements_come_first_and_the_section_has_all(world: World, browser: Browser) -> None:
    for score in range(6):
        world.clock.pass_by(hours=1)
        await world.record("nurse", PainScore(score, Reporter.PROFESSIONAL), Section.S5)
    await sign_in(world, browser, "gp")
    _, whole = await read(browser, "/dossier")
    _, section = await read(browser, "/dossier/S5")
    assert "Nog 3 eerdere in Klachten en functioneren" in whole
    assert [f">S5-{n}<" in whole for n in range(1, 7)] == [False, False, False, True, True, True]
    assert whole.index(">S5-6<") < whole.index(">S5-4<")
    assert all(f">S5-{n}<" in section for n in range(1, 7))


async def test_the_daughter_sees_nothing_without_consent_and_with_it_only_wishes(
    world: World, browser: Browser
) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "daughter")
    _, before = await read(browser, "/dossier")
    assert "reanimeren" not in before
    assert "thuis" not in before.lower().replace("thuiszorg", "")
    assert "zo moe" not in before, "what was told in confidence is not read back here"
    assert "14-3-1952" not in before, "who may not read S1 gets the name, not the birth date"

    await world.consent("role:relative", Section.S4)
    status, after = await read(browser, "/dossier/S4")
    _, whole = await read(browser, "/dossier")
    assert status == HTTPStatus.OK
    assert "S4-1" in after
    assert "S4-1" in whole
    assert not any(f">{ref}<" in whole for ref in ("S3-1", "S3-2", "S5-1", "S10-1"))


async def test_the_daughter_is_refused_the_plan_with_reason_law_and_helper(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "daughter")
    status, page = await read(browser, "/dossier/S3")
    assert status == HTTPStatus.FORBIDDEN
    for told in ("Lezen in S3", "Dit onderdeel is nog niet voor u opengesteld.", "BW 7:457", "De patiënt", "web-"):
        assert told in page
    assert "de Wit" not in page
    (refusal,) = await world.audited(AuditEvent.REFUSED, "daughter")
    assert (refusal.entry.object_id, refusal.entry.access_point, refusal.entry.outcome) == ("S3", "portal", 4)


async def _everything(world: World) -> None:
    await world.file_the_plan()


async def _a_confidence(world: World) -> None:
    await world.record("daughter", Note("Moeder weet niet dat ik zo moe ben."), Section.S10)


@pytest.mark.parametrize(
    ("who", "hidden"), [("daughter", _everything), ("patient", _a_confidence), ("nurse", _a_confidence)]
)
async def test_nobody_can_tell_whether_there_is_something_hidden(
    tmp_path: Path, who: str, hidden: Callable[[World], Awaitable[None]]
) -> None:
    """Two worlds, with and without what this person may not read: every page is the same, the log included.

    The daughter wrote the confidence herself; what she may not read back must not show through either.
    """
    seen = []
    for name in ("filled", "empty"):
        (tmp_path / name).mkdir()
        world = await open_world(tmp_path / name)
        if name == "filled":
            await hidden(world)
        async with world.portal() as browser:
            await sign_in(world, browser, who)
            paths = ("/dossier", *(f"/dossier/{section}" for section in Section), "/inzage")
            seen.append([(path, *_without_chance(await read(browser, path))) for path in paths])
        await world.hub.close()
    assert seen[0] == seen[1]
    assert {status for _, status, _ in seen[0]} == {HTTPStatus.OK, HTTPStatus.FORBIDDEN}


def _without_chance(answer: tuple[int, str]) -> tuple[int, str]:
    """An answer without what is random in each world: session token, request mark, ids, the circle's pseudonym."""
    status, page = answer
    chances = (
        r'name="csrf" value="[^"]+"',
        r"<code>web-[0-9a-f]{16}</code>",
        r"Kring [2-9A-Z]{4}\.",
        r"(?:per|con)-[0-9a-f]+",
    )
    for pattern in chances:
        page = re.sub(pattern, "", page)
    return status, page


async def test_somebody_who_left_sees_nothing_at_once(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "nurse")
    assert (await read(browser, "/dossier"))[0] == HTTPStatus.OK
    await world.discharge("nurse")
    for path in ("/dossier", "/dossier/S5", "/inzage"):
        status, page = await read(browser, path)
        assert status == HTTPStatus.FORBIDDEN
        assert "de Wit" not in page
        assert "pijn" not in page.lower()
    assert len(await world.audited(AuditEvent.REFUSED, "nurse")) == 3


async def test_every_look_is_in_the_log_before_it_is_answered(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    logged_at_answer: list[int] = []
    prepare = web.Response.prepare

    async def watched(self: web.Response, request: web.BaseRequest) -> object:
        logged_at_answer.append(len(await world.audited(AuditEvent.ENTRY_READ, "gp")))
        return await prepare(self, request)

    monkeypatch.setattr(web.Response, "prepare", watched)
    for path in ("/dossier", "/dossier/S3", "/dossier/S4"):
        await read(browser, path)
    assert logged_at_answer == [1, 2, 3]
    last = (await world.audited(AuditEvent.ENTRY_READ, "gp"))[-1].entry
    assert (last.sections, last.access_point, last.purpose, last.user_role) == ("S4", "portal", "TREAT", "gp")
    assert last.correlation_id.startswith("web-")


async def test_without_a_log_entry_nothing_is_shown(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "gp")
    async with world.hub.database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE audit RENAME TO audit_gone")
    status, page = await read(browser, "/dossier")
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "reanimeren" not in page
    assert "audit" not in page, "no workings of the hub on a page for people"


async def test_the_patient_reads_who_looked_and_why(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    async with world.portal() as other:
        await sign_in(world, other, "gp")
        for _ in range(3):
            await read(other, "/dossier/S4")
    async with world.portal() as other:
        await sign_in(world, other, "daughter")
        await read(other, "/dossier/S3")
    await sign_in(world, browser, "patient")
    status, page = await read(browser, "/inzage")
    assert status == HTTPStatus.OK
    assert "<strong>Gerard Huisman</strong> (huisarts, Huisartsenpraktijk De Brug)" in page
    assert "Dossier gelezen: Wensen (S4)." in page
    assert "3 keer, dit was de eerste" in page
    assert "Voor de behandeling en zorg." in page
    assert "Noodprocedure: nee" in page
    assert "Geweigerd:</strong> wilde lezen: Proactieve zorgplanning (S3)" in page
    assert len(await world.audited(AuditEvent.LOG_READ, "patient")) == 1
    _, again = await read(browser, "/inzage")
    assert "Logging bekeken" in again, "looking at the log is in the log"


async def test_the_log_does_not_tell_the_patient_that_somebody_confided(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/inzage")
    assert "In het dossier gezet: S4-1" in page
    assert "S10-1" not in page
    async with world.portal() as other:
        await sign_in(world, other, "coach")
        _, whole = await read(other, "/inzage")
    assert "In het dossier gezet: S10-1" in whole


async def test_the_log_can_be_narrowed_to_some_days(world: World, browser: Browser) -> None:
    await world.record("coach", Note("Kennismaking."), Section.S8)
    world.clock.pass_by(days=5)
    await world.record("coach", Note("Tweede bezoek."), Section.S8)
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/inzage?van=2026-11-04&tot=2026-11-30")
    assert "Zondag 8 november 2026" in page
    assert "3 november" not in page
    _, odd = await read(browser, "/inzage?van=gisteren&tot=%27%3B--")
    assert "3 november" in odd, "what is no date is no limit"


@pytest.mark.parametrize("who", ["daughter", "nurse"])
async def test_who_may_not_see_the_log_is_refused_and_gets_no_link_to_it(
    world: World, browser: Browser, who: str
) -> None:
    await sign_in(world, browser, who)
    _, dossier = await read(browser, "/dossier")
    status, page = await read(browser, "/inzage")
    assert "/inzage" not in dossier
    assert status == HTTPStatus.FORBIDDEN
    assert "Het logboek van deze kring inzien." in page


MISCHIEF = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</p></li></ul><iframe src=javascript:alert(1)>",
    "{{ 7*7 }} {% import 'os' %}",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>*{display:none}</style>",
    "' onmouseover='alert(1)",
    "<!--",
    "]]>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
]


@pytest.mark.parametrize("text", MISCHIEF)
async def test_what_people_write_stays_text(world: World, browser: Browser, text: str) -> None:
    await world.record("nurse", Note(f"begin {text} einde"), Section.S5)
    await world.record("coach", directive(Treatment.VENTILATION, Decision.YES_BUT, f"begin {text} einde"), Section.S3)
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/dossier")
    assert page.count("begin ") == 2
    for piece in page.split("begin ")[1:]:
        written = piece.partition(" einde")[0]
        assert not set("<>\"'") & set(written)
    for tag in ("<script", "<img", "<iframe", "<svg", "<style", "<!--", "<meta http"):
        assert tag not in page
