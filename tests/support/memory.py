"""A place for the tests' files that no slow disk holds up; who is killed leaves them to the kernel as on a disk.

Run as a module it prints the place.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER = Path("/dev/shm")
"""Where Linux keeps files in memory."""
ROOM = 4 * 2**30
"""Bytes that have to be free: three processes' files at once are under one GiB."""
SPARE = 8 * 2**30
"""Bytes of memory that have to be free, since the servers and the browser want theirs."""
_LIMIT, _USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def folder_in_memory() -> Path | None:
    """Where there is one with room, on which programs may run; else the usual place has to do."""
    try:
        can_run = not os.statvfs(FOLDER).f_flag & os.ST_NOEXEC
        roomy = shutil.disk_usage(FOLDER).free >= ROOM and _memory() >= SPARE
    except OSError:
        return None
    return FOLDER if can_run and roomy and os.access(FOLDER, os.W_OK) else None


def _memory() -> int:
    """Bytes that this machine, or its container, can still give."""
    lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    limit = _LIMIT.read_text("ascii").strip() if _LIMIT.exists() else "max"
    return free if limit == "max" else min(free, int(limit) - int(_USED.read_text("ascii")))


if __name__ == "__main__":
    sys.stdout.write(f"{folder_in_memory() or tempfile.gettempdir()}\n")
