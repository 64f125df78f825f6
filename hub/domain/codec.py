"""Frozen dataclasses to plain JSON and back, strictly: what does not fit is an error, never a guess."""

from collections.abc import Callable, Mapping
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
    return _reader(hint)(data)


_Reader = Callable[[object], Any]


@cache
def _reader(hint: Any) -> _Reader:
    """How to read this type. Found once: a dossier holds thousands of values of a few types."""
    if get_origin(hint) is UnionType:
        (inner,) = (option for option in get_args(hint) if option is not NoneType)
        return _reader_of_optional(inner)
    if get_origin(hint) is tuple:
        return _reader_of_tuple(get_args(hint)[0])
    if hint in {str, int, bool}:
        return _reader_of_plain(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum | PartialDate | Moment):
        return _reader_of_text(hint)
    return _reader_of_dataclass(hint)


def _reader_of_optional(inner: Any) -> _Reader:
    read = _reader(inner)
    return lambda data: None if data is None else read(data)


def _reader_of_tuple(inner: Any) -> _Reader:
    read = _reader(inner)

    def read_all(data: object) -> Any:
        if not isinstance(data, list):
            raise MisfitError("lijst verwacht")
        return tuple(map(read, data))

    return read_all


def _reader_of_plain(hint: type) -> _Reader:
    def read(data: object) -> Any:
        # bool is an int to Python; a pain score of True is not a pain score.
        if type(data) is not hint:
            raise MisfitError(f"{hint.__name__} verwacht")
        return data

    return read


def _reader_of_text(hint: Any) -> _Reader:
    def read(data: object) -> Any:
        if not isinstance(data, str):
            raise MisfitError("tekst verwacht")
        return hint(data)

    return read


def _reader_of_dataclass(hint: Any) -> _Reader:
    hints = get_type_hints(hint)
    readers = {field.name: _reader(hints[field.name]) for field in fields(hint)}
    required = [field.name for field in fields(hint) if field.default is MISSING]

    def read(data: object) -> Any:
        if not isinstance(data, Mapping):
            raise MisfitError("object verwacht")
        if not data.keys() <= readers.keys():
            raise MisfitError(f"onbekend veld: {', '.join(sorted(str(key) for key in data if key not in readers))}")
        missing = [name for name in required if name not in data]
        if missing:
            raise MisfitError(f"ontbrekend veld: {', '.join(missing)}")
        return hint(**{name: readers[name](part) for name, part in data.items()})

    return read
