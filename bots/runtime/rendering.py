"""Contents of messages that we send: plain text, replies, threads."""

from collections.abc import Sequence

from bots.runtime.untrusted import JsonObject


def clean(text: str) -> str:
    """Text that any client and any database takes:

    no control characters but line breaks and tabs, no lone surrogates.
    """
    text = text.encode("utf-8", "replace").decode()
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 0x20 and not 0x7F <= ord(c) <= 0x9F))


def text_message(text: str, *, mentions: Sequence[str] = (), msgtype: str = "m.text") -> JsonObject:
    """A plain message. ``m.mentions`` is always there, so that no name in the text alerts anybody by accident."""
    users: JsonObject = {"user_ids": list(mentions)} if mentions else {}
    return {"msgtype": msgtype, "body": clean(text), "m.mentions": users}


def in_reply_to(content: JsonObject, event_id: str) -> JsonObject:
    """``content`` as a reply, without the old quoted fallback."""
    relation = {**content.get("m.relates_to", {}), "m.in_reply_to": {"event_id": event_id}}
    return {**content, "m.relates_to": relation | ({"is_falling_back": False} if "rel_type" in relation else {})}


def in_thread(content: JsonObject, root_event_id: str, latest_event_id: str | None = None) -> JsonObject:
    """``content`` in a thread; ``latest_event_id`` is where clients without threads show it."""
    relation: JsonObject = {
        "rel_type": "m.thread",
        "event_id": root_event_id,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": latest_event_id or root_event_id},
    }
    return {**content, "m.relates_to": relation}


def replacing(content: JsonObject, event_id: str) -> JsonObject:
    """``content`` as an edit of an own message: in its place, or with an asterisk in a client that knows no edits."""
    shown = {**content, "body": f"* {content['body']}"}
    if "formatted_body" in content:
        shown["formatted_body"] = f"* {content['formatted_body']}"
    return {**shown, "m.new_content": content, "m.relates_to": {"rel_type": "m.replace", "event_id": event_id}}
