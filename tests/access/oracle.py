"""Orakel: who may do what, written a second time from the law, by another hand and in another form than ``policies/``.

Flat tables and a tiny interpreter; nothing here reads the policies or the code that asks them. Source: law-and-care
§5.2 to §5.4. A grant is ``(roles, actions, sections, needs, limit)``;
a lock is ``(name, roles, actions, sections, when)``.
Words are separated by spaces; ``*`` is all of them; ``-`` as a section is the circle as a whole; a fact with ``!`` in
front must not hold. Facts: see :func:`truths`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from hub.domain.access import AccessRequest
from hub.domain.vocabulary import (
    CIRCLE_ACTIONS,
    SECTION_ACTIONS,
    Action,
    AgeBand,
    EmergencyChoice,
    PatientState,
    Role,
    Section,
)

GRANTS: tuple[tuple[str, str, str, str, str], ...] = (
    # The patient: 7:456, AVG 15 and 16, 7:454 lid 2; the illness only after it was talked about.
    ("patient", "read export", "S1 S3 S4 S5 S6 S7 S8 S9 S11", "", ""),
    ("patient", "read export", "S2", "discussed", ""),
    ("patient", "record", "S1", "", "own_contacts"),
    ("patient", "record", "S2", "discussed", "statement"),
    ("patient", "record", "S3 S6 S7", "", "statement"),
    ("patient", "record", "S3", "", "withdraw"),
    ("patient", "record", "S4 S11", "", ""),
    ("patient", "record", "S5", "", "usd"),
    ("patient", "record", "S8", "", "questions"),
    ("patient", "correct", "S1 S3 S4 S5 S6 S7 S8 S9", "", "own"),
    ("patient", "correct", "S1 S3 S4 S5 S6 S7 S8 S9", "", "request"),
    ("patient", "correct", "S2", "discussed", "own"),
    ("patient", "correct", "S2", "discussed", "request"),
    ("patient", "state", "S1 S3 S4 S5 S6 S7 S8 S9", "", ""),
    ("patient", "state", "S2", "discussed", ""),
    ("patient", "audit emergency_read", "-", "", ""),
    ("patient", "invite remove", "-", "", "relatives"),
    # Who decides for the patient (7:465), only while that holds.
    ("representative", "read", "S1 S2 S3 S4 S5 S7 S8 S9 S11", "active", ""),
    ("representative", "read", "S6", "active", "if_needed"),
    ("representative", "record", "S5", "active", "proxy"),
    ("representative", "record", "S8 S11", "active", ""),
    ("representative", "correct", "S1 S2 S3 S4 S5 S7 S8 S9", "active", "request"),
    ("representative", "state", "S1 S2 S3 S4 S5 S7 S8 S9", "active", ""),
    ("representative", "export", "S1 S2 S3 S4 S5 S6 S7 S8 S9 S11", "active", "if_needed"),
    ("representative", "invite remove", "-", "active", "relatives"),
    ("representative", "audit", "-", "active", ""),
    # Those near: nothing but the own, until the patient says so (7:457 lid 1).
    ("relative", "read record correct export", "S1 S5 S6", "", "own"),
    ("relative", "read export", "S11", "", "own"),
    ("relative", "read", "S2", "consented discussed", ""),
    ("relative", "read", "S3 S4 S5 S7", "consented", ""),
    ("relative", "read", "S8", "consented", "roster"),
    ("relative", "read record", "S8", "consented", "asked_tasks"),
    ("relative", "read", "S9", "consented", "info"),
    ("relative", "record", "S10", "", ""),
    # Directly involved (7:457 lid 2), and their own duty to record (7:454 lid 1).
    ("coach gp", "read", "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11", "", ""),
    ("coach gp", "record", "S1 S2 S3 S4 S5 S6 S8 S9 S10", "", ""),
    ("coach", "record", "S7", "", "signal"),
    ("gp", "record", "S7", "", ""),
    ("coach gp", "record", "S11", "", "with_proof"),
    ("coach", "confirm", "S3", "lead", ""),
    ("gp", "confirm", "S3", "", ""),
    ("coach gp", "correct", "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10", "", "own"),
    ("coach", "correct", "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10", "", "flag"),
    ("coach gp", "export", "S1 S2 S3 S4 S5 S6 S7 S8 S9", "", ""),
    ("coach gp", "invite remove audit trust", "-", "", ""),
    ("locum", "read", "S1 S3 S7 S8 S9", "", ""),
    ("locum", "read", "S2", "", "summary"),
    ("locum", "read", "S4", "", "place_only"),
    ("locum", "read", "S5", "", "last"),
    ("locum", "record", "S7", "", "consult"),
    ("locum", "record", "S8", "", "waarneembericht"),
    ("locum", "record", "S9", "", ""),
    ("locum", "correct", "S7 S8 S9", "", "own"),
    ("specialist", "read export", "S1 S2 S3 S4 S5 S7 S8 S9", "", ""),
    ("specialist", "read", "S11", "", "own_relation"),
    ("specialist", "record", "S2", "", "own_field"),
    ("specialist", "record", "S3 S5 S7 S8", "", ""),
    ("specialist", "confirm", "S3", "", ""),
    ("specialist", "correct", "S2 S3 S5 S7 S8", "", "own"),
    ("home_care facility", "read export", "S1 S2 S3 S4 S5 S6 S7 S8 S9", "", ""),
    ("home_care facility", "read", "S11", "", "own_relation"),
    ("home_care", "record", "S5 S6 S8 S9", "", ""),
    ("home_care", "record", "S7", "", "administration"),
    ("home_care", "correct", "S5 S6 S7 S8 S9", "", "own"),
    ("facility", "record", "S1 S2 S3 S4 S5 S6 S7 S8 S9", "", ""),
    ("facility", "confirm", "S3", "lead", ""),
    ("facility", "correct", "S1 S2 S3 S4 S5 S6 S7 S8 S9", "", "own"),
    ("specialist facility", "trust", "-", "lead", ""),
    ("specialist home_care facility", "invite remove", "-", "", "own_organisation"),
    ("pharmacist", "read", "S1", "", "name_contact"),
    ("pharmacist", "read", "S2", "", "indication"),
    ("pharmacist", "read", "S5", "", "pain_swallow_renal"),
    ("pharmacist", "read record export", "S7", "", ""),
    ("pharmacist", "read record", "S8", "", "own_tasks"),
    ("pharmacist", "read", "S9", "", "flag"),
    ("pharmacist", "correct", "S7 S8", "", "own"),
    ("spiritual_carer", "read", "S1 S4 S6 S9", "consented", ""),
    ("spiritual_carer", "read", "S2", "consented", "phase"),
    ("spiritual_carer", "read", "S5", "consented", "spiritual"),
    ("spiritual_carer", "read", "S8", "consented", "own_tasks"),
    ("spiritual_carer", "record", "S4 S6", "consented", ""),
    ("spiritual_carer", "record", "S8", "consented", "own_tasks"),
    ("spiritual_carer", "correct", "S4 S6 S8", "consented", "own"),
    # Those who watch and those who keep it running (AVG 28, 32, 38 and 39).
    ("privacy_officer", "read export", "S11", "", "log"),
    ("privacy_officer", "read", "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10", "case_open", ""),
    ("privacy_officer", "audit", "-", "", ""),
    ("administrator", "invite remove", "-", "", ""),
    ("administrator", "audit", "-", "", "technical_log"),
    ("administrator", "trust", "-", "", "with_proof"),
    # Acts about the whole circle.
    (
        "relative representative coach gp locum specialist home_care facility pharmacist spiritual_carer",
        "leave",
        "-",
        "",
        "",
    ),
    ("coach gp locum specialist facility", "declare", "-", "", ""),
    ("coach gp specialist facility", "lead", "-", "", ""),
    ("locum gp specialist facility", "break_glass", "-", "choice_permit stepped_up !relation", ""),
    ("coach gp locum specialist home_care facility", "emergency_read", "-", "relation", ""),
    ("locum gp specialist facility", "emergency_read", "-", "emergency_open", ""),
    ("coach gp privacy_officer administrator", "destroy", "-", "approved stepped_up", ""),
)

_OUTSIDE_THE_RELATION = (
    "representative relative coach gp locum specialist home_care facility pharmacist spiritual_carer coordinator"
)
_NOT_THE_PATIENT = f"{_OUTSIDE_THE_RELATION} privacy_officer administrator"
_CARERS = "coach gp locum specialist home_care facility pharmacist spiritual_carer"
_CONTENT = "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10"

LOCKS: tuple[tuple[str, str, str, str, str], ...] = (
    # Nobody without a place now, but for who stands at the door in an emergency.
    (
        "relation",
        _OUTSIDE_THE_RELATION,
        "read record confirm correct state export invite remove leave audit trust declare lead destroy",
        "*",
        "!relation",
    ),
    ("relation", _OUTSIDE_THE_RELATION, "emergency_read", "-", "!relation !emergency_open"),
    # What the patient refused.
    ("objection", _NOT_THE_PATIENT, "*", "*", "objected"),
    ("explicit-consent", _CARERS, "read export", "*", "consultable !explicit"),
    ("explicit-consent", _CARERS, "read export", "*", "consultable objected"),
    ("emergency-choice", "*", "break_glass", "-", "!choice_permit"),
    ("emergency-choice", _NOT_THE_PATIENT, "emergency_read", "-", "!choice_permit !relation"),
    # Life and death, and leaving Kring.
    ("after-death", "patient", "*", "*", "deceased"),
    ("after-death", "representative relative", "*", "*", "deceased !after_death"),
    (
        "after-death",
        "representative relative",
        "record confirm correct state invite remove leave audit trust declare lead break_glass emergency_read destroy",
        "*",
        "deceased after_death",
    ),
    ("after-death-completing", "*", "record confirm state", "*", "deceased !completing"),
    ("left", "*", "read confirm correct state", "*", "left"),
    ("left", "*", "invite trust declare lead break_glass emergency_read", "-", "left"),
    ("left", _NOT_THE_PATIENT, "record", "*", "left"),
    ("left", "patient", "record", _CONTENT, "left"),
    ("circle-closed", "*", "confirm correct state", "*", "!open"),
    ("circle-closed", "*", "invite trust declare lead", "-", "!open"),
    ("circle-closed", _NOT_THE_PATIENT, "record", "*", "!open"),
    ("circle-closed", "patient", "record", _CONTENT, "!open"),
    # Who decides: parents for a child, a representative only when it is so.
    ("child-patient", "patient", "*", "*", "child"),
    ("representative", "representative", "*", "*", "!active"),
    # How sure we are of who this is, and why they ask.
    ("assurance", "*", "*", "*", "!assured"),
    ("step-up", "*", "break_glass destroy", "-", "!stepped_up"),
    ("purpose", "patient representative relative", "*", "*", "!PATRQT"),
    ("purpose", "coordinator privacy_officer administrator", "*", "*", "!HOPERAT"),
    ("purpose", _CARERS, "*", "*", "PATRQT"),
    ("purpose", _CARERS, "*", "*", "HOPERAT"),
    ("purpose", _CARERS, "read record confirm correct state export", "*", "ETREAT !emergency_open"),
    (
        "purpose",
        _CARERS,
        "invite remove leave audit trust declare lead emergency_read destroy",
        "-",
        "ETREAT !emergency_open",
    ),
    # What is still to be done or agreed first.
    ("open-tasks", "*", "leave", "-", "open_tasks"),
    ("two-people", "*", "destroy", "-", "!approved"),
    ("case", "privacy_officer", "read", _CONTENT, "!case_open"),
    # What the grants themselves ask for, said aloud so that a refusal can tell why.
    ("illness-discussed", "patient relative", "read record correct state export", "S2", "!discussed"),
    ("relative-consent", "relative", "read", "S2 S3 S4 S7 S8 S9", "!consented"),
    ("spiritual-carer-consent-read", "spiritual_carer", "read", "S1 S2 S4 S5 S6 S8 S9", "!consented"),
    ("spiritual-carer-consent-record", "spiritual_carer", "record correct", "S4 S6 S8", "!consented"),
    # Consent does not count beside an objection; whoever was objected to reads only that consent is wanting.
    ("relative-consent", "relative", "read", "S2 S3 S4 S7 S8 S9", "objected"),
    ("relative-consent-tasks", "relative", "record", "S8", "!consented"),
    ("relative-consent-tasks", "relative", "record", "S8", "objected"),
    ("spiritual-carer-consent-read", "spiritual_carer", "read", "S1 S2 S4 S5 S6 S8 S9", "objected"),
    ("spiritual-carer-consent-record", "spiritual_carer", "record correct", "S4 S6 S8", "objected"),
    ("lead-confirms", "coach facility", "confirm", "S3", "!lead"),
    (
        "lead-roles",
        "patient representative relative locum home_care pharmacist spiritual_carer coordinator privacy_officer "
        "administrator",
        "lead",
        "-",
        "",
    ),
    ("lead-trusts", "specialist facility", "trust", "-", "!lead"),
)

STRANGER = "stranger"
_ROLES = tuple(role.value for role in Role)
_SECTIONS = tuple(section.value for section in Section)
_SECTION_ACTIONS = tuple(action.value for action in SECTION_ACTIONS)
_CIRCLE_ACTIONS = tuple(action.value for action in CIRCLE_ACTIONS)
CELLS = tuple(
    [(action, section) for section in Section for action in SECTION_ACTIONS]
    + [(action, None) for action in CIRCLE_ACTIONS]
)
"""Every act with every section that it can be about; None: the circle as a whole. 76 of them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law makes of one question. ``locks`` are the reasons that close it; a denial without: no grant."""

    permitted: bool
    limits: frozenset[str]
    locks: frozenset[str]


def judge(request: AccessRequest) -> Verdict:
    """What should happen, with whether and why."""
    return judge_with(request.role, request.action, request.section, truths(request))


def judge_with(role: Role | None, action: Action, section: Section | None, facts: frozenset[str]) -> Verdict:
    """As :func:`judge`, from facts already in words."""
    if role is None:
        return Verdict(False, frozenset(), frozenset({STRANGER}))
    grants, locks = _cell(role.value, action.value, section.value if section else "-")
    closed = frozenset(name for name, when in locks if when <= facts)
    open_limits = [limit for needs, limit in grants if needs <= facts]
    if closed or not open_limits:
        return Verdict(False, frozenset(), closed)
    return Verdict(True, frozenset() if "" in open_limits else frozenset(open_limits), frozenset())


def granted(request: AccessRequest) -> bool:
    """Whether something grants this, were there no locks."""
    if request.role is None:
        return False
    grants, _ = _cell(request.role.value, request.action.value, request.section.value if request.section else "-")
    facts = truths(request)
    return any(needs <= facts for needs, _ in grants)


def truths(request: AccessRequest) -> frozenset[str]:
    """The facts of a question as words, each also with ``!`` when it does not hold."""
    since, until = request.relation_since, request.relation_until
    words = {
        "relation": since is not None and since <= request.now and (until is None or request.now < until),
        "consented": request.consented,
        "objected": request.objected,
        "discussed": request.discussed,
        "active": request.representative_active,
        "lead": request.lead,
        "deceased": request.patient_state is PatientState.DECEASED,
        "left": request.patient_state is PatientState.LEFT,
        "open": request.circle_open,
        "consultable": request.consultable,
        "explicit": request.explicit,
        "child": request.age is AgeBand.UNDER_12,
        "completing": request.completing,
        "after_death": request.after_death,
        "assured": request.assured,
        "stepped_up": request.stepped_up,
        "open_tasks": request.open_tasks,
        "emergency_open": request.emergency_open,
        "choice_permit": request.emergency_choice is EmergencyChoice.PERMIT,
        "case_open": request.case_open,
        "approved": request.approved,
        "TREAT": request.purpose.value == "TREAT",
        "ETREAT": request.purpose.value == "ETREAT",
        "PATRQT": request.purpose.value == "PATRQT",
        "HOPERAT": request.purpose.value == "HOPERAT",
    }
    return frozenset(word if holds else f"!{word}" for word, holds in words.items())


def matters(role: Role | None, action: Action, section: Section | None) -> frozenset[str]:
    """The facts (without ``!``) that this cell looks at in any grant or lock; none when nothing grants it."""
    if role is None:
        return frozenset()
    grants, locks = _cell(role.value, action.value, section.value if section else "-")
    if not grants:
        return frozenset()
    return frozenset(word.lstrip("!") for needs, _ in (*grants, *((w, n) for n, w in locks)) for word in needs)


@cache
def _cell(
    role: str, action: str, section: str
) -> tuple[tuple[tuple[frozenset[str], str], ...], tuple[tuple[str, frozenset[str]], ...]]:
    """The grants (needs, limit) and the locks (name, when) of one cell."""
    grants = tuple(
        (frozenset(needs.split()), limit)
        for roles, actions, sections, needs, limit in GRANTS
        if role in _words(roles) and action in _words(actions) and section in _words(sections)
    )
    locks = tuple(
        (name, frozenset(when.split()))
        for name, roles, actions, sections, when in LOCKS
        if role in _words(roles, _ROLES)
        and action in _words(actions, _SECTION_ACTIONS + _CIRCLE_ACTIONS)
        and (section in _words(sections, (*_SECTIONS, "-")))
    )
    return grants, locks


def _words(text: str, everything: Iterable[str] = ()) -> frozenset[str]:
    return frozenset(everything) if text == "*" else frozenset(text.split())
