"""Het beleid goedkeuren: a privacy officer says that these rules may decide (NEN 7513 autorisatieprotocol)."""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.privacy_cases import require_privacy_officer
from hub.domain.access import PolicyApproval
from hub.domain.audit import AuditEvent


async def approve_policy(unit: UnitOfWork, guard: Guard, context: RequestContext, version: str) -> PolicyApproval:
    """Goedkeuren. Whoever approves looks at ``kring policy diff --against approved`` first; the log keeps the version.

    :raises Refused: not a privacy officer
    """
    policy = await require_privacy_officer(unit, guard, context)
    approval = PolicyApproval(version, context.actor.id, context.now)
    await unit.policy_approvals.add(approval)
    await unit.audit.add(
        auditing.entry(context, AuditEvent.POLICY_APPROVED, object_type="policy", object_id=version, policy=policy)
    )
    return approval
