"""Fetch what is missing, where that is our right: Debian as root, and Maven for Elasticsearch."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.servers import programs

PACKAGES: dict[str, tuple[Callable[[], Path | None], list[str]]] = {
    "postgres": (programs.postgres, ["postgresql"]),
    "redis": (programs.redis, ["redis-server"]),
    "chromium": (programs.chromium, ["chromium", "fonts-noto-cjk"]),  # without the font Chinese is boxes
}
REFUSED = "cannot be had"
"""How every answer of ``install`` begins that is no success."""

PATIENCE = 900
"""Seconds for all packages or for Elasticsearch: a browser is 300 MB, and lines are slow."""


def install(names: Iterable[str], say: Callable[[str], None]) -> dict[str, str]:
    """Fetch what is missing of the named programs, packages and Elasticsearch side by side.

    Args:
        names: Keys of ``PACKAGES``, or ``elasticsearch``.
        say: Told what is being fetched, as that takes a while.

    Returns:
        For each program that was missing: what was done, or why not and how to get it.
    """
    missing = {name: PACKAGES[name][1] for name in names if name in PACKAGES and PACKAGES[name][0]() is None}
    with ThreadPoolExecutor() as both:
        packages = both.submit(_packages, missing, say)
        elastic = both.submit(_elasticsearch, say) if "elasticsearch" in names else None
        return packages.result() | ({"elasticsearch": elastic.result()} if elastic and elastic.result() else {})


def _packages(missing: dict[str, list[str]], say: Callable[[str], None]) -> dict[str, str]:
    if not missing:
        return {}
    by_hand = {name: f"install {' '.join(packages)}" for name, packages in missing.items()}
    if shutil.which("apt-get") is None or os.getuid() != 0:
        return {name: f"{REFUSED}: only root on Debian may fetch it from here; {by_hand[name]}" for name in missing}
    log = programs.scratch() / "apt.log"
    apt_get = ["apt-get", "-o", "DPkg::Lock::Timeout=120"]
    with _nothing_started():
        _logged([*apt_get, "update"], log)
        for packages in missing.values():  # one by one: a name that a system does not know spoils the whole line
            say(f"apt-get: installing {' '.join(packages)} …")
            _logged([*apt_get, "install", "-y", "--no-install-recommends", *packages], log)
    failed = {name: f"{REFUSED}: apt-get failed, see {log}; {by_hand[name]}" for name in missing}
    return {name: "installed" if PACKAGES[name][0]() else failed[name] for name in missing}


@contextmanager
def _nothing_started() -> Iterator[None]:
    """Debian starts the servers that it installs, on the usual ports; this is its own switch against that."""
    switch = Path("/usr/sbin/policy-rc.d")
    if switch.exists():  # somebody else's, as in most container images
        yield
        return
    switch.write_text("#!/bin/sh\nexit 101\n")
    switch.chmod(0o755)
    try:
        yield
    finally:
        switch.unlink()


def _elasticsearch(say: Callable[[str], None]) -> str:
    if programs.elasticsearch() is not None:
        return ""
    if programs.java() is None:
        return f"{REFUSED}: it needs a JDK {programs.JAVA} or newer; install one (ES_JAVA_HOME names it)"
    if shutil.which("mvn") is None:
        return f"{REFUSED}: install maven, which fetches it, or name an unpacked one in ZHIXUN_TEST_ELASTICSEARCH_HOME"
    scratch, name = programs.scratch(), f"elasticsearch-{programs.ELASTICSEARCH}"
    say(f"Maven: fetching {name} (130 MB) …")
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{programs.ELASTICSEARCH}:zip"
    fetch = ["mvn", "-B", "-q", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={scratch}"]
    if not _logged(fetch, scratch / "mvn.log"):
        return f"{REFUSED}: Maven could not fetch it, see {scratch / 'mvn.log'}"
    with TemporaryDirectory(dir=scratch) as unpacked, zipfile.ZipFile(scratch / f"{name}.zip") as packed:
        packed.extractall(unpacked)
        home = Path(unpacked, name)
        for path in home.rglob("*"):  # it runs as somebody else, and zipfile forgets what may be executed
            path.chmod(0o755 if path.is_dir() or path.parent == home / "bin" else 0o644)
        home.rename(scratch / name)  # whole or not at all
    (scratch / f"{name}.zip").unlink()
    return "fetched"


def _logged(command: list[str], log: Path) -> bool:
    """Run a command with its words in a file; False where it failed or took too long."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("ab") as words:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=quiet, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0
