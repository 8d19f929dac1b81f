"""The ordinary user that a program runs as when we are root: PostgreSQL and Elasticsearch refuse to run as root."""

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any


class NotStarted(RuntimeError):
    """The server cannot be had; the message says why and what to do."""


class Account:
    """Whose files and processes a server's are.

    Args:
        name: The user to become; None, or we are not root: as we are.
    """

    def __init__(self, name: str | None) -> None:
        self.name = name if os.getuid() == 0 else None

    def become(self) -> dict[str, Any]:
        """The arguments of ``subprocess`` that make a child this user's; raises NotStarted where there is no such."""
        if self.name is None:
            return {}
        try:
            known = pwd.getpwnam(self.name)
        except KeyError:
            raise NotStarted(f"it refuses to run as root, and there is no user {self.name}") from None
        return {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make a file or folder this user's."""
        if who := self.become():
            os.chown(path, who["user"], who["group"])

    def run(self, *command: str | Path, folder: Path, environment: dict[str, str]) -> None:
        """Run a program to its end; raises NotStarted with what it said where it failed."""
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, **self.become()
        )
        if done.returncode:
            raise NotStarted(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()}")
