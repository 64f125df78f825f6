"""Het verschil tussen twee keer beleid in gewone woorden, for the privacy officer who has to approve it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from hub.access.difference import Change, Difference, Facts
from hub.access.limits import LIMITS
from hub.access.matrix import ACTIONS_NL
from hub.domain.vocabulary import AgeBand, EmergencyChoice, PatientState, Purpose, Role, Section

_HEADINGS = {
    Change.GAINS: "Krijgt erbij",
    Change.LOSES: "Raakt kwijt",
    Change.LIMITS: "Verandert van beperking",
}
_WORDS: dict[tuple[str, Any], str] = {
    ("lead", True): "met de regie",
    ("consented", True): "met toestemming van de patiënt",
    ("objected", True): "terwijl de patiënt bezwaar maakte",
    ("discussed", True): "na bespreken met de patiënt",
    ("representative_active", True): "zolang de vertegenwoordiging actief is",
    ("consultable", True): "als het opzoeken is",
    ("explicit", True): "met uitdrukkelijke toestemming",
    ("completing", True): "de eerste 30 dagen",
    ("after_death", True): "als de patiënt inzage voor later toestond",
    ("stepped_up", True): "na sterk aanmelden",
    ("open_tasks", True): "met regie of een open overdracht",
    ("emergency_open", True): "na het openen van de spoedset",
    ("case_open", True): "in een open zaak",
    ("approved", True): "na akkoord van een tweede",
    ("circle_open", False): "als de kring gesloten is",
    ("assured", False): "als de aanmelding niet zeker genoeg is",
    ("patient_state", PatientState.DYING): "in de stervensfase",
    ("patient_state", PatientState.DECEASED): "na overlijden",
    ("patient_state", PatientState.LEFT): "als de patiënt stopte met Kring",
    ("age", AgeBand.FROM_12_TO_15): "als de patiënt 12 tot 16 jaar is",
    ("age", AgeBand.UNDER_12): "als de patiënt jonger is dan 12 jaar",
    ("emergency_choice", EmergencyChoice.PERMIT): "als de patiënt voor spoed ja koos",
    ("emergency_choice", EmergencyChoice.DENY): "als de patiënt voor spoed nee koos",
    ("purpose", Purpose.TREAT): "met als doel behandelen",
    ("purpose", Purpose.ETREAT): "met als doel spoed",
    ("purpose", Purpose.PATRQT): "op verzoek van de patiënt",
    ("purpose", Purpose.HOPERAT): "voor beheer of toezicht",
    ("relation", "none"): "zonder plaats in de zorg",
    ("relation", "until-later"): "met een einddatum die nog komt",
    ("relation", "until-now"): "op het moment dat de plaats in de zorg eindigt",
    ("relation", "since-now"): "op het moment dat de plaats in de zorg begint",
    ("relation", "over"): "als de plaats in de zorg voorbij is",
    ("relation", "not-yet"): "als de plaats in de zorg nog moet beginnen",
}
_NO_DIFFERENCE = "Geen verschil: niemand krijgt er iets bij en niemand raakt iets kwijt."


def in_words(found: Sequence[Difference], before: str, after: str) -> str:
    """Plain Dutch, per change and role; ``before`` and ``after`` are the versions of the two policies."""
    lines = [f"Beleid {before} vergeleken met {after}", ""]
    if not found:
        return "\n".join([*lines, _NO_DIFFERENCE]) + "\n"
    for change in Change:
        of_change = [one for one in found if one.change is change]
        if not of_change:
            continue
        lines += [_HEADINGS[change], "-" * len(_HEADINGS[change])]
        for role, of_role in groupby(of_change, key=lambda one: one.role):
            lines += [named(role), *(f"  {line}" for line in _lines(of_role)), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def as_data(found: Iterable[Difference]) -> list[dict[str, Any]]:
    """The same for a program."""
    return [
        {
            "change": one.change.value,
            "role": one.role.value if one.role else None,
            "action": one.action.value,
            "section": one.section.value if one.section else None,
            "when": [circumstance(fact) for fact in one.facts],
            "limits_before": sorted(one.before),
            "limits_after": sorted(one.after),
        }
        for one in found
    ]


def named(role: Role | None) -> str:
    """The role as people read it; None: somebody without one."""
    return role.title_nl if role else "iemand zonder rol in de kring"


def circumstance(fact: tuple[str, Any]) -> str:
    """One deviation from an ordinary day, in words."""
    return _WORDS[fact]


def _lines(found: Iterable[Difference]) -> list[str]:
    """Sections to which the same happens stand together on one line."""
    together: dict[tuple[str, Facts, frozenset[str], frozenset[str]], list[Section]] = {}
    for one in found:
        sections = together.setdefault((ACTIONS_NL[one.action], one.facts, one.before, one.after), [])
        sections += [one.section] if one.section else []
    lines = []
    for (act, facts, before, after), sections in together.items():
        where = f" {', '.join(sections)}" if sections else ""
        when = f" – {', '.join(circumstance(fact) for fact in facts)}" if facts else ""
        lines.append(f"{act}{where}{when}{_narrowed(before, after)}")
    return lines


def _narrowed(before: frozenset[str], after: frozenset[str]) -> str:
    if before and after:
        return f" (was {_limits(before)}; wordt {_limits(after)})"
    if before or after:
        return f" ({'was' if before else 'beperkt'}: {_limits(before or after)})"
    return ""


def _limits(words: frozenset[str]) -> str:
    return ", ".join(f"{word}: {LIMITS[word]}" for word in sorted(words))
