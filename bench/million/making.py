"""A million rows and their documents, made once on all cores and kept in files that every side is filled from.

Behind the last real standard they repeat under other numbers.  One process makes all repetitions of its part of the
table, so that what the analysers remember of a title is used again; pieces are laid out so that repetitions lie as far
apart as the table is long.
"""

import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from bench.speed.pipeline import STANDARD, standard
from bench.speed.rows import Row, again, table
from indexers.documents import build
from search_service.engines.base import Document
from search_service.store.standard import Standard

PIECE = 4_000
"""Rows of the table that one process takes at a time; with fifteen repetitions 80 MB of documents."""
SEQUENCE = 1
"""The mark of a row that was made and never changed."""
COLUMNS = tuple(column.key for column in Standard.__table__.columns)


class Piece(NamedTuple):
    """Rows of the table as columns, and the documents of the same rows."""

    rows: list[dict[str, Any]]
    documents: list[Document]


def made(folder: Path, count: int, now: datetime) -> list[Path]:
    """Files of pieces with `count` rows in all, in order; those that are there are used again."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / f"{count}.pickle"
    if not listed.exists():
        length = min(count, len(table(count)))  # read before the processes are forked, which then have it
        starts = range(0, length, PIECE)
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
            found = pool.map(partial(_make, folder, count, length, now), starts)
            paths = [path for _, path in sorted(path for some in found for path in some)]
        listed.write_bytes(pickle.dumps(paths))
    return [folder / name for name in pickle.loads(listed.read_bytes())]  # noqa: S301 - written by this program


def read(path: Path) -> Piece:
    """A piece of `made`."""
    return Piece(*pickle.loads(path.read_bytes()))  # noqa: S301 - written by this program


def _make(folder: Path, count: int, length: int, now: datetime, start: int) -> list[tuple[int, str]]:
    """The files of one part of the table, with the lap that each is of."""
    laps = -(-count // length)
    pieces: list[Piece] = [Piece([], []) for _ in range(laps)]
    for at, row in enumerate(table(count)[start : min(start + PIECE, length)], start):
        for lap, _ in enumerate(range(at, count, length)):
            _add(pieces[lap], again(row, lap), now)
    names = []
    for lap, piece in enumerate(pieces):
        if piece.rows:
            names.append((lap, f"{count}-{lap:02}-{start:06}.pickle"))
            (folder / names[-1][1]).write_bytes(pickle.dumps(tuple(piece), pickle.HIGHEST_PROTOCOL))
    return names


def _add(piece: Piece, row: Row, now: datetime) -> None:
    stored = standard(row)
    document = build(STANDARD, stored, SEQUENCE, now)
    assert isinstance(document, Document)
    stamped = {"row_version": 1, "created_at": now, "updated_at": now}
    piece.rows.append({name: getattr(stored, name) for name in COLUMNS} | stamped)
    piece.documents.append(document)
