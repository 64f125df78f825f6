"""Wat mensen typen over zorgplan, afspraken en de stervensfase, streng gelezen (S8, S9)."""

import re

from hub.domain.care_plan import Appointment, CareAgreement, CarePlanItem, Dimension
from hub.domain.dying_phase import CarePath, Course, PalliativeSedation, PathPart, SedationForm, Sign
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.typed import TypedBy, a_date, a_moment, chosen, first_word, headed, kept, parts
from hub.domain.values import PartialDate

_DIMENSIONS = {dimension.nl: dimension for dimension in Dimension} | {
    "fysiek": Dimension.PHYSICAL,
    "psychologisch": Dimension.PSYCHOLOGICAL,
    "zingeving": Dimension.SPIRITUAL,
}
_AT = re.compile(
    r"^(?P<off>afgezegd:?\s+)?(?:op\s+)?(?P<at>\d{1,2}-\d{1,2}-\d{4}(?:,?\s+(?:om\s+)?\d{1,2}[:.]\d{2}(?:\s*uur)?)?)"
    r"\s*[:,]?\s+(?P<what>\S.*)$",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_PARTS = {
    "1": PathPart.START,
    "deel 1": PathPart.START,
    "2": PathPart.CARE,
    "deel 2": PathPart.CARE,
    "3": PathPart.AFTER_DEATH,
    "deel 3": PathPart.AFTER_DEATH,
}
_COURSES = {"gestart": Course.STARTED, "gestopt": Course.STOPPED, "opnieuw": Course.RESTARTED}
_FORMS = {
    "continu": SedationForm.CONTINUOUS,
    "continue": SedationForm.CONTINUOUS,
    "intermitterend": SedationForm.INTERMITTENT,
    "acuut": SedationForm.ACUTE,
}
_SIGNS = {
    "achteruitgang": Sign.SUDDEN_DECLINE,
    "plotselinge achteruitgang": Sign.SUDDEN_DECLINE,
    "eet niet": Sign.HARDLY_EATING_OR_DRINKING,
    "drinkt niet": Sign.HARDLY_EATING_OR_DRINKING,
    "eet en drinkt niet": Sign.HARDLY_EATING_OR_DRINKING,
    "bijna niet meer eten en drinken": Sign.HARDLY_EATING_OR_DRINKING,
    "bedlegerig": Sign.BEDBOUND,
    "zwak en bedlegerig": Sign.BEDBOUND,
    "doorbloeding": Sign.CIRCULATION,
    "marmering": Sign.CIRCULATION,
    "bewustzijn": Sign.REDUCED_CONSCIOUSNESS,
    "minder bij bewustzijn": Sign.REDUCED_CONSCIOUSNESS,
    "reutelen": Sign.RATTLE,
    "onrust": Sign.AGITATION,
    "cheyne-stokes": Sign.CHEYNE_STOKES,
}
_HOW_PLAN = (
    "Schrijf: !zorgplan <dimensie>: probleem <…>; doel <…>; actie <…>; wie <…>; evaluatie <datum>. "
    "De dimensies: lichamelijk, psychisch, sociaal, spiritueel."
)
_HOW_APPOINTMENT = (
    "Schrijf: !afspraak 3-12-2026 14:00 <wat>; waar <plek>; met <wie>. Afgezegd? !afspraak afgezegd 3-12-…"
)
_HOW_AGREEMENT = "Schrijf: !zorgafspraak <wat>; met <wie>; op <datum>; tot <datum>"
_HOW_PATH = "Schrijf: !zorgpad <deel 1, 2 of 3>: <wat u zag of deed>"
_HOW_SEDATION = (
    "Schrijf: !sedatie gestart|gestopt|opnieuw op 3-11-2026 14:05; voor <klacht>; besluit <arts>; "
    "vorm continu|intermitterend|acuut; met <wie>, <wie>"
)


def parse_care_plan(text: str, by: TypedBy) -> CarePlanItem:
    """``lichamelijk: probleem pijn 's nachts; doel doorslapen; actie pomp; wie thuiszorg; evaluatie 10-11-2026``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-date``, ``bad-text``
    """
    head, rest = headed(text, _HOW_PLAN)
    dimension = chosen(head, _DIMENSIONS, _HOW_PLAN)
    said = parts(rest, ("probleem", "doel", "wens", "actie", "wie", "evaluatie"), _HOW_PLAN)
    if "probleem" not in said or ("doel" in said and "wens" in said):
        raise CommandRejected("bad-form", _HOW_PLAN)
    evaluate = a_date(said["evaluatie"]) if "evaluatie" in said else None
    goal = said.get("doel") or said.get("wens")
    return kept(lambda: CarePlanItem(dimension, said["probleem"], goal, said.get("actie"), said.get("wie"), evaluate))


def parse_appointment(text: str, by: TypedBy) -> Appointment:
    """``3-12-2026 14:00 gesprek over hospice; waar thuis; met huisarts``, or ``afgezegd 3-12-2026 …``.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``bad-text``
    """
    match = _AT.match(text.strip())
    if match is None:
        raise CommandRejected("bad-form", _HOW_APPOINTMENT)
    what, _, more = match["what"].partition(";")
    about = parts(more, ("waar", "met"), _HOW_APPOINTMENT) if more.strip() else {}
    at = a_moment(match["at"])
    return kept(lambda: Appointment(what.strip(), at, about.get("waar"), about.get("met"), bool(match["off"])))


def parse_agreement(text: str, by: TypedBy) -> CareAgreement:
    """``thuiszorg komt twee keer per dag; met dochter; tot 10-12-2026``.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``bad-text``
    """
    what, _, more = text.partition(";")
    if not what.strip():
        raise CommandRejected("bad-form", _HOW_AGREEMENT)
    about = parts(more, ("met", "op", "tot"), _HOW_AGREEMENT) if more.strip() else {}
    on = a_date(about["op"], today=by.today) if "op" in about else PartialDate.of(by.today)
    until = a_date(about["tot"]) if "tot" in about else None
    return kept(lambda: CareAgreement(what.strip(), about.get("met"), on, until))


def parse_path(text: str, by: TypedBy) -> CarePath:
    """``2: rustig, mond verzorgd``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-text``
    """
    head, rest = headed(text, _HOW_PATH)
    part = chosen(head, _PARTS, _HOW_PATH)
    return kept(lambda: CarePath(part, rest))


def parse_sedation(text: str, by: TypedBy) -> PalliativeSedation:
    """``gestart op 3-11-2026 14:05; voor benauwdheid; besluit G. Huisman; vorm continu; met dochter, zoon``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-date``, ``bad-text``
    """
    head, _, more = text.partition(";")
    word, when = first_word(head)
    course = chosen(word, _COURSES, _HOW_SEDATION)
    said = parts(more, ("voor", "besluit", "vorm", "met"), _HOW_SEDATION)
    if not when or "besluit" not in said or (course is not Course.STOPPED and "voor" not in said):
        raise CommandRejected("bad-form", _HOW_SEDATION)
    at = a_moment(when, today=by.today)
    form = chosen(said["vorm"], _FORMS, _HOW_SEDATION) if "vorm" in said else None
    whom = tuple(one.strip() for one in said.get("met", "").split(",") if one.strip())
    return kept(lambda: PalliativeSedation(course, at, said["besluit"], form, said.get("voor"), whom))


def read_signs(text: str) -> tuple[tuple[Sign, ...], str | None]:
    """Signs of the dying phase, between commas; what is no known sign stays in the words of who saw it."""
    known: list[Sign] = []
    other: list[str] = []
    for part in (one.strip() for one in re.split(r"[,;\n]", text)):
        sign = _SIGNS.get(plain(part.rstrip(".")))
        if sign is None and part:
            other.append(part)
        elif sign is not None and sign not in known:
            known.append(sign)
    return tuple(known), ", ".join(other) or None
