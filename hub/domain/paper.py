"""Het dossier op papier: a plain structure of headings and sentences that any printer of documents can draw. Pure.

Three forms: the dossier itself, and the headings of eOverdracht and BgZ. Those two are documents for people to read: no
safe mapping of Kring's entries to their coded sections exists, and the paper says so on its first page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain import entries
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.people import Person
from hub.domain.values import one_line
from hub.domain.vocabulary import Section
from hub.domain.working_days import AMSTERDAM

LONGEST_COPY = 10
"""Lines of the text to paste."""
_LONGEST_LINE = 240
_NEWEST = 5
"""Of each kind of measurement or note that many stand on paper; the paper says how many more there are."""
NEVER = frozenset({Section.S10, Section.S11})
"""What others told in confidence is never given along; who may see what is no care."""
NOTHING = "Niet vastgelegd in Kring."


class Form(StrEnum):
    """Vorm van het papier."""

    DOSSIER = "dossier"
    EOVERDRACHT = "eoverdracht"
    BGZ = "bgz"

    @property
    def title_nl(self) -> str:
        return _TITLES[self]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Een kop met regels; ``note`` stands under the heading, apart from what the dossier says."""

    title: str
    lines: tuple[str, ...] = field(repr=False)
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """Een document, klaar om te tekenen. ``foot`` is on every page: whose copy this is, and since when."""

    title: str
    about: str = field(repr=False)
    remarks: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    foot: str
    check: str | None = field(default=None, repr=False)
    """For the out-of-hours set: the address that its QR opens. Such a paper is one page."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Waaruit het papier wordt gemaakt. ``shown`` as :func:`hub.domain.dossier.to_show` gives it."""

    about: str = field(repr=False)
    """Whose it is, as far as the maker may know."""
    shown: Sequence[Entry]
    people: Mapping[str, Person]
    sections: Sequence[Section]
    limited: frozenset[Section]
    maker: str
    made_at: datetime
    mark: str
    """Under which the log knows this copy."""


def paper(form: Form, contents: Contents) -> Paper:
    """Maak het papier. The same contents give the same paper."""
    shown = [entry for entry in contents.shown if entry.section not in NEVER]
    chapters = _by_section(contents, shown) if form is Form.DOSSIER else _by_heading(form, contents, shown)
    return Paper(
        title=form.title_nl,
        about=contents.about,
        remarks=tuple(_remarks(form, contents)),
        chapters=tuple(chapters),
        foot=f"Afschrift gemaakt door {contents.maker} op {_minute(contents.made_at)}; kenmerk {contents.mark}.",
    )


def copy_text(contents: Contents) -> str:
    """Plaktekst: at most ten lines for a system that only pastes; each agreement whole, or named by its number."""
    in_force = [e for e in contents.shown if e.status is Status.ACTIVE and e.section not in NEVER]
    lines = [_short(contents, entry) for kind in _PASTED for entry in in_force if entry.kind is kind]
    head = f"{contents.about}. Uit Kring, {_minute(contents.made_at)}; controleer de actualiteit."
    room = LONGEST_COPY - 1
    if len(lines) > room:
        left = len(lines) - (room - 1)
        lines = [*lines[: room - 1], f"En nog {left} afspraken: zie het dossier in Kring."]
    return "\n".join([head, *(lines or ["Er staan nog geen afspraken in Kring die u mag meenemen."])])


def _short(contents: Contents, entry: Entry) -> str:
    said = _sentence(contents, entry)
    # An agreement without its last words is another agreement: named, not cut.
    fits = said if len(said) <= _LONGEST_LINE else f"{entry.kind.title_nl}: zie {entry.ref} in Kring"
    warned = "TEGENSTRIJDIG, bel de regiehouder: " if entry.contested else ""
    return f"- {warned}{fits} ({entry.ref}, {_day(entry.recorded_at)})"


def _remarks(form: Form, contents: Contents) -> Iterable[str]:
    yield "Controleer de actualiteit: dit papier verandert niet mee met het dossier. Bij twijfel bellen."
    # On every copy, or its presence would tell that there is something (BW 7:456, second sentence).
    yield "Wat een ander in vertrouwen over zichzelf vertelde, hoort volgens de wet niet bij een afschrift (BW 7:456)."
    if form is not Form.DOSSIER:
        yield (
            f"Dit is een leesbaar document met de koppen van {_NAMES[form]}, geen gecodeerd bericht: "
            "Kring kent geen veilige vertaling naar die codes. Neem gegevens met de hand over."
        )
    if contents.limited:
        parts = ", ".join(section.title_nl for section in contents.sections if section in contents.limited)
        yield f"Van deze onderdelen staat hier een deel, omdat dat bij de rol van de maker past: {parts}."
    closed = [s.title_nl for s in Section if s not in contents.sections and s not in NEVER]
    if closed:
        yield f"Niet opengesteld voor de maker van dit papier: {', '.join(closed)}."


def _by_section(contents: Contents, shown: Sequence[Entry]) -> Iterable[Chapter]:
    for section in sorted(contents.sections, key=lambda s: (s is not Section.S3, int(s.value[1:]))):
        if section in NEVER:
            continue
        own = [entry for entry in shown if entry.section is section]
        yield Chapter(f"{section.value} {section.title_nl}", _lines(contents, own))


def _by_heading(form: Form, contents: Contents, shown: Sequence[Entry]) -> Iterable[Chapter]:
    left = list(shown)
    for title, fits in _HEADINGS[form]:
        own = [entry for entry in left if fits(entry)]
        left = [entry for entry in left if entry not in own]
        yield Chapter(title, _lines(contents, own))
    if left:
        yield Chapter("Overig uit het dossier", _lines(contents, left), "Hiervoor heeft deze indeling geen kop.")


def _lines(contents: Contents, own: Sequence[Entry]) -> tuple[str, ...]:
    lines: list[str] = []
    for kind in dict.fromkeys(entry.kind for entry in own):
        found = [entry for entry in own if entry.kind is kind]
        if kind.is_series:
            newest = sorted(found, key=lambda entry: entry.recorded_at, reverse=True)
            lines += [_line(contents, entry) for entry in newest[:_NEWEST]]
            lines += [f"{kind.title_nl}: nog {len(found) - _NEWEST} eerdere in Kring."] if len(found) > _NEWEST else []
        else:
            lines += [_line(contents, entry) for entry in found]
    return tuple(lines) or (NOTHING,)


def _line(contents: Contents, entry: Entry) -> str:
    author = contents.people.get(entry.author_id)
    by = author.described(entry.author_role) if author else entry.author_role.title_nl
    state = "VOORSTEL, nog niet bevestigd: " if entry.status is Status.PROPOSED else ""
    state = "TEGENSTRIJDIG, bel de regiehouder: " if entry.contested else state
    mended = "; hersteld" if entry.reason is not None else ""
    return f"{state}{_sentence(contents, entry)} ({entry.ref}, {by}, {_day(entry.recorded_at)}{mended})"


def _sentence(contents: Contents, entry: Entry) -> str:
    confirmer = contents.people.get(entry.confirmed_by or "")
    said = entries.sentence_nl(entry.value, f"bevestigd door {confirmer.name.full}" if confirmer else None)
    return one_line(said)


def _day(moment: datetime) -> str:
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"


def _minute(moment: datetime) -> str:
    return f"{_day(moment)} {moment.astimezone(AMSTERDAM):%H:%M}"


def _of(*kinds: Kind) -> Callable[[Entry], bool]:
    return lambda entry: entry.kind in kinds


def _in(*sections: Section) -> Callable[[Entry], bool]:
    return lambda entry: entry.section in sections


_TITLES = {
    Form.DOSSIER: "Afschrift uit het dossier",
    Form.EOVERDRACHT: "Overdracht naar de koppen van eOverdracht",
    Form.BGZ: "Overzicht naar de koppen van de Basisgegevensset Zorg (BgZ)",
}
_NAMES = {Form.EOVERDRACHT: "eOverdracht", Form.BGZ: "de Basisgegevensset Zorg (BgZ)"}
_PASTED = (
    Kind.TREATMENT_DIRECTIVE,
    Kind.MEDICAL_POLICY_GOAL,
    Kind.MEDICAL_DEVICE,
    Kind.PREFERRED_PLACE_OF_DEATH,
    Kind.ADVANCE_DIRECTIVE,
    Kind.LEGAL_CAPACITY,
    Kind.EMERGENCY_KIT,
    Kind.ALLERGY,
    Kind.ILLNESS_PHASE,
    Kind.COMPLEXITY,
    Kind.REACHABILITY,
)
_DIRECTIVES = _of(Kind.TREATMENT_DIRECTIVE, Kind.MEDICAL_POLICY_GOAL, Kind.EARLIER_AGREEMENTS, Kind.LEGAL_CAPACITY)
_MEDICATION = _of(Kind.MEDICATION_OVERVIEW, Kind.PUMP, Kind.EMERGENCY_KIT)
_HEADINGS: dict[Form, tuple[tuple[str, Callable[[Entry], bool]], ...]] = {
    Form.EOVERDRACHT: (
        ("Contactpersonen en zorgverleners", _of(Kind.CONTACT_PERSON, Kind.HEALTH_PROFESSIONAL, Kind.REACHABILITY)),
        ("Algemene context: wonen, taal, levensovertuiging", _of(Kind.LIVING_SITUATION, Kind.MEANING)),
        ("Medische context: ziekte en prognose", _in(Section.S2)),
        ("Behandelaanwijzingen", _DIRECTIVES),
        ("Wilsverklaringen", _of(Kind.ADVANCE_DIRECTIVE, Kind.EUTHANASIA_POSITION, Kind.ORGAN_DONATION)),
        ("Allergieën en medische hulpmiddelen", _of(Kind.ALLERGY, Kind.MEDICAL_DEVICE, Kind.KIDNEY_FUNCTION)),
        ("Proactieve zorgplanning en wensen", _in(Section.S3, Section.S4)),
        ("Verpleegkundige context: problemen, doelen en acties", _of(Kind.CARE_PLAN, Kind.CARE_AGREEMENT)),
        ("Gezondheidstoestand: klachten en functioneren", _in(Section.S5)),
        ("Hulp van anderen en belasting van naasten", _in(Section.S6)),
        ("Medicatie (kopie; de bron is de apotheek of de voorschrijver)", _MEDICATION),
        ("Afspraken", _in(Section.S8)),
        ("Stervensfase", _in(Section.S9)),
    ),
    Form.BGZ: (
        ("Contactpersonen", _of(Kind.CONTACT_PERSON)),
        ("Behandelaanwijzingen", _DIRECTIVES),
        ("Wilsverklaringen", _of(Kind.ADVANCE_DIRECTIVE, Kind.EUTHANASIA_POSITION, Kind.ORGAN_DONATION)),
        ("Functionele of mentale status", _of(Kind.PERFORMANCE, Kind.DELIRIUM)),
        ("Problemen", _of(Kind.DIAGNOSIS, Kind.ILLNESS_PHASE, Kind.COMPLEXITY)),
        ("Woonsituatie en sociale anamnese", _of(Kind.LIVING_SITUATION, Kind.CARER_STRAIN, Kind.PSYCHOSOCIAL)),
        ("Allergieën", _of(Kind.ALLERGY)),
        ("Medicatie (kopie; de bron is de apotheek of de voorschrijver)", _MEDICATION),
        ("Medische hulpmiddelen", _of(Kind.MEDICAL_DEVICE)),
        ("Vaccinaties", _of()),
        ("Vitale functies: bloeddruk, lengte", _of()),
        ("Lichaamsgewicht en voeding", _of(Kind.WEIGHT, Kind.INTAKE)),
        ("Laboratoriumuitslagen", _of(Kind.KIDNEY_FUNCTION)),
        ("Verrichtingen en contacten", _of(Kind.ACP_CONVERSATION, Kind.APPOINTMENT)),
        ("Zorgplan en zorgteam", _of(Kind.CARE_PLAN, Kind.CARE_AGREEMENT, Kind.HEALTH_PROFESSIONAL, Kind.REACHABILITY)),
    ),
}
