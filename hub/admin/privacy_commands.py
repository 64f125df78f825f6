"""``kring privacy …`` and ``kring breach scope``: the privacy officer's work, without contents."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hub.admin.asking import Question, administrator_context
from hub.application.use_cases import breach, privacy_cases, privacy_sample
from hub.application.use_cases.breach import ItemExposed, PersonExposed, Scope
from hub.application.use_cases.privacy_sample import Explained
from hub.bootstrap import Hub
from hub.domain.breach import Exposed, Exposure
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.privacy import CaseKind, EmergencyReview, Judgement, PrivacyCase, SampledLine
from hub.domain.vocabulary import Role
from hub.texts.moments import clock, weekday

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_SAID = {
    Exposure.PROVED: "heeft het gelezen",
    Exposure.POSSIBLE: "kan het hebben gelezen",
    Exposure.EXCLUDED: "kan het niet hebben gelezen",
}


async def case_open(hub: Hub, question: Question) -> dict[str, Any]:
    kind = question.text("kind")
    if kind not in set(CaseKind):
        raise CommandRejected("bad-kind", "Het soort zaak is een van deze: %(names)s.", {"names": ", ".join(CaseKind)})
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        opened = await privacy_cases.open_case(
            unit, hub.guard, context, kind=CaseKind(kind), reason=question.text("reason")
        )
    return _case(opened)


async def case_close(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        closed = await privacy_cases.close_case(unit, hub.guard, context, question.text("case"))
    return _case(closed)


async def case_list(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        found = await privacy_cases.cases(unit, hub.guard, context, open_only=not question.flag("all"))
    return {"cases": [_case(one) | {"reason": one.reason} for one in found]}


async def sample(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        drawn = await privacy_sample.draw_sample(unit, hub.guard, context, question.text("period"))
    return {
        "period": drawn.period,
        "closed": drawn.closed,
        "considered": drawn.considered,
        "new": drawn.new,
        "lines": [_line(one) for one in drawn.lines],
    }


async def review(hub: Hub, question: Question) -> dict[str, Any]:
    seq, verdict = question.arguments.get("line"), question.text("verdict")
    if not isinstance(seq, int) or isinstance(seq, bool):
        raise CommandRejected("bad-argument", "Noem het nummer van de regel.")
    if verdict not in set(Judgement):
        raise CommandRejected("bad-verdict", "Het oordeel is een van deze: %(names)s.", {"names": ", ".join(Judgement)})
    period = question.text("period")
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        await privacy_sample.judge_line(unit, hub.guard, context, period=period, seq=seq, verdict=Judgement(verdict))
    return {"period": period, "line": seq, "verdict": verdict}


async def reviews(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
        found = await privacy_sample.to_review(unit, hub.guard, context)
    return {
        "emergencies": [_emergency(one, question.now) for one in found.emergencies],
        "family": [_notice(one) for one in found.family],
        "lines": [_line(one) for one in found.lines],
    }


async def breach_scope(hub: Hub, question: Question) -> dict[str, Any]:
    """Exactly one of ``message``, ``entry`` and ``person``."""
    named = {name: question.optional(name) for name in ("message", "entry", "person")}
    if sum(value is not None for value in named.values()) != 1:
        raise CommandRejected("name-one", "Noem één van deze: --message, --entry of --person.")
    until, known = _moment(question.optional("at")), _moment(question.optional("known_at"))
    since = _moment(question.optional("since"))
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        if named["message"] is not None:
            scope = await breach.scope_of_message(
                unit, hub.guard, context, named["message"], until=until, known_at=known,
                own_accounts=hub.settings.own_accounts,
            )  # fmt: skip
        elif named["entry"] is not None:
            ref = EntryRef.parse(named["entry"])
            scope = await breach.scope_of_entry(unit, hub.guard, context, ref, until=until, known_at=known)
        else:
            scope = await breach.scope_of_person(
                unit, hub.guard, context, named["person"] or "", since=since, until=until, known_at=known
            )
    return _scope(scope)


def _case(case: PrivacyCase) -> dict[str, Any]:
    return {
        "case": case.id,
        "patient": case.patient_id,
        "kind": case.kind.value,
        "opened_by": case.opened_by,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
    }


def _notice(one: Explained) -> dict[str, Any]:
    entry = one.line.entry
    name = one.person.described() if one.person else "onbekende persoon"
    when = f"{weekday(entry.recorded_at)} om {clock(entry.recorded_at)}"
    return {
        "line": one.line.seq,
        "said": f"{name} kwam op {when} in de kring van patiënt {one.pseudonym} en kan familie zijn. Vraag het na.",
        "person": entry.object_id,
        "patient": entry.patient_id,
    }


def _line(one: Explained) -> dict[str, Any]:
    entry = one.line.entry
    name = one.person.name.full if one.person else "onbekende persoon"
    role = Role(entry.user_role).title_nl if entry.user_role in set(Role) else "zonder rol"
    organisation = f", {entry.organisation}" if entry.organisation else ""
    when = f"{weekday(entry.recorded_at)} om {clock(entry.recorded_at)}"
    judged = next((row for row in one.rows if row.verdict is not None), None)
    why = "; ".join(reason.title_nl for reason in one.reasons)
    what = f"patiënt {one.pseudonym}: {entry.event.title_nl}"
    return {
        "line": one.line.seq,
        "period": one.rows[0].period,
        "said": f"{name} ({role}{organisation}), {when}, {what}. Valt op: {why}.",
        "patterns": [reason.value for reason in one.reasons],
        "person": entry.user_id,
        "patient": entry.patient_id,
        "recorded_at": entry.recorded_at.isoformat(),
        "verdict": judged.verdict.value if judged is not None and judged.verdict is not None else None,
        "reviewed_by": judged.reviewed_by if judged is not None else None,
        "reviewed_at": _text(judged),
    }


def _text(judged: SampledLine | None) -> str | None:
    return judged.reviewed_at.isoformat() if judged is not None and judged.reviewed_at is not None else None


def _emergency(one: EmergencyReview, now: datetime) -> dict[str, Any]:
    return {
        "emergency": one.id,
        "patient": one.patient_id,
        "person": one.person_id,
        "opened_at": one.opened_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "overdue": one.due_at < now,
    }


def _scope(scope: Scope) -> dict[str, Any]:
    people = [_person(one) for one in scope.people]
    items = [_item(one) for one in scope.items]
    exposures = [one.found.exposure for one in scope.people] + [one.found.exposure for one in scope.items]
    return {
        "subject": {"kind": scope.subject.kind, "name": scope.subject.name},
        "since": scope.since.isoformat(),
        "until": scope.until.isoformat(),
        "known_at": scope.clock.known_at.isoformat(),
        "early_warning_by": scope.clock.early_warning_by.isoformat(),
        "report_by": scope.clock.report_by.isoformat(),
        "counts": {one.value: exposures.count(one) for one in Exposure},
        "people": people,
        "items": items,
        "text": _report(scope),
    }


def _person(one: PersonExposed) -> dict[str, Any]:
    return {
        "person": one.person.id if one.person else None,
        # A patient is never named here; who reports knows whose case it is.
        "name": one.person.name.full if one.person and one.person.role is not Role.PATIENT else None,
        "account": one.account,
        "role": one.role.value if one.role else None,
        "organisation": one.person.organisation if one.person else None,
    } | _exposed(one.found)


def _item(one: ItemExposed) -> dict[str, Any]:
    return {"kind": one.subject.kind, "name": one.subject.name, "at": one.at.isoformat()} | _exposed(one.found)


def _exposed(found: Exposed) -> dict[str, Any]:
    return {
        "exposure": found.exposure.value,
        "ground": found.ground.value,
        "why": found.ground.title_nl,
        "times": [
            {"since": span.since.isoformat(), "until": span.until.isoformat() if span.until else None}
            for span in found.spans
        ],
        "reads": [
            {"line": look.seq, "at": look.at.isoformat(), "where": look.where, "whole": look.whole}
            for look in found.looks
        ],
        "devices": list(found.devices),
    }


def _report(scope: Scope) -> list[str]:
    """The same in sentences, for the report."""
    lines = [
        f"Bekend sinds {_said_at(scope.clock.known_at)}. Vroege waarschuwing (24 uur, Cyberbeveiligingswet): uiterlijk "
        f"{_said_at(scope.clock.early_warning_by)}. Melding bij de Autoriteit Persoonsgegevens (72 uur, AVG 33): "
        f"uiterlijk {_said_at(scope.clock.report_by)}."
    ]
    for one in scope.people:
        name = one.person.name.full if one.person and one.person.role is not Role.PATIENT else one.account
        who = f"{name} ({one.role.title_nl})" if one.role else name
        lines.append(f"{who} {_SAID[one.found.exposure]}: {one.found.ground.title_nl}.{_proof(one.found)}")
    for item in scope.items:
        what = "bericht" if item.subject.kind == "message" else "regel"
        lines.append(
            f"{what} {item.subject.name} van {_said_at(item.at)}: {_SAID[item.found.exposure]}, want "
            f"{item.found.ground.title_nl}.{_proof(item.found)}"
        )
    if not scope.people and not scope.items:
        lines.append("Niemand kon iets lezen.")
    return lines


def _proof(found: Exposed) -> str:
    said = ""
    if found.looks:
        said += f" Gelezen op {_said_at(found.looks[0].at)} (regel {found.looks[0].seq} van het logboek"
        said += f", en nog {len(found.looks) - 1} keer)." if len(found.looks) > 1 else ")."
    if found.devices:
        said += f" Toestellen: {', '.join(found.devices)}."
    return said


def _said_at(at: datetime) -> str:
    return f"{weekday(at)} om {clock(at)}"


def _moment(text: str | None) -> datetime | None:
    """``2026-11-03T14:05`` (Dutch time unless it says otherwise); a day alone is its end."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandRejected("bad-time", "Schrijf een moment als 2026-11-03T14:05.") from error
    if len(text) == 10:
        parsed = datetime.combine(parsed.date(), time.max)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=_AMSTERDAM)).astimezone(UTC)
