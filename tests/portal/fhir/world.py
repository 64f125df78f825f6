"""Another system beside the circle of mevrouw de Wit, with a token in the name of one person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.application.use_cases import circles
from hub.application.use_cases.api_tokens import issue_token
from hub.application.use_cases.people import add_person
from hub.domain.advance_care_plan import Decision, Goal, MedicalPolicyGoal, Treatment
from hub.domain.advance_directives import AdvanceDirective, DirectiveType
from hub.domain.api_token import ApiToken
from hub.domain.care_network import AcpConversation, ContactPerson, ContactRole, InformRelatives, MedicalDevice
from hub.domain.dossier import Status
from hub.domain.entries import Value, kind_of
from hub.domain.people import PersonName
from hub.domain.values import Coded, PartialDate
from hub.domain.vocabulary import Role, Section
from hub.domain.wishes import (
    Answer,
    CareWishes,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
)
from tests.portal.world import Browser, PaperAccounts, World, directive

SCT = "http://snomed.info/sct|"
RELEASES = ("r4", "stu3")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    raw: bytes = field(repr=False)

    @property
    def body(self) -> dict[str, Any]:
        found = json.loads(self.raw)
        assert isinstance(found, dict)
        return found

    @property
    def total(self) -> int:
        return int(self.body["total"])

    def of(self, mode: str) -> list[dict[str, Any]]:
        """The resources of a searchset that came as match, include or outcome."""
        return [entry["resource"] for entry in self.body.get("entry", []) if entry["search"]["mode"] == mode]

    @property
    def told(self) -> str:
        """What an OperationOutcome says."""
        assert self.body["resourceType"] == "OperationOutcome"
        return " ".join(str(issue["diagnostics"]) for issue in self.body["issue"])


@dataclass
class System:
    """A record system elsewhere: asks over HTTP what it wants to know."""

    browser: Browser
    token: str | None

    async def get(self, path: str, **headers: str) -> Reply:
        return await self._ask("GET", path, headers)

    async def post(self, path: str, data: Any, **headers: str) -> Reply:
        return await self._ask("POST", path, headers, data)

    async def _ask(self, method: str, path: str, headers: dict[str, str], data: Any = None) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent = {"Authorization": f"Bearer {self.token}"} | sent
        async with self.browser.request(method, path, data=data, headers=sent, allow_redirects=False) as answer:
            return Reply(answer.status, answer.headers, await answer.read())


async def token_for(
    world: World, who: str, *, patient: bool = False, imports: bool = False, minutes: int = 60
) -> ApiToken:
    """As ``kring fhir token`` gives it."""
    async with world.hub.transactions() as unit:
        return await issue_token(
            unit,
            await world.context(unit, "administrator"),
            person_id=world.people[who].id,
            patient_id=world.patient_id if patient else None,
            lasts=timedelta(minutes=minutes),
            may_import=imports,
        )


async def system_of(world: World, browser: Browser, who: str | None, **chosen: Any) -> System:
    """A system with a token of this person, or of nobody."""
    if who is None:
        return System(browser, None)
    assert world.hub.tokens is not None
    return System(browser, world.hub.tokens.sign(await token_for(world, who, **chosen)))


async def join(
    world: World, who: str, role: Role, given: str, family: str, *, until_minutes: int | None = None
) -> None:
    """Somebody more: in the circle until then, or (None) registered and never in it."""
    async with world.hub.transactions() as unit:
        administrator = await world.context(unit, "administrator")
    world.people[who], _ = await add_person(
        world.hub.transactions,
        PaperAccounts(),
        administrator,
        role=role,
        name=PersonName(given, family),
        organisation="Huisartsenpost Rijnstreek" if role.is_professional else None,
        evidence="BIG getoond",
    )
    if until_minutes is not None:
        async with world.hub.transactions() as unit:
            await circles.admit(
                unit,
                world.hub.guard,
                await world.context(unit, "coach"),
                person_id=world.people[who].id,
                role=None,
                until=world.clock() + timedelta(minutes=until_minutes),
            )


async def agree(world: World) -> None:
    """A whole plan, in force: written by the coach, confirmed by the GP where that takes two."""
    day = PartialDate("2026-11-03")
    plan: list[tuple[Value, Section]] = [
        (directive(Treatment.RESUSCITATION, Decision.NO), Section.S3),
        (directive(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, "bij een botbreuk"), Section.S3),
        (AdvanceDirective(DirectiveType.DO_NOT_RESUSCITATE, PartialDate("2025-04-28"), "dochter"), Section.S3),
        (MedicalPolicyGoal(Goal.RELIEVE_ONLY, day), Section.S3),
        (AcpConversation(day, ("Huisarts G. Huisman",), ("dochter",)), Section.S3),
        (InformRelatives(Answer.YES, day), Section.S3),
        (MedicalDevice(Answer.YES, source=Coded("72506001", SCT[:-1], "ICD", "pzp-r4")), Section.S3),
        (PreferredPlaceOfDeath(Place.HOME), Section.S4),
        (EuthanasiaPosition(Euthanasia.NOT_WANTED, day), Section.S4),
        (OrganDonation(Answer.YES, day), Section.S4),
        (CareWishes("Geen bezoek na het eten."), Section.S4),
        (ContactPerson("Karin de Wit", (ContactRole.FIRST_CONTACT,), "dochter"), Section.S1),
    ]
    for value, section in plan:
        entry = await world.record("coach", value, kind_of(value).section or section)
        if entry.status is Status.PROPOSED:
            await world.confirm("gp", entry.ref)
