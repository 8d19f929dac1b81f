"""Loading files: the interchange format of ``docs/model.md`` and the published tables, in the order of the kinds.

Good rows are kept in batches, bad rows are named with file, line, field and reason; a second run changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from search_service.clock.files import NAMED, read_year
from search_service.clock.notices import announce, current
from search_service.errors import Invalid, NotFound, Problem, ZhixunError
from search_service.kinds.record import Record
from search_service.kinds.registry import REGISTRY
from search_service.records import rows, tables
from search_service.records.files import Line, csv_rows, discover, json_lines, plain_name, read
from search_service.records.flat import Flat, identity_columns
from search_service.records.report import Outcome, Progress, Report
from search_service.records.rows import Batch, Parsed, Seen
from search_service.records.strict_json import BadJson, loads
from search_service.store.session import Database

BATCH = 500
"""Rows in one transaction: a second's work at most, so that other writers wait no longer than that."""


def file_name(record: Record) -> str:
    """The record's file in the interchange format."""
    return record.plural.replace("-", "_") + ".jsonl"


def load(database: Database, paths: Sequence[Path], progress: Progress | None = None) -> Report:
    """Load files and folders, whatever the order in which they are given.

    Raises:
        NotFound: a path is not there; nothing else stops a load.
    """
    return _Load(database, progress or (lambda *_: None)).run(discover(paths))


class _Load:
    """One run over some files."""

    def __init__(self, database: Database, progress: Progress) -> None:
        self.database, self.progress = database, progress
        self.report = Report()
        self.flats: dict[str, Flat] = {}

    def run(self, paths: Sequence[Path]) -> Report:
        names = {file_name(record): record for record in REGISTRY}
        chosen: list[tuple[tuple[int, int], Path, Record]] = []
        order = [record.name for record in REGISTRY]
        table_names = list(tables.TABLES)
        for path in paths:
            name = plain_name(path)
            table = tables.TABLES.get(name)
            if name in names:
                # Interchange files after tables of the same record: they may say more, and tables only fill gaps.
                chosen.append(((order.index(names[name].name), len(table_names)), path, names[name]))
            elif table is not None:
                place = (order.index(table.record), table_names.index(name))
                chosen.append((place, path, REGISTRY.record(table.record)))
            elif NAMED.fullmatch(name):
                self._holidays(path)
            else:
                self.report.skipped.append(str(path))
        chosen.sort(key=lambda entry: entry[0])
        known = self._context([path for _, path, _ in chosen])
        for _, path, record in chosen:
            try:
                self._file(path, record, known)
            except NotFound as error:
                self.report.unreadable(str(path), "unreadable", error.detail)
        return self.report

    def _holidays(self, path: Path) -> None:
        """A year's holidays fill gaps, too: a year that somebody has announced stays as it is."""
        try:
            year, days, source = read_year(loads(read(path)))
            with self.database.write() as session:
                there = year in current(session).years
                if not there:
                    now = self.database.now()
                    announce(session, year, days, source=source or path.name, by="zhixun load", now=now)
        except (NotFound, Invalid, BadJson) as error:
            self.report.unreadable(str(path), "unreadable", str(error))
            return
        counts = self.report.begin(str(path), "calendar")
        counts.read, counts.stored, counts.unchanged = len(days), 0 if there else len(days), len(days) if there else 0

    def _context(self, paths: Sequence[Path]) -> tables.Context:
        """Short names of divisions are settled among all division tables of the run."""
        names: dict[str, str] = {}
        for path in paths:
            table = tables.TABLES.get(plain_name(path))
            if table is not None and table.record == "division":
                with suppress(NotFound):  # reported when its own turn comes
                    cells, _ = csv_rows(read(path))
                    names |= {code: name for _, code, name, _ in tables.division_rows(cells)}
        return tables.context(names)

    def _file(self, path: Path, record: Record, known: tables.Context) -> None:
        content = read(path)
        table = tables.TABLES.get(plain_name(path))
        lines: list[Line]
        if table is None:
            lines = list(json_lines(content))
        else:
            cells, bad = csv_rows(content)
            if not cells or tuple(cells[0][1][: len(table.heading)]) != table.heading:
                self.report.unreadable(str(path), "heading", f"表头与预期不同,应以 {'、'.join(table.heading)} 开头")
                return
            lines = sorted([*bad, *table.adapt(cells, known)], key=lambda line: line.number)
        counts = self.report.begin(str(path), record.name)
        seen, done = Seen(), 0
        for batch in _batches(lines):
            for outcome in self._batch(record, batch, seen, path.name, table):
                self.report.add(counts, outcome)
            done += len(batch)
            self.progress(path.name, done, len(lines))

    def _batch(
        self, record: Record, batch: list[Line], seen: Seen, file: str, table: tables.Table | None
    ) -> list[Outcome]:
        before = dict(seen.lines)
        try:
            with self.database.write() as session:
                outcomes = self._rows(Batch(session, record, file, seen), batch, table)
        except (SQLAlchemyError, ZhixunError):
            # One row that the database refuses must not take its neighbours with it: each alone, and without the memory
            # of what was rolled back.
            self.flats.pop(record.name, None)
            seen.lines.clear()
            seen.lines.update(before)
            outcomes = [self._alone(record, line, seen, file) for line in batch]
        return sorted(outcomes, key=lambda outcome: outcome.line)

    def _alone(self, record: Record, line: Line, seen: Seen, file: str) -> Outcome:
        try:
            with self.database.write() as session:
                batch = Batch(session, record, file, seen)
                parsed = rows.parse(batch, line)
                return parsed if isinstance(parsed, Outcome) else self._ordinary(batch, [parsed])[0]
        except (SQLAlchemyError, ZhixunError) as error:
            problem = Problem("", "database", f"数据库不接受该行({type(error).__name__})", "请核对该行的内容")
            return Outcome(line.number, refused=(problem,))

    def _rows(self, batch: Batch, lines: Sequence[Line], table: tables.Table | None) -> list[Outcome]:
        record = batch.record
        outcomes: list[Outcome] = []
        parsed: list[Parsed] = []
        for line in lines:
            found = rows.parse(batch, line)
            if isinstance(found, Outcome):
                outcomes.append(found)
            else:
                parsed.append(found)
        if identity_columns(record):
            flat = self.flats.get(record.name) or self.flats.setdefault(record.name, Flat(batch.session, record))
            decided, parsed = flat.take(batch, parsed, fills_gaps=table is not None)
            outcomes.extend(decided)
            if parsed:
                # Rows that go the ordinary way are unknown to the memory: it is read again for the next batch.
                self.flats.pop(record.name)
        return [*outcomes, *self._ordinary(batch, parsed)]

    @staticmethod
    def _ordinary(batch: Batch, parsed: Sequence[Parsed]) -> list[Outcome]:
        batch.find_keys(parsed)
        there = [(row, batch.keys[row.key]) for row in parsed if row.key in batch.keys]
        outcomes, _ = rows.unchanged(batch, there)
        done = {outcome.line for outcome in outcomes}
        outcomes.extend(rows.store(batch, row) for row in parsed if row.line not in done)
        batch.finish()
        return outcomes


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    source = iter(lines)
    while batch := list(islice(source, BATCH)):
        yield batch
