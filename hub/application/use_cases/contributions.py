"""Afschrift van eigen bijdragen: what somebody recorded and did here, for the record that they must keep themselves.

Who leaves keeps their own duty of a dossier (dossierplicht, BW 7:454 lid 1) for what they did; it is theirs already, so
that it needs the right to read and not the right to take a copy. Nothing of what others wrote goes along, and never
what was told in confidence. After a place ended at once the operator makes it, by the rights of its last moment
(ADR 0042).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.use_cases.as_of import AsOf
from hub.application.use_cases.handover_texts import clock_of, named
from hub.application.use_cases.versions import state_nl
from hub.domain import entries, limits
from hub.domain.dossier import Entry
from hub.domain.paper import NEVER, Chapter, Paper
from hub.domain.spoken import N_
from hub.domain.values import one_line
from hub.domain.vocabulary import Action, Section

_SECTIONS = tuple(section for section in Section if section not in NEVER)
_NOTHING = N_("U heeft hier niets vastgelegd.")
_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Contributions:
    """Het afschrift, and the sections that it comes from."""

    paper: Paper = field(repr=False)
    sections: frozenset[Section]


async def own_contributions(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Contributions:
    """Een afschrift van eigen bijdragen; one line in the log for what was read for it.

    :raises Refused: nothing was open to this person at the last moment that they were here
    """
    permits = await _permits(unit, guard, context)
    if not permits:
        await guard.require(unit, context, Action.READ, Section.S8)
    found = await unit.dossier.read(permits, "to=bijdragen")
    own = [entry for entry in found if limits.is_own(entry, context.actor.id)]
    opened = {permit.section: permit for permit in permits if permit.section is not None}
    chapters = [
        Chapter(f"{section.value} {section.title_nl}", tuple(_line(entry) for entry in own if entry.section is section))
        for section in sorted(opened, key=lambda one: int(one.value[1:]))
        if any(entry.section is section for entry in own)
    ]
    whole = frozenset(section for section, permit in opened.items() if not permit.limits)
    done = await _done(unit, context, whole)
    chapters += [Chapter(N_("Taken die u deed"), tuple(done))] if done else []
    handed = await _handed_over(unit, context) if Section.S8 in whole else []
    chapters += [Chapter(N_("Overdrachten die u tekende of ontving"), tuple(handed))] if handed else []
    patient = await unit.patients.get(context.patient_id or "")
    paper = Paper(
        title=N_("Afschrift van eigen bijdragen"),
        about=patient.described() if Section.S1 in whole else patient.name.full,
        remarks=(
            N_("Dit is alleen wat u zelf vastlegde en deed, voor uw eigen dossier (BW 7:454)."),
            N_("Wat anderen schreven, en wat in vertrouwen is verteld, staat hier niet bij."),
        ),
        chapters=tuple(chapters) or (Chapter("Vastgelegd", (_NOTHING,)),),
        foot=N_("Gemaakt voor %(actor)s op %(moment)s; kenmerk %(mark)s.")
        % {
            "actor": context.actor.described(context.role),
            "moment": clock_of(context.now).dutch,
            "mark": context.correlation_id,
        },
    )
    return Contributions(paper, frozenset(opened))


async def _permits(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Sequence[Permit]:
    if context.is_member or context.relation is None or context.relation.until is None or context.circle is None:
        return await guard.permitted(unit, context, Action.READ, _SECTIONS)
    last = context.relation.until - _JUST_BEFORE
    then = AsOf(unit, last)
    was = await identify(
        then.unit,
        context.actor,
        await then.circle_of(context.patient_id or ""),
        channel=context.channel,
        initiator=context.initiator,
        correlation_id=context.correlation_id,
        now=last,
        patient_id=context.patient_id,
    )
    return await guard.permitted_then(then.unit, was, context, _SECTIONS)


async def _done(unit: UnitOfWork, context: RequestContext, whole: frozenset[Section]) -> list[str]:
    return [
        N_("Taak %(number)s, klaar op %(day)s: %(what)s")
        % {"number": task.number, "day": _day(task.done_at), "what": one_line(task.what)}
        for task in await unit.tasks.of_circle(context.circle_id)
        if task.done_at is not None and task.done_by == context.actor.id and task.sections <= whole
    ]


async def _handed_over(unit: UnitOfWork, context: RequestContext) -> list[str]:
    lines = []
    for made in await unit.handovers.of_circle(context.circle_id):
        if made.made_by == context.actor.id:
            lines.append(
                N_("%(named)s, getekend op %(day)s (SHA-256 %(digest)s)")
                % {"named": named(made), "day": _day(made.at), "digest": made.digest or "onbekend"}
            )
        if made.received_by == context.actor.id and made.received_at is not None:
            lines.append(N_("%(named)s, ontvangen op %(day)s") % {"named": named(made), "day": _day(made.received_at)})
    return lines


def _line(entry: Entry) -> str:
    said = one_line(entries.sentence_nl(entry.value))
    return f"{said} ({entry.ref}, versie {entry.version}, {state_nl(entry)}, {_day(entry.recorded_at)})"


def _day(moment: datetime) -> str:
    return clock_of(moment).dutch.partition(" ")[0]
