"""A worker that is killed at each step in turn: searches see one whole index, and whoever works next goes on.

Here the process lives on and only its work ends, as fast as the steps are; real processes are killed in
``tests/reliability/test_rebuild_killed.py``.
"""

from collections.abc import Callable

import pytest

from api.wiring import Services
from indexers import generations, steps
from indexers.generations import State, Step
from indexers.jobs import LEASE
from indexers.rebuild import rebuild, rollback
from indexers.verify import compare
from search_service.kinds.base import Kind

Total = Callable[..., int]
Change = Callable[..., list[str]]

STEPS = [step for step in Step if step is not Step.DONE]


class Killed(BaseException):
    """Not even what handles every error hears of it: the lease stays and lapses, the books stay as they are."""


def killed_after_each_step(
    services: Services, done: list[Step], work: Callable[[], str], look: Callable[[Step], None]
) -> str:
    """Do a job that is killed after each step in turn, `look` at what was left each time, and finish it."""
    for last in done:

        def kill(name: str, point: str = f"rebuild_{last}_done") -> None:
            if name == point:
                raise Killed

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(steps, "failpoint", kill)
            with pytest.raises(Killed):
                work()
        look(last)
        services.clock.move(LEASE * 2)
    return work()


@pytest.mark.usefixtures("both_engines")
def test_a_rebuild_goes_on_after_each_step(services: Services, standards: Kind, change: Change, total: Total) -> None:
    old = services.engine.published("standard")

    def look(last: Step) -> None:
        assert (services.engine.published("standard") == old) == (STEPS.index(last) < STEPS.index(Step.SWAP)), last
        assert total() == 29, last
        change(f"变更之{STEPS.index(last)}")

    new = killed_after_each_step(services, STEPS, lambda: rebuild(services.database, services.engine, standards), look)
    states = {index.name: index.state for index in generations.known(services.database, standards)}
    assert states == {old: State.PREVIOUS, new: State.ACTIVE}, "one index was made, and none is left over"
    assert [info.name for info in services.engine.list("standard")] == [old, new]
    assert compare(services.database, services.engine, standards, new).sound
    assert total(f"变更之{len(STEPS) - 1}") == 1


@pytest.mark.usefixtures("both_engines")
def test_a_rollback_goes_on_after_each_step(services: Services, standards: Kind, change: Change, total: Total) -> None:
    old = services.engine.published("standard")
    new = rebuild(services.database, services.engine, standards)
    change("切换之后变更", 5)

    def look(last: Step) -> None:
        assert services.engine.published("standard") == (new if STEPS.index(last) < STEPS.index(Step.SWAP) else old)
        assert total("切换之后变更") == 5, last

    done = STEPS[STEPS.index(Step.DUAL_WRITE) :]  # it was made long ago
    assert old == killed_after_each_step(
        services, done, lambda: rollback(services.database, services.engine, standards), look
    )
    states = {index.name: index.state for index in generations.known(services.database, standards)}
    assert states == {old: State.ACTIVE, new: State.PREVIOUS}
    assert compare(services.database, services.engine, standards, str(old)).sound
