"""How everything here is timed: sides in turn, warmed up, the collector quiet, medians; and what a result is.

The machine is rarely idle.  So the two sides of a comparison take turns inside of one run, and their ratio is what
counts; the absolute values say what it was on this machine at that hour.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; without a target it is there for information."""

    name: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    target: str = ""
    reached: bool | None = None


def compared(name: str, ours: str, peer: str, ratio: float, least: float | None = None) -> Result:
    """A result whose target is a ratio."""
    if least is None:
        return Result(name, ours, peer, ratio)
    return Result(name, ours, peer, ratio, f"≥ {least:g} ×", ratio >= least)


def limited(name: str, seconds: float, most: float, *, peer: str = "", ratio: float | None = None) -> Result:
    """A result whose target is a time."""
    return Result(name, shown(seconds), peer, ratio, f"≤ {shown(most)}", seconds <= most)


def in_turn(rounds: int, *sides: Callable[[], object]) -> list[float]:
    """Median seconds of each side, A B A B …, after one round that does not count."""
    spent: list[list[float]] = [[] for _ in sides]
    for side in sides:
        side()
    with quiet():
        for _ in range(rounds):
            for side, times in zip(sides, spent, strict=True):
                times.append(seconds_of(side))
    return [median(times) for times in spent]


def each_in_turn(
    items: Sequence[Item],
    *sides: Callable[[Item], object],
    rounds: int = 3,
    clock: Callable[[], float] = time.perf_counter,
) -> list[list[float]]:
    """Per side the seconds of every item, the least of its rounds; the sides take turns item by item."""
    spent = [[float("inf")] * len(items) for _ in sides]
    for item in items[: len(items) // 10 + 1]:
        for side in sides:
            side(item)
    with quiet():
        for _ in range(rounds):
            for at, item in enumerate(items):
                for side, times in zip(sides, spent, strict=True):
                    times[at] = min(times[at], seconds_of(lambda side=side, item=item: side(item), clock))
    return spent


def seconds_of(side: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one call takes."""
    began = clock()
    side()
    return clock() - began


@contextmanager
def quiet() -> Iterator[None]:
    """The collector runs before, and not inside."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def p50_p99(seconds: Sequence[float]) -> str:
    """Both percentiles with one unit."""
    cuts = quantiles(seconds, n=100)
    return f"{shown(cuts[49])} / {shown(cuts[98])}"


def shown(seconds: float) -> str:
    """With three digits and the unit that fits."""
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
