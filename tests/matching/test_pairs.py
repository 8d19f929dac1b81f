"""Hand-labelled pairs in ordinary words: no false met, and nine of ten true ones are found (tests/matching/pairs)."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.sample import FOLDER as SAMPLE
from search_service.matching.tables import Tables
from search_service.matching.verdict import Who, judge_cell
from search_service.matching.words import Ref
from tests.matching.world import conditions, item, offers, tables

PAIRS = Path(__file__).parent / "pairs"
FOUND_AT_LEAST = 0.9
TODAY = "2026-11-21"
CAPABILITY, AUTHORISATION = (
    ("object", "parameter", "standards", "limitation"),
    (
        "service",
        "instrument",
        "regulation",
        "range",
        "accuracy",
        "limitation",
    ),
)
ASKED_TESTING = ("service", "object", "parameter", "standard")
ASKED_METROLOGY = ("service", "object", "standard", "range", "accuracy")
SERVICES = {"检定": "verification", "校准": "calibration"}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE / name).read_text("utf-8").splitlines()]


def cells(names: tuple[str, ...], text: str) -> dict[str, str]:
    parts = [part.strip() for part in text.split("|")]
    assert len(parts) == len(names), text
    return dict(zip(names, parts, strict=True))


PLACES = {
    "certificates": [
        {"id": "c", "institution": "i", "nature": "CMA", "valid_from": "2024-01-01", "valid_to": "2029-12-31"},
        {"id": "m", "institution": "i", "nature": "metrology", "valid_from": "2024-01-01", "valid_to": "2029-12-31"},
    ],
    "standards": rows("standards.jsonl"),
    "divisions": rows("divisions.jsonl"),
    "synonyms": rows("synonyms.jsonl"),
}


REQUIREMENT = {"region": "610113", "start": "2026-12-01"}
WHO = Who(Ref("institution", "i"), "i", "active")


@cache
def shipped() -> Tables:
    """The sample's standards, divisions and synonyms: read once for all pairs."""
    return tables(PLACES)


def verdict(pair: dict[str, str], *, metrology: bool) -> tuple[str, list[str]]:
    asked = cells(ASKED_METROLOGY if metrology else ASKED_TESTING, pair["item"])
    row: dict[str, Any] = {
        **cells(AUTHORISATION if metrology else CAPABILITY, pair["row"]),
        "id": "r",
        "institution": "i",
    }
    if metrology:
        row |= {"certificates": ["m"], "regions": ["610100"], "service": SERVICES[row["service"]]}
    else:
        row |= {"certificates": ["c"], "standards": [n.strip() for n in row["standards"].split("；") if n.strip()]}
    world = {"certificates": PLACES["certificates"], "authorisations" if metrology else "capabilities": [row]}
    cell = judge_cell(item(asked), conditions(REQUIREMENT, TODAY), WHO, offers(world, "i"), shipped())
    return cell.outcome.word, list(cell.codes)


def labelled() -> list[tuple[Path, dict[str, str]]]:
    return [(path, pair) for path in sorted(PAIRS.glob("*.yml")) for pair in yaml.safe_load(path.read_text("utf-8"))]


def test_there_are_enough() -> None:
    found = Counter(pair["verdict"] for _, pair in labelled())
    assert found.total() >= 200
    assert min(found["met"], found["unsure"], found["unmet"]) >= 40
    assert set(found) == {"met", "unsure", "unmet"}


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, tuple[str, list[str]], dict[str, str]]]:
    return [
        (pair["verdict"], verdict(pair, metrology=path.name.startswith("metrology")), pair) for path, pair in labelled()
    ]


def test_no_met_is_false(judged: list[tuple[str, tuple[str, list[str]], dict[str, str]]]) -> None:
    assert [pair for label, (outcome, _), pair in judged if outcome == "met" and label != "met"] == []


def test_nine_of_ten_true_ones_are_found(judged: list[tuple[str, tuple[str, list[str]], dict[str, str]]]) -> None:
    true = [(outcome, codes, pair) for label, (outcome, codes), pair in judged if label == "met"]
    missed = [(codes, pair["item"], pair["row"]) for outcome, codes, pair in true if outcome != "met"]
    assert len(missed) <= (1 - FOUND_AT_LEAST) * len(true), missed
