"""The role matrix once more, by hand, from the law and not from the rules: the oracle for the policy files.

Source: the catalogue of law and care requirements, §5.2 and §5.2b (sections), §5.3 (the circle) and §5.4 (the cases at
the edge). One line a role, one column a section S1 to S11. R read, W record, V confirm; in the second table C correct,
P own statement, X export; `.` nothing. Behind a letter, what must be true first: c consent of the patient, d discussed
with the patient, a representation active, l lead of the circle, k case open; in [brackets] the limit.
"""

from itertools import chain

from hub.domain.access import AccessRequest
from hub.domain.vocabulary import Action, AgeBand, EmergencyChoice, PatientState, Section

MATRIX = """
patient          | R W[own_contacts] | Rd Wd[statement] | R W[statement] W[withdraw] | R W | R W[usd] | R W[statement] | R W[statement] | R W[questions] | R | . | R W
representative   | Ra | Ra | Ra | Ra | Ra Wa[proxy] | Ra[if_needed] | Ra | Ra Wa | Ra | . | Ra Wa
relative         | R[own] W[own] | Rcd | Rc | Rc | Rc R[own] W[own] | R[own] W[own] | Rc | Rc[roster] Rc[asked_tasks] Wc[asked_tasks] | Rc[info] | W | R[own]
coach            | R W | R W | R W Vl | R W | R W | R W | R W[signal] | R W | R W | R W | R W[with_proof]
gp               | R W | R W | R W V | R W | R W | R W | R W | R W | R W | R W | R W[with_proof]
locum            | R | R[summary] | R | R[place_only] | R[last] | . | R W[consult] | R W[waarneembericht] | R W | . | .
specialist       | R | R W[own_field] | R W V | R | R W | . | R W | R W | R | . | R[own_relation]
home_care        | R | R | R | R | R W | R W | R W[administration] | R W | R W | . | R[own_relation]
facility         | R W | R W | R W Vl | R W | R W | R W | R W | R W | R W | . | R[own_relation]
pharmacist       | R[name_contact] | R[indication] | . | . | R[pain_swallow_renal] | . | R W | R[own_tasks] W[own_tasks] | R[flag] | . | .
spiritual_carer  | Rc | Rc[phase] | . | Rc Wc | Rc[spiritual] | Rc Wc | . | Rc[own_tasks] Wc[own_tasks] | Rc | . | .
coordinator      | . | . | . | . | . | . | . | . | . | . | .
privacy_officer  | Rk | Rk | Rk | Rk | Rk | Rk | Rk | Rk | Rk | Rk | R[log]
administrator    | . | . | . | . | . | . | . | . | . | . | .
"""  # noqa: E501 — one line a role, so that a reader can lay it beside the law

MORE = """
patient          | C[own] C[request] P X | Cd[own] Cd[request] Pd Xd | C[own] C[request] P X | C[own] C[request] P X | C[own] C[request] P X | C[own] C[request] P X | C[own] C[request] P X | C[own] C[request] P X | C[own] C[request] P X | . | X
representative   | Ca[request] Pa Xa[if_needed] | Ca[request] Pa Xa[if_needed] | Ca[request] Pa Xa[if_needed] | Ca[request] Pa Xa[if_needed] | Ca[request] Pa Xa[if_needed] | Xa[if_needed] | Ca[request] Pa Xa[if_needed] | Ca[request] Pa Xa[if_needed] | Ca[request] Pa Xa[if_needed] | . | Xa[if_needed]
relative         | C[own] X[own] | . | . | . | C[own] X[own] | C[own] X[own] | . | . | . | . | X[own]
coach            | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] X | C[own] C[flag] | .
gp               | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] | .
locum            | . | . | . | . | . | . | C[own] | C[own] | C[own] | . | .
specialist       | X | C[own] X | C[own] X | X | C[own] X | . | C[own] X | C[own] X | X | . | .
home_care        | X | X | X | X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | . | .
facility         | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | C[own] X | . | .
pharmacist       | . | . | . | . | . | . | C[own] X | C[own] | . | . | .
spiritual_carer  | . | . | . | Cc[own] | . | Cc[own] | . | Cc[own] | . | . | .
coordinator      | . | . | . | . | . | . | . | . | . | . | .
privacy_officer  | . | . | . | . | . | . | . | . | . | . | X[log]
administrator    | . | . | . | . | . | . | . | . | . | . | .
"""  # noqa: E501

CIRCLE = """
patient          | invite[relatives] remove[relatives] audit emergency_read
representative   | invite/a[relatives] remove/a[relatives] audit/a leave
relative         | leave
coach            | invite remove audit trust leave declare lead emergency_read/m destroy/2s
gp               | invite remove audit trust leave declare lead emergency_read/m emergency_read/e break_glass/o destroy/2s
locum            | leave declare emergency_read/m emergency_read/e break_glass/o
specialist       | invite[own_organisation] remove[own_organisation] trust/l leave declare lead emergency_read/m emergency_read/e break_glass/o
home_care        | invite[own_organisation] remove[own_organisation] leave emergency_read/m
facility         | invite[own_organisation] remove[own_organisation] trust/l leave declare lead emergency_read/m emergency_read/e break_glass/o
pharmacist       | leave
spiritual_carer  | leave
privacy_officer  | audit destroy/2s
administrator    | invite remove audit[technical_log] trust[with_proof] destroy/2s
"""  # noqa: E501
"""Behind a slash also: m a member now, o from outside by the procedure, e opened before, 2 second person, s strong."""

NEEDS_NO_RELATION = {"patient", "privacy_officer", "administrator"}
ENDS_WITH_DEATH = {"patient", "representative", "relative"}
PROFESSIONALS = {
    "coach", "gp", "locum", "specialist", "home_care", "facility", "pharmacist", "spiritual_carer"
}  # fmt: skip
ADDS_CONTENT = {"record", "confirm", "correct", "state"}
CHANGES_SOMETHING = ADDS_CONTENT | {"invite", "trust", "declare", "lead"}
STAYS_AFTER_LEAVING = {"export", "audit", "destroy", "remove", "leave"}
_LETTERS = {"R": "read", "W": "record", "V": "confirm", "C": "correct", "P": "state", "X": "export"}


def expected(request: AccessRequest) -> tuple[bool, frozenset[str]]:
    """(permitted, limits) by hand; limits empty when the whole cell is open."""
    if request.role is None or _closed(request):
        return False, frozenset()
    open_ways = [
        limit
        for action, conditions, limit in _CELLS.get((request.role.value, request.section), ())
        if action == request.action.value and all(_holds(letter, request) for letter in conditions)
    ]
    if not open_ways:
        return False, frozenset()
    return True, frozenset() if "" in open_ways else frozenset(open_ways)


def _closed(request: AccessRequest) -> bool:
    role, action = str(request.role), request.action.value
    emergency = action == "break_glass" or (action == "emergency_read" and request.emergency_open)
    if role not in NEEDS_NO_RELATION and not emergency and not _member(request):
        return True
    dead = request.patient_state is PatientState.DECEASED
    chose_later = request.after_death and role != "patient" and action in {"read", "export"}
    return (
        (request.objected and role != "patient")
        or (dead and role in ENDS_WITH_DEATH and not chose_later)
        or (dead and not request.completing and action in ADDS_CONTENT - {"correct"})
        or (
            request.patient_state is PatientState.LEFT
            and action not in STAYS_AFTER_LEAVING
            and not _own_consent(request)
        )
        or (not request.circle_open and action in CHANGES_SOMETHING and not _own_consent(request))
        # Without an active representation the representative is nobody, also for what needs no fact otherwise.
        or (role == "representative" and not request.representative_active)
        or (role == "patient" and request.age is AgeBand.UNDER_12)
        or (role in PROFESSIONALS and action in {"read", "export"} and request.consultable and not request.explicit)
        or not request.assured
        or request.purpose.value not in _purposes(request)
        or (
            request.emergency_choice is not EmergencyChoice.PERMIT
            and (action == "break_glass" or (role != "patient" and action == "emergency_read" and not _member(request)))
        )
        or (action == "leave" and request.open_tasks)
    )


def _member(request: AccessRequest) -> bool:
    if request.relation_since is None or request.now < request.relation_since:
        return False
    return request.relation_until is None or request.now < request.relation_until


def _purposes(request: AccessRequest) -> set[str]:
    role = str(request.role)
    if role in ENDS_WITH_DEATH:
        return {"PATRQT"}
    if role not in PROFESSIONALS:
        return {"HOPERAT"}
    emergency = request.emergency_open or request.action.value == "break_glass"
    return {"TREAT", "ETREAT"} if emergency else {"TREAT"}


def _own_consent(request: AccessRequest) -> bool:
    """The patient gives and takes back consent at any time, whether or not there is an open circle (AVG 7 lid 3)."""
    return str(request.role) == "patient" and request.action.value == "record" and str(request.section) == "S11"


def _holds(letter: str, request: AccessRequest) -> bool:
    facts = {
        "c": request.consented,
        "d": request.discussed,
        "a": request.representative_active,
        "l": request.lead,
        "k": request.case_open,
        "m": _member(request),
        "e": request.emergency_open,
        "o": request.stepped_up and not _member(request),
        "2": request.approved,
        "s": request.stepped_up,
    }
    return facts[letter]


def _read() -> dict[tuple[str, Section | None], list[tuple[str, str, str]]]:
    cells: dict[tuple[str, Section | None], list[tuple[str, str, str]]] = {}
    for line in chain(MATRIX.strip().splitlines(), MORE.strip().splitlines()):
        role, *columns = (part.strip() for part in line.split("|"))
        for section, column in zip(Section, columns, strict=True):
            cells.setdefault((role, section), []).extend(_read_mark(mark) for mark in column.split() if mark != ".")
    for line in CIRCLE.strip().splitlines():
        role, acts = (part.strip() for part in line.split("|"))
        cells[role, None] = [
            (str(Action(act.partition("[")[0].partition("/")[0])), _letters(act), act.partition("[")[2][:-1])
            for act in acts.split()
        ]
    return cells


def _letters(act: str) -> str:
    return act.partition("[")[0].partition("/")[2]


def _read_mark(mark: str) -> tuple[str, str, str]:
    head, _, limit = mark.partition("[")
    return _LETTERS[head[0]], head[1:], limit.rstrip("]")


_CELLS = _read()
