"""Inputs that nobody should send (reliability B8 to B11): refused in Chinese with what to do, never a 500."""

import gzip
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.testclient import TestClient

from api.problems import LARGEST_BODY
from api.wiring import Services
from search_service.kinds import REGISTRY
from search_service.store.standard import Standard
from tests.api.conftest import Headers, assert_problem, bearer, leaks

NAUGHTY = [
    *(
        "\x00",
        "压\x00力",
        "\x7f",
        "\x1f",
        "\x1b[31m",
        "\r\n",
        "\t",
        "　",
        "\ufeff",
        "\ufffe",
        "\U0010ffff",
        "\U000e0001",
    ),
    *(
        "\ud800",
        "\udfff压力",
        "压\ud83d",
        "\u202e压力表\u202c",
        "\u2066\u2067",
        "\u200b",
        "\u200b" * 250,
        "压\u200b力\u200d表",
    ),
    *("ﷺ" * 100, "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 9, "a\u0300" * 99, "ß", "İ", "ǆ", "ﬀ", "①②③", "½", "〇", "㈱" * 200, "㎏", "Ⅷ"),
    *(
        "*",
        "?",
        "/.*/",
        '"',
        '"压力',
        "“压力",
        "'",
        "''",
        "\\",
        '\\"',
        "%",
        "_",
        "%_%",
        "^",
        "~",
        "a~2",
        "a^9",
        "|",
        "&&",
    ),
    *(
        "AND",
        "AND OR ((",
        "NOT",
        "phone:138*",
        "title:*",
        "_all:*",
        "*:*",
        "NEAR(",
        "NEAR(a b, 3)",
        "[1 TO 2]",
        "{* TO *}",
    ),
    *(
        "-",
        "--",
        "+",
        "-压力",
        "+压力",
        "(",
        ")",
        "(" * 200,
        ")" * 200,
        "[]{}",
        ",",
        ".",
        "...",
        "、",
        "/",
        "//",
        "://",
    ),
    *("' OR 1=1 --", "'; DROP TABLE standard; --", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'),
    *("{{7*7}}", "${7*7}", "{%raw%}", "#{1}", "../../etc/passwd", "%00", "..%2f", "%n%s", "\\u0000", "javascript:1"),
    *(
        "NaN",
        "null",
        "undefined",
        "None",
        "true",
        "0",
        "-1",
        "1e308",
        "9" * 200,
        "1." * 100,
        "٣٤٥",
        "२०२१",
        "ＧＢ／Ｔ ２２８",
    ),
    *(
        "GB",
        "GB/T",
        "GB " * 66,
        "GB/T " * 40,
        "GB/T 1 " * 28,
        "GB/T " + "9" * 190,
        "GB/T 228.1-" + "2" * 100,
        "GB/T ²²⁸",
    ),
    *(
        "Q/" + "A" * 190,
        "T/" + "/" * 190,
        "DB",
        "DB11",
        "228.1-",
        "-2021",
        "GB/T228.1-2021/XG1-2022",
        "zhongguo",
        "a " * 100,
    ),
    *("x" * 200, "x" * 201, "压" * 200, "压" * 201, "词 " * 4_000, "x" * 60_000),
]
"""B8; the lists of others were read, this one is our own."""


def quoted(text: str) -> str:
    """As a client that does not care would send it: lone surrogates, too."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


ASKED = [
    "/api/v1/search?q={}",
    "/api/v1/suggest?q={}",
    "/search?q={}",
    *(f"/api/v1/{kind.plural}?q={{}}" for kind in REGISTRY.kinds),
    "/api/v1/certificates?number={}",
    "/api/v1/certificates?institution={}",
    "/api/v1/divisions?name={}",
    "/api/v1/search?region={}",
    "/api/v1/search?institution={}",
    "/api/v1/search?ccs={}",
    "/api/v1/search?valid_on={}",
    "/api/v1/search?kind={}",
    "/api/v1/search?sort={}",
    "/api/v1/search?page={}",
    "/api/v1/search?{}=1",
    "/search?region={}",
    "/search?page={}",
    "/search?kind={}",
]


def asked_raw(client: TestClient, path: str, query: bytes) -> tuple[int, bytes]:
    """Ask the application itself: the client refuses addresses above 64 kB."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": [], "http_version": "1.1"}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    assert client.portal is not None
    client.portal.call(client.app, scope | {"root_path": "", "server": ("testserver", 80)}, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def judge(answer: Any) -> str | None:
    """What is wrong with an answer to any text at all."""
    if answer.status_code not in {200, 400, 422}:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code != 200 and answer.headers["content-type"] != "application/problem+json":
        return answer.headers["content-type"]
    sent = unquote(str(answer.request.url)).lower()
    if answer.status_code != 200 and (found := [word for word in leaks(answer.text) if word not in sent]):
        return str(found)  # what was sent may be quoted: hypothesis tries words of our own sources, too
    return None


class TestTexts:
    @pytest.mark.parametrize("path", ASKED[:3])
    def test_the_box_takes_any_text(self, client: TestClient, path: str) -> None:
        wrong = {text[:40]: said for text in NAUGHTY if (said := judge(client.get(path.format(quoted(text)))))}
        assert wrong == {}

    def test_so_does_every_other_parameter(self, client: TestClient) -> None:
        """Each text at some of the addresses, each address with many of the texts."""
        paths = cycle(ASKED[3:])
        asked = [(next(paths), text) for text in NAUGHTY for _ in range(3)]
        wrong = {(p, text[:40]): said for p, text in asked if (said := judge(client.get(p.format(quoted(text)))))}
        assert wrong == {}

    @pytest.mark.parametrize("path", ASKED[:4])
    def test_generated_texts(self, client: TestClient, path: str) -> None:
        """The same as bytes: a URL may hold what is no UTF-8."""

        @settings(
            max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(
            st.text(max_size=210).map(str.encode)
            | st.text(st.sampled_from("GB/T 1.2-年检（）*\"'")).map(str.encode)
            | st.binary()
        )
        def run(raw: bytes) -> None:
            assert judge(client.get(path.format(quote(raw, safe="")))) is None

        run()

    @pytest.mark.slow
    @pytest.mark.parametrize("path", ASKED)
    def test_many_generated_texts(self, client: TestClient, path: str) -> None:
        @settings(max_examples=1_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.text(max_size=210) | st.text(st.sampled_from("GB/T 1.2-年检（）*\"'西安压力表"), max_size=60))
        def run(text: str) -> None:
            assert judge(client.get(path.format(quoted(text)))) is None

        run()

    @pytest.mark.parametrize(
        "text", ["x" * 1_000_000, "词 " * 10_000, "GB/T 1 " * 10_000], ids=["1 MB", "words", "numbers"]
    )
    @pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/suggest", "/search", "/api/v1/capabilities"])
    def test_more_than_any_client_would_send(self, client: TestClient, path: str, text: str) -> None:
        status, body = asked_raw(client, path, f"q={quoted(text)}".encode())
        assert status == 422
        assert "超过上限 200 字" in body.decode()

    def test_the_limit_counts_what_is_left_after_folding(self, client: TestClient) -> None:
        for path in ("/api/v1/search", "/api/v1/suggest", "/api/v1/standards"):
            for text in ("压" * 200, "\u200b" * 300 + "压力"):
                assert client.get(path, params={"q": text}).status_code == 200
            for text, length in (("压" * 201, 201), ("㈱" * 70, 210)):
                problem = assert_problem(client.get(path, params={"q": text}), 422, "invalid")
                assert [(e["loc"], e["code"]) for e in problem["errors"]] == [("query.q", "too_long")]
                assert f"{length} 字" in problem["errors"][0]["message"]
                assert "200" in problem["errors"][0]["message"]

    def test_what_is_stored_is_shown_as_text(self, http: TestClient, services: Services) -> None:
        """Any text in a field is stored or refused; what is stored comes back, and is only text on its page."""
        staff = bearer(services, "staff")
        stored = 0
        for n, text in enumerate(t for t in NAUGHTY if len(t) < 1000 and not any("\ud800" <= c <= "\udfff" for c in t)):
            body = {"number": f"GB/T {70000 + n}-2020", "title": text}
            made = http.post("/api/v1/standards", json=body, headers=staff)
            if made.status_code != 201:
                problem = assert_problem(made, 422, "invalid")
                assert {e["loc"] for e in problem["errors"]} == {"title"}
                continue
            stored += 1
            assert made.json()["title"] == text.strip()
            page = http.get(f"/standards/{made.json()['id']}")
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
        assert stored > len(NAUGHTY) // 2


class TestParameters:
    """B9."""

    @pytest.mark.parametrize(
        "page", ["0", "-1", "1000000000", "201", "99999999999999999999", "1.5", "x", "１", "²", "0x1", "--5", "-", "5-"]
    )
    @pytest.mark.parametrize(
        "path", ["/api/v1/search", "/api/v1/standards", "/api/v1/divisions", "/api/v1/certificates"]
    )
    def test_pages(self, client: TestClient, path: str, page: str) -> None:
        if path.endswith(("divisions", "certificates")) and page == "201":
            return  # nothing is mixed there, so a thousand pages can be turned
        problem = assert_problem(client.get(path, params={"page": page}), 422, "invalid")
        (error,) = problem["errors"]
        assert error["loc"] == "query.page"
        assert error["message"]
        assert error["hint"]

    @pytest.mark.parametrize("size", ["0", "-1", "101", "1000000", "x", "--5"])
    @pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/standards", "/api/v1/divisions", "/api/v1/suggest"])
    def test_sizes(self, client: TestClient, path: str, size: str) -> None:
        q = {} if path.endswith("divisions") else {"q": "压力"}
        problem = assert_problem(client.get(path, params={"size": size} | q), 422, "invalid")
        (error,) = problem["errors"]
        assert error["loc"] == "query.size"
        assert size in {"x", "--5"} or "100" in error["message"]

    def test_the_last_page_that_can_be_seen_is_said(self, client: TestClient) -> None:
        assert client.get("/api/v1/search", params={"page": 20, "size": 100}).status_code == 200
        problem = assert_problem(client.get("/api/v1/search", params={"page": 21, "size": 100}), 422)
        assert "20" in problem["errors"][0]["hint"]

    @pytest.mark.parametrize(
        "sort", ["contact", "complaint_phone", "id", "deleted_at", "_score", "seq", "Name", "name,id"]
    )
    def test_sorts_are_those_that_exist(self, client: TestClient, sort: str) -> None:
        for path in ("/api/v1/search", "/api/v1/institutions"):
            (error,) = assert_problem(client.get(path, params={"sort": sort}), 422)["errors"]
            assert (error["loc"], error["code"]) == ("query.sort", "unknown_sort")
            assert error["hint"] == "可用:relevance、newest、name"

    @pytest.mark.parametrize(
        "name", ["contact", "contact_phone", "deleted_at", "id", "row_version", "visible_until", "cursor"]
    )
    def test_filters_are_those_that_exist(self, client: TestClient, name: str) -> None:
        (error,) = assert_problem(client.get("/api/v1/institutions", params={name: "1"}), 422)["errors"]
        assert (error["loc"], error["code"]) == (f"query.{name}", "unknown_filter")
        assert error["hint"] == "可用:business_kind、nature、region"
        (error,) = assert_problem(client.get("/api/v1/divisions", params={name: "1"}), 422)["errors"]
        assert (error["loc"], error["code"]) == (f"query.{name}", "unknown_filter")
        assert "adcode" in error["hint"]

    def test_a_filter_of_another_kind_is_unknown_here(self, client: TestClient) -> None:
        (error,) = assert_problem(client.get("/api/v1/standards", params={"region": "610000"}), 422)["errors"]
        assert error["hint"] == "可用:ccs、ics、status、valid_on"

    def test_values_are_refused_with_those_that_exist(self, client: TestClient) -> None:
        params = {"service": "修理", "region": "火星", "valid_on": "2026-02-30", "sort": "x", "size": 0, "nothing": 1}
        problem = assert_problem(client.get("/api/v1/search", params=params), 422, "invalid")
        errors = {error["loc"]: error for error in problem["errors"]}
        assert set(errors) == {f"query.{name}" for name in params}
        assert "检定" in errors["query.service"]["hint"]
        assert "六位行政区划代码" in errors["query.region"]["hint"]
        assert "YYYY-MM-DD" in errors["query.valid_on"]["hint"]

    @pytest.mark.parametrize("kind", ["nothing", "capabilities", "certificate", "division", "CAPABILITY"])
    def test_kinds_are_those_that_exist(self, client: TestClient, kind: str) -> None:
        for path in ("/api/v1/search", "/api/v1/suggest"):
            (error,) = assert_problem(client.get(path, params={"kind": ["standard", kind]}), 422)["errors"]
            assert error["code"] == "unknown_kind"
            assert error["hint"] == "可用:standard、institution、capability、authorisation、plan、catalogue_entry"


def chunks(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    yield b'{"title": "'
    for _ in range(size // 65_536 + 1):
        yield b"x" * 65_536


class TestBodies:
    """B10."""

    @pytest.fixture
    def staff(self, scratch: Services) -> Headers:
        return bearer(scratch, "staff") | {"Content-Type": "application/json"}

    @pytest.fixture
    def http(self, scratch_client: TestClient) -> TestClient:
        """The sample that may be written into: what is refused leaves nothing."""
        return scratch_client

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"[" * 100_000, "too_deep"),
            (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
            (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
            (b'{"title": ' + b"9" * 5_000 + b"}", "number"),
            (b'{"title": 1e99999}', "number"),
            (b'{"title": NaN}', "number"),
            (b'{"title": -Infinity}', "number"),
            (b'{"title": "a", "title": "b"}', "duplicate_name"),
            (b'{"title": "\\ud800"}', "surrogate"),
            (b'{"title": "\xff"}', "encoding"),
            ('{"title": "a"}'.encode("utf-16"), "encoding"),
            (b'{"title": "a"', "json"),
            (b"", "json"),
        ],
        ids=lambda value: value if isinstance(value, str) else repr(value[:20]),
    )
    def test_malformed(self, http: TestClient, staff: Headers, content: bytes, code: str) -> None:
        problem = assert_problem(http.post("/api/v1/standards", content=content, headers=staff), 400, "malformed")
        assert [(e["loc"], e["code"]) for e in problem["errors"]] == [("body", code)]

    @pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"x"'])
    def test_no_object(self, http: TestClient, staff: Headers, content: bytes) -> None:
        assert_problem(http.post("/api/v1/standards", content=content, headers=staff), 422, "invalid")

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_too_large(self, http: TestClient, staff: Headers, method: str) -> None:
        path = "/api/v1/standards" + ("" if method == "POST" else "/00000000-0000-0000-0000-000000000000")
        for content in (b" " * (LARGEST_BODY + 1), chunks(LARGEST_BODY)):
            answer = http.request(method, path, content=content, headers=staff)
            assert "2 MB" in assert_problem(answer, 413, "too_large")["detail"]
            assert answer.headers["x-content-type-options"] == "nosniff"
        in_bounds = b'{"title": "a"}'.ljust(LARGEST_BODY)
        assert http.request(method, path, content=in_bounds, headers=staff).status_code in {422, 404}

    def test_nobody_makes_us_read(self, http: TestClient) -> None:
        assert_problem(http.get("/api/v1/search", headers={"Content-Length": "9" * 30}), 413, "too_large")
        answer = http.post("/api/v1/standards", content=b"[" * 100, headers={"Content-Type": "application/json"})
        assert_problem(answer, 401, "unauthenticated")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "multipart/form-data; boundary=x"},
            {"Content-Type": "application/xml"},
            {"Content-Type": ""},
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            {"Content-Type": "application/json", "Content-Encoding": "br"},
        ],
        ids=lambda headers: "+".join(headers.values()) or "none",
    )
    def test_not_what_we_read(self, http: TestClient, staff: Headers, headers: Headers) -> None:
        body = b'{"number": "GB 99998-2020", "title": "x"}'
        content = gzip.compress(body) if headers.get("Content-Encoding") == "gzip" else body
        answer = http.post("/api/v1/standards", content=content, headers=staff | headers)
        assert_problem(answer, 415, "unsupported_media")

    def test_a_packed_bomb_is_not_unpacked(self, http: TestClient, staff: Headers) -> None:
        bomb = gzip.compress(b" " * 50_000_000)
        assert len(bomb) < 100_000
        answer = http.post("/api/v1/standards", content=bomb, headers=staff | {"Content-Encoding": "gzip"})
        assert_problem(answer, 415, "unsupported_media")

    def test_charset_is_no_reason_to_refuse(self, http: TestClient, staff: Headers) -> None:
        headers = staff | {"Content-Type": "application/json; charset=utf-8"}
        body = '{"number": "GB 99998-2020", "title": "通用规范"}'.encode()
        assert http.post("/api/v1/standards", content=body, headers=headers).status_code == 201

    @pytest.mark.parametrize(
        ("body", "loc", "code"),
        [
            ({"status": "current"}, "status", "state_by_action"),
            ({"state": "x"}, "state", "state_by_action"),
            ({"row_version": 9}, "row_version", "read_only"),
            ({"id": "x"}, "id", "read_only"),
            ({"deleted_at": None}, "deleted_at", "read_only"),
            ({"status_source": "x"}, "status_source", "read_only"),
            ({"titel": "x"}, "titel", "unknown_field"),
            ({"role": "administrator"}, "role", "unknown_field"),
            ({"title": 5}, "title", "type"),
            ({"title": "\u202eabc"}, "title", "control_character"),
            ({"published_on": "2026-02-30"}, "published_on", "date"),
        ],
        ids=str,
    )
    def test_fields_that_nobody_may_send(
        self, http: TestClient, scratch: Services, staff: Headers, body: dict[str, Any], loc: str, code: str
    ) -> None:
        """S3, and what the rules of the fields say; the database is as it was."""
        whole = {"number": "GB 99997-2020", "title": "x"} | body
        problem = assert_problem(http.post("/api/v1/standards", json=whole, headers=staff), 422, "invalid")
        assert [(e["loc"], e["code"]) for e in problem["errors"]] == [(loc, code)]
        assert all(e["hint"] for e in problem["errors"])
        with scratch.database.read() as session:
            assert session.scalar(select(Standard.id).where(Standard.number == whole["number"])) is None


class TestAddresses:
    """B11."""

    PARTS = (
        "%00",
        "..%2f",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f",
        "..%5c",
        "%ff%fe",
        "%0d%0aX: y",
        "*",
        "~",
        "a" * 5_000,
    )

    @pytest.mark.parametrize("part", PARTS)
    def test_odd_addresses_are_not_there(self, client: TestClient, part: str) -> None:
        for path in ("/api/v1/{}", "/api/v1/institutions/{}", "/{}", "/institutions/{}", "/static/{}", "/api/v1/{}/x"):
            assert_problem(client.get(path.format(part)), 404, "not_found")
        for method in ("PUT", "PATCH", "DELETE"):
            assert client.request(method, f"/api/v1/institutions/{part}").status_code in {401, 404}

    @pytest.mark.parametrize(
        "path", ["/api/v1/search/", "/standards/", "/api/v1/standards", "/standards", "/search", "/"]
    )
    def test_no_link_leads_to_a_host_that_the_request_names(self, client: TestClient, path: str) -> None:
        spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        answer = client.get(path, headers=spoofed, follow_redirects=False)
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)

    def test_a_thousand_ranges_are_one_file(self, client: TestClient) -> None:
        whole = client.get("/static/zhixun.js").content
        ranges = ",".join(f"{at}-{at + 1}" for at in range(0, 3_000, 3))
        answer = client.get("/static/zhixun.js", headers={"Range": f"bytes={ranges}"})
        assert len(answer.content) <= 2 * len(whole)

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("POST", "/api/v1/search", "GET, HEAD"),
            ("PATCH", "/api/v1/standards", "GET, HEAD, POST"),
            ("POST", "/api/v1/standards/x", "GET, HEAD, PUT, PATCH, DELETE"),
            ("GET", "/api/v1/standards/x/actions/withdraw", "POST"),
            ("TRACE", "/api/v1/healthz", "GET, HEAD"),
            ("POST", "/", "GET, HEAD"),
        ],
    )
    def test_methods_are_those_that_exist(self, client: TestClient, method: str, path: str, allowed: str) -> None:
        answer = client.request(method, path)
        assert allowed in assert_problem(answer, 405, "method_not_allowed")["detail"]
        assert answer.headers["allow"] == allowed

    @pytest.mark.parametrize(
        "header", ["Bearer", "Bearer ", "Bearer zx_", "Bearer zx_\xe9", "Basic eDp5", "zx_1", "Bearer a b"]
    )
    def test_tokens_that_are_none(self, client: TestClient, header: str) -> None:
        headers = {"Authorization": header.encode("latin-1")}
        answer = client.post("/api/v1/standards", json={}, headers=headers)
        assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
