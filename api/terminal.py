"""How commands speak: text for people on one hand, JSON on the other, progress and refusals on the error stream."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api import wiring
from api.wiring import Services
from search_service.errors import ZhixunError

FAILED, USAGE, GUARDED = 1, 2, 3
"""Exit codes beside 0: failed or not finished, wrong usage, refused by a guard."""

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
# Data may hold anything: what stands in [brackets] is escaped, what stands in :colons: is no picture.
# Where nobody looks at a terminal, lines are not cut to one: names and hints stay whole in logs and pipes.
WIDE = 240
out = Console(emoji=False, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, emoji=False, width=None if sys.stderr.isatty() else WIDE)


def refuse(error: ZhixunError, code: int) -> NoReturn:
    """One clear message, never a stack."""
    err.print(f"[bold red]{error.title}[/]:{escape(error.detail)}")
    for problem in error.problems:
        err.print(escape(f"  {problem.loc}:{problem.message}。{problem.hint}"))
    sys.exit(code)


@contextmanager
def opened() -> Iterator[Services]:
    """The services, for the time of a command."""
    services = wiring.build()
    try:
        yield services
    finally:
        services.close()


@contextmanager
def bars(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each thing that reports (label, done, total)."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=quiet) as progress:
        shown: dict[str, Any] = {}

        def report(label: str, done: int, total: int) -> None:
            bar = shown.setdefault(label, None)
            if bar is None:
                bar = shown[label] = progress.add_task(label, total=total)
            progress.update(bar, completed=done, total=total)

        yield report


def add(found: Table, *cells: object) -> None:
    """A row of plain texts."""
    found.add_row(*(escape(str(cell)) for cell in cells))


def show(data: Any, *, as_json: bool, table: Callable[[], None]) -> None:
    """As JSON, or as `table` prints it."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        table()
