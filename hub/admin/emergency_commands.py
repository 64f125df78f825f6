"""``kring emergency …``: the emergency procedure at the desk of an out-of-hours post, and its review."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from hub.admin.asking import Question, administrator_context, context_as, speaking_for
from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.use_cases import emergency_access, emergency_sets
from hub.application.use_cases.emergency_access import Opened, Whom
from hub.application.use_cases.emergency_degraded import read_degraded
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.emergency import Claim, EmergencyReason, Opening, ReasonCode, ReleaseGround, Verdict, usual_claim
from hub.domain.errors import AuditUnavailable, CommandRejected
from hub.domain.identifiers import Bsn
from hub.domain.vocabulary import Assurance

STEP_UPS = ("uzi", "dezi", "callback")
"""How the operator made sure, just now, who asks: card, Dezi means, or phoning back on a number looked up elsewhere."""
_Word = TypeVar("_Word", bound=StrEnum)


async def emergency_open(hub: Hub, question: Question) -> dict[str, Any]:
    """:raises CommandRejected: ``nothing-to-open``, in the same words whatever the reason"""
    whom = _whom(question)
    async with hub.transactions() as unit:
        asker = stepped_up(await speaking_for(unit, question), question)
    code = question.optional("claim")
    claim = one_of(Claim, code, "claim") if code else usual_claim(asker.actor.role)
    reason = EmergencyReason(one_of(ReasonCode, question.text("reason_code"), "reden"), claim, question.text("reason"))
    try:
        async with hub.transactions() as unit:
            answer = await emergency_access.open_set(unit, hub.guard, hub.speaker, asker, whom, reason)
    except (AuditUnavailable, SQLAlchemyError):
        answer = await _without_a_log(hub, asker, whom, reason)
    if not answer.found:
        raise CommandRejected("nothing-to-open", answer.body)
    return {"version": answer.version, "page": answer.body}


async def emergency_push(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        opening = await emergency_access.release(
            unit,
            hub.guard,
            hub.speaker,
            context,
            person_id=question.text("person"),
            ground=one_of(ReleaseGround, question.text("ground"), "grond"),
            reason=question.text("reason"),
        )
    return {"emergency": opening.id, "person": opening.person_id, "until": opening.until.isoformat()}


async def emergency_show(hub: Hub, question: Question) -> dict[str, Any]:
    """The page for a member, to read or to print; the version is on it."""
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        made, opened = await emergency_sets.read_set(unit, hub.guard, hub.speaker, context)
    body, _label = emergency_sets.spoken(made, opened)
    return {"version": made.version, "missing": list(made.content.missing), "page": body}


async def emergency_review(hub: Hub, question: Question) -> dict[str, Any]:
    verdict = one_of(Verdict, question.text("verdict"), "oordeel")
    async with hub.transactions() as unit:
        officer = await administrator_context(unit, question)
        opening = await emergency_access.review(unit, hub.speaker, officer, question.text("emergency"), verdict)
    return {"emergency": opening.id, "verdict": verdict.value}


async def emergency_list(hub: Hub, question: Question) -> dict[str, Any]:
    """Every use for one patient, for the privacy officer: who, when, why; nothing of the dossier."""
    async with hub.transactions() as unit:
        officer = await administrator_context(unit, question, question.text("patient"))
        emergency_access.require_privacy_officer(officer)
        found = await unit.emergencies.of_patient(question.text("patient"))
        await unit.audit.add(
            auditing.entry(
                officer, AuditEvent.LOG_READ, object_type="emergency", object_id="all", detail=f"entries={len(found)}"
            )
        )
    return {"emergencies": [_line(opening) for opening in found]}


async def _without_a_log(hub: Hub, asker: RequestContext, whom: Whom, reason: EmergencyReason) -> Opened:
    async with hub.transactions.reading() as unit:
        return await read_degraded(unit, hub.guard, hub.deferred, asker, whom, reason)


def one_of(words: type[_Word], text: str, what: str) -> _Word:
    """:raises CommandRejected: not one of these words; says which there are"""
    if text not in set(words):
        names = ", ".join(words)
        raise CommandRejected(
            "bad-word", "De %(what)s moet een van deze zijn: %(names)s.", {"what": what, "names": names}
        )
    return words(text)


def stepped_up(context: RequestContext, question: Question) -> RequestContext:
    """With ``step_up``: the operator says how this person proved who they are, just now."""
    means = question.optional("step_up")
    if means is None:
        return context
    if means not in STEP_UPS:
        names = ", ".join(STEP_UPS)
        raise CommandRejected("bad-word", "De aanmelding moet een van deze zijn: %(names)s.", {"names": names})
    return replace(context, stepped_up=True, assurance=Assurance.HIGH, initiator=f"{context.initiator};step-up={means}")


def _whom(question: Question) -> Whom:
    bsn, born = question.optional("bsn"), question.optional("birth_date")
    try:
        birth_date = date.fromisoformat(born) if born else None
    except ValueError as error:
        raise CommandRejected("bad-birth-date", "Schrijf de geboortedatum als JJJJ-MM-DD.") from error
    return Whom(question.optional("patient_name"), birth_date, Bsn(bsn) if bsn else None)


def _line(opening: Opening) -> dict[str, Any]:
    return {
        "emergency": opening.id,
        "person": opening.person_id,
        "role": opening.role.value,
        "organisation": opening.organisation,
        "branch": opening.branch.value,
        "claim": opening.claim.value,
        "reason_code": opening.reason_code.value,
        "reason": opening.reason,
        "opened_at": opening.opened_at.isoformat(),
        "until": opening.until.isoformat(),
        "released_by": opening.released_by,
        "review_due_at": opening.review_due_at.isoformat(),
        "verdict": opening.verdict.value if opening.verdict else None,
    }
