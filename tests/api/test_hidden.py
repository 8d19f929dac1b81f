"""What must not be seen is not seen over HTTP, however stale the index (founding decision 7, T19, T20, T28, S2).

Nothing drains while these tests look, so the index goes on holding what was hidden.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import tantivy
from anyio.from_thread import BlockingPortal
from starlette.testclient import TestClient
from stdnum.cn import ric

from api import wiring
from api.settings import Settings
from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.engines.embedded.engine import EmbeddedEngine
from search_service.query.lexical import TEXT_FIELDS
from tests.api.conftest import Headers, assert_problem, bearer, client_of
from tests.conftest import NOW
from tests.support import rows

PLURALS = {
    "standard": "standards",
    "institution": "institutions",
    "capability": "capabilities",
    "authorisation": "authorisations",
    "plan": "plans",
    "catalogue_entry": "catalogue-entries",
}
WORD = "阳关仪"
"""In every name; what follows it says whose it is: 甲 is going to be hidden, 乙 stays."""
NAMES = {
    "standard": "阳关仪甲规范",
    "institution": "阳关仪甲检测院",
    "capability": "阳关仪甲样品",
    "authorisation": "阳关仪甲表",
    "plan": "阳关仪甲方案",
    "catalogue_entry": "阳关仪甲类",
}
OFFERS = {"capability", "authorisation", "plan"}

PRIVATE = {
    "contact": "密联络员",
    "contact_phone": "13912345678",
    "complaint_handler": "密投诉员",
    "complaint_phone": "029-88776655",
}
SCAN, ANNEX = "private/密扫描.pdf", "private/密附表.pdf"


@pytest.fixture(scope="module")
def world_dir(tmp_path_factory: pytest.TempPathFactory, empty_data_dir: Path) -> Path:
    """Two of each kind, indexed."""
    folder = tmp_path_factory.mktemp("hidden") / "data"
    shutil.copytree(empty_data_dir, folder)
    services = wiring.build(Settings(data_dir=folder, clock=NOW))
    with services.database.write() as session:
        rows.xian(session)
        for letter in "甲乙":
            owner = rows.institution(session, f"{WORD}{letter}检测院", key=f"inst-{letter}")
            proof = rows.certificate(session, owner, key=f"cert-{letter}", valid_to=date(2026, 12, 31))
            if letter == "甲":
                for name, value in PRIVATE.items():
                    setattr(owner, name, value)
                proof.scan, proof.annex = SCAN, ANNEX
            else:
                proof.valid_to = date(2029, 12, 31)
            capability = rows.capability(session, owner, proof, key=f"cap-{letter}", object=f"{WORD}{letter}样品")
            authorisation = rows.authorisation(
                session, owner, proof, key=f"auth-{letter}", instrument=f"{WORD}{letter}表"
            )
            rows.plan(
                session,
                owner,
                f"{WORD}{letter}方案",
                key=f"plan-{letter}",
                capabilities=[capability],
                authorisations=[authorisation],
                certificates=[proof],
            )
            number = f"GB/T 9990{'甲乙'.index(letter)}-2020"
            rows.standard(session, number, f"{WORD}{letter}规范", key=f"std-{letter}")
            rows.catalogue_entry(session, f"{WORD}{letter}类", key=f"cat-{letter}", regulations=["JJG 52-2013"])
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    services.close()
    return folder


@dataclass
class World:
    services: Services
    client: TestClient
    ids: dict[str, dict[str, str]]
    """By letter and kind."""
    certificate: str

    def public(self, path: str, **params: Any) -> Any:
        return self.client.get(path, params=params)

    def staff(self) -> Headers:
        return bearer(self.services, "staff")

    def owner(self, letter: str) -> Headers:
        return bearer(self.services, "institution", self.ids[letter]["institution"])

    def post(self, path: str) -> None:
        answer = self.client.post(f"/api/v1/{path}", json={"reason": "核查"}, headers=self.staff())
        assert answer.status_code == 200, answer.text

    def act(self, kind: str, action: str) -> None:
        self.post(f"{PLURALS[kind]}/{self.ids['甲'][kind]}/actions/{action}")

    def delete(self, kind: str) -> None:
        path = f"/api/v1/{PLURALS[kind]}/{self.ids['甲'][kind]}"
        assert self.client.delete(path, headers=self.staff() | {"If-Match": "*"}).status_code == 204


@pytest.fixture
def world(world_dir: Path, tmp_path: Path, portal: BlockingPortal) -> Iterator[World]:
    """One of the test's own, to hide things in."""
    folder = tmp_path / "world"
    shutil.copytree(world_dir, folder)
    yield from opened(folder, portal)


@pytest.fixture(scope="module")
def whole(world_dir: Path, portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One that nothing is hidden in."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    shutil.copytree(world_dir, folder)
    yield from opened(folder, portal)


def opened(folder: Path, portal: BlockingPortal) -> Iterator[World]:
    services = wiring.build(Settings(data_dir=folder, clock=NOW))
    client = client_of(services, portal)
    hits = client.get("/api/v1/search", params={"q": WORD, "size": 50}).json()["hits"]
    ids: dict[str, dict[str, str]] = {"甲": {}, "乙": {}}
    for hit in hits:
        ids[hit["key"][-1]][hit["kind"]] = hit["id"]
    certificates = client.get("/api/v1/certificates").json()["hits"]
    yield World(services, client, ids, next(c["id"] for c in certificates if c["key"] == "cert-甲"))
    services.close()


def everything(world: World, *, own: set[str]) -> dict[str, str]:
    """Every public answer that could name a row of 甲, by address; the addresses of its `own` kinds are left out."""
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/api/v1/search", {"q": WORD, "size": 100}),
        ("/api/v1/search", {"q": WORD, "size": 100, "sort": "newest", "kind": sorted(OFFERS)}),
        ("/api/v1/search", {"size": 100, "valid_on": "2026-12-01"}),
        ("/api/v1/suggest", {"q": WORD, "size": 50}),
        ("/api/v1/certificates", {}),
        ("/search", {"q": WORD}),
        ("/search", {"q": WORD, "kind": sorted(OFFERS), "sort": "name"}),
        ("/", {}),
    ]
    for kind, plural in PLURALS.items():
        asked.append((f"/api/v1/{plural}", {"sort": "name"}))
        for letter in "甲乙":
            if letter == "乙" or kind not in own:
                asked += [(f"{root}/{plural}/{world.ids[letter][kind]}", {}) for root in ("/api/v1", "")]
    for letter in "乙" if "institution" in own else "甲乙":
        home = f"/api/v1/institutions/{world.ids[letter]['institution']}"
        asked += [(f"{home}/{plural}", {"q": WORD}) for plural in ("capabilities", "authorisations", "plans")]
    found = {}
    for path, params in asked:
        answer = world.public(path, **params)
        assert answer.status_code == 200, (path, params, answer.text[:300])
        found[str(answer.url)] = re.sub("</?mark>", "", answer.text)
    return found


def named(world: World, kinds: set[str], texts: dict[str, str]) -> dict[str, list[str]]:
    """Where rows of 甲 of these kinds are named, by id or by name."""
    words = [w for kind in kinds for w in (world.ids["甲"][kind], NAMES[kind])]
    return {address: said for address, text in texts.items() if (said := [word for word in words if word in text])}


def test_everything_is_there_to_begin_with(whole: World) -> None:
    """The control: the same look finds every row before it is hidden."""
    texts = everything(whole, own=set())
    for kind in PLURALS:
        assert len(named(whole, {kind}, texts)) >= 5, kind
    answer = whole.public("/api/v1/search", q=WORD).json()
    assert answer["kinds"] == dict.fromkeys(PLURALS, 2)


def drafts(world: World) -> set[str]:
    for kind in OFFERS:
        world.act(kind, "withdraw")
    return OFFERS


def hides(world: World) -> set[str]:
    for kind in OFFERS:
        world.act(kind, "hide")
    return OFFERS


def deletes(world: World) -> set[str]:
    kinds = {*OFFERS, "standard", "catalogue_entry"}
    for kind in kinds:
        world.delete(kind)
    return kinds


def suspends(world: World) -> set[str]:
    world.act("institution", "suspend")
    return {*OFFERS, "institution"}


def deletes_the_institution(world: World) -> set[str]:
    world.delete("institution")
    return {*OFFERS, "institution"}


def revokes(world: World) -> set[str]:
    world.post(f"certificates/{world.certificate}/actions/revoke")
    return OFFERS


def lets_time_pass(world: World) -> set[str]:
    world.services.clock.move(timedelta(days=41))
    return OFFERS


WAYS = [drafts, hides, deletes, suspends, deletes_the_institution, revokes, lets_time_pass]


@pytest.mark.parametrize("hide", WAYS)
def test_what_is_hidden_is_named_nowhere(world: World, hide: Any) -> None:
    gone = hide(world)
    for _ in ("stale", "drained"):
        assert named(world, gone, everything(world, own=gone)) == {}
        answer = world.public("/api/v1/search", q=WORD).json()
        assert answer["kinds"] == {kind: 1 if kind in gone else 2 for kind in PLURALS}
        assert answer["total"] == sum(answer["kinds"].values())
        assert answer["total_is_exact"]
        offers = world.public("/api/v1/search", q=WORD, kind=sorted(OFFERS)).json()
        counted = {value["label"]: value["count"] for value in offers["facets"]["institution"]}
        assert counted == {f"{WORD}乙检测院": 3}
        for kind in gone:
            path = f"{PLURALS[kind]}/{world.ids['甲'][kind]}"
            assert NAMES[kind] not in str(assert_problem(world.public(f"/api/v1/{path}"), 404, "not_found"))
            page = world.client.get(f"/{path}", headers={"Accept": "text/html"})
            assert page.status_code == 404
            assert NAMES[kind] not in page.text
        drain_all(world.services.database, world.services.engine, worker="w")


@pytest.mark.parametrize("hide", WAYS)
def test_its_owner_and_the_staff_still_read_it(world: World, hide: Any) -> None:
    everybody = {"owner": world.owner("甲"), "staff": world.staff(), "other": world.owner("乙")}
    gone = hide(world)
    there = {"owner": 200, "staff": 200, "other": 404}
    if hide is deletes:
        there = dict.fromkeys(there, 404)
    for kind in gone:
        path = f"/api/v1/{PLURALS[kind]}/{world.ids['甲'][kind]}"
        expected = there
        if hide is deletes_the_institution:  # its tokens end with it, its rows are staff's to tidy up
            expected = {"owner": 401, "staff": 404 if kind == "institution" else 200, "other": 404}
        assert {who: world.client.get(path, headers=h).status_code for who, h in everybody.items()} == expected, kind


def test_a_page_does_not_name_the_hidden_rows_that_it_rests_on(world: World) -> None:
    """The plan stays; what it links to is hidden or deleted."""
    world.act("capability", "hide")
    world.delete("authorisation")
    for _ in ("stale", "drained"):
        texts = everything(world, own={"capability", "authorisation"})
        assert named(world, {"plan"}, texts)
        assert named(world, {"capability", "authorisation"}, texts) == {}
        drain_all(world.services.database, world.services.engine, worker="w")
    for kind in ("capability", "authorisation"):  # nor is it found by their words
        hits = world.public("/api/v1/search", q=NAMES[kind]).json()["hits"]
        assert "plan" not in {hit["kind"] for hit in hits if not hit["loosened"]}


def test_a_deleted_certificate_is_named_nowhere(world: World) -> None:
    number = world.public(f"/api/v1/certificates/{world.certificate}").json()["number"]
    assert number in world.public("/api/v1/capabilities").text
    path = f"/api/v1/certificates/{world.certificate}"
    with world.services.database.write() as session:  # rows stay public under a second certificate
        owner = session.query(rows.Institution).filter_by(key="inst-甲").one()
        second = rows.certificate(session, owner)
        for model in (rows.Capability, rows.Authorisation, rows.Plan):
            row = session.query(model).filter(model.key.like("%甲")).one()
            session.refresh(row, ["certificates", "institution"])
            row.certificates.append(second)
    assert world.client.delete(path, headers=world.staff() | {"If-Match": "*"}).status_code == 204
    for _ in ("stale", "drained"):
        texts = everything(world, own=set())
        assert named(world, OFFERS, texts)
        assert sorted(a for a, text in texts.items() if number in text or world.certificate in text) == []
        drain_all(world.services.database, world.services.engine, worker="w")


@pytest.mark.parametrize("by", ["id", "key", "name"])
def test_a_filter_does_not_tell_the_name_of_a_hidden_institution(world: World, by: str) -> None:
    world.act("institution", "suspend")
    wanted = {"id": world.ids["甲"]["institution"], "key": "inst-甲", "name": NAMES["institution"]}[by]
    for path in ("/api/v1/search", "/api/v1/capabilities", "/search"):
        answer = world.public(path, institution=wanted)
        said = answer.text.replace(wanted, "")
        assert NAMES["institution"] not in said
        assert world.ids["甲"]["institution"] not in said
        if answer.status_code == 200 and path != "/search":
            assert answer.json()["total"] == 0


class TestPrivateFields:
    def values(self, text: str) -> list[str]:
        return [value for value in (*PRIVATE.values(), SCAN, ANNEX) if value in text]

    def test_nothing_public_names_them(self, whole: World) -> None:
        texts = everything(whole, own=set())
        texts["certificate"] = whole.public(f"/api/v1/certificates/{whole.certificate}").text
        assert {address: self.values(text) for address, text in texts.items() if self.values(text)} == {}
        answers = [text for text in texts.values() if text.startswith("{")]
        assert len(answers) > 20
        assert not any(f'"{name}":' in text for name in (*PRIVATE, "scan", "annex") for text in answers)

    def test_another_institution_is_the_public(self, whole: World) -> None:
        path = f"/api/v1/institutions/{whole.ids['甲']['institution']}"
        assert self.values(whole.client.get(path, headers=whole.owner("乙")).text) == []
        for headers in (whole.owner("甲"), whole.staff()):
            shown = whole.client.get(path, headers=headers)
            assert self.values(shown.text) == list(PRIVATE.values())
            assert "private" in shown.headers["cache-control"]
        certificate = whole.client.get(f"/api/v1/certificates/{whole.certificate}", headers=whole.owner("甲"))
        assert self.values(certificate.text) == [SCAN, ANNEX]

    @pytest.mark.parametrize("value", [*PRIVATE.values(), PRIVATE["contact_phone"][:7]])
    def test_nothing_is_found_by_them(self, whole: World, value: str) -> None:
        answer = whole.public("/api/v1/search", q=value).json()
        assert (answer["hits"], answer["total"]) == ([], 0)
        assert whole.public("/api/v1/suggest", q=value).json() == {"suggestions": []}

    @pytest.mark.parametrize("params", [{"sort": "contact"}, {"contact": "密联络员"}, {"sort": "contact_phone"}])
    def test_nobody_sorts_or_filters_by_them(self, whole: World, params: dict[str, str]) -> None:
        problem = assert_problem(whole.public("/api/v1/institutions", **params), 422, "invalid")
        assert "contact" not in problem["errors"][0]["hint"]

    def test_they_are_not_in_the_index(self, whole: World) -> None:
        held = dict(index_contents(whole.services))
        assert any("甲_规" in text for text in held.values())
        pieces = [f"密{gap}{letter}" for gap in ("", "_", "\n") for letter in "联投扫附"] + ["13912345678", "88776655"]
        assert {field: said for field, text in held.items() if (said := [p for p in pieces if p in text])} == {}


def index_contents(services: Services) -> Iterator[tuple[str, str]]:
    """Every term and every stored value of every published index, by index and field."""
    engine = services.engine
    assert isinstance(engine, EmbeddedEngine)
    for kind in services.registry.kinds:
        name = engine.published(kind.name)
        assert name is not None
        opened = engine._index(name)
        searcher = opened.snapshot().searcher
        for field in (*opened.fields.texts, *opened.fields.keywords):
            yield f"{name}/{field}", "\n".join(term for term, _ in searcher.terms_with_prefix(field, ""))
        found = searcher.search(tantivy.Query.all_query(), limit=searcher.num_docs).hits
        yield f"{name}/stored", "\n".join(str(searcher.doc(address).to_dict()) for _, address in found)
        files = [path for path in services.settings.index_dir.rglob("*.json") if name in str(path)]
        yield f"{name}/files", "\n".join(path.read_text() for path in files)


MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


def test_the_index_of_the_sample_holds_no_phones_and_no_identity_numbers(sample: Services) -> None:
    """T28: private fields by value, and anything else that looks like a mobile phone or a valid identity number."""
    with sample.database.read() as session:
        owners = session.query(rows.Institution).all()
        private = {value for owner in owners for name in PRIVATE if (value := getattr(owner, name))}
    assert len(private) > len(owners)
    phones = {run for value in private for run in re.findall(r"\d{7,}", value)}
    for field, text in index_contents(sample):
        assert [value for value in private | phones if value in text] == [], field
        if field.rpartition("/")[2] not in dict(TEXT_FIELDS):
            continue  # ids, hashes, and standard numbers without their signs: some look like phones
        assert MOBILE.findall(text) == [], field
        assert [number for number in IDENTITY.findall(text) if ric.is_valid(number)] == [], field


def test_an_identity_number_does_not_get_into_a_public_field(http: TestClient, services: Services) -> None:
    number = "11010519491231002X"
    assert ric.is_valid(number)
    body = {"number": "GB 1-2020", "title": f"负责人身份证 {number}"}
    answer = http.post("/api/v1/standards", json=body, headers=bearer(services, "staff"))
    problem = assert_problem(answer, 422, "invalid")
    assert [(e["loc"], e["code"]) for e in problem["errors"]] == [("title", "personal_data")]
    assert number not in answer.text
