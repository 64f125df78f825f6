"""Who asks, in which role, in whose circle, by which way, and why."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.circle import CareRelation, Circle
from hub.domain.people import Person
from hub.domain.vocabulary import Assurance, Channel, Purpose, Role


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Everything that a decision and its audit entry need to know about one request.

    ``role`` is the one hat of this act (NEN 7510-2 9.2.3): the role of the care relation in this circle, or the role of
    somebody who works outside circles (administrator, privacy officer). None: a stranger to this circle.
    """

    actor: Person
    role: Role | None
    relation: CareRelation | None
    circle: Circle | None
    patient_id: str | None
    purpose: Purpose
    channel: Channel
    initiator: str
    correlation_id: str
    now: datetime
    room_id: str | None = None
    assurance: Assurance = Assurance.SUBSTANTIAL
    """How surely we know who this is: the level of the sign-in, or of the verified device."""
    case_id: str | None = None
    """The case within which the privacy officer asks."""
    stepped_up: bool = False
    """Signed in at the highest level, just now (step-up)."""

    @property
    def organisation(self) -> str | None:
        """For which organisation this act is done: that of the hat (NEN 7513 7.3.7)."""
        return self.actor.place_in(self.role, self.relation.organisation if self.relation else None)

    @property
    def is_member(self) -> bool:
        """In the circle now. Whose period ended keeps role and relation here, so that the policy can say why."""
        return self.relation is not None and self.relation.active(self.now)

    @property
    def circle_id(self) -> str:
        """The circle's id; only for code that runs inside a circle."""
        if self.circle is None:
            raise ValueError("this request is not about a circle")
        return self.circle.id
