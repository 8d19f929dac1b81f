"""What is looked for, and what is said where it cannot be had."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.servers import programs
from tests.support.servers.install import install


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its path, whose JDKs stand in ``jvm``."""
    for name in ("ES_JAVA_HOME", "JAVA_HOME", "ZHIXUN_TEST_ELASTICSEARCH_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("ZHIXUN_SERVICES_DIR", str(tmp_path / "scratch"))
    monkeypatch.setattr(programs, "_JAVA_FOLDERS", (f"{tmp_path}/jvm/*",))
    monkeypatch.setattr(programs, "_POSTGRES_FOLDERS", (f"{tmp_path}/postgresql/*/bin",))
    return tmp_path


def _jdk(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch()
    (home / "release").write_text(f'IMPLEMENTOR_VERSION="x-99"\nJAVA_VERSION="{version}"\n')
    return home


def test_the_newest_jdk_is_taken_and_an_old_one_is_none(machine: Path) -> None:
    _jdk(machine / "jvm" / "old", "17.0.15")
    assert programs.java() is None
    newest = _jdk(machine / "jvm" / "a-new-one", "25.0.3")
    _jdk(machine / "jvm" / "between", "21.0.1")
    assert programs.java() == newest


def test_a_named_jdk_comes_first_unless_it_is_too_old(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = _jdk(machine / "jvm" / "newest", "25.0.3")
    monkeypatch.setenv("JAVA_HOME", str(_jdk(machine / "old", "1.8.0_402")))
    assert programs.java() == newest
    monkeypatch.setenv("ES_JAVA_HOME", str(named := _jdk(machine / "named", "21")))
    assert programs.java() == named


def test_the_newest_postgres_is_taken_by_number(machine: Path) -> None:
    for version in ("9.6", "15", "16"):
        (folder := machine / "postgresql" / version / "bin").mkdir(parents=True)
        (folder / "initdb").touch()
        if version != "16":  # a client package alone brings no server
            (folder / "postgres").touch()
    assert programs.postgres() == machine / "postgresql" / "15" / "bin"


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("user", [0, 1000])
def test_each_that_cannot_be_had_is_named_with_what_to_do(user: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: user)
    if user:
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name == "apt-get" else None)
    said: list[str] = []
    assert install(["postgres", "redis", "elasticsearch", "chromium"], said.append) == {
        "postgres": "cannot be had: only root on Debian may fetch it from here; install postgresql",
        "redis": "cannot be had: only root on Debian may fetch it from here; install redis-server",
        "chromium": "cannot be had: only root on Debian may fetch it from here; install chromium fonts-noto-cjk",
        "elasticsearch": "cannot be had: it needs a JDK 21 or newer; install one (ES_JAVA_HOME names it)",
    }
    assert said == []  # nothing was tried


def test_elasticsearch_without_maven_is_named_with_what_to_do(machine: Path) -> None:
    _jdk(machine / "jvm" / "new", "25")
    assert "install maven" in install(["elasticsearch"], print)["elasticsearch"]
