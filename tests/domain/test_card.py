"""The card: never more than twelve lines, never a word of what somebody there may not read, never half an agreement."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.card import HIDDEN, MISSING, MOST_LINES, SECTIONS, Source, head, lines, sections_of, text
from hub.domain.card_facts import FIRST_SIX, Fact, Mark
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.dossier import Entry, SourceKind, Status
from hub.domain.dossier import Source as From
from hub.domain.emergency_kit import EmergencyKit, Indication, KitItem
from hub.domain.entries import KINDS, Kind, Value, kind_of
from hub.domain.identifiers import EntryRef
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.people import Patient, Person, PersonName
from hub.domain.values import PartialDate
from hub.domain.vocabulary import PatientState, Role, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath, View
from tests.domain.test_entries import of_dataclass
from tests.examples import examples

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 3)
CARLA = Person("per-1", Role.COACH, PersonName("Carla", "Vermeer"), None, None, None, NOW, phone="026-3210001")
GERDA = Person("per-2", Role.GP, PersonName("Gerda", "Huisman"), None, None, None, NOW)
ANNA = Patient("pat-1", "per-3", PersonName("Anna", "de Wit"), date(1952, 3, 14), None, "7F3K", PatientState.ALIVE)


def entry(value: Value, number: int = 1, status: Status = Status.ACTIVE, **more: object) -> Entry:
    kind = kind_of(value)
    return Entry(
        patient_id="pat-1",
        ref=EntryRef(kind.section or Section.S8, number),
        version=1,
        kind=kind,
        topic=None,
        status=status,
        value=value,
        author_id="per-1",
        author_role=Role.COACH,
        responsible_id="per-1",
        organisation=None,
        source=From(SourceKind.ROOM, "$event"),
        recorded_at=NOW,
        confirmed_by="per-2" if status is Status.ACTIVE else None,
        **more,  # type: ignore[arg-type]
    )


def source(*entries: Entry, stale: dict[EntryRef, str] | None = None) -> Source:
    people = {CARLA.id: CARLA, GERDA.id: GERDA}
    return Source(ANNA, entries, [(CARLA, Role.COACH)], CARLA, people, TODAY, stale or {})


def said(found: Source, fact: Fact) -> str:
    return next(line.text for line in lines(found, SECTIONS) if line.fact is fact)


ON_THE_CARD = sorted({kind for kind in KINDS if kind.section in SECTIONS} | {Kind.NOTE})


@st.composite
def dossiers(draw: st.DrawFn) -> Source:
    """Any dossier at all, also one that nobody would make: agreements that contradict, twelve representatives."""
    kinds = draw(st.lists(st.sampled_from(ON_THE_CARD), max_size=12))
    found = []
    for number, kind in enumerate(kinds, start=1):
        value = draw(of_dataclass(KINDS[kind].value))
        status = draw(st.sampled_from((Status.ACTIVE, Status.PROPOSED)))
        found.append(entry(value, number, status, contested=draw(st.booleans())))
    return source(*found, stale={one.ref: "LET OP: lang geleden." for one in found if draw(st.booleans())})


OPENED = st.frozensets(st.sampled_from(SECTIONS))


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck), deadline=None)
@given(found=dossiers(), opened=OPENED)
def test_any_dossier_gives_at_most_twelve_lines_of_a_bounded_length(found: Source, opened: frozenset[Section]) -> None:
    body = f"{head(ANNA.described(), NOW)}\n{text(lines(found, opened), opened)}"
    assert len(body.splitlines()) <= MOST_LINES
    assert max(len(line) for line in body.splitlines()) < 900


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck), deadline=None)
@given(found=dossiers(), opened=OPENED)
def test_two_dossiers_that_differ_only_in_what_somebody_may_not_read_give_the_same_card(
    found: Source, opened: frozenset[Section]
) -> None:
    """Two worlds: nobody can tell from the card which of the two they are in."""
    poorer = source(*(one for one in found.entries if one.section in opened), stale=dict(found.stale))
    assert text(lines(found, opened), opened) == text(lines(poorer, opened), opened)


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck), deadline=None)
@given(found=dossiers(), opened=OPENED)
def test_every_fact_has_its_line_and_a_closed_section_is_named_without_its_words(
    found: Source, opened: frozenset[Section]
) -> None:
    made = lines(found, opened)
    assert [line.fact for line in made] == list(Fact)
    body = text(made, opened)
    for line in made:
        closed = line.fact.section is not None and line.fact.section not in opened
        assert (f"- {line.fact.title_nl}: " not in body) == closed
    assert (HIDDEN in body) == any(fact.section not in {None, *opened} for fact in Fact)
    assert sections_of(opened) <= opened


def test_an_empty_dossier_names_what_is_not_known_and_whom_to_call() -> None:
    made = {line.fact: line for line in lines(source(), SECTIONS)}
    for fact in (Fact.RESUSCITATION, Fact.HOSPITAL, Fact.PLACE, Fact.REPRESENTATIVE, Fact.GOAL, Fact.EMERGENCY_KIT):
        assert made[fact].text == MISSING
        assert Mark.MISSING in made[fact].marks
    assert "Carla Vermeer (palliatieve zorgcoach), tel. 026-3210001" in made[Fact.LEAD].text
    assert "huisartsenpost" in made[Fact.NIGHT].text
    assert FIRST_SIX[0] is Fact.RESUSCITATION


def test_a_proposal_is_never_an_agreement_and_its_words_are_not_on_the_card() -> None:
    waiting = entry(TreatmentDirective(Treatment.RESUSCITATION, Decision.NO), status=Status.PROPOSED)
    shown = said(source(waiting), Fact.RESUSCITATION)
    assert shown == "nog GEEN afspraak; een voorstel wacht op bevestiging (S3-1)"


def test_two_that_contradict_are_no_agreement_and_name_whom_to_call() -> None:
    yes = entry(TreatmentDirective(Treatment.RESUSCITATION, Decision.YES), 1, contested=True)
    no = entry(TreatmentDirective(Treatment.RESUSCITATION, Decision.NO), 1, contested=True)
    shown = said(source(yes, no), Fact.RESUSCITATION)
    assert "TEGENSTRIJDIG" in shown
    assert "Carla Vermeer" in shown
    assert "reanimeren" not in shown


@pytest.mark.parametrize("length", [100, 290, 4000])
def test_a_limit_is_on_the_card_whole_or_not_at_all(length: int) -> None:
    """ "Wel, maar" without its last words would be "wel"."""
    words = ("alleen als dochter erbij is " * 200)[: length - 4] + " EIND"
    directive = TreatmentDirective(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, restriction=words[:4000].strip())
    shown = said(source(entry(directive)), Fact.HOSPITAL)
    assert "S3-1" in shown
    assert ("WEL opnemen" in shown) == ("EIND" in shown)


def test_a_long_explanation_is_left_out_and_said_to_be() -> None:
    directive = TreatmentDirective(Treatment.RESUSCITATION, Decision.NO, comment="lang " * 200)
    shown = said(source(entry(directive)), Fact.RESUSCITATION)
    assert shown.startswith("NIET reanimeren")
    assert "met toelichting, lees die (S3-1)" in shown


def test_the_wish_is_the_patients_own_and_a_son_who_thinks_otherwise_is_named_beside_it() -> None:
    own = entry(PreferredPlaceOfDeath(Place.HOME), 1)
    son = entry(PreferredPlaceOfDeath(Place.HOSPICE, View.RELATIVE, "zoon Pieter"), 2)
    shown = said(source(own, son), Fact.PLACE)
    assert "De patiënt wil thuis overlijden" in shown
    assert "een naaste denkt er anders over (S4-2)" in shown
    assert said(source(son), Fact.PLACE).startswith(MISSING), "his words are not hers"


def test_the_first_contact_is_not_the_representative() -> None:
    contact = entry(ContactPerson("Pieter de Wit", (ContactRole.FIRST_CONTACT,), "zoon", phones=("06-1",)))
    assert said(source(contact), Fact.REPRESENTATIVE) == MISSING


def test_a_number_for_the_night_is_said_where_its_section_is_open_and_the_post_everywhere() -> None:
    night = entry(Reachability((Hours.NIGHT,), "Thuiszorg Rijnoever", "026-3210009"))
    day = entry(Reachability((Hours.DAY,), "Praktijk De Brug", "026-3210002"), 2)
    assert "026-3210009" in said(source(night, day), Fact.NIGHT)
    assert "026-3210002" not in said(source(night, day), Fact.NIGHT)
    closed = text(lines(source(night), {Section.S3}), {Section.S3})
    assert "026-3210009" not in closed
    assert "huisartsenpost" in closed


def test_an_emergency_kit_without_a_signed_request_or_past_its_day_says_so() -> None:
    items = (KitItem(Indication.PAIN, "morfine"),)
    unsigned = said(source(entry(EmergencyKit(items))), Fact.EMERGENCY_KIT)
    assert "NIET gebruiken zonder arts" in unsigned
    old = EmergencyKit(items, expires_on=PartialDate("2026-10-01"), request_signed_by="Gerda Huisman")
    assert "VERLOPEN" in said(source(entry(old)), Fact.EMERGENCY_KIT)
    assert "morfine" not in unsigned, "what is in it stands in the dossier"


def test_what_is_stale_says_since_when_and_still_stands() -> None:
    agreed = entry(TreatmentDirective(Treatment.RESUSCITATION, Decision.NO))
    found = source(agreed, stale={agreed.ref: "LET OP: van 3-8-2026 (lang geleden); bespreek opnieuw."})
    (line,) = (line for line in lines(found, SECTIONS) if line.fact is Fact.RESUSCITATION)
    assert line.text.startswith("NIET reanimeren")
    assert "LET OP: van 3-8-2026" in line.text
    assert Mark.STALE in line.marks
