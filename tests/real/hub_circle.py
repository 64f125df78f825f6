"""People of fictional circles on a running hub, at Element: matrix-js-sdk, cross-signed, in strict mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.homeserver.provisioning import AdminCredentials, Provisioning

from .element import Element, ElementProcess
from .element_views import Message
from .hub_process import HubProcess, Said

BOT = "@dossier:kring.localhost"
GATEKEEPER = "@poortwachter:kring.localhost"
ANSWER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as the hub gave them out."""

    id: str
    matrix_id: str
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class PatientsCircle:
    """A circle on a running hub."""

    hub: HubProcess
    process: ElementProcess
    patient: str
    patient_person: Somebody
    coach: Somebody
    space: str
    circle_room: str
    team_room: str

    @property
    def rooms(self) -> tuple[str, str, str]:
        return (self.space, self.circle_room, self.team_room)

    def admit(self, person: Somebody, *more: str) -> tuple[str, ...]:
        """Into the circle; returns the rooms of the invitations."""
        return tuple(self.hub.kring("circle", "admit", self.patient, person.id, *more).json["invited"])

    def show(self, person: Somebody, *more: str) -> list[dict[str, Any]]:
        """What this person sees of the dossier on the command line."""
        return list(self.hub.kring("dossier", "show", self.patient, "--as", person.id, *more).json["entries"])

    def consent(self, decision: str, to: str, sections: str) -> Said:
        """A choice of the patient's own."""
        return self.hub.kring(
            *("consent", "record", self.patient, "--decision", decision, "--to", to),
            *("--sections", sections, "--given-by", self.patient_person.id, "--how", "mondeling, in het gesprek"),
        )  # fmt: skip

    async def arrive(self, person: Somebody, rooms: tuple[str, ...], *, strict: bool = True) -> Element:
        """Logs in at Element and accepts the invitations to ``rooms``; what this person sends is not rationed."""
        await no_ration(self.hub, person)
        element = await Element.log_in(
            self.process, f"{person.user}@{self.hub.port}", self.hub.homeserver, person.user, person.password,
            strict=strict,
        )  # fmt: skip
        for room in rooms:
            await element.wait_for_invite(room)
            await element.join(room)
        return element

    async def private_room(self, element: Element) -> str:
        """The room of this person and the bot alone, joined; the hub makes it when it has something to say there."""
        for room in await element.rooms():
            if not room.space and room.membership == "join" and room.room_id not in self.rooms:
                return room.room_id
        room_id = await element.wait_for_invite(seconds=ANSWER_SECONDS)
        await element.join(room_id)
        return room_id


async def ask(element: Element, room: str, text: str, *, seconds: float = ANSWER_SECONDS) -> Message:
    """Says something to the bot and gives its answer in that room."""
    asked = await element.say(room, text)
    return await element.wait_for(room=room, sender=BOT, reply_to=asked, seconds=seconds)


async def heard(element: Element, room: str) -> None:
    """Waits until the bot knows this person's device: until it has greeted them in ``room``, readably."""
    await element.wait_for(room=room, sender=BOT, readable=True, seconds=ANSWER_SECONDS)


async def no_ration(hub: HubProcess, person: Somebody) -> None:
    """The homeserver takes as many messages of this person as come."""
    credentials = AdminCredentials(hub.data / "secrets")
    async with Provisioning(hub.homeserver, "kring.localhost", credentials) as provisioning:
        await provisioning.override_ratelimit(person.matrix_id)


def add_person(hub: HubProcess, role: str, given: str, family: str, organisation: str | None = None) -> Somebody:
    """``kring person add``."""
    more = ("--organisation", organisation) if organisation else ()
    return _somebody(
        hub.kring("person", "add", "--role", role, "--given-name", given, "--family-name", family, *more).json
    )


def open_circle(
    hub: HubProcess,
    process: ElementProcess,
    coach: Somebody,
    *,
    given: str = "Anna",
    family: str = "de Wit",
    birth_date: str = "1952-03-14",
    bsn: str | None = None,
) -> PatientsCircle:
    """``kring patient add`` and ``kring circle open``."""
    more = ("--bsn", bsn) if bsn else ()
    added = hub.kring(
        "patient", "add", "--given-name", given, "--family-name", family, "--birth-date", birth_date, *more
    ).json
    opened = hub.kring("circle", "open", added["patient"], "--coach", coach.id).json
    return PatientsCircle(
        hub, process, added["patient"], _somebody(added), coach,
        opened["space"], opened["rooms"]["circle"], opened["rooms"]["team"],
    )  # fmt: skip


def _somebody(added: dict[str, Any]) -> Somebody:
    return Somebody(added["person"], added["matrix_id"], added["login"]["user"], added["login"]["password"])
