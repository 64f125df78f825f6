"""Van adres naar zoekvraag: the parameters of a search, each understood, ignored out loud, or refused.

What is ignored is left out of the ``self`` link, so that a program sees what was asked after all (FHIR search 3.1.1.2).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub.fhir.catalogue import BSN_SYSTEM, Release
from hub.fhir.searching.definitions import EVERYWHERE, SEARCHABLE, Parameter, ParameterKind, Searchable
from hub.fhir.searching.refused import SearchRefused
from hub.fhir.searching.tokens import value_set

MOST_ON_A_PAGE = 200
_PAGE = 100
_MOST_PARAMETERS = 40
_MOST_VALUES = 100
_LONGEST_VALUE = 1000
_NAME = re.compile(
    r"(?P<name>_?[a-z][a-z-]*)(?::(?P<first>[A-Za-z]+))?(?:\.(?P<chained>_?[a-z][a-z-]*))?(?::(?P<last>[a-z]+))?",
    re.ASCII,
)
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_IDENTIFIERS = {"identifier", "patient.identifier", "subject.identifier", "patient:Patient.identifier"} | {
    "subject:Patient.identifier"
}
_NOT_OURS = {"_format", "_pretty", "_total", "preview"}
"""About the answer, not about what is searched; read elsewhere or without effect."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Eén voorwaarde: any of ``values``. ``chain``: the value is looked for in what the reference points to."""

    parameter: Parameter
    values: tuple[str, ...]
    chain: Parameter | None = None
    in_value_set: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """Verwijzing die mee moet. ``again``: also from what was included (``_include:iterate``)."""

    type: str
    parameter: Parameter
    target: str | None
    again: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Een zoekvraag over één patiënt.

    ``patient``: logical id, None where it was not named; ``bsn``: named by number, only in the body of a POST.
    ``asked``: what was understood, for the ``self`` link; never an identifier.
    """

    release: Release
    type: str
    patient: str | None
    bsn: str | None = field(repr=False)
    filters: tuple[Filter, ...]
    includes: tuple[Include, ...]
    who_did_what: bool
    """``_revinclude=Provenance:target``: who wrote, confirmed or mended each match."""
    count: int
    offset: int
    asked: tuple[tuple[str, str], ...]


Pairs = Sequence[tuple[str, str]]


def read_question(
    release: Release, type_: str, address: Pairs, form: Pairs = (), *, strict: bool, base: str
) -> Question:
    """Parameters as they came, in order, to a question.

    :param address: what stood in the URL
    :param form: what stood in the body of a POST; only there may somebody's number stand
    :param strict: refuse what is not known (``Prefer: handling=strict``) instead of leaving it out
    :param base: address of this server and release, for references that name it
    :raises SearchRefused: too many or too long, a value that cannot be, a modifier that is not supported
    """
    if len(address) + len(form) > _MOST_PARAMETERS or any(len(v) > _LONGEST_VALUE for _, v in (*address, *form)):
        raise SearchRefused("too-long", "De zoekvraag is te lang.")
    reader = _Reader(SEARCHABLE[release][type_], release, strict, base)
    for name, value in address:
        reader.take(name, value, body=False)
    for name, value in form:
        reader.take(name, value, body=True)
    return reader.done()


class _Reader:
    def __init__(self, searchable: Searchable, release: Release, strict: bool, base: str) -> None:
        self._searchable, self._release = searchable, release
        self._strict, self._base = strict, base
        self._patients: set[str] = set()
        self._bsn: set[str] = set()
        self._filters: list[Filter] = []
        self._includes: list[Include] = []
        self._who_did_what = False
        self._asked: list[tuple[str, str]] = []
        self._count, self._offset = _PAGE, 0

    def take(self, name: str, value: str, *, body: bool) -> None:
        if name.startswith("_include"):
            self._include(name, value)
        elif name == "_revinclude":
            self._revinclude(value)
        elif name in _IDENTIFIERS:
            self._identifier(value, body=body)
        elif name in {"_count", "_offset"}:
            self._paging(name, value)
        elif name not in _NOT_OURS and value:
            self._filter(name, value)

    def done(self) -> Question:
        if len(self._patients) > 1 or len(self._bsn) > 1:
            raise SearchRefused("invalid", "Een zoekvraag gaat over één patiënt.")
        return Question(
            release=self._release,
            type=self._searchable.type,
            patient=next(iter(self._patients), None),
            bsn=next(iter(self._bsn), None),
            filters=tuple(self._filters),
            includes=tuple(self._includes),
            who_did_what=self._who_did_what,
            count=self._count,
            offset=self._offset,
            asked=tuple(self._asked),
        )

    def _unknown(self, name: str) -> None:
        if self._strict:
            # The name only as far as it could be a name: what was typed there can be anything.
            shown = name[:40] if re.fullmatch(r"[A-Za-z0-9_.:-]{1,80}", name) else "?"
            raise SearchRefused("not-supported", f"De zoekparameter {shown} kent deze server niet.")

    def _filter(self, name: str, value: str) -> None:
        match = _NAME.fullmatch(name)
        parameter = self._parameter(match["name"]) if match else None
        if match is None or parameter is None:
            return self._unknown(name)
        first, chained, last = match["first"], match["chained"], match["last"]
        if parameter.name in {"patient", "subject"}:
            if chained or last or first not in {None, "Patient"}:
                return self._unknown(name)
            return self._patient(name, value)
        if parameter.name == "_id" and self._searchable.type == "Patient" and not (first or chained or last):
            return self._patient(name, value)
        chain, modifier = self._chain(parameter, first, chained), last if chained else first or last
        if chained and chain is None:
            return self._unknown(name)
        if modifier not in {None, "in"} or (modifier and (chain or parameter).kind is not ParameterKind.CODED):
            # Left out, a modifier would turn the question around: never ignored (FHIR search 3.1.1.4.3).
            raise SearchRefused("not-supported", f"De zoekparameter {parameter.name} kan hier niet met deze modifier.")
        values = (value,) if modifier == "in" else tuple(_separated(value))
        if len(values) > _MOST_VALUES:
            raise SearchRefused("too-long", "De zoekvraag is te lang.")
        if modifier == "in" and value_set(value) is None:
            raise SearchRefused("not-supported", f"De waardelijst bij {parameter.name} kent deze server niet.")
        self._filters.append(Filter(parameter, values, chain, modifier == "in"))
        self._asked.append((name, value))
        return None

    def _parameter(self, name: str) -> Parameter | None:
        return self._searchable.parameters.get(name) or EVERYWHERE.get(name)

    def _chain(self, parameter: Parameter, type_: str | None, chained: str | None) -> Parameter | None:
        if chained is None or parameter.kind is not ParameterKind.REFERENCE:
            return None
        for target in parameter.targets:
            if type_ in {None, target} and target in SEARCHABLE[self._release]:
                found = SEARCHABLE[self._release][target].parameters.get(chained)
                if found is not None and found.kind is ParameterKind.CODED:
                    return found
        return None

    def _patient(self, name: str, value: str) -> None:
        found = value.removeprefix(f"{self._base}/").removeprefix("Patient/")
        if not _ID.fullmatch(found):
            raise SearchRefused("invalid", "Noem één patiënt als patient=[id] of patient=Patient/[id].")
        self._patients.add(found)
        self._asked.append((name, value))

    def _identifier(self, value: str, *, body: bool) -> None:
        if not body:
            raise SearchRefused(
                "security",
                "Zoeken op BSN kan alleen met POST en _search, met het nummer in de inhoud van het verzoek: "
                "een adres blijft in logboeken staan.",
            )
        system, _, number = value.rpartition("|")
        if system != BSN_SYSTEM or not number:
            raise SearchRefused("invalid", f"Zoeken op nummer gaat met identifier={BSN_SYSTEM}|[BSN].")
        self._bsn.add(number)

    def _paging(self, name: str, value: str) -> None:
        if not _NUMBER.fullmatch(value):
            raise SearchRefused("invalid", f"De waarde van {name} is geen aantal.")
        if name == "_count":
            self._count = min(int(value), MOST_ON_A_PAGE)
            self._asked.append((name, str(self._count)))
        else:
            self._offset = int(value)

    def _include(self, name: str, value: str) -> None:
        modifier, inside = name.removeprefix("_include"), ""
        if modifier and modifier not in {":iterate", ":recurse"}:
            # The first edition of the guide prints it with a colon: ``_include:Procedure:encounter``.
            inside = modifier.removeprefix(":")
        again = modifier in {":iterate", ":recurse"}
        wanted = inside if inside and not value else value
        type_, _, rest = wanted.partition(":")
        parameter_name, _, target = rest.partition(":")
        searchable = SEARCHABLE[self._release].get(type_)
        parameter = searchable.includes.get(f"{type_}:{parameter_name}") if searchable else None
        if parameter is None and parameter_name in {"patient", "subject"} and searchable:
            parameter = _SUBJECT
        if parameter is None or (inside and value) or (target and target not in parameter.targets):
            return self._unknown("_include")
        self._includes.append(Include(type_, parameter, target or None, again))
        self._asked.append(("_include:iterate" if again else "_include", wanted))
        return None

    def _revinclude(self, value: str) -> None:
        if value != "Provenance:target":
            return self._unknown("_revinclude")
        self._who_did_what = True
        self._asked.append(("_revinclude", value))
        return None


_SUBJECT = Parameter("patient", ParameterKind.REFERENCE, ("subject", "patient"), "", ("Patient",))


def _separated(text: str) -> Iterable[str]:
    """At each comma that is not escaped; escapes stay for whoever reads the value."""
    part, escaped = "", False
    for char in text:
        if char == "," and not escaped:
            yield part
            part = ""
            continue
        part += char
        escaped = char == "\\" and not escaped
    yield part
