"""The way out to other systems: every address of ``/fhir``, with a token of each person, and with none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient

from hub.application.use_cases.api_tokens import issue_token
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Action, Section
from hub.portal.app import build_app
from tests.access import oracle
from tests.canaries.exits import Heard
from tests.canaries.story import Story
from tests.portal.world import Server, all_well, token_key

TYPES = ("Consent", "Observation", "Communication", "QuestionnaireResponse")
"""``$everything`` has every type; a search of each would say the same again."""
ASKED: dict[str, tuple[str, ...]] = {
    "/fhir/{release}/metadata": ("metadata",),
    "/fhir/{release}": (),
    "/fhir/{release}/Patient/{id}/$everything": ("Patient/PATIENT/$everything",),
    "/fhir/{release}/{type}": tuple(f"{type_}?patient=PATIENT&_include=Consent:actor" for type_ in TYPES),
    "/fhir/{release}/{type}/_search": ("Patient/_search", "Observation/_search"),
    "/fhir/{release}/{type}/{id}": ("Patient/PATIENT", "Consent/PATIENT.5f0c3a9e-0000-5000-8000-000000000000"),
}
"""Address → what is asked. Bringing in names what the asker typed and may read (tests/portal/fhir)."""


def may_have_number(story: Story, exit_: str, who: str) -> bool:
    """A copy for another system carries the BSN for who may take along the whole identity; nothing else does."""
    if not exit_.startswith(("fhir ", "kring fhir.export")):
        return False
    verdicts = [oracle.judge(story.question(who, action, Section.S1)) for action in (Action.EXPORT, Action.READ)]
    return all(verdict.permitted and not verdict.limits for verdict in verdicts)


async def other_systems(story: Story, people: tuple[str, ...]) -> list[Heard]:
    """Every address, in the name of each person, and in nobody's."""
    hub = story.room.hub
    hub = replace(hub, tokens=token_key(hub.settings))
    assert hub.tokens is not None
    heard: list[Heard] = []
    client: Any = TestClient(Server(build_app(hub, all_well), host="127.0.0.1"))
    patient = story.room.world.patient_id
    try:
        await client.start_server()
        for who in (*people, ""):
            headers = {}
            if who:
                async with story.room.world.unit() as unit:
                    context = await story.room.world.context(unit, "bea")
                    try:
                        token = await issue_token(
                            unit,
                            context,
                            person_id=story.room.world.id(who),
                            patient_id=None,
                            lasts=timedelta(hours=1),
                        )
                    except CommandRejected as refused:
                        heard.append(Heard(f"fhir token {who}", frozenset({who}), str(refused)))
                        continue
                headers = {"Authorization": f"Bearer {hub.tokens.sign(token)}"}
            for release in ("r4", "stu3"):
                for path in (path for paths in ASKED.values() for path in paths):
                    address = f"/fhir/{release}/{path.replace('PATIENT', patient)}"
                    if path.endswith("_search"):
                        answer = await client.post(address, data={"patient": patient}, headers=headers)
                    else:
                        answer = await client.get(address, headers=headers)
                    said = f"{answer.status} {dict(answer.headers)} {await answer.text()}"
                    heard.append(Heard(f"fhir {release} {path} as {who or 'nobody'}", frozenset({who}), said))
    finally:
        await client.close()
    return heard
