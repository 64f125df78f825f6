"""The admin socket: JSON over HTTP on a unix socket that only the owner of the data directory may open (0600)."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web

from hub.access.explain import as_error, explain, not_open
from hub.admin import (
    audit_commands,
    circle_commands,
    dossier_commands,
    emergency_commands,
    fhir_commands,
    figure_commands,
    hat_commands,
    identity_commands,
    leaving,
    life_commands,
    paper_commands,
    people_commands,
    policy_commands,
    privacy_commands,
    token_commands,
)
from hub.admin.asking import NOBODY_ELSE, Question, administrator_context
from hub.application.guard import Refused
from hub.application.use_cases.people import Accounts
from hub.bootstrap import Hub
from hub.domain.errors import AuditUnavailable, KringError, NotFound

Command = Callable[[Question], Awaitable[dict[str, Any]]]
_LARGEST_REQUEST = 16 * 1024 * 1024
_log = structlog.get_logger("hub.admin")


def commands(hub: Hub, accounts: Accounts, status: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Command]:
    """The one table of commands."""
    return {
        "status": lambda _question: status(),
        "person.add": lambda question: people_commands.person_add(hub, accounts, question),
        "person.role.add": lambda question: hat_commands.role_add(hub, question),
        "person.role.end": lambda question: hat_commands.role_end(hub, question),
        "person.role.list": lambda question: hat_commands.role_list(hub, question),
        "person.leave": lambda question: leaving.person_leave(hub, accounts, question),
        "patient.add": lambda question: people_commands.patient_add(hub, accounts, question),
        "circle.open": lambda question: circle_commands.circle_open(hub, question),
        "circle.admit": lambda question: circle_commands.circle_admit(hub, accounts, question),
        "circle.discharge": lambda question: circle_commands.circle_discharge(hub, question),
        "circle.show": lambda question: circle_commands.circle_show(hub, question),
        "consent.record": lambda question: circle_commands.consent_record(hub, question),
        "dossier.show": lambda question: dossier_commands.dossier_show(hub, question),
        "dossier.move-out": lambda question: dossier_commands.dossier_move_out(hub, question),
        "dossier.paper": lambda question: paper_commands.dossier_paper(hub, question),
        "circle.contributions": lambda question: paper_commands.circle_contributions(hub, question),
        "pzp.import": lambda question: dossier_commands.pzp_import(hub, question),
        "fhir.export": lambda question: fhir_commands.fhir_export(hub, question),
        "fhir.token": lambda question: token_commands.token_issue(hub, question),
        "fhir.revoke": lambda question: token_commands.token_revoke(hub, question),
        "fhir.tokens": lambda question: token_commands.token_list(hub, question),
        "policy.approve": lambda question: policy_commands.policy_approve(hub, question),
        "policy.explain": lambda question: dossier_commands.policy_explain(hub, question),
        "identity.list": lambda question: identity_commands.identity_list(hub, question),
        "identity.confirm": lambda question: identity_commands.identity_confirm(hub, question),
        "patient.leave": lambda question: life_commands.patient_leave(hub, question),
        "emergency.open": lambda question: emergency_commands.emergency_open(hub, question),
        "emergency.push": lambda question: emergency_commands.emergency_push(hub, question),
        "emergency.show": lambda question: emergency_commands.emergency_show(hub, question),
        "emergency.list": lambda question: emergency_commands.emergency_list(hub, question),
        "emergency.review": lambda question: emergency_commands.emergency_review(hub, question),
        "death.assess": lambda question: life_commands.death_assess(hub, question),
        "destruction.ask": lambda question: life_commands.destruction_ask(hub, question),
        "destruction.decide": lambda question: life_commands.destruction_decide(hub, question),
        "destruction.approve": lambda question: life_commands.destruction_approve(hub, question),
        "destruction.hold": lambda question: life_commands.destruction_hold(hub, question),
        "destruction.lift": lambda question: life_commands.destruction_lift(hub, question),
        "destruction.show": lambda question: life_commands.destruction_show(hub, question),
        "destruction.execute": lambda question: life_commands.destruction_execute(hub, question),
        "privacy.case.open": lambda question: privacy_commands.case_open(hub, question),
        "privacy.case.close": lambda question: privacy_commands.case_close(hub, question),
        "privacy.case.list": lambda question: privacy_commands.case_list(hub, question),
        "privacy.sample": lambda question: privacy_commands.sample(hub, question),
        "privacy.review": lambda question: privacy_commands.review(hub, question),
        "privacy.reviews": lambda question: privacy_commands.reviews(hub, question),
        "breach.scope": lambda question: privacy_commands.breach_scope(hub, question),
        "figures": lambda question: figure_commands.figures(hub, question),
        "audit.export": lambda question: audit_commands.audit_export(hub, question),
        "audit.list": lambda question: dossier_commands.audit_list(hub, question),
    }


def build_admin(hub: Hub, table: dict[str, Command]) -> web.Application:
    """One route, ``POST /command`` with command, arguments and actor: the answer, or ``{"error": {code, message}}``."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = await request.json()
            name, arguments, actor = body["command"], body["arguments"], body.get("actor")
            if not isinstance(arguments, dict) or not isinstance(actor, str | None):
                raise TypeError
            command = table[name]
        except (ValueError, KeyError, TypeError):
            return _failure("bad-command", "Deze opdracht begrijpt de hub niet.", 400)
        try:
            return web.json_response(await command(Question(arguments, actor, hub.now())))
        except AuditUnavailable as error:
            return _failure(error.code, str(error), 503)
        except Refused as refused:
            try:
                async with hub.transactions() as unit:
                    await hub.guard.record_refusal(unit, refused)
            except AuditUnavailable as error:
                return _failure(error.code, str(error), 503)
            return _refusal(refused)
        except NotFound as error:
            hidden = await _hidden_from(hub, actor)
            return _failure(error.code, str(error), 409) if hidden is None else _refusal(hidden)
        except KringError as error:
            return _failure(error.code, str(error), 409)
        except Exception:  # noqa: BLE001 -- one command that fails must not end the hub
            _log.exception("admin-command-failed", command=name)
            return _failure("internal", "Er ging iets mis in de hub; kijk in het logboek.", 500)

    app = web.Application(client_max_size=_LARGEST_REQUEST)
    app.router.add_post("/command", handle)
    return app


def _failure(code: str, message: str, status: int) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


def _refusal(refused: Refused) -> web.Response:
    """The rules that the asker may hear, and who can help; the same for *forbidden* and *does not exist*."""
    explanation = not_open("") if refused.request is None else explain(refused.decision, refused.request)
    return web.json_response({"error": as_error(refused.code, str(refused), explanation)}, status=403)


async def _hidden_from(hub: Hub, actor: str | None) -> Refused | None:
    """What does not exist reads as what is forbidden, to everybody but who runs Kring or oversees it; and is logged."""
    async with hub.transactions() as unit:
        context = await administrator_context(unit, Question({}, actor, hub.now()))
        if context.role is not None:
            return None
        refused = Refused(context, None, NOBODY_ELSE, "not-found")
        await hub.guard.record_refusal(unit, refused)
        return refused
