"""She dies at home: what stops, what stays, and what comes weeks later."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bots.demo.cast import PATIENT_FAMILY, PATIENT_GIVEN
from bots.demo.lead_scenes import open_tasks
from bots.demo.story import expect

if TYPE_CHECKING:
    from bots.demo.journey import Journey

_NAME = f"{PATIENT_GIVEN} {PATIENT_FAMILY}"


async def dying(journey: "Journey") -> None:
    """The phase in which routine is silent."""
    gp, coach, team = journey.cast["gp"], journey.cast["coach"], journey.team_room
    journey.operator.until(journey.tuesday + timedelta(days=9), 10)
    async with journey.story.step(
        "De stervensfase", "de spoedset zegt het; wat routine is, zwijgt; één taak blijft: wie is er voor de naasten?"
    ):
        await gp.says(team, "!stervensfase tekenen: bedlegerig, slokjes")
        await gp.hears("De stervensfase is vastgesteld", private=True)
        await coach.hears("Spreek met de naasten af", private=True)
        await coach.says(team, "!pad")
        await coach.hears("Het pad van deze patiënt", "tervensfase", private=True)


async def she_dies(journey: "Journey") -> None:
    """Two people confirm; from that moment relatives read nothing, and nothing is sent to her."""
    coach, gp, son, patient = (journey.cast[key] for key in ("coach", "gp", "son", "patient"))
    team = journey.team_room
    journey.operator.until(journey.tuesday + timedelta(days=11), 6, 30)
    async with journey.story.step(
        "Mevrouw de Wit overlijdt thuis", "twee mensen bevestigen het; dan is de inzage van haar zoon meteen voorbij"
    ):
        expect(await journey.dossier_as("son") != [], "tot nu las haar zoon wat zij hem toestond")
        await coach.says(team, f"!overleden {_NAME}")
        await coach.hears("Er verandert nog niets", private=True)
        expect(await journey.dossier_as("son") != [], "één melding verandert niets")
        await gp.hears("meldt dat", private=True)
        await patient.forgets()
        await gp.says(team, f"!overleden bevestig {_NAME}")
        await gp.hears("Het overlijden is bevestigd", private=True)
        confirmed = time.monotonic()
        expect(await journey.dossier_as("son") == [], "zijn inzage is voorbij")
        journey.story.note(f"Nagevraagd {time.monotonic() - confirmed:.1f} s na de bevestiging: niets meer te lezen.")
        await son.says(journey.circle_room, "!dossier wensen")
        await son.hears("Dat kan niet", room=journey.circle_room)
    async with journey.story.step(
        "Daarna zwijgt Kring tegen haar",
        "wat gepland stond, stopt; het team maakt het dossier af, met waar zij overleed",
    ):
        await coach.says(team, "!plaatsoverlijden thuis")
        await coach.hears("Vastgelegd", room=team)
        await coach.says(team, "!gebeurtenis compleet")
        await coach.hears("staat er helemaal in", room=team)
        await patient.hears_nothing_of("")


async def aftercare(journey: "Journey") -> None:
    """The room for the relatives; six weeks later somebody calls; seven weeks later the team looks back."""
    coach, gp, son, team = journey.cast["coach"], journey.cast["gp"], journey.cast["son"], journey.team_room
    died = journey.operator.today
    async with journey.story.step(
        "De nazorg gaat open", "haar zoon en de coach krijgen een eigen kamer; in het dossier komt er niets van"
    ):
        before = await son.rooms()
        await coach.says(team, "!nazorg open")
        await coach.hears("De nazorgkamer gaat open", private=True)
        await son.joins_another(before)
    async with journey.story.step(
        "Zes weken later", "de taak om de naasten te bellen komt vanzelf; wat de coach opschrijft, staat apart"
    ):
        journey.operator.until(died + timedelta(weeks=6, days=1), 10)
        await coach.hears("Bel ", "Pieter de Wit", "!nazorg contact", private=True)
        await coach.says(team, "!nazorg contact Pieter de Wit gesproken: hij slaapt weer, en mist haar")
        await coach.hears("Dit staat niet in het dossier", private=True)
        await coach.says(team, "!nazorg contact Wim Kuiper wil niet")
        await coach.hears("Dit staat niet in het dossier", private=True)
        texts = str(await journey.dossier_as("coach"))
        expect("mist haar" not in texts, "nazorg staat niet in het dossier")
    async with journey.story.step(
        "Het team kijkt terug, en sluit", "de evaluatie is gedaan, geen taak staat open, de kamers gaan dicht"
    ):
        journey.operator.until(died + timedelta(weeks=7, days=1), 10)
        await coach.hears("Kijk met het team terug", private=True)
        await coach.says(team, "!evaluatie Zij stierf thuis, zoals zij wilde. Eerder bellen over de pijn.")
        await coach.hears("de terugblik van het team", room=team)
        await gp.says(team, "!evaluatie markering terecht")
        await gp.hears("de terugblik van het team", room=team)
        for key in ("coach", "gp", "nurse"):
            for number in sorted(await open_tasks(journey, key)):
                await journey.cast[key].says(team, f"!klaar {number}")
                await journey.cast[key].hears("klaar", room=team)
        await coach.says(team, "!afsluiten")
        await coach.hears("De kring is afgesloten", private=True)
        await gp.is_out_of(team)
