"""The answers of a filled-in form, by linkId."""

from collections import defaultdict

from hub.domain.values import PartialDate
from hub.fhir.documents import Resource
from hub.fhir.elements import Body, Concept, coding, many, one, partial_date, refuse, text
from hub.fhir.people import names


class Answers:
    """The answers of one form by linkId. A question that may be answered once and is answered twice is refused."""

    def __init__(self, resource: Resource) -> None:
        self.where = resource.name
        self.used: set[str] = set()
        self._found: dict[str, list[Body]] = defaultdict(list)
        self.labels: dict[str, str] = {}
        todo: list[Body] = list(many(resource.body, "item", resource.name))
        while todo:
            item = todo.pop(0)
            link = text(item, "linkId", resource.name)
            if link is None:
                raise refuse(resource.name, "heeft een vraag zonder linkId")
            answers = many(item, "answer", resource.name)
            self._found[link].extend(answers)
            self.labels[link] = text(item, "text", resource.name) or link
            todo.extend(many(item, "item", resource.name))
            for answer in answers:
                todo.extend(many(answer, "item", resource.name))

    def all(self, link: str | None) -> list[Body]:
        """Every answer to a question that may have several."""
        if link is None:
            return []
        self.used.add(link)
        return [answer for answer in self._found.get(link, []) if any(key.startswith("value") for key in answer)]

    def one(self, link: str | None) -> Body | None:
        """The answer, or None."""
        found = self.all(link)
        if len(found) > 1:
            raise refuse(self.where, f"vraag {link} heeft twee antwoorden", "answered-twice")
        return found[0] if found else None

    def words(self, link: str | None) -> str | None:
        """A text answer."""
        answer = self.one(link)
        return text(answer, "valueString", self.where) if answer else None

    def texts(self, link: str | None) -> tuple[str, ...]:
        """Every text answer."""
        return names([text(answer, "valueString", self.where) for answer in self.all(link)])

    def choice(self, link: str | None) -> Concept | None:
        """A coded answer; an open choice may be words only."""
        answer = self.one(link)
        return self._concept(answer) if answer else None

    def choices(self, link: str | None) -> list[Concept]:
        """Every coded answer."""
        return [self._concept(answer) for answer in self.all(link)]

    def date(self, link: str) -> PartialDate | None:
        """A date or dateTime answer."""
        answer = self.one(link)
        if answer is None:
            return None
        return partial_date(answer, "valueDate", self.where) or partial_date(answer, "valueDateTime", self.where)

    def unused(self, known: frozenset[str]) -> list[str]:
        """Answered questions that nobody asked for."""
        return sorted(link for link, found in self._found.items() if found and link not in self.used | known)

    def _concept(self, answer: Body) -> Concept:
        found = one(answer, "valueCoding", self.where)
        if found:
            return Concept((coding(found, self.where),), None)
        words = text(answer, "valueString", self.where)
        if words is None:
            raise refuse(self.where, "heeft een antwoord van een onverwacht soort")
        return Concept((), words)
