"""Logs: machines can read them, and nobody's personal data is in them."""

import json
import logging
from collections.abc import Iterator

import pytest

from api import logs
from api.settings import Settings

SECRETS = {
    "13812345678": "138****5678",
    "610113199001011234": "6101**********1234",
    "61011319900101123X": "6101**********123X",
    "wang.fang@example.com.cn": "w***@example.com.cn",
    "zx_SVA9kd-93_kd": "zx_***",
    "Bearer abc.def": "Bearer ***",
    "/requirements/1?secret=Y97xj2-Lh_R&x=1": "/requirements/1?secret=***&x=1",
    "/login?next=%2Frequirements%2F1%3Fsecret%3DY97xj2-Lh_R": "/login?next=%2Frequirements%2F1%3Fsecret%3D***",
    "/login?next=%252Fr%253Fsecret%253dY97xj2": "/login?next=%252Fr%253Fsecret%253d***",
    "postgresql+psycopg://zhixun:s3cret@db/zhixun": "postgresql+psycopg://zhixun:***@db/zhixun",
}
HARMLESS = ("GB/T 228.1-2021", "91610131MA6TXKXW0Q", "20261121103000", "12345678901", "610113", "13800000")


@pytest.fixture
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize("secret", SECRETS)
def test_what_belongs_to_a_person_or_opens_a_door_is_masked(secret: str) -> None:
    assert logs.masked(f"联系人（{secret}）。") == f"联系人（{SECRETS[secret]}）。"


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_of_things_stay(text: str) -> None:
    assert logs.masked(text) == text


@pytest.mark.usefixtures("as_before")
def test_every_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("电话 13812345678\n不对")

    logs.set_up(Settings(mode="production"))  # here, where the error stream is the one that the test reads
    try:
        fail()
    except ValueError:
        logging.getLogger("zhixun.test").exception("不能保存 %s", "13812345678", extra={"phone": "13812345678"})
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["event"] == "不能保存 138****5678"
    assert told["level"] == "error"
    assert "138****5678" in told["exception"]
    assert "13812345678" not in line
