"""Reading JSON that somebody else wrote: a wrong shape is an absent value, never an exception."""

from typing import Any

JsonObject = dict[str, Any]


def text_at(value: object, *path: str) -> str | None:
    """The string at ``path`` in untrusted JSON, or None."""
    found = at(value, *path)
    return found if isinstance(found, str) else None


def object_at(value: object, *path: str) -> JsonObject:
    """The object at ``path`` in untrusted JSON, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def list_at(value: object, *path: str) -> list[Any]:
    """The list at ``path`` in untrusted JSON, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def at(value: object, *path: str) -> object:
    """What is at ``path`` in untrusted JSON, or None."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def storable(text: object, *, longest: int = 255) -> str | None:
    """An identifier that any database can keep: text of at most ``longest`` bytes, no NUL, no lone surrogate."""
    if not isinstance(text, str) or not text or "\x00" in text:
        return None
    if text.isascii():
        # Nearly all, and four times a message: nothing to encode.
        return text if len(text) <= longest else None
    try:
        return text if len(text.encode()) <= longest else None
    except UnicodeEncodeError:
        return None


def user_id(text: object) -> str | None:
    """A storable Matrix id of a person (``@name:server``). The homeserver refuses whole requests that name another."""
    kept = storable(text)
    return kept if kept is not None and kept.startswith("@") and ":" in kept[2:] else None


def is_crash(error: BaseException) -> bool:
    """Whether this is a mistake of ours, or of a library, that somebody's bytes found; not a request to stop.

    A panic of Rust below vodozemac is no ``Exception``, and would end the process at each next start again.
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def milliseconds(value: object) -> int:
    """A timestamp of an event, forced into what a database column holds; 0 when it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value < 2**53 else 0
