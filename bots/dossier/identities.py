"""From what the runtime sees of somebody's keys to the use case that logs and tells it, in the same transaction."""

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.matrix_store import IdentityHook
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.use_cases.identities import watch
from hub.bootstrap import Hub
from hub.domain.identity import IdentityEvent, Pinning, PinningOf
from hub.settings import Settings


def identity_watch(hub: Hub) -> IdentityHook:
    """What ``SqlStorage`` calls for each identity that is new, changed or gone, and for each new unsigned device."""

    async def note(connection: AsyncConnection, event: IdentityEvent) -> None:
        await watch(SqlUnitOfWork(connection, hub.vault), hub.guard, hub.speaker, event, hub.now())

    return note


def pinning_of(settings: Settings) -> PinningOf:
    """People as the operator chose; the hub's own accounts at first sight."""

    def choose(user_id: str) -> Pinning:
        ours = user_id in settings.own_accounts or user_id == settings.canary
        return Pinning.FIRST_USE if ours else settings.pinning

    return choose
