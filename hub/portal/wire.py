"""The edge below the application: what is no HTTP never reaches a handler, and still gets a hardened answer.

aiohttp answers such bytes by itself: it names its version, repeats part of what was sent, and logs it. A one-time link
or a cookie can be part of that, so none of the three happens here.
"""

from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web

from hub.portal.security import harden

_log = structlog.get_logger("hub.portal")


class PortalRunner(web.AppRunner):
    """``web.AppRunner`` with this edge; use it to serve the application of ``hub.portal.app``."""

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        return _Server(
            plain.request_handler,
            request_factory=plain.request_factory,
            handler_cancellation=plain.handler_cancellation,
            **plain._kwargs,
        )


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Edge(self, loop=self._loop, **self._kwargs)


class _Edge(web.RequestHandler):
    __slots__ = ()

    def log_exception(self, *_args: Any, **details: Any) -> None:
        # The kind only: a parser's message quotes the request.
        _log.warning("bad-request", error=type(details.get("exc_info")).__name__)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        self.log_exception(exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was already on its way")
        response = _BareResponse(status=status, text=HTTPStatus(status).phrase)
        response.force_close()
        return response


class _BareResponse(web.Response):
    """Made outside the application, so that its signals do not reach it."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        if self._req is not None:
            await harden(self._req, self)
