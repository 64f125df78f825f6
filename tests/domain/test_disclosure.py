"""The disclosure ledger answers what a naive record of every message and every device would answer."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bots.runtime.crypto.outbound import OutboundSession
from hub.domain.disclosure import GONE, MENDING, SHARED, KeyShare, Reader, Withheld, mending_of, readers

PEOPLE = ("@anna:kring.test", "@gerda:kring.test", "@ruben:kring.test")
DEVICES = ("", "TELEFOON", "LAPTOP")
Outcomes = Mapping[tuple[str, str], str]

_outcome = st.sampled_from([SHARED, *(code.value for code in Withheld), "a-code-of-next-year"])
_step = st.dictionaries(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(DEVICES)), _outcome, max_size=6)
_history = st.lists(st.tuples(_step, st.integers(min_value=0, max_value=3)), max_size=12)


def naively(outcomes: Outcomes) -> list[Reader]:
    """One message, from all that was so at that moment."""
    found = []
    for person in sorted({user for user, _ in outcomes}):
        theirs = [outcomes[place] for place in sorted(outcomes) if place[0] == person]
        missing = tuple(dict.fromkeys(code for code in theirs if code != SHARED))
        found.append(Reader(person, theirs.count(SHARED), missing))
    return found


@given(_history)
def test_the_ledger_answers_for_each_message_what_a_full_record_would(history: list[tuple[Outcomes, int]]) -> None:
    """``history``: who stood how, and how many messages were then said, over and over in one session."""
    session = OutboundSession(group=None, started=0.0)
    lines: list[KeyShare] = []
    full: list[list[Reader]] = []
    for outcomes, said in history:
        # A try that ends before anything is said changes the ledger too.
        lines += session.record(outcomes)
        for _message in range(said):
            full.append(naively(outcomes))
            session.messages += 1
    for index, expected in enumerate(full):
        assert readers(lines, index) == expected


@given(_step, st.integers(min_value=1, max_value=200))
def test_a_session_in_which_nothing_changes_costs_no_line_for_each_message(outcomes: Outcomes, messages: int) -> None:
    session = OutboundSession(group=None, started=0.0)
    lines: list[KeyShare] = []
    for _message in range(messages):
        lines += session.record(dict(outcomes))
        session.messages += 1
    assert len(lines) == len(outcomes)


def test_who_got_the_key_later_reads_from_there_and_not_what_was_said_before() -> None:
    lines = [
        KeyShare("@gerda", "TELEFOON", 0, SHARED),
        KeyShare("@ruben", "", 0, Withheld.INVITED),
        KeyShare("@ruben", "", 4, GONE),
        KeyShare("@ruben", "TELEFOON", 4, SHARED),
    ]
    assert [(r.user_id, r.can_read) for r in readers(lines, 3)] == [("@gerda", True), ("@ruben", False)]
    assert [(r.user_id, r.can_read) for r in readers(lines, 4)] == [("@gerda", True), ("@ruben", True)]


def test_one_device_that_reads_is_enough_and_the_other_is_named() -> None:
    lines = [
        KeyShare("@gerda", "LAPTOP", 0, Withheld.UNSIGNED_DEVICE),
        KeyShare("@gerda", "TELEFOON", 0, SHARED),
    ]
    (gerda,) = readers(lines, 0)
    assert (gerda.can_read, gerda.reading, gerda.missing) == (True, 1, (Withheld.UNSIGNED_DEVICE,))


def test_every_code_has_a_sentence_and_a_way_to_mend_it() -> None:
    assert set(MENDING) == {code.value for code in Withheld}
    for code in (*Withheld, "a-code-of-next-year"):
        assert mending_of(code).problem
        assert mending_of(code).remedy.endswith(".")
