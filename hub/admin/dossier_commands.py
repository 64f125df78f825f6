"""``kring dossier show``, ``kring pzp import``, ``kring policy explain``, ``kring audit list``."""

from collections.abc import Mapping
from typing import Any

from hub.admin.asking import Question, administrator_context, context_as
from hub.application.plain import entry_as_json, line_as_json
from hub.application.use_cases.access_log import read_log
from hub.application.use_cases.corrections import move_out
from hub.application.use_cases.dossier import read_dossier
from hub.application.use_cases.explain import explain_access
from hub.application.use_cases.imports import doubt_about_birth_date, import_entries
from hub.application.use_cases.privacy_cases import within
from hub.bootstrap import Hub
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.vocabulary import Action, Role, Section
from hub.fhir.incoming import identity_of, incoming_of
from hub.fhir.pzp_import import read_pzp
from hub.fhir.strict_json import parse_json_strict


def _section(text: str | None) -> Section | None:
    if text is None:
        return None
    if text.upper() not in Section.__members__:
        raise CommandRejected("bad-section", "Een onderdeel is S1 tot en met S11.")
    return Section(text.upper())


async def dossier_show(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        context = await within(unit, context, question.optional("case"))
        view = await read_dossier(unit, hub.guard, context, _section(question.optional("section")))
        people = {entry.author_id: await unit.people.get(entry.author_id) for entry in view.entries}
    return {"entries": [entry_as_json(entry, people[entry.author_id].name.full) for entry in view.entries]}


async def dossier_move_out(hub: Hub, question: Question) -> dict[str, Any]:
    """Empty an entry that was about another patient (law-and-care E10)."""
    ref = EntryRef.parse(question.text("ref"))
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        emptied = await move_out(unit, hub.guard, context, ref, named=question.text("named"))
    follow = f"kring breach scope {question.text('patient')} --entry {ref}"
    return {"ref": str(ref), "versions": emptied, "next": follow}


async def pzp_import(hub: Hub, question: Question) -> dict[str, Any]:
    """``documents``: the texts of the files. Refused as a whole when one of them cannot be taken over safely."""
    documents = question.arguments.get("documents")
    if not isinstance(documents, list) or not documents or not all(isinstance(d, str) for d in documents):
        raise CommandRejected("missing-argument", "Noem minstens één bestand.")
    reading = read_pzp([parse_json_strict(text.encode("utf-8", "surrogatepass")) for text in documents])
    identity = identity_of(reading)
    preview = question.flag("preview")
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        changes = await import_entries(
            unit, hub.guard, context, identity, incoming_of(reading), reading.source_digest, preview=preview
        )
        doubt = doubt_about_birth_date(await unit.patients.get(question.text("patient")), identity)
    return {
        "preview": preview,
        "changed": sum(change.changes_something for change in changes),
        "unchanged": sum(not change.changes_something for change in changes),
        "changes": [
            {
                "section": change.section.value,
                "kind": change.kind,
                "ref": change.ref,
                "before": change.before,
                "after": change.after,
                "source": change.reference,
            }
            for change in changes
            if change.changes_something
        ],
        "review": [*([doubt] if doubt else []), *reading.review],
        "withdrawn": list(reading.withdrawn),
        "not_carried": list(reading.not_carried),
    }


async def policy_explain(hub: Hub, question: Question) -> dict[str, Any]:
    action = question.text("action")
    if action not in set(Action):
        raise CommandRejected(
            "bad-action", "De handeling moet een van deze zijn: %(names)s.", {"names": ", ".join(Action)}
        )
    async with hub.transactions() as unit:
        asker = await administrator_context(unit, question, question.text("patient"))
        subject = await context_as(unit, question, question.text("patient"), question.text("person"))
        _, decision = await explain_access(
            unit, hub.guard, asker, subject, Action(action), _section(question.optional("section"))
        )
    return {
        "decision": "permit" if decision.permitted else "deny",
        "rules": [_rule(rule.id, rule.law, rule.explain_nl, rule.limit) for rule in decision.rules],
        "errors": list(decision.errors),
    }


def _rule(rule_id: str, law: str, explain_nl: str, limit: str | None) -> Mapping[str, str]:
    named = {"id": rule_id, "law": law, "explain_nl": explain_nl}
    return named | ({"limit": limit} if limit else {})


async def audit_list(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        found = await read_log(unit, hub.guard, context)
    # Who reads a log with lines left out gets no number of the whole log: the gaps would count what was left out (T38).
    whole = context.role in {Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}
    return {
        "entries": [line_as_json(item.entry, item.seq if whole else place) for place, item in enumerate(found, start=1)]
    }
