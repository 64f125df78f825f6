"""Zoeken: what is told from how a value is stored is what its sentence tells; the short way loses nothing."""

import json
from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from hub.adapters.dutch_stems import stem
from hub.adapters.sql.entry_rows import value_in
from hub.application.use_cases.search import Search
from hub.domain import entries
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import Note, Value
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.observations import ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.search import Query, parse_query
from hub.domain.vocabulary import Role, Section

_SAID = (
    "slecht",
    "geslapen",
    "rugpijn",
    "dochter",
    "Áfasie",
    "ĳs",
    "koude, handen",
    '"text":',
    "a\\b",
    "7",
    "o2",
    "\n",
)
_TYPED = (
    "pijn",
    "slapen",
    "dochter",
    "afasie",
    "IJS",
    "o2",
    "7",
    "reporter",
    "naaste",
    "Vermeer",
    "kanarie",
    "notitie",
    '"pijn 7"',
    '"koude handen"',
    '"vermeer 7"',
    "slapen 7,",
    "schaal-van",
)
_SCORES = st.integers(0, 10)
_TEXTS = st.lists(st.sampled_from(_SAID), min_size=1, max_size=6).map(" ".join).filter(str.strip)
_ITEMS = st.lists(st.sampled_from(list(SymptomItem)), min_size=1, max_size=4, unique=True)
_VALUES: st.SearchStrategy[Value] = st.one_of(
    st.builds(Note, _TEXTS),
    st.builds(PainScore, _SCORES, st.sampled_from(Reporter), st.none() | _TEXTS),
    st.builds(
        lambda items, score, who, text: SymptomScores(tuple(ItemScore(i, score) for i in items), who, text, items[0]),
        _ITEMS,
        _SCORES,
        st.sampled_from(Reporter),
        st.none() | _TEXTS,
    ),
)
_ASKED = st.lists(st.sampled_from(_TYPED), min_size=1, max_size=3).map(" ".join)
_NAMES = {"per-1": "carla vermeer", "per-2": "otto dochter"}


def _query(asked: str) -> Query:
    try:
        return parse_query(asked, stem)
    except CommandRejected:
        assume(False)
        raise


def _entry(value: Value, author_id: str) -> Entry:
    return Entry(
        patient_id="pat-1",
        ref=EntryRef(Section.S5, 1),
        version=1,
        kind=entries.kind_of(value),
        topic=None,
        status=Status.ACTIVE,
        value=value,
        author_id=author_id,
        author_role=Role.COACH,
        responsible_id=author_id,
        organisation=None,
        source=Source(SourceKind.ROOM, "$1"),
        recorded_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@given(st.lists(st.tuples(_VALUES, st.sampled_from(("per-1", "per-2", "per-3"))), min_size=1, max_size=8), _ASKED)
def test_how_a_value_is_stored_tells_what_its_sentence_tells(written: list[tuple[Value, str]], asked: str) -> None:
    test = Search(_query(asked), _NAMES)
    for value, author_id in written:
        entry = _entry(value, author_id)
        stored = json.dumps({"value": entries.to_json(value), "topic": None, "reason": None}, ensure_ascii=False)
        for text in (stored, json.dumps(json.loads(stored), ensure_ascii=False, sort_keys=True)):
            assert test.written(entry, text, value_in) == Search(_query(asked), _NAMES).matches(entry, value)


def test_a_word_that_is_answered_by_two_does_not_open_what_another_word_rules_out() -> None:
    """ "slecht slapen" is a name of a complaint: such a question was looked for in every measurement, word by word."""
    diary = SymptomScores((ItemScore(SymptomItem.SLEEP, 7),), Reporter.PATIENT)
    stored = json.dumps({"value": entries.to_json(diary)}, ensure_ascii=False)

    def open_value(kind: entries.Kind, text: str) -> Value:
        raise AssertionError("opened without need")

    assert not Search(_query("slapen kanarie"), {}).written(_entry(diary, "per-3"), stored, open_value)
    assert Search(_query("slapen"), {}).written(_entry(diary, "per-3"), stored, value_in)
