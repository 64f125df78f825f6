"""Whatever clocks, pauses, crashes and lost answers: never two that speak, never a write under an old number (F18).

The hub's own reckoning (``Tenure``, ``Watch``) over a row in memory whose every change is one step, as a database makes
it. Clocks run up to a sixth apart and start anywhere; wall clocks do not come into it at all.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.adapters.sql.leases import MARGIN, NOBODY, TTL, Standing, Tenure, Watch

PROCESSES = 3
which = st.integers(min_value=0, max_value=PROCESSES - 1)


@dataclass
class Process:
    """What one process knows. ``asked``: a renewal under way; ``saw``: a row that it read and has not judged yet."""

    name: str
    rate: float
    start: float
    truth: "World"
    fence: int = 0
    asked: float | None = None
    applied: bool = False
    saw: Standing | None = None
    tenure: Tenure = field(init=False)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.tenure = Tenure(TTL, self.clock)
        self.watch = Watch(TTL + MARGIN, self.clock, self.truth.is_gone)

    def clock(self) -> float:
        return self.start + self.truth.time * self.rate


class World(RuleBasedStateMachine):
    """Three processes and one row."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.row = NOBODY
        self.dead: set[str] = set()
        self.born = 0
        self.writes: list[int] = []
        self.processes: list[Process] = []

    def is_gone(self, holder: str) -> bool:
        return holder in self.dead

    @initialize(rates=st.lists(st.floats(0.92, 1.08), min_size=PROCESSES, max_size=PROCESSES))
    def begin(self, rates: list[float]) -> None:
        self.processes = [self._new(rate) for rate in rates]

    def _new(self, rate: float) -> Process:
        self.born += 1
        return Process(f"process-{self.born}", rate, self.born * 7919.0, self)

    @rule(seconds=st.floats(0.01, 15.0))
    def time_passes(self, seconds: float) -> None:
        self.time += seconds

    @rule(number=which)
    def looks(self, number: int) -> None:
        self.processes[number].saw = self.row

    @rule(number=which)
    def reaches(self, number: int) -> None:
        """Judges what it saw, perhaps long ago, and takes it if the row is still so."""
        process = self.processes[number]
        if process.saw is None or process.fence:
            return
        seen, process.saw = process.saw, None
        if process.watch.may_take(seen, process.clock()):
            asked = process.clock()
            if self.row == seen:
                self.row = Standing(process.name, seen.fence + 1, seen.expires_at + 1)
                process.fence = self.row.fence
                process.tenure.granted(asked)

    @rule(number=which)
    def asks_to_renew(self, number: int) -> None:
        process = self.processes[number]
        if process.fence and process.asked is None:
            process.asked, process.applied = process.clock(), False

    @rule(number=which)
    def renewal_arrives(self, number: int) -> None:
        process = self.processes[number]
        if process.asked is not None and not process.applied and self._is_held_by(process):
            self.row = Standing(process.name, process.fence, self.row.expires_at + 1)
            process.applied = True

    @rule(number=which)
    def answer_arrives(self, number: int) -> None:
        """Or it was lost: then the process knows no more than before."""
        process = self.processes[number]
        if process.asked is not None and process.applied:
            process.tenure.granted(process.asked)
        process.asked = None

    @rule(number=which)
    def writes_something(self, number: int) -> None:
        """Whether it feels sure or not: the fence decides."""
        process = self.processes[number]
        if process.fence and self._is_held_by(process):
            self.writes.append(process.fence)

    @rule(number=which)
    def stops_cleanly(self, number: int) -> None:
        process = self.processes[number]
        if self._is_held_by(process):
            self.row = Standing("", self.row.fence, 0)
        self._ends(number)

    @rule(number=which)
    def dies(self, number: int) -> None:
        self._ends(number)

    def _ends(self, number: int) -> None:
        self.dead.add(self.processes[number].name)
        self.processes[number] = self._new(self.processes[number].rate)

    def _is_held_by(self, process: Process) -> bool:
        return bool(process.fence) and (self.row.holder, self.row.fence) == (process.name, process.fence)

    @invariant()
    def at_most_one_speaks(self) -> None:
        speaking = [process.name for process in self.processes if process.fence and process.tenure.sure]
        assert len(speaking) <= 1, speaking

    @invariant()
    def who_speaks_holds_the_row(self) -> None:
        for process in self.processes:
            if process.fence and process.tenure.sure:
                assert self._is_held_by(process)

    @invariant()
    def numbers_of_writers_never_go_back(self) -> None:
        assert self.writes == sorted(self.writes)


World.TestCase.settings = settings(max_examples=400, stateful_step_count=60, deadline=None)
TestTheLease = World.TestCase
