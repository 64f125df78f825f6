"""Which words make which kind of entry: one parser for each kind that can be typed in one line (besides notes)."""

from collections.abc import Callable, Mapping

from hub.domain.care_commands import parse_agreement, parse_appointment, parse_care_plan, parse_path, parse_sedation
from hub.domain.care_events import parse_died_at, parse_event
from hub.domain.entries import Kind, Value
from hub.domain.illness_commands import parse_diagnosis, parse_marking, parse_patz, parse_phase, parse_whole_complexity
from hub.domain.medication_commands import parse_allergy, parse_kidney, parse_kit, parse_medication, parse_pump
from hub.domain.network_commands import (
    parse_contact,
    parse_living,
    parse_place_of_care,
    parse_reachable,
    parse_report,
    parse_view,
)
from hub.domain.observation_commands import (
    parse_diary,
    parse_dos,
    parse_intake,
    parse_meaning,
    parse_performance,
    parse_signal,
    parse_strain,
    parse_weight,
)
from hub.domain.observations import parse_pain_score
from hub.domain.plan_commands import parse_place, parse_proposed_directive
from hub.domain.typed import TypedBy
from hub.domain.wishes import PreferredPlaceOfDeath


def parse_place_of_death(text: str, by: TypedBy) -> PreferredPlaceOfDeath:
    """What a relative types is that relative's view, never the patient's wish."""
    return parse_place(text, viewed_by=by.name if by.reporter.value == "relative" else None, asked_on=by.today)


PARSERS: Mapping[Kind, Callable[[str, TypedBy], Value]] = {
    Kind.PAIN_SCORE: lambda text, by: parse_pain_score(text, by.reporter),
    Kind.SYMPTOM: parse_diary,
    Kind.COMPLEXITY: parse_whole_complexity,
    Kind.TREATMENT_DIRECTIVE: lambda text, by: parse_proposed_directive(text, today=by.today),
    Kind.PREFERRED_PLACE_OF_DEATH: parse_place_of_death,
    Kind.CONTACT_PERSON: parse_contact,
    Kind.LIVING_SITUATION: parse_living,
    Kind.REACHABILITY: parse_reachable,
    Kind.DIAGNOSIS: parse_diagnosis,
    Kind.ILLNESS_PHASE: parse_phase,
    Kind.SURPRISE_QUESTION: parse_marking,
    Kind.MARKING_TOOL: parse_marking,
    Kind.PATZ_COLOUR: parse_patz,
    Kind.ACP_REPORT: parse_report,
    Kind.PREFERRED_PLACE_OF_CARE: parse_place_of_care,
    Kind.RELATIVE_VIEW: parse_view,
    Kind.PERFORMANCE: parse_performance,
    Kind.DELIRIUM: parse_dos,
    Kind.WEIGHT: parse_weight,
    Kind.INTAKE: parse_intake,
    Kind.MEANING: parse_meaning,
    Kind.CARER_STRAIN: parse_strain,
    Kind.PSYCHOSOCIAL: parse_signal,
    Kind.MEDICATION_OVERVIEW: parse_medication,
    Kind.ALLERGY: parse_allergy,
    Kind.KIDNEY_FUNCTION: parse_kidney,
    Kind.PUMP: parse_pump,
    Kind.EMERGENCY_KIT: parse_kit,
    Kind.CARE_PLAN: parse_care_plan,
    Kind.CARE_AGREEMENT: parse_agreement,
    Kind.APPOINTMENT: parse_appointment,
    Kind.CARE_PATH: parse_path,
    Kind.PALLIATIVE_SEDATION: parse_sedation,
    Kind.CARE_EVENT: parse_event,
    Kind.PLACE_OF_DEATH: parse_died_at,
}
"""Kind → what reads a typed line as its value. Each raises ``CommandRejected`` and nothing else, on any text."""
