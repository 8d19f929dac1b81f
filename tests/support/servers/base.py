"""What the three servers have in common: a folder, a port, a process that can be ended in several ways."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self

from tests.support.memory import folder_in_memory
from tests.support.servers.accounts import Account, NotStarted
from tests.support.servers.processes import birth, buried, family, free_port, is_free, send, until


class Server(ABC):
    """One server in a folder of its own on a port of its own, both kept over restarts.

    Args:
        folder: Where data, log and ``server.json`` live; a server that was started there by another process is taken
            over with all its data. None: a new temporary folder, removed by ``close``.
    """

    name: ClassVar[str]
    account: ClassVar[Account] = Account(None)
    patience: ClassVar[float]
    """Seconds to wait for the first answer, ten times what a start took on two busy cores."""
    gentle: ClassVar[signal.Signals] = signal.SIGTERM
    """The signal for an orderly end."""

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix=f"zhixun-{self.name.lower()}-", dir=folder_in_memory()))
        self._process: subprocess.Popen[bytes] | None = None
        self._state = self.folder / "server.json"

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1; chosen at the first start."""
        return int(self._remembered().get("port", 0))  # nobody listens on 0

    @property
    def pid(self) -> int | None:
        """The number of its first process, None while it is down."""
        known = self._remembered()
        pid = int(known.get("pid", 0))
        return pid if pid and birth(pid) == known["birth"] else None

    @property
    def ready(self) -> bool:
        """Whether it runs and takes requests: nobody else's server that has taken the port meanwhile will do."""
        return self.pid is not None and self.answers()

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for a client."""

    @abstractmethod
    def prepare(self) -> None:
        """Write data folder and settings where there are none; raises NotStarted where the program is missing."""

    @abstractmethod
    def command(self, port: int) -> list[str]:
        """The program and its arguments, to run in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes requests now."""

    def environment(self) -> dict[str, str]:
        """More variables for the program."""
        return {}

    def start(self) -> None:
        """Start it and wait until it answers; does nothing where it runs.

        Raises:
            NotStarted: A program is missing, or the server does not answer in time; it is ended then.
        """
        if self.pid is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.account.own(self.folder)
            self.prepare()
            port = self.port if self.port and is_free(self.port) else free_port()
            until(lambda: buried(self._remembered().get("pid")), 10)  # a lock file names a dead postmaster until then
            with (self.folder / "server.log").open("ab") as log:
                self._process = subprocess.Popen(
                    self.command(port),
                    cwd=self.folder,
                    env={**os.environ, **self.environment()},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # it outlives this process and the terminal's Ctrl-C
                    **self.account.become(),
                )
            pid = self._process.pid
            new = self._state.with_suffix(".new")
            new.write_text(json.dumps({"port": port, "pid": pid, "birth": birth(pid)}))
            new.replace(self._state)  # whole or not at all: the next one must be able to end this process
        until(lambda: self.pid is None or self.answers(), self.patience)
        if not self.ready:
            self.kill()
            log_file = self.folder / "server.log"
            raise NotStarted(
                f"it does not answer; {log_file} ends: {log_file.read_text(errors='replace').strip()[-600:]}"
            )

    def stop(self) -> None:
        """End it in order and wait for the end."""
        self._end(self.gentle, children=False)

    def kill(self) -> None:
        """End it and its children at once, as a power cut would; what it had not written is gone."""
        self._end(signal.SIGKILL, children=True)

    def freeze(self) -> None:
        """Let it hang: connections are taken by the kernel, and nothing answers."""
        if self.pid:
            send(family(self.pid), signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after ``freeze``."""
        if self.pid:
            send(family(self.pid), signal.SIGCONT)

    def close(self) -> None:
        """End it, and remove its folder if that is temporary."""
        if self._temporary:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, *command: str | Path) -> None:
        """Run a program of the server's to its end, as its user, in its folder and environment."""
        self.account.run(*command, folder=self.folder, environment={**os.environ, **self.environment()})

    def _remembered(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._state.read_text()) if self._state.exists() else {}
        return found

    def _end(self, how: signal.Signals, *, children: bool) -> None:
        if (pid := self.pid) is not None:
            whole = family(pid)
            send(whole if children else [pid], how)
            send(whole, signal.SIGCONT)  # a frozen process would not hear the signal
            if not until(lambda: not any(birth(one) for one in whole), self.patience):
                send(whole, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()  # our own child stays a zombie until it is asked
