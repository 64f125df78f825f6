"""De woorden van een kaart en van een taak over wat verouderd is. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.domain import entries
from hub.domain.conflicts import Conflict, Matter
from hub.domain.dossier import Entry, SourceKind
from hub.domain.people import Person
from hub.domain.spoken import Spoken, joined, phrase, verbatim
from hub.domain.values import PartialDate, join_nl, one_line
from hub.domain.working_days import AMSTERDAM

_SOURCES = {
    SourceKind.ROOM: phrase("vastgelegd in de chat"),
    SourceKind.PORTAL: phrase("vastgelegd in het portaal"),
    SourceKind.CLI: phrase("vastgelegd door de beheerder"),
    SourceKind.IMPORT: phrase("ingelezen uit een ander systeem"),
}
_HOLD = phrase("Volg geen van beide zonder overleg met wie de regie heeft.")
_KEEP = phrase("Beide blijven staan; Kring kiest niet.")
_TALK = phrase(
    "Spreek met elkaar en met de patiënt. Wie daarna opnieuw vastlegt, met de dag van dat gesprek, lost dit op."
)
_VIEWS = phrase("Beide meningen blijven apart staan. De wens van de patiënt telt; bespreek samen wat dit betekent.")


def card(conflict: Conflict, people: Mapping[str, Person]) -> Spoken:
    """Both statements with who, when, from where and who was there; what not to do; what settles it."""
    lines = [_statement(conflict.first, people), _statement(conflict.second, people)]
    if conflict.matter is Matter.VIEWS:
        return joined((*lines, _VIEWS))
    return joined((*lines, _HOLD if conflict.matter.holds_both else _KEEP, _TALK))


def stale_words(stale: Sequence[Entry], since: Spoken | None) -> Spoken:
    """Which agreements, by reference and kind, and what changed; nothing of what they say."""
    named = [verbatim("%(ref)s (%(kind)s)", ref=entry.ref, kind=_small(entry.kind.title_nl)) for entry in stale]
    why = phrase("Daarna: %(since)s.", since=since) if since else phrase("Kijk in het dossier waarom.")
    return phrase("Bespreek opnieuw: %(names)s. %(why)s Tot dat gesprek blijven ze gelden.", names=_all(named), why=why)


def _small(title: str) -> Spoken:
    return replace(phrase(title), small=True)


def _all(parts: Sequence[Spoken]) -> Spoken:
    """``patiënt, dochter en huisarts``."""
    first = joined(parts[:-1], ", ")
    return phrase("%(first)s en %(last)s", first=first, last=parts[-1]) if len(parts) > 1 else joined(parts)


def _statement(entry: Entry, people: Mapping[str, Person]) -> Spoken:
    author = people.get(entry.author_id)
    title = phrase(entry.author_role.title_nl)
    by = author.introduced(entry.author_role) if author is not None else title
    day = PartialDate.of(entry.recorded_at.astimezone(AMSTERDAM).date()).nl
    with_whom = getattr(entry.value, "discussed_with", ())
    present = join_nl([one_line(person) for person in with_whom]) if with_whom else phrase("niet vastgelegd")
    sentence = " ".join(entries.sentence_nl(entry.value).split())
    return phrase(
        "- %(ref)s, versie %(version)s: %(sentence)s (%(by)s, %(day)s, %(source)s; erbij: %(present)s)",
        ref=entry.ref,
        version=entry.version,
        sentence=sentence,
        by=by,
        day=day,
        source=_SOURCES[entry.source.kind],
        present=present,
    )
