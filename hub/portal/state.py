"""What the handlers share: one object in the application, one note on each request."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from hub.bootstrap import Hub
from hub.portal.figures import Figures
from hub.portal.rate import Rate
from hub.portal.security import Address

Ready = Callable[[], Awaitable[Mapping[str, Mapping[str, object]]]]
"""Each part that must be there, with ``ok`` and what an operator wants to know of it."""
Gather = Callable[[], Awaitable[bytes]]
"""Figures that are looked up when somebody asks, in Prometheus' text format."""


async def nothing_more() -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Portal:
    """``sign_ins`` is per address, ``reads`` per session (threats F3); ``programs`` per token, which reads a whole plan
    in eight requests; ``bad_tokens``, ``scans`` of a paper's code and ``calendars`` per address."""

    hub: Hub
    ready: Ready
    address: Address
    style: "Style"
    gather: Gather = nothing_more
    figures: Figures = field(default_factory=Figures)
    sign_ins: Rate = field(default_factory=lambda: Rate(10))
    reads: Rate = field(default_factory=lambda: Rate(60))
    programs: Rate = field(default_factory=lambda: Rate(240))
    bad_tokens: Rate = field(default_factory=lambda: Rate(30))
    scans: Rate = field(default_factory=lambda: Rate(30))
    calendars: Rate = field(default_factory=lambda: Rate(60))


@dataclass(frozen=True, slots=True)
class Style:
    """The style sheet; its name carries a hash of its content, so that browsers may keep it for ever."""

    name: str
    content: bytes = field(repr=False)

    @property
    def url(self) -> str:
        return f"/static/{self.name}"


PORTAL = web.AppKey("portal", Portal)
CORRELATION = web.RequestKey("correlation", str)


def portal_of(request: web.Request) -> Portal:
    return request.app[PORTAL]
