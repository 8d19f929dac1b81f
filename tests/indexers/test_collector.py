"""The collector's pause: as long as any batch is made, and never longer."""

import gc

import pytest

from indexers.collector import paused


def test_the_collector_rests_inside_and_works_again_behind() -> None:
    assert gc.isenabled()
    with paused():
        assert not gc.isenabled()
        with paused():  # another thread's batch
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_behind_a_batch_that_fails() -> None:
    with pytest.raises(ValueError, match="one bad row"), paused():
        raise ValueError("one bad row")
    assert gc.isenabled()


def test_whoever_switched_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        with paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
