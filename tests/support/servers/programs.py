"""Where this machine keeps the programs; None where it has none."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.memory import FOLDER, folder_in_memory

ELASTICSEARCH = "9.5.0"
JAVA = 21
"""The oldest Java that Elasticsearch 9 runs on."""

_JAVA_FOLDERS = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
)
_POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


def scratch() -> Path:
    """The folder where servers that we start and programs that we fetch live (``ZHIXUN_SERVICES_DIR``).

    Where it is once it stays, else in memory where there is room.
    """
    named = os.environ.get("ZHIXUN_SERVICES_DIR")
    if named:
        return Path(named)
    places = [FOLDER, Path(tempfile.gettempdir())]
    mine = [place / f"zhixun-services-{os.getuid()}" for place in places]
    return next((folder for folder in mine if folder.exists()), mine[0 if folder_in_memory() else 1])


def chromium() -> Path | None:
    """A browser that Playwright can drive."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def redis() -> Path | None:
    """``redis-server``."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


def postgres() -> Path | None:
    """The folder of ``postgres``, ``initdb`` and ``pg_ctl``; the newest version where there are several."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += [folder for pattern in _POSTGRES_FOLDERS for folder in _folders(pattern)]
    found = [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return max(found, key=lambda folder: _numbers(str(folder)), default=None)


def java() -> Path | None:
    """The home of the newest JDK that Elasticsearch runs on; what ``ES_JAVA_HOME`` names comes first."""
    named = [os.environ.get(name, "") for name in ("ES_JAVA_HOME", "JAVA_HOME")]
    on_path = shutil.which("java")
    found = [Path(name) for name in named if name]
    found += [Path(on_path).resolve().parent.parent] if on_path else []
    for home in found:
        if _java_version(home) >= JAVA:
            return home
    homes = {folder.resolve() for pattern in _JAVA_FOLDERS for folder in _folders(pattern)}
    newest = max(homes, key=_java_version, default=None)
    return newest if newest and _java_version(newest) >= JAVA else None


def elasticsearch() -> Path | None:
    """The unpacked distribution of Elasticsearch, the one that ``ZHIXUN_TEST_ELASTICSEARCH_HOME`` names or our own."""
    named = os.environ.get("ZHIXUN_TEST_ELASTICSEARCH_HOME")
    home = Path(named) if named else scratch() / f"elasticsearch-{ELASTICSEARCH}"
    return home if (home / "bin" / "elasticsearch").exists() else None


def _folders(pattern: str) -> list[Path]:
    return [path for path in Path("/").glob(pattern.lstrip("/")) if path.is_dir()]


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _java_version(home: Path) -> int:
    """The major version: 25 for ``25.0.3``; 0 where the folder holds no JDK."""
    if not (home / "bin" / "java").exists():
        return 0
    try:
        said = (home / "release").read_text()
        return next(iter(_numbers(said.partition("JAVA_VERSION=")[2])), 0)
    except OSError:
        said = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=False).stderr
        return next(iter(_numbers(said)), 0)
