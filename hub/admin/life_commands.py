"""``kring patient leave``, ``kring death …`` and ``kring destruction …``."""

from typing import Any

from hub.admin.asking import Question, administrator_context, context_as
from hub.admin.emergency_commands import one_of, stepped_up
from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.application.use_cases import death, destruction, patient_leaving
from hub.bootstrap import Hub
from hub.domain.death import PosthumousVerdict
from hub.domain.destruction import Ground, HoldGround, Outcome


async def patient_leave(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("given_by"))
        told = await patient_leaving.leave_kring(unit, hub.guard, hub.speaker, context)
    return {"patient": question.text("patient"), "state": "left", "told": told}


async def death_assess(hub: Hub, question: Question) -> dict[str, Any]:
    """A carer's decision about a request for access after death."""
    verdict = one_of(PosthumousVerdict, question.text("verdict"), "uitkomst")
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        request = await death.decide_posthumous(unit, hub.guard, context, question.text("request"), verdict)
    return {"request": request.id, "ground": request.ground.value, "verdict": verdict.value}


async def destruction_ask(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("given_by"))
        request = await destruction.ask(unit, hub.guard, hub.speaker, context)
        organisations = await unit.destructions.organisations(request.patient_id)
    return {"request": request.id, "due": request.due_at.isoformat(), "organisations": organisations}


async def destruction_decide(hub: Hub, question: Question) -> dict[str, Any]:
    outcome = one_of(Outcome, question.text("decision"), "beslissing")
    word = question.optional("ground") or (Ground.REQUEST.value if outcome is Outcome.DESTROY else "")
    async with hub.transactions() as unit:
        context = await _acting(unit, question)
        made = await destruction.decide(
            unit, context, question.text("organisation"), outcome, one_of(Ground, word, "grond")
        )
    return {"organisation": made.organisation, "decision": made.outcome.value, "ground": made.ground.value}


async def destruction_approve(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await _acting(unit, question)
        await destruction.approve(unit, context, question.text("organisation"))
    return {"organisation": question.text("organisation"), "approved_by": context.actor.id}


async def destruction_hold(hub: Hub, question: Question) -> dict[str, Any]:
    ground = one_of(HoldGround, question.text("ground"), "reden")
    async with hub.transactions() as unit:
        hold = await destruction.place_hold(unit, await _acting(unit, question), ground)
    return {"hold": hold.id, "ground": hold.ground.value}


async def destruction_lift(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        await destruction.lift_hold(unit, await _acting(unit, question), question.text("hold"))
    return {"hold": question.text("hold"), "lifted": True}


async def destruction_show(hub: Hub, question: Question) -> dict[str, Any]:
    """What is decided and what still stops it; nothing of the dossier."""
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        request = await destruction.look(unit, context)
        decisions = await unit.destructions.decisions(request.id)
        holds = await unit.destructions.holds(request.patient_id)
        organisations = await unit.destructions.organisations(request.patient_id)
    return {
        "request": request.id,
        "due": request.due_at.isoformat(),
        "organisations": organisations,
        "holds": [{"hold": hold.id, "ground": hold.ground.value} for hold in holds],
        "decisions": [
            {
                "organisation": one.organisation,
                "decision": one.outcome.value,
                "ground": one.ground.value,
                "approved": one.approved_by is not None,
            }
            for one in decisions
        ],
    }


async def destruction_execute(hub: Hub, question: Question) -> dict[str, Any]:
    """Answers with the certificate, which holds no contents."""
    async with hub.transactions() as unit:
        context = stepped_up(await _acting(unit, question), question)
        done = await destruction.execute(unit, hub.guard, hub.speaker, context)
    return {
        "request": done.request.id,
        "pseudonym": done.pseudonym,
        "whole": done.destroyed.whole,
        "organisations": list(done.destroyed.organisations),
        "entries": done.destroyed.entries,
        "messages": done.destroyed.messages,
        "executed_at": done.request.executed_at.isoformat() if done.request.executed_at else None,
        "executed_by": done.request.executed_by,
        "statement": done.statement_nl,
    }


async def _acting(unit: UnitOfWork, question: Question) -> RequestContext:
    """``--as`` somebody of the circle, or else the operator (``--actor``)."""
    named = question.optional("as")
    if named is None:
        return await administrator_context(unit, question, question.text("patient"))
    return await context_as(unit, question, question.text("patient"), named)
