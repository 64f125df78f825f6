"""The out-of-hours set on paper, and the question whether a paper is still the newest (D8)."""

import hashlib
import secrets
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases.emergency_sets import read_set
from hub.domain.audit import AuditEvent
from hub.domain.emergency_page import label
from hub.domain.emergency_paper import emergency_paper
from hub.domain.emergency_set import SECTIONS
from hub.domain.paper import Paper
from hub.domain.paper_code import Newest, PaperCode
from hub.domain.vocabulary import Action, Section

_CODE_BYTES = 16


async def make_emergency_paper(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, portal: str
) -> Paper:
    """Spoedset afdrukken: what this person may read of it *and* take along, each print with a code of its own.

    :param portal: where the portal is, as people reach it
    :raises Refused: may not read it, or may take nothing of it along
    :raises CommandRejected: there is none yet
    """
    made, opened = await read_set(unit, guard, speaker, context)
    permits = await guard.permitted(unit, context, Action.EXPORT, SECTIONS)
    taken = opened & {permit.section for permit in permits if permit.section is not None and not permit.limits}
    if not taken:
        await guard.require(unit, context, Action.EXPORT, Section.S3)
        await guard.require(unit, context, Action.READ, Section.S3)
    code = secrets.token_urlsafe(_CODE_BYTES)
    await unit.papers.add(PaperCode(_hash(code), made.patient_id, made.version, context.actor.id, context.now))
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_PAPER_MADE,
            object_type="emergency-set",
            object_id=f"v{made.version}",
            sections=label(made, taken),
            policy=" ".join(dict.fromkeys(permit.policy for permit in permits)),
        )
    )
    maker = context.actor.described(context.role)
    return emergency_paper(made, taken, maker, context.now, f"{portal}/actueel/{code}")


async def check_paper(unit: UnitOfWork, code: str, now: datetime) -> Newest | None:
    """Is dit papier nog actueel? None: no, whatever the reason.

    Open to whoever holds the paper: it shows no word of the dossier and nobody's name, so there is nothing for the
    guard to decide and nobody whom the log could name. Counted, so that the coach sees that paper is looked at.
    """
    code_hash = _hash(code)
    found = await unit.papers.newest(code_hash)
    await unit.papers.count(code_hash, now)
    return found


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
