"""Making the out-of-hours set from the dossier, by rules, never by hand. Pure.

Full sentences, only what is confirmed, and what is missing is named, because an empty line at three in the morning
reads as "nothing special".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain import conflicts, dossier, entries
from hub.domain.advance_care_plan import Treatment, TreatmentDirective
from hub.domain.care_network import ContactPerson, ContactRole, MedicalDevice
from hub.domain.dossier import Entry, Status
from hub.domain.emergency_kit import EmergencyKit
from hub.domain.emergency_set import Caution, EmergencySet, Part
from hub.domain.entries import Kind, Note, Statement
from hub.domain.freshness import DEFAULTS, FreshnessRules, dated_amber_nl, with_freshness
from hub.domain.marking import Diagnosis
from hub.domain.medication import Allergy, AllergyStatus
from hub.domain.network_kinds import Hours, LivingAspect, LivingSituation, Reachability
from hub.domain.people import Patient, Person
from hub.domain.representation import Rank
from hub.domain.spelling import plain
from hub.domain.turning_points import TurningPoint
from hub.domain.values import one_line
from hub.domain.vocabulary import PatientState, Role, Section
from hub.domain.wishes import Answer, PreferredPlaceOfDeath, View
from hub.domain.working_days import AMSTERDAM

_LONGEST_NOTE = 400
_MEDICATION = (Kind.MEDICATION_OVERVIEW, Kind.PUMP, Kind.KIDNEY_FUNCTION)
_FIRST = (Treatment.RESUSCITATION, Treatment.HOSPITAL_ADMISSION)
_AT_NIGHT = frozenset({Hours.EVENING, Hours.NIGHT, Hours.WEEKEND})
_AT_THE_DOOR = (LivingAspect.ACCESS, LivingAspect.INTERPRETER, LivingAspect.LANGUAGE, LivingAspect.HOME)


@dataclass(frozen=True, slots=True)
class Source:
    """Waaruit de spoedset wordt gemaakt. ``people``: everybody whom an entry names, by id."""

    patient: Patient
    entries: Sequence[Entry]
    team: Sequence[tuple[Person, Role]]
    lead: Person | None
    people: Mapping[str, Person]
    turned: Sequence[TurningPoint] = ()
    """What changed around the patient; with ``now`` it shows which agreements are stale."""
    now: datetime | None = None
    rules: FreshnessRules = DEFAULTS


def compose(source: Source) -> EmergencySet:
    """Maak de spoedset. The same dossier gives the same page."""
    shown = conflicts.mark(dossier.to_show(source.entries))
    if source.now is not None:
        dying = source.patient.state is PatientState.DYING
        shown = with_freshness(shown, source.turned, source.now, source.rules, dying=dying)
    active = [entry for entry in shown if entry.status is Status.ACTIVE]
    first, *others = _directives(source, active)
    parts = EmergencySet(
        (
            Part(Section.S1, "Wie", (f"{source.patient.described()}.",)),
            # The six facts that somebody at a bedside needs first, before anything else is read (D8).
            first,
            _place(source, active),
            _people(active, "Vertegenwoordiger", lambda contact: contact.is_representative, urgent=True),
            Part(Section.S1, "Regie", (_leading(source),), missing=source.lead is None),
            _night(source, active),
            *others,
            _illness(source, active),
            _icd(source, active),
            _allergies(source, active),
            _filed(source, active, "Medicatie", _MEDICATION, ("medicatie", "medicijn", "pomp", "opiat")),
            _kit(source, active),
            _people(active, "Eerste contactpersoon", lambda contact: ContactRole.FIRST_CONTACT in contact.roles),
            _reach(source, Role.GP, "Eigen huisarts"),
            _reach(source, Role.COACH, "Palliatieve zorgcoach"),
            *_door(source, active),
            _call(source, active),
        )
    )
    stale = [entry for entry in active if entry.freshness is not None and entry.freshness.stale]
    return replace(parts, parts=tuple(replace(part, cautions=_cautions(part, stale)) for part in parts.parts))


_STALE_KINDS = {
    "Behandelgrenzen": frozenset({Kind.TREATMENT_DIRECTIVE}),
    "Andere behandelgrenzen": frozenset({Kind.TREATMENT_DIRECTIVE}),
    "Avond, nacht en weekend": frozenset({Kind.REACHABILITY}),
    "Doel van het beleid": frozenset({Kind.MEDICAL_POLICY_GOAL}),
    "Wilsverklaringen": frozenset({Kind.ADVANCE_DIRECTIVE}),
    "Diagnose en fase": frozenset({Kind.COMPLEXITY, Kind.ILLNESS_PHASE}),
    "ICD": frozenset({Kind.MEDICAL_DEVICE}),
    "Noodpakket": frozenset({Kind.EMERGENCY_KIT}),
    "Medicatie": frozenset({Kind.MEDICATION_OVERVIEW, Kind.PUMP}),
    "Gewenste plek van overlijden": frozenset({Kind.PREFERRED_PLACE_OF_DEATH}),
    "Vertegenwoordiger": frozenset({Kind.CONTACT_PERSON}),
}


def _cautions(part: Part, stale: Sequence[Entry]) -> tuple[Caution, ...]:
    """One line for what is stale for the same reason; with days instead of ages, because a page is read later."""
    grouped: dict[Caution, list[str]] = {}
    for entry in stale:
        # Only what this page names: a caution about a line that is not here would be about another one.
        here = any(f"({entry.ref}," in line for line in part.lines) or entry.kind is Kind.CONTACT_PERSON
        if entry.freshness is None or entry.kind not in _STALE_KINDS.get(part.title, ()) or not here:
            continue
        elsewhere = {one.section for one in entry.freshness.because if one.section not in {None, part.section}}
        own = entry.freshness.known_to({part.section}, others_generally=False)
        said = Caution(
            dated_amber_nl(entry.freshness),
            tuple(section for section in Section if section in elsewhere),
            dated_amber_nl(own),
        )
        grouped.setdefault(said, []).append(str(entry.ref))
    return tuple(
        replace(
            caution,
            said=f"{', '.join(refs)}: {caution.said}",
            otherwise=f"{', '.join(refs)}: {caution.otherwise}" if caution.otherwise else "",
        )
        for caution, refs in grouped.items()
    )


def _illness(source: Source, active: Sequence[Entry]) -> Part:
    lines = []
    if source.patient.state is PatientState.DYING and source.patient.state_at is not None:
        lines.append(f"STERVENSFASE vastgesteld op {_day(source.patient.state_at)}.")
    named = sorted((e for e in active if isinstance(e.value, Diagnosis)), key=lambda e: not e.value.main)
    phases = [entry for entry in active if entry.kind in {Kind.ILLNESS_PHASE, Kind.COMPLEXITY}]
    noted = _notes(active, Section.S2, ("diagnose", "ziekte", "kanker", "carcinoom", "prognose"))
    diagnosis = [*named, *_later(noted, named)[:3]]
    lines += [_said(source, entry) for entry in (*diagnosis, *phases)]
    if not diagnosis:
        lines.append("Diagnose: NIET vastgelegd in Kring.")
    return Part(Section.S2, "Diagnose en fase", tuple(lines), missing=not diagnosis)


def _directives(source: Source, active: Sequence[Entry]) -> list[Part]:
    """Resuscitation and hospital always have a line of their own; the others stand when somebody agreed on them."""
    found = [entry for entry in active if isinstance(entry.value, TreatmentDirective)]
    first = [line for treatment in _FIRST for line in _directive(source, found, treatment)]
    others = [one for one in Treatment if one not in _FIRST]
    more = [line for treatment in others for line in _directive(source, found, treatment)]
    about_resuscitation = any(entry.value.treatment is Treatment.RESUSCITATION for entry in found)
    agreed = any(entry.value.treatment in _FIRST for entry in found)
    goals = [_said(source, entry) for entry in active if entry.kind is Kind.MEDICAL_POLICY_GOAL]
    papers = [_said(source, entry) for entry in active if entry.kind is Kind.ADVANCE_DIRECTIVE]
    none = "Niet vastgelegd."
    return [
        Part(Section.S3, "Behandelgrenzen", tuple(first), missing=not about_resuscitation, urgent=agreed),
        *([Part(Section.S3, "Andere behandelgrenzen", tuple(more), urgent=True)] if more else []),
        Part(Section.S3, "Doel van het beleid", tuple(goals) or (none,), missing=not goals, urgent=bool(goals)),
        Part(Section.S3, "Wilsverklaringen", tuple(papers) or (none,), missing=not papers, urgent=bool(papers)),
    ]


def _directive(source: Source, found: Sequence[Entry], treatment: Treatment) -> list[str]:
    about = [entry for entry in found if entry.value.treatment is treatment]
    if any(entry.contested for entry in about):
        held = f"{treatment.name_nl}: TEGENSTRIJDIG vastgelegd; er geldt GEEN afspraak. Bel {_lead(source)}."
        return [held, *(_said(source, entry) for entry in about if not entry.contested)]
    if not about and treatment in _FIRST:
        return [f"{treatment.name_nl}: NIET vastgelegd; er is geen ‘ja’ en geen ‘nee’."]
    return [_said(source, entry) for entry in about]


def _icd(source: Source, active: Sequence[Entry]) -> Part:
    devices = [entry for entry in active if isinstance(entry.value, MedicalDevice)]
    lines = tuple(_said(source, entry) for entry in devices)
    unknown = not devices or devices[-1].value.has_icd not in (Answer.YES, Answer.NO)
    return Part(Section.S3, "ICD", lines or ("Niet vastgelegd of de patiënt een ICD heeft.",), unknown, not unknown)


def _filed(
    source: Source,
    active: Sequence[Entry],
    title: str,
    kinds: Sequence[Kind],
    words: Sequence[str],
    *,
    urgent: bool = False,
) -> Part:
    """What was filed as these kinds; notes with one of the words where nothing was, and notes of later than that."""
    filed = _newest_of_each(active, kinds)
    found = [*filed, *_later(_notes(active, Section.S7, words), filed)[:2]]
    lines = [_said(source, entry) for entry in found]
    if any(entry.kind is Kind.MEDICATION_OVERVIEW for entry in filed):
        lines.append("Dit is een kopie: ouder dan een week (stervensfase: een dag)? Vraag de actuele lijst op.")
    return Part(Section.S7, title, tuple(lines) or ("Niet vastgelegd in Kring.",), not found, urgent and bool(found))


def _allergies(source: Source, active: Sequence[Entry]) -> Part:
    """ "None known" beside a substance is a contradiction, and whether there are any unknown is not recorded."""
    part = _filed(source, active, "Allergieën", (Kind.ALLERGY,), ("allergie", "allergisch"), urgent=True)
    said = {entry.value.status for entry in active if isinstance(entry.value, Allergy)}
    if {AllergyStatus.KNOWN, AllergyStatus.NONE_KNOWN} <= said:
        return replace(part, lines=("TEGENSTRIJDIG: ga uit van de allergie, en vraag het na.", *part.lines))
    return replace(part, missing=True, urgent=False) if said == {AllergyStatus.UNKNOWN} else part


def _kit(source: Source, active: Sequence[Entry]) -> Part:
    """A kit that lacks its prescriber, date or signed request is told, and is not there to count on (CARE-16)."""
    part = _filed(source, active, "Noodpakket", (Kind.EMERGENCY_KIT,), ("noodpakket", "crisismedicatie"), urgent=True)
    kits = [entry.value for entry in active if isinstance(entry.value, EmergencyKit)]
    return replace(part, missing=True) if any(kit.lacks and kit.returned_on is None for kit in kits) else part


def _newest_of_each(active: Sequence[Entry], kinds: Sequence[Kind]) -> list[Entry]:
    """Everything of these kinds, but of a series the newest only."""
    found: list[Entry] = []
    for kind in kinds:
        there = sorted((entry for entry in active if entry.kind is kind), key=lambda entry: entry.recorded_at)
        found += there[-1:] if kind.is_series else there
    return found


def _later(noted: Sequence[Entry], filed: Sequence[Entry]) -> list[Entry]:
    """The notes that what was filed cannot know of; all of them where nothing was filed."""
    return [note for note in noted if all(note.recorded_at > entry.recorded_at for entry in filed)]


def _people(
    active: Sequence[Entry], title: str, fits: Callable[[ContactPerson], bool], *, urgent: bool = False
) -> Part:
    found = [entry.value for entry in active if isinstance(entry.value, ContactPerson) and fits(entry.value)]
    found.sort(key=lambda contact: (contact.rank or Rank.UNKNOWN).place)
    lines = tuple(contact.sentence_nl() for contact in found)
    return Part(Section.S1, title, lines or ("Niet vastgelegd.",), not found, urgent and bool(found))


def _reach(source: Source, role: Role, title: str) -> Part:
    found = [person for person, theirs in source.team if theirs is role]
    lines = tuple(f"{person.described(role)}, {_phone(person)}" for person in found)
    return Part(Section.S1, title, lines or ("Niet in de kring.",), not any(person.phone for person in found))


def _place(source: Source, active: Sequence[Entry]) -> Part:
    wishes = [
        entry for entry in active if isinstance(entry.value, PreferredPlaceOfDeath) and entry.value.view is View.PATIENT
    ]
    lines = tuple(_said(source, entry) for entry in wishes)
    return Part(Section.S4, "Gewenste plek van overlijden", lines or ("Niet vastgelegd.",), not wishes)


def _door(source: Source, active: Sequence[Entry]) -> list[Part]:
    """Key, interpreter, language, home: what somebody at the door must know; no part where nobody wrote it down."""
    found = sorted(
        (entry for entry in active if isinstance(entry.value, LivingSituation)),
        key=lambda entry: _AT_THE_DOOR.index(entry.value.aspect),
    )
    lines = tuple(_said(source, entry) for entry in found)
    return [Part(Section.S1, "Wonen en binnenkomen", lines)] if lines else []


def _leading(source: Source) -> str:
    return f"{source.lead.described()}, {_phone(source.lead)}." if source.lead else "Niet vastgelegd."


def _night(source: Source, active: Sequence[Entry]) -> Part:
    """Whom to call when the office is closed. Where nobody wrote a number down, the out-of-hours post."""
    lines = [_said(source, entry) for entry in _reachable(active, at_night=True)]
    named = tuple(lines) or ("Geen eigen nachtnummer vastgelegd: bel de huisartsenpost; bij levensgevaar 112.",)
    return Part(Section.S8, "Avond, nacht en weekend", named, missing=not lines)


def _reachable(active: Iterable[Entry], *, at_night: bool) -> list[Entry]:
    return [
        entry
        for entry in active
        if isinstance(entry.value, Reachability) and bool(_AT_NIGHT & set(entry.value.hours)) is at_night
    ]


def _call(source: Source, active: Sequence[Entry]) -> Part:
    by_day = _reachable(active, at_night=False)
    noted = _notes(active, Section.S8, ("bel ", "bellen", "sleutel", "voordeur"))[:3]
    lines = [_said(source, entry) for entry in (*by_day, *noted)]
    lines.append(f"Bij twijfel over het beleid: bel {_lead(source)}. Bij levensgevaar: 112.")
    return Part(Section.S8, "Waarvoor bellen, en hoe u binnenkomt", tuple(lines))


def _notes(active: Iterable[Entry], section: Section, words: Sequence[str]) -> list[Entry]:
    """Notes of this section with one of these words in them, the newest first."""
    found = [
        entry
        for entry in active
        if entry.section is section
        and isinstance(entry.value, Note)
        and any(word in f"{plain(entry.value.text)} " for word in words)
    ]
    return sorted(found, key=lambda entry: entry.recorded_at, reverse=True)


def _said(source: Source, entry: Entry) -> str:
    confirmer = source.people.get(entry.confirmed_by or "")
    confirmation = f"bevestigd door {confirmer.name.full}" if confirmer else None
    sentence = one_line(entries.sentence_nl(entry.value, confirmation))
    # Only a note: an agreement without its last words is another agreement.
    if isinstance(entry.value, Note) and len(sentence) > _LONGEST_NOTE:
        sentence = sentence[:_LONGEST_NOTE] + " … (ingekort; lees het dossier)"
    author = source.people.get(entry.author_id)
    by = author.described(entry.author_role) if author else entry.author_role.title_nl
    local = entry.recorded_at.astimezone(AMSTERDAM)
    held = "TEGENSTRIJDIG vastgelegd: " if entry.contested else ""
    mended = "; hersteld" if entry.reason is not None else ""
    beside = "".join(f" {one_line(entries.sentence_nl(one.value))}." for one in _statements(source, entry))
    return f"{held}{sentence}. ({entry.ref}, {by}, {_day(entry.recorded_at)} {local:%H:%M}{mended}){beside}"


def _statements(source: Source, entry: Entry) -> list[Entry]:
    """What the patient says of it travels with it (BW 7:454 lid 2)."""
    own = (one for one in source.entries if isinstance(one.value, Statement) and one.value.about == str(entry.ref))
    return [one for one in own if one.status is Status.ACTIVE]


def _lead(source: Source) -> str:
    return f"{source.lead.name.full} (regie), {_phone(source.lead)}" if source.lead else "de eigen huisarts"


def _phone(person: Person) -> str:
    return f"tel. {person.phone}" if person.phone else "telefoonnummer NIET vastgelegd"


def _day(moment: datetime) -> str:
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"
