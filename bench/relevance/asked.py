"""Who answers the judged queries: the service with each engine, and the peers over the same visible rows."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from secrets import token_hex
from typing import Any
from unittest.mock import patch

from elasticsearch import Elasticsearch
from sqlalchemy import select

from api import wiring
from api.sample import FOLDER
from api.settings import Settings
from bench.relevance.corpus import Row as Line
from bench.relevance.given import Given, Understood
from bench.relevance.judgement import Judged, Pool
from bench.relevance.peers import PEERS
from bench.relevance.scoring import DEEP
from search_service.kinds.slots import OVERRULED, REFUSED, TEXT
from search_service.query.request import SearchRequest
from search_service.records.interchange import load
from search_service.search import ladder
from search_service.search.answer import Answer, Slot
from search_service.store.institution import Institution

Ask = Callable[[Judged], Given]

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai on the day that the sample was written for, as in the tests."""
ADDRESS = "ZHIXUN_TEST_ELASTICSEARCH_URL"
UNSAID = {TEXT, OVERRULED, REFUSED}
"""What a slot does that decides nothing: its words are words."""


@contextmanager
def embedded() -> Iterator[Ask]:
    """The service over the sample in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, _service(Settings(data_dir=Path(folder), clock=NOW)) as ask:
        yield ask


@contextmanager
def elastic(url: str) -> Iterator[Ask]:
    """The same on a cluster, under names of its own, which are deleted at the end."""
    prefix = f"judged-{token_hex(6)}-"
    with tempfile.TemporaryDirectory() as folder, Elasticsearch(url, request_timeout=30) as client:
        settings = Settings(
            data_dir=Path(folder), clock=NOW, engine="elastic", elasticsearch_url=url, index_prefix=prefix
        )
        try:
            with _service(settings) as ask:
                yield ask
        finally:
            # Elasticsearch refuses to delete by a pattern, and an alias by its name.
            if names := list(client.indices.get(index=f"{prefix}*", expand_wildcards="all")):
                client.indices.delete(index=names)


def cluster() -> str | None:
    """The address of a cluster that runs: from the environment, else from `scripts/services env`."""
    if ADDRESS in os.environ:
        return os.environ[ADDRESS]
    script = Path(__file__).parents[2] / "scripts" / "services"
    shell = shutil.which("bash")
    if not shell or not script.exists():
        return None
    said = subprocess.run([shell, str(script), "env"], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    known = dict(line.split("=", 1) for line in said.stdout.splitlines() if "=" in line)
    return known.get(ADDRESS)


def peers(pool: Pool) -> dict[str, Ask]:
    """What a careful developer would take instead: each row as number, name and everything that it says."""
    lines = [
        Line(place, " ".join(row.fields["numbers"]), row.name, row.fields["about"], "", "", "", "", "")
        for place, row in enumerate(pool.values())
    ]
    return {peer.name: _peer(peer(lines).ask, pool) for peer in PEERS}


def given(answer: Answer, keys: Mapping[str, str | None]) -> Given:
    """An answer of the service in the terms of a judgement; `keys`: an institution's id → its outside key."""
    labelled = {str(hit.key) for hit in answer.hits if hit.loosened}
    if answer.relaxed and not labelled:
        labelled = {str(hit.key) for hit in answer.hits}
    return Given(
        keys=[str(hit.key) for hit in answer.hits],
        labelled=frozenset(labelled),
        requirement=answer.prefill is not None and any(answer.prefill["items"]),
        slots=tuple(_understood(slot, keys) for slot in answer.understood if slot.act not in UNSAID),
    )


def _understood(slot: Slot, keys: Mapping[str, str | None]) -> Understood:
    names = (slot.value, slot.label, keys.get(slot.value) or "")
    return Understood(slot.slot, slot.text, names, tuple(choice.value for choice in slot.choices))


@contextmanager
def _service(settings: Settings) -> Iterator[Ask]:
    # The ladder climbs for a while only; how busy a machine is must not change what is judged.
    with patch.object(ladder, "SECONDS", inf), closing(wiring.build(settings)) as services:
        # Rows equal in all else come in the order in which they were made: the clock stands still, or every run and
        # both engines would have an order of their own.
        services.database.now = lambda: NOW
        load(services.database, sorted(FOLDER.glob("*.jsonl")))
        wiring.bring_up_to_date(services)
        with services.database.read() as session:
            keys = {str(one): key for one, key in session.execute(select(Institution.id, Institution.key))}

        def ask(judged: Judged) -> Given:
            kinds = (judged.kind,) if judged.kind else ()
            return given(services.search.search(SearchRequest(q=judged.q, kinds=kinds, size=DEEP)), keys)

        yield ask


def _peer(ask: Callable[..., Any], pool: Pool) -> Ask:
    keys = list(pool)

    def answer(judged: Judged) -> Given:
        # Peers know no kinds: who asks for one takes the others out of the answer.
        found = [keys[place] for place in ask(judged.q, len(keys) if judged.kind else DEEP)]
        return Given([key for key in found if judged.kind in {None, pool[key].kind}][:DEEP])

    return answer
