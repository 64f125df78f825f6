"""Every text that the conversations say, for the catalogues: questions are data, so no extraction finds them."""

from collections.abc import Iterator

from hub.domain import intake_form, pzp_form, pzp_values, question_readers, usd_form
from hub.domain.observations import Reporter
from hub.domain.questionnaire import Questionnaire, spoken_here
from hub.domain.vocabulary import Section


def spoken_questions() -> Iterator[str]:
    """Titles, questions, choices, hints, and what is said about an answer that was not understood; each once."""
    every = frozenset(Section)
    forms = (
        pzp_form.form(every, judges=True),
        intake_form.form(every, intake_form.Unasked()),
        *(usd_form.form(reporter) for reporter in Reporter),
    )
    said = [*spoken_here(), *question_readers.SPOKEN, *pzp_values.SPOKEN, *usd_form.SPOKEN, *intake_form.SPOKEN]
    for form in forms:
        said += _of(form)
    yield from dict.fromkeys(text for text in said if text)


def _of(form: Questionnaire) -> Iterator[str]:
    yield from (form.title, form.intro)
    for asked in form.questions:
        yield from (asked.title, asked.text, asked.hint)
        for option in asked.options:
            yield from (option.label, option.asks, option.ends)
