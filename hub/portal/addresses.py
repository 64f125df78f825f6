"""Wie vraagt er: the address that limits count by."""

from ipaddress import ip_address

from aiohttp import web

from hub.portal.state import portal_of

_UNKNOWN = "unknown"


def address_of(request: web.Request) -> str:
    """Behind the TLS proxy what the proxy says, else who connects. Of IPv6 the first half: one house has them all.

    The portal speaks no TLS, so with an ``https`` address only the proxy reaches it (``portal_address``); what stands
    last in its header is what it saw itself. Without this everybody behind the proxy would share one limit.
    """
    said = request.remote or _UNKNOWN
    if portal_of(request).hub.settings.portal_base.startswith("https:"):
        said = request.headers.get("X-Forwarded-For", said).rpartition(",")[2].strip()
    try:
        found = ip_address(said)
    except ValueError:
        return _UNKNOWN
    return found.exploded[:19] if found.version == 6 else str(found)
