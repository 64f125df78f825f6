"""How it really goes: of database, homeserver, bots and canary, for ``/readyz``, ``kring status`` and ``/metrics``.

Ready means that a question asked in a room is heard, understood and answered, which the canary shows (ADR 0016); that
the portal answers HTTP is not enough.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from hub.adapters.sql.audit_keeper import AuditState
from hub.adapters.sql.vital_signs import Counts, Signs, counts, signs
from hub.bootstrap import Hub

BEAT_STALE = 20.0
"""Seconds; the bots beat every five."""
CANARY_GRACE = 25.0
"""Seconds that a round may take beyond two intervals."""
_ASK_SECONDS = 2.0

Checks = dict[str, dict[str, Any]]


class Health:
    """``bots_run``: whether our own child runs; always true when the bots are a service of their own."""

    def __init__(
        self, hub: Hub, bots_run: Callable[[], bool] = lambda: True, audit: Callable[[], AuditState] = AuditState
    ) -> None:
        self._hub = hub
        self._bots_run = bots_run
        self._audit = audit

    async def checks(self) -> Checks:
        """Each part with ``ok`` and what belongs to it; no secrets, nobody's name."""
        async with self._hub.database.reading() as connection:
            found = await signs(connection, self._hub.settings.dossier_bot)
        now = self._hub.now().timestamp()
        return {
            "database": {"ok": True},
            "homeserver": {"ok": await self._homeserver_answers()},
            "bots": self._bots(found, now),
            "canary": self._canary(found, now),
            "audit": self._log_proved(),
        }

    async def figures(self) -> bytes:
        """The same and the counts of inbox and outbox, in Prometheus' text format."""
        async with self._hub.database.reading() as connection:
            found = await signs(connection, self._hub.settings.dossier_bot)
            counted = await counts(connection, self._hub.settings.dossier_bot)
        now = self._hub.now().timestamp()
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Gathered([*self._vital(found, now), *_counted(counted, now), *self._proof(now)]))
        return generate_latest(registry)

    def _bots(self, found: Signs, now: float) -> dict[str, Any]:
        age = _age(found.beat, now)
        fresh = age is not None and age < BEAT_STALE and self._bots_run()
        rest = {"synced": _age(found.synced, now), "left_alone": found.left_alone, "fence": found.lease.fence}
        return {"ok": fresh, "age": age, **rest}

    def _canary(self, found: Signs, now: float) -> dict[str, Any]:
        last = found.canary
        if last is None:
            return {"ok": False, "age": None, "ms": None, "stage": None, "code": "not-yet"}
        age = _age(last.ok_at, now)
        recent = age is not None and age <= 2 * self._hub.settings.canary_interval + CANARY_GRACE
        if last.fence != found.lease.fence:
            # Another process than the one that writes now, which has still to show what it can.
            return {"ok": False, "age": age, "ms": last.milliseconds, "stage": None, "code": "not-yet"}
        stage = None if last.stage is None else last.stage.value
        return {"ok": last.ok and recent, "age": age, "ms": last.milliseconds, "stage": stage, "code": last.code}

    def _log_proved(self) -> dict[str, Any]:
        state = self._audit()
        return {
            "ok": state.ok,
            "code": state.code,
            "entries": state.entries,
            "signed": state.signed,
            "first_bad": state.first_bad,
            "witness": state.witness_ok,
        }

    def _proof(self, now: float) -> Iterator[Metric]:
        state = self._audit()
        yield _one("kring_audit_ok", "1 while the log is what was signed; 0: kring audit verify", state.ok)
        yield _one("kring_audit_entries", "Entries in the log", state.entries)
        yield _one("kring_audit_unsigned", "Entries that no signed checkpoint covers yet", state.entries - state.signed)
        signed_at = None if state.signed_at is None else state.signed_at.timestamp()
        yield _one("kring_audit_checkpoint_age_seconds", "Since the last checkpoint", _age(signed_at, now))
        yield _one("kring_audit_witness_ok", "1 when the witness took the last checkpoint", state.witness_ok)
        yield _one("kring_audit_deferred", "1 while reads in an emergency wait to be logged", state.deferred)

    async def _homeserver_answers(self) -> bool:
        url = f"{self._hub.settings.homeserver_url}/_matrix/client/versions"
        try:
            async with (
                asyncio.timeout(_ASK_SECONDS),
                aiohttp.ClientSession() as session,
                session.get(url, allow_redirects=False) as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def _vital(self, found: Signs, now: float) -> Iterator[Metric]:
        canary, bots = self._canary(found, now), self._bots(found, now)
        yield _one("kring_bots_ok", "1 while the beat of the bots is fresh", bots["ok"])
        yield _one("kring_canary_ok", "1 while the last round of the canary went well and is recent", canary["ok"])
        milliseconds = canary["ms"]
        seconds = None if milliseconds is None else milliseconds / 1000
        yield _one("kring_canary_round_trip_seconds", "Question to answer, in the last good round", seconds)
        yield _one("kring_canary_age_seconds", "Since the last good round", canary["age"])
        failed = GaugeMetricFamily("kring_canary_failed", "Where the last round stopped", labels=["stage"])
        if canary["stage"] is not None:
            failed.add_metric([canary["stage"]], 1)
        yield failed
        yield _one("kring_sync_age_seconds", "Since a sync of the dossier bot was last stored", bots["synced"])
        yield _one("kring_homeserver_left_alone", "1 while the bots let a failing homeserver rest", found.left_alone)
        holder = GaugeMetricFamily("kring_lease_holder", "Which process writes for the bots", labels=["place", "pid"])
        place, _, rest = found.lease.holder.partition("/")
        if found.lease.holder:
            holder.add_metric([place, rest.partition("/")[0]], 1)
        yield holder
        yield _one("kring_lease_fence", "The number of the process that writes for the bots", found.lease.fence)


class _Gathered:
    """Figures that were gathered just now, as a collector."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def _counted(counted: Counts, now: float) -> Iterator[Metric]:
    inbox = GaugeMetricFamily("kring_inbox_events", "Events of the dossier bot, by ending", labels=["state", "code"])
    for (state, code), number in sorted(counted.inbox.items()):
        inbox.add_metric([state, code], number)
    yield inbox
    since = counted.unread_since
    oldest = 0.0 if since is None else max(0.0, now - since / 1000)
    yield _one("kring_unread_oldest_seconds", "Since when the oldest message that cannot be read is there", oldest)
    withheld = GaugeMetricFamily("kring_withheld_keys", "Keys that others do not give us, by reason", labels=["code"])
    for code, number in sorted(counted.withheld.items()):
        withheld.add_metric([code], number)
    yield withheld
    refused = CounterMetricFamily(
        "kring_matrix_refused", "What came in and was not believed, by reason", labels=["code"]
    )
    for code, number in sorted(counted.refused.items()):
        refused.add_metric([code], number)
    yield refused
    gaps = GaugeMetricFamily("kring_matrix_gaps", "Stretches of a room that are still to be fetched", labels=["state"])
    for state, number in sorted(counted.gaps.items()):
        gaps.add_metric([state], number)
    yield gaps
    outbox = GaugeMetricFamily("kring_outbox_messages", "What was to be said, by state", labels=["state"])
    for state, number in sorted(counted.outbox.items()):
        outbox.add_metric([state], number)
    yield outbox
    put_off = GaugeMetricFamily("kring_outbox_put_off", "What is not said yet, by what it waits for", labels=["reason"])
    for reason, number in sorted(counted.put_off.items()):
        put_off.add_metric([reason], number)
    yield put_off
    since = counted.waiting_since
    late = 0.0 if since is None else max(0.0, now - since / 1_000_000)
    yield _one("kring_outbox_late_seconds", "How long the oldest message that is due waits", late)


def _one(name: str, meaning: str, value: float | None) -> GaugeMetricFamily:
    """One value, or a family without any: what is not known is not zero."""
    family = GaugeMetricFamily(name, meaning)
    if value is not None:
        family.add_metric([], float(value))
    return family


def _age(moment: float | None, now: float) -> float | None:
    """None also for a moment that is still to come: after a clock was set back it would seem fresh until then."""
    return None if moment is None or moment - now > BEAT_STALE else round(max(0.0, now - moment), 1)
