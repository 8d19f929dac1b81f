"""Processes and ports: what a server needs from the operating system."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PORTS = range(20_000, 30_000)
"""Below the ports that Linux gives to outgoing connections (32768 and up): a client that knocks at a stopped server
could otherwise be given the server's own port, and the server could not come back."""

LINUX = Path("/proc/self/stat").exists()
"""Elsewhere ``ps`` is asked; a small Linux image may have none."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    for port in random.sample(PORTS, 100):
        if is_free(port):
            return port
    raise OSError("100 ports between 20000 and 30000 were tried and none is free")


def is_free(port: int) -> bool:
    """Whether a server could listen on the port; connections that are just closing do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def birth(pid: int) -> str | None:
    """When a process began, as a text that no other process with this number shares; None where none runs.

    A number is given away again after its process has ended; number and birth together are not.
    """
    if not LINUX:
        said = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return said.stdout.strip() or None
    state = _state(pid)
    return state[19] if state and state[0] != "Z" else None  # ticks since boot; a zombie has ended


def buried(pid: int | None) -> bool:
    """Whether a process has ended and is no zombie either: to ``kill -0``, as PostgreSQL asks, a zombie is alive."""
    return pid is None or _state(pid) is None


def family(pid: int) -> list[int]:
    """A process and all that descend from it, the eldest first."""
    if LINUX:
        numbers = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
        parents = [(number, int(state[1])) for number in numbers if (state := _state(number))]
    else:
        said = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
        parents = [(int(child), int(of)) for child, of in map(str.split, said.splitlines())]
    found = [pid]
    for parent in found:  # grows while it is walked
        found += [child for child, of in parents if of == parent and child not in found]
    return found


def _state(pid: int) -> list[str] | None:
    """What Linux says of a process after its name, see proc(5): state, parent, …, at 19 its birth."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def send(pids: list[int], what: signal.Signals) -> None:
    """Signal each process that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until the answer is yes or the time is over."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
