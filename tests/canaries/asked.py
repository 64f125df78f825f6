"""What is asked at every way out: each command, each address, each command of ``kring``. Who adds one, adds it here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.domain.vocabulary import Action, Section
from tests.canaries.story import Story

SECTIONS = tuple(section.value for section in Section)
REFS = ("S1-1", "S2-1", "S3-1", "S3-2", "S5-1", "S5-2", "S10-1", "S10-2", "S11-1", "S4-99")
ASKED: dict[str, tuple[str, ...]] = {
    "help": ("",),
    "wie": ("",),
    "regie": ("", "aan @huisarts", "medisch aan @specialist", "aan niemand"),
    "plaatsvervanger": ("@coach", "niemand"),
    "accepteer": ("99", "regie 99"),
    "weiger": ("99 het kan niet", "taak 99 het kan niet"),
    "afwezig": ("", "t/m 3-12-2026, waarnemer @coach", "niet meer"),
    "dossier": ("", *SECTIONS, "medicijnen", "S99"),
    "zoek": ("kanarie", "zoon", "vertrouwelijk: kanarie", "S3: kanarie", "%", "Huisman"),
    "noteer": tuple(f"{section}: een gewone regel" for section in SECTIONS),
    "bewaar": ("", "klachten"),
    "pijn": ("4", "12"),
    "usd": ("pijn=6 benauwdheid=3", "opnieuw"),
    "pzp": ("", "opnieuw"),
    "intake": ("", "opnieuw"),
    "verder": ("",),
    "stop": ("",),
    "behandelgrens": ("reanimatie nee, besproken op 3-11-2026 met patiënt",),
    "bevestig": REFS,
    "plaats": ("thuis",),
    "complexiteit": ("hoog nu meer nodig",),
    "zin": ("balans=3",),
    "pps": ("40",),
    "kps": ("50",),
    "dos": ("4 nacht",),
    "agenda": ("", "weg", "morgen"),
    "overzicht": ("", "om 8:00", "uit", "straks"),
    "taak": ("bellen @thuiszorg voor 3-12-2026", "1 aan @coach", "bellen @mij"),
    "gewicht": ("58,5",),
    "eten": ("slokjes",),
    "diagnose": ("borstkanker",),
    "fase": ("symptoomgericht",),
    "markering": ("verrast nee", "spict: bedlegerig"),
    "patz": ("oranje",),
    "zorgplek": ("thuis",),
    "verslag": ("patiënt: wil rust",),
    "mening": ("zoon Pieter: liever hospice",),
    "mantelzorg": ("7 zoon Pieter: moe",),
    "signaal": ("kinderen: twee",),
    "medicatie": ("bron apotheek op 3-11-2026: paracetamol",),
    "allergie": ("penicilline",),
    "nierfunctie": ("45",),
    "pomp": ("gestopt",),
    "noodpakket": ("pijn: morfine 5 mg",),
    "zorgplan": ("sociaal: probleem alleen",),
    "zorgafspraak": ("thuiszorg komt twee keer",),
    "afspraak": ("3-12-2026 14:00 gesprek",),
    "bereikbaar": ("nacht: HAP 026-1234567",),
    "contact": ("Pieter de Wit (zoon): contactpersoon",),
    "wonen": ("sleutel: bij de buurvrouw",),
    "zorgpad": ("2: rustig",),
    "sedatie": ("gestopt op 3-11-2026; besluit Huisman",),
    "gebeurtenis": ("hap op 3-11-2026", "compleet"),
    "plaatsoverlijden": ("thuis",),
    "enquete": ("doorlopend 4 regie 5 cijfer 9",),
    "herstel": tuple(f"{ref} iets anders, reden: het klopt niet" for ref in REFS),
    "verklaring": tuple(f"{ref}: zo is het niet gegaan" for ref in REFS),
    "achterhouden": tuple(f"{ref} tot 10-11-2026, overlegd met @huisarts, reden: te veel nu" for ref in REFS),
    "overdracht": (
        "naar ziekenhuis",
        "naar hospice @coach",
        "naar nergens",
        "weekend @coach",
        "concept ontslag naar thuis @coach, toegang tot 3-12-2026",
        "1 lees",
        "1 goed",
        "1 antwoord: ja",
        "1 intrekken",
    ),
    "teken": ("1 7F3K-Q2XM",),
    "terugvragen": ("1 hoe laat?",),
    "overdrachten": ("",),
    "sinds": ("",),
    "gezien": ("",),
    "bijdragen": ("",),
    "ontvangen": ("1", "2", "99", "spoed"),
    "bijpraten": ("",),
    "plaktekst": ("",),
    "waarom": ("", "1", "20", "100"),
    "vertrouw": ("Huisman AAAA BBBB CCCC",),
    "vergelijk": ("",),
    "inzage": ("", "Huisman", "Stroband"),
    "bezwaar": ("tegen niemand", "intrekken tegen niemand"),
    "stil": ("", "22-7", "uit", "x"),
    "spoed": ("", "ontvangen", "bekeken", "stuur 0000 betrokken omdat het moet"),
    "stervensfase": (),
    "overleden": ("Anna de Bruin",),
    "nazorg": ("", "contact", "inzage ik mis haar"),
    "drempel": ("", "pijn 5", "pijn elf"),
    "pad": ("", "start", "niets"),
    "coach": ("", "aangeboden later 3-12-2030"),
    "inclusie": ("", "ja", "nee niets"),
    "tijd": ("", "45 extra", "weg 99", "niets"),
    "evaluatie": ("", "het ging goed", "markering terecht"),
    "afsluiten": ("",),
    "toestemming": ("", "gebieden", "spoed", "tegen niemand"),
    "afschermen": REFS,
    "wilsbekwaam": ("", "nee over wonen"),
    "vertegenwoordiger": ("", "Stroband: dat weet ik niet"),
    "portaal": ("",),
    "verloop": ("", "kortademigheid", "iets anders"),
    "tijdlijn": ("",),
    "taken": ("",),
    "vraag": ("Wanneer komt de dokter?",),
    "vragen": ("",),
    "antwoord": ("1 een antwoord", "99 een antwoord"),
    "beantwoord": ("1", "99"),
    "nog": ("niet", "niet 1"),
    "geen": ("vraag", "vraag 1"),
    "ladder": ("", "1 na 2 uur aan huisarts", "9 na 2 uur aan niemand"),
    "klaar": ("1", "2", "99", "nu"),
    "versies": (*REFS, "S3-2/1", "niets"),
}
"""What is typed after each command. A command that is not here fails the tests: whoever adds one crawls it."""
LOOKING = (
    "help",
    "wie",
    "dossier",
    "zoek",
    "bijpraten",
    "overdrachten",
    "sinds",
    "gezien",
    "bijdragen",
    "pzp",
    "intake",
    "verder",
    "inzage",
    "waarom",
    "spoed",
    "ontvangen",
    "bevestig",
    "nazorg",
    "drempel",
    "pad",
    "inclusie",
    "tijd",
    "toestemming",
    "verloop",
    "tijdlijn",
    "taken",
    "vragen",
    "versies",
)
"""Asked in the shared rooms too: the rest only changes things."""

PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/p/{token}": ("/p/" + "a" * 43,),
    "/dossier": ("/dossier", "/dossier?taal=en"),
    "/dossier/{section}/bestand/{number}": tuple(
        f"/dossier/{section}/bestand/{number}" for section in SECTIONS for number in (1, 2, 99)
    ),
    "/dossier/{section}": tuple(f"/dossier/{section}" for section in (*SECTIONS, "S99")),
    "/dossier/{section}/{number}": tuple(
        f"/dossier/{section}/{number}" for section in (*SECTIONS, "S99") for number in (1, 2, 3, 99)
    ),
    "/kaart": ("/kaart", "/kaart?taal=en"),
    "/verloop": ("/verloop", "/verloop?klacht=breathlessness", "/verloop?klacht=x"),
    "/tijdlijn": ("/tijdlijn",),
    "/zoek": ("/zoek",),
    "/api/v1/search": ("/api/v1/search",),
    "/inzage": ("/inzage", "/inzage?van=2026-11-01"),
    "/papier/{form}": ("/papier/dossier", "/papier/eoverdracht", "/papier/bgz", "/papier/spoedset", "/papier/x"),
    "/actueel/{code}": ("/actueel/" + "a" * 22,),
    "/plaktekst": ("/plaktekst",),
    "/inzage/bezwaar/{person}": (),
    "/berichten": ("/berichten",),
    "/toestemming": ("/toestemming",),
    "/toestemming/onderdelen": ("/toestemming/onderdelen",),
    "/toestemming/alles": ("/toestemming/alles",),
    "/toestemming/spoed": ("/toestemming/spoed",),
    "/toestemming/na-overlijden": ("/toestemming/na-overlijden",),
    "/ladder": ("/ladder", "/ladder?taal=en"),
    "/agenda/{token}": ("/agenda/" + "a" * 43,),
    "/toestellen": ("/toestellen",),
    "/toestellen/bevestig": ("/toestellen/bevestig",),
    "/toestellen/vergelijk": ("/toestellen/vergelijk",),
    "/toestellen/plaatjes": ("/toestellen/plaatjes",),
    "/uit": ("/uit",),
    "/api/v1/dossier": ("/api/v1/dossier",),
    "/api/v1/dossier/{section}": tuple(f"/api/v1/dossier/{section}" for section in (*SECTIONS, "S99")),
    "/api/v1/dossier/{section}/{number}/versions": tuple(
        f"/api/v1/dossier/{section}/{number}/versions" for section in SECTIONS for number in (1, 2, 3, 99)
    ),
    "/api/v1/log": ("/api/v1/log",),
    "/api/v1/access": (
        "/api/v1/access?action=read&section=S3",
        "/api/v1/access?action=audit",
        "/api/v1/access?action=x",
    ),
    "/api/v1/openapi.json": ("/api/v1/openapi.json",),
    "/healthz": ("/healthz",),
    "/readyz": ("/readyz",),
    "/metrics": ("/metrics",),
    "/csp": ("/csp",),
    "/static/{name}": (),
}
"""Address → what is asked of it (``/inzage/bezwaar/…``: of everybody). An address that is not here fails the tests."""
SEARCHED = ("/zoek", "/api/v1/search")
"""Asked with the words of ``!zoek``."""
NOT_OF_A_DOSSIER = {"/static/{name}": "files of the program; nothing of anybody"}


def _patient(story: Story) -> str:
    return story.room.world.patient_id


ADMIN: dict[str, Callable[[Story, str], list[dict[str, Any]]]] = {
    "circle.show": lambda story, _who: [{"patient": _patient(story)}],
    "dossier.show": lambda story, who: [
        {"patient": _patient(story), "as": story.room.world.id(who)} | ({"section": section} if section else {})
        for section in (None, *SECTIONS)
    ],
    "fhir.export": lambda story, who: [
        {"patient": _patient(story), "as": story.room.world.id(who), "standard": standard}
        for standard in ("pzp-r4", "pzp-stu3")
    ],
    "policy.explain": lambda story, who: [
        {"patient": _patient(story), "person": story.room.world.id(who), "action": action.value, "section": section}
        for action in (Action.READ, Action.EXPORT)
        for section in ("S3", "S10")
    ],
    "figures": lambda story, who: [{"as": story.room.world.id(who)}],
    "audit.list": lambda story, _who: [{"patient": _patient(story)}],
    "identity.list": lambda story, who: [{"patient": _patient(story), "as": story.room.world.id(who)}],
    "privacy.case.list": lambda _story, _who: [{"all": True}],
    "privacy.sample": lambda _story, _who: [{"period": "2026-11"}, {"period": "2026-10"}],
    "privacy.reviews": lambda _story, _who: [{}],
    "emergency.show": lambda story, who: [{"patient": _patient(story), "as": story.room.world.id(who)}],
    "emergency.list": lambda story, _who: [{"patient": _patient(story)}],
    "destruction.show": lambda story, _who: [{"patient": _patient(story)}],
    "audit.export": lambda story, who: [
        {"patient": _patient(story), "as": story.room.world.id(who), "format": form} for form in ("balp", "nen7513")
    ],
    "breach.scope": lambda story, who: [
        {"patient": _patient(story), "entry": "S3-1"},
        {"patient": _patient(story), "person": story.room.world.id(who)},
    ],
}
"""Command of ``kring`` → the arguments with which each person is tried."""
NOT_ASKED = {
    "status": "how the installation is doing; it reads no dossier",
    "person.add": "registers people; answers with what was typed",
    "person.leave": "ends an account; would end the story",
    "patient.add": "registers a patient; answers with what was typed",
    "circle.open": "opens a circle; there is one",
    "circle.admit": "would change who is in the story",
    "circle.discharge": "would change who is in the story",
    "consent.record": "would change what the patient chose",
    "pzp.import": "brings in; the preview names what the asker typed and may read (tests/fhir)",
    "dossier.paper": "the same paper as on the portal, drawn from the same words",
    "circle.contributions": "a person's own words, as !bijdragen says them (tests/stories/test_since.py)",
    "dossier.move-out": "empties an entry; answers with its number",
    "fhir.token": "gives a token of a person; answers with it and nothing of a dossier (tests/portal/fhir)",
    "fhir.revoke": "takes a token back; answers with its number",
    "fhir.tokens": "numbers and times of tokens",
    "identity.confirm": "about keys, not about dossiers",
    "person.role.add": "adds a role; answers with its number",
    "person.role.end": "would change who is in the story",
    "person.role.list": "roles and periods of a person; nothing of a dossier",
    "policy.approve": "about rules, not about dossiers",
    "patient.leave": "would end the story",
    "emergency.open": "would change who may read in the story (tests/stories/test_edge_e07_break_glass.py)",
    "emergency.push": "lets somebody in for a night; would change the story",
    "emergency.review": "writes down a judgement; answers with it",
    "death.assess": "writes down a judgement; answers with it",
    "destruction.ask": "would change what the patient asked",
    "destruction.decide": "writes down a decision; answers with it",
    "destruction.approve": "writes down a decision; answers with it",
    "destruction.hold": "writes down a hold; answers with it",
    "destruction.lift": "ends a hold; answers with its number",
    "destruction.execute": "would end the story",
    "privacy.case.open": "opens a case; answers with what was typed",
    "privacy.case.close": "closes a case; answers with its number",
    "privacy.review": "writes down a judgement; answers with it",
}
"""Why a command of ``kring`` is not crawled. A new one is in one of the two tables, or the tests fail."""
