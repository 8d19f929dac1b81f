"""Failpoints: nothing unless configured, and then a real signal."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from search_service import failpoints
from search_service.errors import DeclarationError
from search_service.failpoints import configure, failpoint


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    configure("")


def test_an_unnamed_one_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setitem(failpoints._ACTIONS, "sleep", slept.append)
    configure("here=sleep:2, there=sleep:0.5")
    failpoint("elsewhere")
    failpoint("here")
    failpoint("there")
    configure("")
    failpoint("here")
    assert slept == [2, 0.5]


def test_a_kill_is_a_real_one() -> None:
    script = "from search_service.failpoints import *; configure('x=kill:{}'); failpoint('x'); print('alive')"
    codes = {
        chance: subprocess.run([sys.executable, "-c", script.format(chance)], check=False, capture_output=True)
        for chance in (1, 0)
    }
    assert codes[1].returncode == -signal.SIGKILL
    assert codes[0].stdout.strip() == b"alive"


@pytest.mark.parametrize("spec", ["x", "x=explode", "=kill", "x=kill:often"])
def test_what_cannot_be_read_is_refused(spec: str) -> None:
    with pytest.raises(DeclarationError, match="故障点"):
        configure(spec)
