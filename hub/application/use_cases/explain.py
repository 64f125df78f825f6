"""Why was this allowed or refused? Which rule, which law (policy explain, ``!waarom``)."""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.domain.access import AccessRequest, Decision
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Action, Section

_LOOK_BACK = 200


async def explain_access(
    unit: UnitOfWork,
    guard: Guard,
    asker: RequestContext,
    subject: RequestContext,
    action: Action,
    section: Section | None,
) -> tuple[AccessRequest, Decision]:
    """What the policy would answer ``subject`` now. Opens nothing; the question itself is audited.

    About somebody else only for who may see the log: the rules tell of objections.

    :raises Refused: about somebody else, and the log is not open to the asker
    """
    if asker.actor.id != subject.actor.id:
        await guard.require(unit, asker, Action.AUDIT)
    await unit.audit.add(
        auditing.entry(
            asker,
            AuditEvent.POLICY_EXPLAINED,
            object_type="person",
            object_id=subject.actor.id,
            sections=(section,) if section else (),
            detail=action.value,
        )
    )
    return await guard.decide(unit, subject, action, section)


async def decision_number(unit: UnitOfWork, context: RequestContext) -> int:
    """By which number the asker's latest decision in this circle is asked for: the first is 1.

    Everybody counts for themselves. The number in the whole log would tell how much is written that the asker may not
    see (T38).
    """
    return await unit.audit.decisions(context.actor.id, context.patient_id)


async def last_decision(unit: UnitOfWork, context: RequestContext, number: int | None) -> ChainedEntry:
    """The asker's own latest decision in this circle, or the one with this number.

    :raises CommandRejected: there is none
    """
    own = [
        item
        for item in await unit.audit.by_person(context.actor.id, _LOOK_BACK)
        if item.entry.patient_id == context.patient_id and item.entry.policy not in auditing.UNDECIDED
    ]
    place = 0 if number is None else await decision_number(unit, context) - number
    if 0 <= place < len(own):
        return own[place]
    raise CommandRejected("nothing-to-explain", "Er is geen beslissing van u met dit nummer om uit te leggen.")
