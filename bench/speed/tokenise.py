"""Cutting text into words: ours beside jieba itself, on the same runs of Chinese, with the same output."""

import re

from analyzers import words
from analyzers.fold import fold
from bench.speed.measure import Result, compared, in_turn
from bench.speed.rows import rows

COUNT = 50_000
ROUNDS = 5


def run() -> list[Result]:
    """Search mode without guessing, default dictionary on both sides, and the whole function of ours beside it."""
    ours, jieba = words.load_rjieba(()), words.load_jieba(())
    if ours is None:
        return [Result("tokenise", "rjieba is not installed: jieba itself works", target="≥ 8 ×", reached=False)]
    folded = [fold(f"{row.title} {row.abstract}") for row in rows(COUNT)]
    runs = [found for text in folded for found in re.findall("[\u4e00-\u9fd5]+", text)]
    differing = sum(ours.cut_for_search(run, False) != jieba.cut_for_search(run, False) for run in runs)
    assert not differing, f"{differing} of {len(runs)} runs are cut differently"
    own, peer, whole = in_turn(
        ROUNDS,
        lambda: [ours.cut_for_search(run, False) for run in runs],
        lambda: [jieba.cut_for_search(run, False) for run in runs],
        lambda: [words.index_words(text) for text in folded],
    )
    return [
        compared(
            f"tokenise: {len(runs):,} runs of Chinese, all cut alike (peer: jieba lcut_for_search, HMM off)",
            _per_second(len(runs), own),
            _per_second(len(runs), peer),
            peer / own,
            8,
        ),
        compared(
            f"tokenise: `index_words`, {len(folded):,} whole texts, Latin and digits (peer: jieba on the Chinese)",
            _per_second(len(folded), whole),
            _per_second(len(folded), peer),
            peer / whole,
        ),
    ]


def _per_second(count: int, seconds: float) -> str:
    return f"{count / seconds / 1000:,.0f} k/s"
