"""Another system at a running hub: IKNL's Hartman in, and out by the guide's searches; for the GP, not for Wim."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest

from .element import ElementProcess
from .hub_circle import Somebody, add_person, open_circle
from .hub_process import HubProcess
from .test_hub_import import HARTMAN, needs_iknl

pytestmark = pytest.mark.real

SCT = "http://snomed.info/sct%7C"
DRAFT, STU3 = "https://fhir.iknl.nl/fhir", "https://api.iknl.nl/docs/pzp/stu3"
SEARCHES = {
    "r4": (
        f"Procedure?patient=P&code={SCT}713603004&_include=Procedure:encounter",
        f"Consent?patient=P&scope=http://terminology.hl7.org/CodeSystem/consentscope%7Ctreatment&category={SCT}129125009"
        "&_include=Consent:actor",
        "Consent?patient=P&category=http://terminology.hl7.org/CodeSystem/consentcategorycodes%7Cacd&_include=Consent:actor",
        f"Goal?patient=P&description:in={DRAFT}/ValueSet/ACP-MedicalPolicyGoal",
        f"Observation?patient=P&code={SCT}153851000146100,395091006,340171000146104,570801000146104,247751003",
        f"DeviceUseStatement?patient=P&device.type:in={DRAFT}/ValueSet/ACP-MedicalDeviceProductType-ICD"
        "&_include=DeviceUseStatement:device",
        f"Communication?patient=P&reason-code={SCT}713603004",
        f"QuestionnaireResponse?patient=P&questionnaire={DRAFT}/Questionnaire/ACP-zib2020",
    ),
    "stu3": (
        f"Procedure?patient=P&code={SCT}713603004&_include=Procedure:encounter",
        f"Consent?patient=P&category={SCT}11291000146105&_include=Consent:consentor",
        f"Consent?patient=P&category={SCT}11341000146107&_include=Consent:actor",
        f"Goal?patient=P&category={SCT}713603004",
        f"Observation?patient=P&code={SCT}153851000146100,395091006,340171000146104,570801000146104,247751003",
        f"DeviceUseStatement?patient=P&device.type:in={STU3}/ValueSet/ACP-MedicalDeviceProductType-ICD"
        "&_include=DeviceUseStatement:device",
        f"CommunicationRequest?patient=P&category={SCT}223449006",
        f"QuestionnaireResponse?patient=P&questionnaire={STU3}/Questionnaire/ACP-zib2017",
    ),
}
"""The seven searches and that of the form."""


@dataclass(frozen=True, slots=True)
class OtherSystem:
    base: str
    token: str

    def ask(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/fhir+json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.base}/{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)


def system_of(hub: HubProcess, person: Somebody, *more: str) -> OtherSystem:
    given = hub.kring("fhir", "token", "--for", person.id, *more).json
    return OtherSystem(given["r4"].removesuffix("/r4"), given["token"])


@needs_iknl
def test_hartman_comes_in_over_http_and_goes_out_by_every_search_of_the_guide(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    gp = add_person(running_hub, "gp", "Gerda", "Huisman", "Praktijk De Brug")
    wim = add_person(running_hub, "relative", "Wim", "Stroband")
    circle = open_circle(
        running_hub, element_process, coach, given="Hendrik", family="Hartman", birth_date="1961-03-21"
    )
    circle.admit(gp)
    system, stranger = system_of(running_hub, gp, "--import"), system_of(running_hub, wim)
    files = [json.loads(path.read_text("utf-8")) for path in sorted(HARTMAN.glob("*.json"))]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in files]}
    preview, _ = system.ask(f"stu3?patient={circle.patient}&preview=true", bundle)
    assert (preview, circle.show(gp)) == (HTTPStatus.OK, [])
    status, told = system.ask(f"stu3?patient={circle.patient}", bundle)
    assert status == HTTPStatus.OK, told
    for release, searches in SEARCHES.items():
        for search in searches:
            path = f"{release}/{search.replace('=P&', f'={circle.patient}&')}"
            status, found = system.ask(path)
            assert (status, found["type"]) == (HTTPStatus.OK, "searchset"), (search, found)
            assert found["total"] >= 1, search
            refused, why = stranger.ask(path)
            absent, same = stranger.ask(path.replace(circle.patient, "pat-0123456789abcdef"))
            assert (refused, why) == (absent, same), search
            assert refused == HTTPStatus.FORBIDDEN
            assert why["resourceType"] == "OperationOutcome"
    log = running_hub.kring("audit", "list", circle.patient).json["entries"]
    asked = Counter(line["event"] for line in log if line["access_point"] == "api")
    assert (asked["dossier.exported"], asked["access.refused"], asked["dossier.imported"]) == (16, 16, 1)
