"""Enquête over de zorg (IND-01 tot en met IND-03): three answers, by whom, and never merged between respondents."""

import re
from dataclasses import dataclass
from datetime import datetime

from hub.domain.course import Answered, Respondent, SurveyItem
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.spoken import N_
from hub.domain.vocabulary import Role

INSTRUMENT = "kring-1"
"""The questions as Kring asks them; another wording is another instrument, and its figures stand apart."""
RESPONDENTS = {
    Role.PATIENT: Respondent.PATIENT,
    Role.RELATIVE: Respondent.RELATIVE,
    Role.REPRESENTATIVE: Respondent.RELATIVE,
}
_ITEMS = {
    "doorlopend": (SurveyItem.CONTINUITY, 1, 5),
    "regie": (SurveyItem.OWN_DIRECTION, 1, 5),
    "cijfer": (SurveyItem.GRADE, 0, 10),
}
_PAIR = re.compile(r"([a-z]+)\s*[=:]?\s*([0-9]{1,2})", re.ASCII)
_HOW = N_(
    "Schrijf: !enquete doorlopend 1-5 regie 1-5 cijfer 0-10. Doorlopend: de zorg loopt door, ook als u van plek "
    "wisselt. "
    "Regie: u houdt zelf de regie. 1 is helemaal oneens, 5 is helemaal eens. Cijfer: voor de coach."
)


@dataclass(frozen=True, slots=True)
class Survey:
    """Wat één mens in één kring antwoordde; a later answer of the same person counts in its place."""

    id: str
    circle_id: str
    patient_id: str
    person_id: str
    respondent: Respondent
    answers: tuple[tuple[SurveyItem, int], ...]
    answered_at: datetime
    instrument: str = INSTRUMENT

    def answered(self) -> tuple[Answered, ...]:
        """As the figures count them."""
        return tuple(Answered(item, self.respondent, value, self.instrument) for item, value in self.answers)


def parse_survey(text: str) -> tuple[tuple[SurveyItem, int], ...]:
    """``doorlopend 4 regie 5 cijfer 9`` → item and value of each; one of them is enough.

    :raises CommandRejected: ``bad-survey``: an unknown word, a number out of range, the same question twice, or nothing
    """
    said = " ".join(plain(text).replace(",", " ").split())
    pairs = _PAIR.findall(said)
    known = [(_ITEMS[word], int(value)) for word, value in pairs if word in _ITEMS]
    in_range = all(low <= value <= high for (_, low, high), value in known)
    asked = [item for (item, _, _), _ in known]
    if not pairs or _PAIR.sub("", said).strip() or len(known) != len(pairs) or not in_range:
        raise CommandRejected("bad-survey", _HOW)
    if len(set(asked)) != len(asked):
        raise CommandRejected("bad-survey", _HOW)
    return tuple((item, value) for (item, _, _), value in known)
