"""How Kring tells a patient what they chose, what that does, and how to undo it. Pure."""

from collections.abc import Iterable

from bots.dossier.consent_words import Meant, Wish
from hub.application.use_cases.consents import Choices
from hub.domain.choices import Unasked
from hub.domain.consent import (
    Consent,
    ConsentContext,
    ConsentDecision,
    TargetKind,
    emergency_choice,
    may_look_after_death,
    verdict,
)
from hub.domain.people import Person
from hub.domain.vocabulary import EmergencyChoice, Role, Section
from hub.texts import N_, Words

_EMERGENCY = {
    EmergencyChoice.PERMIT: N_("ja: een arts die u niet kent mag dan uw spoedset openen"),
    EmergencyChoice.DENY: N_("nee: ook bij spoed opent niemand van buiten uw kring iets"),
    EmergencyChoice.UNKNOWN: N_("nog niet gevraagd; zonder uw ja gaat er niets open"),
}
_RELATIVES = frozenset({Role.RELATIVE, Role.SPIRITUAL_CARER})
SHOWN = tuple(section for section in Section if section not in {Section.S10, Section.S11})


def overview(choices: Choices, words: Words) -> str:
    """``!toestemming``: who may read what, the choices for emergency and after death, and how to change each."""
    lines = ["# " + words("Wie mag wat lezen")]
    for person, role in choices.members:
        if role is not Role.PATIENT:
            lines.append(f"- {_named(person, role, words)}: {_may(choices, person, role, words)}")
    lines.append("# " + words("Spoed en na overlijden"))
    emergency = words(_EMERGENCY[emergency_choice(choices.records, choices.age)])
    lines.append("- " + words("Bij spoed: %(choice)s.") % {"choice": emergency})
    lines.append("- " + words("Na overlijden: %(choice)s.") % {"choice": _after_death(choices, words)})
    lines += unasked(choices.unasked, words)
    lines += ["# " + words("Veranderen kan altijd, en gaat meteen in"), *_how(words)]
    return "\n".join(lines)


def unasked(left: Unasked, words: Words) -> list[str]:
    """``Nog te vragen: spoed, na overlijden, wat Pieter de Wit mag lezen``; nothing when all was asked."""
    if not left:
        return []
    what = [words("spoed")] if left.emergency else []
    what += [words("na overlijden")] if left.after_death else []
    what += [words("wat %(name)s mag lezen") % {"name": person.name.full} for person in left.relatives]
    return ["- " + words("Nog te vragen: %(what)s.") % {"what": ", ".join(what)}]


def chosen(wish: Wish, meant: Meant, ended: int, after: Iterable[Consent], known: Iterable[tuple[Person, Role]],
           words: Words) -> str:  # fmt: skip
    """The answer to one choice: what will happen, what stays, how to undo it."""
    records = list(after)
    lines = [_what_happens(wish, meant, words)]
    lines += _what_stays(wish, meant, records, known, words)
    if ended:
        lines.append(
            words("De toegang tot de kamers van deze kring stopt nu. Kring zegt daar alleen dit over: beëindigd.")
        )
    if wish.decision is ConsentDecision.DENY and wish.situation is None:
        lines.append(words("Wat iemand al las of bewaarde, kan Kring niet terughalen."))
    lines.append(words("Ongedaan maken: %(command)s") % {"command": undoing(wish, meant)})
    if ended:
        lines.append(words("Daarna nodigt de coach of u zelf opnieuw uit: terugkomen gaat niet vanzelf."))
    return "\n".join(lines)


def on_behalf(who: str, said: str, words: Words) -> str:
    """What the patient hears when somebody else wrote a choice down for them."""
    head = words("%(who)s heeft voor u een keuze vastgelegd.") % {"who": who}
    return f"{head}\n{said}\n" + words("Klopt dit niet? Draai het hier terug, en zeg het tegen uw coach.")


def undoing(wish: Wish, meant: Meant) -> str:
    """The command that takes this choice back, in as many words as giving it."""
    other = "nee" if wish.decision is ConsentDecision.PERMIT else "ja"
    if wish.situation is ConsentContext.EMERGENCY:
        return f"!toestemming spoed {other}"
    if wish.situation is ConsentContext.AFTER_DEATH:
        who = _typed(meant) if meant.target.kind is not TargetKind.EVERYONE else "<naam>"
        return f"!toestemming na overlijden {'nee ' if other == 'nee' else ''}{who}"
    parts = "" if len(wish.sections) == len(Section) else " voor " + codes(wish.sections)
    return f"!toestemming {other} {_typed(meant)}{parts}"


def names(sections: Iterable[Section], words: Words) -> str:
    """``Wensen, Medicatie``, in the order of the dossier."""
    return ", ".join(words(section.title_nl) for section in sorted(sections, key=_place))


def codes(sections: Iterable[Section]) -> str:
    """``S4, S7``: what can be typed back."""
    return ", ".join(section.value for section in sorted(sections, key=_place))


def _what_happens(wish: Wish, meant: Meant, words: Words) -> str:
    permit = wish.decision is ConsentDecision.PERMIT
    if wish.situation is ConsentContext.EMERGENCY:
        choice = EmergencyChoice.PERMIT if permit else EmergencyChoice.DENY
        return words("Vastgelegd. Bij spoed: %(choice)s.") % {"choice": words(_EMERGENCY[choice])}
    who = _who(meant, words)
    if wish.situation is ConsentContext.AFTER_DEATH:
        if meant.target.kind is TargetKind.EVERYONE:
            return words("Vastgelegd. Na uw overlijden mag niemand van uw naasten uw dossier lezen.")
        said = (
            words("Vastgelegd. Na uw overlijden mag %(who)s uw dossier blijven lezen.")
            if permit
            else words("Vastgelegd. Na uw overlijden mag %(who)s uw dossier niet lezen.")
        )
        return said % {"who": who}
    if len(wish.sections) == len(Section):
        said = words("Vastgelegd: ja voor %(who)s, voor alles wat bij die rol past.") if permit else words(
            "Vastgelegd: nee voor %(who)s. Er is vanaf nu niets meer te lezen."
        )  # fmt: skip
        return said % {"who": who}
    said = (
        words("Vastgelegd: ja voor %(who)s, voor %(what)s. Dit gaat meteen in.")
        if permit
        else words("Vastgelegd: nee voor %(who)s, voor %(what)s. Dit gaat meteen in.")
    )
    return said % {"who": who, "what": names(wish.sections, words)}


def _what_stays(
    wish: Wish, meant: Meant, records: list[Consent], known: Iterable[tuple[Person, Role]], words: Words
) -> list[str]:
    """Where an earlier choice goes before this one: nobody should have to find that out later."""
    if wish.situation is not None:
        return []
    permit = wish.decision is ConsentDecision.PERMIT
    lines = []
    for person, role in known:
        if not meant.target.matches(person, role):
            continue
        verdicts = {section: verdict(records, person, role, section) for section in wish.sections & frozenset(SHOWN)}
        other = {s for s, one in verdicts.items() if (one.objected if permit else one.consented)}
        if not other:
            continue
        said = (
            words("Let op: voor %(who)s blijft %(what)s dicht, want daar zei u eerder nee.")
            if permit
            else words("Let op: %(who)s houdt toegang tot %(what)s, want dat koos u apart.")
        )
        again = f"!toestemming {'ja' if permit else 'nee'} {person.name.full} voor {codes(other)}"
        lines.append(said % {"who": person.name.full, "what": names(other, words)} + f" {again}")
    return lines


def _may(choices: Choices, person: Person, role: Role, words: Words) -> str:
    found = {section: verdict(choices.records, person, role, section, age=choices.age) for section in SHOWN}
    against = {section for section, one in found.items() if one.objected}
    if len(against) == len(SHOWN):
        return words("mag niets lezen; u maakte bezwaar")
    if role in _RELATIVES:
        opened = {section for section, one in found.items() if one.consented}
        if not opened:
            return words("leest niets van u, alleen wat die zelf schreef")
        return words("mag lezen: %(what)s") % {"what": names(opened, words)}
    if role is Role.REPRESENTATIVE:
        return words("leest alleen mee als u zelf niet kunt beslissen")
    reads = words("leest wat voor de zorg nodig is")
    return reads + (words(", behalve: %(what)s") % {"what": names(against, words)} if against else "")


def _after_death(choices: Choices, words: Words) -> str:
    asked = [one for one in choices.records if one.context is ConsentContext.AFTER_DEATH]
    if not asked:
        return words("nog niet gevraagd; zonder uw ja gaat er niets open")
    may = [person.name.full for person, role in choices.members if may_look_after_death(asked, person, role)]
    return words("%(who)s mag blijven lezen") % {"who": ", ".join(may)} if may else words("niemand leest mee")


def _how(words: Words) -> list[str]:
    return [
        "- " + words("!toestemming ja <naam> voor <onderdelen>, of: !toestemming nee <naam>"),
        "- " + words("!toestemming spoed ja, of: !toestemming spoed nee"),
        "- " + words("!toestemming na overlijden <naam>, of: !toestemming na overlijden niemand"),
        "- " + words("Of met knoppen: !portaal, en dan Toestemming."),
    ]


def _who(meant: Meant, words: Words) -> str:
    if meant.person is not None:
        return _named(meant.person, meant.role or meant.person.role, words)
    if meant.target.kind is TargetKind.ROLE:
        return (
            words("alle naasten") if meant.target.value == Role.RELATIVE else words(Role(meant.target.value).title_nl)
        )
    return meant.target.value


def _typed(meant: Meant) -> str:
    if meant.person is not None:
        return meant.person.name.full
    return "naasten" if meant.target.kind is TargetKind.ROLE else f"organisatie {meant.target.value}"


def _named(person: Person, role: Role, words: Words) -> str:
    extra = words(role.title_nl) + (f", {person.organisation}" if person.organisation else "")
    return f"{person.name.full} ({extra})"


def _place(section: Section) -> int:
    return int(section.value[1:])
