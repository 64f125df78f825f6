"""Looks for words that must not be there, in every file of a folder and every value of its SQLite databases."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path


def find_canaries(folder: Path, words: Iterable[str]) -> list[str]:
    """``["homeserver.db: word", …]``; empty when none was found."""
    wanted = [(word, word.encode()) for word in words]
    found: set[str] = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        texts = [raw]
        if raw.startswith(b"SQLite format 3"):
            # Rows of one value may lie on several pages: read them as the program that owns them does.
            texts.append(_values(path))
        found |= {f"{path.name}: {word}" for word, needle in wanted if any(needle in text for text in texts)}
    return sorted(found)


def _values(database: Path) -> bytes:
    parts: list[bytes] = []
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 -- names of the database itself
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    connection.close()
    return b"\n".join(parts)
