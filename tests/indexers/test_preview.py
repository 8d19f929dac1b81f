"""N9: what a change would gain, lose and reorder is seen before it holds, and who is called by name is never lost."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analyzers import words
from analyzers.words import Dictionary
from api import vocabulary as surface
from api.wiring import Services
from indexers import generations, preview
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.engines.base import Ask
from search_service.errors import InProgress
from search_service.query import text_tier
from search_service.query.request import SearchRequest
from search_service.records import vocabulary
from search_service.records.vocabulary import NameLost
from search_service.records.vocabulary_changes import Content
from search_service.store.journal import SearchIndex
from search_service.store.query_log import LoggedQuery
from search_service.store.vocabulary import ControlQuery
from tests.records.conftest import STAFF
from tests.support import rows

REBAR = "热轧带肋钢筋"
CHENGXIN = "江苏澄信检验检测认证股份有限公司"
OPPOSITE = {"add_word": "reset_word"}

Try = Callable[..., dict[str, Any]]


@pytest.fixture
def shelf(services: Services) -> Services:
    """A few records, what is asked for, and an index of each kind."""
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, CHENGXIN)
        rows.capability(session, owner, object=REBAR, parameter="屈服强度")
        rows.capability(session, owner, object="热轧光圆钢筋", parameter="带肋钢筋的尺寸", standards=["GB/T 2-2000"])
        rows.standard(session, "GB/T 1499.2-2018", f"钢筋混凝土用钢 第2部分:{REBAR}", scope="肋的高度")
        rows.standard(session, "GB/T 1-2000", "环境试验", scope="使用霉菌箱试验")
        rows.authorisation(session, owner, instrument="衡器", regulation="JJG 539-2016")
        for text in ("箱", f"{REBAR}屈服强度", "电子秤"):
            session.add(ControlQuery(q=text, note="试"))
        values = {"asked": 3, "missed": 0, "total": 1, "band": "", "kinds": {}, "last_at": services.database.now()}
        session.add(LoggedQuery(day=date(2026, 11, 20), text="钢筋", **values))
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


@pytest.fixture
def tried(shelf: Services) -> Try:
    """A preview of some changes, without a proposal."""

    def found(*changes: dict[str, Any], before: Content | None = None) -> dict[str, Any]:
        content = before or Content({}, {})
        return preview.preview(shelf.database, shelf.engine, content, content.after(changes), surface.scratch)

    return found


def word(text: str, frequency: int = 3) -> dict[str, Any]:
    return {"action": "add_word", "word": text, "frequency": frequency}


def names(found: dict[str, Any]) -> set[tuple[str, str, str | None]]:
    return {(lost["query"], lost["before"], lost["after"]) for lost in found["lost_names"]}


@pytest.mark.usefixtures("both_engines")
def test_a_word_over_the_border_of_two_names_hides_the_record_and_is_refused(shelf: Services, tried: Try) -> None:
    """The 热轧带肋钢筋 case as it is here: object and parameter are typed as one, and a word swallows the border."""
    for text, frequency in ((f"{REBAR}屈服强度", 3), ("钢筋屈服", 5000)):
        found = tried(word(text, frequency))
        assert f"{REBAR}屈服强度" in {query for query, before, after in names(found) if before == "all_words" != after}
        [changed] = [c for c in found["changed"] if c["query"] == f"{REBAR}屈服强度"]
        assert (changed["source"], changed["note"]) == ("control", "试")
    proposal = vocabulary.propose(shelf.database, STAFF, {"reason": "试", "changes": [word("钢筋屈服", 5000)]})
    shown = surface.previewed(shelf, STAFF, proposal["id"])
    assert shown["preview"]["summary"]["lost_names"] > 0
    with pytest.raises(NameLost, match=REBAR):
        vocabulary.activate(shelf.database, STAFF, proposal["id"])


def test_the_word_itself_hides_nothing_once_its_index_is_there(tried: Try) -> None:
    """Names are demanded as adjacent characters, whatever the words: so this one is allowed, honestly."""
    found = tried(word(REBAR))
    assert found["lost_names"] == []
    assert found["queries"]["name"] > 0, "its names were asked for"


def test_words_alone_would_not_find_it_in_an_index_of_other_words(shelf: Services) -> None:
    """P7 as it is known: why no search is ever cut by another dictionary than its index."""
    new = Dictionary(((REBAR, 3),))
    found = []
    for dictionary in (words.SHIPPED, new):
        with words.using(dictionary):
            asked = text_tier.as_words(words.query_words(REBAR))
        found.append(shelf.engine.search("standard", Ask(asked)).total)
    assert found == [1, 0]


def test_a_short_name_that_becomes_a_word_is_no_name_any_more(tried: Try) -> None:
    """澄信 tells the institution apart only as long as it is no word: short forms are made of what nobody knows."""
    found = tried(word("澄信"))
    assert ("澄信检测", "exact_name", "all_words") in names(found)
    assert {lost["title"] for lost in found["lost_names"]} == {CHENGXIN}


def test_a_single_character_that_is_swallowed_is_shown_as_lost(tried: Try) -> None:
    found = tried(word("霉菌箱"))
    [changed] = [c for c in found["changed"] if c["query"] == "箱"]
    assert (changed["total"], changed["gained"]) == ([1, 0], [])
    assert [hit["title"] for hit in changed["lost"]] == ["环境试验"]
    assert found["summary"]["lost"] == 1
    assert found["lost_names"] == []


def test_synonyms_are_tried_on_the_live_index(tried: Try) -> None:
    entry = {"action": "set_synonym", "word": "电子秤", "meaning": "衡器", "relation": "narrower"}
    found = tried(entry)
    assert found["documents"] == 0
    [changed] = found["changed"]
    assert (changed["query"], changed["total"], changed["lost"]) == ("电子秤", [0, 1], [])
    assert [hit["title"] for hit in changed["gained"]] == ["衡器"]
    gone = {"action": "remove_synonym", "word": "电子秤", "meaning": "衡器"}
    back = tried(gone, before=Content({}, {("电子秤", "衡器"): "narrower"}))
    assert [(c["query"], len(c["lost"])) for c in back["changed"]] == [("电子秤", 1)]


def test_what_people_ask_for_is_tried_too(tried: Try) -> None:
    found = tried({"action": "remove_word", "word": "钢筋"})
    assert found["queries"]["log"] == 1
    assert found["queries"]["control"] == 3


def test_of_many_records_those_are_taken_that_the_change_can_touch(tried: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tried(word("钢筋屈服", 5000))
    monkeypatch.setattr(preview, "WHOLE", 0)
    part = tried(word("钢筋屈服", 5000))
    assert (whole["whole"], part["whole"]) == (True, False)
    assert 0 < part["documents"] < whole["documents"]
    assert names(part) == names(whole) != set()


@pytest.mark.usefixtures("both_engines")
def test_nothing_of_it_is_left_and_nobody_notices(
    shelf: Services, tried: Try, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))

    def state() -> Any:
        with shelf.database.read() as session:
            books = sorted(row.name for row in session.query(SearchIndex))
        held = {kind.name: [info.name for info in shelf.engine.list(kind.name)] for kind in shelf.registry.kinds}
        answer = shelf.search.search(SearchRequest(q="钢筋"))
        return books, held, [(hit.kind, hit.id, hit.why) for hit in answer.hits]

    before = state()
    made: list[list[Path]] = []
    fill = preview._fill

    def noted(*given: Any) -> None:
        fill(*given)
        made.append(list(place.iterdir()))
        assert state() == before, "searches go on meanwhile"

    monkeypatch.setattr(preview, "_fill", noted)
    tried(word("霉菌箱"))
    assert [len(found) for found in made] == [2, 2]
    assert list(place.iterdir()) == []
    assert state() == before
    assert words.current() is words.SHIPPED


def test_a_failure_leaves_nothing_either(
    shelf: Services, tried: Try, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    there = set(tmp_path.iterdir())

    def fail(*given: object) -> None:
        del given
        raise RuntimeError("no space")

    monkeypatch.setattr(preview, "_compared", fail)
    with pytest.raises(RuntimeError, match="no space"):
        tried(word("霉菌箱"))
    assert set(tmp_path.iterdir()) == there
    kind = shelf.registry.kind("standard")
    assert len(generations.known(shelf.database, kind)) == 1


def test_an_unfinished_version_is_waited_for(shelf: Services) -> None:
    content = {"reason": "试", "changes": [word("霉菌箱")]}
    first = vocabulary.propose(shelf.database, STAFF, content)["id"]
    surface.previewed(shelf, STAFF, first)
    vocabulary.activate(shelf.database, STAFF, first)
    second = vocabulary.propose(shelf.database, STAFF, {"reason": "试", "changes": [word("淋雨箱")]})["id"]
    with pytest.raises(InProgress, match="standard"):
        surface.previewed(shelf, STAFF, second)
    ensure(shelf.database, shelf.engine)
    shown = surface.previewed(shelf, STAFF, second)
    assert shown["previewed"]
    assert shown["preview"]["lost_names"] == []


def test_one_preview_at_a_time(shelf: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = vocabulary.propose(shelf.database, STAFF, {"reason": "试", "changes": [word("霉菌箱")]})["id"]
    compare = preview._compared

    def meanwhile(*given: Any) -> Any:
        with pytest.raises(InProgress, match="另一个预览"):
            surface.previewed(shelf, STAFF, proposal)
        return compare(*given)

    monkeypatch.setattr(preview, "_compared", meanwhile)
    assert surface.previewed(shelf, STAFF, proposal)["previewed"]
