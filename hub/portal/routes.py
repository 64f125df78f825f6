"""Every address of the portal, in one table."""

from aiohttp import web

from hub.portal import api, consent, course, devices, documents, doors, log, messages, operations, papers, reading
from hub.portal.fhir import routes as fhir_routes

ROUTES = (
    web.get("/", doors.landing),
    web.get("/p/{token}", doors.show_link),
    web.post("/p/{token}", doors.enter),
    web.get("/dossier", reading.whole_dossier, allow_head=False),
    web.get("/dossier/{section}", reading.one_section, allow_head=False),
    web.get("/dossier/{section}/bestand/{number}", documents.document, allow_head=False),
    web.get("/papier/{form}", papers.paper, allow_head=False),
    web.get("/plaktekst", papers.copy_text, allow_head=False),
    web.get("/kaart", course.card, allow_head=False),
    web.get("/verloop", course.complaint, allow_head=False),
    web.get("/tijdlijn", course.timeline, allow_head=False),
    web.get("/inzage", log.log, allow_head=False),
    web.get("/inzage/bezwaar/{person}", log.ask_objection, allow_head=False),
    web.post("/inzage/bezwaar/{person}", log.object_now),
    web.get("/berichten", messages.messages, allow_head=False),
    web.get("/toestemming", consent.consent, allow_head=False),
    web.post("/toestemming/onderdelen", consent.parts),
    web.post("/toestemming/alles", consent.everything),
    web.post("/toestemming/spoed", consent.emergency),
    web.post("/toestemming/na-overlijden", consent.after_death),
    web.get("/toestellen", devices.devices, allow_head=False),
    web.post("/toestellen/bevestig", devices.vouch),
    web.post("/toestellen/vergelijk", devices.compare),
    web.post("/toestellen/plaatjes", devices.answer),
    web.post("/uit", doors.leave),
    web.get("/api/v1/dossier", api.dossier, allow_head=False),
    web.get("/api/v1/dossier/{section}", api.dossier, allow_head=False),
    web.get("/api/v1/log", api.log, allow_head=False),
    web.get("/api/v1/access", api.access, allow_head=False),
    web.get("/api/v1/openapi.json", api.description),
    web.get("/healthz", operations.alive),
    web.get("/readyz", operations.ready),
    web.get("/metrics", operations.metrics),
    web.post("/csp", operations.stopped_content),
    web.get("/static/{name}", operations.style),
    *fhir_routes.ROUTES,
)
"""HEAD is not offered where a look is logged: it would log a look that nobody had."""
