"""Wat mensen overtypen over medicatie, allergie, nieren, pomp en noodpakket, streng gelezen (S7).

Copied by a named person from a source that is named too; an unclear unit is asked, never guessed.
"""

import re

from hub.domain.dose_text import require_clear
from hub.domain.emergency_kit import EmergencyKit, Indication, KitItem
from hub.domain.errors import CommandRejected
from hub.domain.medication import Allergy, AllergyStatus, KidneyFunction, MedicationOverview, Pump
from hub.domain.spelling import plain
from hub.domain.typed import TypedBy, a_date, a_moment, dated, first_word, kept, parts, whole_number
from hub.domain.values import PartialDate

_AT = re.compile(
    r"\sop\s+(?P<at>\d{1,2}-\d{1,2}-\d{4}(?:,?\s+(?:om\s+)?\d{1,2}[:.]\d{2}(?:\s*uur)?)?)\s*:", re.ASCII | re.IGNORECASE
)
_HOW_MEDICATION = (
    "Schrijf waar de lijst vandaan komt en wanneer u die ophaalde: "
    "!medicatie bron apotheek De Brug op 3-11-2026 14:05: <regel>; <regel>"
)
_HOW_ALLERGY = "Schrijf: !allergie <stof>: <reactie>, !allergie geen bekend, of !allergie onbekend."
_HOW_KIDNEY = "Schrijf de eGFR als heel getal, en de dag van de meting: !nierfunctie 45 op 3-11-2026."
_HOW_PUMP = (
    "Schrijf over wat er op het uitvoeringsverzoek staat: "
    "!pomp <inhoud>; bron <waar>; op <datum>; beheer <wie>; tel <nummer>. Gestopt? !pomp gestopt"
)
_HOW_KIT = (
    "Schrijf het hele pakket: !noodpakket pijn: <middel>; onrust: <middel>; door <arts> op <datum>; ligt <plek>; "
    "houdbaar <datum>; getekend <arts> op <datum>; bel <wie en nummer>. Terug? !noodpakket ingeleverd op <datum>"
)
_INDICATIONS = {
    "pijn": Indication.PAIN,
    "benauwdheid": Indication.BREATHLESSNESS,
    "onrust": Indication.AGITATION,
    "verwardheid": Indication.AGITATION,
    "delier": Indication.AGITATION,
    "reutelen": Indication.RATTLE,
    "misselijkheid": Indication.NAUSEA,
    "bloeding": Indication.BLEEDING,
    "verstikking": Indication.SUFFOCATION,
    "insult": Indication.SEIZURE,
    "anders": Indication.OTHER,
}
_ABOUT_KIT = ("door", "ligt", "houdbaar", "getekend", "bel")


def parse_medication(text: str, by: TypedBy) -> MedicationOverview:
    """``bron apotheek De Brug op 3-11-2026 14:05: <regel>; <regel>``; ``geen`` when the source lists nothing.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``unclear-unit``, ``bad-text``
    """
    match = _AT.search(text)
    word, source = first_word(text[: match.start()]) if match else ("", "")
    if match is None or word != "bron" or not source:
        raise CommandRejected("bad-form", _HOW_MEDICATION)
    retrieved = a_moment(match["at"], today=by.today)
    rest = text[match.end() :]
    lines = tuple(line.strip() for line in re.split(r"[;\n]", rest) if line.strip())
    if not lines:
        raise CommandRejected("bad-form", _HOW_MEDICATION)
    if len(lines) == 1 and plain(lines[0].rstrip(".")) in {"geen", "geen medicatie"}:
        lines = ()
    require_clear(*lines)
    return kept(lambda: MedicationOverview(lines, source, retrieved))


def parse_allergy(text: str, by: TypedBy) -> Allergy:
    """``penicilline: huiduitslag, sinds 1990``, ``geen bekend`` or ``onbekend``.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``bad-text``
    """
    said = plain(text.rstrip("."))
    if said in {"geen", "geen bekend", "geen allergieen", "geen allergieen bekend"}:
        return Allergy(AllergyStatus.NONE_KNOWN)
    if said in {"onbekend", "niet bekend", "weet niet"}:
        return Allergy(AllergyStatus.UNKNOWN)
    words, since = dated(text, "sinds", "vanaf", today=by.today)
    substance, _, reaction = words.partition(":")
    if not substance.strip() or plain(substance).startswith(("geen ", "niet ")):
        # "geen penicilline" is an allergy to some and the absence of one to others.
        raise CommandRejected("bad-form", _HOW_ALLERGY)
    return kept(lambda: Allergy(AllergyStatus.KNOWN, substance.strip(), reaction.strip() or None, since))


def parse_kidney(text: str, by: TypedBy) -> KidneyFunction:
    """``45 op 3-11-2026``.

    :raises CommandRejected: ``bad-number``, ``bad-date``, ``bad-text``
    """
    words, measured = dated(text, "op", today=by.today)
    number, note = first_word(words)
    if number == "egfr":
        number, note = first_word(note)
    egfr = whole_number(number, _HOW_KIDNEY)
    if egfr > 200:
        raise CommandRejected("bad-number", _HOW_KIDNEY)
    return kept(lambda: KidneyFunction(egfr, measured, note or None))


def parse_pump(text: str, by: TypedBy) -> Pump:
    """``<inhoud>; bron …; op …; beheer …; tel …`` or ``gestopt``.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``unclear-unit``, ``bad-text``
    """
    contents, _, rest = text.partition(";")
    about = parts(rest, ("bron", "op", "beheer", "tel"), _HOW_PUMP) if rest.strip() else {}
    managed, phone = about.get("beheer"), about.get("tel")
    if plain(contents.rstrip(".")) in {"gestopt", "uit", "verwijderd"}:
        return kept(lambda: Pump(None, managed_by=managed, phone=phone, stopped=True))
    if not contents.strip() or "bron" not in about or "op" not in about:
        raise CommandRejected("bad-form", _HOW_PUMP)
    require_clear(contents)
    at = a_moment(about["op"], today=by.today)
    return kept(lambda: Pump(contents.strip(), about["bron"], at, managed, phone))


def parse_kit(text: str, by: TypedBy) -> EmergencyKit:
    """``pijn: …; onrust: …; door …; ligt …; houdbaar …; getekend …; bel …`` or ``ingeleverd op 3-11-2026``.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``unclear-unit``, ``bad-text``
    """
    word, rest = first_word(text)
    if word == "ingeleverd" and ";" not in rest:
        returned = a_date(rest, today=by.today) if rest else PartialDate.of(by.today)
        return EmergencyKit((), returned_on=returned)
    found = parts(text, (*_INDICATIONS, *_ABOUT_KIT), _HOW_KIT)
    items = tuple((_INDICATIONS[key], words) for key, words in found.items() if key in _INDICATIONS)
    if not items:
        raise CommandRejected("bad-form", _HOW_KIT)
    require_clear(*(words for _, words in items))
    prescriber, prescribed = dated(found.get("door", ""), "op", today=by.today)
    signed_by, signed = dated(found.get("getekend", ""), "op", today=by.today)
    expires = a_date(found["houdbaar"].removeprefix("tot ").removeprefix("t/m ")) if "houdbaar" in found else None
    return kept(
        lambda: EmergencyKit(
            tuple(KitItem(indication, words) for indication, words in items),
            prescriber or None,
            prescribed,
            found.get("ligt"),
            expires,
            signed_by.removeprefix("door ") or None,
            signed,
            found.get("bel"),
        )
    )
