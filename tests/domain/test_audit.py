"""The log as a chain (NEN 7513): whatever is changed in it, verifying names the first entry that is not as it was."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.audit import (
    GENESIS,
    AuditEntry,
    AuditEvent,
    ChainedEntry,
    Verification,
    canonical,
    chain,
    verify,
)
from hub.domain.audit_walk import COLUMNS, Walk
from hub.domain.merkle import leaf_hash
from hub.domain.vocabulary import Purpose, Role, Section

NINE = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
Log = list[ChainedEntry]


def entry(minute: int = 0, **more: object) -> AuditEntry:
    """Gerda reads the symptoms of mevrouw de Wit."""
    plain = AuditEntry(
        event=AuditEvent.ENTRY_READ,
        recorded_at=NINE + timedelta(minutes=minute),
        outcome=0,
        user_id="per-gerda",
        user_role="gp",
        responsible_id="per-gerda",
        initiator="person",
        access_point="room",
        organisation="Praktijk De Brug",
        patient_id="pat-anna",
        object_type="dossier",
        object_id="pat-anna",
        sections="S5",
        purpose="TREAT",
        policy="v1:read-s5",
        relation_id="rel-1",
        consent_id=None,
        break_glass=False,
        correlation_id=f"$vraag-{minute}",
        detail="entries=2",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def linked(entries: list[AuditEntry]) -> Log:
    log: Log = []
    for seq, one in enumerate(entries, 1):
        log.append(chain(seq, one, log[-1].hash if log else GENESIS))
    return log


def checked(log: Log, whole: Log) -> Verification:
    """Verify ``log`` against the head that was written when it was ``whole``."""
    return verify(log, expected_length=len(whole), head=whole[-1].hash if whole else GENESIS)


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
optional_words = st.none() | words
entries = st.builds(
    AuditEntry,
    event=st.sampled_from(AuditEvent),
    recorded_at=st.timedeltas(timedelta(0), timedelta(days=5000)).map(lambda span: NINE + span),
    outcome=st.sampled_from([0, 4, 8]),
    user_id=words,
    user_role=st.sampled_from([role.value for role in Role]),
    responsible_id=words.map(lambda word: f"per-{word}"),
    initiator=words,
    access_point=words,
    organisation=optional_words,
    patient_id=optional_words,
    object_type=words,
    object_id=words,
    sections=st.sampled_from(["", *(section.value for section in Section)]),
    purpose=st.sampled_from([purpose.value for purpose in Purpose]),
    policy=words,
    relation_id=optional_words,
    consent_id=optional_words,
    break_glass=st.booleans(),
    correlation_id=words,
    detail=words,
)
logs = st.lists(entries, min_size=1, max_size=8).map(linked)


@given(st.lists(entries, max_size=8).map(linked))
def test_a_log_that_nobody_touched_verifies(log: Log) -> None:
    assert checked(log, log) == Verification(len(log), None)


@given(st.data(), logs)
def test_any_other_value_in_any_field_is_named(data: st.DataObject, log: Log) -> None:
    position = data.draw(st.integers(0, len(log) - 1))
    victim = log[position]
    name = data.draw(st.sampled_from([field.name for field in fields(AuditEntry)]))
    other = getattr(data.draw(entries), name)
    changed = replace(victim, entry=replace(victim.entry, **{name: other}))
    found = checked([*log[:position], changed, *log[position + 1 :]], log)
    assert found.first_bad == (None if other == getattr(victim.entry, name) else position + 1)


@given(st.data(), logs)
def test_a_removed_entry_is_named_also_the_last(data: st.DataObject, log: Log) -> None:
    position = data.draw(st.integers(0, len(log) - 1))
    assert checked(log[:position] + log[position + 1 :], log).first_bad == position + 1


@given(st.data(), logs)
def test_a_cut_tail_is_named_at_the_cut(data: st.DataObject, log: Log) -> None:
    kept = data.draw(st.integers(0, len(log) - 1))
    assert checked(log[:kept], log).first_bad == kept + 1


@given(st.data(), logs, entries)
def test_a_slipped_in_entry_is_named_however_well_it_is_chained(
    data: st.DataObject, log: Log, strange: AuditEntry
) -> None:
    position = data.draw(st.integers(0, len(log)))
    before = log[position - 1].hash if position else GENESIS
    forged = chain(position + 1, strange, before)
    after = [replace(item, seq=item.seq + 1) for item in log[position:]]
    first_wrong = position + 1 if position == len(log) else position + 2
    assert checked([*log[:position], forged, *after], log).first_bad == first_wrong


@given(st.data(), st.lists(entries, min_size=2, max_size=8).map(linked))
def test_two_entries_that_changed_places_are_named_at_the_first_place(data: st.DataObject, log: Log) -> None:
    one, other = sorted(data.draw(st.sets(st.integers(0, len(log) - 1), min_size=2, max_size=2)))
    moved = list(log)
    moved[one], moved[other] = log[other], log[one]
    assert checked(moved, log).first_bad == one + 1
    renumbered = [replace(item, seq=seq) for seq, item in enumerate(moved, 1)]
    assert checked(renumbered, log).first_bad == one + 1


@given(st.data(), logs)
def test_a_rewritten_end_is_noticed_by_the_head(data: st.DataObject, log: Log) -> None:
    """Somebody who recomputes every hash from some place on cannot keep the last one."""
    position = data.draw(st.integers(0, len(log) - 1))
    history = [item.entry for item in log]
    history[position] = replace(history[position], detail=history[position].detail + "!")
    assert checked(linked(history), log).first_bad == len(log)


@given(entries, entries, st.integers(1, 9), st.integers(1, 9))
def test_two_different_entries_never_have_the_same_bytes(
    one: AuditEntry, other: AuditEntry, seq: int, next_seq: int
) -> None:
    assert (canonical(seq, one) == canonical(next_seq, other)) == (one == other and seq == next_seq)


@pytest.mark.parametrize("name", ["user_id", "user_role", "responsible_id", "initiator", "object_type"])
def test_nothing_happens_on_behalf_of_nobody(name: str) -> None:
    """I7: NEN 7513 wants the actor, the responsible person and the object of every event."""
    with pytest.raises(ValueError, match="responsible"):
        entry(**{name: ""})


def test_an_empty_log_with_a_head_of_an_entry_misses_its_first() -> None:
    assert verify([], expected_length=1, head="ab" * 32).first_bad == 1
    assert verify([], expected_length=0, head=GENESIS).ok


def test_an_entry_below_the_first_number_is_itself_the_stranger() -> None:
    log = linked([entry(0), entry(1)])
    assert checked([replace(log[0], seq=0), *log[1:]], log).first_bad == 0


@pytest.mark.parametrize("event", AuditEvent)
def test_every_event_has_a_dutch_title_and_an_action_code(event: AuditEvent) -> None:
    assert event.title_nl
    assert event.title_nl == event.title_nl.strip()
    assert event.action_code in "CRUDE"


def as_stored(item: ChainedEntry) -> list[object]:
    """The row of an entry, as the table has it."""
    held = {name: getattr(item.entry, name, None) for name in COLUMNS}
    held |= {"seq": item.seq, "previous_hash": item.previous_hash, "hash": item.hash}
    held |= {"event": item.entry.event.value}
    held["recorded_at"] = (item.entry.recorded_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return [held[name] for name in COLUMNS]


@given(st.lists(entries, min_size=1, max_size=6))
def test_the_fast_walk_takes_exactly_what_the_careful_one_takes(written: list[AuditEntry]) -> None:
    """Whatever is in it: quotes, backslashes, control characters, letters from elsewhere, nothing at all."""
    log = linked(written)
    walk = Walk(leaves=True)
    assert walk.take([as_stored(item) for item in log])
    assert (walk.entries, walk.last, walk.wrong) == (len(log), log[-1].hash, None)
    assert walk.leaves == [leaf_hash(canonical(item.seq, item.entry)) for item in log]
    assert checked(log, log) == Verification(len(log), None)


def test_a_date_that_no_calendar_has_is_no_entry() -> None:
    row = as_stored(linked([entry()])[0])
    row[COLUMNS.index("recorded_at")] = 2**62
    walk = Walk()
    assert not walk.take([row])
    assert walk.wrong == Verification(0, 1, "de regel is niet meer te lezen")
    row = as_stored(linked([entry()])[0])
    row[COLUMNS.index("break_glass")] = 2
    assert not Walk().take([row])


def test_a_log_of_many_days_is_walked_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.domain.audit_walk._MOST_SECONDS", 3)
    log = linked([entry(minute) for minute in range(10)])
    walk = Walk()
    assert walk.take([as_stored(item) for item in log])
    assert walk.last == log[-1].hash


@pytest.mark.parametrize("other", [0, 5, None, True, 1.5])
def test_a_responsible_person_that_is_no_text_is_named_and_not_stumbled_over(other: object) -> None:
    row = as_stored(linked([entry(0)])[0])
    row[COLUMNS.index("responsible_id")] = other
    walk = Walk()
    assert not walk.take([row])
    assert walk.wrong is not None
    assert walk.wrong.first_bad == 1


anything = st.one_of(
    st.text(max_size=3), st.integers(), st.none(), st.booleans(), st.floats(), st.binary(max_size=3),
    st.sampled_from(["\\u00e9", '\\"', "\x00", "\ud800"]),
)  # fmt: skip


@given(entries, st.sampled_from(COLUMNS), anything)
def test_the_fast_walk_passes_over_no_value_that_was_changed(one: AuditEntry, name: str, other: object) -> None:
    (item,) = linked([one])
    row = as_stored(item)
    place = COLUMNS.index(name)
    was = row[place]
    row[place] = other
    same = other == was and not (isinstance(other, float) or isinstance(other, bool) is not isinstance(was, bool))
    if not same and not (isinstance(other, bytes) and other == str(was).encode()):
        assert not Walk().take([row]) or (name == "break_glass" and other in (0, 1) and bool(other) == was)


@given(entries, st.sampled_from([name for name in COLUMNS if name not in {"seq", "outcome", "recorded_at"}]))
def test_a_text_that_looks_like_its_own_escape_is_another_text(one: AuditEntry, name: str) -> None:
    """What JSON makes of a letter from elsewhere is plain ASCII, which is not that letter."""
    if not isinstance(getattr(one, name, None), str) or name == "event":
        return
    person = "per-" if name == "responsible_id" else ""
    (item,) = linked([replace(one, **{name: f'{person}caf\u00e9 "x"'})])  # type: ignore[arg-type]
    row = as_stored(item)
    assert Walk().take([list(row)])
    row[COLUMNS.index(name)] = person + 'caf\\u00e9 \\"x\\"'
    assert not Walk().take([row])
