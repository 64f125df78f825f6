"""What each command does: translate, call one use case, say what came of it. The table is :data:`COMMANDS`."""

import re

from bots.dossier import consent_commands, helping, readers_view, views
from bots.dossier.asking_tasks import ASKING_COMMANDS
from bots.dossier.command import CommandSpec
from bots.dossier.copying import copy_text
from bots.dossier.correcting import mend, state, withhold
from bots.dossier.course_commands import COURSE_COMMANDS
from bots.dossier.emergency_commands import emergency
from bots.dossier.figure_commands import FIGURE_COMMANDS
from bots.dossier.filing import keep
from bots.dossier.guided_kinds import GUIDED_COMMANDS
from bots.dossier.handover_commands import HANDOVER_COMMANDS
from bots.dossier.kind_commands import KIND_COMMANDS
from bots.dossier.lead_commands import LEAD_COMMANDS
from bots.dossier.life_commands import aftercare, deceased, dying
from bots.dossier.looking import looks, objection
from bots.dossier.path_commands import PATH_COMMANDS
from bots.dossier.question_commands import QUESTION_COMMANDS
from bots.dossier.quiet_commands import QUIET_COMMANDS
from bots.dossier.recording import record
from bots.dossier.search import search
from bots.dossier.since_commands import SINCE_COMMANDS
from bots.dossier.task_commands import TASK_COMMANDS, heard_in
from bots.dossier.trigger_commands import TRIGGER_COMMANDS
from bots.dossier.turn import Turn
from bots.dossier.words import section_named
from bots.handover.summary import catch_up_brief, label_of
from hub.access.explain import sayable
from hub.application import auditing
from hub.application.use_cases.disclosure import readers_here
from hub.application.use_cases.dossier import NewEntry, confirm_entry, read_dossier
from hub.application.use_cases.emoji_verification import ask_for as ask_for_emoji
from hub.application.use_cases.explain import last_decision
from hub.application.use_cases.identities import confirm as confirm_identity
from hub.application.use_cases.portal_links import issue_link
from hub.domain.audit import AuditEvent
from hub.domain.entries import Kind, Note
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.plan_commands import parse_proposed_directive
from hub.domain.reading import BRIEF, OVERVIEW, page_of_a_section
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Section
from hub.texts import N_

_NUMBER = re.compile(r"^\d{1,9}$", re.ASCII)
_MAX_NOTE = 4000
_TRUST = re.compile(r"^(?P<who>.+)\s+(?P<code>(?:[A-Za-z0-9+/]{4}\s?){2}[A-Za-z0-9+/]{4})$", re.ASCII)


async def help_(turn: Turn) -> None:
    await turn.reply(helping.text(COMMANDS, turn.argument, turn.words))


async def who(turn: Turn) -> None:
    if turn.message.reply_to is not None:
        await _who_reads(turn, turn.message.reply_to)
        return
    # Who is in the circle is no section of the dossier, yet it tells that somebody is a patient: every look is logged.
    await turn.unit.audit.add(
        auditing.entry(
            turn.context, AuditEvent.COMMAND, object_type="circle", object_id=turn.circle.id, detail="roster"
        )
    )
    body = views.roster(await turn.members(), await turn.patient(), turn.words)
    last = await readers_here(turn.unit, turn.context, turn.hub.settings.own_accounts, None)
    if last is not None:
        body += "\n" + readers_view.readers(last, turn.words("Wie mijn laatste bericht hier kan lezen"), turn.words)
    await turn.reply(body)


async def _who_reads(turn: Turn, event_id: str) -> None:
    """For the message that ``!wie`` answers to."""
    found = await readers_here(turn.unit, turn.context, turn.hub.settings.own_accounts, event_id)
    if found is None:
        raise CommandRejected(
            "unknown-message",
            turn.words(
                "Dat is geen bericht van mij in deze kamer. Antwoord met !wie op een bericht van mij, of typ !wie los."
            ),
        )
    await turn.reply(readers_view.readers(found, turn.words("Wie dat bericht kan lezen"), turn.words))


async def show_dossier(turn: Turn) -> None:
    asked = section_named(turn.argument) if turn.argument else None
    amount = OVERVIEW if asked is None else page_of_a_section()
    view = await read_dossier(turn.unit, turn.hub.guard, turn.context, asked, amount)
    heading = turn.words("Dossier van %(patient)s") % {"patient": (await turn.patient()).described()}
    if asked is not None:
        # The section itself is the label, also when it is empty: where the answer goes must not tell what is there.
        heard, label = await heard_in(turn, view, (asked,))
        await turn.reply(views.dossier(heard, await turn.authors(view.entries), heading, turn.words), label)
        return
    shown = views.overview(view)
    body = views.dossier(shown, await turn.authors(shown.entries), heading, turn.words)
    if Section.S10 in view.sections:
        body += f"\n{turn.words(views.ASK_FOR_CONFIDENCES)}"
    await turn.reply(body, label_of(shown, turn.circle))


async def note(turn: Turn) -> None:
    name, colon, text = turn.argument.partition(":")
    if not colon or not text.strip():
        raise CommandRejected("bad-note", "Schrijf: !noteer <onderdeel>: <tekst>. Bijvoorbeeld: !noteer zorgplan: …")
    if len(text) > _MAX_NOTE:
        raise CommandRejected("note-too-long", "Een notitie is hoogstens %(max_note)s tekens.", {"max_note": _MAX_NOTE})
    section = section_named(name)
    try:
        said = Note(text.strip())
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "Deze notitie kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem
    await record(turn, NewEntry(Kind.NOTE, said, section))


async def directive(turn: Turn) -> None:
    said = parse_proposed_directive(turn.argument, today=turn.now.astimezone(views.AMSTERDAM).date())
    await record(turn, NewEntry(Kind.TREATMENT_DIRECTIVE, said, Section.S3))
    if said.decision.is_agreement and not said.discussed_with:
        await turn.reply(
            turn.words(
                "Met wie is dit besproken? Stuur het nog eens, met erachter: "
                ", besproken op 3-11-2026 met patiënt en zoon."
            )
        )


async def confirm(turn: Turn) -> None:
    ref, seen = EntryRef.parse_with_version(turn.argument)
    entry = await confirm_entry(turn.unit, turn.hub.guard, turn.context, ref, turn.source, seen_version=seen)
    said = turn.words("%(ref)s is bevestigd en geldt nu (versie %(version)s).")
    await turn.reply(said % {"ref": entry.ref, "version": entry.version})
    # What was confirmed is said back in full to who confirmed it: the last chance to see that it is not what was meant.
    line = views.entry_line(entry, await turn.authors([entry]))
    words = turn.own_words
    body = words("U heeft bevestigd: %(sentence)s") % {"sentence": line}
    await turn.hub.speaker.private(turn.unit, turn.context, turn.context.actor, verbatim(body), {entry.section})


async def catch_up(turn: Turn) -> None:
    view = await read_dossier(turn.unit, turn.hub.guard, turn.context, amount=BRIEF)
    body = catch_up_brief(await turn.patient(), view, await turn.members(), await turn.authors(view.entries))
    await turn.only_to_asker(
        body, label_of(view, turn.circle), turn.words("U vindt het overzicht in uw privékamer met Kring.")
    )


async def why(turn: Turn) -> None:
    if turn.argument and not _NUMBER.match(turn.argument):
        raise CommandRejected("bad-number", "Schrijf: !waarom, of !waarom <nummer>.")
    number = int(turn.argument) if turn.argument else None
    item = await last_decision(turn.unit, turn.context, number)
    known = {rule.id: rule for rule in turn.hub.policy.rules()}
    decided = [part.partition(":") for part in item.entry.policy.split(" ")]
    version = decided[0][0]
    named = dict.fromkeys(name for *_, names in decided for name in names.split(","))
    rules = [known[name] for name in named if name in known]
    permitted = item.entry.event is not AuditEvent.REFUSED
    words = turn.own_words
    title = words(item.entry.event.title_nl).capitalize()
    if item.entry.sections:
        title += f" ({item.entry.sections})"
    spoken = rules if permitted else sayable(rules, turn.context.role)
    body = views.why(title, item.entry.recorded_at, spoken, version, permitted=permitted, words=words)
    await turn.only_to_asker(body, (), turn.words("De uitleg staat in uw privékamer met Kring."))


async def portal(turn: Turn) -> None:
    secret = await issue_link(turn.unit, turn.context)
    link = f"{turn.hub.settings.portal_base}/p/{secret}"
    words = turn.own_words
    body = words("Uw link naar het portaal: %(link)s") % {"link": link}
    body += "\n" + words("De link werkt één keer, tien minuten lang, en alleen voor u. Stuur hem niet door.")
    await turn.only_to_asker(body, (), turn.words("U vindt de link in uw privékamer met Kring."))


async def trust(turn: Turn) -> None:
    match = _TRUST.match(turn.argument)
    person = await turn.named_member(match["who"]) if match else None
    if match is None or person is None:
        raise CommandRejected("bad-trust", "Schrijf: !vertrouw <naam> <code>. De code staat in het bericht van Kring.")
    await confirm_identity(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context, person.id, match["code"])
    said = turn.words("U heeft bevestigd dat dit account echt van deze persoon is. Opdrachten tellen weer mee.")
    await turn.reply(said)


async def compare(turn: Turn) -> None:
    await ask_for_emoji(turn.unit, turn.hub.guard, turn.context, turn.context.actor)
    words = turn.own_words
    body = words("Neem in Element mijn verzoek aan. De zeven plaatjes staan ook in het portaal, bij Toestellen.")
    await turn.only_to_asker(body, (), turn.words("Kijk in uw privékamer met Kring."))


COMMANDS: dict[str, CommandSpec] = {
    "help": CommandSpec("!help [woord]", N_("deze uitleg, of die van één woord"), help_),
    "wie": CommandSpec("!wie", N_("wie er in de kring zitten, wie de regie heeft en wie mij kan lezen"), who),
    "dossier": CommandSpec(
        "!dossier [onderdeel]", N_("wat er in het dossier staat, voor zover u dat mag zien"), show_dossier
    ),
    "zoek": CommandSpec("!zoek <woorden>", N_("zoeken in het dossier; het antwoord komt in uw privékamer"), search),
    "noteer": CommandSpec("!noteer <onderdeel>: <tekst>", N_("een notitie in het dossier zetten"), note),
    "bewaar": CommandSpec(
        "!bewaar [onderdeel]", N_("als antwoord op een bericht: het bewaren; of zet 📌 op het bericht"), keep
    ),
    "behandelgrens": CommandSpec(
        "!behandelgrens <behandeling> ja|nee|ja, mits <…>|onbekend [, besproken op <datum> met <wie>]",
        N_("een behandelgrens voorstellen"),
        directive,
    ),
    "bevestig": CommandSpec("!bevestig <verwijzing>", N_("een voorstel bevestigen, bijvoorbeeld S3-2"), confirm),
    **KIND_COMMANDS,
    **GUIDED_COMMANDS,
    **COURSE_COMMANDS,
    **ASKING_COMMANDS,
    **TASK_COMMANDS,
    **LEAD_COMMANDS,
    **QUESTION_COMMANDS,
    **TRIGGER_COMMANDS,
    **PATH_COMMANDS,
    **FIGURE_COMMANDS,
    "herstel": CommandSpec(
        "!herstel <verwijzing> <hoe het moet zijn>, reden: <wat er fout was>", N_("iets herstellen wat fout was"), mend
    ),
    "verklaring": CommandSpec(
        "!verklaring <verwijzing>: <uw woorden>", N_("uw eigen woorden zetten naast wat een ander schreef"), state
    ),
    "achterhouden": CommandSpec(
        "!achterhouden <verwijzing> tot <datum>, overlegd met @wie, reden: <waarom>",
        N_("iets tijdelijk niet aan de patiënt tonen"),
        withhold,
    ),
    **HANDOVER_COMMANDS,
    **SINCE_COMMANDS,
    **QUIET_COMMANDS,
    "bijpraten": CommandSpec("!bijpraten", N_("een overzicht voor u alleen, om bij te lezen"), catch_up),
    "waarom": CommandSpec("!waarom [nr]", N_("waarom iets mocht of niet mocht: regel en wet"), why),
    "vertrouw": CommandSpec(
        "!vertrouw <naam> <code>", N_("bevestigen dat een nieuw account of toestel echt van iemand is"), trust
    ),
    "vergelijk": CommandSpec("!vergelijk", N_("met Kring zeven plaatjes vergelijken, voor extra zekerheid"), compare),
    "plaktekst": CommandSpec("!plaktekst", N_("tien regels om in een ander systeem te plakken"), copy_text),
    "inzage": CommandSpec("!inzage [naam]", N_("wie er in het dossier keek, wanneer en waarom"), looks),
    "bezwaar": CommandSpec(
        "!bezwaar [intrekken] tegen <naam>", N_("zorgen dat iemand niets meer kan lezen; voor de patiënt"), objection
    ),
    "spoed": CommandSpec("!spoed [ontvangen|bekeken]", N_("de spoedset: wat iemand 's nachts moet weten"), emergency),
    "stervensfase": CommandSpec(
        "!stervensfase [tekenen: <wat u ziet>] | stopt", N_("vaststellen dat de stervensfase begon"), dying
    ),
    "overleden": CommandSpec(
        "!overleden [bevestig|terug] <volledige naam>", N_("een overlijden melden, met twee mensen"), deceased
    ),
    "nazorg": CommandSpec(
        "!nazorg [open|contact <naaste> <uitkomst>|inzage <waarom>]",
        N_("nazorg, en inzage na een overlijden"),
        aftercare,
    ),
    "toestemming": CommandSpec(
        "!toestemming [ja|nee <wie> [voor <onderdelen>]]",
        N_("zien en kiezen wie wat mag lezen, ook bij spoed en na overlijden"),
        consent_commands.consent,
    ),
    "afschermen": CommandSpec(
        "!afschermen <verwijzing> [niet meer]",
        N_("iets niet aan uw ouders tonen; voor wie 12 tot en met 15 jaar is"),
        consent_commands.shielding,
    ),
    "wilsbekwaam": CommandSpec(
        "!wilsbekwaam ja|nee voor <waarover>, beoordeeld op <datum> met <hoe>, opnieuw op <datum>",
        N_("vastleggen of de patiënt hierover zelf kan beslissen; voor de arts"),
        consent_commands.capacity,
    ),
    "vertegenwoordiger": CommandSpec(
        "!vertegenwoordiger <naam>: <reden>",
        N_("kiezen tussen twee vertegenwoordigers die het niet eens zijn; voor de arts"),
        consent_commands.representative,
    ),
    "portaal": CommandSpec("!portaal", N_("een link naar het dossier in de browser, tien minuten geldig"), portal),
}
"""Word → command, in the order of the help. Adding one: ``docs/architecture.md``."""
