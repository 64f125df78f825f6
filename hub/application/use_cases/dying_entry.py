"""What declaring the dying phase leaves in the dossier: when, for the first time or again, with which signs (§3.7)."""

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.contradictions import after_change
from hub.application.use_cases.dossier import NewEntry, store
from hub.domain import limits
from hub.domain.dossier import Source, Status
from hub.domain.dying_phase import Course, DyingPhase, Sign
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.typed import kept
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Action, PatientState, Section
from hub.domain.working_days import AMSTERDAM


async def write_dying_phase(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    source: Source,
    *,
    started: bool,
    signs: tuple[Sign, ...] = (),
    observed: str | None = None,
) -> None:
    """Vastleggen in S9, next to the declaration. Call it before the new declaration is added.

    Who may declare but not write there (the specialist) declares without signs: the declaration itself stands.

    :raises CommandRejected: signs of somebody who writes nothing in S9, or words that cannot be kept
    """
    permits = await guard.permitted(unit, context, Action.RECORD, (Section.S9,))
    if not permits or not limits.may_record(permits[0].limits, Kind.DYING_PHASE):
        if signs or observed:
            raise CommandRejected(
                "signs-not-yours",
                "Stel de stervensfase vast met: !stervensfase. De tekenen legt de huisarts, de coach of de zorg vast.",
            )
        return
    before = [d for d in await unit.declarations.of_patient(context.patient_id or "") if d.state is PatientState.DYING]
    course = (Course.RESTARTED if before else Course.STARTED) if started else Course.STOPPED
    today = PartialDate.of(context.now.astimezone(AMSTERDAM).date())
    value = kept(lambda: DyingPhase(course, today, signs, observed))
    entry = await store(unit, permits[0], NewEntry(Kind.DYING_PHASE, value, Section.S9), source, Status.ACTIVE)
    await after_change(unit, guard, context, [entry])
