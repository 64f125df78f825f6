"""``!stil``: when what can wait, waits."""

from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from hub.application import auditing
from hub.domain.audit import AuditEvent
from hub.domain.quiet import QuietHours
from hub.domain.spelling import plain
from hub.texts import N_

_OFF = frozenset({"uit", "nee", "stop", "nooit"})
_WHAT_GOES_ON = N_(
    "Spoed, antwoorden op uw eigen vragen, en alles over iemand in de stervensfase komen ook dan meteen. Zet in uw app "
    "zelf in hoe uw telefoon klinkt."
)


async def quiet(turn: Turn) -> None:
    """Shows, chooses or ends somebody's own quiet hours; only they hear of it."""
    words, person_id = turn.own_words, turn.context.actor.id
    asked = plain(turn.argument)
    hours = await turn.unit.quiet.of(person_id)
    if asked:
        hours = None if asked in _OFF else QuietHours.parse(turn.argument)
        await turn.unit.quiet.choose(person_id, hours, turn.now)
        # What waited for hours that do not count any more, is said now.
        await turn.unit.outbox.quiet_is_over(person_id, turn.now)
    await turn.unit.audit.add(
        auditing.entry(
            turn.context, AuditEvent.COMMAND, object_type="person", object_id=person_id, detail="quiet-hours"
        )
    )
    if hours is None:
        body = words("U heeft geen stille uren. Kiezen? Typ bijvoorbeeld: !stil 22:00-7:00")
    else:
        said = words("Uw stille uren: %(hours)s, in al uw kringen. Wat kan wachten, komt daarna.") % {"hours": hours}
        stop = words("Stoppen? Typ: !stil uit")
        body = f"{said} {stop}\n{words(_WHAT_GOES_ON)}"
    await turn.only_to_asker(body, (), turn.words("Geregeld; meer in uw privékamer met Kring."))


QUIET_COMMANDS: dict[str, CommandSpec] = {
    "stil": CommandSpec("!stil <van-tot>|uit", N_("stille uren: wat kan wachten, komt later"), quiet),
}
"""Word → command, for the table of commands."""
