"""Whatever somebody types: no exception, one short Dutch answer, nothing of it repeated, and only in the own circle."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bots.dossier.commands import COMMANDS
from bots.dossier.kind_commands import KIND_COMMANDS
from bots.dossier.message import notice_of
from bots.dossier.reading import LONGEST, read
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.outbox import SqlOutbox
from hub.application.ports import OutgoingMessage
from hub.application.speaking import LONGEST_PART, parts
from tests.examples import examples
from tests.stories.conftest import Opened
from tests.stories.room import TEAM, Room, open_room

NAMES = ("@dossier:kring.test", "@dossier", "Kring")
WORDS = sorted(COMMANDS)
CANARY = "<b>zwaluw</b>"
HOSTILE = [
    "",
    "   ",
    "\x00",
    "\ud800",
    "\u202eteein",
    "\u200b",
    "e" + "\u0301" * 5000,
    "👩‍👩‍👧‍👦" * 50,
    "a " * 10_000,
    "x" * 65_536,
    '"open',
    "-0",
    "1e309",
    "NaN",
    "١٢٣",
    "８",
    "8,5",
    "8.5",
    "0x10",
    "0008",
    "-1",
    "11",
    "7.5",
    "8/10/10",
    "8 à 9",
    "5 µg",
    "5 mcg",
    "31-02-2027",
    "29-02-2027",
    "0001-01-01",
    "9999-12-31",
    "123456782",
    "999990019",
    "12345678",
    "@room",
    "@k00000000:elders",
    "https://matrix.to/#/@wim:elders",
    "javascript:alert(1)",
    "[klik](https://voorbeeld.test)",
    "<script>alert(1)</script>",
    "'; DROP TABLE entry; --",
    "*)(uid=*",
    "{'$gt': ''}",
    "{{7*7}}",
    "%s%s%n",
    "${jndi:ldap://voorbeeld.test}",
    "$(id)",
    "../../secrets/kek",
    "S3-0",
    "S3-9999999",
    "S99-1",
    "S3-1; S3-2",
    "!dossier",
    "naar hospice @",
    "naar hospice @\x00",
    "naar hospice <b>zwaluw</b>",
    "anders",
    "anders: ",
    "anders <b>zwaluw</b>: nee",
    "reanimeren nee, besproken op 31-2-2026 met patiënt",
    "reanimeren nee, besproken op 99999999999999999999 met patiënt",
    "S5:",
    ":",
    ": : :",
    "klachten: \ud800",
    "klachten: \x00",
    "klachten: \u2028",
    "999999999",
    "9999999999999999999999",
]
any_text = st.text(st.characters(codec=None), max_size=200) | st.sampled_from(HOSTILE)
fragments = st.lists(
    st.sampled_from(
        [*HOSTILE[:8], *HOSTILE[10:], "ja", "nee", "mits", ":", "=", "pijn", "naar", "hospice", "S3", "\n"]
    ),
    max_size=6,
).map(" ".join)


class Kitchen:
    """One room for thousands of messages; every example is rolled back, so that each starts from the same."""

    def __init__(self, opened: Opened, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._stack = contextlib.AsyncExitStack()
        self.room: Room = self.loop.run_until_complete(self._stack.enter_async_context(open_room(*opened, folder)))

    def close(self) -> None:
        self.loop.run_until_complete(self._stack.aclose())
        self.loop.close()

    def try_out(self, who: str, body: str) -> tuple[InboxState, list[OutgoingMessage]]:
        return self.loop.run_until_complete(self._try_out(who, body))

    async def _try_out(self, who: str, body: str) -> tuple[InboxState, list[OutgoingMessage]]:
        said: list[OutgoingMessage] = []
        state = InboxState.NEW

        add = SqlOutbox.add
        with contextlib.suppress(_RollBack), pytest.MonkeyPatch.context() as patch:

            async def add_and_note(outbox: SqlOutbox, message: OutgoingMessage, *when: object) -> int:
                said.append(message)
                return await add(outbox, message, *when)  # type: ignore[arg-type]

            patch.setattr(SqlOutbox, "add", add_and_note)
            async with self.room.hub.database.transaction() as connection:
                state = await self.room.bot.on_message(self.room.message(who, body, TEAM), connection)
                raise _RollBack
        return state, said


class _RollBack(Exception):
    pass


@pytest.fixture(scope="module")
def kitchen(opened_circle: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kitchen]:
    made = Kitchen(opened_circle, tmp_path_factory.mktemp("kitchen"))
    yield made
    made.close()


def check(typed: str, state: InboxState, said: list[OutgoingMessage]) -> None:
    assert state in {InboxState.DONE, InboxState.REFUSED}
    if state is InboxState.REFUSED:
        (answer,) = said
        assert len(answer.body) < 700
        assert answer.body.strip() == answer.body
        assert not any(word in answer.body for word in typed.split() if len(word) > 6 and not word.isalpha())
    for message in said:
        content = notice_of(message.body)
        assert "<b>" not in str(content["formatted_body"])
        assert "<script" not in str(content["formatted_body"])


@given(st.text(st.characters(codec=None), max_size=400), st.booleans(), st.booleans())
@example("!¸", False, False)
@settings(max_examples=examples(1000), deadline=None)
def test_reading_never_breaks_on_any_text(body: str, is_reply: bool, mentioned: bool) -> None:
    spoken = read(body, NAMES, is_reply=is_reply, mentioned=mentioned)
    if spoken is not None:
        assert not any(char.isspace() for char in spoken.word)
        assert spoken.argument == spoken.argument.strip()


@given(st.sampled_from(WORDS), st.text(max_size=100).map(str.strip))
@settings(max_examples=examples(300), deadline=None)
def test_what_was_typed_after_the_word_is_the_argument(word: str, argument: str) -> None:
    spoken = read(f"!{word} {argument}", NAMES, is_reply=False)
    assert spoken is not None
    assert (spoken.word, spoken.argument) == (word, argument)


@given(st.text(max_size=200))
@settings(max_examples=examples(300), deadline=None)
def test_a_quoted_command_is_never_read(text: str) -> None:
    quoted = "\n".join(f"> !pijn {line}" for line in text.splitlines() or [""])
    assert read(quoted, NAMES, is_reply=True) is None
    assert read(quoted, NAMES, is_reply=False) is None


@pytest.mark.parametrize("word", WORDS)
def test_the_table_of_bad_inputs_ends_in_an_answer_for_every_command(kitchen: Kitchen, word: str) -> None:
    # These take no argument: a few are enough.
    # What files a kind of entry only reads its argument: its parser has thousands of texts of its own.
    step = 8 if word in {"help", "wie", "bijpraten", "portaal"} else 4 if word in KIND_COMMANDS else 1
    for argument in HOSTILE[::step]:
        typed = f"!{word} {argument}"
        state, said = kitchen.try_out("gerda", typed)
        assert said, typed[:80]
        check(argument, state, said)
        if len(typed) > LONGEST:
            assert state is InboxState.REFUSED


@given(st.sampled_from(["gerda", "samira", "pieter", "anna", "noor"]), st.sampled_from(WORDS), any_text | fragments)
@example("gerda", "overdracht", "naar hospice \ud800")
@example("gerda", "usd", f"{CANARY}=3")
@example("gerda", "behandelgrens", f"{CANARY} nee")
@example("gerda", "noteer", f"{CANARY}: {CANARY}")
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_command_answers_any_argument_of_anybody(kitchen: Kitchen, who: str, word: str, argument: str) -> None:
    state, said = kitchen.try_out(who, f"!{word} {argument}")
    assert said
    check(argument, state, said)


@given(any_text)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_message_ends_as_done_or_refused(kitchen: Kitchen, body: str) -> None:
    state, said = kitchen.try_out("samira", body)
    assert state in {InboxState.DONE, InboxState.REFUSED}
    assert bool(said) == (read(body, (*NAMES[:2], "Kring"), is_reply=False) is not None)


@given(st.text(st.sampled_from("ab é€😀\n<&"), max_size=3000), st.integers(40, 400))
@settings(max_examples=examples(300), deadline=None)
def test_a_long_answer_in_pieces_loses_no_word(text: str, longest: int) -> None:
    pieces = parts(text, longest)
    assert all(len(piece.encode()) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_an_answer_that_html_makes_too_long_is_sent_as_plain_text() -> None:
    content = notice_of("<" * LONGEST_PART)
    assert "formatted_body" not in content
    assert content["body"] == "<" * LONGEST_PART


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=examples(500), deadline=None)
def test_nothing_typed_becomes_markup(text: str) -> None:
    formatted = str(notice_of(text)["formatted_body"])
    for tag in ("<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<strong>", "</strong>"):
        formatted = formatted.replace(tag, "")
    assert "<" not in formatted
    assert ">" not in formatted
