"""What is searched for is counted without saying who asked, within bounds, and beside the requests."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from api.wiring import Services
from search_service.errors import DatabaseBusy
from search_service.query.request import SearchRequest
from search_service.records import query_log
from search_service.records.query_log import KEPT, QueryLog, kept_text, most_asked, not_found
from search_service.search.answer import Answer, Hit
from search_service.store.query_log import LoggedQuery
from search_service.store.session import Database

TODAY = date(2026, 11, 21)


def answer(*why: str, **given: Any) -> Answer:
    hits = tuple(Hit("standard", "1", None, "/", "题", {}, {}, (code,)) for code in why)
    values = {"total": len(hits), "partial": False, "relaxed": (), "kinds": {"standard": len(hits)}, **given}
    return Answer(query="", understood=(), total_is_exact=True, took_ms=1, facets={}, hits=hits, **values)


def rows(database: Database) -> dict[str, LoggedQuery]:
    with database.read() as session:
        return {row.text: row for row in session.query(LoggedQuery)}


@pytest.fixture
def log(database: Database) -> QueryLog:
    return QueryLog(database)


def test_searches_are_counted_by_day_and_folded_text(log: QueryLog, database: Database) -> None:
    for typed in ("压力表 检定", "压力表　检定 ", "壓力表 檢定"):
        log.noted(SearchRequest(q=typed), answer("all_words", "some_words"))
    log.noted(SearchRequest(q="LED灯具"), answer())
    assert rows(database) == {}, "nothing is written on the way of a request"
    assert log.flush() == 2
    log.noted(SearchRequest(q="压力表 检定"), answer("exact_name"))
    assert log.flush() == 1
    assert log.flush() == 0
    found = rows(database)
    assert set(found) == {"压力表 检定", "led灯具"}
    there = found["压力表 检定"]
    assert (there.day, there.asked, there.missed, there.total, there.band) == (TODAY, 4, 0, 1, "exact_name")
    assert there.kinds == {"standard": 1}
    assert (found["led灯具"].asked, found["led灯具"].missed, found["led灯具"].band) == (1, 1, "")


@pytest.mark.parametrize(
    ("request_", "answered", "missed"),
    [
        (SearchRequest(q="水表"), answer(), 1),
        (SearchRequest(q="水表"), answer("some_words", relaxed=("只包含一部分",)), 1),
        (SearchRequest(q="水表"), answer("all_words"), 0),
        (SearchRequest(q="水表", filters={"region": ("610100",)}), answer(), 0),
    ],
)
def test_what_is_a_miss(
    log: QueryLog, database: Database, request_: SearchRequest, answered: Answer, missed: int
) -> None:
    log.noted(request_, answered)
    log.flush()
    assert rows(database)["水表"].missed == missed


@pytest.mark.parametrize(
    "request_", [SearchRequest(q=""), SearchRequest(q="  "), SearchRequest(q="水表", page=2), SearchRequest(q="\x00")]
)
def test_what_is_no_search_of_its_own_is_not_counted(log: QueryLog, request_: SearchRequest) -> None:
    log.noted(request_, answer("all_words"))
    assert log.flush() == 0


def test_an_answer_without_the_engine_says_nothing_of_the_words(log: QueryLog) -> None:
    log.noted(SearchRequest(q="水表"), answer(partial=True))
    assert log.flush() == 0


PERSONAL = [
    "13812345678",
    "138 1234 5678",
    "138-1234-5678",
    "+86 13812345678",
    "１３８１２３４５６７８",
    "610113199003071234",
    "61011319900307123X",
    "610113 19900307 1234",
    "zhang.san@example.com",
    "zx_abcDEF-123",
]


@pytest.mark.parametrize("secret", PERSONAL)
@pytest.mark.parametrize("around", ["{}", "张某 {} 的检测报告", "电话{}"])
def test_no_personal_number_is_kept(log: QueryLog, database: Database, secret: str, around: str) -> None:
    log.noted(SearchRequest(q=around.format(secret)), answer())
    log.flush()
    [text] = rows(database)
    digits = "".join(c for c in text if c.isascii() and c.isalnum())
    assert digits == "", text
    assert "***" in text


@pytest.mark.parametrize(
    "text",
    ["gb/t 228.1-2021", "240020610001", "jjg 52-2013 压力表", "91610131ma6txkxw0q", "0~60mpa 1.6级", "029-88880000"],
)
def test_numbers_of_the_trade_are_kept(text: str) -> None:
    assert kept_text(text) == text


def test_texts_that_no_database_takes_are_mended(log: QueryLog, database: Database) -> None:
    log.noted(SearchRequest(q="压\x00力\ud800表\n检定"), answer())
    log.flush()
    assert set(rows(database)) == {"压 力 表 检定"}


def test_a_flood_of_different_texts_stays_within_bounds(
    log: QueryLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_log, "MOST_WAITING", 5)
    monkeypatch.setattr(query_log, "MOST_A_DAY", 7)
    for number in range(9):
        log.noted(SearchRequest(q=f"词{number}"), answer())
    assert log.flush() == 5
    for number in range(4, 9):
        log.noted(SearchRequest(q=f"词{number}"), answer())
    log.flush()
    found = rows(database)
    assert set(found) == {f"词{n}" for n in range(7)}
    assert found["词4"].asked == 2, "what is known goes on being counted"


def test_what_is_older_than_a_season_goes(log: QueryLog, database: Database) -> None:
    with database.write() as session:
        for age in (KEPT, KEPT + timedelta(days=1)):
            values = {"asked": 1, "missed": 0, "total": 0, "band": "", "kinds": {}, "last_at": database.now()}
            session.add(LoggedQuery(day=TODAY - age, text="旧", **values))
    log.noted(SearchRequest(q="新"), answer())
    log.flush()
    with database.read() as session:
        assert {row.day for row in session.query(LoggedQuery)} == {TODAY - KEPT, TODAY}


def test_what_cannot_be_written_now_waits(log: QueryLog, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*given: object) -> None:
        del given
        log.noted(SearchRequest(q="水表"), answer("all_words"))  # searches go on meanwhile
        raise DatabaseBusy

    log.noted(SearchRequest(q="水表"), answer())
    log.noted(SearchRequest(q="电表"), answer())
    monkeypatch.setattr(query_log, "_store", busy)
    with pytest.raises(DatabaseBusy):
        log.flush()
    monkeypatch.undo()
    log.flush()
    found = rows(database)
    assert (found["水表"].asked, found["水表"].missed, found["电表"].asked) == (2, 1, 1)


def test_a_thread_writes_and_the_rest_is_written_at_the_end(
    log: QueryLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, store = threading.Event(), query_log._store

    def noted(*given: Any) -> None:
        store(*given)
        written.set()

    monkeypatch.setattr(query_log, "_store", noted)
    monkeypatch.setattr(query_log, "FLUSH_SECONDS", 0.01)
    log.start()
    log.noted(SearchRequest(q="水表"), answer())
    assert written.wait(10)
    monkeypatch.setattr(query_log, "FLUSH_SECONDS", 60)
    log.noted(SearchRequest(q="电表"), answer())
    log.stop()
    assert set(rows(database)) == {"水表", "电表"}


def test_processes_add_up(database: Database) -> None:
    one, other = QueryLog(database), QueryLog(database)
    for log in (one, other, other):
        log.noted(SearchRequest(q="水表"), answer())
    one.flush()
    other.flush()
    assert rows(database)["水表"].asked == 3


def test_lists_are_over_days_the_most_frequent_first(database: Database) -> None:
    values = {"band": "", "kinds": {}}
    with database.write() as session:
        for text, age, asked, missed, total in (
            ("常查", 0, 10, 0, 5),
            ("查无", 1, 2, 2, 0),
            ("查无", 0, 3, 3, 1),
            ("偶尔", 0, 4, 4, 0),
            ("很久以前", 40, 99, 99, 0),
        ):
            at = database.now() - timedelta(days=age)
            day = TODAY - timedelta(days=age)
            row = LoggedQuery(day=day, text=text, asked=asked, missed=missed, total=total, last_at=at, **values)
            session.add(row)
    with database.read() as session:
        since = TODAY - timedelta(days=30)
        assert [a.text for a in most_asked(session, since, 9)] == ["常查", "查无", "偶尔"]
        assert [(a.text, a.missed, a.found) for a in not_found(session, since, 9)] == [("查无", 5, 1), ("偶尔", 4, 0)]
        assert [a.text for a in not_found(session, since, 1)] == ["查无"]


def test_only_what_people_ask_is_counted(services: Services) -> None:
    services.search.search(SearchRequest(q="命令行"))
    assert services.query_log.flush() == 0
