"""``zhixun match``: the same answer as the API, for people and for scripts."""

import json
from pathlib import Path

from api.wiring import Services
from search_service.matching.match import Matcher
from tests.support.shell import Shell

RICE = {"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}
BODY = {"region": "610113", "start": "2026-12-01", "items": [RICE]}


def write(folder: Path, content: str) -> str:
    path = folder / "requirement.json"
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_the_command_gives_the_same_answer(zhixun: Shell, sample: Services, tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps(BODY))
    assert zhixun.json("match", path) == Matcher(sample.database, sample.engine).match(BODY)
    shown = zhixun("match", path, "--explain")
    assert "满足" in shown
    assert "GB 5009.15-2023" in shown


def test_what_it_cannot_read_it_says(zhixun: Shell, tmp_path: Path) -> None:
    assert "第 1 项没有说明要做什么" in zhixun("match", write(tmp_path, '{"items": [{}]}'), code=2)
    assert "JSON" in zhixun("match", write(tmp_path, "{"), code=2)
    assert "JSON 对象" in zhixun("match", write(tmp_path, "[]"), code=2)
    assert "找不到文件" in zhixun("match", str(tmp_path / "nothing.json"), code=1)
