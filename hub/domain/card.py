"""De kaart: wat iemand 's nachts als eerste moet weten, in ten hoogste twaalf regels. Pure.

The same facts stand on the card of a room (only what everybody there may read) and at the head of the portal (what this
reader may read). An agreement is never shortened: without its last words it is another agreement. What is too long is
named by its number. What is not known is named too; silence would read as "nothing special".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from hub.domain import entries
from hub.domain.advance_care_plan import MedicalPolicyGoal, Treatment, TreatmentDirective
from hub.domain.card_facts import Fact, Line, Mark
from hub.domain.care_network import ContactPerson, MedicalDevice
from hub.domain.dossier import Entry, Status
from hub.domain.emergency_kit import EmergencyKit
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.marking import IllnessPhase
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.observations import Complexity
from hub.domain.people import Patient, Person
from hub.domain.spelling import plain
from hub.domain.values import one_line
from hub.domain.vocabulary import PatientState, Role, Section
from hub.domain.wishes import PreferredPlaceOfDeath, View
from hub.domain.working_days import AMSTERDAM

SECTIONS = (Section.S1, Section.S2, Section.S3, Section.S4, Section.S7, Section.S8)
"""Where a card is made from. Never from S6 or S10."""
MOST_LINES = 12
LONGEST_LINE = 300
"""Characters of one fact; what is longer is named by its number."""
MISSING = "NIET vastgelegd"
HIDDEN = "Niet voor iedereen hier; zie !dossier"
CLOSED = "Deze kaart wordt niet meer bijgehouden. Kijk in het dossier, of vraag het de palliatieve zorgcoach."
_NIGHT = "bel de huisartsenpost; bij levensgevaar 112"
_NAMED_KIT = ("noodpakket", "crisismedicatie")
_AT_NIGHT = frozenset({Hours.EVENING, Hours.NIGHT, Hours.WEEKEND})
_SOME_WORDS, _MOST_NAMED = 80, 6


@dataclass(frozen=True, slots=True)
class Source:
    """Waaruit de kaart wordt gemaakt. ``entries`` as they are shown (:func:`hub.domain.dossier.to_show`)."""

    patient: Patient
    entries: Sequence[Entry]
    team: Sequence[tuple[Person, Role]]
    lead: Person | None
    people: Mapping[str, Person]
    today: date
    stale: Mapping[EntryRef, str] = field(default_factory=dict)
    """What somebody should talk about or check again (verouderd), with the words that say since when and why."""
    instead: Person | None = None
    """Who acts as lead, while ``lead`` is away until ``away_until``."""
    away_until: datetime | None = None
    medical: Person | None = None
    deputy: Person | None = None


def lines(source: Source, opened: Collection[Section]) -> tuple[Line, ...]:
    """Eén regel voor elk feit, in volgorde; never a fact left out. What is not in ``opened`` is as if it were not
    there, and :func:`text` does not say that it is not."""
    visible = [entry for entry in source.entries if entry.section in opened]
    return tuple(_fitting(line) for line in _all(replace(source, entries=visible)))


def _fitting(line: Line) -> Line:
    """Several that fit one by one may not fit together; then they are named, not cut."""
    whole = one_line(line.text)
    return replace(line, text=whole if len(whole) <= 2 * LONGEST_LINE else _elsewhere(line.refs[:_MOST_NAMED]))


def _all(source: Source) -> tuple[Line, ...]:
    return (
        _directive(source, Fact.RESUSCITATION, Treatment.RESUSCITATION),
        _directive(source, Fact.HOSPITAL, Treatment.HOSPITAL_ADMISSION),
        _place(source),
        _representative(source),
        _leads(source),
        _night(source),
        _goal(source),
        _phase(source),
        _icd(source),
        _emergency_kit(source),
        _coach(source),
    )


def text(found: Iterable[Line], opened: Collection[Section]) -> str:
    """De kaart zoals een kamer hem leest, without its head: a line for each fact that everybody there may know.

    What is not open to everybody is one line that names the facts and nothing of what is there: it is the same whether
    there is something or not.
    """
    shown, hidden = [], []
    for line in found:
        section = line.section
        if section is None or section in opened:
            label = f" [{section}]" if section else ""
            shown.append(f"- {line.fact.title_nl}: {line.text}{label}")
        else:
            hidden.append(f"{line.fact.title_nl.lower()} [{section}]")
    if hidden:
        shown.append(f"- {HIDDEN}: {', '.join(hidden)}.")
    return "\n".join(shown)


def head(whose: str, renewed_at: datetime) -> str:
    """De kop: whose card this is and since when it says this."""
    local = renewed_at.astimezone(AMSTERDAM)
    return f"# Kaart van {one_line(whose)} — vernieuwd op {_day(renewed_at)} {local:%H:%M}"


def sections_of(opened: Collection[Section]) -> frozenset[Section]:
    """The label of a card: everything that it says something about, also when that is "not recorded"."""
    return frozenset(fact.section for fact in Fact if fact.section is not None and fact.section in opened)


def _directive(source: Source, fact: Fact, treatment: Treatment) -> Line:
    about = [
        entry
        for entry in source.entries
        if isinstance(entry.value, TreatmentDirective) and entry.value.treatment is treatment
    ]
    return _agreement(source, fact, about)


def _agreement(source: Source, fact: Fact, about: Sequence[Entry]) -> Line:
    """What is in force, that two contradict each other, or that nothing was agreed; a proposal is only said to wait."""
    active = [entry for entry in about if entry.status is Status.ACTIVE]
    waiting = [entry for entry in about if entry.status is Status.PROPOSED]
    if any(entry.contested for entry in active):
        refs = _refs(active)
        said = f"TEGENSTRIJDIG vastgelegd ({_named(refs)}); er geldt GEEN afspraak. Bel {_lead(source)}"
        return Line(fact, said, frozenset({Mark.CONTESTED}), refs)
    if not active:
        if waiting:
            refs = _refs(waiting)
            return Line(fact, f"nog GEEN afspraak; een voorstel wacht op bevestiging ({_named(refs)})", _MISSING, refs)
        return Line(fact, MISSING, _MISSING)
    said = "; ".join(_said(source, entry) for entry in active)
    if waiting:
        said += "; een wijziging wacht op bevestiging"
    return _stale(source, Line(fact, said, refs=_refs(active)))


def _place(source: Source) -> Line:
    wishes = [e for e in _active(source) if isinstance(e.value, PreferredPlaceOfDeath)]
    own = [entry for entry in wishes if entry.value.view is View.PATIENT]
    others = [entry for entry in wishes if entry.value.view is View.RELATIVE]
    if not own:
        more = f"; een naaste zei er iets over ({_named(_refs(others))})" if others else ""
        return Line(Fact.PLACE, MISSING + more, _MISSING, _refs(others))
    differs = [entry for entry in others if any(entry.value.place is not mine.value.place for mine in own)]
    said = "; ".join(_said(source, entry) for entry in own)
    if differs:
        said += f"; een naaste denkt er anders over ({_named(_refs(differs))})"
    return _stale(source, Line(Fact.PLACE, said, refs=_refs(own)))


def _representative(source: Source) -> Line:
    found = [e for e in _active(source) if isinstance(e.value, ContactPerson) and e.value.is_representative]
    if not found:
        return Line(Fact.REPRESENTATIVE, MISSING, _MISSING)
    said = "; ".join(_contact(entry.value) for entry in found)
    if len(said) > LONGEST_LINE:
        said = _elsewhere(_refs(found))
    phones = tuple(one_line(phone) for entry in found for phone in entry.value.phones)
    return _stale(source, Line(Fact.REPRESENTATIVE, said, refs=_refs(found), phones=phones))


def _contact(contact: ContactPerson) -> str:
    relation = f" ({one_line(contact.relation)})" if contact.relation else ""
    phones = ", ".join(one_line(phone) for phone in contact.phones)
    return f"{one_line(contact.name)}{relation}, {f'tel. {phones}' if phones else 'telefoonnummer NIET vastgelegd'}"


def _night(source: Source) -> Line:
    """Whom to call is for everybody in the circle; a number that somebody recorded comes with its section (S8)."""
    found = [
        entry
        for entry in _active(source)
        if isinstance(entry.value, Reachability) and _AT_NIGHT & set(entry.value.hours)
    ]
    if not found:
        return Line(Fact.NIGHT, _NIGHT)
    numbers = [f"{one_line(entry.value.who)}, tel. {entry.value.phone}" for entry in found]
    said = f"{'; '.join(numbers)} ({_named(_refs(found))}); bij levensgevaar 112"
    if len(said) > LONGEST_LINE:
        said = f"{_NIGHT}; meer nummers in {_named(_refs(found)[:_MOST_NAMED])}"
    return _stale(source, Line(Fact.NIGHT, said, refs=_refs(found), phones=tuple(e.value.phone for e in found)))


def _goal(source: Source) -> Line:
    return _agreement(source, Fact.GOAL, [e for e in source.entries if isinstance(e.value, MedicalPolicyGoal)])


def _phase(source: Source) -> Line:
    found = [entry for entry in _active(source) if isinstance(entry.value, Complexity | IllnessPhase)]
    said = [
        f"complexiteit {entry.value.level.nl} ({entry.ref}, {_day(entry.recorded_at)})"
        if isinstance(entry.value, Complexity)
        else _said(source, entry)
        for entry in found
    ]
    if source.patient.state is PatientState.DYING and source.patient.state_at is not None:
        said.insert(0, f"STERVENSFASE sinds {_day(source.patient.state_at)}")
    if not said:
        return Line(Fact.PHASE, MISSING, _MISSING)
    return _stale(source, Line(Fact.PHASE, "; ".join(said), refs=_refs(found)))


def _icd(source: Source) -> Line:
    devices = [entry for entry in _active(source) if isinstance(entry.value, MedicalDevice)]
    switching = [
        entry
        for entry in source.entries
        if isinstance(entry.value, TreatmentDirective) and entry.value.treatment is Treatment.ICD_OFF
    ]
    if not devices and not switching:
        return Line(Fact.ICD, f"of de patiënt een ICD heeft, is {MISSING}", _MISSING)
    about = _agreement(source, Fact.ICD, switching)
    if not switching:
        return _stale(source, Line(Fact.ICD, "; ".join(_said(source, e) for e in devices), refs=_refs(devices)))
    said = "; ".join([*(_said(source, entry) for entry in devices), about.text])
    return replace(about, text=said, refs=_refs(devices) + about.refs)


def _emergency_kit(source: Source) -> Line:
    kits = [entry for entry in _active(source) if isinstance(entry.value, EmergencyKit)]
    if kits:
        return _stale(source, Line(Fact.EMERGENCY_KIT, _kit(kits[-1], source.today), refs=_refs(kits[-1:])))
    noted = _notes(source, Section.S7, _NAMED_KIT)[:1]
    if not noted:
        return Line(Fact.EMERGENCY_KIT, MISSING, _MISSING)
    return _stale(source, Line(Fact.EMERGENCY_KIT, _said(source, noted[0]), refs=_refs(noted)))


def _kit(entry: Entry, today: date) -> str:
    """Whether it is there and may be used; what is in it stands in the dossier."""
    kit: EmergencyKit = entry.value
    if kit.returned_on is not None:
        return f"NIET meer in huis, ingeleverd op {kit.returned_on.nl} ({entry.ref})"
    place = f", ligt: {one_line(kit.place)}" if kit.place and len(kit.place) <= _SOME_WORDS else ""
    if kit.expires_on is None:
        until = "houdbaarheid NIET vastgelegd"
    else:
        until = f"{'VERLOPEN: houdbaar' if kit.expired(today) else 'houdbaar'} tot en met {kit.expires_on.nl}"
    request = (
        "uitvoeringsverzoek getekend"
        if kit.may_be_used
        else "GEEN getekend uitvoeringsverzoek: NIET gebruiken zonder arts"
    )
    return f"in huis{place}; {until}; {request} ({entry.ref})"


def _leads(source: Source) -> Line:
    """Who leads; first of all who acts as lead now, when that is another. The other parts by name and number."""
    line = _who(Fact.LEAD, [one for one in (source.instead, source.lead) if one is not None][:1])
    said = [line.text]
    if source.lead is not None and source.away_until is not None:
        until = _day(source.away_until - timedelta(microseconds=1))
        said.append(
            f"neemt waar voor {source.lead.name.full}, afwezig t/m {until}"
            if source.instead is not None
            else f"AFWEZIG t/m {until}, niemand neemt waar: bel de huisarts"
        )
    others = [("medische regie", source.medical), ("plaatsvervanger", source.deputy)]
    named = [(title, one) for title, one in others if one is not None and one != source.instead]
    said += [f"{title}: {one.name.full}{f', tel. {one.phone}' if one.phone else ''}" for title, one in named]
    return replace(line, text="; ".join(said), phones=line.phones + tuple(one.phone for _, one in named if one.phone))


def _coach(source: Source) -> Line:
    return _who(Fact.COACH, [person for person, role in source.team if role is Role.COACH])


def _who(fact: Fact, people: Sequence[Person]) -> Line:
    return Line(fact, _reach(people), _missing(not people), phones=tuple(p.phone for p in people if p.phone))


def _reach(people: Sequence[Person]) -> str:
    if not people:
        return MISSING
    return "; ".join(
        f"{person.described()}, {f'tel. {person.phone}' if person.phone else 'telefoonnummer NIET vastgelegd'}"
        for person in people
    )


def _said(source: Source, entry: Entry) -> str:
    """The sentence of an entry with its number, whole; or, when it does not fit, the number alone."""
    confirmer = source.people.get(entry.confirmed_by or "")
    confirmation = f"bevestigd door {confirmer.name.full}" if confirmer else None
    for value in _shorter(entry):
        sentence = one_line(entries.sentence_nl(value, confirmation))
        if len(sentence) <= LONGEST_LINE:
            more = "" if value == entry.value else "; met toelichting, lees die"
            return f"{sentence}{more} ({entry.ref})"
    return _elsewhere((entry.ref,))


def _shorter(entry: Entry) -> Iterable[entries.Value]:
    """The value, and the same without the explanation beside it: that is said, never silently left out."""
    yield entry.value
    if getattr(entry.value, "comment", None) is not None:
        yield replace(entry.value, comment=None)


def _elsewhere(refs: Sequence[EntryRef]) -> str:
    return f"te lang voor deze kaart; lees {_named(refs)} in het dossier"


def _notes(source: Source, section: Section, words: Sequence[str]) -> list[Entry]:
    """Notes of this section with one of these words in them, the newest first."""
    found = [
        entry
        for entry in _active(source)
        if entry.section is section
        and isinstance(entry.value, Note)
        and any(word in f"{plain(entry.value.text)} " for word in words)
    ]
    return sorted(found, key=lambda entry: entry.recorded_at, reverse=True)


def _active(source: Source) -> list[Entry]:
    return [entry for entry in source.entries if entry.status is Status.ACTIVE]


def _stale(source: Source, line: Line) -> Line:
    found = [source.stale[ref] for ref in line.refs if ref in source.stale]
    if not found:
        return line
    return replace(line, text=f"{line.text}. {found[0]}", marks=line.marks | {Mark.STALE})


_MISSING = frozenset({Mark.MISSING})


def _missing(absent: bool) -> frozenset[Mark]:
    return _MISSING if absent else frozenset()


def _refs(found: Iterable[Entry]) -> tuple[EntryRef, ...]:
    return tuple(dict.fromkeys(entry.ref for entry in found))


def _named(refs: Iterable[EntryRef]) -> str:
    return ", ".join(str(ref) for ref in refs)


def _lead(source: Source) -> str:
    lead = source.instead or source.lead
    return _reach([lead]) if lead else "de eigen huisarts"


def _day(moment: datetime) -> str:
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"
