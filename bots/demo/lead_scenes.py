"""Who leads, who does what and who answers: a lead is offered, a task asked, a question climbs until somebody does."""

import re
from typing import TYPE_CHECKING

from bots.demo.personas import Heard
from bots.demo.story import expect

if TYPE_CHECKING:
    from bots.demo.journey import Journey


async def lead_is_offered(journey: "Journey") -> None:
    """From the GP to the coach, with the GP as deputy."""
    gp, coach, team = journey.cast["gp"], journey.cast["coach"], journey.team_room
    async with journey.story.step(
        "De regie gaat naar de coach, met een plaatsvervanger",
        "er verandert niets tot de ander ja zegt; daarna is er weer precies één regiehouder, en één plaatsvervanger",
    ):
        await gp.says(team, "!regie aan @coach")
        await coach.hears("biedt u de regie over deze kring aan", "!accepteer regie 1", private=True)
        expect(await leads(journey) == [journey.person("gp")], "de huisarts houdt de regie tot de coach ja zegt")
        await coach.says(team, "!accepteer 1")
        await gp.hears("De regie ging van Gerda Huisman naar Carla Vermeer.")
        expect(await leads(journey) == [journey.person("coach")], "nu heeft de coach de regie, en niemand anders")
        await coach.says(team, "!plaatsvervanger @huisarts")
        offer = await gp.hears("!accepteer regie 2", private=True)
        await gp.says(offer.room, "!accepteer regie 2")
        await coach.hears("Gerda Huisman", "plaatsvervanger")


async def coach_is_away(journey: "Journey", own_room: str) -> None:
    """Said in plain words, in the own room; the circle hears who stands in."""
    coach, nurse, son = journey.cast["coach"], journey.cast["nurse"], journey.cast["son"]
    async with journey.story.step(
        "De coach is een dag afwezig", "één gewone zin is genoeg: iedereen weet wie waarneemt, en wanneer zij terug is"
    ):
        await coach.says(own_room, "ik ben afwezig t/m morgen, waarnemer @huisarts")
        await son.hears("Carla Vermeer is afwezig", "Gerda Huisman neemt de regie waar")
        await nurse.says(journey.team_room, "!regie")
        await nurse.hears("Nu neemt Gerda Huisman de regie waar.", room=journey.team_room)
        await coach.says(own_room, "ik ben er weer")
        await son.hears("Carla Vermeer", "weer")
        await nurse.says(journey.team_room, "!wie")
        await nurse.hears("Carla Vermeer", "heeft de regie", "plaatsvervanger", room=journey.team_room)


async def question_at_night(journey: "Journey") -> None:
    """Monday, twenty to twelve: bone pain, and a question that nobody hears before the morning."""
    patient, nurse, gp = journey.cast["patient"], journey.cast["nurse"], journey.cast["gp"]
    circle, team, monday = journey.circle_room, journey.team_room, journey.operator.today
    journey.operator.until(monday, 23, 40)
    async with journey.story.step(
        "Botpijn in de nacht",
        "pijn 8 staat in het dossier en is meteen iemands taak; de drempel is van de zorgverleners, niet van Kring",
    ):
        await gp.says(team, "!drempel pijn 4")
        await gp.hears("De drempels zijn aangepast", private=True)
        await nurse.says(team, "!pijn 8 nachtelijke botpijn in de heup")
        await nurse.hears("Vastgelegd als S5-2", room=team)
        await gp.says(team, "!dossier klachten")
        await gp.hears("Pijn 8", "botpijn", "Samira Bakker", room=team)
        symptom = await own_tasks(journey, "nurse", "pijn 8")
    async with journey.story.step(
        "Haar vraag heeft meteen een eigenaar",
        "zij leest wie antwoordt en wanneer, eerlijk: niet vannacht; en wie zij nu kan bellen",
    ):
        await patient.says(circle, "Wanneer komt er iemand kijken naar de pijn in mijn heup?")
        await patient.hears(
            "Vraag 1: Carla Vermeer (palliatieve zorgcoach) antwoordt",
            "10.00 uur",
            "Bel de huisartsenpost",
            room=circle,
        )
    async with journey.story.step(
        "Het blijft stil, de vraag klimt",
        "om tien uur gaat de vraag vanzelf naar de plaatsvervanger; binnen een dag is er antwoord, en minder pijn",
    ):
        journey.operator.until(journey.tuesday, 10)
        await patient.hears("Vraag 1: nog geen antwoord; nu gevraagd aan Gerda Huisman (huisarts)")
        await gp.hears("Vraag 1 is voor u", private=True)
        await gp.says(team, "!antwoord 1 Ik kom om half twaalf en pas de pijnstilling aan.")
        await patient.hears("Gerda Huisman (huisarts) antwoordt op vraag 1", "half twaalf")
        await nurse.says(team, "!pijn 3 na aanpassing door de huisarts")
        await nurse.hears("S5-3", room=team)
        if symptom in await open_tasks(journey, "nurse"):
            await nurse.says(team, f"!klaar {symptom}")
            await nurse.hears("klaar", room=team)
        expect(symptom not in await open_tasks(journey, "nurse"), "wie keek, heeft de taak niet meer")


async def a_task(journey: "Journey") -> None:
    """Asked of one person, with a day; accepted, done."""
    coach, nurse, team = journey.cast["coach"], journey.cast["nurse"], journey.team_room
    async with journey.story.step(
        "Wie belt de apotheek?", "één naam en één dag; zij zegt ja, ziet het op haar lijst, en meldt het klaar"
    ):
        await coach.says(team, "!taak apotheek bellen over het noodpakket @thuiszorg voor morgen 12:00")
        asked = await nurse.hears("apotheek bellen over het noodpakket", "!accepteer taak", "12.00 uur", private=True)
        number = re.search(r"!accepteer taak (\d+)", asked.body)
        assert number is not None
        await nurse.says(asked.room, f"!accepteer taak {number[1]}")
        await nurse.hears(f"U doet taak {number[1]}.")
        expect(int(number[1]) in await open_tasks(journey, "nurse"), "de taak staat op haar lijst")
        await nurse.says(asked.room, f"!klaar {number[1]}")
        await nurse.hears("klaar")
        expect(int(number[1]) not in await open_tasks(journey, "nurse"), "en nu niet meer")


async def leads(journey: "Journey") -> list[str]:
    """Everybody who has the lead: always one."""
    shown = await journey.operator.kring("circle", "show", journey.patient_id)
    return [str(member["person"]) for member in shown["members"] if member["lead"]]


async def own_tasks(journey: "Journey", key: str, about: str) -> int:
    """The number of the task on somebody's list that is about this."""
    listed = await _listed(journey, key)
    lines = [line for line in listed.body.splitlines() if about in line.casefold()]
    expect(len(lines) == 1, f"er is één taak over {about}: {listed.body}")
    number = re.search(r"aak (\d+)", lines[0])
    assert number is not None
    return int(number[1])


async def open_tasks(journey: "Journey", key: str) -> set[int]:
    """What ``!taken`` says to somebody about this circle."""
    return {int(number) for number in re.findall(r"aak (\d+)", (await _listed(journey, key)).body)}


async def _listed(journey: "Journey", key: str) -> Heard:
    persona = journey.cast[key]
    await persona.says(journey.team_room, "!taken")
    return await persona.hears("Uw taken in deze kring", private=True)
