"""De pagina van de spoedset: what one reader sees of it, in a room, in the portal or on paper. Pure.

The order is that of :func:`hub.domain.emergency_composing.compose`: limits, place, representative, lead and night
number come before anything else, so that the six facts of the first minutes stand at the top of a phone (D8).
"""

from collections.abc import Iterable
from datetime import datetime

from hub.domain.emergency_set import MadeSet
from hub.domain.vocabulary import Section
from hub.domain.working_days import AMSTERDAM


def page(made: MadeSet, opened: Iterable[Section]) -> str:
    """De pagina zoals iemand haar leest: the parts of the sections that are open to this reader, ``# `` for a heading.

    A part that is closed to the reader is named without its lines, so that nobody takes it for "nothing special".
    """
    sections = frozenset(opened)
    checked = f" Ongewijzigd, gecontroleerd op {minute(made.checked_at)}." if made.checked_at else ""
    lines = [
        f"# Spoedset, versie {made.version} van {minute(made.made_at)}",
        f"Controleer de actualiteit: een afdruk of oud bericht kan achterhaald zijn. Bij twijfel bellen.{checked}",
    ]
    for part in made.content.parts:
        lines.append(f"# {part.title}")
        if part.section not in sections:
            lines.append("- Dit deel is niet voor u open. Vraag het aan de huisarts of de palliatieve zorgcoach.")
        else:
            lines += [f"- {line}" for line in part.lines]
            lines += [f"- {said}" for caution in part.cautions if (said := caution.to(sections))]
    missing = [part.title for part in made.content.parts if part.missing and part.section in sections]
    complete = len(made.content.parts) - len(made.content.missing)
    lines.append(f"# Volledigheid: {complete} van {len(made.content.parts)}")
    lines.append(f"- Nog niet vastgelegd: {', '.join(missing)}." if missing else "- Alle onderdelen zijn vastgelegd.")
    return "\n".join(lines)


def label(made: MadeSet, opened: Iterable[Section]) -> frozenset[Section]:
    """The sections that this reader's page comes from."""
    return frozenset(part.section for part in made.content.parts) & frozenset(opened)


def minute(moment: datetime) -> str:
    """``25-11-2026 14:10``, Dutch time."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year} {local:%H:%M}"
