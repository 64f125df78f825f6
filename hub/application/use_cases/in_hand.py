"""Wat iemand nog in handen heeft: who can wait for a successor hands over first (law-and-care E8)."""

from collections.abc import Iterable

from hub.application.ports import UnitOfWork
from hub.domain.circle import Circle, DischargeReason
from hub.domain.errors import CommandRejected


async def require_nothing_in_hand(
    unit: UnitOfWork, circle: Circle, person_id: str, reason: DischargeReason, *, own: bool
) -> None:
    """Names all that must be handed over first. The lead keeps everybody here who can wait; open tasks and handovers
    keep who asks to leave.

    :param own: said to the person, else to who discharges them
    :raises CommandRejected: ``lead-leaves``, ``handover-open`` or ``tasks-open``
    """
    leads = circle.lead_id == person_id
    tasks: list[int] = []
    handovers: list[int] = []
    if reason is DischargeReason.OWN_REQUEST:
        tasks = [t.number for t in await unit.tasks.of_circle(circle.id) if t.open and t.owner_id == person_id]
        handovers = [
            h.number for h in await unit.handovers.of_circle(circle.id) if h.open and h.receiver_id == person_id
        ]
    if not (leads or tasks or handovers):
        return
    said, facts = [], {}
    if leads:
        said.append(
            "U heeft de regie. Draag eerst de regie over: !regie aan @wie."
            if own
            else "Deze persoon heeft de regie. Draag eerst de regie over."
        )
    if handovers:
        facts["handovers"] = numbers(handovers)
        said.append(
            "Er wacht nog een overdracht op u: %(handovers)s. Ontvang die eerst, of laat die aan iemand anders sturen."
            if own
            else "Er wacht nog een overdracht op deze persoon: %(handovers)s."
        )
    if tasks:
        facts["tasks"] = numbers(tasks)
        said.append(
            "U heeft nog een taak open: %(tasks)s. Rond die af (!klaar), of geef die door."
            if own
            else "Deze persoon heeft nog een taak open: %(tasks)s. Laat die eerst afronden of doorgeven."
        )
    code = "lead-leaves" if leads else "handover-open" if handovers else "tasks-open"
    raise CommandRejected(code, " ".join(said), facts or None)


def numbers(found: Iterable[int]) -> str:
    """``2, 5``."""
    return ", ".join(str(number) for number in found)
