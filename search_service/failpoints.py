"""Places where a test may kill or delay a process: the only way to know that it survives being killed there.

A failpoint costs one look into an empty dict.  Nothing configures it but the setting that tests set; a real ``SIGKILL``
is sent, because an exception would run the very handlers whose absence is to be survived.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial

from search_service.errors import DeclarationError

_armed: dict[str, Callable[[], None]] = {}


def configure(spec: str) -> None:
    """Arm failpoints; an empty text disarms all.

    `spec` is ``name=action`` with commas between: ``after_commit=kill:0.05,mid_bulk=sleep:2`` kills this process at
    one of twenty passings, and waits two seconds at each.  ``kill`` alone is at the first passing.

    Raises:
        DeclarationError: it cannot be read.
    """
    armed = {}
    for entry in filter(None, (part.strip() for part in spec.split(","))):
        name, _, action = entry.partition("=")
        verb, _, number = action.partition(":")
        if not name or verb not in _ACTIONS:
            raise DeclarationError(f"故障点“{entry}”无法识别,应写作 名称=kill:概率 或 名称=sleep:秒数")
        try:
            armed[name] = partial(_ACTIONS[verb], float(number or 1))
        except ValueError as error:
            raise DeclarationError(f"故障点“{entry}”中的“{number}”不是数") from error
    _armed.clear()
    _armed.update(armed)


def failpoint(name: str) -> None:
    """Nothing, unless a test armed this name."""
    if _armed and (act := _armed.get(name)) is not None:
        act()


def _kill(probability: float) -> None:
    if random.random() < probability:  # noqa: S311 - chance, not secrecy
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)  # a signal to oneself may take a moment; nothing may be done in it


_ACTIONS: dict[str, Callable[[float], None]] = {"kill": _kill, "sleep": time.sleep}
