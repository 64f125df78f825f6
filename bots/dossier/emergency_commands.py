"""``!spoed``: the out-of-hours set in the room, saying that it arrived, and sending it to a colleague who asked."""

import re

from bots.dossier.calling import whom_to_call
from bots.dossier.turn import Turn
from hub.application.guard import Refused
from hub.application.use_cases import emergency_access, emergency_sets
from hub.application.use_cases.emergency_views import emergency_views
from hub.domain.emergency import ReleaseGround
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.vocabulary import Action, Role
from hub.texts import N_
from hub.texts.moments import moment

_RECEIVED = frozenset({"ontvangen", "gelezen", "ok"})
_VIEWS = frozenset({"bekeken", "gezien", "wie"})
_SEND = re.compile(
    r"^(?:ver)?stuur\s+(?P<code>[0-9a-f]{4})\s+(?P<ground>\S+)\s+(?P<reason>.+)$", re.IGNORECASE | re.DOTALL
)
_MAY_BE_IN_NEED = frozenset({Role.RELATIVE, Role.REPRESENTATIVE})
_GROUND_WORDS = {"betrokken": ReleaseGround.INVOLVED, "levensbelang": ReleaseGround.VITAL_INTEREST}


async def emergency(turn: Turn) -> None:
    """The page when everybody here may read all of it, otherwise in the asker's private room."""
    asked = plain(turn.argument)
    if not asked:
        await _show(turn)
    elif asked in _RECEIVED:
        await acknowledge(turn)
    elif asked in _VIEWS:
        await _views(turn)
    elif asked.startswith(("stuur", "verstuur")):
        await _send(turn)
    else:
        raise CommandRejected(
            "bad-emergency",
            "Schrijf: !spoed, !spoed ontvangen, !spoed bekeken, of !spoed stuur <code> <grond> <reden>.",
        )


async def _show(turn: Turn) -> None:
    try:
        made, opened = await emergency_sets.read_set(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context)
    except Refused as refused:
        if refused.context.role not in _MAY_BE_IN_NEED or not refused.context.is_member:
            raise
        # A relative who types this may be in need of help, not of a page: say whom to call, not what is forbidden.
        await turn.hub.guard.record_refusal(turn.unit, refused)
        await turn.reply(await whom_to_call(turn.unit, turn.context))
        return
    await turn.reply(*emergency_sets.spoken(made, opened))


async def _views(turn: Turn) -> None:
    """Only to the asker: who looked is for who may see the log."""
    views, people = await emergency_views(turn.unit, turn.hub.guard, turn.context)
    words = turn.own_words
    lines = ["# " + words("Wie had de spoedset? De nieuwste is versie %(version)s") % {"version": views.newest}]
    for seen in sorted(views.seen, key=lambda one: people[one.person_id].name.family):
        had = [
            words(said) % {"version": version}
            for said, version in (
                (N_("gestuurd: versie %(version)s"), seen.sent),
                (N_("ontvangst bevestigd: versie %(version)s"), seen.received),
                (N_("gelezen: versie %(version)s"), seen.read),
                (N_("afgedrukt: versie %(version)s"), seen.printed),
            )
            if version
        ]
        if seen.last is not None:
            had.append(words("laatst gelezen op %(moment)s") % {"moment": moment(seen.last, words.language)})
        late = words("oudere versie; ") if 0 < max(seen.sent, seen.read) < views.newest else ""
        lines.append(f"- {people[seen.person_id].described()}: {late}{'; '.join(had)}")
    paper = words("Afdrukken: %(papers)s. De code op papier is %(scans)s keer gescand; door wie, weet niemand.")
    lines.append(paper % {"papers": views.papers, "scans": views.scans})
    await turn.only_to_asker("\n".join(lines), (), turn.words("U vindt dit in uw privékamer met Kring."))


async def acknowledge(turn: Turn) -> None:
    """``!spoed ontvangen``, and ``!ontvangen spoed``, which people type as well."""
    version = await emergency_sets.acknowledge(turn.unit, turn.context)
    await turn.reply(turn.words("Genoteerd: u heeft versie %(version)s van de spoedset.") % {"version": version})


async def _send(turn: Turn) -> None:
    match = _SEND.match(turn.argument.strip())
    ground = _GROUND_WORDS.get(plain(match["ground"])) if match else None
    if match is None or ground is None:
        raise CommandRejected(
            "bad-release",
            "Schrijf: !spoed stuur <code> betrokken <reden>, of levensbelang in plaats van betrokken. De code staat in "
            "het bericht van Kring.",
        )
    # First: that somebody asked at all is not for everybody to hear.
    await turn.hub.guard.require(turn.unit, turn.context, Action.EMERGENCY_READ)
    asked = await emergency_access.asked_by_code(turn.unit, turn.context, match["code"])
    await emergency_access.release(
        turn.unit,
        turn.hub.guard,
        turn.hub.speaker,
        turn.context,
        person_id=asked.person_id,
        ground=ground,
        reason=match["reason"],
    )
    words = turn.own_words
    body = words("De spoedset is vrijgegeven, vier uur lang. Bel de vrager: die opent hem met dezelfde noodprocedure.")
    await turn.only_to_asker(body, (), turn.words("Geregeld; meer in uw privékamer met Kring."))
