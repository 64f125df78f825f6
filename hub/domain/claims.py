"""Wat een regel beweert: which values of one kind cannot both be true, and when a conversation settled it (E13, D12).

The table :data:`CLAIMS` has a line for every kind; None is a decision too: what is measured, narrated or observed does
not contradict what was measured, narrated or observed before.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from hub.domain.entries import Kind
from hub.domain.values import PartialDate, one_line
from hub.domain.wishes import PLACES_NL, Answer, Euthanasia, View

Says = Callable[[Any], Hashable | None]
_SETTLED_ANSWERS = frozenset({Answer.YES, Answer.NO})
_SETTLED_POSITIONS = frozenset({Euthanasia.HAS_STATEMENT, Euthanasia.NOT_WANTED, Euthanasia.NO_STATEMENT})


@dataclass(frozen=True, slots=True)
class Claim:
    """``says``: the claim of a value, None where it says neither yes nor no. ``date``: the field with the day of the
    conversation; None: the kind has none, and the day on which it was written down counts. ``own``: the patient's word
    about it settles it, whoever wrote before."""

    says: Says
    date: str | None
    own: bool = False

    def day_of(self, value: Any) -> PartialDate | None:
        """The day of the conversation, where the value names one."""
        return getattr(value, self.date) if self.date is not None else None


def _directive(value: Any) -> Hashable | None:
    return value.agreed if value.decision.is_agreement else None


def _place(value: Any) -> Hashable | None:
    if value.view is not View.PATIENT or value.place not in PLACES_NL:
        return None
    return value.place, one_line(value.other_place).casefold() if value.other_place else None


_PLACE = Claim(_place, "asked_on", own=True)
CLAIMS: dict[Kind, Claim | None] = {
    Kind.TREATMENT_DIRECTIVE: Claim(_directive, "discussed_on"),
    Kind.MEDICAL_POLICY_GOAL: Claim(
        lambda value: value.goal if value.goal.value != "unknown" else None,
        "agreed_on",
    ),
    Kind.MEDICAL_DEVICE: Claim(lambda value: value.has_icd if value.has_icd in _SETTLED_ANSWERS else None, None),
    Kind.LEGAL_CAPACITY: Claim(lambda value: value.capable, "judged_on"),
    Kind.PREFERRED_PLACE_OF_DEATH: _PLACE,
    Kind.PREFERRED_PLACE_OF_CARE: _PLACE,
    Kind.EUTHANASIA_POSITION: Claim(
        lambda value: value.position if value.position in _SETTLED_POSITIONS else None, "asked_on", own=True
    ),
    Kind.ORGAN_DONATION: Claim(
        lambda value: value.registered if value.registered in _SETTLED_ANSWERS else None, "asked_on", own=True
    ),
    # One paper is newer than the other, and both are there; what it says against a directive stands in conflicts.
    Kind.ADVANCE_DIRECTIVE: None,
    Kind.EARLIER_AGREEMENTS: None,
    Kind.ACP_CONVERSATION: None,
    Kind.ACP_REPORT: None,
    Kind.INFORM_RELATIVES: None,
    Kind.CARE_WISHES: None,
    Kind.SENSE_OF_PURPOSE: None,
    Kind.RELATIVE_VIEW: None,
    Kind.CONTACT_PERSON: None,
    Kind.HEALTH_PROFESSIONAL: None,
    Kind.LIVING_SITUATION: None,
    Kind.REACHABILITY: None,
    # Judged anew each time; the earlier judgement stays as a version.
    Kind.COMPLEXITY: None,
    Kind.DIAGNOSIS: None,
    Kind.ILLNESS_PHASE: None,
    Kind.SURPRISE_QUESTION: None,
    Kind.MARKING_TOOL: None,
    Kind.PATZ_COLOUR: None,
    # Copies of what another system holds: the newest retrieval is the best copy.
    Kind.MEDICATION_OVERVIEW: None,
    Kind.ALLERGY: None,
    Kind.PUMP: None,
    Kind.EMERGENCY_KIT: None,
    Kind.CARE_PLAN: None,
    Kind.CARE_AGREEMENT: None,
    Kind.APPOINTMENT: None,
    Kind.DYING_PHASE: None,
    Kind.CARE_PATH: None,
    Kind.PALLIATIVE_SEDATION: None,
    Kind.PLACE_OF_DEATH: None,
    Kind.CARE_EVENT: None,
    Kind.NOTE: None,
    Kind.STATEMENT: None,
    Kind.DOCUMENT: None,
    Kind.PAIN_SCORE: None,
    Kind.SYMPTOM: None,
    Kind.PERFORMANCE: None,
    Kind.DELIRIUM: None,
    Kind.WEIGHT: None,
    Kind.INTAKE: None,
    Kind.MEANING: None,
    Kind.CARER_STRAIN: None,
    Kind.PSYCHOSOCIAL: None,
    Kind.KIDNEY_FUNCTION: None,
}
