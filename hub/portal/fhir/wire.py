"""What goes over the line: media types, ``Prefer``, sizes, and FHIR's way of answering."""

import re
from http import HTTPStatus
from typing import Any

from aiohttp import web

from hub.fhir.catalogue import Release
from hub.fhir.searching.answers import fhir_version, media_type, written
from hub.portal.state import portal_of

RELEASES = {"r4": Release.R4, "stu3": Release.STU3}
_JSON = {"application/fhir+json", "application/json", "json", "application/json+fhir"}
_ANY = {"*/*", "application/*"}
_MOST_MEDIA_TYPES = 30
_CHARSETS = {None, "utf-8", "UTF-8"}
_PREFERENCE = re.compile(r"\s*([a-z-]+)\s*=\s*\"?([A-Za-z0-9-]+)\"?\s*", re.ASCII)


def release_of(request: web.Request) -> Release:
    """:raises web.HTTPNotFound: another edition of FHIR"""
    found = RELEASES.get(request.match_info.get("release", ""))
    if found is None:
        raise web.HTTPNotFound
    return found


def base_of(request: web.Request, release: Release) -> str:
    """The address of this server for one release; from the settings, never from a header."""
    name = next(name for name, known in RELEASES.items() if known is release)
    return f"{portal_of(request).hub.settings.portal_base}/fhir/{name}"


def require_json_wanted(request: web.Request, release: Release) -> None:
    """``_format`` wins over ``Accept`` (FHIR http 3.1.0.1.11); JSON is all that there is.

    :raises web.HTTPNotAcceptable: XML, or another version of FHIR
    """
    formats = request.query.getall("_format", [])
    if formats:
        acceptable = len(formats) == 1 and _is_json(formats[0], release)
    else:
        # A plus may have come as a space.
        wishes = ",".join(request.headers.getall("Accept", ["*/*"])).split(",")[:_MOST_MEDIA_TYPES]
        acceptable = any(_is_json(wish, release) for wish in wishes)
    if not acceptable:
        raise web.HTTPNotAcceptable


def _is_json(wish: str, release: Release) -> bool:
    kind, *parameters = (part.strip().lower().replace("fhir json", "fhir+json") for part in wish.split(";"))
    versions = [p.partition("=")[2].strip("\"' ") for p in parameters if p.startswith("fhirversion")]
    refused = any(re.fullmatch(r"q\s*=\s*0(\.0*)?", parameter) for parameter in parameters)
    fits = all(version == fhir_version(release) for version in versions)
    return not refused and fits and (kind in _JSON or kind in _ANY)


def require_json_sent(request: web.Request) -> None:
    """:raises web.HTTPUnsupportedMediaType: XML, another encoding, or packed"""
    if request.content_type not in {"application/fhir+json", "application/json"}:
        raise web.HTTPUnsupportedMediaType
    if request.charset not in _CHARSETS or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType


async def body_of(request: web.Request, most: int) -> bytes:
    """The whole body.

    :raises web.HTTPRequestEntityTooLarge: more than ``most`` bytes; the rest is not read
    """
    body = bytearray()
    if (request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(body))
    return bytes(body)


def preferences(request: web.Request) -> dict[str, str]:
    """``Prefer: handling=strict, return=minimal`` (RFC 7240)."""
    parts = [part for line in request.headers.getall("Prefer", []) for part in re.split(r"[,;]", line)]
    return {match[1]: match[2] for part in parts if (match := _PREFERENCE.fullmatch(part))}


def answer(
    resource: dict[str, Any], release: Release, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> web.Response:
    """A resource as FHIR says it."""
    return web.Response(
        body=written(resource), status=status, headers={"Content-Type": media_type(release)} | (headers or {})
    )
