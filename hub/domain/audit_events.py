"""Gebeurtenissen: what the log knows of, each with its action code and the words in which people read it."""

from enum import StrEnum

from hub.domain.audit_titles import TITLES


class AuditEvent(StrEnum):
    """Gebeurtenis (NEN 7513 7.2.4, EventTypeCode) with its action code C/R/U/D/E."""

    PERSON_ADDED = "person.added"
    PATIENT_ADDED = "patient.added"
    CIRCLE_OPENED = "circle.opened"
    MEMBER_ADMITTED = "circle.member-admitted"
    MEMBER_DISCHARGED = "circle.member-discharged"
    ENTERING_REFUSED = "circle.entering-refused"
    WORK_ORPHANED = "circle.work-orphaned"
    LEAD_OFFERED = "lead.offered"
    LEAD_ACCEPTED = "lead.accepted"
    LEAD_DECLINED = "lead.declined"
    LEAD_WITHDRAWN = "lead.withdrawn"
    LEAD_LAPSED = "lead.lapsed"
    LEAD_REMINDED = "lead.reminded"
    LEAD_PASSED = "lead.passed"
    DEPUTY_ASKED = "lead.deputy-asked"
    ABSENCE_SAID = "person.absence-said"
    ABSENCE_ENDED = "person.absence-ended"
    ABSENCE_TOLD = "circle.absence-told"
    PERSON_LEFT = "person.left"
    ACCOUNT_CLOSED = "person.account-closed"
    ROOM_REPAIRED = "circle.room-repaired"
    ROOM_ALARM = "circle.room-alarm"
    CONSENT_RECORDED = "consent.recorded"
    CONSENTS_READ = "consent.read"
    REPRESENTATIVE_CHOSEN = "representation.chosen"
    AGE_REACHED = "patient.age-reached"
    ENTRY_SHIELDED = "dossier.shielded"
    ENTRY_READ = "dossier.read"
    ENTRY_EXPORTED = "dossier.exported"
    ENTRY_RECORDED = "dossier.recorded"
    ENTRY_CONFIRMED = "dossier.confirmed"
    ENTRY_CORRECTED = "dossier.corrected"
    ENTRY_MOVED_OUT = "dossier.moved-out"
    ENTRY_WITHHELD = "dossier.withheld"
    STATEMENT_ADDED = "dossier.statement"
    MARKING_DISCUSSED = "dossier.marking-discussed"
    IMPORTED = "dossier.imported"
    FILING_PROPOSED = "filing.proposed"
    FILING_TURNED_DOWN = "filing.turned-down"
    FILING_REFUSED = "filing.refused"
    MESSAGE_FILED = "filing.filed"
    SOURCE_WITHDRAWN = "filing.source-withdrawn"
    HANDOVER_MADE = "handover.made"
    HANDOVER_RECEIVED = "handover.received"
    HANDOVER_SIGNED = "handover.signed"
    HANDOVER_PREVIEWED = "handover.previewed"
    HANDOVER_ASKED_BACK = "handover.asked-back"
    HANDOVER_ANSWERED = "handover.answered"
    HANDOVER_LATE = "handover.late"
    HANDOVER_CANCELLED = "handover.cancelled"
    HANDOVERS_READ = "handover.read"
    ACCESS_END_AGREED = "circle.access-end-agreed"
    CHANGES_KNOWN = "dossier.changes-known"
    TASK_MADE = "task.made"
    TASK_DONE = "task.done"
    TASK_ACCEPTED = "task.accepted"
    TASK_PASSED_ON = "task.passed-on"
    TASK_LATE = "task.late"
    QUESTION_ASKED = "question.asked"
    QUESTION_PASSED_ON = "question.passed-on"
    QUESTION_ENDED = "question.ended"
    QUESTION_REOPENED = "question.reopened"
    QUESTIONS_READ = "question.read"
    NUMBERS_GIVEN = "question.numbers-given"
    OUTSIDE_CALLED = "question.outside-called"
    LADDER_READ = "ladder.read"
    LADDER_CHANGED = "ladder.changed"
    TASKS_READ = "task.read"
    CALENDAR_MADE = "calendar.made"
    CALENDAR_ENDED = "calendar.ended"
    DISCLOSED = "message.disclosed"
    COMMAND = "message.command"
    MESSAGE_REFUSED = "message.refused"
    READERS_SEEN = "message.readers-seen"
    UNREAD_SEEN = "message.unread-seen"
    REFUSED = "access.refused"
    LINK_ISSUED = "portal.link-issued"
    SIGNED_IN = "portal.signed-in"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 -- a name, not a secret
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    LOG_READ = "log.read"
    DEVICE_RENEWED = "device.renewed"
    MESSAGES_MISSING = "message.missing"
    MESSAGES_CAME = "message.came-after-all"
    IDENTITY_PINNED = "device.identity-pinned"
    IDENTITY_SEEN = "device.identity-seen"
    IDENTITY_CHANGED = "device.identity-changed"
    IDENTITY_COMPARED = "device.identity-compared"
    IDENTITY_CONFIRMED = "device.identity-confirmed"
    DEVICE_UNSIGNED = "device.unsigned"
    POLICY_EXPLAINED = "policy.explained"
    POLICY_APPROVED = "policy.approved"
    ROLE_ADDED = "person.role-added"
    ROLE_ENDED = "person.role-ended"
    EMERGENCY_SET_MADE = "emergency.set-made"
    EMERGENCY_SET_CHECKED = "emergency.set-checked"
    EMERGENCY_PAPER_MADE = "emergency.paper-made"
    EMERGENCY_SET_READ = "emergency.set-read"
    EMERGENCY_SET_SENT = "emergency.set-sent"
    EMERGENCY_SET_RECEIVED = "emergency.set-received"
    EMERGENCY_ALARM = "emergency.alarm"
    EMERGENCY_OPENED = "emergency.opened"
    EMERGENCY_ASKED = "emergency.asked"
    EMERGENCY_RELEASED = "emergency.released"
    EMERGENCY_REVIEWED = "emergency.reviewed"
    DYING_DECLARED = "patient.dying-declared"
    DEATH_DECLARED = "patient.death-declared"
    DEATH_CONFIRMED = "patient.death-confirmed"
    STATE_TAKEN_BACK = "patient.state-taken-back"
    AFTERCARE_OPENED = "circle.aftercare-opened"
    POSTHUMOUS_ASKED = "patient.posthumous-asked"
    POSTHUMOUS_DECIDED = "patient.posthumous-decided"
    PATIENT_LEFT = "patient.left"
    DESTRUCTION_ASKED = "destruction.asked"
    DESTRUCTION_DECIDED = "destruction.decided"
    DESTRUCTION_APPROVED = "destruction.approved"
    DESTRUCTION_EXECUTED = "destruction.executed"
    HOLD_PLACED = "destruction.hold-placed"
    HOLD_LIFTED = "destruction.hold-lifted"
    CASE_OPENED = "privacy.case-opened"
    CASE_CLOSED = "privacy.case-closed"
    SAMPLE_DRAWN = "privacy.sample-drawn"
    LINE_JUDGED = "privacy.line-judged"
    BREACH_SCOPED = "privacy.breach-scoped"
    FAMILY_NOTICED = "privacy.family-noticed"
    THRESHOLDS_SET = "dossier.thresholds-set"
    PATH_STEP = "path.step"
    TIME_NOTED = "time.noted"
    AFTERCARE_NOTED = "aftercare.noted"
    AFTERCARE_READ = "aftercare.read"
    CIRCLE_CLOSED = "circle.closed"
    FIGURES_COMPUTED = "figures.computed"
    SURVEY_ANSWERED = "survey.answered"

    @property
    def action_code(self) -> str:
        """NEN 7513 7.2.2: C create, R read, U update, D delete, E execute."""
        return _ACTION_CODES[self]

    @property
    def title_nl(self) -> str:
        return TITLES[self.value]


_C, _R, _U, _D, _E = "C", "R", "U", "D", "E"
_ACTION_CODES = {
    AuditEvent.PERSON_ADDED: _C,
    AuditEvent.PATIENT_ADDED: _C,
    AuditEvent.CIRCLE_OPENED: _C,
    AuditEvent.MEMBER_ADMITTED: _C,
    AuditEvent.MEMBER_DISCHARGED: _U,
    AuditEvent.ENTERING_REFUSED: _E,
    AuditEvent.WORK_ORPHANED: _E,
    AuditEvent.LEAD_OFFERED: _C,
    AuditEvent.LEAD_ACCEPTED: _U,
    AuditEvent.LEAD_DECLINED: _U,
    AuditEvent.LEAD_WITHDRAWN: _U,
    AuditEvent.LEAD_LAPSED: _U,
    AuditEvent.LEAD_REMINDED: _E,
    AuditEvent.LEAD_PASSED: _U,
    AuditEvent.DEPUTY_ASKED: _E,
    AuditEvent.ABSENCE_SAID: _C,
    AuditEvent.ABSENCE_ENDED: _U,
    AuditEvent.ABSENCE_TOLD: _E,
    AuditEvent.PERSON_LEFT: _U,
    AuditEvent.ACCOUNT_CLOSED: _U,
    AuditEvent.ROOM_REPAIRED: _U,
    AuditEvent.ROOM_ALARM: _E,
    AuditEvent.CONSENT_RECORDED: _C,
    AuditEvent.CONSENTS_READ: _R,
    AuditEvent.REPRESENTATIVE_CHOSEN: _U,
    AuditEvent.AGE_REACHED: _U,
    AuditEvent.ENTRY_SHIELDED: _U,
    AuditEvent.ENTRY_READ: _R,
    AuditEvent.ENTRY_EXPORTED: _R,
    AuditEvent.ENTRY_RECORDED: _C,
    AuditEvent.ENTRY_CONFIRMED: _U,
    AuditEvent.ENTRY_CORRECTED: _U,
    AuditEvent.ENTRY_MOVED_OUT: _D,
    AuditEvent.ENTRY_WITHHELD: _U,
    AuditEvent.STATEMENT_ADDED: _C,
    AuditEvent.MARKING_DISCUSSED: _U,
    AuditEvent.IMPORTED: _C,
    AuditEvent.FILING_PROPOSED: _R,
    AuditEvent.FILING_TURNED_DOWN: _E,
    AuditEvent.FILING_REFUSED: _E,
    AuditEvent.MESSAGE_FILED: _C,
    AuditEvent.SOURCE_WITHDRAWN: _U,
    AuditEvent.HANDOVER_MADE: _C,
    AuditEvent.HANDOVER_RECEIVED: _U,
    AuditEvent.HANDOVER_SIGNED: _U,
    AuditEvent.HANDOVER_PREVIEWED: _R,
    AuditEvent.HANDOVER_ASKED_BACK: _U,
    AuditEvent.HANDOVER_ANSWERED: _U,
    AuditEvent.HANDOVER_LATE: _E,
    AuditEvent.HANDOVER_CANCELLED: _U,
    AuditEvent.HANDOVERS_READ: _R,
    AuditEvent.ACCESS_END_AGREED: _U,
    AuditEvent.CHANGES_KNOWN: _U,
    AuditEvent.TASK_MADE: _C,
    AuditEvent.TASK_DONE: _U,
    AuditEvent.TASK_ACCEPTED: _U,
    AuditEvent.TASK_PASSED_ON: _U,
    AuditEvent.TASK_LATE: _E,
    AuditEvent.QUESTION_ASKED: _C,
    AuditEvent.QUESTION_PASSED_ON: _U,
    AuditEvent.QUESTION_ENDED: _U,
    AuditEvent.QUESTION_REOPENED: _U,
    AuditEvent.QUESTIONS_READ: _R,
    AuditEvent.NUMBERS_GIVEN: _E,
    AuditEvent.OUTSIDE_CALLED: _E,
    AuditEvent.LADDER_READ: _R,
    AuditEvent.LADDER_CHANGED: _U,
    AuditEvent.TASKS_READ: _R,
    AuditEvent.CALENDAR_MADE: _C,
    AuditEvent.CALENDAR_ENDED: _U,
    AuditEvent.DISCLOSED: _R,
    AuditEvent.COMMAND: _E,
    AuditEvent.MESSAGE_REFUSED: _E,
    AuditEvent.READERS_SEEN: _R,
    AuditEvent.UNREAD_SEEN: _R,
    AuditEvent.REFUSED: _E,
    AuditEvent.LINK_ISSUED: _C,
    AuditEvent.SIGNED_IN: _E,
    AuditEvent.TOKEN_ISSUED: _C,
    AuditEvent.TOKEN_REVOKED: _D,
    AuditEvent.LOG_READ: _R,
    AuditEvent.DEVICE_RENEWED: _C,
    AuditEvent.MESSAGES_MISSING: _E,
    AuditEvent.MESSAGES_CAME: _E,
    AuditEvent.IDENTITY_PINNED: _C,
    AuditEvent.IDENTITY_SEEN: _C,
    AuditEvent.IDENTITY_CHANGED: _U,
    AuditEvent.IDENTITY_COMPARED: _E,
    AuditEvent.IDENTITY_CONFIRMED: _U,
    AuditEvent.DEVICE_UNSIGNED: _C,
    AuditEvent.POLICY_EXPLAINED: _R,
    AuditEvent.POLICY_APPROVED: _U,
    AuditEvent.ROLE_ADDED: _C,
    AuditEvent.ROLE_ENDED: _U,
    AuditEvent.EMERGENCY_SET_MADE: _C,
    AuditEvent.EMERGENCY_SET_CHECKED: _U,
    AuditEvent.EMERGENCY_PAPER_MADE: _R,
    AuditEvent.EMERGENCY_SET_READ: _R,
    AuditEvent.EMERGENCY_SET_SENT: _E,
    AuditEvent.EMERGENCY_SET_RECEIVED: _U,
    AuditEvent.EMERGENCY_ALARM: _E,
    AuditEvent.EMERGENCY_OPENED: _E,
    AuditEvent.EMERGENCY_ASKED: _E,
    AuditEvent.EMERGENCY_RELEASED: _E,
    AuditEvent.EMERGENCY_REVIEWED: _U,
    AuditEvent.DYING_DECLARED: _U,
    AuditEvent.DEATH_DECLARED: _C,
    AuditEvent.DEATH_CONFIRMED: _U,
    AuditEvent.STATE_TAKEN_BACK: _U,
    AuditEvent.AFTERCARE_OPENED: _C,
    AuditEvent.POSTHUMOUS_ASKED: _C,
    AuditEvent.POSTHUMOUS_DECIDED: _U,
    AuditEvent.PATIENT_LEFT: _U,
    AuditEvent.DESTRUCTION_ASKED: _C,
    AuditEvent.DESTRUCTION_DECIDED: _U,
    AuditEvent.DESTRUCTION_APPROVED: _U,
    AuditEvent.DESTRUCTION_EXECUTED: _D,
    AuditEvent.HOLD_PLACED: _C,
    AuditEvent.HOLD_LIFTED: _U,
    AuditEvent.CASE_OPENED: _C,
    AuditEvent.CASE_CLOSED: _U,
    AuditEvent.SAMPLE_DRAWN: _R,
    AuditEvent.LINE_JUDGED: _U,
    AuditEvent.BREACH_SCOPED: _R,
    AuditEvent.FAMILY_NOTICED: _E,
    AuditEvent.THRESHOLDS_SET: _U,
    AuditEvent.PATH_STEP: _C,
    AuditEvent.TIME_NOTED: _C,
    AuditEvent.AFTERCARE_NOTED: _C,
    AuditEvent.AFTERCARE_READ: _R,
    AuditEvent.CIRCLE_CLOSED: _U,
    AuditEvent.FIGURES_COMPUTED: _R,
    AuditEvent.SURVEY_ANSWERED: _C,
}
