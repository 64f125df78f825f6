"""Every failure becomes one calm page with a mark to ask about; none shows how the hub works inside."""

import time
import traceback
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import PurePath

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from hub.access.explain import Explanation, as_error, explain, not_open
from hub.application.guard import Refused
from hub.domain.errors import AuditUnavailable
from hub.domain.identifiers import new_id
from hub.portal.fhir import errors as fhir_errors
from hub.portal.language import words_of
from hub.portal.pages import page, signed_out
from hub.portal.security import is_loopback_name, only, take_cookie
from hub.portal.sessions import NoSession
from hub.portal.state import CORRELATION, portal_of
from hub.texts import N_, Words

_log = structlog.get_logger("hub.portal")
_TITLES = {
    HTTPStatus.BAD_REQUEST: N_("Dit verzoek klopt niet"),
    HTTPStatus.FORBIDDEN: N_("Dit verzoek kwam niet van onze eigen pagina"),
    HTTPStatus.NOT_FOUND: N_("Deze pagina bestaat niet"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Dit kan niet op deze pagina"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("Dit verzoek is te groot"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: N_("Dit verzoek klopt niet"),
    HTTPStatus.MISDIRECTED_REQUEST: N_("Dit adres is niet van Kring"),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Dat ging te snel"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("Kring kan nu niets laten zien"),
}
_ADVICE = {
    HTTPStatus.FORBIDDEN: N_("Ga terug naar het portaal en probeer het daar nog eens."),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Wacht een minuut en probeer het dan opnieuw."),
    HTTPStatus.SERVICE_UNAVAILABLE: N_(
        "Kring kan op dit moment niet vastleggen wie wat ziet, en laat daarom niets zien. "
        "Probeer het straks nog eens; de beheerder ziet deze storing."
    ),
}
_OPERATIONS = frozenset({"/healthz", "/readyz", "/metrics"})
_RETRY_AFTER = "60"


@web.middleware
async def answer_always(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost layer: gives the request its mark, counts it, and turns failures into pages."""
    request[CORRELATION] = new_id("web")
    portal = portal_of(request)
    started = time.perf_counter()
    response = await _answered(request, handler)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    portal.figures.answers.labels(route, str(response.status)).inc()
    portal.figures.seconds.labels(route).observe(time.perf_counter() - started)
    return response


async def _by_own_name(request: web.Request, handler: Handler) -> web.StreamResponse:
    _require_own_name(request)
    return await handler(request)


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith(fhir_errors.PREFIX):
        return await fhir_errors.answer_as_fhir(request, partial(_by_own_name, handler=handler))
    try:
        _require_own_name(request)
        return await handler(request)
    except NoSession:
        response = _as_json(request, HTTPStatus.UNAUTHORIZED) if _for_a_program(request) else signed_out(request)
        take_cookie(response, portal_of(request).address)
        return response
    except Refused as refused:
        return await _refused(request, refused)
    except web.HTTPException as error:
        return _failed(request, HTTPStatus(error.status), error)
    except AuditUnavailable:
        return _unlogged(request)
    except Exception as error:  # noqa: BLE001 -- the last net: whatever it was, people get a page and operators a line
        # No message and no values: they may hold what a patient said.
        _log.error(
            "request-failed",
            correlation=request[CORRELATION],
            error=type(error).__name__,
            at=[f"{PurePath(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:]],
        )
        return _failed(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _require_own_name(request: web.Request) -> None:
    """The Host header is ours, once. Operators' checks come by the loopback name as well."""
    host = only(request.headers, "Host")
    if host is None:
        raise web.HTTPBadRequest
    operator = request.path in _OPERATIONS and is_loopback_name(host)
    if not operator and not portal_of(request).address.accepts(host):
        raise web.HTTPMisdirectedRequest


async def _refused(request: web.Request, refused: Refused) -> web.Response:
    """What was asked, why not, which law, who can help; the same words whether or not there is something to see."""
    portal = portal_of(request)
    try:
        async with portal.hub.transactions() as unit:
            await portal.hub.guard.record_refusal(unit, refused)
    except AuditUnavailable:
        return _unlogged(request)
    except Exception as error:  # noqa: BLE001 -- a refusal that cannot be logged is still a refusal, told as a failure
        _log.error("refusal-not-logged", correlation=request[CORRELATION], error=type(error).__name__)
        return _failed(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    words = words_of(request)
    explanation = _explained(refused, words)
    if _for_a_program(request):
        return web.json_response({"error": as_error(refused.code, str(refused), explanation)}, status=403)
    if refused.request is not None and refused.request.section is not None and "section" not in request.match_info:
        # The whole dossier was asked for, not the one section that the answer was found in.
        explanation = replace(explanation, what=words("het dossier lezen"))
    return page(
        request, "refused.html", HTTPStatus.FORBIDDEN, explanation=explanation, correlation=request[CORRELATION]
    )


def _for_a_program(request: web.Request) -> bool:
    return request.path.startswith("/api/")


def _as_json(request: web.Request, status: HTTPStatus) -> web.Response:
    """Title and advice of the page as an error; the code is the name of the status."""
    words = words_of(request)
    told = words(_TITLES[status]) if status in _TITLES else words("Er ging iets mis")
    if status is HTTPStatus.UNAUTHORIZED:
        told = words("U bent niet aangemeld.")
    elif status in _ADVICE:
        told = f"{told}. {words(_ADVICE[status])}"
    code = status.name.lower().replace("_", "-")
    return web.json_response({"error": {"code": code, "message": told}}, status=status)


def _unlogged(request: web.Request) -> web.Response:
    """What cannot be logged is not shown and not done (I4)."""
    _log.error("log-takes-nothing", correlation=request[CORRELATION])
    return _failed(request, HTTPStatus.SERVICE_UNAVAILABLE)


def _explained(refused: Refused, words: Words) -> Explanation:
    if refused.request is None:
        return not_open(words("het portaal openen"), words)
    return explain(refused.decision, refused.request, words)


def _failed(request: web.Request, status: HTTPStatus, error: web.HTTPException | None = None) -> web.Response:
    response = _as_json(request, status) if _for_a_program(request) else _failure_page(request, status)
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        response.headers["Retry-After"] = _RETRY_AFTER
    if error is not None and "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _failure_page(request: web.Request, status: HTTPStatus) -> web.Response:
    words = words_of(request)
    return page(
        request,
        "failed.html",
        status,
        title=words(_TITLES[status]) if status in _TITLES else words("Er ging iets mis"),
        advice=words(_ADVICE[status])
        if status in _ADVICE
        else words("Probeer het straks nog eens. Uw gegevens zijn veilig."),
        correlation=request[CORRELATION],
    )
