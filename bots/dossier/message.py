"""From the text of an outgoing message to a Matrix event: a plain body, and the same as safe HTML."""

import html

from bots.runtime.rendering import clean, text_message
from bots.runtime.sender import LONGEST_BODY
from bots.runtime.untrusted import JsonObject


def notice_of(body: str, mentions: tuple[str, ...] = (), msgtype: str = "m.notice") -> JsonObject:
    """``# heading`` becomes bold, ``- item`` a list; everything is escaped, so no input becomes markup (T9)."""
    content = text_message(_plain(body), mentions=mentions, msgtype=msgtype)
    formatted = _formatted(clean(body))
    if len(formatted.encode()) > LONGEST_BODY:
        # Escaping can make it five times as long, too long for an event; the plain text says the same.
        return content
    return {**content, "format": "org.matrix.custom.html", "formatted_body": formatted}


def _plain(body: str) -> str:
    return "\n".join(line.removeprefix("# ").strip() if line.startswith("# ") else line for line in body.split("\n"))


def _formatted(body: str) -> str:
    parts: list[str] = []
    items: list[str] = []
    for line in body.split("\n"):
        if line.startswith("- "):
            items.append(f"<li>{html.escape(line[2:])}</li>")
            continue
        if items:
            parts.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if line.startswith("# "):
            parts.append(f"<p><strong>{html.escape(line[2:])}</strong></p>")
        elif line.strip():
            parts.append(f"<p>{html.escape(line)}</p>")
    if items:
        parts.append(f"<ul>{''.join(items)}</ul>")
    return "".join(parts)
