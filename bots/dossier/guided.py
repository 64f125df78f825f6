"""Gesprekken van vraag naar vraag in de privékamer: PZP, USD, intake. Plain messages only, so any Matrix app will do.

The questions and what an answer means are in ``hub/domain`` (questionnaire, pzp_form, usd_form, intake_form); here they
become messages, and what was answered waits sealed in the table of conversations. Only ``vastleggen`` files (ADR 0032).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bots.dossier import guided_views as views
from bots.dossier.answering import CONVERSATIONS, QUESTIONS, answer, ask_again, current
from bots.dossier.reading import without_fallback
from bots.dossier.turn import Turn
from hub.application import auditing
from hub.application.use_cases import questionnaires
from hub.domain.audit import AuditEvent
from hub.domain.capacity import dutch_day
from hub.domain.dialogue import Dialogue, DialogueState
from hub.domain.dossier import Entry
from hub.domain.identifiers import new_id
from hub.domain.question import Facts, Question, Said
from hub.domain.questionnaire import (
    Interview,
    Move,
    Outcome,
    Questionnaire,
    advance,
    from_json,
    keeps,
    to_json,
)
from hub.domain.vocabulary import Section
from hub.texts import N_

TOLD = N_("Ik stel de vragen in uw privékamer met Kring.")
_PAUSED = N_("Gepauzeerd. Niets is vastgelegd, en niets is weg. Verder gaan: !verder")
_STOPPED = N_("Gestopt. Er is niets vastgelegd.")
_NOTHING_RUNS = N_("Er loopt nu geen gesprek. Beginnen kan met: !pzp, !usd of !intake")
_NOTHING_PAUSED = N_("Er is geen gesprek om mee verder te gaan. Beginnen kan met: !pzp, !usd of !intake")
_RESUMED = N_("U was hier al mee bezig; we gaan verder waar u was. Liever opnieuw? Typ: %(command)s opnieuw")
_OF_ANOTHER_DAY = N_("Deze vragen zijn van een andere dag. Er is niets vastgelegd. Begin opnieuw met: %(command)s")
_NOTHING_TO_FILE = N_("Er is niets om vast te leggen. Typ: wijzig 1, of: weggooien.")
_CHANGED = N_("Sinds u begon, is er iets veranderd in het dossier. Er is nog niets vastgelegd.")
_LESS = N_("Niet alles wat u antwoordde, kunt u nu nog vastleggen. Er is nog niets vastgelegd; dit blijft over.")
_GONE = N_("Niet meer te zien: %(refs)s.")
_LOOK_AGAIN = N_("Kijk of uw antwoorden nog kloppen. Typ daarna nog een keer: vastleggen. Of bijvoorbeeld: wijzig 4")


@dataclass(frozen=True, slots=True)
class Guide:
    """Eén soort gesprek. ``form`` makes the questions for who asks, and refuses who may not file any of them."""

    form: Callable[[Turn], Awaitable[Questionnaire]]
    after: Callable[[Turn, Sequence[Entry], Sequence[object]], Awaitable[str]]
    """What is said, and to whom, when it was filed; answers with one more line for who filed it."""
    also: Callable[[Turn, Sequence[object]], Awaitable[None]] | None = None
    """Files what is no entry of the dossier, in the same transaction: the choices of an intake."""


GUIDES: dict[str, Guide] = {}
"""Kind of conversation → its guide; :func:`register` fills it."""


def register(kind: str, guide: Guide) -> None:
    GUIDES[kind] = guide
    CONVERSATIONS[kind] = take
    QUESTIONS[kind] = ask


async def begin(turn: Turn, kind: str) -> None:
    """``!pzp`` and the like: go on with an unfinished one, or begin; ``opnieuw`` always begins."""
    form = await GUIDES[kind].form(turn)
    unfinished = await _unfinished(turn, kind)
    if unfinished is not None and (turn.argument.strip().casefold() == "opnieuw" or _is_old(turn, form, unfinished)):
        await turn.unit.dialogues.end(unfinished, DialogueState.STOPPED, turn.now)
        unfinished = None
    if unfinished is not None:
        await _say(turn, turn.own_words(_RESUMED) % {"command": f"!{kind}"})
        await _resume(turn, unfinished)
        return
    shown = await _standing(turn, form)
    dialogue = Dialogue(
        id=new_id("dlg"),
        circle_id=turn.circle.id,
        patient_id=turn.circle.patient_id,
        person_id=turn.context.actor.id,
        kind=kind,
        begun_at=turn.now,
        asked_at=turn.now,
        answers={"interview": to_json(form.begin()), "seen": _seen(form, shown)},
    )
    await turn.unit.dialogues.open(dialogue)
    await turn.unit.audit.add(
        auditing.entry(
            turn.context, AuditEvent.COMMAND, object_type="dialogue", object_id=dialogue.id, detail=f"begin:{kind}"
        )
    )
    words = turn.own_words
    first = form.questions[0]
    body = "# " + words(form.title) + "\n" + words(form.intro)
    await _say(turn, body + "\n" + views.question(form, first, _about(first, shown), words), _sections(form))


async def take(turn: Turn, dialogue: Dialogue) -> bool:
    """One answer. What is not understood changes nothing and is told with the choices."""
    form = await GUIDES[dialogue.kind].form(turn)
    words = turn.own_words
    # Older apps repeat the question above the answer, each line with ``>``.
    text = without_fallback(turn.argument).strip() if turn.message.reply_to is not None else turn.argument
    if _is_old(turn, form, dialogue):
        await turn.unit.dialogues.end(dialogue, DialogueState.STOPPED, turn.now)
        await _say(turn, words(_OF_ANOTHER_DAY) % {"command": f"!{dialogue.kind}"})
        await ask_again(turn)
        return True
    interview = from_json(form, dialogue.answers["interview"])
    asked = form.question(interview.at)
    there = keeps(text) and asked is not None and bool(_about(asked, await _standing(turn, form, asked)))
    move = advance(form, interview, text, _facts(turn), there=there)
    if move.outcome is Outcome.FILE:
        await _file(turn, dialogue, form, move.interview)
    elif move.outcome is Outcome.AGAIN:
        await turn.unit.dialogues.save(replace(dialogue, asked_at=turn.now))
        await _say(turn, views.again(move.told, asked, words))
    elif move.outcome is Outcome.ASK:
        moved = await _save(turn, dialogue, move.interview)
        await ask(turn, moved)
    else:
        await _leave(turn, dialogue, form, move)
    return True


async def ask(turn: Turn, dialogue: Dialogue) -> None:
    """The question where this conversation is now, or its summary."""
    form = await GUIDES[dialogue.kind].form(turn)
    interview = from_json(form, dialogue.answers["interview"])
    asked = form.question(interview.at)
    words = turn.own_words
    if asked is None:
        there = await _standing(turn, form)
        await _say(turn, views.summary(form, interview, _facts(turn), there, words), _sections(form))
        return
    shown = _about(asked, await _standing(turn, form, asked))
    if asked.looks and dialogue.answers["seen"].get(asked.key) != questionnaires.seen(shown):
        # Who reads it now has seen it: only what changes after this is a surprise.
        await _save(turn, dialogue, interview, {**dialogue.answers["seen"], asked.key: questionnaires.seen(shown)})
    await _say(turn, views.question(form, asked, shown, words), (asked.section,))


async def stop(turn: Turn) -> None:
    """``!stop``: the word ``stop`` to whatever conversation waits, from any room."""
    waiting = await current(turn)
    if waiting is None:
        await _say(turn, turn.own_words(_NOTHING_RUNS))
        return
    await answer(replace(turn, argument="stop"), waiting)


async def go_on(turn: Turn) -> None:
    """``!verder``: the conversation that was paused last."""
    paused = [
        found
        for kind in CONVERSATIONS
        if (found := await turn.unit.dialogues.find(turn.circle.id, turn.context.actor.id, kind, DialogueState.PAUSED))
    ]
    if paused:
        await _resume(turn, max(paused, key=lambda one: one.asked_at))
        return
    waiting = await current(turn)
    if waiting is None:
        await _say(turn, turn.own_words(_NOTHING_PAUSED))
        return
    await ask_again(turn)


async def _resume(turn: Turn, dialogue: Dialogue) -> None:
    opened = replace(dialogue, state=DialogueState.OPEN, asked_at=turn.now)
    await turn.unit.dialogues.save(opened)
    await QUESTIONS[dialogue.kind](turn, opened)


async def _leave(turn: Turn, dialogue: Dialogue, form: Questionnaire, move: Move) -> None:
    words = turn.own_words
    if move.outcome is Outcome.PAUSE and form.pauses:
        await turn.unit.dialogues.save(replace(dialogue, state=DialogueState.PAUSED, asked_at=turn.now))
        await _say(turn, words(_PAUSED))
    else:
        await turn.unit.dialogues.end(dialogue, DialogueState.STOPPED, turn.now)
        await _say(turn, words(move.told or _STOPPED))
    await ask_again(turn)


async def _file(turn: Turn, dialogue: Dialogue, form: Questionnaire, interview: Interview) -> None:
    """Everything, or nothing: one savepoint of the handler holds all of it."""
    words, facts = turn.own_words, _facts(turn)
    shown = await _standing(turn, form)
    if not dialogue.answers["interview"]["replies"].keys() <= {one.key for one in form.questions}:
        # A right that ended, or a choice that somebody else wrote down: what was in the summary must be what is filed.
        await _save(turn, dialogue, interview)
        summary = views.summary(form, interview, facts, shown, words)
        await _say(turn, f"{words(_LESS)}\n{summary}", _sections(form))
        return
    values = views.drafts(form, interview, facts, shown)
    others = views.others(form, interview, facts)
    if not values and not others:
        await _say(turn, words(_NOTHING_TO_FILE))
        return
    newer, gone = _changed(form, interview, dialogue.answers["seen"], shown)
    if newer or gone:
        lines = [words(_CHANGED), *(views.standing(entry, words) for entry in newer)]
        lines += [words(_GONE) % {"refs": ", ".join(gone)}] if gone else []
        await _save(turn, dialogue, interview, _seen(form, shown))
        await _say(turn, "\n".join([*lines, words(_LOOK_AGAIN)]), _sections(form))
        return
    guide = GUIDES[dialogue.kind]
    made = await questionnaires.file_answers(
        turn.unit, turn.hub.guard, turn.context, values, questionnaires.seen(shown), turn.source
    )
    if others and guide.also is not None:
        await guide.also(turn, others)
    await turn.unit.dialogues.end(dialogue, DialogueState.DONE, turn.now)
    more = await guide.after(turn, made, others)
    await _say(turn, "\n".join(line for line in (views.filed(made, words), more) if line))
    await ask_again(turn)


def _seen(form: Questionnaire, shown: Sequence[Entry]) -> dict[str, dict[str, str]]:
    """Question → what the dossier has about it now, by topic."""
    return {one.key: questionnaires.seen(_about(one, shown)) for one in form.questions if one.looks}


def _changed(
    form: Questionnaire, interview: Interview, before: Mapping[str, Mapping[str, str]], shown: Sequence[Entry]
) -> tuple[list[Entry], list[str]]:
    """What changed under the questions that were answered; the rest may change without anybody looking again."""
    newer: dict[tuple[object, int], Entry] = {}
    gone: list[str] = []
    for one in form.questions:
        reply = interview.replies.get(one.key)
        if reply is None or reply.said is Said.SKIPPED or not one.looks:
            continue
        fresh, away = questionnaires.changed(before.get(one.key, {}), _about(one, shown))
        newer |= {(entry.ref, entry.version): entry for entry in fresh}
        gone += away
    return list(newer.values()), list(dict.fromkeys(gone))


async def _save(
    turn: Turn, dialogue: Dialogue, interview: Interview, seen: Mapping[str, Mapping[str, str]] | None = None
) -> Dialogue:
    answers = {"interview": to_json(interview), "seen": dict(seen if seen is not None else dialogue.answers["seen"])}
    moved = replace(dialogue, answers=answers, step=len(interview.trail), asked_at=turn.now)
    await turn.unit.dialogues.save(moved)
    return moved


async def _unfinished(turn: Turn, kind: str) -> Dialogue | None:
    for state in (DialogueState.OPEN, DialogueState.PAUSED):
        found = await turn.unit.dialogues.find(turn.circle.id, turn.context.actor.id, kind, state)
        if found is not None:
            return found
    return None


def _is_old(turn: Turn, form: Questionnaire, dialogue: Dialogue) -> bool:
    """Scores of yesterday must not be filed as those of today."""
    return not form.pauses and dutch_day(dialogue.begun_at) != dutch_day(turn.now)


async def _standing(turn: Turn, form: Questionnaire, asked: Question | None = None) -> list[Entry]:
    """What the dossier has for one question, or for the whole form; nothing is read where nothing is asked about."""
    questions = form.questions if asked is None else (asked,)
    sections = sorted({one.section for one in questions if one.looks})
    if not sections:
        return []
    return await questionnaires.standing(turn.unit, turn.hub.guard, turn.context, sections)


def _about(asked: Question, shown: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in shown if asked.shows(entry.value)]


def _facts(turn: Turn) -> Facts:
    return Facts(dutch_day(turn.now), turn.context.actor.described(turn.context.role), turn.reporter)


def _sections(form: Questionnaire) -> frozenset[Section]:
    return frozenset(one.section for one in form.questions)


async def _say(turn: Turn, body: str, sections: Sequence[Section] | frozenset[Section] = ()) -> None:
    await turn.only_to_asker(body, sections, TOLD)
