"""``zhixun calendar``: shown, counted by, announced."""

import json
from pathlib import Path

from tests.clock.test_notices import FILE
from tests.support.shell import Shell


def test_the_command_line_counts_shows_and_announces(zhixun: Shell, tmp_path: Path) -> None:
    assert zhixun.json("calendar", "add-workdays", "2026-09-30", "3") == {
        "start": "2026-09-30",
        "workdays": 3,
        "date": "2026-10-10",
        "tentative": False,
    }
    assert "暂定" in zhixun("calendar", "add-workdays", "2026-12-30", "3")
    shown = zhixun.json("calendar", "show", "2026")
    assert {"date": "2026-10-10", "working": True, "name": "国庆节"} in shown["days"]
    assert "尚未公布" in zhixun("calendar", "show", "2027")
    assert "2027 年的放假安排尚未录入" in zhixun("doctor", "--only", "calendar")
    (tmp_path / "next.json").write_text(json.dumps(FILE), "utf-8")
    assert zhixun.json("calendar", "set", str(tmp_path / "next.json"))["changed"]
    assert "没有变化" in zhixun("calendar", "set", str(tmp_path / "next.json"))
    assert not zhixun.json("calendar", "show", "2027")["tentative"]
    (tmp_path / "bad.json").write_text('{"year": 2027, "days": [{"date": "x"}]}', "utf-8")
    assert "days.0" in zhixun("calendar", "set", str(tmp_path / "bad.json"), code=2)
