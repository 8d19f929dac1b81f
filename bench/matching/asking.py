"""Requirements as enterprises post them: things of one trade, as often asked for as they are offered."""

import random
from collections.abc import Iterator
from typing import Any

from bench.matching.subjects import Subject, instruments, trades, weights
from bench.speed.rows import SEED

MEASURED = 0.2
"""Items that are instruments."""
NUMBERED = 0.8
"""Items that name the standard, without its edition as people do."""
RANGED = 0.5
"""Instruments that are asked for with a range."""


def requirements(count: int, items: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Bodies of `POST /requirements/match`."""
    pick = random.Random(seed)
    places = ("610113", "610722", "440106", "110108", "320583", "510107", "370202", "420111")
    every = trades()
    for _ in range(count):
        (trade,) = pick.choices(every, [len(own) ** 0.5 for own in every])
        asked = [_instrument(pick) if pick.random() < MEASURED else _test(pick, trade) for _ in range(items)]
        yield {"region": pick.choice(places), "certificate_kinds": ["CMA"], "items": asked}


def _instrument(pick: random.Random) -> dict[str, Any]:
    lines = instruments()
    (line,) = pick.choices(lines, weights(len(lines)))
    return {
        "service": line["service"],
        "object": line["instrument"],
        "standard": line["regulation"].rpartition("-")[0],
        "range": line.get("range") or "" if pick.random() < RANGED else "",
    }


def _test(pick: random.Random, trade: list[Subject]) -> dict[str, Any]:
    (subject,) = pick.choices(trade, weights(len(trade)))
    number = next((number for number, _ in subject.standards), "")
    return {
        "service": "testing",
        "object": subject.object,
        "parameter": subject.parameter,
        "standard": number.rpartition("-")[0] if pick.random() < NUMBERED else "",
    }
