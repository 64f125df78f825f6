"""``kring policy approve``, and whether the rules that decide now were approved."""

import tempfile
from pathlib import Path
from typing import Any

from hub.access.engine import PolicyEngine
from hub.access.files import SCHEMA_NAME, copy_policies
from hub.admin.asking import Question, administrator_context
from hub.application.use_cases.approving import approve_policy
from hub.bootstrap import POLICIES, Hub
from hub.domain.errors import CommandRejected, StartRefused
from hub.settings import approved_policies


async def policy_approve(hub: Hub, question: Question) -> dict[str, Any]:
    """``files``: name and text of each file of a policy that does not run yet; without: the one that runs."""
    given = question.arguments.get("files")
    with tempfile.TemporaryDirectory() as made:
        source = POLICIES if given is None else _written(Path(made), given)
        try:
            version = PolicyEngine.load(source).version
        except StartRefused as error:
            raise CommandRejected("bad-policy", str(error)) from error
        async with hub.transactions() as unit:
            context = await administrator_context(unit, question)
            approval = await approve_policy(unit, hub.guard, context, version)
        # After the commit: a copy that fails is made again by approving again, and never says more than the log.
        copy_policies(source, approved_policies(hub.settings.data))
    return {"version": version, "approved_by": approval.by, "running": hub.policy.version}


async def not_approved(hub: Hub) -> str | None:
    """What to tell when the rules that decide now are not the ones that were approved last; None: they are."""
    async with hub.transactions.reading() as unit:
        last = await unit.policy_approvals.last()
    if last is None:
        return f"Het beleid {hub.policy.version} is nog door niemand goedgekeurd (kring policy approve)."
    if last.version != hub.policy.version:
        return (
            f"Het beleid {hub.policy.version} is niet goedgekeurd; het laatst goedgekeurde is {last.version}. "
            "Wat er verandert: kring policy diff --against approved."
        )
    return None


def _written(folder: Path, files: object) -> Path:
    if not isinstance(files, dict) or not files:
        raise CommandRejected("bad-policy", "Er staat geen beleid in die map.")
    for name, text in files.items():
        plain = isinstance(name, str) and isinstance(text, str) and Path(name).name == name
        if not plain or not (name == SCHEMA_NAME or name.endswith(".cedar")):
            raise CommandRejected("bad-policy", "In een map met beleid staan alleen .cedar-bestanden en het schema.")
        (folder / name).write_text(text, encoding="utf-8")
    return folder
