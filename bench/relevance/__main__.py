"""How well people find, beside three peers in the same run.

`python bench/relevance` asks for real standards in fifteen behaviours (needs the tables beside the project) and exits
with 1 when their mean nDCG@10 is under .99, one of them under .97, or an answer empty.  `python bench/relevance
--judged` asks the judged queries over the shipped sample; `--check` exits with 1 when they are under a floor or fell
against the committed results, `--write` renews these.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that the folder runs as it stands

from bench.relevance import judged
from bench.relevance.corpus import TABLE, Corpus
from bench.relevance.measure import Score, score
from bench.relevance.ours import Ours
from bench.relevance.peers import PEERS, Peer
from bench.relevance.queries import FIFTEEN, SOFTER, Case, cases
from bench.relevance.results import COMMITTED
from search_service.search import ladder

MEAN, LEAST = 0.99, 0.97
"""The floor; docs/ranking.md says what was reached."""


def main() -> int:
    """Generate, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=400, help="queries of each behaviour")
    parser.add_argument("--seed", type=int, default=2611)
    parser.add_argument("--alone", action="store_true", help="without the peers, which take minutes")
    parser.add_argument("--judged", action="store_true", help="the judged queries over the shipped sample instead")
    parser.add_argument("--write", action="store_true", help=f"with --judged: keep the results in {COMMITTED.name}")
    parser.add_argument("--check", action="store_true", help="with --judged: 1 for a floor missed or a fall")
    parser.add_argument("--faults", action="store_true", help="with --judged: list every query that is not perfect")
    chosen = parser.parse_args()
    ladder.SECONDS = math.inf  # what is found must not depend on how busy the machine is
    if chosen.judged:
        return judged.main(write=chosen.write, check=chosen.check, alone=chosen.alone, faults=chosen.faults)
    if not TABLE.exists():
        print(f"no table at {TABLE}: nothing to measure")
        return 0
    corpus = Corpus()
    made = list(cases(corpus, {**FIFTEEN, **SOFTER}, each=chosen.each, seed=chosen.seed))
    print(f"{len(corpus.rows):,} standards, {len(made):,} queries, seed {chosen.seed}")
    asked: list[Peer] = [Ours(corpus.rows)]
    asked += [] if chosen.alone else [peer(corpus.rows) for peer in PEERS]
    answers = {peer.name: answer(peer.ask, made) for peer in asked}
    return report(made, answers)


def answer(ask: Callable[[str], Sequence[int]], made: Sequence[Case]) -> list[tuple[Sequence[int], float]]:
    """Answers, each with its milliseconds."""
    answers = []
    for case in made:
        began = time.perf_counter()
        places = ask(case.text)
        answers.append((places, (time.perf_counter() - began) * 1000))
    return answers


def report(made: Sequence[Case], answers: dict[str, list[tuple[Sequence[int], float]]]) -> int:
    """The table; 1 when a floor was missed."""
    print("nDCG@10 · right first · empty" + "".join(f"{name:>24}" for name in answers))
    scores: dict[str, dict[str, Score]] = {name: {} for name in answers}
    for behaviour in (*FIFTEEN, *SOFTER):
        if behaviour == next(iter(SOFTER)):
            summary({name: [found[b] for b in FIFTEEN] for name, found in scores.items()})
        line = f"{behaviour:29}"
        for name, answered in answers.items():
            mine = [
                (case, places) for case, (places, _) in zip(made, answered, strict=True) if case.behaviour == behaviour
            ]
            scores[name][behaviour] = found = score([case for case, _ in mine], [places for _, places in mine])
            line += f"{found.ndcg:12.3f} {found.first:5.2f} {found.empty:5.2f}"
        print(line)
    for name, answered in answers.items():
        cuts = quantiles([spent for _, spent in answered], n=100)
        print(f"{name:>14}: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms")
    ours = [scores[Ours.name][behaviour] for behaviour in FIFTEEN]
    missed = fmean(s.ndcg for s in ours) < MEAN or min(s.ndcg for s in ours) < LEAST or any(s.empty for s in ours)
    print(f"floor (mean {MEAN}, each {LEAST}, none empty): {'MISSED' if missed else 'held'}")
    return int(missed)


def summary(columns: dict[str, list[Score]]) -> None:
    """Means over the fifteen."""
    line = f"{'mean of the fifteen':29}"
    for found in columns.values():
        line += f"{fmean(s.ndcg for s in found):12.3f} {fmean(s.first for s in found):5.2f}"
        line += f" {fmean(s.empty for s in found):5.2f}"
    print(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
