"""A file or photo of the dossier, to keep or to look at on one's own device: never shown inside the portal (D4)."""

from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from hub.application.use_cases.documents import open_document
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Section
from hub.portal.sessions import visit
from hub.portal.state import portal_of

_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


async def document(request: web.Request) -> web.Response:
    """The bytes as they were kept, always as a download, under a name that says only where they stand."""
    name, number = request.match_info["section"], request.match_info["number"]
    if name not in Section.__members__ or not number.isascii() or not number.isdigit():
        raise web.HTTPNotFound
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        here = await visit(unit, request)
        try:
            opened = await open_document(unit, hub.guard, here.context, EntryRef(Section(name), int(number[:9])))
        except CommandRejected as rejected:
            raise web.HTTPNotFound from rejected
    extension = _EXTENSIONS.get(opened.document.media_type, "bin")
    file_name = quote(f"kring-{opened.entry.ref}.{extension}")
    return web.Response(
        status=HTTPStatus.OK,
        body=opened.data,
        content_type=opened.document.media_type,
        # The title may hold a name; a file name lands in lists of downloads.
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
