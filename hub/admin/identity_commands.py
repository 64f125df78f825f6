"""``kring identity list|confirm``."""

from datetime import UTC, datetime
from typing import Any

from hub.admin.asking import Question, context_as, speaking_for
from hub.application.use_cases import own_keys
from hub.application.use_cases.identities import Standing, circle_to_act_in, confirm, standings
from hub.bootstrap import Hub
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Role


async def identity_list(hub: Hub, question: Question) -> dict[str, Any]:
    """Everybody in the circle whom the asker may vouch for, and the keys of the bot itself."""
    async with hub.transactions() as unit:
        context = await context_as(unit, question, question.text("patient"), question.text("as"))
        if context.circle is None:
            raise CommandRejected("no-circle", "Deze patiënt heeft geen open kring.")
        found, _may_vouch = await standings(unit, hub.guard, context)
        ours = await own_keys.read(unit)
    bot = {} if ours is None else {"device": ours.device_key, "master": ours.master_key, "session": ours.device_id}
    return {"people": [_shown(standing) for standing in found], "bot": bot}


async def identity_confirm(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        asking = await speaking_for(unit, question)
        person = await unit.people.get(question.text("person"))
        context = await circle_to_act_in(unit, hub.guard, asking, person)
        pinned = await confirm(
            unit,
            hub.guard,
            hub.speaker,
            context,
            person.id,
            question.text("fingerprint"),
            evidence=question.optional("evidence"),
        )
    return {"person": person.id, "state": pinned.state.value, "fingerprint": pinned.pinned_master, "how": pinned.how}


def _shown(standing: Standing) -> dict[str, Any]:
    known = standing.identity
    shown: dict[str, Any] = {
        "person": standing.person.id,
        "name": None if standing.role is Role.PATIENT else standing.person.name.full,
        "role": standing.role.value,
        "state": "unseen" if known is None else known.state.value,
        "since": None,
        "how": None,
        "vouched_by": standing.vouched_by.name.full if standing.vouched_by else None,
        "fingerprint": None,
    }
    if known is not None:
        since = known.changed_at if known.changed_at is not None else known.pinned_at
        shown |= {
            "since": datetime.fromtimestamp(since / 1000, UTC).isoformat(),
            "how": known.way or None,
            "fingerprint": known.seen_master or None,
        }
    return shown
