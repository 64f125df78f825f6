"""``!versies``: every version of one entry in plain words, oldest first. Pure."""

from collections.abc import Mapping

from bots.dossier.views import entry_line, minute
from hub.application.use_cases.versions import History, Step, state_nl
from hub.domain import entries
from hub.domain.people import Person
from hub.texts import SAY_DUTCH, Words


def history(found: History, people: Mapping[str, Person], words: Words = SAY_DUTCH) -> str:
    """One heading, one block of lines for each version; what the patient says stands below."""
    lines = ["# " + words("Alle versies van %(ref)s") % {"ref": found.ref}]
    for step in found.steps:
        lines += [f"- {line}" for line in _step(step, people)]
    if found.beside:
        lines.append("# " + words("Wat de patiënt erover zegt"))
        lines += [f"- {entry_line(entry, people, words)}" for entry in found.beside]
    return "\n".join(lines)


def _step(step: Step, people: Mapping[str, Person]) -> list[str]:
    entry = step.entry
    head = f"Versie {entry.version}, {minute(entry.recorded_at)}, {state_nl(entry)} door {_who(step, people)}"
    if step.change is None:
        sentence = " ".join(entries.sentence_nl(entry.value).split())
        return [f"{head}: {sentence}"]
    told = step.change.lines_nl(entry.reason)
    return [f"{head}: {'; '.join(told)}" if told else f"{head}: dezelfde woorden"]


def _who(step: Step, people: Mapping[str, Person]) -> str:
    entry = step.entry
    if step.confirms and entry.confirmed_by in people:
        return people[entry.confirmed_by or ""].name.full
    author = people.get(entry.author_id)
    return author.described(entry.author_role) if author is not None else entry.author_role.title_nl
