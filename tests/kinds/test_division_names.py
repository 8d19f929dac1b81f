"""Which division a text names."""

import pytest

from api.wiring import Services
from search_service.kinds.division_names import candidates, full
from search_service.kinds.regions import only_meant
from search_service.matching import loading


@pytest.mark.parametrize(
    ("text", "adcode"),
    [
        ("610113", "610113"),
        ("61", "610000"),
        ("西安", "610100"),
        ("雁塔区", "610113"),
        ("西安市雁塔区", "610113"),
        ("西安雁塔", "610113"),
        ("陕西省西安市雁塔区", "610113"),
        ("陕西 西安", "610100"),
        ("无锡市新吴区", "320214"),
        ("江苏省无锡市", "320200"),
        ("北京市朝阳区", "110105"),
        ("长春朝阳区", "220104"),
        ("辽宁朝阳", "211300"),
    ],
)
def test_one_is_meant(sample: Services, text: str, adcode: str) -> None:
    with sample.database.read() as session:
        assert only_meant(candidates(session, text)) == adcode


@pytest.mark.parametrize(
    "text", ["月球", "西安市及周边", "江苏省雁塔区", "雁塔区西安市", "市雁塔区", "西", "", "9999", "词 " * 2_000]
)
def test_nothing_is_called_so(sample: Services, text: str) -> None:
    with sample.database.read() as session:
        assert candidates(session, text) == []


def test_several_of_one_name_are_told(sample: Services) -> None:
    with sample.database.read() as session:
        assert candidates(session, "朝阳区") == ["110105", "220104"]
        assert full(session, ["110105", "220104"]) == ["北京市朝阳区", "吉林省长春市朝阳区"]
        found = loading.resolve(session, "朝阳区")
        assert (found.adcode, found.note) == (None, "地点“朝阳区”可能是北京市朝阳区、吉林省长春市朝阳区")
        assert loading.resolve(session, "月球").note == ""
