"""What people type for each kind of entry: read as it was meant, or refused in words that repeat nothing of it."""

import time
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.entries import Kind, kind_of, sentence_nl
from hub.domain.errors import CommandRejected
from hub.domain.observations import Reporter
from hub.domain.typed import TypedBy
from hub.domain.typed_kinds import PARSERS
from tests.examples import examples

SAMIRA = TypedBy(Reporter.PROFESSIONAL, date(2026, 11, 22), "Samira Idrissi")
PIETER = TypedBy(Reporter.RELATIVE, date(2026, 11, 22), "Pieter de Wit")
CANARY = "zwaluw"

READ = [
    (Kind.PERFORMANCE, "40 ligt vooral in bed", "PPS 40 van 100: vooral in bed. Toelichting: ‘ligt vooral in bed’."),
    (Kind.PERFORMANCE, "kps 50", "Karnofsky (KPS) 50 van 100."),
    (Kind.DELIRIUM, "4 nacht plukt aan het laken", "DOS 4 van 13 (nachtdienst). Vanaf 3 kan een delier meespelen."),
    (Kind.WEIGHT, "58,5", "Gewicht 58,5 kg."),
    (Kind.WEIGHT, "58 kg na plassen", "Gewicht 58 kg. Toelichting: ‘na plassen’."),
    (Kind.INTAKE, "Slokjes, alleen water", "Eten en drinken: alleen slokjes, volgens de zorgverlener."),
    (Kind.INTAKE, "bijna niets", "Eten en drinken: bijna niets, volgens de zorgverlener."),
    (Kind.MEANING, "balans=3, de dood: 6", "Zingeving (USD-4D) volgens de zorgverlener"),
    (Kind.SYMPTOM, "pijn=6 benauwdheid=3, eerst benauwdheid", "Als eerste aanpakken: benauwdheid."),
    (Kind.CARER_STRAIN, "7 zoon Pieter: slaapt slecht", "Belasting van mantelzorger zoon Pieter: 7 op een schaal"),
    (Kind.PSYCHOSOCIAL, "Kinderen: twee, van 8 en 11", "Jonge kinderen in het gezin: ‘twee, van 8 en 11’."),
    (Kind.DIAGNOSIS, "hoofd: borstkanker, sinds 3-2024", "Hoofddiagnose: borstkanker, sinds 3-2024."),
    (Kind.ILLNESS_PHASE, "symptoomgericht weken tot maanden", "Verwachting: ‘weken tot maanden’."),
    (Kind.PATZ_COLOUR, "Oranje valt vaker", "De PaTz-kleur is oranje: achteruitgang; verwachting weken tot maanden"),
    (Kind.SURPRISE_QUESTION, "verrast nee", "zou NIET verbaasd zijn als de patiënt binnen 12 maanden overlijdt"),
    (Kind.SURPRISE_QUESTION, "verrast: ja", "Dat zegt NIET dat palliatieve zorg niet nodig is."),
    (Kind.SURPRISE_QUESTION, "tweede verrast ja", "zou WEL verbaasd zijn als de patiënt over 12 maanden nog leeft"),
    (Kind.MARKING_TOOL, "SPICT: bedlegerig, afgevallen", "SPICT-NL op 22-11-2026, aanwezig: bedlegerig en afgevallen."),
    (Kind.MARKING_TOOL, "radpac copd: geen", "RADPAC COPD op 22-11-2026: geen van de punten is aanwezig."),
    (
        Kind.COMPLEXITY,
        "hoog twee opnames; sociaal dochter ver weg; opnieuw 3-12-2026",
        "De complexiteit is hoog. Reden: twee opnames. Sociaal: dochter ver weg. Opnieuw beoordelen op 3-12-2026.",
    ),
    (Kind.LIVING_SITUATION, "sleutel: bij de buurvrouw", "Zo komt u binnen: ‘bij de buurvrouw’."),
    (
        Kind.REACHABILITY,
        "nacht, weekend: HAP Arnhem 026-1234567 (spoed), belt binnen een half uur terug",
        "Te bellen 's nachts en in het weekend: HAP Arnhem, tel. 026-1234567, voor spoed. "
        "Toezegging: ‘belt binnen een half uur terug’.",
    ),
    (Kind.REACHABILITY, "altijd: ambulance 112", "en in het weekend: ambulance, tel. 112."),
    (
        Kind.CONTACT_PERSON,
        "Pieter de Wit (zoon): eerste contactpersoon, gemachtigde; tel 06-12345678; rangorde schriftelijk gemachtigd",
        "Pieter de Wit (zoon) is eerste contactpersoon en schriftelijk gemachtigde; vertegenwoordigt de patiënt pas "
        "als die zelf niet kan beslissen (rangorde: schriftelijk gemachtigde). Bereikbaar: 06-12345678.",
    ),
    (
        Kind.ACP_REPORT,
        "op 3-11-2026; patiënt: wil geen pijn; naasten: zijn bang",
        "Verslag van het PZP-gesprek van 3-11-2026. De patiënt: ‘wil geen pijn’. Naasten: ‘zijn bang’.",
    ),
    (Kind.PREFERRED_PLACE_OF_CARE, "thuis", "De patiënt wil thuis verzorgd worden — gevraagd op 22-11-2026."),
    (Kind.RELATIVE_VIEW, "zoon Pieter: liever hospice", "Dit is NIET de wens van de patiënt zelf."),
    (
        Kind.MEDICATION_OVERVIEW,
        "bron apotheek De Brug op 3-11-2026 14:05: morfine 10 mg 2 dd; movicolon 1 dd",
        "Medicatie, kopie van apotheek De Brug, opgehaald op 3-11-2026 om 14:05: morfine 10 mg 2 dd; movicolon 1 dd.",
    ),
    (Kind.MEDICATION_OVERVIEW, "bron LSP op 3-11-2026: geen", "GEEN medicatie volgens deze bron."),
    (
        Kind.ALLERGY,
        "penicilline: huiduitslag, sinds 1990",
        "ALLERGIE voor penicilline; reactie: ‘huiduitslag’; sinds 1990.",
    ),
    (Kind.ALLERGY, "geen bekend", "Er zijn GEEN allergieën bekend; dat is gevraagd."),
    (Kind.ALLERGY, "onbekend", "Of er allergieën zijn, is NIET bekend."),
    (Kind.KIDNEY_FUNCTION, "45 op 3-11-2026", "Nierfunctie: eGFR 45 ml/min/1,73 m², gemeten op 3-11-2026."),
    (Kind.PUMP, "morfine 30 mg per etmaal; bron apotheek; op 3-11-2026; beheer thuiszorg", "Beheer: thuiszorg."),
    (Kind.PUMP, "gestopt", "De medicatiepomp is GESTOPT."),
    (
        Kind.EMERGENCY_KIT,
        "pijn: morfine 5 mg; onrust: midazolam 5 mg; door G. Huisman op 3-11-2026; ligt koelkast; houdbaar 3-2027; "
        "getekend G. Huisman op 3-11-2026; bel thuiszorg 026-1234567",
        "Noodpakket in huis: pijn: morfine 5 mg; onrust of verwardheid: midazolam 5 mg. Ligt: ‘koelkast’; houdbaar tot "
        "en met 3-2027. Voorgeschreven door G. Huisman op 3-11-2026; uitvoeringsverzoek getekend door G. Huisman op "
        "3-11-2026. Bel eerst: thuiszorg 026-1234567.",
    ),
    (
        Kind.EMERGENCY_KIT,
        "pijn: morfine 5 mg; door G. Huisman",
        "ontbreekt: houdbaarheid en getekend uitvoeringsverzoek",
    ),
    (Kind.EMERGENCY_KIT, "pijn: morfine 5 mg", "GEEN getekend uitvoeringsverzoek bekend: NIET gebruiken zonder arts."),
    (Kind.EMERGENCY_KIT, "ingeleverd op 20-11-2026", "NIET meer in huis; ingeleverd op 20-11-2026."),
    (
        Kind.CARE_PLAN,
        "lichamelijk: probleem pijn 's nachts; doel: doorslapen; actie pomp; wie thuiszorg; evaluatie 1-12-2026",
        "(lichamelijk): pijn 's nachts. Doel: doorslapen. Actie: pomp. Wie: thuiszorg. Evaluatie op 1-12-2026.",
    ),
    (Kind.CARE_AGREEMENT, "thuiszorg komt twee keer; met dochter; tot 1-12-2026", "geldt tot en met 1-12-2026."),
    (
        Kind.APPOINTMENT,
        "3-12-2026 14:00 gesprek over hospice; waar thuis; met huisarts",
        "Afspraak op 3-12-2026 om 14:00: gesprek over hospice, met huisarts, thuis.",
    ),
    (Kind.APPOINTMENT, "afgezegd 3-12-2026 14:00 gesprek", "AFGEZEGD: Afspraak op 3-12-2026 om 14:00: gesprek."),
    (Kind.CARE_PATH, "2: mond verzorgd, rustig", "Zorgpad Stervensfase, deel 2 (zorg): ‘mond verzorgd, rustig’."),
    (
        Kind.PALLIATIVE_SEDATION,
        "gestart op 21-11-2026 14:05; voor benauwdheid; besluit G. Huisman; vorm continu; met dochter, zoon",
        "Continue palliatieve sedatie is gestart op 21-11-2026 om 14:05, voor benauwdheid; besluit van G. Huisman, "
        "besproken met dochter en zoon.",
    ),
    (Kind.CARE_EVENT, "SEH op 3-11-2026", "Bezoek aan de spoedeisende hulp op 3-11-2026."),
    (
        Kind.CARE_EVENT,
        "opname op 3-11-2026 t/m 7-11-2026 bron ontslagbrief",
        "Opname in het ziekenhuis van 3-11-2026 tot en met 7-11-2026. Gemeld door: ontslagbrief.",
    ),
    (Kind.PLACE_OF_DEATH, "thuis", "De patiënt is thuis overleden."),
]


@pytest.mark.parametrize(("kind", "text", "said"), READ)
def test_what_is_typed_is_read_as_it_was_meant(kind: Kind, text: str, said: str) -> None:
    value = PARSERS[kind](text, SAMIRA)
    assert kind_of(value) is kind
    assert said in sentence_nl(value)


REFUSED = [
    (Kind.PERFORMANCE, ["", "0", "45", "110", "-10", "40 à 50", "40-50", "４０", "veertig", "040"]),
    (Kind.DELIRIUM, ["14", "3,5", "drie"]),
    (Kind.WEIGHT, ["0", "9999", "58 à 59", "58,5,5", "zwaar", "0,1"]),
    (Kind.INTAKE, ["", "veel", "3"]),
    (Kind.MEANING, ["balans", "jeuk=3", "balans=11", "balans=3 balans=4", "balans=3 en moe"]),
    (Kind.SYMPTOM, ["eerst pijn", "pijn=6 eerst jeuk", "pijn=6 eerst benauwdheid"]),
    (Kind.CARER_STRAIN, ["11 zoon Pieter", "7", "zwaar"]),
    (Kind.PSYCHOSOCIAL, ["geld", "jeuk: veel", ": geld"]),
    (Kind.DIAGNOSIS, ["", ", sinds 2024", "kanker, sinds 32-13-2024", "kanker, sinds 2031"]),
    (Kind.ILLNESS_PHASE, ["", "terminaal"]),
    (Kind.PATZ_COLOUR, ["", "paars"]),
    (Kind.SURPRISE_QUESTION, ["verrast", "verrast misschien", "nee", "spict", "spict:"]),
    (Kind.COMPLEXITY, ["erg hoog", "hoog; opnieuw morgen"]),
    (Kind.LIVING_SITUATION, ["sleutel", "hond: bijt"]),
    (
        Kind.REACHABILITY,
        ["nacht: HAP", "nacht: 026-1234567", "ochtend: HAP 026-1234567", "nacht: HAP 026-1234567 of 026-7654321"],
    ),
    # A number of nine digits is somebody's BSN, no telephone.
    (Kind.REACHABILITY, ["nacht: HAP 123456782"]),
    (
        Kind.CONTACT_PERSON,
        ["Pieter", "Pieter: baas", "Pieter: naaste; tel 123456782", "Pieter: curator; rangorde omdat"],
    ),
    (Kind.CONTACT_PERSON, ["Pieter: contactpersoon; rangorde partner"]),
    (Kind.ACP_REPORT, ["", "op 3-11-2026", "patiënt wil rust; en nog iets", "op 3-11-2031; patiënt: rust"]),
    (
        Kind.MEDICATION_OVERVIEW,
        ["morfine 10 mg", "bron apotheek: morfine", "bron apotheek op 31-2-2026: morfine", "op 3-11-2026: morfine"],
    ),
    (Kind.MEDICATION_OVERVIEW, ["bron apotheek op 3-11-2031: morfine 10 mg", "bron apotheek op 3-11-2026:"]),
    (Kind.ALLERGY, ["", "geen penicilline", ": jeuk"]),
    (Kind.KIDNEY_FUNCTION, ["", "201", "45,5", "goed", "45 op 31-2-2026"]),
    (Kind.PUMP, ["morfine 30 mg", "morfine; bron apotheek", "; bron apotheek; op 3-11-2026"]),
    (Kind.EMERGENCY_KIT, ["", "ligt koelkast", "pijn: morfine; jeuk: zalf", "pijn: morfine; houdbaar morgen"]),
    (
        Kind.CARE_PLAN,
        ["lichamelijk", "lichamelijk: doel rust", "financieel: probleem geld", "sociaal: probleem a; baas b"],
    ),
    (Kind.APPOINTMENT, ["morgen gesprek", "3-12-2026", "31-2-2026 gesprek", "3-12-2026 25:00 gesprek"]),
    (Kind.CARE_PATH, ["4: rust", "rust"]),
    (Kind.CARE_EVENT, ["", "seh", "spoed op 3-11-2026", "seh op 11-2026", "seh op 3-11-2031", "opname op 31-2-2026"]),
    (Kind.CARE_EVENT, ["opname op 7-11-2026 t/m 3-11-2026", "seh op 3-11-2026 t/m 4-11-2026"]),
    (Kind.PLACE_OF_DEATH, ["", "onbekend", "bij zijn zoon"]),
    (Kind.PALLIATIVE_SEDATION, ["gestart op 21-11-2026; besluit G. Huisman", "gestart; voor pijn; besluit x", "ja"]),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in REFUSED for text in texts])
def test_what_is_not_sure_is_refused_and_not_repeated(kind: Kind, text: str) -> None:
    with pytest.raises(CommandRejected) as refused:
        PARSERS[kind](text, SAMIRA)
    assert len(str(refused.value)) > 20


@pytest.mark.parametrize(
    "dose",
    ["fentanyl 12 µg", "fentanyl 12 μg", "fentanyl 12mcg", "fentanyl 12 ug", "morfine 5,0 mg", "morfine .5 mg",
     "morfine 1.000 mg", "morfine ٥ mg"],
)  # fmt: skip
def test_a_quantity_that_can_be_read_in_two_ways_is_asked_and_never_guessed(dose: str) -> None:
    for kind, text in (
        (Kind.MEDICATION_OVERVIEW, f"bron apotheek op 3-11-2026: {dose}"),
        (Kind.PUMP, f"{dose}; bron apotheek; op 3-11-2026"),
        (Kind.EMERGENCY_KIT, f"pijn: {dose}"),
    ):
        with pytest.raises(CommandRejected) as refused:
            PARSERS[kind](text, SAMIRA)
        assert refused.value.code == "unclear-unit"


@pytest.mark.parametrize(
    "dose", ["fentanyl 12 microgram/uur", "morfine 2,5 mg", "morfine 1000 mg", "movicolon 1 zakje"]
)
def test_a_clear_quantity_is_copied_to_the_letter(dose: str) -> None:
    assert dose in sentence_nl(PARSERS[Kind.MEDICATION_OVERVIEW](f"bron apotheek op 3-11-2026: {dose}", SAMIRA))


def test_a_relative_speaks_for_nobody_else() -> None:
    assert "mantelzorger Pieter de Wit: 8" in sentence_nl(PARSERS[Kind.CARER_STRAIN]("8", PIETER))
    assert "NIET de wens van de patiënt" in sentence_nl(PARSERS[Kind.PREFERRED_PLACE_OF_CARE]("hospice", PIETER))
    assert sentence_nl(PARSERS[Kind.RELATIVE_VIEW]("liever hospice", PIETER)).startswith("Pieter de Wit (naaste) zegt")


WORDS = [
    CANARY, "bron", "op", "3-11-2026", "14:05", ":", ";", "=", "pijn", "hoog", "verrast", "nee", "ja", "0", "40", "8,5",
    "morfine 5 mg", "µg", "nacht", "026-1234567", "probleem", "doel", "lichamelijk", "gestart", "besluit", "voor",
    "\x00", "\ud800", "\u202e", "１２", "\n", "(", ")", "31-2-2026", "99999999999999999999", "  ", "é", "eerst", "ligt",
    "houdbaar", "opnieuw", "sinds", "tel", "patiënt", "besproken", "geen", "spict",
]  # fmt: skip
TEXTS = (
    st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
    | st.text(st.characters(codec=None), max_size=80)
    | st.sampled_from([text for _, text, _ in READ]).flatmap(
        lambda text: st.integers(0, len(text)).map(lambda cut: text[:cut] + CANARY + text[cut:])
    )
)


@settings(max_examples=examples(3000), deadline=None)
@given(TEXTS)
def test_no_text_makes_a_parser_stumble_and_no_refusal_repeats_it(text: str) -> None:
    """D1. Each text is given to every parser; also the sentence of what was read comes out whole."""
    for by, parse in product((SAMIRA, PIETER), PARSERS.values()):
        try:
            said = sentence_nl(parse(text, by))
        except CommandRejected as refused:
            said = str(refused).replace(CANARY, "")
            said = said if len(said) == len(str(refused)) else ""
        assert said.strip()


@pytest.mark.parametrize("kind", PARSERS)
def test_no_text_takes_a_parser_long(kind: Kind) -> None:
    """The bot reads it while everybody waits for the database. All of it takes the time of one slow pattern."""
    began = time.process_time()
    for text in (
        " " * 7900, "a" * 2500 + " " * 2500 + "b", "op " * 2600, "1" * 7900, "0 " * 3900, ";" * 7900, "(" * 7900,
        "bron a op " + "1-1-2026 " * 800, "pijn" + " =" * 3000, "0-" * 3900, "1.000" * 1500, "a:" * 3900,
    ):  # fmt: skip
        try:
            PARSERS[kind](text, SAMIRA)
        except CommandRejected:
            continue
    assert time.process_time() - began < 20
