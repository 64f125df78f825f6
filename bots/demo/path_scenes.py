"""The path: the coach is offered, handovers are signed and accepted, and what changed since the last visit."""

import re
from typing import TYPE_CHECKING

from bots.demo.story import expect

if TYPE_CHECKING:
    from bots.demo.journey import Journey


async def coach_is_offered(journey: "Journey") -> str:
    """Marking was discussed; the coach is offered, fits, and starts. Returns the coach's own room."""
    gp, coach, team = journey.cast["gp"], journey.cast["coach"], journey.team_room
    async with journey.story.step(
        "De huisarts biedt een coach aan",
        "zij wil het; de coach begint, en !pad zegt steeds wat nu komt en wie het doet",
    ):
        await gp.says(team, "!coach aangeboden ja")
        await gp.hears("de patiënt wil een coach", private=True)
        await coach.says(team, "!inclusie ja")
        await coach.hears("past bij de criteria", private=True)
        await coach.says(team, "!pad start")
        await coach.hears("De begeleiding is begonnen", room=team)
        await coach.says(team, "!pad")
        path = await coach.hears("Het pad van deze patiënt", "De markering is met de patiënt besproken", private=True)
        expect("De complexiteit beoordelen." in path.body, "de volgende stap staat erbij")
        await coach.says(path.room, "!tijd 45")
        await coach.hears("45 minuten, regulier", private=True)
    return path.room


async def admission_and_discharge(journey: "Journey") -> None:
    """One line for the way there; for the way back a draft, her own words, and a code that signs."""
    nurse, hospice, patient = journey.cast["nurse"], journey.cast["hospice"], journey.cast["patient"]
    gp, coach, team = journey.cast["gp"], journey.cast["coach"], journey.team_room
    await gp.says(team, "!sinds")
    known = await gp.hears("Daarom staat hier alles wat voor u open is.", private=True)
    await gp.says(known.room, "!gezien")
    async with journey.story.step(
        "Opname in het hospice", "de overdracht (SBAR) staat er in één regel; alleen de ontvanger kan haar ontvangen"
    ):
        await nurse.says(team, "!overdracht naar hospice @hospice, spoed")
        await hospice.hears("Overdracht 1 naar hospice", "NIET reanimeren", "026 555 0102", private=True)
        await coach.says(team, "!ontvangen 1")
        await coach.hears("aan iemand anders gericht", room=team)
        await hospice.says(team, "!ontvangen 1")
        await hospice.hears("ontvangen door Joost Linden", room=team)
    async with journey.story.step(
        "Weer naar huis, met een handtekening",
        "de code hoort bij precies deze tekst; zij leest eerst mee, en haar eigen woorden gaan mee",
    ):
        await hospice.says(team, "!overdracht concept ontslag naar thuis @thuiszorg")
        draft = await hospice.hears("Vraag 1 van 2", "NIET reanimeren", private=True)
        await hospice.says(draft.room, "pijnstilling op vaste tijden houden")
        await hospice.hears("Vraag 2 van 2", private=True)
        await hospice.says(draft.room, "geen")
        whole = await hospice.hears("pijnstilling op vaste tijden houden", "Teken met de code", private=True)
        code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", whole.body)
        assert code is not None
        await hospice.says(draft.room, code[0])
        await patient.hears("Joost Linden", "NIET reanimeren", private=True)
        await patient.says(journey.circle_room, "!overdracht 2 eigen woorden: mijn kat mag weer op het bed")
        received = await nurse.hears(
            "Overdracht 2 bij ontslag naar thuis", "mijn kat mag weer op het bed", private=True
        )
        expect(
            "blijft Joost Linden verantwoordelijk" in received.body, "tot zij ontvangt, is het hospice verantwoordelijk"
        )
        await nurse.says(team, "!ontvangen 2")
        await nurse.hears("ontvangen door Samira Bakker", room=team)
    async with journey.story.step(
        "Wat veranderde er sinds uw vorige bezoek?", "de huisarts leest alleen wat nieuw is sinds zij zei: gezien"
    ):
        await gp.says(team, "!sinds")
        news = await gp.hears("Veranderd sinds", "Overdracht 1 naar hospice", "Overdracht 2 bij ontslag", private=True)
        expect("NIET reanimeren" not in news.body, "wat zij al wist, staat er niet bij")
