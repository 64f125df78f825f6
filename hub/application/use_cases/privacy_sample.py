"""De maandelijkse steekproef: which lines of the log a human looks at, why, and what came of it (NEN 7513)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.privacy_cases import require_privacy_officer
from hub.domain import patterns
from hub.domain.audit import AuditEntry, AuditEvent, ChainedEntry
from hub.domain.errors import CommandRejected, NotFound
from hub.domain.looking import is_look
from hub.domain.patterns import Around, Facts, Known, Line, Pattern
from hub.domain.people import Person
from hub.domain.privacy import EmergencyReview, Judgement, SampledLine, draw, month, sample_size

_HABIT = timedelta(days=90)
"""How far back habits are known from."""
_NOTICES = timedelta(days=62)
_WORK = frozenset(
    {
        AuditEvent.ENTRY_RECORDED,
        AuditEvent.ENTRY_CONFIRMED,
        AuditEvent.IMPORTED,
        AuditEvent.HANDOVER_MADE,
        AuditEvent.HANDOVER_RECEIVED,
        AuditEvent.MEMBER_ADMITTED,
    }
)


@dataclass(frozen=True, slots=True)
class Explained:
    """Eén regel van de steekproef, uitgelegd: who, when, about whom (by pseudonym), and why it is here. No contents."""

    line: ChainedEntry
    rows: tuple[SampledLine, ...]
    person: Person | None
    pseudonym: str

    @property
    def reasons(self) -> tuple[Pattern, ...]:
        return tuple(Pattern(row.pattern) for row in self.rows)

    @property
    def open(self) -> bool:
        return any(row.open for row in self.rows)


@dataclass(frozen=True, slots=True)
class Sample:
    """``closed``: the month is over, so that nothing is added to it any more. ``new``: rows that this draw added."""

    period: str
    closed: bool
    considered: int
    new: int
    lines: tuple[Explained, ...]


@dataclass(frozen=True, slots=True)
class Reviews:
    """Wat de functionaris nog moet beoordelen."""

    emergencies: tuple[EmergencyReview, ...]
    lines: tuple[Explained, ...]
    family: tuple[Explained, ...] = ()
    """Notices of the last two months that a carer may be family (E15), until a sample with them was judged."""


async def draw_sample(unit: UnitOfWork, guard: Guard, context: RequestContext, period: str) -> Sample:
    """Steekproef trekken: some lines by chance, every emergency access, and whatever fits a pattern.

    Drawing a month again gives the same lines, and those that were written since; a judgement that is there stays.

    :raises Refused: not the privacy officer
    :raises CommandRejected: not a month, or one that did not begin yet
    """
    policy = await require_privacy_officer(unit, guard, context)
    since, end = month(period)
    if since > context.now:
        raise CommandRejected("period-ahead", "Die maand is nog niet begonnen.")
    until = min(end, context.now + timedelta(microseconds=1))
    items = await unit.traces.between(since - _HABIT, until)
    lines = [_line(item) for item in items if item.entry.patient_id is not None]
    own = {line.seq for line in lines if line.at >= since}
    looked = [line.seq for line in lines if line.seq in own and (line.look or line.refused)]
    by_chance = draw(await unit.traces.last_hash(until), looked, sample_size(len(looked)))
    chosen = {(seq, Pattern.CHANCE) for seq in by_chance}
    chosen |= {(seq, Pattern.EMERGENCY) for seq in await unit.samples.emergency_lines(since, until)}
    chosen |= {
        (item.seq, Pattern.SAME_NAME)
        for item in items
        if item.seq in own and item.entry.event is AuditEvent.FAMILY_NOTICED
    }
    facts = await _facts(unit, items, since, until)
    chosen |= {(found.seq, found.pattern) for found in patterns.find(lines, facts) if found.seq in own}
    drawn = [SampledLine(period, seq, why.value, context.actor.id, context.now) for seq, why in sorted(chosen)]
    new = await unit.samples.add(drawn)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.SAMPLE_DRAWN,
            object_type="sample",
            object_id=period,
            policy=policy,
            detail=f"considered={len(looked)};rows={len(drawn)};new={new}",
        )
    )
    shown = await _explained(unit, await unit.samples.of_period(period))
    return Sample(period, end <= context.now, len(looked), new, tuple(shown))


async def judge_line(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, period: str, seq: int, verdict: Judgement
) -> None:
    """Een regel van de steekproef beoordelen. Nobody judges what they did themselves.

    :raises Refused: not the privacy officer
    :raises CommandRejected: that line is not in that sample, or it is the officer's own
    """
    policy = await require_privacy_officer(unit, guard, context)
    line = (await unit.traces.lines([seq])).get(seq)
    if line is None or not any(row.seq == seq for row in await unit.samples.of_period(period)):
        raise CommandRejected("not-sampled", "Deze regel zit niet in de steekproef van die maand.")
    if line.entry.user_id == context.actor.id:
        raise CommandRejected("own-line", "Dit deed u zelf; laat een andere functionaris dit beoordelen.")
    await unit.samples.judge(period, seq, verdict, context.actor.id, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.LINE_JUDGED,
            object_type="audit",
            object_id=str(seq),
            policy=policy,
            detail=f"period={period};verdict={verdict.value}",
        )
    )


async def to_review(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Reviews:
    """Wat nog wacht: emergency access (within three working days), then lines of every sample.

    :raises Refused: not the privacy officer
    """
    policy = await require_privacy_officer(unit, guard, context)
    emergencies = await unit.samples.emergencies_to_review()
    lines = await _explained(unit, await unit.samples.open())
    family = await _family_notices(unit, context)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.SAMPLE_DRAWN,
            object_type="sample",
            object_id="open",
            policy=policy,
            detail=f"emergencies={len(emergencies)};lines={len(lines)};family={len(family)}",
        )
    )
    return Reviews(tuple(emergencies), tuple(lines), tuple(family))


async def _family_notices(unit: UnitOfWork, context: RequestContext) -> list[Explained]:
    since = context.now - _NOTICES
    noticed = [
        item
        for item in await unit.traces.between(since, context.now + timedelta(microseconds=1))
        if item.entry.event is AuditEvent.FAMILY_NOTICED
    ]
    rows = [
        SampledLine("", item.seq, Pattern.SAME_NAME.value, context.actor.id, item.entry.recorded_at)
        for item in noticed
        if not await unit.samples.is_judged(item.seq)
    ]
    return await _explained(unit, rows, subject=True)


def _line(item: ChainedEntry) -> Line:
    entry = item.entry
    return Line(
        seq=item.seq,
        at=entry.recorded_at,
        patient_id=entry.patient_id or "",
        person_id=entry.user_id,
        role=entry.user_role,
        organisation=entry.organisation,
        look=is_look(entry),
        refused=entry.event is AuditEvent.REFUSED,
        break_glass=entry.break_glass,
    )


def known(person: Person, workplaces: Iterable[str] = ()) -> Known:
    """What of this person is compared with others."""
    at = {*workplaces, *([person.organisation] if person.organisation else [])}
    return Known(
        patterns.name_parts(person.name.family),
        patterns.phone_number(person.phone),
        frozenset(patterns.organisation_key(name) for name in at),
    )


async def _facts(unit: UnitOfWork, items: Iterable[ChainedEntry], since: datetime, until: datetime) -> Facts:
    """Everything that the patterns compare with, of the patients in these lines."""
    contacts: dict[str, dict[str, list[datetime]]] = {}
    for item in items:
        entry = item.entry
        if _is_work(entry) and entry.patient_id is not None:
            contacts.setdefault(entry.patient_id, {}).setdefault(entry.user_id, []).append(entry.recorded_at)
    for said in await unit.traces.contacts(since - patterns.NO_TASK, until + patterns.NO_TASK):
        contacts.setdefault(said.patient_id, {}).setdefault(said.person_id, []).append(said.at)
    ids = {item.entry.patient_id for item in items if item.entry.patient_id is not None}
    relations = await unit.traces.relations(ids)
    around: dict[str, Around] = {}
    for patient_id in ids:
        try:
            patient = await unit.patients.get(patient_id)
        except NotFound:
            # A destroyed dossier: its log is kept, and there is nobody left to compare with.
            continue
        around[patient_id] = Around(
            patient.person_id, tuple(relations.get(patient_id, ())), contacts.get(patient_id, {})
        )
    wanted = {item.entry.user_id for item in items}.union(*(one.family for one in around.values()))
    people = await _people(unit, wanted)
    workplaces = await unit.traces.workplaces(people.keys())
    return Facts({one: known(person, workplaces.get(one, ())) for one, person in people.items()}, around)


def _is_work(entry: AuditEntry) -> bool:
    """Something done for this patient, other than looking."""
    return entry.outcome == 0 and entry.event in _WORK


async def _explained(unit: UnitOfWork, rows: Collection[SampledLine], *, subject: bool = False) -> list[Explained]:
    """``subject``: name whom the line is about, instead of who did it."""
    items = await unit.traces.lines({row.seq for row in rows})
    named = {seq: item.entry.object_id if subject else item.entry.user_id for seq, item in items.items()}
    people = await _people(unit, named.values())
    pseudonyms: dict[str, str] = {}
    for patient_id in {item.entry.patient_id for item in items.values() if item.entry.patient_id is not None}:
        try:
            pseudonyms[patient_id] = (await unit.patients.get(patient_id)).pseudonym
        except NotFound:
            pseudonyms[patient_id] = "—"
    by_line: dict[int, list[SampledLine]] = {}
    for row in rows:
        by_line.setdefault(row.seq, []).append(row)
    return [
        Explained(
            item,
            tuple(by_line[seq]),
            people.get(named[seq]),
            pseudonyms.get(item.entry.patient_id or "", "—"),
        )
        for seq, item in sorted(items.items())
    ]


async def _people(unit: UnitOfWork, ids: Iterable[str]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for person_id in sorted(set(ids)):
        try:
            found[person_id] = await unit.people.get(person_id)
        except NotFound:
            # Of before a restored back-up; the line stays, without a name.
            continue
    return found
