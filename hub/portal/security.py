"""What every answer carries and every request must show: headers, Host, Origin, cookies (threats T22, T23, T25)."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from multidict import MultiMapping

from hub.domain.errors import StartRefused

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FIXED_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Reporting-Endpoints": 'csp="/csp"',
}


def content_security_policy(nonce: str) -> str:
    """The policy of every page: only our own style sheet. The nonce is fresh, so that a page can never be replayed into
    a policy; no page uses it yet, because no page has a script."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "object-src 'none'; require-trusted-types-for 'script'; report-to csp"
    )


async def harden(_request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Put the headers on an answer, errors and redirects included (signal ``on_response_prepare``)."""
    response.headers.update(_FIXED_HEADERS)
    response.headers["Content-Security-Policy"] = content_security_policy(secrets.token_urlsafe(16))
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.popall("Server", None)


@dataclass(frozen=True, slots=True)
class Address:
    """Where people reach the portal. ``local``: on this machine only, over http, on whatever port it got."""

    scheme: str
    netloc: str
    local: bool

    @classmethod
    def of(cls, base: str) -> "Address":
        """``https://portal.example`` or, for development, ``http://localhost:8080``.

        :raises StartRefused: plain http to anything but this machine
        """
        parts = urlsplit(base)
        local = parts.scheme == "http" and (parts.hostname or "") in _LOOPBACK
        if not parts.netloc or not (local or parts.scheme == "https"):
            raise StartRefused("Het adres van het portaal (portal_url) begint met https://, behalve op deze machine.")
        return cls(parts.scheme, parts.netloc.lower(), local)

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def cookie_name(self) -> str:
        """``__Host-`` binds the cookie to this host over TLS; browsers refuse the prefix without Secure."""
        return "__Host-kring" if self.secure else "kring-local"

    def named(self, what: str) -> str:
        """The name of another cookie of ours, bound in the same way."""
        return f"{self.cookie_name}-{what}"

    def accepts(self, host: str) -> bool:
        """Whether a Host header is ours; an attacker's name that points at us is not (DNS rebinding).

        A proxy may pass the name on without the port.
        """
        if self.local:
            return is_loopback_name(host)
        return host.lower() in {self.netloc, urlsplit(f"//{self.netloc}").hostname}

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Whether an Origin header is this portal, as it was addressed in this request."""
        own = host.lower() if self.local else self.netloc
        return self.accepts(host) and origin.lower() == f"{self.scheme}://{own}"


def is_loopback_name(host: str) -> bool:
    """``localhost:8080`` and its like."""
    try:
        return urlsplit(f"//{host}").hostname in _LOOPBACK
    except ValueError:
        return False


def only(values: MultiMapping[Any], name: str) -> str | None:
    """The value that occurs exactly once; a doubled header or field is no value at all."""
    found = values.getall(name, [])
    return found[0] if len(found) == 1 and isinstance(found[0], str) else None


def require_own_page(request: web.Request, address: Address) -> None:
    """An unsafe request comes from a page of ours (T22).

    Pages name themselves with ``<meta name="referrer" content="same-origin">``, because under ``no-referrer`` alone a
    browser says ``Origin: null`` to its own site.

    :raises web.HTTPForbidden: another site, or a browser that does not say
    """
    origin, host = only(request.headers, "Origin"), only(request.headers, "Host")
    site = request.headers.getall("Sec-Fetch-Site", [])
    if not origin or not host or not address.is_own_origin(origin, host) or site not in ([], ["same-origin"]):
        raise web.HTTPForbidden


def require_token(expected: str, form: MultiMapping[Any]) -> None:
    """The form carries the token of this very session.

    :raises web.HTTPForbidden: none, another, or more than one
    """
    given = only(form, "csrf")
    if given is None or not hmac.compare_digest(given.encode(), expected.encode()):
        raise web.HTTPForbidden


def session_cookie(request: web.Request, address: Address) -> str | None:
    """The session's secret; None when there is none, or two: one of those was planted."""
    found = cookie_named(request, address.cookie_name)
    return found if found is not None and 20 <= len(found) <= 100 else None


def cookie_named(request: web.Request, cookie: str) -> str | None:
    """The value of the cookie that came exactly once."""
    name = f"{cookie}="
    pairs = [part.strip() for line in request.headers.getall("Cookie", []) for part in line.split(";")]
    found = [pair.removeprefix(name) for pair in pairs if pair.startswith(name)]
    return found[0] if len(found) == 1 else None


def give_cookie(response: web.StreamResponse, address: Address, value: str) -> None:
    response.set_cookie(address.cookie_name, value, path="/", secure=address.secure, httponly=True, samesite="Lax")


def take_cookie(response: web.StreamResponse, address: Address) -> None:
    response.del_cookie(address.cookie_name, path="/", secure=address.secure, httponly=True, samesite="Lax")
