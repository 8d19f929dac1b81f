"""Between a mistake and the only good index (founding decision 6): no swap to less, no drop of what serves."""

from indexers import generations
from indexers.generations import State
from indexers.verify import Difference
from search_service.engines.base import Engine
from search_service.errors import Conflict
from search_service.kinds.base import Kind
from search_service.store.session import Database

NAMED = 3
"""Ids that a message lists: enough to look at."""
BAD_ROWS = 1_000
"""One row in so many that no document can be made of is a bad row; more of them are a bad program."""


class RebuildRefused(Conflict):
    """The new index is not as complete as the database; the old one keeps serving."""

    code, title = "rebuild_refused", "新索引不完整,已保留原索引"


class DropRefused(Conflict):
    """The index is needed."""

    code, title = "drop_refused", "该索引仍在使用,未删除"


def require_sound(difference: Difference, kind: Kind) -> None:
    """Before a swap.

    Raises:
        RebuildRefused: it is empty though SQL shows rows, lacks rows, or too many could not become documents.  It
            names up to three.
    """
    counts = f"{kind.label}:新索引 {difference.documents} 条,数据库可见 {difference.visible} 条"
    if difference.lacking:
        missing, behind = len(difference.missing), len(difference.behind)
        raise RebuildRefused(f"{counts};缺少 {missing} 条、落后 {behind} 条,例如 {_some(difference.lacking)}")
    if difference.dead > max(1, difference.visible // BAD_ROWS):
        raise RebuildRefused(
            f"{counts};其中 {difference.dead} 条无法生成文档,例如 {_some(difference.dead_ids)}。"
            "原因见 zhixun index dead,修复后重新执行"
        )
    if difference.documents == 0 and difference.visible - difference.due > 0:
        raise RebuildRefused(f"{counts};新索引是空的,例如没有 {_some(difference.dead_ids)}")


def drop(database: Database, engine: Engine, kind: Kind, name: str) -> None:
    """Drop one index by its full name, and forget it.

    Raises:
        DropRefused: it is published, or still needed by the books: active, being built, or kept for going back.
    """
    if engine.published(kind.name) == name:
        raise DropRefused(f"索引 {name} 正在为“{kind.label}”提供检索")
    row = next((index for index in generations.known(database, kind) if index.name == name), None)
    if row is not None and row.state not in {State.RETIRED, State.FAILED}:
        raise DropRefused(f"索引 {name} 的状态是 {row.state},仍然需要;请先完成重建,或执行 zhixun index rollback")
    held = {info.name for info in engine.list(kind.name)}
    if name in held:
        engine.drop(name)
    elif row is None:
        raise DropRefused(f"没有名为 {name} 的索引;请用 zhixun index status 查看全名,不支持通配符")
    generations.forget(database, [name])


def _some(ids: object) -> str:
    return "、".join([*ids][:NAMED])  # type: ignore[misc]
