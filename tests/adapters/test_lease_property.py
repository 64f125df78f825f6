"""Whatever clocks, pauses, crashes and lost answers: never two that speak, never a write under an old number (F18).

The hub's own reckoning (``Tenure``, ``Watch``) over a row in memory whose every change is one step, as a database makes
it. Clocks run up to a sixth apart and start anywhere; wall clocks do not come into it at all.
"""

from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.adapters.sql.leases import MARGIN, NOBODY, TTL, Standing, Tenure, Watch

PROCESSES = 2
which = st.integers(min_value=0, max_value=PROCESSES - 1)
STEPS = [
    *("time passes",) * 6,
    *("stands_by",) * 6,
    *("renews",) * 2,
    *("sends_renewal", "answer_arrives") * 4,
    *("asks_to_renew", "renewal_arrives"),
    *("looks", "reaches", "writes_something", "stops", "dies"),
]
# Where it matters: around a renewal, the holder's time, and the patience of who stands by.
pauses = st.sampled_from([0.25, 1.0, 3.0, 6.0, 9.4, 10.5, 11.5, 13.0]) | st.floats(0.01, 15.0)


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


class World:
    """Two processes, perhaps others after them, and one row."""

    def __init__(self, rates: tuple[float, ...]) -> None:
        self.time = 0.0
        self.row = NOBODY
        self.dead: set[str] = set()
        self.born = 0
        self.writes: list[int] = []
        self.processes = [self._new(rate) for rate in rates]

    def is_gone(self, holder: str) -> bool:
        return holder in self.dead

    def _new(self, rate: float) -> Process:
        self.born += 1
        return Process(f"process-{self.born}", rate, self.born * 7919.0, self)

    def stands_by(self, number: int) -> None:
        """Looks, and reaches at once."""
        self.looks(number)
        self.reaches(number)

    def sends_renewal(self, number: int) -> None:
        """Which is taken in; the answer is on its way."""
        self.asks_to_renew(number)
        self.renewal_arrives(number)

    def renews(self, number: int) -> None:
        """Asks, and is answered at once."""
        self.sends_renewal(number)
        self.answer_arrives(number)

    def looks(self, number: int) -> None:
        self.processes[number].saw = self.row

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

    def asks_to_renew(self, number: int) -> None:
        process = self.processes[number]
        if process.fence and process.asked is None:
            process.asked, process.applied = process.clock(), False

    def renewal_arrives(self, number: int) -> None:
        process = self.processes[number]
        if process.asked is not None and not process.applied and self._is_held_by(process):
            self.row = Standing(process.name, process.fence, self.row.expires_at + 1)
            process.applied = True

    def answer_arrives(self, number: int) -> None:
        """Or it was lost: then the process knows no more than before."""
        process = self.processes[number]
        if process.asked is not None and process.applied:
            process.tenure.granted(process.asked)
        process.asked = None

    def writes_something(self, number: int) -> None:
        """Whether it feels sure or not: the fence decides."""
        process = self.processes[number]
        if process.fence and self._is_held_by(process):
            self.writes.append(process.fence)

    def stops(self, number: int) -> None:
        """Gives back what it holds."""
        if self._is_held_by(self.processes[number]):
            self.row = Standing("", self.row.fence, 0)
        self.dies(number)

    def dies(self, number: int) -> None:
        process = self.processes[number]
        self.dead.add(process.name)
        self.processes[number] = self._new(self.processes[number].rate)

    def _is_held_by(self, process: Process) -> bool:
        return bool(process.fence) and (self.row.holder, self.row.fence) == (process.name, process.fence)

    def at_most_one_speaks(self) -> None:
        speaking = [process.name for process in self.processes if process.fence and process.tenure.sure]
        assert len(speaking) <= 1, speaking

    def who_speaks_holds_the_row(self) -> None:
        for process in self.processes:
            if process.fence and process.tenure.sure:
                assert self._is_held_by(process)

    def numbers_of_writers_never_go_back(self) -> None:
        assert self.writes == sorted(self.writes)


@settings(max_examples=400, deadline=None, report_multiple_bugs=False)
@example(  # the slowest clock that we allow holds, the fastest stands by
    rates=(0.92, 1.08),
    story=[("stands_by", 0, 0), ("stands_by", 1, 0), ("time passes", 0, 10.5), ("stands_by", 1, 0)],
)
@example(  # an answer that comes late
    rates=(1.0, 1.0),
    story=[
        *[("stands_by", 0, 0), ("sends_renewal", 0, 0), ("stands_by", 1, 0), ("time passes", 0, 9.4)],
        *[("answer_arrives", 0, 0), ("time passes", 0, 3.0), ("stands_by", 1, 0)],
    ],
)
@example(  # seen, renewed, and seen again
    rates=(1.0, 1.0),
    story=[
        *[("stands_by", 0, 0), ("stands_by", 1, 0), ("time passes", 0, 6.0), ("renews", 0, 0)],
        *[("stands_by", 1, 0), ("time passes", 0, 6.5), ("stands_by", 1, 0)],
    ],
)
@given(
    rates=st.tuples(*[st.sampled_from([0.92, 1.0, 1.08])] * PROCESSES),
    story=st.lists(st.tuples(st.sampled_from(STEPS), which, pauses), min_size=40, max_size=40),
)
def test_never_two_that_speak_and_never_a_write_under_an_old_number(
    rates: tuple[float, ...], story: list[tuple[str, int, float]]
) -> None:
    world = World(rates)
    for step, number, seconds in story:
        if step == "time passes":
            world.time += seconds
        else:
            getattr(world, step)(number)
        world.at_most_one_speaks()
        world.who_speaks_holds_the_row()
        world.numbers_of_writers_never_go_back()
