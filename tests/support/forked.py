"""A command in a process that has imported everything already: to import it costs each one two seconds.

The process that commands are forked from does nothing else, so no thread of a test, and nothing that a test changed,
comes along.  Nothing is imported here but what every program has: it is imported where the commands run.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120.0
"""Seconds until a command is stuck."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["api.cli", __name__])


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left."""

    code: int | None
    stdout: str
    stderr: str


def zhixun(words: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run ``zhixun`` with these words, and with nothing else in its environment."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = _FORKS.Process(target=_run, args=(words, environment, out, err))
        process.start()
        process.join(PATIENCE)
        process.kill()
        process.join()
        return Ended(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _run(words: Sequence[str], environment: Mapping[str, str], out: Path, err: Path) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), number)
    sys.argv = ["zhixun", *words]
    from api.cli import main  # noqa: PLC0415 - there already, but not where the tests are

    main()
