"""After a commit a message leaves by itself, from the web process's own thread (embedded mode)."""

import time

from api import wiring
from api.wiring import Services
from search_service import outbox

LONG = 20
"""Seconds until the test gives up; it takes one."""


def test_a_committed_message_becomes_a_file(services: Services) -> None:
    jobs = wiring.background(services)
    jobs.start()
    try:
        with services.database.write() as session:
            outbox.put(session, "sms", "13812345678", "code.reset", {"code": "424242"}, event="e")
        services.wake()
        folder, end = services.settings.outbox_dir, time.monotonic() + LONG
        while not list(folder.glob("*.txt")) and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        jobs.stop()
    (file,) = folder.glob("*.txt")
    assert "424242" in file.read_text("utf-8")
