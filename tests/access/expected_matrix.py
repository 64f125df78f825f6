"""The role matrix once more, by hand, from the law and not from the rules: the oracle for the policy files.

Source: the catalogue of law and care requirements, §5.2 and §5.2b (sections) and §5.3 (the circle). One line a role,
one column a section S1 to S11. R read, W record, V confirm; `.` nothing. Behind a letter, what must be true first:
c consent of the patient, d discussed with the patient, a representation active, l lead of the circle; in [brackets]
the limit.
"""

from hub.domain.access import AccessRequest
from hub.domain.vocabulary import Action, PatientState, Section

MATRIX = """
patient          | R W[own_contacts] | Rd Wd[statement] | R W[statement] W[withdraw] | R W | R W[usd] | R W[statement] | R W[statement] | R W[questions] | R | . | R W
representative   | Ra | Ra | Ra | Ra | Ra Wa[proxy] | Ra[if_needed] | Ra | Ra Wa | Ra | . | Ra Wa
relative         | R[own] W[own] | Rcd | Rc | Rc | Rc R[own] W[own] | R[own] W[own] | Rc | Rc[roster] | Rc[info] | W | R[own]
coach            | R W | R W | R W Vl | R W | R W | R W | R W[signal] | R W | R W | R W | R W[with_proof]
gp               | R W | R W | R W V | R W | R W | R W | R W | R W | R W | R W | R W[with_proof]
locum            | R | R[summary] | R | R[place_only] | R[last] | . | R W[consult] | R W[waarneembericht] | R W | . | .
specialist       | R | R W[own_field] | R W V | R | R W | . | R W | R W | R | . | R[own_relation]
home_care        | R | R | R | R | R W | R W | R W[administration] | R W | R W | . | R[own_relation]
facility         | R W | R W | R W Vl | R W | R W | R W | R W | R W | R W | . | R[own_relation]
pharmacist       | R[name_contact] | R[indication] | . | . | R[pain_swallow_renal] | . | R W | R[own_tasks] W[own_tasks] | R[flag] | . | .
spiritual_carer  | Rc | Rc[phase] | . | Rc Wc | Rc[spiritual] | Rc Wc | . | Rc[own_tasks] Wc[own_tasks] | Rc | . | .
coordinator      | . | . | . | . | . | . | . | . | . | . | .
privacy_officer  | . | . | . | . | . | . | . | . | . | . | R[log]
administrator    | . | . | . | . | . | . | . | . | . | . | .
"""  # noqa: E501 — one line a role, so that a reader can lay it beside the law

CIRCLE = """
patient          | audit
coach            | invite remove audit trust
gp               | invite remove audit trust
specialist       | trust/l
facility         | trust/l
privacy_officer  | audit
administrator    | invite remove audit[technical_log] trust[with_proof]
"""

NEEDS_NO_RELATION = {"patient", "privacy_officer", "administrator"}
ENDS_WITH_DEATH = {"patient", "representative", "relative"}
CHANGES_SOMETHING = {"record", "confirm", "invite", "trust"}
_LETTERS = {"R": "read", "W": "record", "V": "confirm"}


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
    role = str(request.role)
    if role not in NEEDS_NO_RELATION:
        if request.relation_since is None or request.now < request.relation_since:
            return True
        if request.relation_until is not None and request.now >= request.relation_until:
            return True
    return (
        (request.objected and role != "patient")
        or (request.patient_state is not PatientState.ALIVE and role in ENDS_WITH_DEATH)
        or (not request.circle_open and request.action.value in CHANGES_SOMETHING and not _own_consent(request))
        # Without an active representation the representative is nobody, also for what needs no fact otherwise.
        or (role == "representative" and not request.representative_active)
    )


def _own_consent(request: AccessRequest) -> bool:
    """The patient gives and takes back consent at any time, whether or not there is an open circle (AVG 7 lid 3)."""
    return str(request.role) == "patient" and request.action.value == "record" and str(request.section) == "S11"


def _holds(letter: str, request: AccessRequest) -> bool:
    facts = {"c": request.consented, "d": request.discussed, "a": request.representative_active, "l": request.lead}
    return facts[letter]


def _read() -> dict[tuple[str, Section | None], list[tuple[str, str, str]]]:
    cells: dict[tuple[str, Section | None], list[tuple[str, str, str]]] = {}
    for line in MATRIX.strip().splitlines():
        role, *columns = (part.strip() for part in line.split("|"))
        for section, column in zip(Section, columns, strict=True):
            cells[role, section] = [_read_mark(mark) for mark in column.split() if mark != "."]
    for line in CIRCLE.strip().splitlines():
        role, acts = (part.strip() for part in line.split("|"))
        cells[role, None] = [
            (str(Action(act.partition("[")[0].partition("/")[0])), act.partition("/")[2], act.partition("[")[2][:-1])
            for act in acts.split()
        ]
    return cells


def _read_mark(mark: str) -> tuple[str, str, str]:
    head, _, limit = mark.partition("[")
    return _LETTERS[head[0]], head[1:], limit.rstrip("]")


_CELLS = _read()
