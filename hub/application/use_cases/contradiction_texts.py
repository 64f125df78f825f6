"""De woorden van een kaart en van een taak over wat verouderd is. Pure."""

from collections.abc import Mapping, Sequence

from hub.domain import entries
from hub.domain.conflicts import Conflict, Matter
from hub.domain.dossier import Entry, SourceKind
from hub.domain.people import Person
from hub.domain.spoken import N_
from hub.domain.values import PartialDate, join_nl, one_line
from hub.domain.working_days import AMSTERDAM

_SOURCES = {
    SourceKind.ROOM: N_("vastgelegd in de chat"),
    SourceKind.PORTAL: N_("vastgelegd in het portaal"),
    SourceKind.CLI: N_("vastgelegd door de beheerder"),
    SourceKind.IMPORT: "ingelezen uit een ander systeem",
}
_HOLD = N_("Volg geen van beide zonder overleg met wie de regie heeft.")
_KEEP = N_("Beide blijven staan; Kring kiest niet.")
_TALK = N_("Spreek met elkaar en met de patiënt. Wie daarna opnieuw vastlegt, met de dag van dat gesprek, lost dit op.")
_VIEWS = N_("Beide meningen blijven apart staan. De wens van de patiënt telt; bespreek samen wat dit betekent.")


def card(conflict: Conflict, people: Mapping[str, Person]) -> str:
    """Both statements with who, when, from where and who was there; what not to do; what settles it."""
    lines = [_statement(conflict.first, people), _statement(conflict.second, people)]
    if conflict.matter is Matter.VIEWS:
        return "\n".join((*lines, _VIEWS))
    return "\n".join((*lines, _HOLD if conflict.matter.holds_both else _KEEP, _TALK))


def stale_words(stale: Sequence[Entry], since: str | None) -> str:
    """Which agreements, by reference and kind, and what changed; nothing of what they say."""
    named = [f"{entry.ref} ({entry.kind.title_nl.lower()})" for entry in stale]
    why = f"Daarna: {since}." if since else N_("Kijk in het dossier waarom.")
    return N_("Bespreek opnieuw: %(names)s. %(why)s Tot dat gesprek blijven ze gelden.") % {
        "names": join_nl(named),
        "why": why,
    }


def _statement(entry: Entry, people: Mapping[str, Person]) -> str:
    author = people.get(entry.author_id)
    by = author.described(entry.author_role) if author is not None else entry.author_role.title_nl
    day = PartialDate.of(entry.recorded_at.astimezone(AMSTERDAM).date()).nl
    with_whom = getattr(entry.value, "discussed_with", ())
    present = join_nl([one_line(person) for person in with_whom]) if with_whom else "niet vastgelegd"
    sentence = " ".join(entries.sentence_nl(entry.value).split())
    return (
        f"- {entry.ref}, versie {entry.version}: {sentence} ({by}, {day}, {_SOURCES[entry.source.kind]}; "
        f"erbij: {present})"
    )
