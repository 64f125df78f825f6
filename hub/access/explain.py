"""Een beslissing uitleggen aan de vrager: what, why, which law, who can help; never more than the asker may know."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.access import AccessRequest, Decision, Rule
from hub.domain.vocabulary import Action, Role
from hub.texts import DUTCH, N_, SAY_DUTCH, Words

CARE_TEAM_HELPS = N_("de palliatieve zorgcoach van deze kring of de huisarts")
PATIENT_HELPS = N_("de patiënt (of de vertegenwoordiger) kan dit toestaan")
TECHNICIAN_HELPS = N_("de beheerder")
YOU_HELP = N_("uzelf")
PARENTS_HELP = N_("uw ouders of voogd, of de palliatieve zorgcoach")
OPEN_A_CASE = N_("uzelf: open een zaak over deze patiënt")
SECOND_PERSON_HELPS = N_("een tweede mens die dit mag: coach, huisarts, functionaris gegevensbescherming of beheerder")
NOT_OPEN = N_("Dit is niet voor u opengesteld, of het bestaat niet.")
NOT_JUDGED = N_("Het beleid kon deze vraag niet veilig beoordelen. Dan is het antwoord nee.")
SECRECY = "BW 7:457 lid 1"

# Which closing rule a refusal speaks of: the first of these that fired. None: the rule stays unspoken, and the refusal
# reads the same as one for something that does not exist. A rule that is not in this list stays unspoken too.
# The order of the keys is the protection: somebody whose place ended hears only that, never of a death, an objection or
# a closed circle; an objection against a relative hides behind the missing consent.
_HELPERS: dict[str, str | None] = {
    "guard-stranger": None,
    "guard-relation": CARE_TEAM_HELPS,
    "guard-purpose": None,
    # How surely the asker signed in says nothing about the patient, so it is asked before what the patient chose:
    # whoever still has to sign in more strongly hears the same whatever there is to open.
    "guard-assurance": YOU_HELP,
    "guard-step-up": YOU_HELP,
    "guard-emergency-choice": None,
    "guard-child-patient": PARENTS_HELP,
    "guard-after-death": None,
    "guard-relative-consent": PATIENT_HELPS,
    "guard-relative-consent-tasks": PATIENT_HELPS,
    "guard-spiritual-carer-consent-read": PATIENT_HELPS,
    "guard-spiritual-carer-consent-record": PATIENT_HELPS,
    "guard-explicit-consent": PATIENT_HELPS,
    "guard-objection": None,
    "guard-left": CARE_TEAM_HELPS,
    "guard-representative": CARE_TEAM_HELPS,
    "guard-illness-discussed": CARE_TEAM_HELPS,
    "guard-lead-confirms": CARE_TEAM_HELPS,
    "guard-lead-trusts": CARE_TEAM_HELPS,
    "guard-lead-roles": CARE_TEAM_HELPS,
    "guard-after-death-completing": CARE_TEAM_HELPS,
    "guard-circle-closed": CARE_TEAM_HELPS,
    "guard-open-tasks": CARE_TEAM_HELPS,
    "guard-two-people": SECOND_PERSON_HELPS,
    "guard-case": OPEN_A_CASE,
}

_ONLY_TO: dict[str, Callable[[Role], bool]] = {
    "guard-left": lambda role: role is Role.PATIENT,
    "guard-after-death-completing": lambda role: role.is_professional,
}
"""To whom a rule is said aloud; for everybody else it stays unspoken."""

_CIRCLE_ACTS = {
    Action.INVITE: N_("iemand uitnodigen in deze kring"),
    Action.REMOVE: N_("iemand uit deze kring halen"),
    Action.AUDIT: N_("het logboek van deze kring inzien"),
    Action.TRUST: N_("bevestigen van wie een account is"),
    Action.LEAVE: N_("zelf uit deze kring vertrekken"),
    Action.DECLARE: N_("vaststellen dat de stervensfase begon of dat de patiënt overleed"),
    Action.LEAD: N_("de regie aanbieden, overnemen of weigeren"),
    Action.BREAK_GLASS: N_("de spoedset openen met de noodprocedure"),
    Action.EMERGENCY_READ: N_("de spoedset lezen"),
    Action.DESTROY: N_("het dossier vernietigen"),
}
_SECTION_ACTS = {
    Action.READ: N_("lezen in %(section)s"),
    Action.RECORD: N_("vastleggen in %(section)s"),
    Action.CONFIRM: N_("bevestigen in %(section)s"),
    Action.CORRECT: N_("herstellen in %(section)s"),
    Action.STATE: N_("een eigen verklaring toevoegen in %(section)s"),
    Action.EXPORT: N_("een afschrift van %(section)s"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Uitleg bij een beslissing, in gewone zinnen. ``who_can_help`` is empty when nobody is needed.

    ``why_language``: a rule that has no translation is told in Dutch, whatever the reader speaks.
    """

    what: str
    why: str
    laws: tuple[str, ...]
    who_can_help: str
    why_language: str = DUTCH
    rules: tuple[Rule, ...] = ()
    """The rules that this speaks of; none where the rule stays unspoken."""


def as_error(code: str, message: str, explanation: Explanation) -> dict[str, Any]:
    """A refusal for a program: ``{"code", "message", "why", "rules": [{"id", "law"}], "who_can_help"}``."""
    return {
        "code": code,
        "message": message,
        "why": explanation.why,
        "rules": [{"id": rule.id, "law": rule.law} for rule in explanation.rules],
        "who_can_help": explanation.who_can_help,
    }


def explain(decision: Decision, request: AccessRequest, words: Words = SAY_DUTCH) -> Explanation:
    """Leg uit aan de vrager zelf. For an auditor, use ``decision.rules`` instead: those name everything."""
    what = _what(request, words)
    if decision.permitted:
        helper = words(CARE_TEAM_HELPS) if decision.limits else ""
        return _by_rules(what, decision.rules, helper, words)
    for rule in sayable(decision.rules, request.role):
        return _by_rules(what, (rule,), words(_HELPERS[rule.id] or CARE_TEAM_HELPS), words)
    if decision.errors and request.role is not None:
        return Explanation(what, words(NOT_JUDGED), (SECRECY,), words(TECHNICIAN_HELPS), words.language)
    return not_open(what, words)


def not_open(what: str, words: Words = SAY_DUTCH) -> Explanation:
    """Niet opengesteld, of het bestaat niet: the same words for both."""
    return Explanation(what, words(NOT_OPEN), (SECRECY,), words(CARE_TEAM_HELPS), words.language)


def _by_rules(what: str, rules: Sequence[Rule], helper: str, words: Words) -> Explanation:
    reasons = list(dict.fromkeys(rule.explain_nl for rule in rules))
    # All in one language: half a reason in each reads as a mistake.
    translated = all(words.language_of(reason) == words.language for reason in reasons)
    return Explanation(
        what,
        " ".join(words(reason) if translated else reason for reason in reasons),
        tuple(dict.fromkeys(rule.law for rule in rules)),
        helper,
        words.language if translated else DUTCH,
        tuple(rules),
    )


def sayable(closing: Iterable[Rule], role: Role | None) -> tuple[Rule, ...]:
    """Van de regels die sloten de ene die de vrager mag horen, of geen (also for ``!waarom`` and other echoes)."""
    fired = {rule.id: rule for rule in closing}
    first = next((name for name in _HELPERS if name in fired), None)
    if first is None or _HELPERS[first] is None or role is None:
        return ()
    return (fired[first],) if _ONLY_TO.get(first, _anybody)(role) else ()


def _anybody(_role: Role) -> bool:
    return True


def _what(request: AccessRequest, words: Words) -> str:
    if request.section is None:
        return words(_CIRCLE_ACTS.get(request.action, str(request.action)))
    act = _SECTION_ACTS.get(request.action)
    section = f"{request.section} {words(request.section.title_nl)}"
    return words(act) % {"section": section} if act else f"{request.action} in {section}"
