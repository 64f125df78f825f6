"""The composition root: the only file that knows every adapter."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hub.access.engine import PolicyEngine
from hub.adapters import clock
from hub.adapters.audit_deferred import DeferredAuditFile
from hub.adapters.audit_signing import CheckpointSigner
from hub.adapters.audit_witness import WitnessFile
from hub.adapters.encryption import KeyVault
from hub.adapters.outside_log import OutsideLog
from hub.adapters.sql.audit_checkpoints import last_checkpoint
from hub.adapters.sql.audit_keeper import AuditKeeper
from hub.adapters.sql.database import Database
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.application.guard import Guard
from hub.application.outside_ports import CallsOutside
from hub.application.ports import Clock
from hub.application.speaking import Speaker
from hub.domain.errors import StartRefused
from hub.settings import Settings, make_directories, read_house

if TYPE_CHECKING:
    from hub.adapters.tokens import TokenKey

POLICIES = Path(__file__).resolve().parent.parent / "policies"


@dataclass(frozen=True, slots=True)
class Hub:
    """Everything that an entry point needs. Entry points translate; this acts."""

    settings: Settings
    database: Database
    vault: KeyVault
    transactions: SqlTransactions
    policy: PolicyEngine
    guard: Guard
    speaker: Speaker
    now: Clock
    tokens: "TokenKey | None" = None
    """Signs and reads the tokens of other systems; None where nobody asks for one (the bots)."""
    outside: CallsOutside = field(default_factory=OutsideLog)
    """Phone or pager, for a question that nobody in the circle answers."""

    @property
    def deferred(self) -> DeferredAuditFile:
        """Where a read of the out-of-hours set is written down while the log takes nothing."""
        return DeferredAuditFile(self.settings.data / "audit-deferred", self.vault)

    async def close(self) -> None:
        await self.database.close()


async def open_keeper(hub: Hub) -> AuditKeeper:
    """Who signs the log. Makes the signing key at the first start, and never again.

    :raises StartRefused: the key is gone, damaged or readable for others
    """
    settings = hub.settings
    if not settings.audit_key_file.exists():
        async with hub.database.reading() as connection:
            if await last_checkpoint(connection, settings.audit_origin) is not None:
                raise StartRefused(
                    "De sleutel van de logging (secrets/audit_signing_key) ontbreekt terwijl er al mee is ondertekend. "
                    "Zet hem terug uit de back-up; Kring maakt nooit een nieuwe."
                )
        CheckpointSigner.create_file(settings.audit_key_file)
    signer = CheckpointSigner.from_file(settings.audit_key_file, settings.audit_origin)
    return AuditKeeper(hub.transactions, signer, WitnessFile(settings.witness_file), hub.deferred, hub.now)


async def open_tokens(settings: Settings, transactions: SqlTransactions) -> "TokenKey":
    """The key of the tokens. Made at the first start, and never again once a token was given.

    :raises StartRefused: the key is gone, damaged or readable for others
    """
    from hub.adapters.tokens import TokenKey  # noqa: PLC0415 -- python-jose, which the bots do without

    if not settings.token_key_file.exists():
        async with transactions.reading() as unit:
            if await unit.tokens.any_given():
                raise StartRefused(
                    "De sleutel van de tokens (secrets/token_signing_key) ontbreekt terwijl er al tokens zijn gegeven. "
                    "Zet hem terug uit de back-up; Kring maakt nooit een nieuwe."
                )
        TokenKey.create_file(settings.token_key_file)
    return TokenKey.from_file(settings.token_key_file, settings.portal_base, f"{settings.portal_base}/fhir")


async def open_hub(settings: Settings, *, now: Clock | None = None, create: bool = False) -> Hub:
    """Open the hub on its data.

    :param now: the clock; None: the real one, or in a rehearsal the one that runs ahead
    :param create: make directories and the key-encryption key when they are not there, and migrate the database
    :raises StartRefused: missing key, broken policy, newer database
    """
    if create:
        make_directories(settings)
        if not settings.kek_file.exists():
            if settings.database_url_file is None and (settings.data / "kring.db").exists():
                raise StartRefused(
                    "De hoofdsleutel (secrets/kek) ontbreekt terwijl er al een dossier is. "
                    "Zet hem terug uit de back-up; Kring maakt nooit een nieuwe."
                )
            KeyVault.create_file(settings.kek_file)
    vault = KeyVault.from_file(settings.kek_file)
    policy = PolicyEngine.load(POLICIES)
    database = Database(settings.database_url())
    if create:
        from hub.adapters.sql.schema import migrate  # noqa: PLC0415 -- 9 MB and 0.1 s that the bots do without

        await migrate(database)
        async with SqlTransactions(database, vault)() as unit:
            # A database that was put back may be older than what was destroyed (law-and-care E9).
            await unit.destructions.again()
    tokens = await open_tokens(settings, SqlTransactions(database, vault)) if create else None
    guard = Guard(policy, settings.access_rules(), settings.freshness_rules(), read_house(settings.ladder_file))
    return Hub(
        settings=settings,
        database=database,
        vault=vault,
        transactions=SqlTransactions(database, vault),
        policy=policy,
        guard=guard,
        speaker=Speaker(guard, settings.own_accounts),
        now=now or (clock.rehearsing(settings.rehearsal_clock) if settings.rehearsal else clock.now),
        tokens=tokens,
    )
