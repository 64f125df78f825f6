"""What the bot says about filing from chat. Pure; the words of a message stand on one line, so that they cannot pose
as a numbered choice of the bot."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.filing import HIGH_RISK_SECTIONS, Proposal
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from hub.texts import N_, SAY_DUTCH, Words

_LONGEST_QUOTE = 600
CANNOT = {
    "voice": N_(
        "Een spraakbericht kan Kring niet bewaren: er staat niets in dat u kunt nalezen. "
        "Luister het af en typ wat telt: !noteer <onderdeel>: <tekst>"
    ),
    "sticker": N_(
        "Een sticker kan Kring niet bewaren. Zeg in een bericht wat u bedoelt, of typ: !noteer <onderdeel>: <tekst>"
    ),
    "location": N_("Een plek op de kaart kan Kring niet bewaren. Typ het adres of de plek: !noteer netwerk: <tekst>"),
    "poll": N_("Een peiling kan Kring niet bewaren. Typ wat er is afgesproken: !noteer <onderdeel>: <tekst>"),
    "call": N_("Van bellen of beeldbellen bewaart Kring niets. Typ wat er is gezegd: !noteer <onderdeel>: <tekst>"),
    "file": N_("Dit bestand kan Kring zo niet bewaren. Typ wat erin staat en telt: !noteer <onderdeel>: <tekst>"),
    "own-message": N_("Dat is een bericht van Kring zelf. Wat daarin staat, hoeft u niet te bewaren."),
    "redacted": N_("Dat bericht is ingetrokken. Er valt niets meer te bewaren."),
    "other": N_("Dit soort bericht kan Kring niet bewaren. Typ wat telt: !noteer <onderdeel>: <tekst>"),
    "empty": N_("In dat bericht staat geen tekst die Kring kan bewaren."),
}
"""Why something is no words to file, and what to do instead."""
NOT_FOR_YOU = N_(
    "Dat bericht kan ik niet voor u bewaren: ik vind het niet, u kon het hier niet lezen, of ik kan niet vaststellen "
    "wie het schreef. Typ zelf wat telt: !noteer <onderdeel>: <tekst>"
)
"""The same for all of these, because a difference would tell what there is."""
AWAY = N_("Het bericht is nu niet op te halen. Ik probeer het zo nog eens.")
NOTHING_TO_POINT_AT = N_(
    "Antwoord met !bewaar op het bericht dat u wilt bewaren, of zet er 📌 op. "
    "Met !bewaar klachten kiest u het onderdeel."
)


def cannot(code: str, words: Words = SAY_DUTCH) -> str:
    """Why this is not kept; what is no key of :data:`CANNOT` gets the sentence that tells nothing apart."""
    return words(CANNOT.get(code, NOT_FOR_YOU))


def question(answers: Mapping[str, Any], words: Words = SAY_DUTCH) -> str:
    """The question that waits, with the words of the message above it."""
    return {"file": _to_file, "mend": _to_mend, "lapse": _to_lapse}[answers["mode"]](answers, words)


def _to_file(answers: Mapping[str, Any], words: Words) -> str:
    lines = ["# " + words("Bewaren in het dossier?"), _source(answers, words)]
    options = [Proposal.from_json(option) for option in answers["options"]]
    lines += [choice(number, option.title_nl(), words, option.needs_word) for number, option in enumerate(options, 1)]
    if answers["sections"]:
        another = words("Een ander onderdeel")
        lines.append(f"{len(options) + 1}. {another}")
    lines.append("0. " + words("Niet bewaren"))
    lines.append(words("Antwoord met het nummer. Zonder uw antwoord bewaar ik niets."))
    return "\n".join(lines)


def _to_mend(answers: Mapping[str, Any], words: Words) -> str:
    ref = EntryRef.parse(answers["ref"])
    head = words("%(who)s heeft een bericht aangepast dat bewaard is als %(ref)s.")
    lines = [
        head % {"who": answers["by"], "ref": ref},
        words("Er staat nu: %(text)s") % {"text": quote(answers["text"])},
    ]
    if answers["options"]:
        new = Proposal.from_json(answers["options"][0])
        lines.append(choice(1, words("Herstellen naar: ") + new.title_nl(), words, new.needs_word))
        lines.append("0. " + words("Zo laten"))
        lines.append(words("Antwoord met het nummer. Zonder uw antwoord verandert er niets."))
    else:
        lines.append(
            words("Klopt de regel niet meer? Typ: !herstel %(ref)s <hoe het moet zijn>, reden: …") % {"ref": ref}
        )
    return "\n".join(lines)


def _to_lapse(answers: Mapping[str, Any], words: Words) -> str:
    ref = EntryRef.parse(answers["ref"])
    said = words("Volgens de server trok %(who)s het bericht in waar %(ref)s op steunt. De regel blijft staan, met die "
                 "vermelding. Moet de regel vervallen?") % {"who": answers["by"], "ref": ref}  # fmt: skip
    lapse = words("%(ref)s laten vervallen") % {"ref": ref}
    lines = [said, choice(1, lapse, words, ref.section in HIGH_RISK_SECTIONS)]
    return "\n".join([*lines, "0. " + words("Laten staan")])


def choice(number: int, title: str, words: Words, needs_word: bool) -> str:
    """``1. Pijnscore 8 (S5)``; what weighs most says with which word it is confirmed."""
    typed = words(" — antwoord dan met: bevestig %(number)s") % {"number": number} if needs_word else ""
    return f"{number}. {title}{typed}"


def which_section(sections: Sequence[Section], words: Words = SAY_DUTCH) -> str:
    """Asks for another section, with those that are open to this person."""
    lines = [words("Bij welk onderdeel hoort het? Typ de naam, bijvoorbeeld: zorgplan")]
    for section in sections:
        typed = words(" — typ bevestig ervoor") if section in HIGH_RISK_SECTIONS else ""
        lines.append(f"- {section.value} {words(section.title_nl)}{typed}")
    return "\n".join([*lines, "0. " + words("Niet bewaren")])


def quote(text: str) -> str:
    """The words on one line."""
    line = " ".join(text.split())
    return "“" + (line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + " …") + "”"


def _source(answers: Mapping[str, Any], words: Words) -> str:
    head = words("%(who)s schreef op %(when)s:") % {"who": answers["by"], "when": answers["at"]}
    edited = " " + words("(later aangepast)") if answers.get("edited") else ""
    return f"{head}{edited} {quote(answers['text'])}"
