"""Which indices there are, which one a kind's searches see, and the few changes of that, each atomic.

::

    <prefix>-<index>         an index; its mapping's `_meta` holds the declaration that it was made with
    <prefix>-<index>.write   an alias of it, for writing: nobody can write to an index that is not there
    <prefix>-<kind>          an alias of the index that searches see

What is changed or removed is named in full, never by a pattern.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from search_service.engines.base import IndexSchema
from search_service.engines.elastic.connection import Connection, Refused
from search_service.engines.elastic.schema import mapping, settings
from search_service.engines.fields import Fields, from_plain, to_plain
from search_service.engines.names import valid
from search_service.errors import Conflict, EngineUnavailable, Invalid, NotFound

LAYOUT: Final = 1
"""Raised whenever this package stores something differently: an index of another layout is rebuilt, not converted."""
_TRIES: Final = 3
"""Another process may publish in the same moment: then we look again what is published."""


class Unreadable(EngineUnavailable):
    """The index is there, but not as this version wrote it; only a rebuild helps."""


@dataclass(frozen=True, slots=True)
class Made:
    """How an index was made."""

    schema: IndexSchema
    shards: int


class Indices:
    """All indices under one prefix, the counterpart of a directory: nothing outside it is touched."""

    def __init__(self, connection: Connection, prefix: str, *, shards: int, replicas: int) -> None:
        self._connection = connection
        self._prefix = valid(prefix)
        self._settings = settings(shards, replicas)

    def place(self, index: str) -> str:
        """What the cluster calls an index."""
        return f"{self._prefix}-{valid(index)}"

    def target(self, index: str) -> str:
        """What an index is called for writing."""
        return f"{self.place(index)}.write"

    def create(self, fields: Fields, index: str) -> None:
        """An empty index.

        Raises:
            Conflict: the name is taken.
            Invalid: no index can be called so.
        """
        meta = {
            "layout": LAYOUT,
            "prefix": self._prefix,
            "name": index,
            "kind": fields.declared.kind,
            # As text: the cluster merges what looks to it like the same entry of a list.
            "schema": orjson.dumps(to_plain(fields.declared)).decode(),
        }
        place, target = self.place(index), self.target(index)
        try:
            self._connection.change(
                lambda client: client.indices.create(
                    index=place,
                    settings={"index": self._settings},
                    mappings=mapping(fields) | {"_meta": meta},
                    aliases={target: {}},
                ),
            )
        except Refused as refusal:
            if refusal.kind == "resource_already_exists_exception":
                raise Conflict(f"索引 {index} 已存在；请先删除它，或换一个名称。") from refusal
            if refusal.kind == "invalid_index_name_exception":
                raise Invalid(f"名称 {index!r} 不能使用：太长，或已是另一个索引的别名。") from refusal
            raise

    def made(self, index: str) -> Made:
        """How an index was made.

        Raises:
            NotFound: there is no such index.
            Unreadable: it was made by a version of this package that stored it differently.
        """
        found = self._described(index)
        meta = found["mappings"]["_meta"]
        if meta["layout"] != LAYOUT:
            raise Unreadable(f"索引 {index} 由不兼容的版本创建，请运行 zhixun index rebuild 重建。")
        return Made(from_plain(orjson.loads(meta["schema"])), int(found["settings"]["index"]["number_of_shards"]))

    def names(self, kind: str) -> list[str]:
        """The indices of a kind, oldest first."""
        # A pattern only reads here; an index of a longer prefix says in its `_meta` that it is another's.
        found = self._read(f"{self._prefix}-*")
        own = [
            (int(entry["settings"]["index"]["creation_date"]), meta["name"])
            for entry in found.values()
            if (meta := _meta(entry)).get("prefix") == self._prefix and meta["kind"] == kind
        ]
        return [name for _, name in sorted(own)]

    def published(self, kind: str) -> str | None:
        """The published index of a kind."""
        return next(iter(self._published(kind)), None)

    def publish(self, kind: str, index: str) -> str | None:
        """Switch every reader of every process in one step; returns what they saw before.

        Raises:
            NotFound: there is no such index.
            Conflict: other processes publish all the time.
        """
        alias, place = self._alias(kind), self.place(index)
        for _ in range(_TRIES):
            before = self._published(kind)
            leaving = [self.place(name) for name in before if name != index]
            actions: list[dict[str, Any]] = [
                *({"remove": {"index": gone, "alias": alias, "must_exist": True}} for gone in leaving),
                {"add": {"index": place, "alias": alias}},
            ]
            try:
                self._swap(actions)
            except NotFound:
                self._described(index)
            else:
                return next(iter(before), None)
        raise Conflict(f"其他进程正在为 {kind} 发布索引，{index} 没有发布；请稍后重试。")

    def remove(self, index: str) -> None:
        """Take an index away; a search that is reading it may be answered by an error.

        Raises:
            NotFound: there is no such index.
            Conflict: it is published.
        """
        found = self._described(index)
        kind = _meta(found)["kind"]
        if self._alias(kind) in found["aliases"]:
            raise Conflict(f"索引 {index} 正在为 {kind} 提供检索，不能删除；请先发布另一个索引。")
        place = self.place(index)
        self._connection.change(lambda client: client.indices.delete(index=place))

    def _swap(self, actions: list[dict[str, Any]]) -> None:
        self._connection.change(lambda client: client.indices.update_aliases(actions=actions))

    def _alias(self, kind: str) -> str:
        return f"{self._prefix}-{valid(kind)}"

    def _published(self, kind: str) -> list[str]:
        alias = self._alias(kind)
        try:
            found = self._connection.search(lambda client: client.indices.get_alias(name=alias))
        except NotFound:
            return []
        return [place.removeprefix(f"{self._prefix}-") for place in sorted(found)]

    def _described(self, index: str) -> Mapping[str, Any]:
        """Mapping, settings and aliases of exactly this index."""
        place = self.place(index)
        try:
            found = self._read(place).get(place)
        except NotFound:
            found = None
        if found is None or _meta(found).get("prefix") != self._prefix:
            raise NotFound(f"没有名为 {index} 的索引；可用 zhixun index status 查看现有索引。")
        return found

    # What only reads is not waited for longer than a search, which needs it, too.

    def _read(self, pattern: str) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self._connection.search(
            lambda client: client.indices.get(index=pattern)
        )
        return found


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = entry["mappings"].get("_meta", {})
    return found
