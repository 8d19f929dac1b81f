"""PostgreSQL in a cluster of its own, durable against everything but a power cut, or like one in production."""

import signal
import socket
from contextlib import closing
from pathlib import Path

from tests.support.servers import programs
from tests.support.servers.accounts import Account, NotStarted
from tests.support.servers.base import Server

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''  # a path in a temporary folder may be too long for a socket
synchronous_commit = on       # as in production: kills must find what was promised
max_connections = 200         # several workers and their threads
"""


HASTY = "fsync = off  # a kill leaves the kernel its pages, and no test cuts the power\n"


def answers(host: str, port: int) -> bool:
    """Whether a PostgreSQL takes sessions: it does not while it starts up or recovers, although it takes connections.

    Spoken by hand (protocol 3.0, StartupMessage), so that no library and no psql is needed.
    """
    wish = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0"
    try:
        with closing(socket.create_connection((host, port), timeout=2)) as line:
            line.sendall((len(wish) + 4).to_bytes(4, "big") + wish)
            said = line.recv(1)
            line.sendall(b"X\0\0\0\4")  # Terminate, so that the log does not call it a lost connection
            return said == b"R"  # AuthenticationOk, or a question for a password
    except OSError:
        return False


class PostgresServer(Server):
    """``url`` names the superuser's database; ``stop("immediate")`` is ``pg_ctl stop -m immediate``.

    ``durable``: what is promised is on the disk, too, as in production; for tests of faults.
    """

    name = "PostgreSQL"
    account = Account("postgres")
    patience = 60  # recovery after a kill takes longer than a start
    gentle = signal.SIGINT  # "fast": open transactions are rolled back, nobody is waited for

    def __init__(self, folder: Path | None = None, *, durable: bool = False) -> None:
        super().__init__(folder)
        self.durable = durable

    @property
    def url(self) -> str:
        """For SQLAlchemy with psycopg."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        """Make the cluster."""
        bin_folder = programs.postgres()
        if bin_folder is None:
            raise NotStarted("no PostgreSQL here; install postgresql")
        if not (self.folder / "data" / "PG_VERSION").exists():
            self.run(
                *(bin_folder / "initdb", "--pgdata", self.folder / "data"),
                *("--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
            )
            with (self.folder / "data" / "postgresql.conf").open("a") as settings:
                settings.write(SETTINGS if self.durable else SETTINGS + HASTY)

    def command(self, port: int) -> list[str]:
        """The postmaster."""
        return [f"{programs.postgres()}/postgres", "-D", str(self.folder / "data"), "-p", str(port)]

    def answers(self) -> bool:
        """Whether it opens sessions."""
        return answers("127.0.0.1", self.port)

    def stop(self, mode: str = "fast") -> None:
        """End it: ``smart`` waits for clients, ``fast`` rolls back, ``immediate`` leaves recovery to the next start."""
        how = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        self._end(how, children=False)
