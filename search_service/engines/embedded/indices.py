"""Which indices there are, which one a kind's searches see, and the few changes of that, each atomic.

::

    <root>/indices/<index>/schema.json        the declaration that the index was made with
    <root>/indices/<index>/frequencies.json   counted tokens (`frequencies.py`)
    <root>/indices/<index>/tantivy/           the library's own files
    <root>/published/<kind>                   the name of the index that searches see
"""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from search_service.engines.base import IndexSchema
from search_service.engines.fields import from_plain, to_plain
from search_service.engines.names import valid
from search_service.errors import Conflict, EngineUnavailable, NotFound

MOST_NAMES: Final = 64
"""Kinds and indices whose paths are remembered: all of an installation."""
LAYOUT: Final = 2
"""Raised whenever this package stores something differently: an index of another layout is rebuilt, not converted."""

STORED: Final = {"docstore_compression": "none", "docstore_blocksize": 1024}
"""tantivy's settings that its Python package has no argument for.  A hit takes 2 µs to read instead of 7, and a row
takes 100 bytes instead of 50."""

Stamp = tuple[int, int, int]


def stamp(path: Path | str) -> Stamp | None:
    """Changes whenever a file is replaced; None if there is none.  About 1.5 µs, so it is asked on every search."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, and asked twice on every search
    except FileNotFoundError:
        return None
    return _stamp_of(found)


def _stamp_of(found: os.stat_result) -> Stamp:
    return found.st_mtime_ns, found.st_ino, found.st_size


def replace_file(path: Path, content: bytes) -> Stamp:
    """Write so that every reader sees the old content or the new, never a part, and a crash loses at most the new.

    Returns the stamp of what was written: asked afterwards, it could be that of another process's file.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        written = _stamp_of(os.fstat(file.fileno()))
    beside.replace(path)
    return written


class Unreadable(EngineUnavailable):
    """The files are there, but not as this version wrote them; only a rebuild helps."""


class Indices:
    """The engine's directory: what there is, as any process last left it."""

    def __init__(self, root: Path) -> None:
        self._indices = root / "indices"
        self._published = root / "published"
        self._indices.mkdir(parents=True, exist_ok=True)
        self._published.mkdir(parents=True, exist_ok=True)
        self._lock_file = root / ".lock"
        self._aliases: dict[str, tuple[Stamp, str]] = {}
        # Joining paths takes longer than looking at the file, and every search looks at two.
        self._alias_file = lru_cache(MOST_NAMES)(lambda kind: self._published / valid(kind))
        self._schema_file = lru_cache(MOST_NAMES)(lambda index: str(self._directory(index) / "schema.json"))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Only one process at a time creates, publishes or drops; readers are never held up."""
        with self._lock_file.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def library(self, index: str) -> Path:
        """Where tantivy keeps the files of an index."""
        return self._directory(index) / "tantivy"

    def frequencies(self, index: str) -> Path:
        """Where the counted tokens of an index are kept."""
        return self._directory(index) / "frequencies.json"

    def stamp(self, index: str) -> Stamp | None:
        """Identifies one life of an index: dropping and creating it again gives another."""
        return stamp(self._schema_file(index))

    def schema(self, index: str) -> IndexSchema:
        """The declaration that an index was made with.

        Raises:
            NotFound: there is no such index.
            Unreadable: it was made by a version of this package that stored it differently.
        """
        plain = self._declaration(index)
        if plain["layout"] != LAYOUT:
            raise Unreadable(f"索引 {index} 由不兼容的版本创建，请运行 zhixun index rebuild 重建。")
        return from_plain(plain["schema"])

    def kind(self, index: str) -> str:
        """The kind that an index belongs to, readable or not; raises NotFound as `schema` does."""
        return str(self._declaration(index)["schema"]["kind"])

    def _declaration(self, index: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = orjson.loads((self._directory(index) / "schema.json").read_bytes())
        except FileNotFoundError as error:
            raise NotFound(f"没有名为 {index} 的索引；可用 zhixun index status 查看现有索引。") from error
        return found

    @contextmanager
    def creating(self, schema: IndexSchema, index: str) -> Iterator[Path]:
        """A directory for the library's files that becomes the index when the block ends well."""
        final = self._directory(index)
        if final.exists():
            raise Conflict(f"索引 {index} 已存在；请先删除它，或换一个名称。")
        beside = self._indices / f".new.{index}.{os.getpid()}"
        shutil.rmtree(beside, ignore_errors=True)
        (beside / "tantivy").mkdir(parents=True)
        yield beside / "tantivy"
        self._keep_rows_apart(beside / "tantivy" / "meta.json")
        plain = {"layout": LAYOUT, "created": time.time_ns(), "schema": to_plain(schema)}
        replace_file(beside / "schema.json", orjson.dumps(plain))
        beside.replace(final)

    def _keep_rows_apart(self, meta: Path) -> None:
        """Have stored values kept uncompressed in small blocks: hits lie anywhere, and each would unpack 200 rows."""
        plain = orjson.loads(meta.read_bytes())
        replace_file(meta, orjson.dumps(plain | {"index_settings": plain["index_settings"] | STORED}))

    def remove(self, index: str) -> None:
        """Take an index away; a search that is reading it in any process ends undisturbed (its files stay mapped)."""
        gone = self._indices / f".gone.{index}.{time.time_ns()}"
        self._directory(index).replace(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def names(self, kind: str) -> list[str]:
        """The indices of a kind, oldest first."""
        found = []
        for path in self._indices.glob("[!.]*/schema.json"):
            try:
                plain = orjson.loads(path.read_bytes())
            except FileNotFoundError:
                continue  # dropped in this moment
            if plain["schema"]["kind"] == kind:
                found.append((plain["created"], path.parent.name))
        return [name for _, name in sorted(found)]

    def published(self, kind: str) -> str | None:
        """The published index of a kind, as any process last set it."""
        path = self._alias_file(kind)
        found = stamp(path)
        if found is None:
            return None
        known = self._aliases.get(kind)
        if known is None or known[0] != found:
            known = found, path.read_text("utf-8")
            self._aliases[kind] = known
        return known[1]

    def publish(self, kind: str, index: str) -> None:
        """Switch every reader of every process in one step."""
        replace_file(self._published / valid(kind), index.encode())

    def _directory(self, index: str) -> Path:
        return self._indices / valid(index)
