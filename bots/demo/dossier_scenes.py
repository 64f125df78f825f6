"""Two scenes about the dossier that fills itself: kept from a conversation, and taken along to other systems."""

import json
from typing import TYPE_CHECKING

from bots.demo.story import expect

if TYPE_CHECKING:
    from bots.demo.journey import Journey

_LIMIT_CODE = "89666000"
"""SNOMED CT: cardiopulmonary resuscitation."""


async def kept_from_talk(journey: "Journey") -> None:
    """Her son writes, the nurse points, Kring proposes, the nurse answers with one number."""
    nurse, son = journey.cast["nurse"], journey.cast["son"]
    async with journey.story.step(
        "Wat haar zoon schrijft, komt in het dossier zonder overtypen",
        "aanwijzen is een wens; pas het antwoord van de verpleegkundige legt vast, met het bericht als bron",
    ):
        before = len(await journey.dossier_as("nurse"))
        said = await son.says(journey.circle_room, "mama had vannacht pijn, een 3")
        await nurse.reads(said)
        await nurse.keeps(journey.circle_room, said)
        question = await nurse.hears("Bewaren in het dossier?", "Pijnscore 3, volgens de naaste", private=True)
        expect(len(await journey.dossier_as("nurse")) == before, "zonder antwoord is er niets bewaard")
        await nurse.says(question.room, "1")
        await nurse.hears("Vastgelegd als S5-", private=True)
        kept = [entry for entry in await journey.dossier_as("nurse") if entry["source"]["reference"] == said]
        expect(len(kept) == 1 and kept[0]["value"]["score"] == 3, "de regel wijst naar het bericht")


async def taken_along(journey: "Journey") -> None:
    """The plan as FHIR for the record system of the practice, and the dossier on paper."""
    async with journey.story.step(
        "Het plan gaat mee naar het systeem van de huisarts",
        "PZP in FHIR R4, en een pdf; een ander neemt niet meer mee dan hij mag lezen",
    ):
        nurse = journey.cast["nurse"]
        await nurse.says(journey.team_room, "!zoek nachtelijke heup")
        await nurse.hears("Gevonden", "S5-2", private=True)
        kring, data = journey.operator, journey.operator.data
        plan, paper = data / "pzp-r4.json", data / "afschrift.pdf"
        gp, neighbour = journey.person("gp"), journey.person("neighbour")
        await kring.kring(
            "fhir", "export", journey.patient_id, "--as", gp, "--standard", "pzp-r4", "--out", str(plan)
        )  # fmt: skip
        bundle = json.loads(plan.read_text())
        limits = [entry["resource"] for entry in bundle["entry"] if _LIMIT_CODE in json.dumps(entry["resource"])]
        expect(bool(limits), "de afspraak over reanimeren zit erin")
        await kring.kring("dossier", "paper", journey.patient_id, "--as", gp, "--out", str(paper))
        expect(paper.read_bytes().startswith(b"%PDF-1.7"), "het dossier op papier")
        little = data / "buurman.json"
        status, _, _ = await kring.try_kring(
            "fhir", "export", journey.patient_id, "--as", neighbour, "--standard", "pzp-r4", "--out", str(little)
        )  # fmt: skip
        taken = little.read_text() if status == 0 else ""
        expect(_LIMIT_CODE not in taken and "1952" not in taken, "de buurman neemt niets mee dat hij niet mag lezen")


async def outcome_of_the_visit(journey: "Journey") -> None:
    """The coach was with her at the oncologist's; what came of it she tells the team, and keeps with one number."""
    coach = journey.cast["coach"]
    async with journey.story.step(
        "De coach was mee naar de oncoloog",
        "de uitkomst van het gesprek komt uit de chat in het dossier, met het bericht als bron",
    ):
        said = await coach.says(
            journey.team_room,
            "Samen bij de oncoloog geweest. Zij ziet op tegen de chemokuur; wij spraken over wat zij wil.",
        )
        await coach.keeps(journey.team_room, said)
        question = await coach.hears("Bewaren in het dossier?", "chemokuur", private=True)
        await coach.says(question.room, "bevestig 1" if "bevestig 1" in question.body else "1")
        await coach.hears("Vastgelegd als S", private=True)
        kept = [entry for entry in await journey.dossier_as("coach") if entry["source"]["reference"] == said]
        expect(len(kept) == 1, "de regel wijst naar het bericht")


async def figures(journey: "Journey") -> None:
    """The coordinator sees figures of the region, and of one patient none: one is fewer than ten."""
    kring = journey.operator
    async with journey.story.step(
        "De cijfers van de regio",
        "geteld uit de dossiers alleen, voor de coördinator; over één patiënt verschijnt geen enkel getal",
    ):
        tine = await kring.kring(
            "person", "add", "--role", "coordinator", "--given-name", "Tine", "--family-name", "Overeem"
        )
        found = (await kring.kring("figures", "--as", tine["person"]))["figures"]
        named = {one["id"] for one in found}
        expect(
            {"IND-04", "IND-05", "IND-10", "IND-14", "IND-15", "IND-16", "IND-17"} <= named, "elk cijfer wordt geteld"
        )
        shown = [one["id"] for one in found if one["denominator"] is not None]
        expect(set(shown) <= {"IND-16"}, f"van één patiënt wordt niets getoond, niet: {shown}")
        status, _, _ = await kring.try_kring("figures", "--as", journey.person("gp"))
        expect(status == 1, "een huisarts vraagt de cijfers van de regio niet op")
