"""Proposals and versions of the vocabulary: collected, previewed, made a version, taken back; all of it on record."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from search_service.errors import Conflict, Forbidden, Invalid, NotFound, StateForbids, Unauthenticated, ZhixunError
from search_service.kinds import REGISTRY
from search_service.kinds.access import PUBLIC, Actor, Role
from search_service.records import vocabulary, vocabulary_versions, write
from search_service.records.vocabulary import NameLost, PreviewNeeded
from search_service.store.journal import AuditEvent
from search_service.store.session import Database
from search_service.store.vocabulary import Synonym, VocabularyProposal, VocabularyVersion, dictionary_of, newest
from tests.records.conftest import STAFF

WORD = {"action": "add_word", "word": "盐雾箱"}
SYNONYM = {"action": "set_synonym", "word": "电子秤", "meaning": "衡器", "relation": "narrower"}
NOTHING_LOST: dict[str, Any] = {"summary": {}, "lost_names": []}
LOST = [{"query": "热轧带肋钢筋屈服强度", "title": "热轧带肋钢筋", "kind": "capability", "id": "x"}]

Propose = Callable[..., str]


@pytest.fixture
def propose(database: Database) -> Propose:
    def made(*changes: dict[str, Any], previewed: bool = True, lost: Any = ()) -> str:
        found = vocabulary.propose(database, STAFF, {"reason": "用户查不到", "changes": list(changes or [WORD])})
        if previewed:
            _, _, basis = vocabulary.compared(database, found["id"])
            shown = {**NOTHING_LOST, "lost_names": list(lost)}
            vocabulary.keep_preview(database, STAFF, found["id"], shown, basis)
        return str(found["id"])

    return made


def words(database: Database) -> dict[str, int]:
    with database.read() as session:
        return dict(dictionary_of(newest(session)).changes)


def synonyms(database: Database) -> dict[tuple[str, str], str]:
    with database.read() as session:
        rows = session.query(Synonym).where(Synonym.deleted_at.is_(None))
        return {(row.word, row.meaning): row.relation for row in rows}


def load(database: Database, word: str, meaning: str) -> None:
    """As `zhixun load` does."""
    with database.write() as session:
        session.add(Synonym(word=word, meaning=meaning, relation="same"))


def test_nothing_holds_before_it_is_activated(database: Database, propose: Propose) -> None:
    proposal = propose(WORD, SYNONYM)
    assert (words(database), synonyms(database)) == ({}, {})
    found = vocabulary.activate(database, STAFF, proposal)
    assert words(database) == {"盐雾箱": 3}
    assert synonyms(database) == {("电子秤", "衡器"): "narrower"}
    assert found["version"]["number"] == 2, "the first one says what there was before"
    assert vocabulary.proposal(database, STAFF, proposal)["state"] == "activated"


def test_who_and_why_is_on_record(database: Database, propose: Propose) -> None:
    proposal = propose({**WORD, "reason": "三家用户反映"}, SYNONYM)
    vocabulary.activate(database, STAFF, proposal)
    [first, second] = vocabulary.proposal(database, STAFF, proposal)["changes"]
    assert (first["by"], first["reason"], second["reason"]) == (STAFF.name, "三家用户反映", "用户查不到")
    with database.read() as session:
        events = session.query(AuditEvent).where(AuditEvent.record == "vocabulary").order_by(AuditEvent.id)
        assert [(e.action, e.actor, str(e.record_id), e.reason) for e in events] == [
            (action, STAFF.name, proposal, "用户查不到") for action in ("propose", "preview", "activate")
        ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"action": "add_word", "word": "钢"}, "word"),
        ({"action": "add_word", "word": "LED灯具"}, "word"),
        ({"action": "add_word", "word": "盐雾箱" * 10}, "word"),
        ({"action": "add_word", "word": ""}, "required"),
        ({"action": "add_word", "word": "盐\x00雾"}, "control_character"),
        ({"action": "add_word", "word": 3}, "type"),
        ({"action": "add_word", "word": "盐雾箱", "frequency": 0}, "frequency"),
        ({"action": "add_word", "word": "盐雾箱", "frequency": True}, "frequency"),
        ({"action": "add_word", "word": "盐雾箱", "frequency": 10**9}, "frequency"),
        ({"action": "add_word", "word": "盐雾箱", "meaning": "x"}, "unknown_field"),
        ({"action": "add_word", "word": "检定校准"}, "service"),
        ({"action": "remove_word", "word": "检定"}, "service"),
        ({"action": "reset_word", "word": "氙灯"}, "unknown"),
        ({"action": "set_synonym", "word": "检定", "meaning": "校准", "relation": "same"}, "service"),
        ({"action": "set_synonym", "word": "压力表检定", "meaning": "压力表校准", "relation": "related"}, "service"),
        ({"action": "set_synonym", "word": "GB/T 228.1", "meaning": "拉伸试验", "relation": "same"}, "number"),
        ({"action": "set_synonym", "word": "电子秤", "meaning": "衡器", "relation": "eats"}, "relation"),
        ({"action": "set_synonym", "word": "电子秤", "meaning": "。", "relation": "same"}, "empty"),
        ({"action": "set_synonym", "word": "电子秤", "meaning": "電子秤", "relation": "same"}, "equal"),
        ({"action": "remove_synonym", "word": "电子秤", "meaning": "衡器"}, "unknown"),
        ({"action": "eat", "word": "盐雾箱"}, "unknown_action"),
        ("盐雾箱", "type"),
    ],
)
def test_a_change_that_must_not_be_is_refused_before_it_is_stored(database: Database, change: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        vocabulary.propose(database, STAFF, {"reason": "试", "changes": [WORD, change]})
    [problem] = refused.value.problems
    assert (problem.code, problem.loc.startswith("changes.1")) == (code, True)
    assert problem.message
    assert problem.hint
    assert vocabulary.proposals(database, STAFF) == []


@pytest.mark.parametrize(
    "body",
    [
        {"changes": [WORD]},
        {"reason": " ", "changes": [WORD]},
        {"reason": "试", "changes": []},
        {"reason": "试"},
        {"reason": "试", "changes": [WORD] * 201},
        {"reason": "试", "changes": [WORD], "state": "activated"},
        {"reason": "试", "changes": [WORD], "query": 3},
    ],
)
def test_a_proposal_says_why_and_what(database: Database, body: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        vocabulary.propose(database, STAFF, body)


def test_the_same_change_twice_is_none(propose: Propose) -> None:
    with pytest.raises(Invalid) as refused:
        propose(WORD, WORD)
    assert refused.value.problems[0].code == "no_change"


def test_changes_build_on_each_other(database: Database, propose: Propose) -> None:
    vocabulary.activate(database, STAFF, propose(WORD, {"action": "remove_word", "word": "钢筋"}))
    assert words(database) == {"盐雾箱": 3, "钢筋": 0}
    changed = propose(
        {**WORD, "frequency": 50}, {"action": "reset_word", "word": "钢筋"}, {"action": "add_word", "word": "钢筋"}
    )
    vocabulary.activate(database, STAFF, changed)
    assert words(database) == {"盐雾箱": 50, "钢筋": 3}


def test_synonyms_are_altered_and_removed(database: Database, propose: Propose) -> None:
    vocabulary.activate(database, STAFF, propose(SYNONYM, {**SYNONYM, "word": "台秤"}))
    removed = {"action": "remove_synonym", "word": "台秤", "meaning": "衡器"}
    vocabulary.activate(database, STAFF, propose({**SYNONYM, "relation": "相关"}, removed))
    assert synonyms(database) == {("电子秤", "衡器"): "related"}
    vocabulary.activate(database, STAFF, propose({**SYNONYM, "word": "台秤"}))
    assert synonyms(database) == {("电子秤", "衡器"): "related", ("台秤", "衡器"): "narrower"}


def test_nothing_is_activated_that_nobody_has_looked_at(database: Database, propose: Propose) -> None:
    proposal = propose(previewed=False)
    with pytest.raises(PreviewNeeded, match="尚未预览"):
        vocabulary.activate(database, STAFF, proposal)
    assert words(database) == {}


@pytest.mark.parametrize("then", ["another change", "a change less", "another version", "a load"])
def test_a_preview_of_something_else_does_not_count(database: Database, propose: Propose, then: str) -> None:
    proposal, other = propose(WORD, SYNONYM), propose({"action": "add_word", "word": "带肋"})
    _, _, basis = vocabulary.compared(database, proposal)
    match then:
        case "another change":
            vocabulary.add(database, STAFF, proposal, {"changes": [{"action": "add_word", "word": "氙灯"}]})
        case "a change less":
            vocabulary.drop(database, STAFF, proposal, 0)
        case "another version":
            vocabulary.activate(database, STAFF, other)
        case _:
            load(database, "台秤", "衡器")
    with pytest.raises(PreviewNeeded, match=r"zhixun vocabulary preview"):
        vocabulary.activate(database, STAFF, proposal)
    with pytest.raises(PreviewNeeded, match="请重新预览"):
        vocabulary.keep_preview(database, STAFF, proposal, NOTHING_LOST, basis)


def test_a_name_that_would_lose_its_record_forbids_it(database: Database, propose: Propose) -> None:
    proposal = propose(lost=LOST)
    with pytest.raises(NameLost, match="热轧带肋钢筋屈服强度"):
        vocabulary.activate(database, STAFF, proposal)
    assert words(database) == {}
    assert vocabulary.proposal(database, STAFF, proposal)["state"] == "draft"


def test_what_is_over_stays_over(database: Database, propose: Propose) -> None:
    done, given_up = propose(), propose(SYNONYM)
    vocabulary.activate(database, STAFF, done)
    vocabulary.withdraw(database, STAFF, given_up)
    for proposal in (done, given_up):
        for act in (vocabulary.activate, vocabulary.withdraw):
            with pytest.raises(StateForbids):
                act(database, STAFF, proposal)
        with pytest.raises(StateForbids):
            vocabulary.add(database, STAFF, proposal, {"changes": [SYNONYM]})
        with pytest.raises(StateForbids):
            vocabulary.compared(database, proposal)
    assert [p["id"] for p in vocabulary.proposals(database, STAFF, "withdrawn")] == [given_up]


def test_going_back_restores_exactly(database: Database, propose: Propose) -> None:
    load(database, "台秤", "衡器")
    vocabulary.activate(database, STAFF, propose(WORD, SYNONYM))
    removing = {"action": "remove_synonym", "word": "台秤", "meaning": "衡器"}
    vocabulary.activate(database, STAFF, propose({"action": "reset_word", "word": "盐雾箱"}, removing))
    assert (words(database), synonyms(database)) == ({}, {("电子秤", "衡器"): "narrower"})
    found = vocabulary_versions.rollback(database, STAFF, "误启用")
    assert (found["to"], found["version"]["number"]) == (2, 4)
    assert words(database) == {"盐雾箱": 3}
    assert synonyms(database) == {("台秤", "衡器"): "same", ("电子秤", "衡器"): "narrower"}
    vocabulary_versions.rollback(database, STAFF)  # and forward again
    assert (words(database), synonyms(database)) == ({}, {("电子秤", "衡器"): "narrower"})
    vocabulary_versions.rollback(database, STAFF, to=1)
    assert (words(database), synonyms(database)) == ({}, {("台秤", "衡器"): "same"})


def test_what_was_loaded_meanwhile_is_a_version_of_its_own(database: Database, propose: Propose) -> None:
    vocabulary.activate(database, STAFF, propose())
    load(database, "台秤", "衡器")
    found = vocabulary_versions.rollback(database, STAFF)
    assert (found["to"], words(database), synonyms(database)) == (1, {}, {})
    causes = [(v["number"], v["cause"]) for v in vocabulary_versions.versions(database, STAFF)]
    assert causes == [(4, "rollback"), (3, "loaded"), (2, "proposal"), (1, "before")]
    vocabulary_versions.rollback(database, STAFF, to=3)
    assert (words(database), synonyms(database)) == ({"盐雾箱": 3}, {("台秤", "衡器"): "same"})


def test_there_may_be_nothing_to_go_back_to(database: Database, propose: Propose) -> None:
    with pytest.raises(NotFound, match="还没有启用过变更"):
        vocabulary_versions.rollback(database, STAFF)
    vocabulary.activate(database, STAFF, propose())
    with pytest.raises(StateForbids, match="无需回退"):
        vocabulary_versions.rollback(database, STAFF, to=2)
    with pytest.raises(NotFound, match="没有版本 9"):
        vocabulary_versions.rollback(database, STAFF, to=9)
    for strange in (0, "2", True):
        with pytest.raises(Invalid):
            vocabulary_versions.rollback(database, STAFF, to=strange)
    with pytest.raises(NotFound):
        vocabulary_versions.version(database, STAFF, 9)
    with pytest.raises(NotFound):
        vocabulary.proposal(database, STAFF, "no-id")


OTHERS = [PUBLIC, *(Actor(role, "x") for role in Role if role not in {Role.PUBLIC, Role.STAFF, Role.ADMINISTRATOR})]


@pytest.mark.parametrize("actor", OTHERS, ids=lambda actor: str(actor.role))
def test_nobody_else_sees_or_changes_it(database: Database, propose: Propose, actor: Actor) -> None:
    proposal = propose()
    _, _, basis = vocabulary.compared(database, proposal)
    tries: list[Callable[[], object]] = [
        lambda: vocabulary.propose(database, actor, {"reason": "试", "changes": [WORD]}),
        lambda: vocabulary.add(database, actor, proposal, {"changes": [SYNONYM]}),
        lambda: vocabulary.drop(database, actor, proposal, 0),
        lambda: vocabulary.withdraw(database, actor, proposal),
        lambda: vocabulary.keep_preview(database, actor, proposal, NOTHING_LOST, basis),
        lambda: vocabulary.activate(database, actor, proposal),
        lambda: vocabulary.proposal(database, actor, proposal),
        lambda: vocabulary.proposals(database, actor),
        lambda: vocabulary.overview(database, actor),
        lambda: vocabulary_versions.rollback(database, actor),
        lambda: vocabulary_versions.versions(database, actor),
        lambda: vocabulary_versions.version(database, actor, 1),
    ]
    for act in tries:
        with pytest.raises(Unauthenticated if actor.role is Role.PUBLIC else Forbidden):
            act()
    assert words(database) == {}


def test_synonyms_are_not_changed_past_all_this(database: Database) -> None:
    load(database, "台秤", "衡器")
    with database.read() as session:
        there = str(session.query(Synonym).one().id)
    record = REGISTRY.record("synonym")
    tries: list[Callable[[], object]] = [
        lambda: write.create(database, record, STAFF, {"word": "a", "meaning": "b", "relation": "same"}),
        lambda: write.change(database, record, STAFF, there, {"meaning": "c"}, "*"),
        lambda: write.delete(database, record, STAFF, there, "*"),
    ]
    for act in tries:
        with pytest.raises((Forbidden, Invalid)):
            act()
    assert synonyms(database) == {("台秤", "衡器"): "same"}


def test_two_who_activate_at_once_make_two_versions_or_one_refusal(database: Database, propose: Propose) -> None:
    both = [propose(WORD), propose(SYNONYM)]
    results: list[str] = []
    together = threading.Barrier(2)

    def act(proposal: str) -> None:
        together.wait()
        try:
            vocabulary.activate(database, STAFF, proposal)
        except ZhixunError as error:
            results.append(type(error).__name__)
        else:
            results.append("done")

    threads = [threading.Thread(target=act, args=(proposal,)) for proposal in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) in (["Conflict", "done"], ["PreviewNeeded", "done"]), results
    with database.read() as session:
        numbers = [row.number for row in session.query(VocabularyVersion).order_by(VocabularyVersion.number)]
        states = sorted(row.state for row in session.query(VocabularyProposal))
    assert (numbers, states) == ([1, 2], ["activated", "draft"])


def test_a_refused_activation_leaves_everything_as_it_was(
    database: Database, propose: Propose, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = propose(WORD, SYNONYM)

    def fail(*given: object) -> None:
        del given
        raise Conflict("数据库不接受")

    monkeypatch.setattr("search_service.records.vocabulary.note", fail)
    with pytest.raises(Conflict):
        vocabulary.activate(database, STAFF, proposal)
    assert (words(database), synonyms(database)) == ({}, {})
    assert vocabulary_versions.versions(database, STAFF) == []
