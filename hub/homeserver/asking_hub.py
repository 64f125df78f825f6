"""Asking the hub from inside Synapse: over a unix socket, on loopback, or over TLS with the hub's certificate pinned.

Runs in Synapse's reactor and imports nothing of the hub but the form of the question. Not Synapse's own HTTP client:
that one has no unix sockets, trusts every authority of the system, and waits a minute.
"""

import secrets
from io import BytesIO
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from synapse.logging.context import make_deferred_yieldable
from twisted.internet import reactor
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.interfaces import IReactorTime
from twisted.internet.ssl import Certificate, optionsForClientTLS
from twisted.web.client import URI, Agent, FileBodyProducer, readBody
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IPolicyForHTTPS
from zope.interface import implementer

from hub.homeserver.question import LARGEST, PATH, Question

PATIENCE = 3.0
"""Seconds for connecting, and for the answer; who enters is asked to try again, and messages never wait."""
_SOCKET = "unix:"


class AskingHub:
    """One hub, one secret.

    :param url: ``unix:/path/of/guard.sock``, ``http://127.0.0.1:8091`` or ``https://hub:8091``
    :param certificate: PEM; the only certificate that counts, and needed for ``https``
    :raises ValueError: an address in clear that is not this machine, or TLS without a certificate
    """

    def __init__(self, url: str, secret: str, certificate: bytes | None = None) -> None:
        self._secret = secret
        if len(secret) < 24:
            raise ValueError("the secret of the hub's question is too short")
        if url.startswith(_SOCKET):
            path = url.removeprefix(_SOCKET)
            if not path.startswith("/"):
                raise ValueError("hub_url: a unix socket needs its whole path")
            self._agent: Any = Agent.usingEndpointFactory(reactor, _Socket(path))
            self._url = f"http://hub{PATH}".encode()
            return
        parts = urlsplit(url)
        if parts.scheme == "https":
            if certificate is None:
                raise ValueError("hub_url with https needs hub_certificate_path")
            self._agent = Agent(reactor, _Pinned(Certificate.loadPEM(certificate)), connectTimeout=PATIENCE)
        elif parts.scheme == "http" and _is_this_machine(parts.hostname or ""):
            self._agent = Agent(reactor, connectTimeout=PATIENCE)
        else:
            raise ValueError("hub_url must be unix:, https://, or http:// on this machine")
        self._url = f"{parts.scheme}://{parts.netloc}{PATH}".encode()

    async def agrees(self, question: str, room_id: str, user_id: str, sender: str) -> bool:
        """True only for a clear and proven yes. Raises whatever goes wrong on the way."""
        clock: Any = IReactorTime(reactor)
        asked = Question(secrets.token_urlsafe(24), int(clock.seconds()), question, room_id, user_id, sender)
        body = FileBodyProducer(BytesIO(asked.as_json(self._secret)))
        headers = Headers({b"Content-Type": [b"application/json"]})
        asking = self._agent.request(b"POST", self._url, headers, body)
        answer = await make_deferred_yieldable(asking.addTimeout(PATIENCE, clock))
        if answer.code != 200 or not isinstance(answer.length, int) or answer.length > LARGEST:
            return False
        said = await make_deferred_yieldable(readBody(answer).addTimeout(PATIENCE, clock))
        return asked.is_allowed(self._secret, said)


@implementer(IAgentEndpointFactory)
class _Socket:
    def __init__(self, path: str) -> None:
        self._path = path

    def endpointForURI(self, uri: URI) -> UNIXClientEndpoint:  # noqa: N802 -- Twisted's name
        del uri
        return UNIXClientEndpoint(reactor, self._path, timeout=PATIENCE)


@implementer(IPolicyForHTTPS)
class _Pinned:
    """TLS that trusts one certificate, whatever authorities the system knows."""

    def __init__(self, certificate: Certificate) -> None:
        self._certificate = certificate

    def creatorForNetloc(self, hostname: bytes, port: int) -> object:  # noqa: N802 -- Twisted's name
        del port
        return optionsForClientTLS(hostname.decode("ascii"), trustRoot=self._certificate)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
