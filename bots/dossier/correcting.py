"""``!herstel``, ``!verklaring`` and ``!achterhouden``: mend, say something beside it, hold back for a while."""

import re
from datetime import date, datetime, time, timedelta

from bots.dossier import views
from bots.dossier.recording import typed_by
from bots.dossier.turn import Turn
from hub.application.use_cases.corrections import add_statement, correct_entry, hold_back, stop_holding_back
from hub.domain.circle import RoomKind
from hub.domain.entries import Kind, Note, Value
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.spelling import plain
from hub.domain.spoken import phrase
from hub.domain.typed_kinds import PARSERS
from hub.texts import N_

_REASON = re.compile(r"[,;]?\s*reden:\s*(?P<reason>.+)$", re.IGNORECASE | re.DOTALL)
_WHEN_AND_WITH_WHOM = re.compile(
    r"^tot\s+(?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4}),?\s+overlegd\s+met\s+(?P<who>[^,]+),?$",
    re.IGNORECASE | re.ASCII,
)
_MEND = N_(
    "Schrijf: !herstel S5-3 <hoe het moet zijn>, reden: <wat er fout was>. Moet het weg? !herstel S5-3 vervalt, "
    "reden: <waarom>"
)
_STATE = N_(
    "Schrijf: !verklaring S3-2: <uw woorden>. Klopt er iets niet? !verklaring S3-2 herstel: <wat er niet klopt>"
)
_HOLD = N_(
    "Schrijf: !achterhouden S3-2 tot 3-12-2026, overlegd met @huisarts, reden: <waarom>. Eerder stoppen: "
    "!achterhouden S3-2 niet meer"
)
_IN_PRIVATE = N_("Het antwoord staat in uw privékamer met Kring.")


async def mend(turn: Turn) -> None:
    """``!herstel S5-3 4, reden: typefout``: the kind is that of what was written."""
    name, _, rest = turn.argument.partition(" ")
    ref, said = EntryRef.parse(name), _REASON.search(rest)
    new = rest[: said.start()].strip() if said else ""
    if said is None or not new:
        raise CommandRejected("bad-correction", _MEND)
    gone = plain(new) == "vervalt"
    entry = await correct_entry(
        turn.unit,
        turn.hub.guard,
        turn.context,
        ref,
        lambda kind: None if gone else _read_as(turn, kind, new),
        said["reason"].strip(),
        turn.source,
    )
    done = turn.words("%(ref)s is hersteld (versie %(version)s). Wat er stond, blijft bewaard en is niet meer te zien.")
    if gone:
        done = turn.words("%(ref)s vervalt (versie %(version)s). Wat er stond, blijft bewaard en is niet meer te zien.")
    await turn.reply(done % {"ref": ref, "version": entry.version})


def _read_as(turn: Turn, kind: Kind, text: str) -> Value:
    """The new value, in the words of the command that records this kind."""
    parse = PARSERS.get(kind)
    if parse is not None:
        return parse(text, typed_by(turn))
    try:
        # What has no words of its own is taken as a note; for another kind the use case says that it does not fit.
        return Note(text)
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "Dit kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


async def state(turn: Turn) -> None:
    """``!verklaring S3-2: …``, or ``!verklaring S3-2 herstel: …`` to ask for mending."""
    head, colon, text = turn.argument.partition(":")
    name, *mark = head.split() or [""]
    if not colon or not text.strip() or (mark and [plain(word) for word in mark] != ["herstel"]):
        raise CommandRejected("bad-statement", _STATE)
    asked = await add_statement(
        turn.unit,
        turn.hub.guard,
        turn.context,
        EntryRef.parse(name),
        text.strip(),
        turn.source,
        wants_correction=bool(mark),
    )
    said = turn.words("Vastgelegd als %(ref)s. Uw woorden staan naast %(about)s. Niemand kan ze veranderen.")
    if mark:
        said = turn.words("Vastgelegd als %(ref)s. De schrijver van %(about)s krijgt de vraag om het te herstellen.")
        await _tell_the_writer(turn, asked.about.author_id, asked.about.ref)
    await turn.reply(said % {"ref": asked.request.ref, "about": asked.about.ref})


async def _tell_the_writer(turn: Turn, author: str, about: EntryRef) -> None:
    """The writer hears it in private; has that person left, then the team does: somebody has to look."""
    body = phrase(
        "Er is gevraagd om %(about)s te herstellen. Kijk met: !dossier %(section)s",
        about=about,
        section=about.section.value,
    )
    if await turn.unit.circles.relation(turn.circle.id, author, turn.now) is None:
        await turn.hub.speaker.announce(turn.unit, turn.context, RoomKind.TEAM, body.dutch)
        return
    await turn.hub.speaker.private(turn.unit, turn.context, await turn.unit.people.get(author), body, ())


async def withhold(turn: Turn) -> None:
    """``!achterhouden S3-2 tot 3-12-2026, overlegd met @huisarts, reden: …``"""
    name, _, rest = turn.argument.partition(" ")
    ref = EntryRef.parse(name)
    if plain(rest) in {"niet meer", "stop"}:
        ended = await stop_holding_back(turn.unit, turn.hub.guard, turn.context, ref)
        said = (
            N_("%(ref)s is weer te zien voor de patiënt.") % {"ref": ref}
            if ended
            else N_("%(ref)s werd niet achtergehouden.") % {"ref": ref}
        )
        await turn.only_to_asker(said, (), turn.words(_IN_PRIVATE))
        return
    reason = _REASON.search(rest)
    match = _WHEN_AND_WITH_WHOM.match(rest[: reason.start()].strip()) if reason else None
    colleague = await turn.named_member(match["who"].strip()) if match else None
    if match is None or reason is None or colleague is None:
        raise CommandRejected("bad-withholding", _HOLD)
    held = await hold_back(
        turn.unit,
        turn.hub.guard,
        turn.context,
        ref,
        consulted=colleague.id,
        until=_end_of(match),
        reason=reason["reason"].strip(),
    )
    said = N_(
        "%(ref)s is tot en met %(day)s niet te zien voor patiënt en naasten. Daarna gaat het vanzelf open. Het staat "
        "in het logboek, met wie u overlegde (BW 7:448 lid 3)."
    ) % {"ref": ref, "day": views.day(held.until - timedelta(minutes=1))}
    # Never in the room: the patient may be in it.
    await turn.only_to_asker(said, (), turn.words(_IN_PRIVATE))


def _end_of(match: re.Match[str]) -> datetime:
    try:
        last = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError as problem:
        raise CommandRejected("bad-date", "Schrijf de datum als 3-12-2026.") from problem
    return datetime.combine(last + timedelta(days=1), time(), views.AMSTERDAM)
