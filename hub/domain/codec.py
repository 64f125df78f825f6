"""Frozen dataclasses to plain JSON and back, strictly: what does not fit is an error, never a guess."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hub.domain.values import Moment, PartialDate


class MisfitError(ValueError):
    """The data is not what the kind of entry holds."""


def encode(value: object) -> object:
    """A value of the domain as JSON types.

    :raises ValueError: a type that the dossier does not hold
    """
    if isinstance(value, PartialDate | Moment):
        return value.text
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple):
        return [encode(part) for part in value]
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    raise MisfitError(f"niet op te slaan: {type(value).__name__}")


def decode(hint: Any, data: object) -> Any:
    """The value of type ``hint`` that :func:`encode` made ``data`` of.

    :raises ValueError: unknown key, missing key, wrong type or a value that the type itself refuses
    """
    if get_origin(hint) is UnionType:
        return _decode_optional(hint, data)
    if get_origin(hint) is tuple:
        if not isinstance(data, list):
            raise MisfitError("lijst verwacht")
        return tuple(decode(get_args(hint)[0], part) for part in data)
    if hint in {str, int, bool}:
        # bool is an int to Python; a pain score of True is not a pain score.
        if type(data) is not hint:
            raise MisfitError(f"{hint.__name__} verwacht")
        return data
    if isinstance(hint, type) and issubclass(hint, StrEnum | PartialDate | Moment):
        if not isinstance(data, str):
            raise MisfitError("tekst verwacht")
        return hint(data)
    return _decode_dataclass(hint, data)


def _decode_optional(hint: Any, data: object) -> Any:
    if data is None:
        return None
    (inner,) = (option for option in get_args(hint) if option is not NoneType)
    return decode(inner, data)


def _decode_dataclass(hint: Any, data: object) -> Any:
    if not isinstance(data, Mapping):
        raise MisfitError("object verwacht")
    known = {field.name: field for field in fields(hint)}
    unknown = [str(key) for key in data if key not in known]
    if unknown:
        raise MisfitError(f"onbekend veld: {', '.join(sorted(unknown))}")
    missing = [name for name, field in known.items() if name not in data and field.default is MISSING]
    if missing:
        raise MisfitError(f"ontbrekend veld: {', '.join(missing)}")
    hints = _hints(hint)
    return hint(**{name: decode(hints[name], part) for name, part in data.items()})


@cache
def _hints(owner: type) -> dict[str, Any]:
    return get_type_hints(owner)
