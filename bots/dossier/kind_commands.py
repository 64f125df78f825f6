"""The commands that file one kind of entry each: one word, one parser of the domain, one line of help."""

from collections.abc import Awaitable, Callable

from bots.dossier.command import CommandSpec
from bots.dossier.recording import record, typed_by
from bots.dossier.turn import Turn
from hub.application.use_cases.dossier import NewEntry
from hub.application.use_cases.marking import mark_discussed
from hub.domain.entries import Kind, Note, Value, kind_of
from hub.domain.illness_commands import discussed_on, parse_marking
from hub.domain.observation_commands import parse_kps
from hub.domain.typed import TypedBy
from hub.domain.typed_kinds import PARSERS
from hub.domain.vocabulary import Section
from hub.texts import N_


def files(parse: Callable[[str, TypedBy], Value]) -> Callable[[Turn], Awaitable[None]]:
    """A handler that reads the argument and records what was read, in the section of its kind."""

    async def run(turn: Turn) -> None:
        await _record(turn, parse(turn.argument, typed_by(turn)))

    return run


async def marking(turn: Turn) -> None:
    """``!markering verrast nee, besproken op 3-11-2026``; the conversation opens S2 for the patient (BW 7:448)."""
    text, day = discussed_on(turn.argument, typed_by(turn))
    if text or day is None:
        await _record(turn, parse_marking(text, typed_by(turn)))
    if day is None:
        return
    if await mark_discussed(turn.unit, turn.hub.guard, turn.context):
        said = Note(N_("De markering is op %(day)s met de patiënt besproken.") % {"day": day.nl})
        await record(turn, NewEntry(Kind.NOTE, said, Section.S2))
        await turn.reply(turn.words("De patiënt kan het onderdeel Ziekte en markering nu ook lezen."))
    else:
        await turn.reply(turn.words("Dat het is besproken, stond er al."))


async def _record(turn: Turn, value: Value) -> None:
    kind = kind_of(value)
    if kind.section is None:
        raise ValueError("a command files a kind with a section of its own")
    await record(turn, NewEntry(kind, value, kind.section))


def _row(kind: Kind, usage: str, summary: str) -> CommandSpec:
    return CommandSpec(usage, summary, files(PARSERS[kind]))


KIND_COMMANDS: dict[str, CommandSpec] = {
    "pijn": _row(Kind.PAIN_SCORE, "!pijn <0-10> [toelichting]", N_("een pijnscore vastleggen")),
    "usd": _row(
        Kind.SYMPTOM, "!usd pijn=6 benauwdheid=3 … [eerst <klacht>]", N_("klachten scoren (Utrecht Symptoom Dagboek)")
    ),
    "zin": _row(Kind.MEANING, "!zin balans=3 loslaten=6 …", N_("zingeving scoren (USD-4D)")),
    "pps": _row(Kind.PERFORMANCE, "!pps <10-100> [toelichting]", N_("hoe iemand functioneert, in tienen (PPS)")),
    "kps": CommandSpec("!kps <10-100> [toelichting]", N_("hoe iemand functioneert (Karnofsky)"), files(parse_kps)),
    "dos": _row(Kind.DELIRIUM, "!dos <0-13> [dag|avond|nacht]", N_("verwardheid scoren (DOS)")),
    "gewicht": _row(Kind.WEIGHT, "!gewicht <kilo>", N_("het gewicht vastleggen")),
    "eten": _row(Kind.INTAKE, "!eten normaal|minder|bijna niets|slokjes|mondzorg", N_("eten en drinken")),
    "complexiteit": _row(
        Kind.COMPLEXITY,
        "!complexiteit laag|gemiddeld|hoog [reden]; [lichamelijk|psychisch|sociaal|spiritueel …]; [opnieuw <datum>]",
        N_("hoe complex de zorg nu is"),
    ),
    "diagnose": _row(
        Kind.DIAGNOSIS, "!diagnose [hoofd] <tekst>[, sinds <datum>]", N_("een diagnose of aandoening vastleggen")
    ),
    "fase": _row(
        Kind.ILLNESS_PHASE,
        "!fase ziektegericht|symptoomgericht|stervensfase [verwachting]",
        N_("de fase van de ziekte"),
    ),
    "markering": CommandSpec(
        "!markering verrast ja|nee | tweede verrast ja|nee | spict: <punten> [, besproken op <datum>]",
        N_("de verrassingsvraag, SPICT of RADPAC, en of het met de patiënt is besproken"),
        marking,
    ),
    "patz": _row(Kind.PATZ_COLOUR, "!patz groen|oranje|rood [toelichting]", N_("de PaTz-kleur")),
    "plaats": _row(
        Kind.PREFERRED_PLACE_OF_DEATH,
        "!plaats thuis|hospice|verpleeghuis|ziekenhuis|anders|onbekend",
        N_("de gewenste plek van overlijden"),
    ),
    "zorgplek": _row(
        Kind.PREFERRED_PLACE_OF_CARE,
        "!zorgplek thuis|hospice|verpleeghuis|ziekenhuis|anders|onbekend",
        N_("de gewenste plek van zorg"),
    ),
    "verslag": _row(
        Kind.ACP_REPORT,
        "!verslag op <datum>; patiënt: <…>; naasten: <…>; zorgverlener: <…>",
        N_("het verslag van een PZP-gesprek, ieders woorden apart"),
    ),
    "mening": _row(Kind.RELATIVE_VIEW, "!mening <naaste>: <woorden>", N_("wat een naaste vindt, apart van de patiënt")),
    "mantelzorg": _row(
        Kind.CARER_STRAIN, "!mantelzorg <0-10> <naam>: [toelichting]", N_("hoe zwaar het is voor de mantelzorger")
    ),
    "signaal": _row(
        Kind.PSYCHOSOCIAL,
        "!signaal kinderen|geld|risico|zingeving|…: <woorden>",
        N_("een psychosociaal signaal vastleggen"),
    ),
    "medicatie": _row(
        Kind.MEDICATION_OVERVIEW,
        "!medicatie bron <waar> op <datum> [tijd]: <regel>; <regel>",
        N_("een kopie van de medicatielijst, met bron en moment"),
    ),
    "allergie": _row(
        Kind.ALLERGY, "!allergie <stof>: <reactie> | geen bekend | onbekend", N_("een allergie vastleggen")
    ),
    "nierfunctie": _row(Kind.KIDNEY_FUNCTION, "!nierfunctie <eGFR> op <datum>", N_("de nierfunctie (eGFR)")),
    "pomp": _row(
        Kind.PUMP, "!pomp <inhoud>; bron <waar>; op <datum>; beheer <wie> | gestopt", N_("de medicatiepomp, overgetypt")
    ),
    "noodpakket": _row(
        Kind.EMERGENCY_KIT,
        "!noodpakket pijn: <middel>; …; door <arts>; ligt <plek>; houdbaar <datum>; getekend <arts>; bel <wie>",
        N_("het noodpakket in huis, met uitvoeringsverzoek"),
    ),
    "zorgplan": _row(
        Kind.CARE_PLAN,
        "!zorgplan <dimensie>: probleem <…>; doel <…>; actie <…>; wie <…>; evaluatie <datum>",
        N_("een regel van het individueel zorgplan"),
    ),
    "zorgafspraak": _row(
        Kind.CARE_AGREEMENT, "!zorgafspraak <wat>; met <wie>; tot <datum>", N_("een zorgafspraak vastleggen")
    ),
    "afspraak": _row(
        Kind.APPOINTMENT,
        "!afspraak [afgezegd] <datum> <tijd> <wat>; waar <plek>; met <wie>",
        N_("een afspraak in de agenda"),
    ),
    "bereikbaar": _row(
        Kind.REACHABILITY,
        "!bereikbaar dag|avond|nacht|weekend|anw: <wie> <nummer> (<waarvoor>), <toezegging>",
        N_("wie wanneer te bellen is"),
    ),
    "contact": _row(
        Kind.CONTACT_PERSON,
        "!contact <naam> (<relatie>): <rol>; tel <nummer>; rangorde <waarom>",
        N_("een contactpersoon of vertegenwoordiger"),
    ),
    "wonen": _row(
        Kind.LIVING_SITUATION, "!wonen wonen|taal|tolk|sleutel: <tekst>", N_("hoe de patiënt woont en hoe u binnenkomt")
    ),
    "zorgpad": _row(Kind.CARE_PATH, "!zorgpad 1|2|3: <wat u zag of deed>", N_("het Zorgpad Stervensfase bijhouden")),
    "sedatie": _row(
        Kind.PALLIATIVE_SEDATION,
        "!sedatie gestart|gestopt|opnieuw op <datum> <tijd>; voor <klacht>; besluit <arts>; met <wie>",
        N_("palliatieve sedatie vastleggen"),
    ),
}
"""Word → command, for the table of commands. The parsers are those of ``hub.domain.typed_kinds``."""
