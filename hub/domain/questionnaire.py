"""Een gesprek van vraag naar vraag (vragenlijst): what an answer does to where somebody is. Pure, and never raises.

A questionnaire never files: it ends in a summary, and only the word ``vastleggen`` there makes :attr:`Outcome.FILE`.
Nothing is mandatory: every question takes ``overslaan`` and ``nog onbekend``, ``terug`` undoes one step exactly, and
words that are not understood change nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from hub.domain.question import (
    CHOOSE,
    UNKNOWN_LABELS,
    UNREADABLE,
    Facts,
    NotUnderstoodError,
    Question,
    Reply,
    Said,
    spoken,
)

_CHANGE = re.compile(r"^(?:wijzig|wijzigen|verander|change)(?:\s+vraag)?\s+(?P<number>[0-9]{1,2})\.?$", re.ASCII)
_MOST_STEPS = 300
"""How far ``terug`` goes: a conversation is kept sealed as a whole."""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Vragenlijst. ``kind`` is the kind of conversation. ``pauses``: it can be finished on another day."""

    kind: str
    title: str
    intro: str
    questions: tuple[Question, ...]
    pauses: bool = True

    def question(self, key: str | None) -> Question | None:
        return next((one for one in self.questions if one.key == key), None)

    def number(self, key: str) -> int:
        """From 1; the same number all through the conversation."""
        return next(number for number, one in enumerate(self.questions, 1) if one.key == key)

    def open(self, interview: "Interview") -> list[Question]:
        """What applies, and was neither answered nor left out."""
        return [
            one
            for one in self.questions
            if one.key not in interview.replies and one.key not in interview.left_out and one.applies(interview.replies)
        ]

    def values(self, question: Question, interview: "Interview", facts: Facts) -> Sequence[object]:
        """What the answer to this question would file."""
        reply = interview.replies.get(question.key)
        if reply is None or reply.said in {Said.KEPT, Said.SKIPPED} or not question.applies(interview.replies):
            return ()
        if reply.said is not Said.VALUE and reply.said not in question.unknowns:
            return ()
        return question.values(reply, interview.replies, facts)

    def begin(self) -> "Interview":
        return Interview({}, self.questions[0].key)


@dataclass(frozen=True, slots=True)
class Step:
    """Wat één stap veranderde, so that ``terug`` undoes it exactly."""

    at: str | None
    key: str | None = None
    before: Reply | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interview:
    """Waar iemand is in een gesprek. ``at`` None: at the summary."""

    replies: Mapping[str, Reply] = field(repr=False)
    at: str | None
    left_out: tuple[str, ...] = ()
    trail: tuple[Step, ...] = field(default=(), repr=False)


class Outcome(StrEnum):
    """Wat er na deze woorden gebeurt."""

    ASK = "ask"
    """Ask the question where the interview is now, or show the summary."""
    AGAIN = "again"
    """Not understood: say so, with the choices."""
    FILE = "file"
    PAUSE = "pause"
    DISCARD = "discard"
    END = "end"


@dataclass(frozen=True, slots=True)
class Move:
    """De stap na een antwoord. ``told`` is said before anything else."""

    interview: Interview
    outcome: Outcome
    told: str = ""


def advance(form: Questionnaire, interview: Interview, text: str, facts: Facts, *, there: bool = False) -> Move:
    """What these words do. Never raises, whatever was typed.

    :param there: the dossier already has something for the question that waits, so that "zo laten" means something
    """
    short = spoken(text)
    if short in _STOP:
        return Move(interview, Outcome.PAUSE)
    if short in _BACK:
        return _back(interview)
    match = _CHANGE.match(short)
    if match is not None and (jumped := _to(form, interview, int(match["number"]))) is not None:
        return Move(jumped, Outcome.ASK)
    question = form.question(interview.at)
    if question is None:
        return _at_summary(interview, short)
    if short in _FINISH:
        return Move(_finish(form, interview), Outcome.ASK)
    if short in _KEEP:
        if not there:
            return Move(interview, Outcome.AGAIN, NOTHING_TO_KEEP)
        return Move(_next(form, interview, question, Reply(Said.KEPT)), Outcome.ASK)
    try:
        reply = question.understand(text, facts.today)
        if objection := question.objects(reply, interview.replies):
            return Move(interview, Outcome.AGAIN, objection)
        moved = _next(form, interview, question, reply)
        # Whatever is kept can be filed: a value that the dossier would refuse is refused now, by who can mend it.
        topics = [one.topic() for one in form.values(question, moved, facts) if hasattr(one, "topic")]
    except NotUnderstoodError as problem:
        return Move(interview, Outcome.AGAIN, str(problem))
    except ValueError:
        return Move(interview, Outcome.AGAIN, UNREADABLE)
    if len(set(topics)) != len(topics):
        return Move(interview, Outcome.AGAIN, TWICE)
    ends = next((one.ends for one in question.options if one.ends and one.value == reply.choice), "")
    return Move(moved, Outcome.END, ends) if ends else Move(moved, Outcome.ASK)


def keeps(text: str) -> bool:
    """Whether these words leave what the dossier has as it is."""
    return spoken(text) in _KEEP


def _at_summary(interview: Interview, short: str) -> Move:
    if short in _FILE:
        return Move(interview, Outcome.FILE)
    if short in _DISCARD:
        return Move(interview, Outcome.DISCARD)
    return Move(interview, Outcome.ASK) if short in _FINISH else Move(interview, Outcome.AGAIN, AT_SUMMARY)


def _to(form: Questionnaire, interview: Interview, number: int) -> Interview | None:
    """At the question with this number, when it applies; after its answer comes what was not answered yet."""
    question = form.questions[number - 1] if 1 <= number <= len(form.questions) else None
    if question is None or not question.applies(interview.replies):
        return None
    step = Step(interview.at, left_out=interview.left_out)
    return replace(interview, at=question.key, trail=_longer(interview, step))


def _next(form: Questionnaire, interview: Interview, question: Question, reply: Reply) -> Interview:
    step = Step(question.key, question.key, interview.replies.get(question.key), interview.left_out)
    answered = replace(interview, replies={**interview.replies, question.key: reply}, trail=_longer(interview, step))
    waiting = form.open(answered)
    return replace(answered, at=waiting[0].key if waiting else None)


def _finish(form: Questionnaire, interview: Interview) -> Interview:
    """To the summary; what was not asked yet stays unasked, also after a change."""
    left = tuple(one.key for one in form.open(interview))
    step = Step(interview.at, left_out=interview.left_out)
    return replace(interview, at=None, left_out=interview.left_out + left, trail=_longer(interview, step))


def _back(interview: Interview) -> Move:
    if not interview.trail:
        return Move(interview, Outcome.AGAIN, NO_WAY_BACK)
    step = interview.trail[-1]
    replies = dict(interview.replies)
    if step.key is not None:
        replies.pop(step.key, None)
        if step.before is not None:
            replies[step.key] = step.before
    return Move(Interview(replies, step.at, step.left_out, interview.trail[:-1]), Outcome.ASK)


def _longer(interview: Interview, step: Step) -> tuple[Step, ...]:
    return (*interview.trail, step)[-_MOST_STEPS:]


TWICE = "Daar staat iemand of iets twee keer in. Schrijf elk één keer."
NOTHING_TO_KEEP = "Hierover staat nog niets in het dossier, dus er is niets om zo te laten. U kunt wel overslaan."
NO_WAY_BACK = "Dit is de eerste vraag; verder terug kan niet."
AT_SUMMARY = "Typ: vastleggen, of bijvoorbeeld: wijzig 4. U kunt ook typen: terug, stop of weggooien."

_STOP = frozenset({"stop", "stoppen", "pauze", "pause"})
_BACK = frozenset({"terug", "vorige", "back"})
_KEEP = frozenset({"zo laten", "laat zo", "zo houden", "keep"})
_FINISH = frozenset({"klaar", "samenvatting", "vastleggen", "leg vast", "done", "summary", "file"})
_FILE = frozenset({"vastleggen", "leg vast", "file"})
_DISCARD = frozenset({"weggooien", "gooi weg", "discard"})


def to_json(interview: Interview) -> dict[str, Any]:
    """For sealing."""
    return {
        "replies": {key: _reply_to_json(reply) for key, reply in interview.replies.items()},
        "at": interview.at,
        "left_out": list(interview.left_out),
        "trail": [
            [step.at, step.key, _reply_to_json(step.before) if step.before else None, list(step.left_out)]
            for step in interview.trail
        ],
    }


def from_json(form: Questionnaire, data: Mapping[str, Any]) -> Interview:
    """Where somebody was. A question that this version no longer asks falls out; its answer is not filed."""
    known = {one.key for one in form.questions}
    replies = {key: _reply_from_json(one) for key, one in data["replies"].items() if key in known}
    trail = tuple(
        Step(at, key, _reply_from_json(before) if before else None, tuple(left))
        for at, key, before, left in data["trail"]
        if {at, key} <= known | {None}
    )
    found = Interview(replies, data["at"], tuple(key for key in data["left_out"] if key in known), trail)
    if found.at is None or found.at in known:
        return found
    waiting = form.open(found)
    return replace(found, at=waiting[0].key if waiting else None)


def _reply_to_json(reply: Reply) -> list[Any]:
    return [reply.said.value, reply.data]


def _reply_from_json(data: Sequence[Any]) -> Reply:
    return Reply(Said(data[0]), data[1])


def spoken_here() -> tuple[str, ...]:
    """What the engine itself says, for the catalogues."""
    return (CHOOSE, UNREADABLE, TWICE, NOTHING_TO_KEEP, NO_WAY_BACK, AT_SUMMARY, *UNKNOWN_LABELS.values())
