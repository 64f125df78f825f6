"""Wat mensen typen over behandelgrenzen en plaats van overlijden, streng gelezen.

``!behandelgrens <behandeling> ja|nee|ja, mits <…>|onbekend`` and ``!plaats <plaats>``. What is read here is a proposal:
the bot repeats it as a full sentence and a named human confirms (I9).
"""

import re
from datetime import date

from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.values import PartialDate, one_line
from hub.domain.wishes import Place, PreferredPlaceOfDeath, View

TREATMENT_WORDS: dict[str, Treatment] = {
    "reanimeren": Treatment.RESUSCITATION,
    "reanimatie": Treatment.RESUSCITATION,
    "beademing": Treatment.VENTILATION,
    "beademen": Treatment.VENTILATION,
    "kunstmatige beademing": Treatment.VENTILATION,
    "ic": Treatment.INTENSIVE_CARE,
    "ic opname": Treatment.INTENSIVE_CARE,
    "ic-opname": Treatment.INTENSIVE_CARE,
    "intensive care": Treatment.INTENSIVE_CARE,
    "ziekenhuis": Treatment.HOSPITAL_ADMISSION,
    "ziekenhuisopname": Treatment.HOSPITAL_ADMISSION,
    "opname": Treatment.HOSPITAL_ADMISSION,
    "antibiotica": Treatment.ANTIBIOTICS,
    "bloed": Treatment.BLOOD_PRODUCTS,
    "bloedproduct": Treatment.BLOOD_PRODUCTS,
    "bloedproducten": Treatment.BLOOD_PRODUCTS,
    "bloedtransfusie": Treatment.BLOOD_PRODUCTS,
    "icd": Treatment.ICD_OFF,
    "icd uitzetten": Treatment.ICD_OFF,
    "anders": Treatment.OTHER,
}
"""Every word that :func:`parse_treatment` knows, for help texts and typing suggestions."""

PLACE_WORDS: dict[str, Place] = {
    "thuis": Place.HOME,
    "hospice": Place.HOSPICE,
    "verpleeghuis": Place.NURSING_HOME,
    "ziekenhuis": Place.HOSPITAL,
    "anders": Place.OTHER,
    "onbekend": Place.UNKNOWN,
}

_YES_BUT = re.compile(r"^ja(?:\s*,)?\s*(?:mits|maar|alleen)\b[\s,:]*(?P<limit>.*)$", re.IGNORECASE | re.DOTALL)
_WHOLE_ANSWERS = {
    "ja": Decision.YES,
    "nee": Decision.NO,
    "onbekend": Decision.UNKNOWN,
    "nog onbekend": Decision.UNKNOWN,
    "niet besproken": Decision.NOT_ASKED,
    "nog geen besluit": Decision.UNDECIDED,
}
_DISCUSSED = re.compile(
    r"[,;.]?\s+besproken(?:\s+op\s+(?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4}))?\s+met\s+(?P<whom>\S.*)$",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_HOW = "Schrijf bijvoorbeeld: !behandelgrens reanimeren nee, of: !behandelgrens ziekenhuis ja, mits voor een botbreuk."


def parse_treatment(word: str) -> Treatment:
    """The treatment that ``word`` means; case, accents and extra spaces do not matter.

    :raises CommandRejected: ``unknown-treatment``
    """
    treatment = TREATMENT_WORDS.get(plain(word))
    if treatment is None:
        raise CommandRejected("unknown-treatment", "Die behandeling ken ik niet. %(how)s", {"how": _HOW})
    return treatment


def parse_decision(text: str) -> tuple[Decision, str | None]:
    """``"ja, mits voor een botbreuk"`` → (YES_BUT, "voor een botbreuk"). The whole answer must be understood.

    :raises CommandRejected: ``unknown-decision``, ``restriction-missing`` (``ja, mits`` and nothing more)
    """
    stripped = text.strip()
    limited = _YES_BUT.match(stripped)
    if limited:
        limit = limited["limit"].strip()
        if not one_line(limit):
            raise CommandRejected("restriction-missing", "Schrijf achter ‘ja, mits’ ook wat de voorwaarde is.")
        return Decision.YES_BUT, limit
    decision = _WHOLE_ANSWERS.get(plain(stripped.rstrip(".!")))
    if decision is None:
        raise CommandRejected(
            "unknown-decision", "Het besluit is: ja, nee, ‘ja, mits …’ of onbekend. %(how)s", {"how": _HOW}
        )
    return decision, None


def parse_directive(
    text: str, *, discussed_on: date | None, discussed_with: tuple[str, ...] = ()
) -> TreatmentDirective:
    """``"reanimeren nee"`` as a directive; a treatment outside the list: ``"anders enterale voeding: nee"``.

    :raises CommandRejected: ``unknown-treatment``, ``unknown-decision``, ``restriction-missing``,
        ``treatment-name-missing``, ``bad-text``
    """
    treatment, other, answer = _split(text.strip())
    decision, restriction = parse_decision(answer)
    try:
        return TreatmentDirective(
            treatment,
            decision,
            restriction=restriction,
            other_treatment=other,
            discussed_on=PartialDate.of(discussed_on) if discussed_on else None,
            discussed_with=discussed_with,
        )
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "Dit kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


def parse_proposed_directive(text: str, *, today: date) -> TreatmentDirective:
    """A directive as typed in a room, with what was said about the conversation at the end.

    ``"reanimeren nee, besproken op 3-11-2026 met patiënt en zoon"``; without a date: today. Nothing is claimed about a
    conversation that nobody mentioned.

    :raises CommandRejected: as :func:`parse_directive`; ``bad-date`` (not a date, or in the future)
    """
    match = _DISCUSSED.search(text)
    if match is None:
        return parse_directive(text, discussed_on=None)
    on = today
    if match["day"]:
        try:
            on = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError as problem:
            raise CommandRejected("bad-date", "Schrijf de datum van het gesprek als 3-11-2026.") from problem
    if on > today:
        raise CommandRejected("bad-date", "De datum van het gesprek ligt in de toekomst.")
    whom = tuple(part.strip() for part in re.split(r",| en ", match["whom"].rstrip(".")) if part.strip())
    return parse_directive(text[: match.start()], discussed_on=on, discussed_with=whom)


def parse_place(text: str, *, viewed_by: str | None = None, asked_on: date | None = None) -> PreferredPlaceOfDeath:
    """``"thuis"``, or ``"anders: bij mijn zus"``. ``viewed_by`` names a relative; None is the patient.

    :raises CommandRejected: ``unknown-place``, ``bad-text``
    """
    first, colon, rest = text.strip().partition(":")
    place = PLACE_WORDS.get(plain(first.rstrip(".!")))
    other = rest.strip() or None
    if place is None or (colon and place is not Place.OTHER):
        raise CommandRejected("unknown-place", "Kies thuis, hospice, verpleeghuis, ziekenhuis, anders of onbekend.")
    try:
        return PreferredPlaceOfDeath(
            place,
            View.PATIENT if viewed_by is None else View.RELATIVE,
            viewed_by,
            other_place=other,
            asked_on=PartialDate.of(asked_on) if asked_on else None,
        )
    except ValueError as problem:
        raise CommandRejected(
            "bad-text", "Dit kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem


def _split(text: str) -> tuple[Treatment, str | None, str]:
    """Treatment, its own name when it is outside the list, and the answer. The longest known name wins."""
    words = text.replace("\n", " ").split(" ")
    if plain(words[0].rstrip(":,")) == "anders":
        name, colon, answer = " ".join(words[1:]).partition(":")
        if not colon or not one_line(name):
            raise CommandRejected(
                "treatment-name-missing", "Noem de behandeling, bijvoorbeeld: !behandelgrens anders sondevoeding: nee."
            )
        return Treatment.OTHER, name.strip(), answer
    for size in (3, 2, 1):
        name = plain(" ".join(words[:size]).rstrip(":,"))
        if name in TREATMENT_WORDS and len(words) >= size:
            return TREATMENT_WORDS[name], None, " ".join(words[size:])
    return parse_treatment(words[0]), None, ""
