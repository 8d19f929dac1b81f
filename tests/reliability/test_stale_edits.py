"""R27: a hundred edits of one version, a counter that many raise at once, and what the second editor is told."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.reliability.world import Report, World
from tests.support import rows

EDITS = 100
RAISERS, RAISES = 5, 50
"""Of a counter: five at once, so that four of five tries are stale."""


class Editor:
    """Reads and changes one standard."""

    def __init__(self, http: httpx2.Client, standard: str) -> None:
        self._http, self._path = http, f"/standards/{standard}"

    def read(self) -> httpx2.Response:
        return self._http.get(self._path)

    def change(self, etag: str, **values: str) -> httpx2.Response:
        return self._http.patch(self._path, json=values, headers={"If-Match": etag})

    def raise_counter(self) -> int:
        """One more, however often that has to be tried; how often it was refused."""
        refused = 0
        while True:
            shown = self.read()
            number = int(shown.json()["title"].split()[1])
            if self.change(shown.headers["ETag"], title=f"计数 {number + 1}").status_code == 200:
                return refused
            refused += 1


@pytest.fixture
def editor(world: World) -> Editor:
    services = world.open()
    with services.database.write() as session:
        standard = rows.standard(session, "GB/T 27-2020", "计数 0")
    return Editor(world.http(world.web(), world.token(services)), str(standard.id))


def test_nobody_overwrites_what_he_has_not_seen(editor: Editor, report: Report) -> None:
    with ThreadPoolExecutor(RAISERS) as pool:
        refused = sum(pool.map(lambda _: editor.raise_counter(), range(RAISES)))
    assert editor.read().json()["title"] == f"计数 {RAISES}"

    etag = editor.read().headers["ETag"]
    line = threading.Barrier(EDITS)

    def edit(number: int) -> httpx2.Response:
        line.wait()
        return editor.change(etag, title=f"第 {number} 位编辑")

    with ThreadPoolExecutor(EDITS) as pool:
        answers = list(pool.map(edit, range(EDITS)))
    won = [answer for answer in answers if answer.status_code == 200]
    lost = [answer.json() for answer in answers if answer.status_code != 200]
    assert len(won) == 1
    assert {problem["status"] for problem in lost} == {412}
    told = {(error["loc"], error["code"]) for problem in lost for error in problem["errors"]}
    assert told == {("title", "changed")}
    assert editor.read().json()["title"] == won[0].json()["title"]
    report(acknowledged=RAISES + len(won), refused=refused + len(lost), lost=0)
