"""The shipped handful of standards, and the real ones where they are beside the project."""

import csv
import lzma
from collections.abc import Iterator

import pytest

from tests.conftest import REAL_DATA
from tests.query.shelf import STANDARDS, Shelf, standard

_STATUS = {"现行": "current", "即将实施": "upcoming", "废止": "withdrawn"}


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    found = Shelf(tmp_path_factory.mktemp("shelf"), STANDARDS)
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
