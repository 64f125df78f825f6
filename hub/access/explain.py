"""Een beslissing uitleggen aan de vrager: what, why, which law, who can help; never more than the asker may know."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.access import AccessRequest, Decision, Rule
from hub.domain.vocabulary import Action

CARE_TEAM_HELPS = "de palliatieve zorgcoach van deze kring of de huisarts"
PATIENT_HELPS = "de patiënt (of de vertegenwoordiger) kan dit toestaan"
TECHNICIAN_HELPS = "de beheerder"
NOT_OPEN = "Dit is niet voor u opengesteld, of het bestaat niet."
NOT_JUDGED = "Het beleid kon deze vraag niet veilig beoordelen. Dan is het antwoord nee."
SECRECY = "BW 7:457 lid 1"

# Which closing rule a refusal speaks of: the first of these that fired. None: the rule stays unspoken, and the refusal
# reads the same as one for something that does not exist. A rule that is not in this list stays unspoken too.
# The order of the keys is the protection: somebody whose place ended hears only that, never of a death, an objection or
# a closed circle; an objection against a relative hides behind the missing consent.
_HELPERS: dict[str, str | None] = {
    "guard-stranger": None,
    "guard-relation": CARE_TEAM_HELPS,
    "guard-after-death": None,
    "guard-relative-consent": PATIENT_HELPS,
    "guard-spiritual-carer-consent-read": PATIENT_HELPS,
    "guard-spiritual-carer-consent-record": PATIENT_HELPS,
    "guard-objection": None,
    "guard-representative": CARE_TEAM_HELPS,
    "guard-illness-discussed": CARE_TEAM_HELPS,
    "guard-lead-confirms": CARE_TEAM_HELPS,
    "guard-circle-closed": CARE_TEAM_HELPS,
}

_CIRCLE_ACTS = {
    Action.INVITE: "iemand uitnodigen in deze kring",
    Action.REMOVE: "iemand uit deze kring halen",
    Action.AUDIT: "het logboek van deze kring inzien",
}
_SECTION_ACTS = {Action.READ: "lezen", Action.RECORD: "vastleggen", Action.CONFIRM: "bevestigen"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Uitleg bij een beslissing, in gewone Nederlandse zinnen. ``who_can_help`` is empty when nobody is needed."""

    what: str
    why: str
    laws: tuple[str, ...]
    who_can_help: str


def explain(decision: Decision, request: AccessRequest) -> Explanation:
    """Leg uit aan de vrager zelf. For an auditor, use ``decision.rules`` instead: those name everything."""
    what = _what(request)
    if decision.permitted:
        why = " ".join(dict.fromkeys(rule.explain_nl for rule in decision.rules))
        laws = tuple(dict.fromkeys(rule.law for rule in decision.rules))
        return Explanation(what, why, laws, CARE_TEAM_HELPS if decision.limits else "")
    for rule in sayable(decision.rules):
        return Explanation(what, rule.explain_nl, (rule.law,), _HELPERS[rule.id] or CARE_TEAM_HELPS)
    if decision.errors and request.role is not None:
        return Explanation(what, NOT_JUDGED, (SECRECY,), TECHNICIAN_HELPS)
    return Explanation(what, NOT_OPEN, (SECRECY,), CARE_TEAM_HELPS)


def sayable(closing: Iterable[Rule]) -> tuple[Rule, ...]:
    """Van de regels die sloten de ene die de vrager mag horen, of geen (also for ``!waarom`` and other echoes)."""
    fired = {rule.id: rule for rule in closing}
    first = next((name for name in _HELPERS if name in fired), None)
    return (fired[first],) if first is not None and _HELPERS[first] is not None else ()


def _what(request: AccessRequest) -> str:
    if request.section is None:
        return _CIRCLE_ACTS.get(request.action, str(request.action))
    act = _SECTION_ACTS.get(request.action, str(request.action))
    return f"{act} in {request.section} {request.section.title_nl}"
