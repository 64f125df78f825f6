"""The handover by SBAR and the newcomer's brief: from what the dossier holds, directives first. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bots.dossier.views import STALE, day, entry_line, minute
from hub.application.use_cases.circles import Member
from hub.application.use_cases.dossier import View
from hub.application.use_cases.tasks import day_nl
from hub.domain.advance_care_plan import TreatmentDirective
from hub.domain.circle import Circle
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind, Statement
from hub.domain.handover import Handover
from hub.domain.people import Patient, Person
from hub.domain.task import Task
from hub.domain.vocabulary import Role, Section
from hub.texts import N_

_LAST_OBSERVATIONS = 5
_LAST_OF_SECTION = 15
_PLAN = (Kind.TREATMENT_DIRECTIVE, Kind.ADVANCE_DIRECTIVE, Kind.MEDICAL_POLICY_GOAL, Kind.MEDICAL_DEVICE)
_BACKGROUND = (
    Kind.ACP_CONVERSATION,
    Kind.LEGAL_CAPACITY,
    Kind.CONTACT_PERSON,
    Kind.LIVING_SITUATION,
    Kind.PREFERRED_PLACE_OF_DEATH,
    Kind.PREFERRED_PLACE_OF_CARE,
    Kind.CARE_WISHES,
    Kind.EUTHANASIA_POSITION,
    Kind.SENSE_OF_PURPOSE,
)
_SITUATION = (Kind.DIAGNOSIS, Kind.ILLNESS_PHASE, Kind.COMPLEXITY)
_MEDICATION = (Kind.ALLERGY, Kind.MEDICATION_OVERVIEW, Kind.PUMP, Kind.EMERGENCY_KIT)
_CARE = (Kind.CARE_PLAN, Kind.CARE_AGREEMENT, Kind.REACHABILITY)
_SPOKEN_OF = frozenset({Section.S1, Section.S2, Section.S3, Section.S4, Section.S5, Section.S7, Section.S8})
_OBSERVED = (Kind.PAIN_SCORE, Kind.SYMPTOM, Kind.PERFORMANCE, Kind.DELIRIUM, Kind.INTAKE, Kind.WEIGHT)


@dataclass(frozen=True, slots=True)
class Around:
    """Wat er om het dossier heen bij hoort: open tasks and handovers, the deputy, what the sender said with it."""

    still_open: Sequence[Handover] = ()
    tasks: Sequence[Task] = ()
    deputy_id: str | None = None
    advice: str = ""
    worry: str = ""


def handover_part(view: View) -> View:
    """What of a view belongs in a handover. The rest stays out, so that its audience need not be allowed to read it.

    What was told in confidence never goes along (law-and-care E14), whoever may read it here.
    """
    kinds = {*_PLAN, *_BACKGROUND, *_OBSERVED, *_SITUATION, *_MEDICATION, *_CARE}
    kept = [
        entry
        for entry in view.entries
        if entry.section is not Section.S10 and (entry.kind in kinds or _is_waiting(entry) or _is_care_plan_note(entry))
    ]
    about = {str(entry.ref) for entry in kept}
    kept += [entry for entry in view.entries if isinstance(entry.value, Statement) and entry.value.about in about]
    return replace(view, entries=kept)


def handover_text(
    handover: Handover,
    patient: Patient,
    view: View,
    members: Sequence[Member],
    people: Mapping[str, Person],
    around: Around = Around(),
) -> str:
    """SBAR (law-and-care §3.8): what was agreed comes first, what nobody agreed on yet is an open point.

    ``view`` is what the reader may see; nothing else gets in. The same dossier gives the same text: no clock is asked.
    """
    maker = _name(people, handover.made_by)
    receiver = _name(people, handover.receiver_id) if handover.receiver_id else "iemand"
    lines = [
        f"# Overdracht {handover.number} {handover.moment.dutch}: {patient.described()}",
        f"Gemaakt door {maker}, {minute(handover.made_at)}.",
        N_("# Behandelgrenzen en doel"),
        *(
            _agreed(view, people)
            or _nothing(view, Section.S3, N_("Er zijn geen bevestigde behandelgrenzen of doelen."))
        ),
        "# Situatie",
        *(
            _bullets(view, _SITUATION, people)
            or _nothing(view, Section.S2, N_("Diagnose, fase en complexiteit zijn niet vastgelegd."))
        ),
        *(_recent(view, people) or _nothing(view, Section.S5, N_("Er zijn geen metingen van klachten vastgelegd."))),
        "# Achtergrond",
        *(
            _bullets(view, _BACKGROUND, people)
            or _nothing(view, Section.S4, N_("Er is geen gesprek, naaste of wens vastgelegd."))
        ),
        N_("# Medicatie en allergieën (kopie; kijk naar de datum)"),
        *([f"- {STALE}"] if view.stale_medication else ()),
        *(
            _bullets(view, _MEDICATION, people)
            or _nothing(view, Section.S7, N_("Er is geen medicatie, allergie of noodpakket vastgelegd."))
        ),
        N_("# Zorgplan en bereikbaarheid"),
        *(
            _bullets(view, _CARE, people)
            or _nothing(view, Section.S8, N_("Er is geen zorgplan en geen bereikbaarheid vastgelegd."))
        ),
        "# Beoordeling: open punten",
        *_said(N_("Waar de afzender zich zorgen over maakt"), around.worry),
        *(
            _open_points(view, people, around.still_open)
            or _nothing(view, Section.S8, N_("Er zijn geen open punten vastgelegd."))
        ),
        "# Open taken",
        *(_tasks(around.tasks, people) or [N_("- In het deel dat voor u open is, staan geen open taken.")]),
        N_("# Advies: wie doet wat"),
        *_said(N_("Advies van de afzender"), around.advice),
        *_who(members, patient, view, around.deputy_id),
        N_("Deze overdracht staat open tot %(receiver)s zegt: !ontvangen %(number)s")
        % {"receiver": receiver, "number": handover.number},
    ]
    return "\n".join(lines)


def newcomer_brief(
    patient: Patient, view: View, members: Sequence[Member], people: Mapping[str, Person], newcomer: Person
) -> str:
    """What a newcomer needs instead of old messages (MSG-02): whose circle, who is who, what is open to them."""
    lines = [
        f"# Welkom, {newcomer.name.full}",
        N_("Dit is de kring van %(patient)s.") % {"patient": patient.described()},
        N_("Berichten van voor uw komst kunt u niet lezen. Hier staat wat u nu moet weten."),
        N_("# Wie er in deze kring zitten"),
        *_who(members, patient, view),
        *_sections(view, people),
        N_("Typ !help om te zien wat Kring voor u kan doen. Bij spoed: bel."),
    ]
    return "\n".join(lines)


def catch_up_brief(patient: Patient, view: View, members: Sequence[Member], people: Mapping[str, Person]) -> str:
    """The same for somebody who is in the circle already and was away."""
    lines = [
        N_("# Bijpraten: de kring van %(patient)s") % {"patient": patient.described()},
        N_("Dit staat er nu in het dossier, voor zover het voor u open is."),
        N_("# Wie er in deze kring zitten"),
        *_who(members, patient, view),
        *_sections(view, people),
    ]
    return "\n".join(lines)


def sections_shown(view: View) -> frozenset[Section]:
    """The sections that any of this text comes from: its label for the audience. Also where something changed that a
    line is stale by."""
    because = [one for entry in view.entries if entry.freshness for one in entry.freshness.because]
    return frozenset(entry.section for entry in view.entries) | {one.section for one in because if one.section}


def label_of(view: View, circle: Circle) -> frozenset[Section]:
    """The label of an overview. While the marking was not discussed with the patient, S2 counts also when it is empty:

    where the answer goes must not tell the patient that there is something to discuss (BW 7:448).
    """
    hushed = {Section.S2} if circle.discussed_at is None else set()
    return sections_shown(view) | (hushed & set(view.sections))


def label_of_handover(view: View) -> frozenset[Section]:
    """Every section that a handover speaks of and its reader may see, whatever is in it.

    "No limits were agreed" and the numbers of family are told too, and not everybody may know them.
    """
    return sections_shown(view) | (_SPOKEN_OF & set(view.sections))


def _agreed(view: View, people: Mapping[str, Person]) -> list[str]:
    return _bullets(view, _PLAN, people, lambda entry: entry.status is Status.ACTIVE and not entry.contested)


def _bullets(
    view: View, kinds: Sequence[Kind], people: Mapping[str, Person], fits: Callable[[Entry], bool] = lambda _entry: True
) -> list[str]:
    chosen = [entry for kind in kinds for entry in view.entries if entry.kind is kind and fits(entry)]
    return [line for entry in chosen for line in _lines(entry, view, people)]


def _lines(entry: Entry, view: View, people: Mapping[str, Person]) -> list[str]:
    """The entry, and under it what the patient says of it (BW 7:454 lid 2)."""
    beside = [e for e in view.entries if isinstance(e.value, Statement) and e.value.about == str(entry.ref)]
    return [f"- {entry_line(one, people)}" for one in (entry, *beside)]


def _nothing(view: View, section: Section, said: str) -> list[str]:
    """A heading never stands empty, and "not recorded" is never said of what this reader may not see."""
    if section not in view.sections:
        return [N_("- Dit onderdeel is niet voor u open. Vraag het zo nodig aan de coach of de huisarts.")]
    return [
        N_("- In het deel dat voor u open is: %(said)s") % {"said": said} if section in view.limited else f"- {said}"
    ]


def _recent(view: View, people: Mapping[str, Person]) -> list[str]:
    observed = sorted((e for e in view.entries if e.kind in _OBSERVED), key=lambda e: e.recorded_at, reverse=True)
    return [line for entry in observed[:_LAST_OBSERVATIONS] for line in _lines(entry, view, people)]


def _open_points(view: View, people: Mapping[str, Person], still_open: Sequence[Handover]) -> list[str]:
    """What waits for somebody: proposals, what was not decided, handovers that nobody received, notes of the plan."""
    contested = [entry for entry in view.entries if entry.contested]
    waiting = [entry for entry in view.entries if _is_waiting(entry)]
    undecided = [entry for entry in view.entries if _is_undecided(entry) and not _is_waiting(entry)]
    notes = [entry for entry in view.entries if _is_care_plan_note(entry)]
    older = view.left_out.get((Section.S8, Kind.NOTE), 0)
    return [
        *(line for entry in contested for line in _lines(entry, view, people)),
        *(line for entry in waiting for line in _lines(entry, view, people)),
        *(N_("- Nog te bespreken: %(entry)s") % {"entry": entry_line(entry, people)} for entry in undecided),
        *(
            N_("- Overdracht %(number)s %(moment)s van %(day)s (door %(name)s) is nog niet ontvangen.")
            % {
                "number": earlier.number,
                "moment": earlier.moment.dutch,
                "day": day(earlier.at),
                "name": _name(people, earlier.made_by),
            }
            for earlier in still_open
        ),
        *(line for entry in notes for line in _lines(entry, view, people)),
        *(
            [N_("- En nog %(older)s eerdere notities bij het zorgplan: !dossier S8") % {"older": older}]
            if older
            else []
        ),
    ]


def _is_waiting(entry: Entry) -> bool:
    return entry.status is Status.PROPOSED


def _is_undecided(entry: Entry) -> bool:
    return isinstance(entry.value, TreatmentDirective) and not entry.value.decision.is_agreement


def _is_care_plan_note(entry: Entry) -> bool:
    return entry.kind is Kind.NOTE and entry.section is Section.S8


def _sections(view: View, people: Mapping[str, Person]) -> list[str]:
    lines: list[str] = []
    for section in view.sections:
        found = [entry for entry in view.entries if entry.section is section]
        if found:
            lines.append(f"# {section.value} {section.title_nl}")
            lines += [f"- {entry_line(entry, people)}" for entry in found[-_LAST_OF_SECTION:]]
    return lines or [N_("In het dossier staat nog niets dat voor u open is.")]


def _name(people: Mapping[str, Person], person_id: str) -> str:
    return people[person_id].name.full if person_id in people else "een zorgverlener"


def _said(title: str, words: str) -> list[str]:
    """What somebody typed, on one line of its own: it can be no heading and no agreement."""
    return [f"- {title}: {words}"] if words else []


def _tasks(tasks: Sequence[Task], people: Mapping[str, Person]) -> list[str]:
    return [
        f"- Taak {task.number}, uiterlijk {day_nl(task.due_at)}, {_name(people, task.owner_id)}: "
        + " ".join(task.what.replace("\n- ", " | ").removeprefix("- ").split())
        for task in tasks
    ]


def _who(members: Sequence[Member], patient: Patient, view: View, deputy_id: str | None = None) -> list[str]:
    """Numbers of professionals for everybody; those of patient's family only for who may read all of S1."""
    knows_family = Section.S1 in view.sections and Section.S1 not in view.limited
    lines = []
    for member in sorted(members, key=lambda one: not one.lead):
        if member.person.id == patient.person_id:
            continue
        lead = " — heeft de regie" if member.lead else ""
        lead += " — plaatsvervanger" if deputy_id is not None and member.person.id == deputy_id else ""
        since = f", sinds {day(member.relation.since)}"
        what = "naaste" if member.relation.role is Role.RELATIVE else member.relation.role.title_nl
        place = f", {member.organisation}" if member.organisation else ""
        tell = member.person.phone and (member.relation.role.is_professional or knows_family)
        phone = f", tel. {member.person.phone}" if tell else ""
        lines.append(f"- {member.person.name.full} ({what}{place}){lead}{phone}{since}")
    return lines
