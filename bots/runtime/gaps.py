"""Filling gaps: what a limited timeline left out is fetched page by page, each page committed with where it got to.

A gap is a row from the commit that acknowledges the sync until its last page is in (``matrix_gaps``), so a crash costs
one page and a homeserver that does not give it is seen. Rooms take turns, oldest words first; the sync goes on
meanwhile, so that a long absence in fifty rooms keeps nobody waiting in the others. What came after a gap in its own
room waits for it, unless the homeserver keeps refusing: then it is said to be missing, and tried again now and then.
"""

import asyncio
import logging
from collections import defaultdict
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bots.runtime.backoff import Backoff
from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.storage import Storage
from bots.runtime.sync_response import inbox_event, is_said
from bots.runtime.untrusted import JsonObject, storable
from hub.adapters.sql.matrix_records import Gap, GapState, InboxEvent
from hub.domain.errors import DeliveryDelayed, DeliveryFailed

_log = logging.getLogger("kring.matrix")
PAGE = 200
# 200 000 events in one room during one absence: a homeserver that never comes to an end, not a busy room.
MOST_PAGES = 1000
# So often it may fail before the rest of the room waits no longer: about half a minute of a homeserver that is away.
PATIENCE = 6
_AT_ONCE = 20
_LONGEST_PAUSE = timedelta(days=1)
_STUCK_PAUSE = timedelta(minutes=10)
_GLANCE = 5.0


class GapFiller:
    """Fills gaps for one account. Wake it with :meth:`wake` when one was found."""

    def __init__(self, http: MatrixHttp, storage: Storage, own_user: str) -> None:
        self._http = http
        self._storage = storage
        self._own_user = own_user
        self._work = asyncio.Event()
        self._seen: defaultdict[int, set[str]] = defaultdict(set)
        self.arrived = asyncio.Event()
        """Set when something came out of a gap, or was let go behind one. Who waits clears it."""

    def wake(self) -> None:
        self._work.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: a page of each gap in turn."""
        backoff = Backoff()
        while not stop.is_set():
            pause = _GLANCE
            try:
                while not stop.is_set() and await self.turn():
                    backoff.reset()
            except (SQLAlchemyError, OSError) as error:
                pause = backoff.next_delay()
                _log.warning("gaps wait", extra={"reason": type(error).__name__})
            self._work.clear()
            try:
                await asyncio.wait_for(self._work.wait(), pause)
            except TimeoutError:
                continue

    async def turn(self) -> int:
        """One page of each gap that is due; how many pages came in."""
        pages = 0
        for gap in await self._storage.due_gaps(_AT_ONCE):
            pages += await self._page(gap)
            self.arrived.set()
        return pages

    async def _page(self, gap: Gap) -> bool:
        try:
            start = gap.position or await self._start(gap)
            answer = await self._http.messages(gap.room_id, start, gap.ends, PAGE)
        except DeliveryDelayed as error:
            await self._failed(gap, "server-away", error.retry_after)
            return False
        except MatrixRefused as error:
            await self._refused(gap, error)
            return False
        except DeliveryFailed as error:
            await self._failed(gap, error.code, timedelta(0))
            return False
        return await self._take(gap, start, answer)

    async def _start(self, gap: Gap) -> str | None:
        """Without a token: from the last event that we have; without that from the first that we may see."""
        known = await self._storage.last_event_before(gap)
        return None if known is None else await self._http.position_after(gap.room_id, known)

    async def _take(self, gap: Gap, start: str | None, answer: JsonObject) -> bool:
        chunk = answer.get("chunk")
        if not isinstance(chunk, list):
            await self._failed(gap, "page-malformed", timedelta(0))
            return False
        end = storable(answer.get("end"), longest=2000)
        if end == gap.ends or (end == start and not chunk):
            end = None
        seen = self._seen[gap.id]
        if end is not None and (end == start or end in seen or len(seen) >= MOST_PAGES):
            # A homeserver that leads us round in circles, or never ends.
            self._seen.pop(gap.id)
            await self._stuck(gap, "page-loop" if len(seen) < MOST_PAGES else "gap-endless")
            return False
        events: list[InboxEvent] = []
        malformed = 0
        for raw in chunk:
            event = inbox_event(gap.room_id, raw, self._own_user) if isinstance(raw, dict) else None
            if event is not None:
                events.append(event)
            elif is_said(raw):
                malformed += 1
        await self._storage.fill_gap(gap, events, end, {"event-malformed": malformed})
        if end is None:
            self._seen.pop(gap.id, None)
        else:
            seen.add(end)
        return True

    async def _refused(self, gap: Gap, error: MatrixRefused) -> None:
        if error.status in (400, 404) and gap.position is not None:
            # The token means nothing to the server (any more): from the last event that we have.
            await self._storage.gap_failed(gap, "token-refused", timedelta(0), gap.state, None)
        elif error.status == 403:
            # We may not look back there (removed from the room): no use in asking often.
            await self._stuck(gap, "gap-forbidden")
        else:
            await self._failed(gap, "gap-refused", timedelta(0))

    async def _failed(self, gap: Gap, code: str, asked: timedelta) -> None:
        if gap.attempts + 1 >= PATIENCE:
            await self._stuck(gap, code)
            return
        wait = max(asked, timedelta(seconds=min(2.0**gap.attempts, 30.0)))
        await self._storage.gap_failed(gap, code, wait, gap.state, gap.position)

    async def _stuck(self, gap: Gap, code: str) -> None:
        if gap.state is GapState.OPEN:
            _log.error("gap not filled", extra={"code": code, "attempts": gap.attempts + 1})
        tries = max(gap.attempts + 1 - PATIENCE, 0)
        wait = min(_STUCK_PAUSE * 2 ** min(tries, 10), _LONGEST_PAUSE)
        await self._storage.gap_failed(gap, code, wait, GapState.STUCK, gap.position)
