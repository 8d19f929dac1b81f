"""A standard's page: its editions and who works to which, its parts, what it adopts; all of it visible now."""

import re
from collections.abc import Callable

from starlette.testclient import TestClient

Address = Callable[..., str]


def part(html: str, name: str) -> str:
    """A section by the id of its heading."""
    found = re.search(rf'aria-labelledby="{name}".*?</section>', html, re.DOTALL)
    assert found, name
    return found[0]


def test_editions_with_those_who_work_to_them(client: TestClient, address: Address) -> None:
    here = address("standard", number="GB/T 228.1-2010")
    editions = part(client.get(here).text, "editions")
    rows = re.findall(r"<tr>.*?</tr>", editions, re.DOTALL)[1:]
    assert [re.findall(r"GB/T 228\.1-\d{4}", row)[0] for row in rows] == ["GB/T 228.1-2021", "GB/T 228.1-2010"]
    assert "（本页）" in rows[1]
    counted = client.post("/api/v1/standards/check", json={"numbers": ["GB/T 228.1-2021", "GB/T 228.1-2010"]}).json()[
        "results"
    ]
    for row, result in zip(rows, counted, strict=True):
        assert f">{result['institutions']} 家</a>" in row
        assert len(set(re.findall(r'href="/institutions/([^"]+)"', row))) == result["institutions"] > 0


def test_what_no_certificate_proves_is_labelled(client: TestClient, address: Address) -> None:
    shown = [
        part(client.get(address("standard", number=number)).text, "editions")
        for number in ("JJG 52-2013", "GB/T 228.1-2021", "GB 2762-2022", "JJG 539-2016", "GB 5009.15-2023")
    ]
    proven = [row for html in shown for row in re.findall(r'<li><a href="/institutions/.*?</li>', html, re.DOTALL)]
    assert proven
    assert all(("未核验" in row) == ("badge-quiet" in row) for row in proven)


def test_other_parts_each_once(client: TestClient, address: Address) -> None:
    parts = part(client.get(address("standard", number="GB/T 228.1-2010")).text, "parts")
    assert re.findall(r'class="number" href="[^"]+">([^<]+)<', parts) == [
        "GB 228-76",
        "GB/T 228-2002",
        "GB/T 228.2-2015",
        "GB/T 228.3-2019",
        "GB/T 228.4-2019",
    ]


def test_adoption_as_the_text_says_it(client: TestClient, address: Address) -> None:
    adopted = part(client.get(address("standard", number="ISO 9001:2015")).text, "adoptions")
    assert "等同采用" in adopted
    assert "GB/T 19001-2016" in adopted


def test_the_page_leads_to_the_check(client: TestClient, address: Address) -> None:
    html = client.get(address("standard", number="GB/T 228.1-2010")).text
    (link,) = re.findall(r'href="(/standards/check\?text=[^"]+)"', html)
    assert "GB/T 228.1-2021" in client.get(link).text
