"""A weekend: Friday three o'clock, the out-of-hours set, the paper on the fridge, and a period of duty that ends."""

from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from bots.demo.story import expect
from hub.domain.errors import DeliveryRefused

if TYPE_CHECKING:
    from bots.demo.journey import Journey

_DUTY = timedelta(days=2, hours=17)
"""From Friday three o'clock until Monday morning eight."""


async def out_of_hours(journey: "Journey") -> None:
    """Renewed each Friday at three, brought to who stands in, and again when a directive changes."""
    kring, team = journey.operator, journey.team_room
    friday = journey.tuesday + timedelta(days=3)
    kring.until(friday, 14, 50)
    async with journey.story.step(
        "Op vrijdag hangt de spoedset op de koelkast", "wie de code scant, leest dat dit de nieuwste is, en geen naam"
    ):
        paper = await journey.print_emergency_set("koelkast.pdf")
        page = await _scanned(paper)
        expect("Dit is de nieuwste versie" in page, "de code zegt dat het papier klopt")
        expect("Anna" not in page and "reanimeren" not in page, "en zegt niets over haar")
    locum = await journey.log_in("locum")
    async with journey.story.step(
        "Vrijdag drie uur: het weekend begint",
        "de spoedset is gecontroleerd en staat bij de waarnemer; zij leest wat nodig is, en niet meer dan dat",
    ):
        until = kring.now + timedelta(minutes=10) + _DUTY
        await kring.kring(
            "circle", "admit", journey.patient_id, journey.person("locum"), "--until", until.isoformat()
        )  # fmt: skip
        await locum.is_in(team)
        kring.until(friday, 15)
        checked = await locum.hears("Spoedset, versie", "gecontroleerd op", "NIET reanimeren", private=True)
        expect("026 555 010" in checked.body, "met een nummer om te bellen")
        await locum.says(team, "!spoed")
        await locum.hears("NIET reanimeren", "Carla Vermeer")
        await locum.says(team, "!dossier wensen")
        during = await locum.hears("S4", "overlijden")
        expect("uthanasie" not in during.body, "van de wensen leest zij alleen de plek")
        await locum.says(team, "!dossier psychosociaal")
        await locum.hears("Dat kan niet", "lezen in S6", room=team)
    async with journey.story.step(
        "Een afspraak verandert in het weekend",
        "de nieuwe spoedset is binnen een minuut bij de waarnemer; het papier op de koelkast zegt verouderd",
    ):
        kring.until(friday + timedelta(days=1), 11)
        began = kring.now
        await journey.two_confirm("!behandelgrens ziekenhuisopname nee, besproken met patiënt en zoon")
        day = f"{began.day}-{began.month}-{began.year}"
        await locum.hears("Spoedset, versie", f"van {day}", "!spoed ontvangen", private=True)
        seconds = (kring.now - began).total_seconds()
        expect(seconds <= 60, f"binnen een minuut, niet {seconds:.0f} s")
        await locum.says(team, "!spoed ontvangen")
        await locum.hears("van de spoedset", room=team)
        expect("VEROUDERD" in await _scanned(paper), "de oude code waarschuwt")
        page = await _scanned(await journey.print_emergency_set("koelkast-nieuw.pdf"))
        expect("Dit is de nieuwste versie" in page, "het nieuwe papier klopt weer")
        journey.story.note(f"Van nieuwe afspraak tot spoedset bij de waarnemer: {seconds:.1f} s.")


async def duty_is_over(journey: "Journey") -> None:
    """Monday morning, eight o'clock."""
    locum, team = journey.cast["locum"], journey.team_room
    async with journey.story.step(
        "De dienst is voorbij", "zij is uit de kamers zonder dat iemand iets deed, en leest waarom, met de wet"
    ):
        before = locum.client.engine.next_batch
        journey.operator.until(journey.tuesday + timedelta(days=6), 8, 1)
        await locum.is_out_of(team)
        told = await locum.is_told_at_the_door(team, before)
        expect("BW 7:457" in told and "Bel de regiehouder" in told, "met reden, wet en wie helpt")
        try:
            await locum.says(team, "!dossier pzp")
        except DeliveryRefused:
            journey.story.note("Haar vraag komt niet meer aan: de poortwachter heeft haar uit de kamers gehaald.")
        explained = await journey.explain("locum", "S3")
        expect(explained["decision"] == "deny", "het beleid zegt nee")
        expect([rule["id"] for rule in explained["rules"]] == ["guard-relation"], "om de goede reden")


async def _scanned(address: str) -> str:
    """What a telephone shows at the bedside; whoever scans never signed in."""
    async with aiohttp.ClientSession() as stranger, stranger.get(address) as answer:
        return await answer.text()
