"""Wilsverklaringen, en waar de inhoud van een plan zichzelf tegenspreekt."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.advance_care_plan import Decision, LegalCapacity, Treatment, TreatmentDirective
from hub.domain.care_network import ContactPerson, MedicalDevice
from hub.domain.values import Coded, PartialDate, check_optional_text, one_line, quoted, with_comment
from hub.domain.wishes import Answer, EarlierAgreements, Euthanasia, EuthanasiaPosition


class DirectiveType(StrEnum):
    """Soort wilsverklaring. The value is the code of WilsverklaringTypeCodelijst (zib)."""

    DO_NOT_RESUSCITATE = "NR"
    POWER_OF_ATTORNEY = "VOL"
    REFUSAL = "VERB"
    REFUSAL_COMPLETED_LIFE = "VERBVL"
    ORAL = "MON"
    EUTHANASIA = "EU"
    EUTHANASIA_DEMENTIA = "EUD"
    WISH_TO_LIVE = "LW"
    DONATION = "DO"
    SELF_BINDING = "ZB"
    OTHER = "OTH"


@dataclass(frozen=True, slots=True)
class AdvanceDirective:
    """Wilsverklaring (zib Wilsverklaring; PZP ``ACP-AdvanceDirective``; BW 7:450 lid 3). Its document stays out."""

    type: DirectiveType
    dated: PartialDate | None = None
    representative: str | None = None
    document: str | None = None
    comment: str | None = None
    source: Coded | None = None

    def __post_init__(self) -> None:
        check_optional_text(self.representative, 300)
        check_optional_text(self.document, 300)
        check_optional_text(self.comment)

    def topic(self) -> str:
        """One for each kind of statement."""
        return f"advance_directive/{self.type.value}"

    def sentence_nl(self) -> str:
        """One full sentence."""
        when = f" van {self.dated.nl}" if self.dated else " zonder datum"
        who = f"; vertegenwoordiger: {one_line(self.representative)}" if self.representative else ""
        paper = f"; document: {quoted(self.document)}" if self.document else ""
        kind = _TYPES[self.type]
        if self.type is DirectiveType.OTHER and self.source and self.source.text:
            kind = f"een andere wilsverklaring ({one_line(self.source.text)})"
        return with_comment(f"Er is {kind}{when}{who}{paper}.", self.comment)


def contradictions(values: Iterable[object]) -> tuple[str, ...]:
    """Wat elkaar tegenspreekt: Dutch sentences for a named human; neither side may be summarised without them (E13).

    ``values`` are the current values of one dossier or one import.
    """
    held = tuple(values)
    directives = [value for value in held if isinstance(value, TreatmentDirective)]
    found = [*_on_the_same_treatment(directives), *_against_a_statement(held, directives)]
    has_icd = [value for value in held if isinstance(value, MedicalDevice)]
    icd_off = [value for value in directives if value.treatment is Treatment.ICD_OFF and value.decision.is_agreement]
    if icd_off and any(device.has_icd is Answer.NO for device in has_icd):
        found.append(
            "Er is een afspraak over het uitzetten van de ICD, maar de patiënt heeft volgens deze gegevens GEEN ICD."
        )
    if any(isinstance(value, EarlierAgreements) and value.differ is Answer.YES for value in held):
        found.append("Eerder vastgelegde behandelafspraken wijken af van dit plan: bekijk de oude afspraken.")
    incapable = any(isinstance(value, LegalCapacity) and not value.capable for value in held)
    represented = any(isinstance(value, ContactPerson) and value.is_representative for value in held)
    if incapable and not represented:
        found.append("De patiënt is NIET wilsbekwaam, maar er is geen vertegenwoordiger genoemd.")
    return tuple(found)


def _on_the_same_treatment(directives: list[TreatmentDirective]) -> list[str]:
    seen: dict[str, TreatmentDirective] = {}
    found = []
    for directive in directives:
        other = seen.setdefault(directive.topic(), directive)
        if other.agreed != directive.agreed:
            found.append(
                f"Tegenstrijdig over {directive.treatment.name_nl.lower()}: bel de regiehouder."
                f" {other.sentence_nl()} {directive.sentence_nl()}"
            )
    return found


def _against_a_statement(held: tuple[object, ...], directives: list[TreatmentDirective]) -> list[str]:
    statements = [value for value in held if isinstance(value, AdvanceDirective)]
    positions = [value.position for value in held if isinstance(value, EuthanasiaPosition)]
    allowed = (Decision.YES, Decision.YES_BUT)
    found = []
    for statement in statements:
        if statement.type is DirectiveType.DO_NOT_RESUSCITATE:
            found += [
                f"Tegenstrijdig over reanimeren: bel de regiehouder. {statement.sentence_nl()}"
                f" {directive.sentence_nl()}"
                for directive in directives
                if directive.treatment is Treatment.RESUSCITATION and directive.decision in allowed
            ]
        if statement.type in _EUTHANASIA and Euthanasia.NOT_WANTED in positions:
            found.append(f"Tegenstrijdig over euthanasie. {statement.sentence_nl()} De patiënt wil nu GEEN euthanasie.")
    return found


_EUTHANASIA = (DirectiveType.EUTHANASIA, DirectiveType.EUTHANASIA_DEMENTIA)

_TYPES = {
    DirectiveType.DO_NOT_RESUSCITATE: "een verklaring om NIET te reanimeren",
    DirectiveType.POWER_OF_ATTORNEY: "een volmacht",
    DirectiveType.REFUSAL: "een behandelverbod",
    DirectiveType.REFUSAL_COMPLETED_LIFE: "een behandelverbod met aanvulling voltooid leven",
    DirectiveType.ORAL: "een mondelinge afspraak",
    DirectiveType.EUTHANASIA: "een euthanasieverzoek",
    DirectiveType.EUTHANASIA_DEMENTIA: "een euthanasieverzoek met aanvulling dementie",
    DirectiveType.WISH_TO_LIVE: "een levenswensverklaring",
    DirectiveType.DONATION: "een verklaring donorschap",
    DirectiveType.SELF_BINDING: "een zelfbindingsverklaring",
    DirectiveType.OTHER: "een andere wilsverklaring",
}
