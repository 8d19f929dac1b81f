"""Evidence: it names rows that exist, they alone give the verdict, and without any of them it is lower."""

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from search_service.matching.words import Outcome, Ref
from tests.matching.reference.printing import asked_of, world_of
from tests.matching.reference.worlds import world as generated
from tests.matching.test_codes import MET, METROLOGY, REQUIREMENT, TESTING, TODAY, WORLD, Change
from tests.matching.world import World, judge_cells

OTHER_NUMBER = (("8-2001", "withdrawn"), ("9-2020", "current"))
TABLES = {
    "institution": "institutions",
    "certificate": "certificates",
    "capability": "capabilities",
    "authorisation": "authorisations",
    "plan": "plans",
    "standard": "standards",
    "division": "divisions",
    "synonym": "synonyms",
}


def name(table: str, row: dict[str, Any]) -> str:
    if table == "divisions":
        return str(row["adcode"])
    return f"{row['word']}→{row['meaning']}" if table == "synonyms" else str(row.get("id") or row["number"])


def only(world: World, kept: set[Ref]) -> World:
    """The world with these rows alone."""
    names = {(TABLES[ref.kind], ref.id) for ref in kept}
    return {table: [row for row in rows if (table, name(table, row)) in names] for table, rows in world.items()}


def changed(changes: Change, item: Change) -> tuple[World, dict[str, Any]]:
    world = copy.deepcopy(WORLD)
    for rows in world.values():
        for row in rows:
            row.update(changes.get(row.get("id", ""), {}))
    world["capabilities" if item.get("object") == "压力表" else "authorisations"] = []
    return world, {**REQUIREMENT, **changes.get("r", {}), "items": [item]}


def refs_of(
    world: World, requirement: dict[str, Any], institution: str = "i", today: str = TODAY
) -> tuple[int, set[Ref]]:
    cell = judge_cells(world, requirement, today).get((0, institution))
    if cell is None or cell.best is None:
        return 0, set()
    return int(cell.outcome), {ref for finding in cell.best.findings for ref in finding.tell()[1]}


def cases() -> Iterator[Any]:
    for why, item, changes in MET:
        yield pytest.param(*changed(changes, item), id=why)
    world, requirement = changed({"a": {"range": "(0～25) MPa"}}, METROLOGY)
    world["authorisations"].append({**world["authorisations"][0], "id": "b", "range": "(25～60) MPa"})
    world["authorisations"].append({**world["authorisations"][0], "id": "b2", "range": "(20～30) MPa"})
    yield pytest.param(world, {**requirement, "items": [{**METROLOGY, "range": "0~60 MPa"}]}, id="joined rows")
    world, requirement = changed({"k": {"standards": ["GB/T 8"]}}, {**TESTING, "standard": "GB/T 9"})
    old, new = ({"number": f"GB/T {n}", "title": "丁", "status": status} for n, status in OTHER_NUMBER)
    world["standards"] += [old, {**new, "replaces": ["GB/T 8-2001"]}]
    yield pytest.param(world, requirement, id="a row that cites the number which the asked one replaced")
    world, requirement = changed({"c": {"valid_to": "2026-12-05"}}, MET[0][1])
    world["certificates"].append({**world["certificates"][0], "id": "c2", "valid_from": "2026-12-06", "valid_to": None})
    world["certificates"][-1]["valid_to"] = "2030-01-01"
    world["capabilities"][0]["certificates"] = ["c", "c2"]
    yield pytest.param(world, requirement, id="a run of certificates")


def enough_and_needed(world: World, requirement: dict[str, Any], institution: str, today: str) -> set[Ref]:
    """The rows of the evidence exist, they alone give the verdict, and without any of them it is lower."""
    outcome, refs = refs_of(world, requirement, institution, today)
    assert outcome == 2
    there = {(TABLES[ref.kind], ref.id) for ref in refs}
    assert there <= {(table, name(table, row)) for table, rows in world.items() for row in rows}
    assert {"institution"} <= {ref.kind for ref in refs}
    assert refs_of(only(world, refs), requirement, institution, today) == (2, refs)
    for ref in refs:
        assert refs_of(only(world, refs - {ref}), requirement, institution, today)[0] < 2, ref
    return refs


@pytest.mark.parametrize(("world", "requirement"), list(cases()))
def test_the_rows_of_the_evidence_are_enough_and_each_is_needed(world: World, requirement: dict[str, Any]) -> None:
    enough_and_needed(world, requirement, "i", TODAY)


def of_worlds(seeds: range) -> Counter[str]:
    """The same for each met pair of generated worlds; how often a row of each kind was evidence."""
    named: Counter[str] = Counter()
    for made in map(generated, seeds):
        world, asked, today = world_of(made), asked_of(made), made.today.isoformat()
        cells = judge_cells(world, asked, today)
        for (at, institution), cell in cells.items():
            if cell.outcome is Outcome.MET:
                alone = {**asked, "items": [asked["items"][at]]}
                refs = enough_and_needed(world, alone, institution, today)
                named.update(ref.kind for ref in refs)
                named["joined"] += len(cell.judged[0].offers) > 1
    return named


def test_so_it_is_for_every_met_pair_of_generated_worlds() -> None:
    named = of_worlds(range(300))
    assert named["institution"] > 100


@pytest.mark.slow
def test_so_it_is_for_a_thousand_met_pairs() -> None:
    named = of_worlds(range(10_000, 12_500))
    assert named["institution"] > 1_000
    assert min(named[kind] for kind in TABLES) > 10, named
    assert named["joined"], "rows are joined in one of them, as above"
