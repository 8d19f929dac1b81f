"""Redis in a folder of its own."""

import socket
from contextlib import closing
from pathlib import Path

from tests.support.servers import programs
from tests.support.servers.accounts import NotStarted
from tests.support.servers.base import Server


def answers(host: str, port: int) -> bool:
    """Whether a Redis says something to PING: PONG, or that it wants a password; not while it loads its data."""
    try:
        with closing(socket.create_connection((host, port), timeout=2)) as line:
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


class RedisServer(Server):
    """Without ``durable`` what it holds is gone with the process; with it, every write is in the append-only file."""

    name = "Redis"
    patience = 20

    def __init__(self, folder: Path | None = None, *, durable: bool = False) -> None:
        super().__init__(folder)
        self.durable = durable

    @property
    def url(self) -> str:
        """Database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Nothing but the program is needed."""
        if programs.redis() is None:
            raise NotStarted("no Redis here; install redis-server")

    def command(self, port: int) -> list[str]:
        """All settings as arguments; 64 databases, so that tests running at once can each have one."""
        keep = ["--appendonly", "yes", "--appendfsync", "always"] if self.durable else ["--appendonly", "no"]
        return [
            *(str(programs.redis()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(self.folder)),
            *("--save", "", "--databases", "64", *keep),
        ]

    def answers(self) -> bool:
        """Whether it says PONG."""
        return answers("127.0.0.1", self.port)
