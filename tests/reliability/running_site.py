"""The running site of which one server dies: web process, worker, and clients that write down what was acknowledged."""

from collections.abc import Sequence

from tests.reliability.clients import Client, Seen, title, write
from tests.reliability.convergence import converged
from tests.reliability.ledger import Ledger
from tests.reliability.processes import Web
from tests.reliability.world import World

THREADS, SEED, NOBODYS = 8, 4, 10**6
GROWTH = 1.1
"""Of criterion Z: the memory of the processes that lived on is back to within a tenth."""
KNOWN = "T/R 0"
"""The number of a standard that is there from the beginning."""


def megabytes(sizes: Sequence[int]) -> str:
    """For the report: `Site.memory` of a warm site, from before or after the first fault to after the last one."""
    assert sizes[-1] <= GROWTH * sizes[0], sizes
    return " ".join(f"{size / 2**20:.0f}" for size in sizes)


class Site:
    """Begins with one standard, found by searches."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services = world.ready()
        self.token = world.token(self.services)
        self.ledger, self.seen = Ledger(world.folder / "ledger"), Seen()
        self.web: Web = world.web()
        self.worker = world.worker()
        with self.client() as client:  # what dies now dies under a worker at work: one that finds no database ends
            client.create(KNOWN, title(NOBODYS))
        converged(self.services, 60)

    def client(self) -> Client:
        return Client(self.web.address, self.token, self.ledger, self.seen)

    def memory(self) -> int:
        """Resident bytes of the processes that live on while a server dies."""
        return self.web.memory() + self.worker.memory()

    def write(self, operations: int, rate: float, prefix: str) -> list[float]:
        """How long each answer took."""
        before = len(self.seen.seconds)
        write(self.client, operations=operations, rate=rate, threads=THREADS, seed=SEED, prefix=prefix)
        return self.seen.seconds[before:]
