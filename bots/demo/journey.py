"""The journey of mevrouw de Wit, scene by scene. Every scene asserts what people would notice."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bots.demo.canaries import find_canaries
from bots.demo.cast import CANARIES, CAST, PATIENT_BORN, PATIENT_FAMILY, PATIENT_GIVEN
from bots.demo.dossier_scenes import figures, kept_from_talk, outcome_of_the_visit, taken_along
from bots.demo.ending_scenes import aftercare, dying, she_dies
from bots.demo.lead_scenes import a_task, coach_is_away, lead_is_offered, question_at_night
from bots.demo.operator import Operator, first_monday
from bots.demo.path_scenes import admission_and_discharge, coach_is_offered
from bots.demo.personas import Persona
from bots.demo.story import Story, expect
from bots.demo.weekend_scenes import duty_is_over, out_of_hours

SCENES = 38
FORM = Path(__file__).resolve().parents[2] / "config" / "demo" / "pzp-de-wit.json"


class Journey:
    """Plays on a started hub. Personas stay until :meth:`end`."""

    def __init__(self, operator: Operator, story: Story) -> None:
        self.operator = operator
        self.story = story
        self._people: dict[str, dict[str, str]] = {}
        self.cast: dict[str, Persona] = {}
        self.patient_id = ""
        self.circle_room = ""
        self.team_room = ""
        self.tuesday = operator.today

    async def play(self) -> None:
        """All scenes, in order; raises at the first that does not go as it must."""
        await self.live()
        await dying(self)
        await she_dies(self)
        await aftercare(self)
        await figures(self)
        await self._evidence()

    async def live(self) -> None:
        """From marking until the Monday after the weekend."""
        await self._marking()
        await self._introductions()
        await self._consent()
        # At the hour of the homeserver: who could read a message when it was said is judged by its own time.
        await kept_from_talk(self)
        await outcome_of_the_visit(self)
        monday = first_monday(self.operator.today)
        self.operator.until(monday, 9)
        self.tuesday = monday + timedelta(days=1)
        own_room = await coach_is_offered(self)
        await self._planning_conversation()
        await self._place_of_death()
        await lead_is_offered(self)
        await coach_is_away(self, own_room)
        await question_at_night(self)
        await self._chemotherapy()
        await self._complexity()
        await a_task(self)
        await self._audience()
        await self._neighbour()
        await self._hospice()
        await admission_and_discharge(self)
        await self._specialist_leaves()
        await self._newcomer()
        await self._why()
        await self._portal()
        await taken_along(self)
        await out_of_hours(self)
        await duty_is_over(self)

    async def end(self) -> None:
        for persona in self.cast.values():
            await persona.leave_stage()

    def logins(self) -> list[tuple[str, str, str]]:
        """(name and role, Matrix user, password), to look around with Element."""
        return [(p.name, p.login["user"], p.login["password"]) for p in self.cast.values()]

    async def _marking(self) -> None:
        async with self.story.step(
            "De huisarts markeert, de coach begint",
            "de kring is open: een space en twee versleutelde kamers, de namen zeggen niets",
        ):
            kring = self.operator.kring
            for part in CAST:
                self._people[part.key] = await kring("person", "add", *part.arguments())
            patient = await kring(
                "patient", "add", "--given-name", PATIENT_GIVEN, "--family-name", PATIENT_FAMILY,
                "--birth-date", PATIENT_BORN,
            )  # fmt: skip
            self.patient_id = patient["patient"]
            self._people["patient"] = patient
            opened = await kring(
                "circle", "open", self.patient_id, "--coach", self.person("coach"), "--lead", self.person("gp"),
                "--discussed",
            )  # fmt: skip
            self.circle_room, self.team_room = opened["rooms"]["circle"], opened["rooms"]["team"]
            shown = await kring("circle", "show", self.patient_id)
            expect(len(shown["members"]) == 3, "patiënt, coach en huisarts zitten in de kring")
            expect(sum(member["lead"] for member in shown["members"]) == 1, "er is precies één regiehouder")

    async def _introductions(self) -> None:
        async with self.story.step(
            "Iedereen komt binnen",
            "wie binnenkomt hoort versleuteld wiens kring het is, en krijgt een eigen overzicht",
        ):
            for key in ("nurse", "oncologist", "son", "neighbour"):
                await self.operator.kring("circle", "admit", self.patient_id, self.person(key))
            for key in ("patient", "coach", "gp", "nurse", "oncologist", "son", "neighbour"):
                await self._arrive(key)
            for key in ("coach", "son"):
                await self.cast[key].hears("Dit is de kring van Anna de Wit", "14-3-1952", room=self.circle_room)
                await self.cast[key].hears("Welkom", "Gerda Huisman", "heeft de regie", private=True)

    async def _consent(self) -> None:
        async with self.story.step(
            "Toestemming wordt gevraagd en vastgelegd",
            "zonder toestemming ziet haar zoon niets; met toestemming voor S4 alleen S4",
        ):
            before = await self.dossier_as("son")
            expect(before == [], "de zoon ziet nog niets")
            await self.operator.kring(
                "consent", "record", self.patient_id, "--decision", "permit", "--to", f"person:{self.person('son')}",
                "--sections", "S4", "--given-by", self.person("patient"), "--how", "mondeling, bij het huisbezoek",
            )  # fmt: skip

    async def _planning_conversation(self) -> None:
        async with self.story.step(
            "Het PZP-gesprek komt binnen uit het systeem van de huisarts",
            "eerst een voorbeeld, dan ingelezen; elke behandelgrens is een hele zin; nog eens inlezen verandert niets",
        ):
            before = len(await self.dossier_as("gp"))
            as_gp = ("--as", self.person("gp"))
            preview = await self.operator.kring("pzp", "import", self.patient_id, str(FORM), *as_gp, "--preview")
            expect(
                preview["changed"] > 0 and len(await self.dossier_as("gp")) == before, "een voorbeeld verandert niets"
            )
            first = await self.operator.kring("pzp", "import", self.patient_id, str(FORM), *as_gp)
            again = await self.operator.kring("pzp", "import", self.patient_id, str(FORM), *as_gp)
            expect(first["changed"] == preview["changed"], "ingelezen is wat het voorbeeld liet zien")
            expect(again["changed"] == 0, "nog eens inlezen verandert niets")
            sentences = [entry["sentence"] for entry in await self.dossier_as("gp")]
            expect(any(s.startswith("NIET reanimeren") for s in sentences), "NIET reanimeren staat er als zin")
            sections = {entry["section"] for entry in await self.dossier_as("son")}
            expect(sections == {"S4"}, f"de zoon ziet alleen S4, niet {sections}")
            self.story.note(f"{first['changed']} regels ingelezen; bijvoorbeeld: {sentences[0]}")

    async def _place_of_death(self) -> None:
        async with self.story.step(
            "Thuis of hospice?",
            "haar wens en de mening van haar zoon staan apart; haar zoon legt niets vast namens haar",
        ):
            await self.cast["patient"].says(self.circle_room, "!plaats thuis")
            await self.cast["patient"].hears("Vastgelegd", "S4-", room=self.circle_room)
            await self.cast["son"].says(self.circle_room, "!plaats hospice")
            await self.cast["son"].hears("Dat kan niet", "vastleggen in S4", room=self.circle_room)
            await self.cast["coach"].says(
                self.team_room, "!noteer psychosociaal: zoon denkt aan het hospice, zij wil thuis blijven; besproken"
            )
            await self.cast["coach"].hears("S6-1", room=self.team_room)

    async def _chemotherapy(self) -> None:
        async with self.story.step(
            "Ze ziet op tegen de chemokuur; de coach gaat mee naar de oncoloog",
            "een voorstel geldt pas na bevestiging door een tweede, bevoegde persoon",
        ):
            await self.two_confirm("!behandelgrens anders chemokuur: nee, besproken met patiënt en coach", "oncologist")

    async def two_confirm(self, directive: str, by: str = "coach") -> None:
        """A directive counts when a second person, who may, confirms it."""
        proposer = self.cast[by]
        await proposer.says(self.team_room, directive)
        heard = await proposer.hears("voorstel", "!bevestig", room=self.team_room)
        ref = re.search(r"S3-\d+", heard.body)
        assert ref is not None
        await proposer.says(self.team_room, f"!bevestig {ref[0]}")
        await proposer.hears("zelf voorgesteld", room=self.team_room)
        await self.cast["nurse"].says(self.team_room, f"!bevestig {ref[0]}")
        await self.cast["nurse"].hears("Dat kan niet", "bevestigen in S3", room=self.team_room)
        await self.cast["gp"].says(self.team_room, f"!bevestig {ref[0]}")
        await self.cast["gp"].hears(ref[0], "geldt nu", room=self.team_room)

    async def print_emergency_set(self, name: str) -> str:
        """The page for the fridge; the address in its code."""
        paper = await self.operator.kring(
            "dossier", "paper", self.patient_id, "--as", self.person("gp"), "--form", "spoedset",
            "--out", str(self.operator.data / name),
        )  # fmt: skip
        return str(paper["check"])

    async def _complexity(self) -> None:
        async with self.story.step(
            "De zorg wordt complexer", "twee versies van één regel; de oude blijft bewaard, de nieuwe geldt"
        ):
            await self.cast["coach"].says(self.team_room, "!complexiteit gemiddeld pijn onder controle")
            await self.cast["coach"].hears("S2-2", room=self.team_room)
            await self.cast["coach"].says(self.team_room, "!complexitiet hoog")
            await self.cast["coach"].hears("Bedoelt u !complexiteit", room=self.team_room)
            await self.cast["coach"].says(self.team_room, "!complexiteit hoog mantelzorg raakt overbelast")
            await self.cast["coach"].hears("S2-2", "versie 2", room=self.team_room)
            shown = [e for e in await self.dossier_as("gp") if e["ref"] == "S2-2"]
            expect(len(shown) == 1 and shown[0]["version"] == 2, "de nieuwste versie geldt")

    async def _audience(self) -> None:
        async with self.story.step(
            "Het antwoord past bij wie er meelezen",
            "in de kringkamer lezen naasten mee: inhoud gaat naar de privékamer, met één neutrale regel in de kamer",
        ):
            await self.cast["gp"].says(self.circle_room, "!dossier zorgplanning")
            await self.cast["gp"].hears("NIET reanimeren", private=True)
            await self.cast["gp"].hears("privékamer", room=self.circle_room)
            await self.cast["neighbour"].hears_nothing_of("NIET reanimeren")

    async def _neighbour(self) -> None:
        async with self.story.step(
            "Een nieuwsgierige buurman", "geweigerd, met reden, wet en wie kan helpen; wat er staat, blijft onbekend"
        ):
            await self.cast["neighbour"].says(self.circle_room, "!dossier zorgplanning")
            await self.cast["neighbour"].hears("Dat kan niet", "BW 7:457", "Hulp", room=self.circle_room)
            expect(await self.dossier_as("neighbour") == [], "ook op een andere weg ziet de buurman niets")

    async def _hospice(self) -> None:
        await self.operator.kring("circle", "admit", self.patient_id, self.person("hospice"))
        await self._arrive("hospice")
        await self.cast["hospice"].hears("Welkom", "NIET reanimeren", private=True)

    async def _specialist_leaves(self) -> None:
        async with self.story.step(
            "De oncoloog vertrekt", "uit de kamers, zonder sleutel van wat daarna gezegd wordt, en zonder rechten"
        ):
            await self.operator.kring(
                "circle", "discharge", self.patient_id, self.person("oncologist"), "--reason", "care-ended"
            )
            await self.cast["oncologist"].is_out_of(self.team_room)
            await self.cast["gp"].says(self.team_room, "!pijn 2 rustige dag")
            await self.cast["gp"].hears("Vastgelegd als S5-4", room=self.team_room)
            await self.cast["oncologist"].hears_nothing_of("S5-4")
            status, _, _ = await self.operator.try_kring(
                "dossier", "show", self.patient_id, "--as", self.person("oncologist")
            )
            expect(status == 1, "ook langs de beheerder om is er geen inzage meer")

    async def _newcomer(self) -> None:
        async with self.story.step(
            "Een nieuwe wijkverpleegkundige wordt bijgepraat",
            "geen oude sleutels; wel een overzicht voor haar rol, in haar privékamer",
        ):
            await self.operator.kring("circle", "admit", self.patient_id, self.person("newcomer"))
            newcomer = await self._arrive("newcomer")
            brief = await newcomer.hears("Welkom, Noor de Groot", "Carla Vermeer", private=True)
            expect("NIET reanimeren" in brief.body and "Pijn 2" in brief.body, "het overzicht noemt wat nu telt")
            await newcomer.hears_nothing_of("Vastgelegd als S5-2", "Overdracht 1 naar")

    async def _why(self) -> None:
        async with self.story.step("Waarom?", "elke beslissing is na te vragen: welke regel, welke wet"):
            await self.cast["son"].says(self.circle_room, "!dossier zorgplanning")
            refused = await self.cast["son"].hears("Dat kan niet", room=self.circle_room)
            number = re.search(r"!waarom (\d+)", refused.body)
            assert number is not None
            await self.cast["son"].says(self.circle_room, f"!waarom {number[1]}")
            await self.cast["son"].hears("geweigerd", "BW 7:457", "regel", private=True)
            explained = await self.explain("son", "S3")
            expect(explained["decision"] == "deny" and not explained["errors"], "kring policy explain zegt hetzelfde")

    async def _portal(self) -> None:
        async with self.story.step(
            "Aan de keukentafel, in de browser",
            "een link voor één keer opent het dossier zoals haar rol het mag zien; een tweede keer opent hij niets",
        ):
            await self.cast["patient"].says(self.circle_room, "!portaal")
            told = await self.cast["patient"].hears("/p/", private=True)
            link = re.search(r"http://\S+/p/\S+", told.body)
            assert link is not None
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
                origin = {"Origin": self.operator.portal}
                async with browser.get(link[0]) as door:
                    expect(door.status == 200, "de link laat een deur zien")
                async with browser.post(link[0], headers=origin) as inside:
                    page = await inside.text()
                    expect(inside.status == 200 and "NIET reanimeren" in page, "daarachter staat het dossier")
                    expect("zoon denkt aan het hospice" in page, "ook wat over haar genoteerd is")
            async with aiohttp.ClientSession() as other, other.post(link[0], headers=origin) as again:
                expect("NIET reanimeren" not in await again.text(), "de link werkt geen tweede keer")

    async def _evidence(self) -> None:
        async with self.story.step(
            "Het bewijs", "de logging klopt van begin tot eind; op de homeserver staat geen woord over haar"
        ):
            verified = await self.operator.kring("audit", "verify")
            expect(verified["ok"] is True and verified["entries"] > 50, "de keten van de logging klopt")
            log = await self.operator.kring("audit", "list", self.patient_id)
            kinds = {entry["event"] for entry in log["entries"]}
            wanted = {"dossier.read", "dossier.recorded", "dossier.confirmed", "access.refused", "message.disclosed"}
            expect(wanted <= kinds, f"elk soort gebeurtenis staat in de logging, niet: {wanted - kinds}")
            found = find_canaries(self.operator.data / "synapse", CANARIES)
            expect(not found, f"niets in klare tekst op de homeserver: {found}")
            self.story.note(f"{verified['entries']} regels logging, {len(log['entries'])} over deze patiënt.")

    async def _arrive(self, key: str) -> Persona:
        """Log in, join what the gatekeeper offers, and wait until the bot is there too."""
        persona = await self.log_in(key)
        await persona.is_in(self.circle_room)
        if key in {part.key for part in CAST if part.role != "relative"}:
            await persona.is_in(self.team_room)
        return persona

    async def log_in(self, key: str) -> Persona:
        part = next((p for p in CAST if p.key == key), None)
        name = part.name if part else f"{PATIENT_GIVEN} {PATIENT_FAMILY}"
        bot = f"@dossier:{self._people[key]['matrix_id'].partition(':')[2]}"
        persona = await Persona.arrive(name, dict(self._people[key]), self.operator.homeserver, self.story, bot)
        self.cast[key] = persona
        persona.knows_room(self.circle_room, "kringkamer")
        persona.knows_room(self.team_room, "teamkamer")
        return persona

    async def explain(self, key: str, section: str) -> dict[str, Any]:
        return await self.operator.kring(
            "policy", "explain", "--person", self.person(key), "--patient", self.patient_id,
            "--action", "read", "--section", section,
        )  # fmt: skip

    async def dossier_as(self, key: str) -> list[dict[str, Any]]:
        """What ``kring dossier show`` gives this person; a refusal is nothing."""
        status, answer, _ = await self.operator.try_kring("dossier", "show", self.patient_id, "--as", self.person(key))
        return list(answer["entries"]) if status == 0 else []

    def person(self, key: str) -> str:
        """The id of somebody in the play."""
        return self._people[key]["person"]
