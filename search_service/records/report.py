"""What a load did: counts, and every refusal and doubt with its place."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from search_service.errors import Problem

Progress = Callable[[str, int, int], None]
"""Called with file name, rows done, rows in all."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One refused row, or one doubtful value of a row that was kept."""

    file: str
    line: int
    field: str
    code: str
    message: str
    hint: str

    @property
    def reason(self) -> str:
        """What is wrong and what to do, in one sentence."""
        return f"{self.message}({self.hint})" if self.hint else self.message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    line: int
    stored: bool = False
    refused: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(slots=True)
class FileReport:
    """Counts of one file."""

    file: str
    record: str
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    refused: int = 0
    warnings: int = 0


@dataclass(slots=True)
class Report:
    """Counts over all files; `refused` has one entry per problem, rows are counted in `files`.

    A file that cannot be read at all stands in `refused` with line 0; `skipped` are files that we do not know.
    """

    files: list[FileReport] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows in the files that were read."""
        return sum(f.read for f in self.files)

    @property
    def stored(self) -> int:
        """Rows that were new or changed."""
        return sum(f.stored for f in self.files)

    @property
    def unchanged(self) -> int:
        """Rows that were there already."""
        return sum(f.unchanged for f in self.files)

    @property
    def refused_rows(self) -> int:
        """Rows that were not taken."""
        return sum(f.refused for f in self.files)

    def begin(self, file: str, record: str) -> FileReport:
        """Start counting a file."""
        counts = FileReport(file, record)
        self.files.append(counts)
        return counts

    def add(self, counts: FileReport, outcome: Outcome) -> None:
        """Count a row."""
        counts.read += 1
        if outcome.refused:
            counts.refused += 1
        elif outcome.stored:
            counts.stored += 1
        else:
            counts.unchanged += 1
        self.refused.extend(_remark(counts.file, outcome.line, p) for p in outcome.refused)
        if not outcome.refused:
            counts.warnings += len(outcome.warnings)
            self.warnings.extend(_remark(counts.file, outcome.line, p) for p in outcome.warnings)

    def unreadable(self, file: str, code: str, message: str) -> None:
        """A file that we know but cannot read."""
        self.refused.append(Remark(file, 0, "", code, message, "请核对文件"))

    def to_json(self) -> dict[str, Any]:
        """For ``zhixun load --json``."""
        return {
            "read": self.read,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "refused_rows": self.refused_rows,
            "refused": [{**asdict(r), "reason": r.reason} for r in self.refused],
            "warnings": [{**asdict(w), "reason": w.reason} for w in self.warnings],
            "skipped": list(self.skipped),
            "files": [asdict(f) for f in self.files],
        }


def _remark(file: str, line: int, problem: Problem) -> Remark:
    return Remark(file, line, problem.loc, problem.code, problem.message, problem.hint)
