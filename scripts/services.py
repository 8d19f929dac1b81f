"""One of each real server for all tests of this machine; run through ``scripts/services``, which finds a Python."""

import fcntl
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.servers import elastic, postgres, programs, redis
from tests.support.servers.accounts import NotStarted
from tests.support.servers.base import Server
from tests.support.servers.install import REFUSED, install

NAMES = ("postgres", "redis", "elasticsearch", "chromium")


def servers(names: list[str]) -> dict[str, Server]:
    """The common servers, where they are or would be; a browser is started by each test itself."""
    folder = programs.scratch()
    known: dict[str, Callable[[Path], Server]] = {
        "postgres": postgres.PostgresServer,
        "redis": redis.RedisServer,
        "elasticsearch": lambda folder: elastic.ElasticServer(folder, heap="1g"),  # enough for a million rows
    }
    return {name: make(folder / name) for name, make in known.items() if name in names}


def theirs(name: str) -> str | None:
    """The address of somebody's own server, named in the environment and answering; it is used and never touched."""
    url = os.environ.get(f"ZHIXUN_TEST_{name.upper()}_URL")
    if not url:
        return None
    place = urlsplit(url)
    ask = {"postgres": postgres.answers, "redis": redis.answers}.get(name)
    there = elastic.answers(url) if ask is None else ask(place.hostname or "", place.port or 0)
    return url if there else None


def start(names: list[str]) -> int:
    """Make everything available that can be had here; 1 where something is left out."""
    wanted = servers(names)
    missing = [name for name in names if name not in wanted or not (wanted[name].ready or theirs(name))]
    fetched = install(missing, say)
    with ThreadPoolExecutor() as together:
        good = list(together.map(lambda name: bring_up(name, wanted[name], fetched.get(name, "")), wanted))
    if "chromium" in names:
        found = programs.chromium()
        good.append(found is not None)
        say(f"chromium: {fetched.get('chromium', 'there')}{f', {found}' if found else ''}")
    return 0 if all(good) else 1


def bring_up(name: str, server: Server, fetched: str) -> bool:
    """Start one server and say so; whether there is one now."""
    if server.ready:
        say(f"{name}: running, {server.url}")
    elif url := theirs(name):
        say(f"{name}: yours, {url}")
    elif fetched.startswith(REFUSED):
        say(f"{name}: {fetched}")
        return False
    else:
        try:
            server.start()
        except (NotStarted, OSError) as why:
            say(f"{name}: {REFUSED}: {why}")
            return False
        say(f"{name}: {f'{fetched}, ' if fetched else ''}started, {server.url}")
    return True


def stop(names: list[str]) -> int:
    """End what ``start`` started, and forget its data; what was fetched stays."""
    for name, server in servers(names).items():
        ran = server.pid is not None
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
        say(f"{name}: {'stopped' if ran else 'was not running'}")
    return 0


def env(names: list[str]) -> int:
    """Print a line for each that answers; nothing for the others."""
    for name, server in servers(names).items():
        if url := theirs(name) or (server.url if server.ready else None):
            print(f"ZHIXUN_TEST_{name.upper()}_URL={shlex.quote(url)}")
    for name, path in (("CHROMIUM", programs.chromium()), ("ELASTICSEARCH_HOME", programs.elasticsearch())):
        if path:
            print(f"ZHIXUN_TEST_{name}={shlex.quote(str(path))}")
    return 0


def say(line: str) -> None:
    """One line for the person who waits, at once."""
    print(f"services: {line}", flush=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder: a second ``start`` waits and then finds everything running."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        sys.exit(f"services: {folder} belongs to somebody else; name another folder in ZHIXUN_SERVICES_DIR")
    folder.chmod(0o755)  # the servers' accounts pass through it
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Run the command of the line."""
    command = {"start": start, "stop": stop, "env": env}.get(arguments[0] if arguments else "")
    names = arguments[1:] or list(NAMES)
    if command is None or not set(names) <= set(NAMES):
        print(f"usage: scripts/services start | stop | env [{' | '.join(NAMES)}] …", file=sys.stderr)
        return 2
    with alone(programs.scratch()):
        return command(names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
