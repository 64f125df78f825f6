"""Answers by linkId while a form is filled in, and the form's own nesting around them."""

from collections import defaultdict
from collections.abc import Sequence

from hub.domain.advance_care_plan import SNOMED
from hub.domain.values import PartialDate
from hub.fhir.answer_dates import dated, is_dated
from hub.fhir.export.records import RELIEVE_WORDS
from hub.fhir.export.writing import Desk, Json
from hub.fhir.form_outline import OUTLINES, Spot
from hub.fhir.form_questions import QUESTIONS, Questions
from hub.fhir.wording import display

_LABELS = {
    # Questions whose only answer repeats what is asked.
    "goal": ("180771000146100", ("790", "1408")),
    "wishes": ("153851000146100", ("811", "1428")),
    "place": ("395091006", ("815", "1430")),
    "euthanasia": ("340171000146104", ("816", "1432")),
    "donation": ("570801000146104", ("817", "1434")),
    "purpose": ("247751003", ("818", "1436")),
}
_FORM_WORDS = {
    (SNOMED, "385987000"): "Curatief / actief ziektebeleid",
    (SNOMED, "1351964001"): "Palliatief met als doel levensverlenging én symptoomverlichting",
    (SNOMED, "713148004"): RELIEVE_WORDS,
    (SNOMED, "225353007"): RELIEVE_WORDS,
}


class Answers:
    """The answers of one form while it is filled in."""

    def __init__(self, desk: Desk, day: PartialDate | None) -> None:
        self.desk = desk
        self.day = day
        self.asked: Questions = QUESTIONS[desk.release]
        self.given: dict[str, list[Json]] = defaultdict(list)

    def words(self, link: str | None, *texts: str | None) -> None:
        """Text answers; without words no answer."""
        if link is not None:
            self.given[link] += [{"valueString": text} for text in texts if text]

    def code(self, link: str | None, key: tuple[str, str] | None, shown: str | None = None) -> None:
        """A coded answer, in the words of the form."""
        if link is None or key is None:
            return
        word = shown or _FORM_WORDS.get(key) or display(*key, self.desk.release)
        made = ({"system": key[0]} if key[0] else {}) | {"code": key[1]} | ({"display": word} if word else {})
        self.given[link].append({"valueCoding": made})

    def yes_no(self, link: str, yes: bool) -> None:
        """The form's own *Ja* and *Nee*, which have no system."""
        self.code(link, ("", "1" if yes else "0"), "Ja" if yes else "Nee")

    def label(self, name: str) -> None:
        """Repeat the question, as the form does."""
        code, links = _LABELS[name]
        self.code(links[0 if self.desk.stu3 else 1], (SNOMED, code))

    def comment(self, link: str, text: str | None, on: PartialDate | None) -> None:
        """The explanation, with the day of the answer where that is another one than that of the form."""
        same = on is not None and on == self.day and not is_dated(text)
        self.words(link, text if same else dated(on, text))

    def items(self) -> list[Json]:
        """The form's own nesting; questions without an answer are left out."""
        return [made for spot in OUTLINES[self.desk.release] for made in self._items(spot)]

    def _items(self, spot: Spot) -> list[Json]:
        if spot.repeats:
            (inner,) = spot.inside
            return [
                {"linkId": spot.link, "text": spot.caption, "item": [self._leaf(inner, [answer])]}
                for answer in self.given.get(inner.link, [])
            ]
        inside = [made for part in spot.inside for made in self._items(part)]
        answers = self.given.get(spot.link, [])
        if not answers and not inside:
            return []
        return [self._leaf(spot, answers, inside)]

    @staticmethod
    def _leaf(spot: Spot, answers: list[Json], inside: Sequence[Json] = ()) -> Json:
        made: Json = {"linkId": spot.link} | ({"text": spot.caption} if spot.caption else {})
        if not answers:
            return made | ({"item": list(inside)} if inside else {})
        last = answers[-1] | ({"item": list(inside)} if inside else {})
        return made | {"answer": [*answers[:-1], last]}
