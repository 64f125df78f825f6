"""IND-01 … IND-17 (law-and-care §4.3): what each counts, over courses of patients. Pure; nothing here knows a name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from hub.domain.course import Answered, CareEventKind, Course, Respondent, SurveyItem
from hub.domain.figures import FEWEST, Mean, Share
from hub.domain.observations import Level
from hub.domain.wishes import Place

ANSWER_WITHIN = timedelta(hours=24)
RECEIVE_WITHIN = timedelta(hours=4)
AFTERCARE_WITHIN = timedelta(weeks=8)
DIRECTIVES_BEFORE = 3
"""Agreed limits, with a goal, thirty days before death: what counts as planned ahead (IND-13)."""
MOST_HOSPITAL_DAYS = 14
_AGREES = 4


@dataclass(frozen=True, slots=True)
class Indicator:
    """Eén cijfer. ``id`` as in the list (``IND-05a``); ``of`` says which part of it (``patiënten``, ``naasten``)."""

    id: str
    figure: Share | Mean
    of: str = ""
    patients: int | None = None
    """About how many patients, where it counts something else (answers, assessments, days); None: it counts those."""

    @property
    def shown(self) -> bool:
        """False when it is about too few patients, however many assessments or days of theirs it counts."""
        return self.figure.shown and (self.patients is None or self.patients >= FEWEST)

    @property
    def title_nl(self) -> str:
        return TITLES[self.id]


TITLES = {
    "IND-01": "Continuïteit: de zorg loopt door",
    "IND-02": "Eigen regie",
    "IND-03": "Cijfer voor de coach",
    "IND-04": "Overleden op de plek die de patiënt het liefst wilde",
    "IND-05": "Mogelijk niet-passende zorg in de laatste dertig dagen",
    "IND-05a": "Twee of meer bezoeken aan de spoedeisende hulp",
    "IND-05b": "Twee of meer ziekenhuisopnames",
    "IND-05c": "Meer dan veertien dagen in het ziekenhuis",
    "IND-05d": "Opname op de intensive care",
    "IND-05e": "Chemotherapie in de laatste dertig dagen",
    "IND-05f": "Overleden in het ziekenhuis",
    "IND-05g": "Contact met huisartsenpost of polikliniek",
    "IND-06": "Passende zorg",
    "IND-07": "Tijd van de coach in minuten per traject",
    "IND-08": "Besparing in euro per patiënt, met de aannames van het tarievenbestand",
    "IND-09": "Overleden tijdens het traject",
    "IND-10": "De complexiteit veranderde",
    "IND-11": "Complexiteit gemiddeld of hoog",
    "IND-12": "Markering terecht",
    "IND-13": "Zorg vooruit gepland, dertig dagen voor het overlijden",
    "IND-14": "Vraag beantwoord binnen een dag",
    "IND-15": "Overdracht ontvangen binnen vier uur",
    "IND-16": "Dagen zonder bevestigde regiehouder",
    "IND-17": "Nazorg aangeboden binnen acht weken",
}
"""Id → what people read above the figure."""

_RESPONDENTS = {
    Respondent.PATIENT: "patiënten",
    Respondent.RELATIVE: "naasten",
    Respondent.PROFESSIONAL: "professionals",
}


def indicators(courses: Sequence[Course]) -> list[Indicator]:
    """Every indicator but the saving (:func:`saving`), in the order of the list."""
    return [
        *_agreeing("IND-01", SurveyItem.CONTINUITY, courses),
        *_agreeing("IND-02", SurveyItem.OWN_DIRECTION, courses),
        *_grades(courses),
        _preferred_place(courses),
        *_inappropriate(courses),
        *_hours(courses),
        Indicator("IND-09", Share(sum(course.died for course in courses), len(courses))),
        Indicator("IND-09", Mean.of([c.age for c in courses if c.age is not None], _missing_ages(courses)), "leeftijd"),
        *_complexity(courses),
        _marking_right(courses),
        _planned_ahead(courses),
        _answered(courses),
        _received(courses),
        _without_lead(courses),
        _aftercare(courses),
    ]


@dataclass(frozen=True, slots=True)
class Tariffs:
    """Aannames voor IND-08: euro for one event more, and how often it happens elsewhere, per patient who died."""

    euro: dict[CareEventKind, float]
    elsewhere: dict[CareEventKind, float]
    source: str


def saving(courses: Sequence[Course], tariffs: Tariffs) -> Indicator:
    """IND-08: what was avoided against elsewhere, in euro for each patient with a complete record."""
    known = [course for course in courses if course.died and course.events_complete]
    each = [
        sum((tariffs.elsewhere[kind] - len(course.of_last_days(kind))) * euro for kind, euro in tariffs.euro.items())
        for course in known
    ]
    return Indicator("IND-08", Mean.of(each, sum(c.died for c in courses) - len(known)), tariffs.source)


def is_inappropriate(course: Course) -> bool:
    """IND-05: at least one component in the last thirty days of life."""
    return any(component(course) for component in COMPONENTS.values())


def _at_least(number: int, *kinds: CareEventKind) -> Callable[[Course], bool]:
    return lambda course: len(course.of_last_days(*kinds)) >= number


COMPONENTS: dict[str, Callable[[Course], bool]] = {
    "IND-05a": _at_least(2, CareEventKind.EMERGENCY_DEPARTMENT),
    "IND-05b": _at_least(2, CareEventKind.ADMISSION),
    "IND-05c": lambda course: course.hospital_days() > MOST_HOSPITAL_DAYS,
    "IND-05d": _at_least(1, CareEventKind.INTENSIVE_CARE),
    "IND-05e": _at_least(1, CareEventKind.CHEMOTHERAPY),
    "IND-05f": lambda course: course.died_at is Place.HOSPITAL,
}
"""Boddaert's set, as the pilot's infographic lists it; thresholds to be confirmed by the care partners (!)."""


def _agreeing(id_: str, item: SurveyItem, courses: Sequence[Course]) -> list[Indicator]:
    found = []
    for respondent in (Respondent.PATIENT, Respondent.RELATIVE):
        answers = _answers(courses, item, respondent)
        agreed = sum(answer.value >= _AGREES for answer in answers)
        figure = Share(agreed, len(answers))
        found.append(Indicator(id_, figure, _RESPONDENTS[respondent], _answered_by(courses, item, respondent)))
    return found


def _grades(courses: Sequence[Course]) -> list[Indicator]:
    return [
        Indicator(
            "IND-03",
            Mean.of(a.value for a in _answers(courses, SurveyItem.GRADE, who)),
            _RESPONDENTS[who],
            _answered_by(courses, SurveyItem.GRADE, who),
        )
        for who in (Respondent.PATIENT, Respondent.RELATIVE)
    ]


def _preferred_place(courses: Sequence[Course]) -> Indicator:
    died = [course for course in courses if course.died]
    known = [course for course in died if course.preferred is not None and course.died_at is not None]
    met = sum(course.preferred is course.died_at for course in known)
    return Indicator("IND-04", Share(met, len(known), len(died) - len(known)))


def _inappropriate(courses: Sequence[Course]) -> list[Indicator]:
    died = [course for course in courses if course.died]
    known = [course for course in died if course.events_complete and course.died_at is not None]
    missing = len(died) - len(known)
    whole = Share(sum(map(is_inappropriate, known)), len(known), missing)
    parts = [
        Indicator(id_, Share(sum(map(component, known)), len(known), missing)) for id_, component in COMPONENTS.items()
    ]
    others = _at_least(1, CareEventKind.GP_POST, CareEventKind.OUTPATIENT)
    described = Indicator("IND-05g", Share(sum(map(others, known)), len(known), missing))
    return [Indicator("IND-05", whole), *parts, described, Indicator("IND-06", whole.rest)]


def _hours(courses: Sequence[Course]) -> list[Indicator]:
    closed = [course for course in courses if course.closed]
    return [
        Indicator("IND-07", Mean.of(c.minutes_regular + c.minutes_extra for c in closed), "totaal"),
        Indicator("IND-07", Mean.of(c.minutes_regular for c in closed), "regulier"),
    ]


def _missing_ages(courses: Sequence[Course]) -> int:
    return sum(course.age is None for course in courses)


def _complexity(courses: Sequence[Course]) -> list[Indicator]:
    again = [course for course in courses if len(course.assessed) > 1]
    changed = sum(len({one.level for one in course.assessed}) > 1 for course in again)
    ratings: dict[str, list[Level]] = {}
    for course in courses:
        for one in course.assessed:
            ratings.setdefault(one.rater, []).append(one.level)
    by_rater = [
        Indicator(
            "IND-11",
            Share(sum(level is not Level.LOW for level in levels), len(levels)),
            rater,
            sum(any(one.rater == rater for one in course.assessed) for course in courses),
        )
        for rater, levels in sorted(ratings.items())
    ]
    return [
        Indicator("IND-10", Share(changed, len(again), len(courses) - len(again)), "twee keer of vaker beoordeeld"),
        Indicator("IND-10", Share(changed, len(courses)), "alle patiënten"),
        *by_rater,
    ]


def _marking_right(courses: Sequence[Course]) -> Indicator:
    answers = _answers(courses, SurveyItem.MARKING_RIGHT, Respondent.PROFESSIONAL)
    asked = _answered_by(courses, SurveyItem.MARKING_RIGHT, Respondent.PROFESSIONAL)
    return Indicator("IND-12", Share(sum(bool(answer.value) for answer in answers), len(answers)), patients=asked)


def _planned_ahead(courses: Sequence[Course]) -> Indicator:
    died = [course for course in courses if course.died]
    return Indicator("IND-13", Share(sum(c.goal and c.directives >= DIRECTIVES_BEFORE for c in died), len(died)))


def _answered(courses: Sequence[Course]) -> Indicator:
    asked = [question for course in courses for question in course.questions]
    return Indicator("IND-14", _within(asked, ANSWER_WITHIN), patients=sum(bool(c.questions) for c in courses))


def _received(courses: Sequence[Course]) -> Indicator:
    made = [transfer for course in courses for transfer in course.transfers]
    return Indicator("IND-15", _within(made, RECEIVE_WITHIN), patients=sum(bool(c.transfers) for c in courses))


def _within(pairs: Iterable[tuple[datetime, datetime | None]], limit: timedelta) -> Share:
    known = list(pairs)
    in_time = sum(end is not None and end - begin <= limit for begin, end in known)
    return Share(in_time, len(known))


def _without_lead(courses: Sequence[Course]) -> Indicator:
    days = round(sum(course.days for course in courses))
    # A part of a day without anybody is a day without anybody.
    gap = sum(ceil(course.days_without_lead) for course in courses)
    return Indicator("IND-16", Share(min(gap, days), days), patients=len(courses))


def _aftercare(courses: Sequence[Course]) -> Indicator:
    with_contact = [course for course in courses if course.died_on is not None and course.has_contact]
    offered = sum(
        course.aftercare_on is not None
        and course.died_on is not None
        and course.aftercare_on - course.died_on <= AFTERCARE_WITHIN
        for course in with_contact
    )
    missing = sum(course.died and not course.has_contact for course in courses)
    return Indicator("IND-17", Share(offered, len(with_contact), missing))


def _answered_by(courses: Sequence[Course], item: SurveyItem, respondent: Respondent) -> int:
    """Of how many patients somebody answered."""
    return sum(bool(_answers([course], item, respondent)) for course in courses)


def _answers(courses: Sequence[Course], item: SurveyItem, respondent: Respondent) -> list[Answered]:
    return [a for course in courses for a in course.answers if a.item is item and a.respondent is respondent]
