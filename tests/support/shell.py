"""``zhixun`` as a process of its own, on a data folder of its own."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.conftest import NOW
from tests.support import forked
from tests.support.forked import Ended


class Shell:
    """Runs ``zhixun`` as a process of its own, on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, code: int = 0) -> str:
        """Everything that a person sees."""
        found = self._run(words, code)
        return found.stdout + found.stderr

    def json(self, *words: str, code: int = 0) -> Any:
        """What a script reads."""
        return json.loads(self._run((*words, "--json"), code).stdout)

    def _run(self, words: tuple[str, ...], code: int) -> Ended:
        found = forked.zhixun(words, self.environment())
        assert found.code == code, found.stdout + found.stderr
        return found

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-c", "from api.cli import main; main()", *words]

    def environment(self) -> dict[str, str]:
        return {"ZHIXUN_DATA_DIR": str(self.folder), "ZHIXUN_CLOCK": NOW.isoformat(), "PATH": "", "COLUMNS": "200"}
