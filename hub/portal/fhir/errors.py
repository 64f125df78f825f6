"""Every failure of ``/fhir`` as an OperationOutcome; *forbidden* and *does not exist* in the same bytes."""

import traceback
from http import HTTPStatus
from pathlib import PurePath

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from hub.access.explain import Explanation, explain, not_open
from hub.application.guard import Refused
from hub.domain.api_token import TokenRefused
from hub.domain.errors import AuditUnavailable, CommandRejected, NotFound
from hub.fhir.refused import ImportRefused
from hub.fhir.searching.answers import outcome
from hub.fhir.searching.refused import SearchRefused
from hub.portal.fhir.asking import NotForThis, NoToken
from hub.portal.fhir.wire import RELEASES, answer
from hub.portal.language import words_of
from hub.portal.state import CORRELATION, portal_of
from hub.texts import N_

PREFIX = "/fhir/"
_REALM = 'Bearer realm="kring"'
_RETRY_AFTER = "60"
_log = structlog.get_logger("hub.portal")
_TOLD = {
    HTTPStatus.BAD_REQUEST: ("invalid", N_("Dit verzoek klopt niet")),
    HTTPStatus.NOT_FOUND: ("not-found", N_("Dit is niet voor u opengesteld, of het bestaat niet.")),
    HTTPStatus.METHOD_NOT_ALLOWED: ("not-supported", N_("Dit kan niet op dit adres.")),
    HTTPStatus.NOT_ACCEPTABLE: (
        "not-supported",
        N_("Deze server geeft alleen JSON: application/fhir+json, in de versie van FHIR van dit adres."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("too-long", N_("Dit verzoek is te groot")),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "not-supported",
        N_("Deze server neemt alleen JSON aan: application/fhir+json."),
    ),
    HTTPStatus.MISDIRECTED_REQUEST: ("invalid", N_("Dit adres is niet van Kring")),
    HTTPStatus.TOO_MANY_REQUESTS: ("throttled", N_("Dat ging te snel")),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "transient",
        N_(
            "Kring kan op dit moment niet vastleggen wie wat ziet, en laat daarom niets zien. "
            "Probeer het straks nog eens; de beheerder ziet deze storing."
        ),
    ),
}
_NO_TOKEN = N_("Toon een geldig token in de kop Authorization: Bearer …")
_OTHER_SCOPE = N_("Met dit token mag dit niet.")
_REFUSED_IMPORT = {"too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "not-json": HTTPStatus.BAD_REQUEST}


async def answer_as_fhir(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost layer of ``/fhir``."""
    try:
        return await handler(request)
    except NoToken:
        return _failed(request, HTTPStatus.UNAUTHORIZED, "login", _NO_TOKEN, {"WWW-Authenticate": _REALM})
    except TokenRefused as refused:
        _log.warning("token-refused", correlation=request[CORRELATION], reason=refused.code)
        challenge = {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}
        return _failed(request, HTTPStatus.UNAUTHORIZED, "login", _NO_TOKEN, challenge)
    except NotForThis:
        challenge = {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'}
        return _failed(request, HTTPStatus.FORBIDDEN, "forbidden", _OTHER_SCOPE, challenge)
    except Refused as refused:
        return await _refused(request, refused)
    except NotFound:
        return _failed(request, HTTPStatus.NOT_FOUND)
    except SearchRefused as refused:
        return _failed(request, HTTPStatus(refused.status), refused.code, str(refused))
    except ImportRefused as refused:
        status = _REFUSED_IMPORT.get(refused.code, HTTPStatus.UNPROCESSABLE_ENTITY)
        return _failed(request, status, "invalid", str(refused))
    except CommandRejected as refused:
        return _failed(request, HTTPStatus.UNPROCESSABLE_ENTITY, "business-rule", str(refused))
    except web.HTTPException as error:
        return _of_http(request, error)
    except AuditUnavailable:
        return _unlogged(request)
    except Exception as error:  # noqa: BLE001 -- the last net: programs get an outcome and operators a line
        # No message and no values: they may hold what a patient said.
        _log.error(
            "request-failed",
            correlation=request[CORRELATION],
            error=type(error).__name__,
            at=[f"{PurePath(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:]],
        )
        return _failed(request, HTTPStatus.INTERNAL_SERVER_ERROR)


async def _refused(request: web.Request, refused: Refused) -> web.Response:
    """A read by id says no more than that it is not there; a search says why, to who may hear why."""
    portal = portal_of(request)
    try:
        async with portal.hub.transactions() as unit:
            await portal.hub.guard.record_refusal(unit, refused)
    except AuditUnavailable:
        return _unlogged(request)
    if "id" in request.match_info:
        return _failed(request, HTTPStatus.NOT_FOUND)
    words = words_of(request)
    told: Explanation = (
        not_open("", words) if refused.request is None else explain(refused.decision, refused.request, words)
    )
    helps = words("Wie kan helpen: %(who)s.") % {"who": told.who_can_help}
    text = f"{told.why} ({', '.join(told.laws)}) {helps}"
    return _failed(request, HTTPStatus.FORBIDDEN, "forbidden", text)


def _of_http(request: web.Request, error: web.HTTPException) -> web.Response:
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = _RETRY_AFTER
    return _failed(request, HTTPStatus(error.status), headers=headers)


def _unlogged(request: web.Request) -> web.Response:
    """What cannot be logged is not shown and not done (I4)."""
    _log.error("log-takes-nothing", correlation=request[CORRELATION])
    return _failed(request, HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": _RETRY_AFTER})


def _failed(
    request: web.Request,
    status: HTTPStatus,
    code: str | None = None,
    text: str | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    known_code, known_text = _TOLD.get(status, ("exception", N_("Er ging iets mis")))
    told = words_of(request)(text or known_text)
    release = RELEASES.get(request.path.removeprefix(PREFIX).partition("/")[0], RELEASES["r4"])
    return answer(outcome("error", code or known_code, told), release, status, headers)
