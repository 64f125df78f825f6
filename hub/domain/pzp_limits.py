"""Behandelgrenzen a tot en met i van het PZP-formulier, en wat er eerder op papier stond."""

from hub.domain import pzp_values as values
from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.advance_directives import AdvanceDirective
from hub.domain.care_network import MedicalDevice
from hub.domain.question import ALL_UNKNOWNS, Option, Question
from hub.domain.question_readers import decision, other_directives
from hub.domain.vocabulary import Section
from hub.domain.wishes import EarlierAgreements

S3 = Section.S3
_MITS = ("ja, mits", "ja mits", "wel, mits", "ja, maar", "yes, but", "yes, provided", "ja, alleen", "mits")


def limits() -> tuple[Question, ...]:
    return (
        _directive("cpr", Treatment.RESUSCITATION, "Reanimeren", "Reanimeren als het hart stilstaat?"),
        _directive("ventilation", Treatment.VENTILATION, "Beademen", "Kunstmatig beademen?"),
        _directive("ic", Treatment.INTENSIVE_CARE, "Intensive care", "Opnemen op de intensive care?"),
        _directive("hospital", Treatment.HOSPITAL_ADMISSION, "Ziekenhuis", "Opnemen in het ziekenhuis?"),
        _directive("antibiotics", Treatment.ANTIBIOTICS, "Antibiotica", "Behandelen met antibiotica?"),
        _directive("blood", Treatment.BLOOD_PRODUCTS, "Bloedproducten", "Bloedproducten toedienen, zoals bloed?"),
        Question(
            "icd",
            S3,
            "ICD",
            "Heeft de patiënt een ICD (een kastje dat het hart een schok kan geven)?",
            options=(Option("yes", "ja", ("yes",)), Option("no", "nee", ("no",))),
            unknowns=ALL_UNKNOWNS,
            comments=True,
            values=values.device,
            shows=lambda value: isinstance(value, MedicalDevice),
        ),
        # Its "ja" switches off, where every other "ja" treats: so the labels say what happens.
        _directive(
            "icd_off",
            Treatment.ICD_OFF,
            "ICD uitzetten",
            "De ICD uitzetten in de laatste levensfase?",
            yes="ja, de ICD wordt uitgezet",
            no="nee, de ICD blijft aan",
            applies=values.said("icd", "yes"),
        ),
        Question(
            "other_limits",
            S3,
            "Andere behandelingen",
            "Is er over nog een andere behandeling iets afgesproken?",
            "Schrijf behandeling en besluit, bijvoorbeeld: sondevoeding: nee. Meer dan één: elk op een eigen regel. "
            "Of typ: nee.",
            reads=other_directives,
            values=values.other_directives,
            shows=lambda value: isinstance(value, TreatmentDirective) and value.treatment is Treatment.OTHER,
        ),
    )


def _directive(
    key: str,
    treatment: Treatment,
    title: str,
    text: str,
    *,
    yes: str = "ja, wel doen",
    no: str = "nee, niet doen",
    applies: values.Applies = values.always,
) -> Question:
    return Question(
        key,
        S3,
        title,
        text,
        options=(
            Option(Decision.YES, yes, ("ja", "wel", "yes")),
            Option(Decision.NO, no, ("nee", "niet", "no")),
            Option(
                Decision.YES_BUT,
                "ja, mits … (schrijf de voorwaarde erachter)",
                _MITS,
                asks="Schrijf achter ‘ja, mits’ ook de voorwaarde. Bijvoorbeeld: ja, mits voor een botbreuk.",
            ),
        ),
        unknowns=ALL_UNKNOWNS,
        comments=True,
        reads=decision,
        values=values.directive(treatment),
        shows=lambda value: isinstance(value, TreatmentDirective) and value.treatment is treatment,
        applies=applies,
    )


def earlier() -> tuple[Question, ...]:
    return (
        Question(
            "earlier",
            S3,
            "Eerdere afspraken",
            "Zijn er eerder behandelafspraken vastgelegd?",
            options=(Option("yes", "ja", ("yes",)), Option("no", "nee", ("no",))),
            unknowns=ALL_UNKNOWNS,
            comments=True,
            values=values.earlier,
            shows=lambda value: isinstance(value, EarlierAgreements),
        ),
        Question(
            "earlier_differ",
            S3,
            "Wijken die af",
            "Wijken die oude afspraken af van wat er nu is gezegd?",
            options=(
                Option("yes", "ja, ze wijken af", ("ja", "yes")),
                Option("no", "nee, ze wijken niet af", ("nee", "no")),
            ),
            applies=values.said("earlier", "yes"),
        ),
        Question(
            "papers",
            S3,
            "Wilsverklaringen",
            "Welke wilsverklaringen heeft de patiënt op papier? Kies de nummers.",
            values.PAPERS_HINT,
            reads=values.read_papers,
            values=values.papers,
            shows=lambda value: isinstance(value, AdvanceDirective),
        ),
    )
