"""The handful of standards, those of the sample, and the real ones where they are beside the project."""

import csv
import json
import lzma
from collections.abc import Iterator

import pytest

from api.sample import FOLDER as SAMPLE
from tests.conftest import REAL_DATA
from tests.query.shelf import STANDARDS, Shelf, standard

_STATUS = {"现行": "current", "即将实施": "upcoming", "废止": "withdrawn"}


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    found = Shelf(tmp_path_factory.mktemp("shelf"), STANDARDS)
    yield found
    found.engine.close()


@pytest.fixture(scope="session")
def sample_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """724 standards, for who has not the tables."""
    lines = (SAMPLE / "standards.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {
        cells["key"]: standard(cells["number"], cells["title"], cells.get("scope") or "", cells["status"])
        for cells in map(json.loads, lines)
    }
    found = Shelf(tmp_path_factory.mktemp("sample-shelf"), rows)
    yield found
    found.engine.close()


@pytest.fixture(scope="session")
def real_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """66,585 standards; asked for only by tests that are skipped without the tables."""
    with lzma.open(REAL_DATA / "standards" / "cn_standards_merged.csv.xz", "rt", encoding="utf-8", newline="") as lines:
        rows = {
            str(place): standard(
                cells["no"], cells["title"], cells["abstract"], _STATUS.get(cells["status"], "unknown")
            )
            for place, cells in enumerate(csv.DictReader(lines))
        }
    found = Shelf(tmp_path_factory.mktemp("real"), rows)
    yield found
    found.engine.close()
