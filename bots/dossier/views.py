"""What the dossier bot says: plain words, full sentences, no colour-only or emoji-only meaning. Pure.

What people agreed or noted stays in the language in which they did; only what the bot says around it is translated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.access.explain import NOT_OPEN, SECRECY, Explanation
from hub.application.use_cases.circles import Member
from hub.application.use_cases.dossier import View
from hub.domain import entries
from hub.domain.access import Rule
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.freshness import age_nl, cautions_nl
from hub.domain.people import Patient, Person
from hub.domain.vocabulary import Role, Section
from hub.texts import N_, SAY_DUTCH, Words

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ASK_FOR_CONFIDENCES = N_(
    "Wat anderen in vertrouwen vertelden, staat hier niet bij. Vraag ernaar met: !dossier vertrouwelijk"
)
CONTESTED = N_("TEGENSTRIJDIG — bel wie de regie heeft, en volg geen van beide zonder overleg:")
A_COPY = N_("Dit is een kopie. De actuele lijst heeft de apotheek of de huisarts; kijk naar de datum bij elke regel.")
STALE = N_("VEROUDERD: hier is lang niets vastgelegd. Vraag de actuele lijst op bij de apotheek of de huisarts.")
_FIRST = (Kind.TREATMENT_DIRECTIVE, Kind.MEDICAL_POLICY_GOAL)
"""What must be read first at night (law-and-care §6.1)."""


def day(moment: datetime) -> str:
    """``3-11-2026``, in Dutch time."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"


def minute(moment: datetime) -> str:
    """``3-11-2026 14:05``, in Dutch time."""
    return f"{day(moment)} {moment.astimezone(AMSTERDAM):%H:%M}"


def overview(view: View) -> View:
    """What ``!dossier`` without a section shows: all but what others told in confidence, which is asked for by name.

    An overview may land in a room with the patient, who must not even notice that there are confidences (BW 7:456).
    """
    return replace(
        view,
        entries=[entry for entry in view.entries if entry.section is not Section.S10],
        sections=tuple(section for section in view.sections if section is not Section.S10),
    )


def dossier(view: View, people: Mapping[str, Person], heading: str, words: Words = SAY_DUTCH) -> str:
    """The dossier as lines: section by section, what counts most first, each with reference, author and date."""
    if not view.entries:
        return words("Er staat nog niets in dit dossier dat voor u open is.")
    lines = [f"# {heading}"]
    for section in view.sections:
        found = [entry for entry in view.entries if entry.section is section]
        if not found:
            continue
        lines.append(f"# {section.value} {words(section.title_nl)}")
        if section in view.limited:
            lines.append(words("(U ziet een deel van dit onderdeel.)"))
        if section is Section.S7:
            lines.append(words(STALE if view.stale_medication else A_COPY))
        lines += [f"- {entry_line(entry, people, words)}" for entry in sorted(found, key=_weight)]
        lines += _earlier(view, section, words)
    return "\n".join(lines)


def _earlier(view: View, section: Section, words: Words) -> list[str]:
    """How to see what is not here, when the section is longer than this."""
    number = sum(count for (where, _kind), count in view.left_out.items() if where is section)
    if not number:
        return []
    if view.earlier is not None:
        said = words("En nog %(number)s eerdere. Zoek erin met !zoek <woorden>, of blader in het portaal: !portaal")
    else:
        said = words("En nog %(number)s eerdere: !dossier %(section)s, of !zoek <woorden>")
    return [f"- {said % {'number': grouped(number), 'section': section.value}}"]


def grouped(number: int) -> str:
    """``9 982``: in threes, kept together."""
    return f"{number:,}".replace(",", "\u00a0")


def entry_line(entry: Entry, people: Mapping[str, Person], words: Words = SAY_DUTCH) -> str:
    """``NIET reanimeren — … (S3-1, G. Huisman (huisarts), 3-11-2026)``; a proposal says so before anything else."""
    author = people.get(entry.author_id)
    by = author.described(entry.author_role) if author else entry.author_role.title_nl
    confirmed = None
    if entry.confirmed_by and entry.confirmed_by in people:
        confirmed = f"bevestigd door {people[entry.confirmed_by].name.full}"
    # On one line: a note's own line breaks could pose as a heading and an agreement that nobody made.
    sentence = " ".join(entries.sentence_nl(entry.value, confirmed).split())
    state = words("VOORSTEL, nog niet bevestigd:") + " " if entry.status is Status.PROPOSED else ""
    if entry.contested:
        state = words(CONTESTED) + " "
    mended = words("; hersteld") if entry.reason is not None else ""
    second = f"; {confirmed}" if confirmed is not None and confirmed not in sentence else ""
    aged = f", {age_nl(entry.freshness.age_days)}" if entry.freshness and entry.freshness.age_days else ""
    where = f"({entry.ref}, {by}, {day(entry.recorded_at)}{aged}{second}{mended})"
    return " ".join(part for part in (f"{state}{sentence} {where}", *cautions_nl(entry)) if part)


def roster(members: Iterable[Member], patient: Patient | None, words: Words = SAY_DUTCH) -> str:
    """Who is in the circle, who leads, in one line each."""
    lines = ["# " + words("Wie er in deze kring zitten")]
    for member in sorted(members, key=lambda m: (m.person.id != (patient.person_id if patient else ""), not m.lead)):
        if patient is not None and member.person.id == patient.person_id:
            lines.append(f"- {member.person.name.full} ({words(Role.PATIENT.title_nl)})")
            continue
        ends = member.relation.until
        until = words(", tot en met %(day)s") % {"day": day(ends)} if ends else ""
        lines.append(f"- {_described(member, words)}{_parts(member, words)}{until}")
    return "\n".join(lines)


def _parts(member: Member, words: Words) -> str:
    """What they have of the lead, and whether they are there."""
    said = [
        words(" — heeft de regie") if member.lead else "",
        words(" — neemt de regie waar") if member.acting else "",
        words(" — heeft de medische regie") if member.medical_lead else "",
        words(" — plaatsvervanger") if member.deputy else "",
    ]
    if member.away_until is not None:
        # The last day of it: a midnight ends the day before.
        last = member.away_until - timedelta(microseconds=1)
        said.append(words(" — afwezig t/m %(day)s") % {"day": day(last)})
    return "".join(said)


def _described(member: Member, words: Words) -> str:
    extra = words(member.relation.role.title_nl)
    extra += f", {member.organisation}" if member.organisation else ""
    return f"{member.person.name.full} ({extra})"


def refusal(explanation: Explanation, number: int, words: Words = SAY_DUTCH) -> str:
    """Every refusal says what, why, which law and who can help; the number is for ``!waarom``."""
    law = "; ".join(explanation.laws)
    said = [
        words("Dat kan niet: %(what)s.") % {"what": explanation.what},
        f"{explanation.why} ({law})",
        words("Hulp: %(who)s.") % {"who": explanation.who_can_help} if explanation.who_can_help else "",
        words("Meer uitleg: !waarom %(number)s") % {"number": number},
    ]
    return " ".join(part for part in said if part)


def why(
    what: str, when: datetime, rules: Iterable[Rule], version: str, *, permitted: bool, words: Words = SAY_DUTCH
) -> str:
    """The answer to ``!waarom``: rules with law and reason; without one, the words of everything that is not open."""
    outcome = words("toegestaan") if permitted else words("geweigerd")
    lines = [f"# {what}, {minute(when)}: {outcome}"]
    rule_word = words("regel")
    named = [f"- {words(rule.explain_nl)} ({rule.law}; {rule_word} {rule.id})" for rule in rules]
    closed = words("Wat niet uitdrukkelijk mag, mag niet (%(law)s).") % {"law": SECRECY}
    lines += named or [f"- {words(NOT_OPEN)} {closed}"]
    lines.append(words("Toegangsregels versie %(version)s.") % {"version": version})
    return "\n".join(lines)


def recorded(entry: Entry, words: Words = SAY_DUTCH) -> str:
    """The answer to every filed entry: its reference and nothing of its content, so that any room may hear it."""
    if entry.status is Status.PROPOSED:
        return words(
            "Vastgelegd als voorstel %(ref)s. "
            "Het geldt pas als een tweede, bevoegde zorgverlener het bevestigt met: !bevestig %(ref)s"
        ) % {"ref": entry.ref}
    if entry.version > 1:
        return words("Vastgelegd als %(ref)s (versie %(version)s).") % {"ref": entry.ref, "version": entry.version}
    return words("Vastgelegd als %(ref)s.") % {"ref": entry.ref}


def section_names(sections: Iterable[Section]) -> str:
    return ", ".join(f"{section.value} {section.title_nl}" for section in sections)


def _weight(entry: Entry) -> tuple[int, int, int]:
    order = _FIRST.index(entry.kind) if entry.kind in _FIRST else len(_FIRST)
    return order, entry.ref.number, entry.version
