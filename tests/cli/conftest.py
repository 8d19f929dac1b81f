"""The shipped sample, for each test anew; and for tests that need no rows of it a service beside the command."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import wiring
from api.settings import Settings
from api.wiring import Services
from tests.conftest import NOW
from tests.support.shell import Shell


@pytest.fixture
def zhixun(tmp_path: Path, sample_dir: Path) -> Shell:
    shutil.copytree(sample_dir, tmp_path / "data")
    return Shell(tmp_path / "data")


@pytest.fixture
def beside(tmp_path: Path, indexed_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A service without rows, with an index of every kind; commands that run in this process look at its folder."""
    monkeypatch.chdir(tmp_path)  # no `.env` of a developer
    shutil.copytree(indexed_data_dir, tmp_path / "data")
    monkeypatch.setenv("ZHIXUN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ZHIXUN_CLOCK", NOW.isoformat())
    found = wiring.build(Settings(data_dir=tmp_path / "data", clock=NOW))
    yield found
    found.close()
