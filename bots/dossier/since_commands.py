"""``!sinds`` and ``!gezien``: what changed since somebody last said to know it; ``!bijdragen``: a copy of one's own."""

from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from bots.dossier.views import day, entry_line, minute
from bots.handover.summary import catch_up_brief, label_of
from hub.application.use_cases.contributions import own_contributions
from hub.application.use_cases.dossier import read_dossier
from hub.application.use_cases.visits import Since, know, read_since
from hub.domain.paper import Paper
from hub.domain.reading import BRIEF
from hub.domain.since import Became, Change
from hub.domain.timeline import Happening, Moment
from hub.texts import N_, Words

_MOST = 40
"""Lines of entries; who was away longer reads the dossier."""
_BECAME = {
    Became.NEW: N_("NIEUW"),
    Became.CHANGED: N_("VERANDERD"),
    Became.CONFIRMED: N_("BEVESTIGD"),
    Became.ENDED: N_("VERVALLEN"),
}
_TOLD = N_("U vindt wat er veranderde in uw privékamer met Kring.")
_ALL = N_("U zei nog niet eerder dat u het dossier kent. Daarom staat hier alles wat voor u open is.")
_KNOWN = N_("Heeft u dit gelezen? Typ: !gezien. De volgende keer ziet u dan alleen wat daarna veranderde.")


async def since(turn: Turn) -> None:
    """Only to the asker: what is new to one person is not new to another."""
    found = await read_since(turn.unit, turn.hub.guard, turn.context)
    words = turn.own_words
    if found.since is None:
        view = await read_dossier(turn.unit, turn.hub.guard, turn.context, amount=BRIEF)
        brief = catch_up_brief(await turn.patient(), view, await turn.members(), await turn.authors(view.entries))
        body = f"{words(_ALL)}\n{brief}\n{words(_KNOWN)}"
        await turn.only_to_asker(body, label_of(view, turn.circle), turn.words(_TOLD))
        return
    await turn.only_to_asker(changed(found, words), found.label, turn.words(_TOLD))


def changed(found: Since, words: Words) -> str:
    """The list as its reader gets it: lead and handovers, tasks, and each entry with what became of it."""
    if found.since is None:
        raise ValueError("who sees it for the first time gets everything")
    lines = ["# " + words("Veranderd sinds %(when)s") % {"when": minute(found.since)}]
    lines += [f"- {day(one.at)} {_said(found, one)}" for one in found.around if one.at is not None]
    for task in found.tasks:
        state = words("klaar") if task.done_at is not None else words("open")
        what = " ".join(task.what.replace("\n- ", " | ").removeprefix("- ").split())
        owner = found.people[task.owner_id].name.full if task.owner_id in found.people else "?"
        facts = {"number": task.number, "state": state, "owner": owner, "what": what}
        lines.append("- " + words("Taak %(number)s (%(state)s, %(owner)s): %(what)s") % facts)
    lines += [line for change in found.changes[:_MOST] for line in _change(change, found, words)]
    if len(found.changes) > _MOST:
        rest = {"number": len(found.changes) - _MOST}
        lines.append("- " + words("En nog %(number)s regels: lees het dossier met !dossier") % rest)
    if found.empty:
        lines.append(words("Er is niets veranderd in wat voor u open is."))
    return "\n".join([*lines, words(_KNOWN)])


def _change(change: Change, found: Since, words: Words) -> list[str]:
    line = f"- {words(_BECAME[change.became])}: {entry_line(change.entry, found.people, words)}"
    was = change.difference
    if was is None or not was.fields:
        return [line]
    return [line, "- " + words("Dat was: %(said)s") % {"said": was.was}]


def _said(found: Since, moment: Moment) -> str:
    person = found.people.get(moment.who or "")
    name = person.name.full if person is not None else "?"
    return f"{name} {moment.text}" if moment.happening is Happening.LEAD else f"{moment.text}, {name}"


async def seen(turn: Turn) -> None:
    until = await know(turn.unit, turn.hub.guard, turn.context)
    said = turn.words("Goed. U kent het dossier tot %(when)s.") % {"when": minute(until)}
    await turn.reply(said)


async def contributions(turn: Turn) -> None:
    """A copy of what this person recorded and did, while the door is still open."""
    copy = await own_contributions(turn.unit, turn.hub.guard, turn.context)
    told = turn.words("Uw afschrift staat in uw privékamer met Kring.")
    await turn.only_to_asker(_paper(copy.paper), copy.sections, told)


def _paper(paper: Paper) -> str:
    lines = [f"# {paper.title}", paper.about, *paper.remarks]
    for chapter in paper.chapters:
        lines += [f"# {chapter.title}", *(f"- {line}" for line in chapter.lines)]
    return "\n".join([*lines, paper.foot])


SINCE_COMMANDS: dict[str, CommandSpec] = {
    "sinds": CommandSpec("!sinds", N_("wat er veranderde sinds u het laatst zei dat u het dossier kent"), since),
    "gezien": CommandSpec("!gezien", N_("zeggen dat u kent wat !sinds u liet zien"), seen),
    "bijdragen": CommandSpec("!bijdragen", N_("een afschrift van wat u zelf vastlegde en deed"), contributions),
}
"""Word → command, for the table of commands."""
