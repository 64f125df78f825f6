"""JSON as it comes from outside, read without mercy: small, shallow, and with one meaning only."""

import json
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NoReturn

from hub.fhir.refused import ImportRefused

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_ENTRIES = 500
_MAX_NODES = 200_000
_MAX_DIGITS = 40


def parse_json_strict(data: bytes) -> Any:
    """One JSON object or array in UTF-8, with or without byte order mark.

    Decimals stay :class:`decimal.Decimal`, so that 8.50 keeps its precision.

    :raises ImportRefused: ``too-large``, ``not-json`` (also XML, gzip, UTF-16), ``duplicate-key``, ``too-deep``,
        ``unreadable-text``
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused("too-large", "Het bestand is te groot: hoogstens 1 MiB.")
    text = _text(data)
    if text.lstrip().startswith("<"):
        raise ImportRefused("not-json", "Dit is XML. Alleen FHIR in JSON kan worden ingelezen.")
    try:
        parsed = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_decimal, parse_int=_integer
        )
    except json.JSONDecodeError as problem:
        raise ImportRefused("not-json", f"Dit is geen geldige JSON (regel {problem.lineno}).") from problem
    except RecursionError as problem:
        raise ImportRefused("too-deep", f"De gegevens zijn dieper genest dan {MAX_DEPTH} lagen.") from problem
    if not isinstance(parsed, dict | list):
        raise ImportRefused("not-json", "Dit is geen FHIR: een object of een lijst van objecten werd verwacht.")
    check_tree(parsed)
    return parsed


def check_tree(tree: object) -> None:
    """Depth, size and text of parsed JSON; also of what did not come through :func:`parse_json_strict`.

    :raises ImportRefused: ``too-deep``, ``too-large``, ``not-json``, ``unreadable-text``
    """
    level: list[object] = [tree]
    seen = 0
    for _ in range(MAX_DEPTH + 1):
        below: list[object] = []
        for node in level:
            below.extend(_children(node))
        seen += len(below)
        if seen > _MAX_NODES:
            raise ImportRefused("too-large", "Het bestand bevat te veel gegevens.")
        if not below:
            return
        level = below
    raise ImportRefused("too-deep", f"De gegevens zijn dieper genest dan {MAX_DEPTH} lagen.")


def _children(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        if not all(isinstance(key, str) for key in node):
            raise ImportRefused("not-json", "Dit is geen FHIR: een veld heeft geen naam.")
        for key in node:
            _check_string(key)
        return node.values()
    if isinstance(node, list):
        return node
    if isinstance(node, str):
        _check_string(node)
    elif not (node is None or isinstance(node, bool | int | float | Decimal)):
        raise ImportRefused("not-json", "Dit is geen FHIR: een waarde heeft een onbekend type.")
    elif isinstance(node, float) and not math.isfinite(node):
        raise ImportRefused("not-json", "NaN en oneindig zijn geen geldige waarden in FHIR.")
    return ()


def _check_string(text: str) -> None:
    if any((ord(char) < 32 and char not in "\n\r\t") or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ImportRefused("unreadable-text", "De tekst bevat tekens die niet leesbaar zijn (stuurtekens).")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ImportRefused(
            "not-json", "Dit is geen tekst in UTF-8; alleen FHIR in JSON kan worden ingelezen."
        ) from problem


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        # Two values under one name: which one counts depends on the reader. In a treatment directive that is deadly.
        raise ImportRefused(
            "duplicate-key", "Een veld komt twee keer voor in hetzelfde object; het is niet duidelijk welk telt."
        )
    return made


def _no_constant(_name: str) -> NoReturn:
    raise ImportRefused("not-json", "NaN en oneindig zijn geen geldige waarden in FHIR.")


def _decimal(text: str) -> Decimal:
    if len(text) > _MAX_DIGITS:
        raise ImportRefused("not-json", "Een getal in de gegevens is te lang.")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ImportRefused("not-json", "Een getal in de gegevens is te lang.")
    return int(text)
