"""Zoeken en lezen: the requests of IKNL's guide, one transaction each.

Token, request, permits, contents and audit entry are one transaction; only when it committed does the first byte
leave (I4). What is searched is what this person may take along from Kring (``Action.EXPORT``), at this moment.
"""

from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from hub.application.use_cases.exporting import PZP_SECTIONS, Export, export_dossier
from hub.domain.api_token import ApiToken, TokenScope
from hub.fhir.catalogue import Release
from hub.fhir.export import resources_of
from hub.fhir.searching import answers
from hub.fhir.searching.capability import capability_statement
from hub.fhir.searching.definitions import SEARCHABLE
from hub.fhir.searching.finding import find
from hub.fhir.searching.naming import on_this_server, patient_of
from hub.fhir.searching.question import Pairs, Question, read_question
from hub.fhir.searching.refused import SearchRefused
from hub.portal.fhir.asking import Named, context_of, token_of
from hub.portal.fhir.wire import answer, base_of, preferences, release_of, require_json_wanted
from hub.portal.state import portal_of

_VERSION = "0.1"


async def metadata(request: web.Request) -> web.Response:
    """What this server can do; for anybody."""
    release = release_of(request)
    require_json_wanted(request, release)
    return answer(capability_statement(release, base_of(request, release), _VERSION), release)


async def search(request: web.Request) -> web.Response:
    """``GET [base]/Consent?patient=…&category=…&_include=Consent:actor``."""
    return await _search(request, ())


async def search_by_form(request: web.Request) -> web.Response:
    """``POST [base]/Consent/_search``: the only way in which somebody's number may come."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    token_of(request, TokenScope.READ)
    form = await request.post()
    return await _search(request, tuple((name, value) for name, value in form.items() if isinstance(value, str)))


async def _search(request: web.Request, form: Pairs) -> web.Response:
    release, type_ = release_of(request), _type_of(request)
    token = token_of(request, TokenScope.READ)
    require_json_wanted(request, release)
    base = base_of(request, release)
    strict = preferences(request).get("handling") == "strict"
    question = read_question(release, type_, tuple(request.query.items()), form, strict=strict, base=base)
    if question.patient is None and question.bsn is None and token.patient_id is None:
        raise SearchRefused("required", "Noem over welke patiënt het gaat: patient=[id].")
    export = await _export(request, token, Named(question.patient, question.bsn), release, type_)
    resources = _resources(export, release)
    whole = all(export.view.whole(section) for section in PZP_SECTIONS)
    asked = _named(question, export.patient.id)
    return answer(answers.searchset(asked, find(asked, resources), base, whole=whole), release)


async def read(request: web.Request) -> web.Response:
    """``GET [base]/Goal/[id]``."""
    release, type_, logical_id = release_of(request), _type_of(request), request.match_info["id"]
    token = token_of(request, TokenScope.READ)
    require_json_wanted(request, release)
    export = await _export(request, token, Named(patient_of(logical_id) or "-"), release, type_)
    for resource in _resources(export, release):
        if (resource["resourceType"], resource["id"]) == (type_, logical_id):
            return answer(resource, release, HTTPStatus.OK, _validators(resource))
    raise web.HTTPNotFound


async def everything(request: web.Request) -> web.Response:
    """``GET [base]/Patient/[id]/$everything``: the whole plan in one Bundle."""
    release = release_of(request)
    token = token_of(request, TokenScope.READ)
    require_json_wanted(request, release)
    patient_id = request.match_info["id"]
    export = await _export(request, token, Named(patient_id), release, "everything")
    base = base_of(request, release)
    whole = all(export.view.whole(section) for section in PZP_SECTIONS)
    address = f"{base}/Patient/{export.patient.id}/$everything"
    return answer(answers.everything(_resources(export, release), address, base, whole=whole), release)


async def _export(request: web.Request, token: ApiToken, named: Named, release: Release, what: str) -> Export:
    hub = portal_of(request).hub
    async with hub.transactions() as unit:
        context = await context_of(unit, request, token, named)
        return await export_dossier(unit, hub.guard, context, to=f"{release.value};asked={what}")


def _resources(export: Export, release: Release) -> list[dict[str, Any]]:
    made = resources_of(export.view, export.patient, export.people, release)
    return on_this_server(export.patient.id, made)


def _named(question: Question, patient_id: str) -> Question:
    """The question with its patient by logical id, as its links say it."""
    return replace(question, patient=patient_id, bsn=None)


def _type_of(request: web.Request) -> str:
    """:raises SearchRefused: a type that this server does not have"""
    found = request.match_info.get("type", "Patient")
    if found not in SEARCHABLE[release_of(request)]:
        raise SearchRefused(
            "not-supported", "Dit soort gegevens geeft deze server niet; zie /metadata.", HTTPStatus.NOT_FOUND
        )
    return found


def _validators(resource: dict[str, Any]) -> dict[str, str]:
    headers = {"ETag": f'W/"{answers.version_of(resource)}"'}
    changed = resource.get("meta", {}).get("lastUpdated")
    if isinstance(changed, str):
        headers["Last-Modified"] = format_datetime(datetime.fromisoformat(changed), usegmt=False)
    return headers
