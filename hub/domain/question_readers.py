"""Hoe woorden op een open vraag worden gelezen: dates, names, people, decisions, places. Strict: words → plain JSON.

Each raises :class:`NotUnderstoodError` with what is expected; what was typed is never repeated in it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.errors import CommandRejected
from hub.domain.plan_commands import parse_decision, parse_directive, parse_place
from hub.domain.question import NotUnderstoodError
from hub.domain.spelling import plain
from hub.domain.values import PartialDate, check_text

_DAY = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$", re.ASCII)
_SHORT_DAY = re.compile(r"^(\d{1,2})[-/](\d{1,2})$", re.ASCII)
_NAMED_DAY = re.compile(r"^(\d{1,2}) ([a-z]{3,9})\.?(?: (\d{4}))?$", re.ASCII)
_MONTH = re.compile(r"^(\d{1,2})[-/](\d{4})$", re.ASCII)
_YEAR = re.compile(r"^(\d{4})$", re.ASCII)
_MONTHS = ("jan", "feb", "maa", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_OTHER_MONTHS = {"mrt": 3, "mar": 3, "may": 5, "oct": 10}
_PHONE = re.compile(r"^\+?[0-9][0-9 ()\-]{5,24}$", re.ASCII)
_BETWEEN = re.compile(r"\s*(?:,|;|\n|\ben\b|\band\b)\s*")
_NEW_LINE = re.compile(r"\s*(?:;|\n)\s*")
_NONE = frozenset({"nee", "geen", "niemand", "niets", "nvt", "n.v.t", "no", "none", "nobody", "nothing"})
_MOST = 20

SAY_DATE = "Schrijf een datum als 3-11-2026. Alleen een maand of jaar mag ook: 11-2026 of 2026."
NOT_IN_FUTURE = "Die datum ligt in de toekomst. Schrijf de datum waarop het is gebeurd."
NOT_IN_PAST = "Die datum is al voorbij. Schrijf een datum in de toekomst."
SAY_NAMES = "Schrijf wie erbij waren, met een komma ertussen. Bijvoorbeeld: patiënt, zoon Pieter."
SAY_PERSON = "Schrijf naam, relatie en telefoon met komma's ertussen. Bijvoorbeeld: Pieter de Wit, zoon, 06-12345678."
SAY_DECISION = "Kies een nummer, of schrijf: ja, nee, ‘ja, mits …’ of nog onbekend."
SAY_OTHER = "Schrijf behandeling en besluit. Bijvoorbeeld: sondevoeding: nee. Of typ: nee, als er niets meer is."
SAY_PLACE = "Kies een nummer, of schrijf: thuis, hospice, verpleeghuis, ziekenhuis, of anders met de plek erachter."
SAY_VIEWS = "Schrijf wie wat zei. Bijvoorbeeld: zoon Pieter: hospice. Of typ: nee, als niemand iets zei."
SAY_TEXT = "Dit kan zo niet worden bewaard: het is te lang, of er staat een teken in dat niet te lezen is."
TOO_MANY = "Dat is te veel voor één antwoord. Schrijf het belangrijkste; de rest kan later."
SPOKEN = (
    SAY_DATE,
    NOT_IN_FUTURE,
    NOT_IN_PAST,
    SAY_NAMES,
    SAY_PERSON,
    SAY_DECISION,
    SAY_OTHER,
    SAY_PLACE,
    SAY_VIEWS,
    SAY_TEXT,
    TOO_MANY,
)
"""For the catalogues."""


def past_date(text: str, today: date) -> str:
    """``vandaag``, ``gisteren``, ``3-11-2026``, ``3 november``, ``11-2026`` → ISO, as precise as it was said."""
    found = _date(text, today)
    if found.first_day > today:
        raise NotUnderstoodError(NOT_IN_FUTURE)
    return found.text


def coming_date(text: str, today: date) -> str:
    """A day after today."""
    found = _date(text, today)
    if found.last_day <= today:
        raise NotUnderstoodError(NOT_IN_PAST)
    return found.text


def _date(text: str, today: date) -> PartialDate:
    said = plain(text.strip().rstrip("."))
    if said in {"vandaag", "today"}:
        return PartialDate.of(today)
    if said in {"gisteren", "yesterday"}:
        return PartialDate.of(today - timedelta(days=1))
    try:
        if match := _DAY.match(said):
            return PartialDate.of(date(int(match[3]), int(match[2]), int(match[1])))
        if match := _SHORT_DAY.match(said):
            return PartialDate.of(date(today.year, int(match[2]), int(match[1])))
        if match := _NAMED_DAY.match(said):
            return PartialDate.of(date(int(match[3] or today.year), _month(match[2]), int(match[1])))
        if match := _MONTH.match(said):
            return PartialDate(f"{match[2]}-{int(match[1]):02d}")
        if match := _YEAR.match(said):
            return PartialDate(match[1])
    except ValueError as problem:
        raise NotUnderstoodError(SAY_DATE) from problem
    raise NotUnderstoodError(SAY_DATE)


def _month(word: str) -> int:
    return _OTHER_MONTHS.get(word[:3]) or _MONTHS.index(word[:3]) + 1


def text_of(limit: int) -> Any:
    """A reader of free text of at most ``limit`` characters."""

    def read(text: str, _today: date) -> dict[str, str]:
        _check(text, limit)
        return {"text": text.strip()}

    return read


def names(text: str, _today: date) -> list[str]:
    """``patiënt, zoon Pieter en dochter`` → three."""
    found = list(dict.fromkeys(part.strip(" .") for part in _BETWEEN.split(text.strip()) if part.strip(" .")))
    if not found or any(not any(char.isalpha() for char in one) for one in found):
        raise NotUnderstoodError(SAY_NAMES)
    _limit(found)
    for one in found:
        _check(one, 200)
    return found


def contact(text: str, _today: date) -> dict[str, Any]:
    """``Pieter de Wit, zoon, 06-12345678``: a name, then relation, phones and e-mail in any order."""
    name, *rest = [part.strip() for part in re.split(r",|\n", text.strip().rstrip("."))]
    phones = [part for part in rest if _PHONE.match(part)]
    emails = [part for part in rest if "@" in part]
    words = [part for part in rest if part and part not in phones and part not in emails]
    if sum(char.isalpha() for char in name) < 2 or plain(name) in _NONE or any(char.isdigit() for char in name):
        raise NotUnderstoodError(SAY_PERSON)
    if len(words) > 1 or any(any(char.isdigit() for char in word) for word in words):
        raise NotUnderstoodError(SAY_PERSON)
    found = {"name": name, "relation": words[0] if words else None, "phones": phones, "emails": emails}
    contact_person(found)
    return found


def contacts(text: str, today: date) -> list[dict[str, Any]]:
    """One on a line, or with ``;`` between them; "nee" is nobody."""
    if plain(text.strip().rstrip(".")) in _NONE:
        return []
    parts = [part for part in _NEW_LINE.split(text.strip()) if part]
    _limit(parts)
    return [contact(part, today) for part in parts]


def contact_person(data: dict[str, Any], *roles: ContactRole) -> ContactPerson:
    """The person of the dossier that :func:`contact` read."""
    return ContactPerson(
        data["name"], roles, data["relation"], phones=tuple(data["phones"]), emails=tuple(data["emails"])
    )


def with_known(person: ContactPerson, known: ContactPerson) -> ContactPerson:
    """What the dossier has of the same person stays: who becomes first contact does not stop being representative."""
    return replace(
        known,
        name=person.name,
        roles=(*known.roles, *(role for role in person.roles if role not in known.roles)),
        phones=person.phones or known.phones,
        emails=person.emails or known.emails,
    )


def decision(text: str, _today: date) -> dict[str, Any]:
    """``nee``, ``niet``, ``ja, mits …``: as on a command, with the words of the form."""
    said = plain(text.strip().rstrip(".!"))
    try:
        found, limit = parse_decision({"wel": "ja", "niet": "nee", "yes": "ja", "no": "nee"}.get(said, text))
    except CommandRejected as problem:
        raise NotUnderstoodError(SAY_DECISION) from problem
    if limit is not None:
        _check(limit, 4000)
    return {"is": found.value, "text": limit}


def other_directives(text: str, _today: date) -> list[str]:
    """``sondevoeding: nee; dialyse: ja, mits …``; "nee" is none. Kept in words, that :func:`directives_of` reads."""
    if plain(text.strip().rstrip(".")) in _NONE:
        return []
    parts = [part for part in _NEW_LINE.split(text.strip()) if part]
    _limit(parts)
    try:
        for part in parts:
            parse_directive(f"anders {part}", discussed_on=None)
    except CommandRejected as problem:
        raise NotUnderstoodError(SAY_OTHER) from problem
    if any(len(part.partition(":")[0]) > 300 for part in parts):
        raise NotUnderstoodError(SAY_OTHER)
    return parts


def place(text: str, _today: date) -> dict[str, Any]:
    """``thuis``, or ``anders: bij mijn zus``."""
    said = text.strip().rstrip(".")
    first, _, rest = said.partition(" ")
    if plain(first) == "anders" and rest.strip():
        said = f"anders: {rest.strip()}"
    try:
        found = parse_place(said)
    except CommandRejected as problem:
        raise NotUnderstoodError(SAY_PLACE) from problem
    return {"is": found.place.value, "text": found.other_place}


def views(text: str, today: date) -> list[dict[str, Any]]:
    """``zoon Pieter: hospice; dochter Els: thuis``: who, and the place that they see; "nee" is none."""
    if plain(text.strip().rstrip(".")) in _NONE:
        return []
    parts = [part for part in _NEW_LINE.split(text.strip()) if part]
    _limit(parts)
    found = []
    for part in parts:
        who, colon, where = part.partition(":")
        if not colon or not any(char.isalpha() for char in who):
            raise NotUnderstoodError(SAY_VIEWS)
        _check(who, 200)
        found.append({"who": who.strip(), **place(where, today)})
    return found


def _limit(parts: Sequence[object]) -> None:
    if len(parts) > _MOST:
        raise NotUnderstoodError(TOO_MANY)


def _check(text: str, limit: int) -> None:
    try:
        check_text(text, limit)
    except ValueError as problem:
        raise NotUnderstoodError(SAY_TEXT) from problem
