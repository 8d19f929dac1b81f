"""N7: a noisy list of 500 numbers is resolved or said to be ambiguous, and nothing is silently another standard."""

import random
from pathlib import Path

import pytest
from sqlalchemy import select

from analyzers.standard_number import parse
from api.wiring import Services
from search_service.records.interchange import load
from search_service.standards.check import Checked, check
from search_service.standards.reading import MOST, read_text
from search_service.standards.resolve import AMBIGUOUS, EXACT, RESOLVED
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.support.noisy_numbers import Noisy, noisy_list

ENOUGH = 0.99
"""Of 500 numbers (issue of the check, N7)."""


def printed(database: Database) -> list[tuple[str, str]]:
    """Numbers and titles on record that a reader can read, the way that the table has them."""
    with database.read() as session:
        rows = session.execute(select(Standard.number, Standard.title).order_by(Standard.number)).all()
    return [(number, title) for number, title in rows if (read := parse(number)) and read.prefix]


def wrong(noisy: Noisy, number: str, found: Checked) -> bool:
    """Whether one record was named that is not what the line was made of.

    Where the year was lost any edition of the line is right, if it is said that the year was filled in.
    """
    if found.row is None or found.row.number == number:
        return False
    meant, named = parse(number), parse(found.row.number)
    assert meant
    assert named
    filled_in = found.resolution.confidence == RESOLVED and found.resolution.reason
    undated = noisy.lost or meant.year is None
    return not (undated and filled_in and (meant.bare_prefix, meant.body) == (named.bare_prefix, named.body))


def judge(database: Database, seed: int) -> tuple[int, list[str], list[str]]:
    """How many numbers were asked for, those that were left unknown, and those that were named wrongly."""
    lines = noisy_list(printed(database), MOST, random.Random(seed))
    by_line: dict[int, list[Checked]] = {}
    for found in check(database, read_text("\n".join(" ".join(line.text.splitlines()) for line in lines))).results:
        by_line.setdefault(found.entry.line, []).append(found)
    asked, unknown, mistaken = 0, [], []
    for at, line in enumerate(lines, 1):
        found_here = by_line.get(at, [])
        for place, number in enumerate(line.numbers):
            asked += 1
            found = found_here[place] if place < len(found_here) else None
            if found is None or found.resolution.confidence not in {EXACT, RESOLVED, AMBIGUOUS}:
                unknown.append(f"{line.text!r} → {number}")
            elif wrong(line, number, found):
                mistaken.append(f"{line.text!r} → {found.number}, not {number}")
    return asked, unknown, mistaken


@pytest.mark.parametrize("seed", range(4))
def test_the_shipped_standards(sample: Services, seed: int) -> None:
    asked, unknown, mistaken = judge(sample.database, seed)
    assert asked == MOST
    assert mistaken == []
    assert len(unknown) <= (1 - ENOUGH) * asked, unknown


@pytest.mark.real_data
def test_the_real_standards(services: Services, real_data: Path) -> None:
    assert load(services.database, [real_data / "standards"]).stored > 60_000
    for seed in range(6):
        asked, unknown, mistaken = judge(services.database, seed)
        assert asked == MOST
        assert mistaken == []
        assert len(unknown) <= (1 - ENOUGH) * asked, unknown


def test_the_judge_sees_a_wrong_answer(sample: Services) -> None:
    (found,) = check(sample.database, read_text("GB/T 228.1-2010")).results
    assert wrong(Noisy("GB/T 228.1-2021", ("GB/T 228.1-2021",), lost=False), "GB/T 228.1-2021", found)
    assert not wrong(Noisy("GB/T 228.1-2010", ("GB/T 228.1-2010",), lost=False), "GB/T 228.1-2010", found)
