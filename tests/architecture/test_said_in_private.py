"""What a use case tells one person is a sentence of the catalogue, said in that person's language (ADR 0046).

The type checker refuses a bare Dutch ``str`` there; these tests keep the type, and the few places that write such a
message.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from hub.application.speaking import Speaker
from hub.application.use_cases import handover_hours, lead_changes, question_telling, tasks
from hub.domain.spoken import Spoken

_APPLICATION = Path(tasks.__file__).parents[1]
_WRITERS = {"speaking.py", "use_cases/question_telling.py", "use_cases/revoking.py", "use_cases/tasks.py"}
"""All but ``revoking`` are the ways to tell somebody; that one raises its alarm in quiet hours too."""


@pytest.mark.parametrize(
    ("tells", "what"),
    [
        (Speaker.private, "body"),
        (handover_hours._tell, "body"),
        (lead_changes.tell_lead, "said"),
        (lead_changes.tell_room, "body"),
        (question_telling.in_its_room, "body"),
        (question_telling.in_private, "body"),
        (tasks.NewTask, "alarm"),
        (tasks.NewTask, "what"),
        (tasks.tell, "body"),
    ],
)
def test_nobody_is_told_a_bare_text(tells: Callable[..., Any], what: str) -> None:
    assert get_type_hints(tells)[what] is Spoken


def test_a_message_to_one_person_is_written_where_its_language_is_known() -> None:
    found = set()
    for path in _APPLICATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in {"OutgoingMessage", "_message"} and "RoomKind.PRIVATE" in ast.unparse(node):
                found.add(path.relative_to(_APPLICATION).as_posix())
    assert found == _WRITERS
