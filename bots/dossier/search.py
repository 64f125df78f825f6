"""``!zoek``: always answered in the asker's private room; the words that were typed are not repeated, nor logged."""

from collections.abc import Sequence
from dataclasses import replace

from bots.dossier import views
from bots.dossier.turn import Turn
from bots.dossier.words import section_named
from hub.adapters.dutch_stems import stem
from hub.application.use_cases.search import Findings, search_dossier
from hub.domain import entries
from hub.domain.dossier import Entry
from hub.domain.entries import Note, Statement
from hub.domain.errors import CommandRejected
from hub.domain.search import Query, parse_query
from hub.domain.vocabulary import Section
from hub.texts import N_, Words

_ELSEWHERE = N_("Het antwoord staat in uw privékamer met Kring.")


async def search(turn: Turn) -> None:
    """Zoeken in wat voor de vrager open is: the newest ten, each with its reference, its author and its date."""
    section, asked = _section(turn.argument)
    query = parse_query(asked, stem)
    found = await search_dossier(turn.unit, turn.hub.guard, turn.context, query, section)
    await turn.only_to_asker(told(found, query, turn.own_words), found.sections, turn.words(_ELSEWHERE))


def _section(text: str) -> tuple[Section | None, str]:
    """``vertrouwelijk: zoon`` → S10 and ``zoon``; without the name of a section all of it is what to look for."""
    name, colon, rest = text.partition(":")
    if colon:
        try:
            return section_named(name), rest
        except CommandRejected:
            # A colon in an ordinary question.
            pass
    return None, text


def told(findings: Findings, query: Query, words: Words) -> str:
    """The answer. Nothing there, and nothing that may be read: the same words."""
    found = findings.found
    if not found.entries:
        lines = [words("Niets gevonden in wat voor u open is. Probeer een ander woord, of een deel van een woord.")]
    else:
        lines = ["# " + words("Gevonden: %(number)s") % {"number": views.grouped(found.total)}]
        for entry in found.entries:
            lines.append(f"- {views.entry_line(_short(entry, query), findings.people, words)}")
            lines += [f"- {views.entry_line(one, findings.people, words)}" for one in _beside(entry, found.beside)]
    if findings.more > 0:
        more = words("En nog %(number)s. Met een woord erbij vindt u minder.")
        lines.append(f"- {more % {'number': views.grouped(findings.more)}}")
    if findings.confidences:
        lines.append(words("In wat anderen in vertrouwen vertelden, zoekt u met: !zoek vertrouwelijk: <woorden>"))
    return "\n".join(lines)


def _short(entry: Entry, query: Query) -> Entry:
    """Of what was noted the part around the words; an agreement whole, or it would be another agreement."""
    if not entry.kind.is_series:
        return entry
    return replace(entry, value=Note("".join(text for text, _ in query.fragment(entries.sentence_nl(entry.value)))))


def _beside(entry: Entry, statements: Sequence[Entry]) -> list[Entry]:
    ref = str(entry.ref)
    return [one for one in statements if isinstance(one.value, Statement) and one.value.about == ref]
