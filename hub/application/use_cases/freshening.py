"""Versheid en tegenspraak bij wat iemand leest: added to what the permits opened, never to what is stored."""

from collections.abc import Collection, Iterable

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.domain import conflicts, freshness, turning_points
from hub.domain.dossier import Entry
from hub.domain.freshness import RULES
from hub.domain.turning_points import TurningPoint
from hub.domain.vocabulary import PatientState, Section


async def freshened(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    shown: Iterable[Entry],
    opened: Collection[Section],
    *,
    others_generally: bool | None = None,
) -> list[Entry]:
    """The same entries with age, staleness and what they contradict.

    ``opened``: the sections that this reader reads whole. What changed elsewhere is told to a professional without
    saying what, and to others not at all: "something changed" would tell a patient of a marking that nobody discussed
    (BW 7:448). ``others_generally``: who hears it is not the reader of ``context``, as in a room.
    """
    marked = conflicts.mark(shown)
    if context.patient_id is None or not any(RULES[entry.kind].kept for entry in marked):
        return marked
    dying = (await unit.patients.get(context.patient_id)).state is PatientState.DYING
    turned = await turned_until_now(unit, context.patient_id, context.circle_id if context.circle else None)
    fresh = freshness.with_freshness(marked, turned, context.now, guard.freshness, dying=dying)
    known = set(opened)
    if others_generally is None:
        # One section was asked for; what changed in another one is told to who may read that too.
        elsewhere = {why.section for entry in fresh if entry.freshness for why in entry.freshness.because}
        known |= {one for one in elsewhere - known if one and await guard.may_read_all(unit, context, (one,))}
    professional = context.role is not None and context.role.is_professional
    generally = professional if others_generally is None else others_generally
    return freshness.known_to(fresh, known, others_generally=generally)


async def turned_until_now(unit: UnitOfWork, patient_id: str, circle_id: str | None) -> list[TurningPoint]:
    """Every turning point of this patient; handovers are those of the circle."""
    versions = await unit.agreements.of_kinds(patient_id, turning_points.KINDS)
    handovers = await unit.handovers.of_circle(circle_id) if circle_id is not None else ()
    return turning_points.turning_points(versions, handovers)
