"""A message as the source of an entry: its words, who wrote them in which role, and its hash."""

from datetime import datetime
from typing import Any

from bots.dossier import views
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import text_at
from hub.adapters.sql.times import to_micros
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.use_cases.filing import member_then
from hub.domain.circle import CareRelation
from hub.domain.filing import Said, content_sha256, readable
from hub.domain.people import Person


def words_of(message: TrustedMessage, edit: TrustedMessage | None = None) -> str:
    """What people read: the newest text, without what an old client quotes above its answer."""
    newest = message if edit is None else edit
    text = text_at(newest.content, "m.new_content", "body") if newest.is_edit else newest.body
    lines = (text or "").split("\n")
    if newest.reply_to is not None:
        while lines and lines[0].startswith(">"):
            lines.pop(0)
    return "\n".join(lines).strip()


async def sender_then(
    unit: SqlUnitOfWork, context: RequestContext, message: TrustedMessage, sent_at: datetime
) -> tuple[Person, CareRelation] | None:
    """Who wrote it, in the role that they had then; None when nobody of this circle did."""
    sender = await unit.people.by_matrix_id(message.sender)
    relation = None if sender is None else await member_then(unit, context, sender.id, sent_at)
    return None if sender is None or relation is None else (sender, relation)


async def said_by(
    unit: SqlUnitOfWork, context: RequestContext, message: TrustedMessage, text: str, sent_at: datetime
) -> Said | None:
    """These words with who wrote them; None when nobody of this circle did, or when there are none."""
    found = await sender_then(unit, context, message, sent_at)
    if found is None or not readable(text).strip():
        return None
    sender, relation = found
    return Said(
        text=text,
        name=sender.name.full,
        by=f"{sender.name.full} ({relation.role.title_nl})",
        role=relation.role,
        at=views.minute(sent_at),
        on=sent_at.astimezone(views.AMSTERDAM).date(),
    )


async def source_json(
    unit: SqlUnitOfWork, message: TrustedMessage, edit: TrustedMessage | None, said: Said, sent_at: datetime
) -> dict[str, Any]:
    """What a waiting question keeps of its message. The hash is of what was encrypted last: that is what was read."""
    sender = await unit.people.by_matrix_id(message.sender)
    return {
        "room": message.room_id,
        "event": message.event_id,
        "sha256": content_sha256((edit or message).content),
        "sender": sender.id if sender else "",
        "sent_at": to_micros(sent_at),
        "name": said.name,
        "by": said.by,
        "role": said.role.value,
        "at": said.at,
        "text": said.text,
    }
