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
    code = "lead-leaves" if leads else "handover-open" if handovers else "tasks-open"
    if leads and not own:
        raise CommandRejected(code, "Deze persoon heeft de regie. Draag eerst de regie over.")
    open_ones = {"overdracht": handovers, "taak": tasks}
    what = ["regie"] if leads else []
    what += [f"{kind} {numbers(found)}" for kind, found in open_ones.items() if found]
    if own:
        raise CommandRejected(
            code,
            "U kunt nog niet weg. Draag eerst over: %(what)s. De regie biedt u aan met !regie aan @wie. Een overdracht "
            "ontvangt u, of u laat die aan iemand anders sturen. Een taak maakt u af, of u geeft die door.",
            {"what": ", ".join(what)},
        )
    raise CommandRejected(
        code,
        "Deze persoon heeft nog open: %(what)s. Laat dat eerst afmaken, ontvangen of aan een ander geven.",
        {"what": ", ".join(what)},
    )


def numbers(found: Iterable[int]) -> str:
    """``2, 5``."""
    return ", ".join(str(number) for number in found)
