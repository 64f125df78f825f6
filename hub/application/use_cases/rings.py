"""Each kind of reminder and its act: the one place where they meet (ADR 0038)."""

from hub.application.use_cases import (
    absence,
    access_end,
    aftercare,
    complexity,
    digests,
    emergency_checks,
    handover_hours,
    lead_offers,
    path,
    question_climbing,
    task_hours,
    thresholds,
)
from hub.application.use_cases.ringing import Ring
from hub.domain.reminder import ReminderKind

RINGS: dict[ReminderKind, Ring] = {
    ReminderKind.LEAD_OFFER: lead_offers.ring,
    ReminderKind.ABSENCE: absence.ring,
    ReminderKind.TASK: task_hours.task_rings,
    ReminderKind.QUESTION: question_climbing.question_rings,
    ReminderKind.OUTSIDE_CALL: question_climbing.outside_call_rings,
    ReminderKind.HANDOVER: handover_hours.ring,
    ReminderKind.ACCESS_ENDS: access_end.ring,
    ReminderKind.EMERGENCY_SET: emergency_checks.check,
    ReminderKind.COMPLEXITY: complexity.ring_complexity,
    ReminderKind.COMPLETION: aftercare.ring_completion,
    ReminderKind.AFTERCARE: aftercare.ring_aftercare,
    ReminderKind.EVALUATION: aftercare.ring_evaluation,
    ReminderKind.COACH_OFFER: path.ring_offer,
    ReminderKind.DIARY: thresholds.ring_diary,
    ReminderKind.DIGEST: digests.digest_rings,
}
"""Kind → act; every kind has one."""
