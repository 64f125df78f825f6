"""Kring beside stock nio, mautrix and matrix-js-sdk in the rooms of one circle: at ease, and after an absence.

All are members with a signed device; one person speaks to all of them. *Live*: processor time per message of each
process, what it uses when idle taken off. *Catch-up*: all were away while a conversation went on; one after another
comes back, and its time runs from the moment that the homeserver's answer is there until the last message was handled.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bots.runtime.client import MatrixClient
from tests.bench.company.member import COMPANY, KRING, NIO, NIO_AS_IT_IS, Kind, Member, NotHere
from tests.bench.figures import Figure
from tests.bench.installation import Installation, until_joined

_IDLE_SECONDS = 4.0
_PACE_SECONDS = 0.3
_PATIENCE = 60.0
_QUIET_SECONDS = 3.0
_TALK = "Bericht {}: mevrouw sliep vannacht onrustig, pijn NRS {}."


@dataclass(slots=True)
class Return:
    """How one came back. ``seconds`` None: not all were heard. ``cpu`` seconds of its process."""

    heard: int
    unreadable: int
    seconds: float | None
    cpu: float


@dataclass(slots=True)
class Company:
    installation: Installation
    speaker: MatrixClient
    rooms: list[str]
    members: list[Member]
    absent: dict[str, str] = field(default_factory=dict)
    """Who is not there, and why."""

    async def talk(self, number: int, pace: float) -> None:
        for count in range(number):
            await self.speaker.send_text(self.rooms[count % len(self.rooms)], _TALK.format(count, count % 11))
            await asyncio.sleep(pace)

    async def live(self, number: int) -> dict[str, float]:
        """Milliseconds of processor time per message, of each by name; ``dossier bot`` is the real one."""
        watched = {member.kind.name: member.process for member in self.members}
        watched["dossier bot"] = self.installation.processes()["bots"]
        for member in self.members:
            await member.told(f"expect {number}", "expecting")
        await self.talk(2 * len(self.rooms), 0.1)
        await asyncio.sleep(2.0)
        before = {name: _cpu(process) for name, process in watched.items()}
        await asyncio.sleep(_IDLE_SECONDS)
        idle = {name: (_cpu(process) - before[name]) / _IDLE_SECONDS for name, process in watched.items()}
        before = {name: _cpu(process) for name, process in watched.items()}
        began = asyncio.get_running_loop().time()
        await self.talk(number, _PACE_SECONDS)
        await asyncio.sleep(2.0)
        lasted = asyncio.get_running_loop().time() - began
        return {
            name: 1000 * (_cpu(process) - before[name] - idle[name] * lasted) / number
            for name, process in watched.items()
        }

    async def catch_up(self, number: int) -> dict[str, Return]:
        for member in self.members:
            await member.told("pause", "paused")
        for member in self.members:
            await member.told(f"expect {number}", "expecting")
        await asyncio.gather(*(self.talk_in(room, number // len(self.rooms)) for room in self.rooms))
        await asyncio.sleep(3.0)
        return {member.kind.name: await self._return(member, number) for member in self.members}

    async def talk_in(self, room: str, number: int) -> None:
        for count in range(number):
            await self.speaker.send_text(room, _TALK.format(count, count % 11))

    async def _return(self, member: Member, number: int) -> Return:
        assert member.door is not None
        member.door.forget()
        going = await member.told("go", "going")
        # Who loses messages never says "done".
        patience = _QUIET_SECONDS if member.kind is NIO_AS_IT_IS else _PATIENCE
        try:
            done = await asyncio.wait_for(member.says("done"), patience)
        except TimeoutError:
            seen = await member.told("report", "report")
            return Return(seen["heard"], seen["unreadable"], None, seen["cpu"] - going["cpu"])
        began = member.door.first_large or going["at"]
        await asyncio.sleep(1.0)
        return Return(number, done["unreadable"], done["at"] - began, done["cpu"] - going["cpu"])

    async def stop(self) -> None:
        await asyncio.gather(*(member.stop() for member in self.members))
        await self.speaker.stop()


async def gather(installation: Installation, folder: Path, kinds: Sequence[Kind] = COMPANY) -> Company:
    """A circle of which all of them are members, and somebody who speaks."""
    coach, _, _ = await installation.person("coach", "Vermeer")
    gp, user, password = await installation.person("gp", "Huisman")
    patient = await installation.patient("Company")
    opened = await installation.ask("circle.open", patient=patient, coach=coach)
    await installation.ask("circle.admit", patient=patient, person=gp)
    speaker = await MatrixClient.login(installation.settings.homeserver_url, user, password)
    await speaker.bootstrap_cross_signing(password=password)
    speaker.start()
    company = Company(installation, speaker, [opened["rooms"]["team"], opened["rooms"]["circle"]], [])
    try:
        for number, kind in enumerate(kinds):
            person, name, secret = await installation.person("home_care", f"Lid {number}")
            user_id = f"@{name}:{installation.settings.server_name}" if not name.startswith("@") else name
            member = Member(kind, person, user_id, secret, folder / kind.name.replace(" ", "-"))
            try:
                await member.start(installation)
            except NotHere as error:
                company.absent[kind.name] = str(error)
                await member.stop()
                continue
            company.members.append(member)
            await installation.ask("circle.admit", patient=patient, person=person)
        for room in company.rooms:
            await until_joined(
                speaker, room, installation.settings.dossier_bot, *(member.user_id for member in company.members)
            )
    except BaseException:
        await company.stop()
        raise
    return company


async def measure(installation: Installation, folder: Path, *, live: int, absence: int) -> list[Figure]:
    company = await gather(installation, folder)
    try:
        # First: everybody has everybody's devices and a key, which is paid once.
        await company.talk(2 * len(company.rooms), 0.2)
        each = await company.live(live)
        memory = {member.kind.name: member.process.memory_info().rss / 1e6 for member in company.members}
        returns = await company.catch_up(absence)
    finally:
        await company.stop()
    return [*_live_figures(each, live), *_return_figures(returns, absence), *_memory_figures(memory), *_absent(company)]


def _live_figures(each: dict[str, float], number: int) -> list[Figure]:
    peers = {name: used for name, used in each.items() if name not in ("dossier bot", KRING.name, NIO_AS_IT_IS.name)}
    figures = []
    for ours in ("dossier bot", KRING.name):
        least = min(peers.values(), default=0.0)
        for name, used in peers.items():
            figures.append(
                Figure(
                    "live",
                    f"CPU per message, {'the real bots process' if ours == 'dossier bot' else 'its runtime alone'}",
                    each[ours],
                    "ms",
                    used,
                    name,
                    aim="≤ 3 ms and below all" if used == least else "",
                    met=each[ours] <= 3.0 and each[ours] < least if used == least else None,
                    note=f"{number} messages, idle use taken off" if used == least else "",
                )
            )
    return figures


def _return_figures(returns: dict[str, Return], number: int) -> list[Figure]:
    ours = returns[KRING.name]
    speed = _speed(ours)
    figures = [
        Figure(
            "return",
            f"{number} messages after an absence: decrypted, judged, in ledger and inbox",
            speed,
            "msg/s",
            aim="≥ 5 000/s",
            met=speed >= 5000,
            note=f"heard {ours.heard}, unreadable {ours.unreadable}; {_rate(ours)} msg per second of its CPU",
        )
    ]
    wanted = {NIO.name: 4.0, "mautrix": 10.0}
    for name, one in returns.items():
        if name == KRING.name:
            continue
        if one.seconds is None:
            figures.append(
                Figure(
                    "return",
                    f"heard by {name}, of {number}",
                    float(one.heard),
                    "msg",
                    float(ours.heard),
                    "Kring",
                    note=f"{number - one.heard} lost in limited timelines; {one.unreadable} unreadable",
                )
            )
            continue
        times = wanted.get(name)
        figures.append(
            Figure(
                "return",
                f"the same, beside {name}",
                speed,
                "msg/s",
                _speed(one),
                name,
                aim=f"≥ {times:g} ×" if times else "",
                met=speed >= times * _speed(one) if times else None,
                note=f"heard {one.heard}, unreadable {one.unreadable}; {_rate(one)} msg per second of its CPU",
            )
        )
    return figures


def _speed(one: Return) -> float:
    return one.heard / one.seconds if one.seconds else 0.0


def _rate(one: Return) -> int:
    return round(one.heard / one.cpu) if one.cpu else 0


def _memory_figures(memory: dict[str, float]) -> list[Figure]:
    ours = memory[KRING.name]
    return [
        Figure("return", "resident, beside the same", ours, "MB", used, name)
        for name, used in memory.items()
        if name not in (KRING.name, NIO_AS_IT_IS.name)
    ]


def _absent(company: Company) -> list[Figure]:
    return [
        Figure("return", f"not measured: {name}", 0.0, "", note=why.replace("\n", " ")[-300:])
        for name, why in company.absent.items()
    ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
