"""``zhixun index``: how far a running job is, and where to look at what no index takes."""

from datetime import timedelta

from typer.testing import CliRunner

from api.cli import app
from api.wiring import Services
from indexers import jobs
from indexers.generations import Step
from indexers.steps import LABELS
from search_service.store.journal import IndexState
from tests.support import rows


def said(*words: str) -> str:
    result = CliRunner().invoke(app, ["index", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_running_rebuild_says_how_far_it_is(beside: Services) -> None:
    beside.clock.move(timedelta(hours=1))  # after the jobs that made the indices, whose clock ran in another process
    lease = jobs.take(beside.database, "standard", jobs.REBUILD, "人工要求", "w")
    lease.beat(step=Step.BACKFILL, done=1_200, total=5_000)
    line = next(line for line in said("status", "standard").splitlines() if "进行中" in line)
    assert line == f"标准:重建进行中,{LABELS[Step.BACKFILL]} 1200/5000;原因:人工要求"
    lease.beat(step=Step.BACKFILL, done=4_800, total=5_000)
    assert "4800/5000" in said("status", "standard")


def test_a_document_that_no_index_takes_is_named_with_its_page(beside: Services) -> None:
    with beside.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000")
    with beside.database.write() as session:
        session.get_one(IndexState, ("standard", row.id)).dead_reason = "太长"
    told = said("dead")
    assert "太长" in told
    assert f"{beside.settings.public_url}/standards/{row.id}" in told
    assert said("dead", "plan").count(str(row.id)) == 0
