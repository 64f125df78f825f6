"""From an outgoing message to the content of a Matrix event, by its form: text, a card (new or edited), a picture."""

from bots.dossier.message import notice_of
from bots.runtime.rendering import in_reply_to, replacing
from bots.runtime.sender import Sender
from bots.runtime.untrusted import JsonObject
from hub.application.ports import OutgoingMessage


async def content_of(message: OutgoingMessage, sender: Sender) -> JsonObject:
    """What to encrypt."""
    del sender
    content = notice_of(message.body, message.mentions)
    if message.replaces is not None:
        return replacing(content, message.replaces)
    return content if message.in_reply_to is None else in_reply_to(content, message.in_reply_to)
