"""Uploads (reliability B1 to B4): what can be read is read, everything else is refused with the reason."""

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_service.errors import Invalid, TooLarge, UnsupportedMedia
from search_service.sheets import guard, read
from search_service.sheets.write import workbook as written
from tests.sheets.sheet_files import cell, lying, packed, parts, sheet, workbook

NUMBER = "GB/T 228.1-2021 金属材料"


def refused(name: str, content: bytes) -> str:
    """The stable code of the refusal; the text is Chinese and says what to do."""
    with pytest.raises(Invalid) as caught:
        read.rows(name, content)
    (problem,) = caught.value.problems
    assert problem.message
    assert problem.hint
    return problem.code


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
    def test_encodings(self, encoding: str) -> None:
        assert read.rows("清单.txt", f"{NUMBER}\r\nJJG 98-2019\r\n".encode(encoding)) == [[NUMBER], ["JJG 98-2019"]]

    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_delimiters(self, delimiter: str) -> None:
        text = f'序号{delimiter}标准编号\n1{delimiter}"GB 1-2000、\nGB 2-2000"\n'
        assert read.rows("a.CSV", text.encode())[0] == ["序号", "标准编号"]

    @pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\x89PNG\r\n\x1a\n\x00", b"\xff\xff\xff", b"GB\x001"])
    def test_bytes_that_are_no_text(self, content: bytes) -> None:
        assert refused("a.txt", content) == "file_not_text"

    @pytest.mark.parametrize("name", ["a.txt", "a.csv"])
    def test_a_workbook_under_another_name(self, name: str) -> None:
        assert refused(name, workbook(cell("A1", "GB 1-2000"))) == "file_not_text"
        assert refused(name, b"%PDF-1.7") == "file_not_text"

    def test_more_lines_than_are_read(self) -> None:
        assert refused("a.txt", b"\n" * (guard.ROWS + 1)) == "file_too_wide"

    @pytest.mark.parametrize("name", ["a.pdf", "a.xls", "a", "a.xlsx.exe", "", "标准.docx", "a.xlsm"])
    def test_other_endings(self, name: str) -> None:
        with pytest.raises(UnsupportedMedia):
            read.rows(name, b"GB 1-2000")

    def test_sizes(self) -> None:
        assert refused("a.txt", b"") == "file_empty"
        with pytest.raises(TooLarge):
            read.rows("a.txt", b"x" * (guard.LARGEST + 1))


class TestWorkbook:
    def test_cells_as_people_see_them(self) -> None:
        rows = (cell("A1", "标准编号") + cell("B1", "数"), cell("A2", NUMBER) + '<c r="B2"><v>12</v></c>')
        assert read.rows("a.xlsx", workbook(*rows)) == [["标准编号", "数"], [NUMBER, "12"]]

    def test_what_we_write_we_read(self) -> None:
        made = written("结果", [("编号", 10), ("数", 5)], [["GB 1-2000", 3]])
        assert read.rows("a.xlsx", made) == [["编号", "数"], ["GB 1-2000", "3"]]

    @pytest.mark.parametrize("content", [b"GB/T 228.1-2021", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
    def test_something_else(self, content: bytes) -> None:
        assert refused("a.xlsx", content) == "file_not_xlsx"

    def test_a_zip_that_is_no_workbook(self) -> None:
        assert (
            refused("a.xlsx", packed({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"})) == "file_not_xlsx"
        )

    def test_a_bomb(self) -> None:
        bomb = sheet(before=" " * (guard.UNPACKED + 1))
        assert refused("a.xlsx", packed(parts(bomb))) == "file_bomb"

    def test_a_bomb_that_lies_about_its_size(self) -> None:
        assert refused("a.xlsx", lying(b" " * (guard.UNPACKED + 1))) in {"file_bomb", "file_broken"}

    def test_a_part_that_shrank_too_much(self) -> None:
        assert refused("a.xlsx", packed(parts(sheet(before=" " * 2_000_000)))) == "file_bomb"

    def test_many_parts(self) -> None:
        many = {f"xl/media/{n}.bin": "x" for n in range(guard.ENTRIES)}
        assert refused("a.xlsx", packed({**parts(sheet()), **many})) == "file_too_many_parts"

    @pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "\\evil"])
    def test_paths_that_lead_outside(self, name: str) -> None:
        assert refused("a.xlsx", packed({**parts(sheet()), name: "x"})) == "file_broken"

    @pytest.mark.parametrize(
        "rows",
        [
            [cell("XFD1", "x")],
            [cell("A1048576", "x")],
            ['</row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'],
            [cell("bz1", "x")],
        ],
    )
    def test_a_cell_far_away(self, rows: list[str]) -> None:
        assert refused("a.xlsx", workbook(*rows)) == "file_too_wide"

    def test_a_dimension_that_lies_harms_nobody(self) -> None:
        made = workbook(cell("A1", NUMBER), before='<dimension ref="A1:XFD1048576"/>')
        assert read.rows("a.xlsx", made) == [[NUMBER]]

    @pytest.mark.parametrize(
        "head",
        [
            '<!DOCTYPE a [<!ENTITY b "GB 1-2000"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
            '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/evil.dtd">',
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        ],
    )
    def test_entities_are_refused_or_stay_unexpanded(self, head: str) -> None:
        made = workbook(cell("A1", "&b;&c;"), head=head)
        try:
            found = read.rows("a.xlsx", made)
        except Invalid:
            return
        assert "GB 1-2000" not in str(found)
        assert "root:" not in str(found)

    def test_cut_short_anywhere(self) -> None:
        whole = workbook(*(cell(f"A{n}", f"GB {n}-2000") for n in range(1, 60)))
        for end in range(0, len(whole) - 1, max(len(whole) // 40, 1)):
            with pytest.raises(Invalid):
                read.rows("a.xlsx", whole[:end])

    def test_a_reader_that_dies_does_not_take_us_along(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(read.child, "__file__", "/nowhere.py")
        assert refused("a.xlsx", workbook(cell("A1", "x"))) == "file_broken"

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=40), st.integers(0, 900))
    def test_damaged_anywhere(self, noise: bytes, at: int) -> None:
        whole = workbook(cell("A1", NUMBER))
        damaged = whole[:at] + noise + whole[at + len(noise) :]
        with suppress(Invalid):
            assert isinstance(read.rows("a.xlsx", damaged), list)


class TestWritten:
    PAYLOADS = (
        *(
            "=1+1",
            "+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1",
            "＝1+1",
            "=cmd|' /C calc'!A0",
            '=HYPERLINK("http://x")',
        ),
        *(
            "http://evil.example",
            "mailto:a@b",
            "internal:A1",
            "external:c:\\x",
            "{=1}",
            "1e5",
            "0012",
            "\x00\x07a",
            "a" * 40_000,
        ),
    )

    def test_nothing_becomes_a_formula_or_a_link(self) -> None:
        made = written("结果", [("原文", 10)], [[text] for text in self.PAYLOADS])
        with zipfile.ZipFile(BytesIO(made)) as archive:
            xml = archive.read("xl/worksheets/sheet1.xml").decode()
            assert not any("hyperlink" in name.lower() for name in archive.namelist())
        assert "<f>" not in xml
        assert "<hyperlink" not in xml
        found = [row[0] for row in read.rows("a.xlsx", made)[1:]]
        kept = ["".join(c for c in text if c >= " " or c in "\t\n")[:32_767] for text in self.PAYLOADS]
        assert found == kept
