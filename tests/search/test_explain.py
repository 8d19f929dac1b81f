"""An explanation accounts for every score to the hundredth, on both engines, and says in words what did it."""

import pytest

from api.wiring import Services
from search_service.query.request import SearchRequest

QUERIES = [
    "GB/T 228.1-2021",
    "228.1",
    "热轧带肋钢筋",
    "大米 镉",
    "西安 压力表 检定",
    "钢筋混凝土用钢 第2部分:热轧带肋钢筋",
    "请问生活饮用水有什么标准",
    "yali biao",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_parts_add_up_to_the_score(sample: Services, query: str) -> None:
    found = sample.search.explain(SearchRequest(q=query, size=20))
    assert found.answer.hits
    assert [one.id for one in found.hits] == [hit.id for hit in found.answer.hits]
    for one, hit in zip(found.hits, found.answer.hits, strict=True):
        assert (one.band,) == hit.why or one.loosened
        # Each part is rounded by itself.
        assert one.score == pytest.approx(sum(part.score for part in one.parts), abs=0.01 * (len(one.parts) + 1))
        assert all(part.text for part in one.parts)


def test_it_says_which_words_did_it(sample: Services) -> None:
    first = sample.search.explain(SearchRequest(q="GB/T 228.1-2021 拉伸", kinds=("standard",))).hits[0]
    assert first.band == "identifier"
    said = " ".join(part.text for part in first.parts)
    assert "自有编号" in said
    assert "拉伸" in said
    assert "加分项 current" in said


def test_every_step_is_timed(sample: Services) -> None:
    took = sample.search.explain(SearchRequest(q="压力表")).took
    assert {"understand", "compile", "engine", "present", "facets"} <= set(took)


def test_explaining_changes_nothing(sample: Services) -> None:
    request = SearchRequest(q="压力表 检定", size=20)
    plain, explained = sample.search.search(request), sample.search.explain(request).answer
    assert [hit.id for hit in plain.hits] == [hit.id for hit in explained.hits]
    assert plain.kinds == explained.kinds
