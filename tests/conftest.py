"""Fixtures of the whole suite: a wired service in a folder of its own, with a clock that stands where the test says."""

import fcntl
import math
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from api import wiring
from api.sample import FOLDER as SAMPLE
from api.settings import Settings
from api.wiring import Services
from search_service.records.interchange import load
from search_service.search import counting, ladder
from tests.support.memory import folder_in_memory

pytest_plugins = ["tests.support.server_fixtures", "tests.support.both_databases"]

# No test asserts a time: the machine may be busy with others.
settings.register_profile("any time", deadline=None)
settings.load_profile("any time")

if in_memory := folder_in_memory():
    # Pytest's own name for where its folders go; a commit waits for the disk otherwise, thousands of times.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(in_memory))

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai on the day that the sample was written for."""

FIGURES = "figures"
"""Name of the property in which a test leaves what it measured."""

REAL_DATA = Path(__file__).parent.parent.parent / "shared" / "data"
WITHOUT = "the real tables are not beside the project (../shared/data)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on the real tables run where the tables are, with those that need minutes; the sample has its own."""
    for item in items:
        if "real_data" in item.keywords:
            item.add_marker(pytest.mark.slow)
    if REAL_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason=WITHOUT)
    for item in items:
        if "real_data" in item.keywords:
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured, whichever process they ran in and however quiet it is."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    if not REAL_DATA.is_dir():
        terminalreporter.write_line(
            f"{WITHOUT}: instead of 66,585 standards the 724 of the sample were tried; the rest needs the tables"
        )
    told = [
        f"{report.nodeid}: {figures}"
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, figures in report.user_properties
        if name == FIGURES
    ]
    if told:
        terminalreporter.section(FIGURES)
        terminalreporter.write_line("\n".join(told))


@pytest.fixture
def real_data() -> Path:
    """The folder of the real tables."""
    return REAL_DATA


@pytest.fixture(scope="session")
def empty_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("empty")
    wiring.build(Settings(data_dir=folder, clock=NOW)).close()
    return folder


@pytest.fixture(scope="session")
def indexed_data_dir(tmp_path_factory: pytest.TempPathFactory, empty_data_dir: Path) -> Path:
    """The same with an index of every kind, empty as well: each costs a test fifty milliseconds to make."""
    folder = tmp_path_factory.mktemp("indexed") / "data"
    shutil.copytree(empty_data_dir, folder)
    found = wiring.build(Settings(data_dir=folder, clock=NOW))
    wiring.bring_up_to_date(found)
    found.close()
    return folder


INDEXED = ("api", "recommendation", "requirements", "search", "standards", "timekeeping")
"""Rooms whose tests ask an index and do not care how it came to be."""


@pytest.fixture
def no_index() -> None:
    """Asked for by tests of a service whose indices nobody has made."""


@pytest.fixture
def begins_with(request: pytest.FixtureRequest, database_url: str, engine_settings: dict[str, Any]) -> Path:
    """The data folder that an empty service is copied from."""
    room = request.path.relative_to(Path(__file__).parent).parts[0]
    indexed = room in INDEXED and "no_index" not in request.fixturenames and not database_url and not engine_settings
    found: Path = request.getfixturevalue("indexed_data_dir" if indexed else "empty_data_dir")
    return found


@pytest.fixture
def services(
    tmp_path: Path, begins_with: Path, database_url: str, engine_settings: dict[str, Any]
) -> Iterator[Services]:
    """An empty service."""
    folder = tmp_path / "data"
    shutil.copytree(begins_with, folder)
    found = wiring.build(Settings(data_dir=folder, clock=NOW, database_url=database_url, **engine_settings))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's environment must not reach a test."""
    for name in list(os.environ):
        if name.startswith("ZHIXUN_") and not name.startswith("ZHIXUN_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def no_hurry() -> Iterator[None]:
    """On a busy machine rungs or facets would be left out, and an answer differ from the next one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder, "SECONDS", math.inf)
        patch.setattr(counting, "WITHIN", 60.0)
        yield


@pytest.fixture(scope="session")
def sample_dir(tmp_path_factory: pytest.TempPathFactory, empty_data_dir: Path) -> Path:
    """A data folder with the shipped sample, indexed; made once, also where several processes share the tests."""
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample-made"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _fill(empty_data_dir, made)
    folder = tmp_path_factory.mktemp("sample") / "data"
    shutil.copytree(made, folder)
    return folder


def _fill(empty: Path, folder: Path) -> None:
    half = folder.with_suffix(".half")
    shutil.copytree(empty, half)
    found = wiring.build(Settings(data_dir=half, clock=NOW))
    load(found.database, sorted(SAMPLE.glob("*.jsonl")))
    wiring.bring_up_to_date(found)
    found.close()
    half.rename(folder)


@pytest.fixture(scope="session")
def sample(sample_dir: Path) -> Iterator[Services]:
    """The sample, for reading only."""
    found = wiring.build(Settings(data_dir=sample_dir, clock=NOW))
    yield found
    found.close()
