"""The handover by SBAR and the newcomer's brief: from what the dossier holds, directives first. Pure."""

from collections.abc import Mapping, Sequence

from bots.dossier.views import day, entry_line, minute
from hub.application.use_cases.circles import Member
from hub.application.use_cases.dossier import View
from hub.domain.advance_care_plan import TreatmentDirective
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.handover import Handover
from hub.domain.people import Patient, Person
from hub.domain.vocabulary import Role, Section

_LAST_OBSERVATIONS = 5
_PLAN = (Kind.TREATMENT_DIRECTIVE, Kind.ADVANCE_DIRECTIVE, Kind.MEDICAL_POLICY_GOAL, Kind.MEDICAL_DEVICE)
_WISHES = (Kind.PREFERRED_PLACE_OF_DEATH, Kind.CARE_WISHES, Kind.EUTHANASIA_POSITION, Kind.SENSE_OF_PURPOSE)
_OBSERVED = (Kind.PAIN_SCORE, Kind.SYMPTOM)


def handover_text(
    handover: Handover, patient: Patient, view: View, members: Sequence[Member], people: Mapping[str, Person]
) -> str:
    """SBAR (law-and-care §3.8): what was agreed comes first, what nobody agreed on yet is an open point.

    ``view`` is what the reader may see; nothing else gets in.
    """
    maker = people[handover.made_by].name.full if handover.made_by in people else "een zorgverlener"
    lines = [
        f"# Overdracht {handover.number} naar {handover.destination.value}: {patient.described()}",
        f"Gemaakt door {maker}, {minute(handover.made_at)}.",
        "# Behandelgrenzen en doel",
        *(_bullets(view, _PLAN, people, status=Status.ACTIVE) or ["- Geen bevestigde behandelgrenzen vastgelegd."]),
        "# Situatie",
        *(_bullets(view, (Kind.COMPLEXITY,), people) or ["- Complexiteit: nog niet vastgelegd."]),
        *_recent(view, people),
        "# Achtergrond",
        *_bullets(view, (Kind.ACP_CONVERSATION, Kind.LEGAL_CAPACITY, Kind.CONTACT_PERSON), people),
        *_bullets(view, _WISHES, people),
        "# Beoordeling: open punten",
        *(_open_points(view, people) or ["- Geen open punten vastgelegd."]),
        "# Advies: wie doet wat",
        *_who(members, patient),
        f"Deze overdracht blijft open tot iemand zegt: !ontvangen {handover.number}",
    ]
    return "\n".join(lines)


def newcomer_brief(
    patient: Patient, view: View, members: Sequence[Member], people: Mapping[str, Person], newcomer: Person
) -> str:
    """What a newcomer needs instead of old messages (MSG-02): whose circle, who is who, what is open to them."""
    lines = [
        f"# Welkom, {newcomer.name.full}",
        f"Dit is de kring van {patient.described()}.",
        "Oude berichten kunt u niet lezen; hier staat wat u nu moet weten.",
        *_who(members, patient),
    ]
    for section in view.sections:
        found = [entry for entry in view.entries if entry.section is section]
        if found:
            lines.append(f"# {section.value} {section.title_nl}")
            lines += [f"- {entry_line(entry, people)}" for entry in found[-_LAST_OBSERVATIONS * 3 :]]
    lines.append("Typ !help om te zien wat Kring voor u kan doen. Bij spoed: bel.")
    return "\n".join(lines)


def sections_shown(view: View) -> frozenset[Section]:
    """The sections that any of this text comes from: its label for the audience."""
    return frozenset(entry.section for entry in view.entries)


def _bullets(
    view: View, kinds: Sequence[Kind], people: Mapping[str, Person], status: Status | None = None
) -> list[str]:
    return [
        f"- {entry_line(entry, people)}"
        for kind in kinds
        for entry in view.entries
        if entry.kind is kind and (status is None or entry.status is status)
    ]


def _recent(view: View, people: Mapping[str, Person]) -> list[str]:
    observed = sorted((e for e in view.entries if e.kind in _OBSERVED), key=lambda e: e.recorded_at, reverse=True)
    return [f"- {entry_line(entry, people)}" for entry in observed[:_LAST_OBSERVATIONS]]


def _open_points(view: View, people: Mapping[str, Person]) -> list[str]:
    waiting = [entry for entry in view.entries if entry.status is Status.PROPOSED]
    unknown = [entry for entry in view.entries if entry.kind is Kind.TREATMENT_DIRECTIVE and _undecided(entry)]
    notes = [entry for entry in view.entries if entry.kind is Kind.NOTE and entry.section is Section.S8]
    seen: list[str] = []
    for entry in [*waiting, *unknown, *notes]:
        line = f"- {entry_line(entry, people)}"
        if line not in seen:
            seen.append(line)
    return seen


def _undecided(entry: Entry) -> bool:
    return isinstance(entry.value, TreatmentDirective) and not entry.value.decision.is_agreement


def _who(members: Sequence[Member], patient: Patient) -> list[str]:
    lines = []
    for member in members:
        if member.person.id == patient.person_id:
            continue
        lead = " — heeft de regie" if member.lead else ""
        since = f", sinds {day(member.relation.since)}"
        what = "naaste" if member.relation.role is Role.RELATIVE else member.relation.role.title_nl
        place = f", {member.person.organisation}" if member.person.organisation else ""
        phone = f", tel. {member.person.phone}" if member.person.phone else ""
        lines.append(f"- {member.person.name.full} ({what}{place}){lead}{phone}{since}")
    return lines
