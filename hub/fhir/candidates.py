"""What the readers hand to the merging step, and what they leave behind on the way."""

from dataclasses import dataclass, field
from enum import IntEnum

from hub.domain.entries import Kind, Value, kind_of
from hub.domain.values import PartialDate
from hub.fhir.catalogue import IN_FORCE
from hub.fhir.documents import Resource
from hub.fhir.elements import refuse, text


class Road(IntEnum):
    """Where a value came from; the lower number leads."""

    RESOURCE = 0
    PATIENT_CONTACT = 1
    FORM = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that one source gives. ``on`` is the date of the value itself, as precise as the source."""

    value: Value = field(repr=False)
    reference: str
    on: PartialDate | None
    author: str | None
    road: Road

    @property
    def kind(self) -> Kind:
        """The kind of the value."""
        return kind_of(self.value)


@dataclass(slots=True)
class Findings:
    """Grows while the set is read; the only mutable thing in this package."""

    candidates: list[Candidate] = field(default_factory=list)
    review: list[str] = field(default_factory=list)
    not_carried: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)

    def left(self, name: str, why: str) -> None:
        """Note that something was not carried."""
        self.not_carried.append(f"{name}: {why}; niet overgenomen.")


def in_force(resource: Resource, findings: Findings) -> bool:
    """True when the status says that this counts now; otherwise it is written down why it does not.

    :raises ImportRefused: no status (FHIR makes it mandatory, and it can turn the meaning around)
    """
    key = "lifecycleStatus" if "lifecycleStatus" in resource.body else "status"
    status = text(resource.body, key, resource.name)
    if status is None:
        raise refuse(resource.name, "heeft geen status", "status-missing")
    if status == "entered-in-error":
        findings.withdrawn.append(resource.name)
        findings.left(resource.name, "in de bron ingetrokken als vergissing")
        return False
    if status not in IN_FORCE[resource.type]:
        findings.left(resource.name, f"geldt nu niet (status {status[:40]})")
        return False
    return True
