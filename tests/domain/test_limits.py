"""Limits of a permit: every word of the policies means something, and a word that means nothing opens nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.limits import LIMITS
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.dying_phase import Course, DyingPhase, Sign
from hub.domain.entries import Kind, Note, Value, sentence_nl
from hub.domain.identifiers import EntryRef
from hub.domain.limits import KNOWN, NO_ENTRIES_YET, is_own, may_record, visible
from hub.domain.marking import Diagnosis
from hub.domain.observations import Complexity, ItemScore, Level, Reporter, SymptomItem, SymptomScores
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Role, Section

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
GERDA, PIETER = "per-gerda", "per-pieter"


def entry(number: int, kind: Kind, author: str = GERDA, minutes: int = 0, responsible: str | None = None) -> Entry:
    return Entry(
        "pat-anna", EntryRef(Section.S5, number), 1, kind, None, Status.ACTIVE, Note("x"), author, Role.GP,
        responsible or author, None, Source(SourceKind.ROOM, "$1"), NOON + timedelta(minutes=minutes),
    )  # fmt: skip


words = st.frozensets(st.sampled_from(sorted(KNOWN)))
dossiers = st.lists(
    st.tuples(st.sampled_from(Kind), st.sampled_from([GERDA, PIETER]), st.integers(0, 90)), max_size=8
).map(lambda rows: [entry(number, kind, author, minutes) for number, (kind, author, minutes) in enumerate(rows, 1)])


def test_the_policies_and_the_code_know_the_same_words() -> None:
    """Or a permit would be narrowed by a word that narrows nothing, or opens nothing by mistake."""
    assert set(LIMITS) == KNOWN


def test_no_limits_opens_everything() -> None:
    entries = [entry(1, Kind.NOTE), entry(2, Kind.PAIN_SCORE, PIETER)]
    assert visible((), entries, reader=PIETER) == entries
    assert all(may_record((), kind) for kind in Kind)


@given(dossiers)
def test_an_unknown_word_opens_nothing(entries: list[Entry]) -> None:
    assert visible({"nieuw_woord"}, entries, reader=GERDA) == []
    assert not any(may_record({"nieuw_woord"}, kind) for kind in Kind)


@pytest.mark.parametrize("word", sorted(NO_ENTRIES_YET))
def test_a_word_without_its_kind_of_entry_opens_nothing_yet(word: str) -> None:
    entries = [entry(number, kind) for number, kind in enumerate(Kind, 1)]
    assert visible({word}, entries, reader=GERDA) == []
    assert not any(may_record({word}, kind) for kind in Kind)


@given(words, words, dossiers)
def test_more_permits_never_show_less(one: frozenset[str], other: frozenset[str], entries: list[Entry]) -> None:
    """The union of what each opens; in the order of the dossier; nothing that is not in it."""
    if not one or not other:
        return
    both = visible(one | other, entries, reader=PIETER)
    apart = [*visible(one, entries, reader=PIETER), *visible(other, entries, reader=PIETER)]
    assert {e.ref for e in both} == {e.ref for e in apart}
    assert [e for e in entries if e in both] == both
    for kind in Kind:
        assert may_record(one | other, kind) == (may_record(one, kind) or may_record(other, kind))


def test_own_is_what_somebody_wrote_or_answers_for() -> None:
    entries = [entry(1, Kind.NOTE), entry(2, Kind.NOTE, PIETER), entry(3, Kind.NOTE, GERDA, responsible=PIETER)]
    assert [e.ref.number for e in visible({"own"}, entries, reader=PIETER)] == [2, 3]
    assert not is_own(entries[0], PIETER)


def test_the_locum_sees_the_last_of_each_measurement() -> None:
    entries = [
        entry(1, Kind.PAIN_SCORE, minutes=0),
        entry(2, Kind.PAIN_SCORE, minutes=60),
        entry(3, Kind.SYMPTOM, minutes=30),
        entry(4, Kind.PAIN_SCORE, minutes=45),
    ]
    assert [e.ref.number for e in visible({"last"}, entries, reader="per-waarnemer")] == [2, 3]


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("pain_swallow_renal", {Kind.PAIN_SCORE}),
        ("place_only", {Kind.PREFERRED_PLACE_OF_DEATH, Kind.PREFERRED_PLACE_OF_CARE}),
        ("name_contact", {Kind.CONTACT_PERSON}),
        ("summary", {Kind.COMPLEXITY, Kind.DIAGNOSIS, Kind.ILLNESS_PHASE}),
        ("phase", {Kind.ILLNESS_PHASE}),
        ("roster", {Kind.REACHABILITY, Kind.APPOINTMENT}),
        ("spiritual", {Kind.MEANING}),
    ],
)
def test_a_word_opens_its_own_kinds_and_no_other(word: str, kinds: set[Kind]) -> None:
    entries = [entry(number, one) for number, one in enumerate(Kind, 1)]
    assert {e.kind for e in visible({word}, entries, reader="per-noor")} == kinds


DYING = DyingPhase(Course.STARTED, PartialDate("2026-11-03"), (Sign.BEDBOUND,), "dochter huilt")
DIARY = SymptomScores(
    (ItemScore(SymptomItem.PAIN, 6), ItemScore(SymptomItem.ANXIETY, 8)), Reporter.PATIENT, "bang voor de nacht"
)
PARTLY = [
    (
        "phase",
        Kind.COMPLEXITY,
        Complexity(Level.HIGH, "ruzie in de familie", social="zoon"),
        "De complexiteit is hoog.",
    ),
    (
        "pain_swallow_renal",
        Kind.SYMPTOM,
        DIARY,
        "USD volgens de patiënt zelf (0 is goed, 10 is het ergst): pijn 6.",
    ),
    ("flag", Kind.DYING_PHASE, DYING, "De stervensfase is vastgesteld op 3-11-2026."),
    ("info", Kind.DYING_PHASE, DYING, "De stervensfase is vastgesteld op 3-11-2026."),
    ("indication", Kind.DIAGNOSIS, Diagnosis("borstkanker", comment="weet het niet"), "Diagnose: borstkanker."),
]


@pytest.mark.parametrize(("word", "kind", "value", "said"), PARTLY)
def test_of_some_entries_a_word_opens_a_part_and_keeps_the_rest(word: str, kind: Kind, value: Value, said: str) -> None:
    whole = replace(entry(1, kind), value=value)
    (shown,) = visible({word}, [whole], reader="per-noor")
    assert sentence_nl(shown.value) == said
    assert (shown.ref, shown.version, shown.recorded_at) == (whole.ref, whole.version, whole.recorded_at)
    assert visible({word, "own"}, [replace(whole, author_id="per-noor")], reader="per-noor")[0].value == value
    assert visible({"last", word}, [whole], reader="per-noor")[0].value == value


def test_a_diary_without_pain_or_swallowing_tells_the_pharmacist_nothing() -> None:
    diary = SymptomScores((ItemScore(SymptomItem.ANXIETY, 8),), Reporter.PATIENT)
    assert visible({"pain_swallow_renal"}, [replace(entry(1, Kind.SYMPTOM), value=diary)], reader="per-noor") == []


def test_a_photo_is_no_way_around_no_prescription() -> None:
    assert may_record({"own"}, Kind.DOCUMENT)
    assert not may_record({"signal"}, Kind.DOCUMENT)
    assert not may_record({"administration"}, Kind.MEDICATION_OVERVIEW)


@given(words.filter(bool), st.sampled_from([Kind.TREATMENT_DIRECTIVE, Kind.ADVANCE_DIRECTIVE, Kind.LEGAL_CAPACITY]))
def test_no_limited_permit_writes_a_directive(limits: frozenset[str], kind: Kind) -> None:
    assert not may_record(limits, kind)
