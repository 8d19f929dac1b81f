"""The shipped sample, for each test anew."""

import shutil
from pathlib import Path

import pytest

from tests.support.shell import Shell


@pytest.fixture
def zhixun(tmp_path: Path, sample_dir: Path) -> Shell:
    shutil.copytree(sample_dir, tmp_path / "data")
    return Shell(tmp_path / "data")
