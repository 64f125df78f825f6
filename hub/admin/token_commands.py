"""``kring fhir token | revoke | tokens``: access for another system, in the name of one person."""

from typing import Any

from hub.admin.asking import Question, administrator_context
from hub.application.use_cases import api_tokens
from hub.bootstrap import Hub
from hub.domain.api_token import ApiToken, lifetime
from hub.domain.errors import CommandRejected


async def token_issue(hub: Hub, question: Question) -> dict[str, Any]:
    """The token is in the answer, and nowhere else: Kring keeps only that it was given."""
    if hub.tokens is None:
        raise CommandRejected("no-token-key", "Deze hub heeft geen sleutel om tokens mee te ondertekenen.")
    minutes = question.arguments.get("minutes")
    if minutes is not None and (not isinstance(minutes, int) or isinstance(minutes, bool)):
        raise CommandRejected("bad-argument", "Het argument minutes moet een geheel getal zijn.")
    patient = question.optional("patient")
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, patient)
        token = await api_tokens.issue_token(
            unit,
            context,
            person_id=question.text("person"),
            patient_id=patient,
            lasts=lifetime(minutes),
            may_import=question.flag("import"),
        )
    return {
        "id": token.id,
        "token": hub.tokens.sign(token),
        "token_type": "Bearer",
        "expires_at": token.expires_at.isoformat(),
        "r4": f"{hub.settings.portal_base}/fhir/r4",
        "stu3": f"{hub.settings.portal_base}/fhir/stu3",
    }


async def token_revoke(hub: Hub, question: Question) -> dict[str, Any]:
    """In force from the commit on."""
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        token = await api_tokens.revoke_token(unit, context, question.text("token"))
    return {"revoked": token.id, "person": token.person_id}


async def token_list(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        found = await api_tokens.tokens_of(unit, context, question.text("person"))
    return {"tokens": [_shown(token) for token in found]}


def _shown(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "patient": token.patient_id,
        "scope": " ".join(sorted(token.scopes)),
        "issued_at": token.issued_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
