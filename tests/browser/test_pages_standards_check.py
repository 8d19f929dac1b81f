"""The page where many standard numbers are checked: forms, uploads, downloads; then in a real Chromium."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from search_service.sheets import read
from search_service.sheets.guard import LARGEST
from tests.sheets.sheet_files import cell, workbook

CHECK = "/standards/check"
PASTED = "gbt228.1-2010\nBG/T 228.1-2021\nJJG52\n=cmd|' /C calc'!A0\n<script>alert(1)</script>"


def shown(client: TestClient, status: int = 200, **given: Any) -> str:
    answer = client.post(CHECK, **given)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def alert(html: str) -> str:
    found = re.search(r'role="alert".*?</section>', html, re.DOTALL)
    assert found
    return found[0]


def test_the_form_and_how_one_gets_there(client: TestClient) -> None:
    assert f'href="{CHECK}"' in client.get("/").text
    html = client.get(CHECK).text
    assert 'enctype="multipart/form-data"' in html
    assert '<option value="610100">西安市</option>' in html
    assert "<table" not in html


def test_a_link_can_hold_the_numbers(client: TestClient) -> None:
    html = client.get(CHECK, params={"text": "GB/T 228.1-2010", "region": "610113"}).text
    assert "GB/T 228.1-2021" in html
    assert '<option value="610113" selected>雁塔区</option>' in html


def test_results_are_said_in_words_and_typed_text_stays_text(client: TestClient) -> None:
    html = shown(client, data={"text": PASTED, "region": "610000"})
    for word in ("一致", "补全", "有歧义", "未收录", "废止", "现行", "缺年号,取现行版", "机构限 陕西省"):
        assert word in html
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert re.search(r'href="/search\?q=GB%2FT\+228.1-2021&amp;kind=capability&amp;region=610000"', html)


def test_a_501st_number_is_refused_and_the_text_is_kept(client: TestClient) -> None:
    html = shown(client, 422, data={"text": "GB 1-2000\n" * 501})
    assert "501 个标准编号,一次至多 500 个" in alert(html)
    assert html.count("GB 1-2000") == 501
    assert "<title>错误" in html


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_in_either_encoding(client: TestClient, encoding: str) -> None:
    table = "序号,名称,标准编号\n1,拉伸,GB/T 228.1-2010\n2,天平,JJG 98—2019\n".encode(encoding)
    html = shown(client, files={"file": ("清单.csv", table)}, data={"text": "GB 9999-1999"})
    assert "共 2 个编号" in html
    assert "GB 9999" not in html


def test_a_workbook(client: TestClient) -> None:
    made = workbook(cell("A1", "标准号"), cell("A2", "GB/T 228.1-2010"), cell("A3", "228.10"))
    assert "共 2 个编号" in shown(client, files={"file": ("清单.xlsx", made)})


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("a.pdf", b"%PDF-1.7", 415, "请上传 .txt、.csv 或 .xlsx"),
        ("a.xlsx", b"GB 1-2000", 422, "内容不是 Excel 工作簿"),
        ("a.csv", workbook(cell("A1", "x")), 422, "内容是Excel"),
        ("a.txt", b"\x00\x01", 422, "不是文本"),
        ("a.txt", b"", 422, "文件是空的"),
        ("a.txt", b"x" * (LARGEST + 1), 413, "超过上限 1 MB"),
        ("a.xlsx", workbook(cell("XFD1", "x")), 422, "60 列"),
    ],
)
def test_an_upload_that_is_not_what_it_says(
    client: TestClient, name: str, content: bytes, status: int, said: str
) -> None:
    assert said in alert(shown(client, status, files={"file": (name, content)}))


def test_the_workbook_out(client: TestClient) -> None:
    answer = client.post(CHECK, data={"text": PASTED, "output": "xlsx"})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    rows = read.rows("a.xlsx", answer.content)
    assert rows[0][:5] == ["行", "原文", "把握", "说明", "标准编号"]
    assert [row[1] for row in rows[1:]] == PASTED.splitlines()
    assert rows[1][4:7] == ["GB/T 228.1-2010", "金属材料 拉伸试验 第1部分：室温试验方法", "废止"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()


def test_broken_forms_are_refused(client: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
    assert client.post(CHECK, content=b"--x\r\nnonsense", headers=headers).status_code in {400, 422}
    assert client.post(CHECK, data={"text": "GB 1\x00\u202e\ufffe"}).status_code in {200, 422}


@pytest.mark.browser
class TestInABrowser:
    @pytest.mark.parametrize("script", [True, False])
    def test_paste_upload_and_download(self, chromium: Browser, site: str, tmp_path: Path, *, script: bool) -> None:
        context = chromium.new_context(base_url=site, java_script_enabled=script, accept_downloads=True)
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="查标准").click()
        page.get_by_label("标准编号，一行一个").fill("GB/T 228.1-2010\nBG/T 228.1-2021")
        page.get_by_label("只数这个地区的机构").select_option(label="西安市")
        page.get_by_role("button", name="查询").click()
        table = page.get_by_role("table")
        expect(table.get_by_role("row")).to_have_count(3)
        expect(table).to_contain_text("有歧义")
        table.get_by_role("link", name="GB/T 228.1-2021").first.click()
        expect(page.locator(".record-number")).to_have_text("GB/T 228.1-2021")

        page.goto(CHECK)
        (tmp_path / "清单.csv").write_bytes("标准编号\nJJG 52-2013\n".encode("gb18030"))
        page.get_by_label("或者上传文件").set_input_files(tmp_path / "清单.csv")
        page.get_by_role("button", name="查询").click()
        expect(page.get_by_role("table")).to_contain_text("JJG 52-2013")
        with page.expect_download() as download:
            page.get_by_role("button", name="下载 Excel 结果").click()
        assert download.value.suggested_filename.endswith(".xlsx")
        assert read.rows("a.xlsx", Path(download.value.path()).read_bytes())[1][4] == "JJG 52-2013"
        context.close()

    @pytest.mark.parametrize("width", [320, 1280])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_for_everybody(self, chromium: Browser, site: str, width: int, scheme: str) -> None:
        form = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
        context = chromium.new_context(base_url=site, reduced_motion="reduce", **form)
        page = context.new_page()
        for path in (
            CHECK,
            f"{CHECK}?text=GB/T 228.1-2010%0ABG/T 228.1-2021%0AJJG52%0A压力表",
            f"{CHECK}?text=x&region=火星",
        ):
            page.goto(path)
            assert [v["id"] for v in Axe().run(page).response["violations"]] == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        context.close()
