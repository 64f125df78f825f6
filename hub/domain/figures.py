"""Cijfers: a share or a mean as it may be shown — numerator, denominator, missing, 95 % interval, or nothing at all.

Pure arithmetic. What each indicator counts is in :mod:`hub.domain.indicators`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, stdev

FEWEST = 10
"""Under so many in the denominator nothing is shown: a small number points at people (law-and-care §4.3)."""
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Share:
    """Aandeel: ``numerator`` of ``denominator``; ``missing`` are those of whom it is not known."""

    numerator: int
    denominator: int
    missing: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or self.missing < 0:
            raise ValueError("een aandeel telt hoogstens wat er is")

    @property
    def shown(self) -> bool:
        """False under :data:`FEWEST`: then no number of it leaves Kring, the denominator included."""
        return self.denominator >= FEWEST

    @property
    def percent(self) -> float:
        """In one decimal, as ``90.3``.

        :raises ValueError: too few to show
        """
        self._require()
        return round(100 * self.numerator / self.denominator, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % by Wilson (1927), in percent; stays within 0–100 and says something at 0 of n as well.

        :raises ValueError: too few to show
        """
        self._require()
        n, p = self.denominator, self.numerator / self.denominator
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return round(100 * max(0.0, middle - half), 1), round(100 * min(1.0, middle + half), 1)

    @property
    def rest(self) -> "Share":
        """The complement: those of whom it is known that it is not so."""
        return Share(self.denominator - self.numerator, self.denominator, self.missing)

    def _require(self) -> None:
        if not self.shown:
            raise ValueError(f"minder dan {FEWEST}: dit wordt niet getoond")


@dataclass(frozen=True, slots=True)
class Mean:
    """Gemiddelde over ``count`` mensen; ``missing`` are those of whom it is not known."""

    total: float
    count: int
    spread: float
    """Standard deviation of the sample; 0 with fewer than two."""
    missing: int = 0

    @classmethod
    def of(cls, values: Iterable[float], missing: int = 0) -> "Mean":
        known = list(values)
        return cls(sum(known), len(known), stdev(known) if len(known) > 1 else 0.0, missing)

    @property
    def shown(self) -> bool:
        return self.count >= FEWEST

    @property
    def value(self) -> float:
        """In one decimal.

        :raises ValueError: too few to show
        """
        self._require()
        return round(self.total / self.count, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % by the normal approximation, which is what ten or more allow.

        :raises ValueError: too few to show
        """
        self._require()
        half, middle = _Z * self.spread / sqrt(self.count), self.total / self.count
        return round(middle - half, 1), round(middle + half, 1)

    def _require(self) -> None:
        if not self.shown:
            raise ValueError(f"minder dan {FEWEST}: dit wordt niet getoond")
