"""The PZP form: QuestionnaireResponse by linkId. The numbers are in :mod:`hub.fhir.form_questions`."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.advance_care_plan import Decision, Goal, LegalCapacity, MedicalPolicyGoal, TreatmentDirective
from hub.domain.care_network import (
    AcpConversation,
    ContactPerson,
    ContactRole,
    HealthProfessional,
    InformRelatives,
    MedicalDevice,
)
from hub.domain.entries import Value
from hub.domain.values import PartialDate
from hub.domain.wishes import (
    Answer,
    CareWishes,
    EarlierAgreements,
    EuthanasiaPosition,
    OrganDonation,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
)
from hub.fhir.answer_dates import is_dated, without_date
from hub.fhir.candidates import Candidate, Findings, Road, in_force
from hub.fhir.catalogue import DECISIONS, FORM_YES_NO, GOALS, ICD_TYPES, PERMITTED, Release
from hub.fhir.decisions import NamedTreatment, decision_of, specified, treatment_of
from hub.fhir.documents import Resource, ResourceSet
from hub.fhir.elements import Concept, lookup, one, partial_date, refuse, text
from hub.fhir.form_answers import Answers
from hub.fhir.form_questions import QUESTIONS, DirectiveQuestion, PersonQuestions, Questions
from hub.fhir.people import in_order, names, role_of, roles_and_relation
from hub.fhir.records import answer_of, euthanasia_of, place_of


@dataclass(frozen=True, slots=True)
class FormIdentity:
    """Who the form is about, as it was filled in."""

    reference: str
    given: str
    family: str
    birth_date: PartialDate | None
    points_to_patient: bool


def read_form(everything: ResourceSet, resource: Resource, findings: Findings) -> FormIdentity | None:
    """One filled-in form into the findings; None when its status says that it does not count.

    :raises ImportRefused: not the PZP form of this release, or an answer that cannot be understood
    """
    if not in_force(resource, findings):
        return None
    where = resource.name
    asked = _questionnaire(resource)
    questions = QUESTIONS[everything.release]
    if questions.questionnaire not in asked:
        raise refuse(where, "is niet het PZP-formulier van deze uitgave", "unknown-questionnaire")
    _, bar, version = asked.partition("|")
    return _Form(resource, questions, everything.release, everything.release.value + bar + version, findings).read()


def _questionnaire(resource: Resource) -> str:
    found = resource.body.get("questionnaire")
    if isinstance(found, dict):
        found = found.get("reference")
    return found if isinstance(found, str) and len(found) < 150 else ""


class _Form:
    def __init__(self, resource: Resource, asked: Questions, release: Release, ig: str, findings: Findings) -> None:
        self._resource = resource
        self._where = resource.name
        self._q = asked
        self._release = release
        self._ig = ig
        self._findings = findings
        self._answers = Answers(resource)
        self._held_on = self._answers.date(asked.filled_in_on)
        self._on = self._held_on or partial_date(resource.body, "authored", self._where)
        self._by = self._professional()

    def read(self) -> FormIdentity:
        self._people()
        self._plan()
        self._wishes()
        self._sharing()
        identity = self._identity()
        for link in self._answers.unused(self._q.labels_only):
            self._findings.left(f"{self._where}, vraag {link[:20]}", "een onbekende vraag")
        return identity

    def _explained(self, link: str) -> tuple[str | None, PartialDate | None]:
        """An explanation and the day of the answer: that of the form, or the one with which the explanation begins."""
        words = self._answers.words(link)
        if words is None or not is_dated(words):
            return words, self._on
        on, rest = without_date(words)
        return rest, on

    def _add(self, link: str, value: Value, on: PartialDate | None = None) -> None:
        author = self._by.described if self._by else None
        self._findings.candidates.append(Candidate(value, f"{self._where}#{link}", on or self._on, author, Road.FORM))

    def _identity(self) -> FormIdentity:
        patient = self._q.patient
        given, family = self._name(patient)
        pointers = [one(self._resource.body, key, self._where) for key in ("source", "subject")]
        points = any("Patient/" in (text(pointer, "reference", self._where) or "") for pointer in pointers)
        return FormIdentity(self._where, given, family, self._answers.date(self._q.birth_date), points)

    def _name(self, asked: PersonQuestions) -> tuple[str, str]:
        given, prefix, family = (self._answers.words(link) for link in (asked.given, asked.prefix, asked.family))
        return given or "", " ".join(part for part in (prefix, family) if part)

    def _professional(self) -> HealthProfessional | None:
        name = " ".join(part for part in self._name(self._q.professional) if part)
        function = self._answers.choice(self._q.function)
        words = (function.words or "").lower() if function else ""
        return HealthProfessional(name, words or None) if name else None

    def _people(self) -> None:
        answers, asked = self._answers, self._q
        if self._by:
            self._add(asked.professional.family, self._by)
        capable = answers.choice(asked.capable)
        comment, judged_on = self._explained(asked.capable_comment)
        if capable is not None:
            yes = self._plain_yes(capable, asked.capable)
            self._add(
                asked.capable, LegalCapacity(yes, judged_on=judged_on, comment=comment, source=capable.coded(self._ig))
            )
        elif comment is not None:
            self._findings.left(f"{self._where}, vraag {asked.capable}", "een toelichting zonder ja of nee")
        also_first = answers.choice(asked.also_first_contact)
        first_too = also_first is not None and self._plain_yes(also_first, asked.also_first_contact)
        # The block itself asks for the legal representative; role answers only make it more precise.
        roles = [ContactRole.LEGAL_REPRESENTATIVE, *([ContactRole.FIRST_CONTACT] if first_too else [])]
        self._contact(asked.representative, roles)
        self._contact(asked.first_contact, [ContactRole.FIRST_CONTACT])
        present = ["patiënt"] if answers.one(asked.patient_present) else []
        roles_present = answers.choices(asked.present_roles)
        for found in [*answers.choices(asked.present_relations), *roles_present]:
            _, relation, _ = roles_and_relation([found])
            is_other = any(part.code in ("OTH", "9", "09") for part in found.codings)
            words = answers.texts(asked.present_other_role if found in roles_present else asked.present_other)
            present.append(
                ", ".join(words) if is_other and words else relation or (found.words or "iemand anders").lower()
            )
        # When a computer wrote the form (``authored``) is no conversation.
        if self._held_on or self._by or present:
            by = (self._by.described,) if self._by else ()
            self._add(asked.filled_in_on, AcpConversation(self._on, by, names(present)))
        self._present = names(present)

    def _plain_yes(self, said: Concept, link: str) -> bool:
        answer = lookup(said, FORM_YES_NO, self._where)
        if answer is None:
            raise refuse(self._where, f"vraag {link} heeft een antwoord dat Kring niet kent", "unknown-answer")
        first = (said.words or "").casefold()
        if (answer is Answer.YES and first.startswith("nee")) or (answer is Answer.NO and first.startswith("ja")):
            raise refuse(self._where, f"vraag {link}: code en tekst zeggen het tegenovergestelde", "wrong-display")
        return answer is Answer.YES

    def _contact(self, asked: PersonQuestions, roles: Sequence[ContactRole]) -> None:
        answers = self._answers
        given, family = self._name(asked)
        name = f"{given} {family}".strip()
        said = answers.choices(asked.roles)
        more = [role for found in said for part in found.codings if (role := role_of(part))]
        relation_said = answers.choice(asked.relation)
        _, relation, _ = roles_and_relation([relation_said] if relation_said else [])
        relation = answers.words(asked.other_relation) or relation
        other = answers.words(asked.other_role)
        phones, emails = answers.texts(asked.phones), answers.texts(asked.emails)
        if not name:
            if relation or phones or emails or said:
                self._findings.left(f"{self._where}, vraag {asked.family}", "een contactpersoon zonder naam")
            return
        person = ContactPerson(name, in_order([*roles, *more]), relation, other, phones, emails)
        self._add(asked.family, person)

    def _plan(self) -> None:
        goal_said = self._answers.choice(self._q.goal)
        if goal_said is not None:
            goal = lookup(goal_said, GOALS, self._where)
            if goal is None:
                raise refuse(self._where, f"vraag {self._q.goal} noemt een doel dat Kring niet kent", "unknown-goal")
            self._add(self._q.goal, MedicalPolicyGoal(Goal(goal), self._on, None, goal_said.coded(self._ig)))
        for question in self._q.directives:
            self._directive(question)
        device = self._answers.choice(self._q.icd)
        kind = self._answers.choice(self._q.icd_type)
        comment = self._answers.words(self._q.icd_comment)
        if device is not None:
            has = answer_of(device, self._where)
            known = kind is not None and lookup(kind, ICD_TYPES, self._where) is not None
            words = kind.words if kind and known and kind.words != "ICD" and has is Answer.YES else None
            self._add(self._q.icd, MedicalDevice(has, words, None, comment, device.coded(self._ig)))

    def _directive(self, question: DirectiveQuestion) -> None:
        where = f"{self._where}, vraag {question.decision}"
        treated = self._answers.choice(question.treatment)
        named = treatment_of(treated, where) if treated else NamedTreatment(question.about, None)
        if named.treatment is not question.about:
            raise refuse(where, "gaat over een andere behandeling dan het formulier vraagt", "wrong-treatment")
        said = self._answers.choice(question.decision)
        limit = self._answers.words(question.restriction)
        comment, discussed_on = self._explained(question.comment)
        decision, restriction = self._decision(said, limit, where)
        if said is None and self._answers.words(question.comment) is None:
            return
        discussed = decision.is_agreement or decision is Decision.UNDECIDED
        value = TreatmentDirective(
            named.treatment,
            decision,
            restriction=restriction,
            other_treatment=named.other,
            discussed_on=discussed_on,
            discussed_with=names([*self._present, self._by.described if self._by else None]) if discussed else (),
            comment=comment,
            source=said.coded(self._ig) if said else None,
        )
        self._add(question.decision, value, discussed_on)

    def _decision(self, said: Concept | None, limit: str | None, where: str) -> tuple[Decision, str | None]:
        if said is None:
            if limit is not None:
                raise refuse(where, "heeft beperkingen zonder besluit", "decision-missing")
            return Decision.NOT_STATED, None
        decision = decision_of(said, PERMITTED if self._release is Release.STU3 else DECISIONS, where)
        if decision is Decision.OTHER:
            if limit is None:
                raise refuse(where, "zegt ‘anders’ en niet wat dan", "decision-missing")
            return specified(limit)
        if limit is not None and decision is not Decision.YES_BUT:
            raise refuse(where, "heeft beperkingen die niet bij het besluit horen", "contradicting-decision")
        return decision, limit

    def _wishes(self) -> None:
        answers, asked = self._answers, self._q
        wishes = answers.words(asked.wishes)
        if wishes is not None:
            self._add(asked.wishes, CareWishes(wishes, self._on))
        place_said, (note, on) = answers.choice(asked.place), self._explained(asked.place_comment)
        if place_said is not None:
            place, other = place_of(place_said, self._where)
            value = PreferredPlaceOfDeath(
                place, other_place=other, asked_on=on, comment=note, source=place_said.coded(self._ig)
            )
            self._add(asked.place, value, on)
        position, (note, on) = answers.choice(asked.euthanasia), self._explained(asked.euthanasia_comment)
        if position is not None:
            meant = euthanasia_of(position, self._where)
            self._add(asked.euthanasia, EuthanasiaPosition(meant, on, note, position.coded(self._ig)), on)
        donor = answers.choice(asked.donation)
        if donor is not None:
            said = answer_of(donor, self._where)
            self._add(asked.donation, OrganDonation(said, self._on, None, donor.coded(self._ig)))
        purpose = answers.words(asked.purpose)
        if purpose is not None:
            self._add(asked.purpose, SenseOfPurpose(purpose, self._on))

    def _sharing(self) -> None:
        answers, asked = self._answers, self._q
        exist, differ = answers.choice(asked.earlier), answers.choice(asked.earlier_differ)
        note, on = self._explained(asked.earlier_comment)
        if exist is not None:
            other = answer_of(differ, self._where) if differ else Answer.NOT_STATED
            self._add(asked.earlier, EarlierAgreements(answer_of(exist, self._where), other, on, note), on)
        told = answers.choice(asked.inform)
        if told is not None:
            yes = self._plain_yes(told, asked.inform)
            self._add(asked.inform, InformRelatives(Answer.YES if yes else Answer.NO, self._on if yes else None))
        if answers.one(asked.share) is not None:
            # The form offers no "nee", so its answer is no basis for the consent register (BW 7:457 lid 1).
            self._findings.left(
                f"{self._where}, vraag {asked.share}", "toestemming om te delen legt u in Kring apart vast"
            )
