"""``zhixun doctor --only requirements``: what is late, what the clock cannot do, and what to do about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api import wiring
from api.settings import Settings
from tests.conftest import NOW
from tests.support.shell import Shell
from tests.timekeeping.office import Office


@pytest.fixture
def desk(zhixun: Shell) -> Iterator[Office]:
    """Beside the command, in the same folder."""
    found = wiring.build(Settings(data_dir=Path(zhixun.folder), clock=NOW))
    yield Office(found)
    found.close()


def test_the_doctor_says_what_is_late(zhixun: Shell, desk: Office) -> None:
    assert "没有撮合人员账号" in zhixun("doctor", "--only", "requirements")
    desk.staff("13900000001")
    assert "有 0 项需求待推荐" in zhixun("doctor", "--only", "requirements")
    desk.post("2026-11-16 09:00")
    told = zhixun("doctor", "--only", "requirements", code=1)
    assert "1 项需求过了 3 个工作日仍未推荐" in told
    assert "1 项需求未在 1 个工作日内响应" in told
    assert "/staff/worklist" in told
