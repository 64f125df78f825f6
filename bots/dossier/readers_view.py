"""Who can read a message of the bot, as people hear it: how many, who not, why, and what helps. Pure."""

from hub.application.use_cases.disclosure import MessageReaders, PersonReads
from hub.domain.disclosure import mending_of
from hub.domain.vocabulary import Role
from hub.texts import SAY_DUTCH, Words


def readers(found: MessageReaders, heading: str, words: Words = SAY_DUTCH) -> str:
    """``# …``, ``3 van 5 kunnen dit lezen.``, and a line for each person who cannot, or not everywhere."""
    lines = [f"# {heading}"]
    total = len(found.people)
    if not total:
        lines.append(words("Met welke sleutel dit bericht ging, weet ik niet zeker; wie het kan lezen, dus ook niet."))
        return "\n".join(lines)
    if found.reading == total:
        lines.append(words("Alle %(total)s kunnen dit lezen.") % {"total": total})
    else:
        lines.append(words("%(reading)s van %(total)s kunnen dit lezen.") % {"reading": found.reading, "total": total})
    lines += [f"- {_line(person, words)}" for person in found.people if person.reader.missing]
    return "\n".join(lines)


def _line(person: PersonReads, words: Words) -> str:
    problems = "; ".join(words(mending_of(code).problem) for code in person.reader.missing)
    said = (
        words("%(who)s wel, maar niet op elk toestel: %(why)s.")
        if person.reader.can_read
        else words("%(who)s niet: %(why)s.")
    )
    remedies = " ".join(words(mending_of(code).remedy) for code in person.reader.missing)
    return f"{said % {'who': _name(person, words), 'why': problems}} {words('Wat helpt:')} {remedies}"


def _name(person: PersonReads, words: Words) -> str:
    member = person.member
    if member is None:
        return words("Iemand die niet meer in de kring is")
    if member.relation.role is Role.PATIENT:
        return f"{member.person.name.full} ({words(Role.PATIENT.title_nl)})"
    return f"{member.person.name.full} ({words(member.relation.role.title_nl)})"
