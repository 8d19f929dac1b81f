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
    shown = zhixun.json("calendar", "show", "2027")
    assert not shown["tentative"]
    version = shown["version"]
    assert zhixun.json("calendar", "hours") == {
        "opens": "09:00", "closes": "17:30", "service_days": 15, "changed": False, "version": version
    }  # fmt: skip
    set_ = zhixun.json("calendar", "hours", "--closes", "16:00", "--service-days", "20")
    assert (set_["opens"], set_["closes"], set_["service_days"]) == ("09:00", "16:00", 20)
    assert (set_["changed"], set_["version"]) == (True, version + 1)
    assert "默认服务天数 20" in zhixun("calendar", "hours")
    assert "--opens 09:00" in zhixun("calendar", "hours", "--opens", "15:30", code=2)
    (tmp_path / "bad.json").write_text('{"year": 2027, "days": [{"date": "x"}]}', "utf-8")
    assert "days.0" in zhixun("calendar", "set", str(tmp_path / "bad.json"), code=2)
