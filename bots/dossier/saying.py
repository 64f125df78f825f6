"""From an outgoing message to the content of a Matrix event, by its form: text, a card (new or edited), a picture."""

import asyncio
import re
from collections.abc import Collection

import structlog

from bots.dossier.message import notice_of
from bots.runtime.media import Attachment
from bots.runtime.rendering import clean, in_reply_to, replacing
from bots.runtime.sender import Sender
from bots.runtime.untrusted import JsonObject
from hub.adapters.picture import SCALE, png
from hub.application.ports import Form, OutgoingMessage, Tone
from hub.domain.errors import DeliveryRefused, IntegrityBroken

_NAME = "verloop.png"
"""Stands inside the encryption, and tells no more than that it is a picture."""
_SIZE = re.compile(r'viewBox="0 0 (\d{1,4}) (\d{1,4})"', re.ASCII)
_log = structlog.get_logger("bots.relay")


async def content_of(message: OutgoingMessage, sender: Sender, hearers: Collection[str]) -> JsonObject:
    """What to encrypt. A notice never rings, also with a mention in it (push rule ``.m.rule.suppress_notices`` comes
    before ``.m.rule.is_user_mention``, Matrix specification, predefined rules); so what is urgent is text.

    :param hearers: Matrix ids of who can read it; nobody else is mentioned

    :raises DeliveryDelayed: a picture cannot be stored at the homeserver now
    """
    if message.form is Form.PICTURE and message.picture is not None:
        content = await _picture(message.body, message.picture, sender)
    else:
        urgent = message.tone is Tone.URGENT
        mentions = tuple(one for one in message.mentions if urgent and one in hearers)
        content = notice_of(message.body, mentions, "m.text" if urgent else "m.notice")
    if message.replaces is not None:
        return replacing(content, message.replaces)
    return content if message.in_reply_to is None else in_reply_to(content, message.in_reply_to)


async def _picture(body: str, drawing: str, sender: Sender) -> JsonObject:
    """The picture with its words; the words alone when no picture can be made or stored."""
    size = _SIZE.search(drawing)
    try:
        if size is None:
            raise IntegrityBroken("Deze tekening heeft geen maat.")
        width, height = int(size[1]), int(size[2])
        data = await asyncio.to_thread(png, drawing, width)
        carried = await sender.attach(Attachment(_NAME, "image/png", data))
    except (IntegrityBroken, DeliveryRefused) as error:
        _log.warning("picture-in-words", code=error.code)
        return notice_of(body)
    info = {**carried["info"], "w": width * SCALE, "h": height * SCALE}
    # Shown under the picture, and read aloud in its place (alt).
    return {**carried, "msgtype": "m.image", "body": clean(body), "info": info}
