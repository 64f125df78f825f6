"""``kring pzp import`` and ``kring dossier show`` on a running hub: the right polarity, and only who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fhir.world import DEMO

from .element import ElementProcess
from .hub_circle import PatientsCircle, Somebody, add_person, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real

# The reference data stands beside the repository and is not part of it.
HARTMAN = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "pzp-stu3" / "example-hartman"
needs_iknl = pytest.mark.skipif(not HARTMAN.is_dir(), reason="IKNL's example files (../shared/data) are not here")

AGREED = {
    "WEL reanimeren",
    "WEL kunstmatig beademen",
    "WEL opnemen op de intensive care",
    "WEL opnemen in het ziekenhuis",
    "WEL behandelen met antibiotica",
    "WEL bloedproducten toedienen",
    "Uitzetten van de ICD: NIET BESPROKEN; er is geen ‘ja’ en geen ‘nee’",
}
UNNAMED = (
    "Andere behandeling zonder naam: in de bron staat ‘nee’. Het is NIET duidelijk waarover dit gaat; vraag het na"
)
FEEDING = "NIET uitvoeren: toedienen van enterale voeding"


@dataclass(frozen=True, slots=True)
class Imported:
    """A patient's circle, and the GP who reads documents into the dossier."""

    circle: PatientsCircle
    gp: Somebody

    def bring_in(self, *paths: Path) -> dict[str, object]:
        files = [str(path) for path in paths]
        answer = self.circle.hub.kring("pzp", "import", self.circle.patient, *files, "--as", self.gp.id)
        return dict(answer.json)

    def directives(self) -> list[str]:
        """What the GP reads about treatments, without when and with whom it was discussed."""
        entries = self.circle.show(self.gp, "--section", "S3")
        return [e["sentence"].partition(" — ")[0] for e in entries if e["kind"] == "treatment_directive"]


def form() -> list[Path]:
    return sorted(HARTMAN.glob("QuestionnaireResponse*.json"))


def resources() -> list[Path]:
    return [path for path in sorted(HARTMAN.glob("*.json")) if path not in form()]


@dataclass(frozen=True, slots=True)
class Practice:
    """Coach Carla and GP Gerda, who share patients."""

    hub: HubProcess
    process: ElementProcess
    coach: Somebody
    gp: Somebody

    def circle_of(self, given: str, family: str, birth_date: str) -> Imported:
        circle = open_circle(self.hub, self.process, self.coach, given=given, family=family, birth_date=birth_date)
        circle.admit(self.gp)
        return Imported(circle, self.gp)


@pytest.fixture(scope="module")
def practice(running_hub: HubProcess, element_process: ElementProcess) -> Practice:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    gp = add_person(running_hub, "gp", "Gerda", "Huisman", "Praktijk De Brug")
    return Practice(running_hub, element_process, coach, gp)


@pytest.fixture
def hartman(practice: Practice) -> Imported:
    """The circle of the fictional Hendrik Hartman of IKNL's example, with an empty dossier."""
    return practice.circle_of("Hendrik", "Hartman", "1961-03-21")


@pytest.fixture(scope="module")
def de_wit(practice: Practice) -> Imported:
    """The circle of mevrouw De Wit, with the demo's form in her dossier."""
    circle = practice.circle_of("Anna", "de Wit", "1952-03-14")
    circle.bring_in(DEMO)
    return circle


@needs_iknl
def test_hartmans_form_and_resources_give_each_directive_in_the_right_polarity_and_again_changes_nothing(
    hartman: Imported,
) -> None:
    hartman.bring_in(*form(), *resources())

    assert set(hartman.directives()) == AGREED | {UNNAMED, FEEDING}
    assert len(hartman.directives()) == 9
    before = hartman.circle.show(hartman.gp)
    assert {entry["status"] for entry in before} == {"active"}, "a GP puts in force what another GP wrote down"

    again = hartman.bring_in(*reversed(resources()), *form())
    assert (again["changed"], again["changes"]) == (0, [])
    assert hartman.circle.show(hartman.gp) == before


@needs_iknl
def test_first_the_form_then_the_resources_and_neither_again_brings_the_old_version_back(hartman: Imported) -> None:
    """IKNL's form has 1 January where the Patient resource has 21 March: the year agrees, and a human is told."""
    told = hartman.bring_in(*form())
    assert set(hartman.directives()) == AGREED | {UNNAMED}
    assert any("Geboortedatum verschilt" in line for line in told["review"])  # type: ignore[attr-defined]

    hartman.bring_in(*resources())
    assert set(hartman.directives()) == AGREED | {UNNAMED, FEEDING}
    after_both = hartman.circle.show(hartman.gp)

    assert hartman.bring_in(*form())["changed"] == 0
    assert hartman.bring_in(*resources())["changed"] == 0
    assert hartman.circle.show(hartman.gp) == after_both


def test_yes_but_is_yes_with_its_limit_in_the_same_sentence(de_wit: Imported) -> None:
    assert {
        "NIET reanimeren",
        "WEL behandelen met antibiotica",
        "WEL opnemen in het ziekenhuis, maar met een beperking: "
        "Voor een botbreuk of een dreigende dwarslaesie, en zo kort mogelijk",
        "Bloedproducten toedienen: NOG ONBEKEND; er is geen ‘ja’ en geen ‘nee’",
    } <= set(de_wit.directives())


def test_a_document_of_another_patient_is_refused_as_a_whole(hartman: Imported) -> None:
    circle = hartman.circle
    answer = circle.hub.kring("pzp", "import", circle.patient, str(DEMO), "--as", hartman.gp.id)

    assert answer.error["code"] == "other-patient"
    assert circle.show(hartman.gp) == []


def test_a_relative_sees_nothing_without_consent_and_with_consent_for_the_wishes_only_the_wishes(
    de_wit: Imported,
) -> None:
    circle, gp, hub = de_wit.circle, de_wit.gp, de_wit.circle.hub
    son = add_person(hub, "relative", "Pieter", "de Wit")
    daughter = add_person(hub, "relative", "Lotte", "de Wit")
    circle.admit(son)
    circle.admit(daughter)
    assert {entry["section"] for entry in circle.show(gp)} >= {"S1", "S3", "S4"}
    assert circle.show(son) == []
    for section in ("S2", "S3", "S4"):
        refused = hub.kring("dossier", "show", circle.patient, "--as", son.id, "--section", section)
        assert refused.error["code"] == "access-denied", section

    assert circle.consent("permit", f"person:{son.id}", "S4").status == 0

    wishes = circle.show(gp, "--section", "S4")
    assert wishes
    assert circle.show(son) == wishes
    assert {entry["section"] for entry in circle.show(son)} == {"S4"}
    assert circle.show(daughter) == [], "consent for one relative is not consent for another"
    refused = hub.kring("dossier", "show", circle.patient, "--as", son.id, "--section", "S3")
    assert refused.error["code"] == "access-denied"

    assert circle.consent("deny", f"person:{son.id}", "S4").status == 0
    assert circle.show(son) == []


@needs_iknl
@pytest.mark.parametrize("standard", ["pzp-stu3", "pzp-r4"])
def test_hartmans_plan_goes_out_as_a_file_of_ones_own_and_in_again_it_changes_nothing(
    hartman: Imported, standard: str, tmp_path: Path
) -> None:
    hartman.bring_in(*form(), *resources())
    before = set(hartman.directives())
    file = tmp_path / "plan.json"
    hub, patient = hartman.circle.hub, hartman.circle.patient
    told = hub.kring("fhir", "export", patient, "--as", hartman.gp.id, "--standard", standard, "--out", str(file)).json
    assert told["resources"]["Consent"] == 10, "nine limits and a statement not to resuscitate"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert hartman.bring_in(file)["changed"] <= 1, "who took it over is a professional of the plan now"
    assert set(hartman.directives()) == before
