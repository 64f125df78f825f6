"""How a question, its choices and the summary look as a message. Pure; what people agreed stays in their own words."""

from collections.abc import Iterable, Mapping, Sequence

from bots.dossier.views import day
from hub.domain import entries
from hub.domain.advance_directives import contradictions
from hub.domain.care_network import ContactPerson
from hub.domain.dossier import NEEDS_CONFIRMATION, Entry, Status
from hub.domain.question import UNKNOWN_LABELS, Facts, Missing, Question, Said
from hub.domain.question_readers import with_known
from hub.domain.questionnaire import AT_SUMMARY, Interview, Questionnaire
from hub.texts import N_, Words

_ALSO = N_("Of typ: overslaan, terug, stop of klaar.")
_ALSO_UNKNOWN = N_("Of typ: nog onbekend, overslaan, terug, stop of klaar.")
_NOTHING_YET = N_("Er is nog niets om vast te leggen.")
_PROPOSALS = N_("Wat over behandeling beslist, wordt een voorstel: een tweede, bevoegde zorgverlener bevestigt het.")


def question(form: Questionnaire, asked: Question, shown: Iterable[Entry], words: Words) -> str:
    """The question with its choices, what the dossier has now, and what else can be typed."""
    place = {"number": form.number(asked.key), "count": len(form.questions), "title": words(asked.title)}
    lines = ["# " + words("Vraag %(number)s van %(count)s: %(title)s") % place, words(asked.text)]
    lines += choices(asked, words)
    now = [standing(entry, words) for entry in shown]
    if now:
        lines += [*now, words("Typ ‘zo laten’ om dit te houden.")]
    lines.append(words(_ALSO if asked.unknowns else _ALSO_UNKNOWN))
    return "\n".join(lines)


def choices(asked: Question, words: Words) -> list[str]:
    """Numbered, because a number is the shortest answer on a phone."""
    lines = [f"{number}. {words(label)}" for number, label in enumerate(asked.choices, 1)]
    return lines + ([words(asked.hint)] if asked.hint else [])


def standing(entry: Entry, words: Words) -> str:
    """``Nu staat er: NIET reanimeren — … (S3-1, 3-11-2026)``; a proposal says so."""
    sentence = " ".join(entries.sentence_nl(entry.value).split())
    proposal = words("VOORSTEL, nog niet bevestigd:") + " " if entry.status is Status.PROPOSED else ""
    return words("Nu staat er: %(what)s") % {"what": f"{proposal}{sentence} ({entry.ref}, {day(entry.recorded_at)})"}


def again(told: str, asked: Question | None, words: Words) -> str:
    """What was not understood, and the choices once more."""
    return "\n".join([words(told), *(choices(asked, words) if asked is not None else [])])


def summary(form: Questionnaire, interview: Interview, facts: Facts, shown: Sequence[Entry], words: Words) -> str:
    """Everything that would be filed, in full sentences, under the number of its question."""
    lines = ["# " + words("Samenvatting: %(title)s") % {"title": words(form.title)}]
    lines.append(words("Er is nog niets vastgelegd. Kijk of het klopt."))
    known = _known(shown)
    kept: list[str] = []
    skipped: list[str] = []
    for asked in form.questions:
        reply = interview.replies.get(asked.key)
        named = f"{form.number(asked.key)} {words(asked.title)}"
        if not asked.applies(interview.replies):
            continue
        if reply is None or reply.said is Said.SKIPPED:
            skipped.append(named)
        elif reply.said is Said.KEPT:
            kept.append(named)
        else:
            lines += _line(form, asked, interview, facts, known, words)
    if len(lines) == 2:
        lines.append(words(_NOTHING_YET))
    values = drafts(form, interview, facts, shown)
    # Beside what stays in the dossier: a limit may contradict a paper that nobody talked about now.
    together = {**known, **{str(entries.topic(value)): value for value in values}}
    lines += [words("Let op: %(what)s") % {"what": one} for one in contradictions(together.values())]
    if kept:
        lines.append(words("Blijft zoals het is: %(titles)s.") % {"titles": ", ".join(kept)})
    if skipped:
        lines.append(words("Overgeslagen: %(titles)s.") % {"titles": ", ".join(skipped)})
    if any(entries.kind_of(value) in NEEDS_CONFIRMATION for value in values):
        lines.append(words(_PROPOSALS))
    lines.append(words(AT_SUMMARY))
    return "\n".join(lines)


def _line(
    form: Questionnaire,
    asked: Question,
    interview: Interview,
    facts: Facts,
    known: Mapping[str, entries.Value],
    words: Words,
) -> list[str]:
    reply = interview.replies[asked.key]
    number, title = form.number(asked.key), words(asked.title)
    found = [_joined(value, known) for value in form.values(asked, interview, facts)]
    said = [_sentence(one, words) for one in found]
    if said:
        return [f"{number}. " + " ".join(said)]
    if reply.said is not Said.VALUE:
        told = {"title": title, "said": words(UNKNOWN_LABELS[reply.said])}
        return [f"{number}. " + words("%(title)s: %(said)s. Dat leg ik niet vast.") % told]
    if asked.files:
        return [f"{number}. " + words("%(title)s: geen.") % {"title": title}]
    return []


def drafts(form: Questionnaire, interview: Interview, facts: Facts, shown: Sequence[Entry]) -> list[entries.Value]:
    """Every value of the dossier that ``vastleggen`` would file, in the order of the questions.

    Of two answers about one and the same thing the later counts: it was given with the earlier one in sight.
    """
    known = _known(shown)
    found: dict[str, entries.Value] = {}
    for asked in form.questions:
        for number, one in enumerate(form.values(asked, interview, facts)):
            value = _joined(_joined(one, known), found)
            if isinstance(value, entries.Value):
                found[entries.topic(value) or f"{asked.key}/{number}"] = value
    return list(found.values())


def _known(shown: Iterable[Entry]) -> dict[str, entries.Value]:
    return {entry.topic: entry.value for entry in shown if entry.topic is not None}


def _joined(value: object, known: Mapping[str, entries.Value]) -> object:
    """A person keeps the roles that the dossier has: a new version must not take away who decides for the patient."""
    if isinstance(value, ContactPerson) and isinstance(there := known.get(value.topic()), ContactPerson):
        return with_known(value, there)
    return value


def others(form: Questionnaire, interview: Interview, facts: Facts) -> list[object]:
    """What would be filed beside the dossier: the choices that a patient makes at the start."""
    values = [value for asked in form.questions for value in form.values(asked, interview, facts)]
    return [value for value in values if not isinstance(value, entries.Value | Missing)]


def _sentence(value: object, words: Words) -> str:
    """On one line: somebody's own line breaks could pose as the next answer."""
    if isinstance(value, Missing):
        return words(value.text)
    return " ".join(entries.sentence_nl(value).split()) if isinstance(value, entries.Value) else str(value)


def filed(made: Sequence[Entry], words: Words) -> str:
    """Their references; what waits for a second person is named with how to confirm it."""
    waiting = [str(entry.ref) for entry in made if entry.status is Status.PROPOSED]
    counting = [str(entry.ref) for entry in made if entry.status is not Status.PROPOSED]
    lines = []
    if counting:
        lines.append(words("Vastgelegd als %(refs)s.") % {"refs": ", ".join(counting)})
    if waiting:
        lines.append(
            words(
                "Vastgelegd als voorstel: %(refs)s. Elk voorstel geldt pas als een tweede, bevoegde zorgverlener het "
                "bevestigt, bijvoorbeeld met: !bevestig %(first)s"
            )
            % {"refs": ", ".join(waiting), "first": waiting[0]}
        )
    return "\n".join(lines)
