"""The addresses of ``/fhir``. HEAD is not offered: it would log a look that nobody had."""

from aiohttp import web

from hub.portal.fhir import importing, reading

ROUTES = (
    web.get("/fhir/{release}/metadata", reading.metadata, allow_head=False),
    web.post("/fhir/{release}", importing.take_over),
    web.get("/fhir/{release}/Patient/{id}/$everything", reading.everything, allow_head=False),
    web.get("/fhir/{release}/{type}", reading.search, allow_head=False),
    web.post("/fhir/{release}/{type}/_search", reading.search_by_form),
    web.get("/fhir/{release}/{type}/{id}", reading.read, allow_head=False),
)
