"""What the README says can be typed is found in the sample that `make run` loads."""

import re
from pathlib import Path

import pytest

from api.wiring import Services
from search_service.query.request import SearchRequest

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")


def _quoted(pattern: str) -> list[str]:
    found = re.search(pattern, README, re.DOTALL)
    assert found, "the README says it otherwise now"
    return re.findall(r"`([^`]+)`", found[1])


SPELLINGS = _quoted(r"\*\*Standard numbers in any spelling\*\*: (.*?) find ")
WANTED = (re.search(r"sentence find (.*?) first\.", README) or [""])[1]
TRIED = [*_quoted(r"Type (.*?)\.\n"), *_quoted(r"\*\*It says what it understood\*\*: (.*?) is read")]


def test_the_examples_are_read_out_of_the_readme() -> None:
    assert len(SPELLINGS) >= 4
    assert len(TRIED) >= 5
    assert WANTED


@pytest.mark.parametrize("q", [*SPELLINGS, f"请问哪里能按{WANTED}做试验"])
def test_every_spelling_finds_the_edition_first(sample: Services, q: str) -> None:
    assert sample.search.search(SearchRequest(q=q)).hits[0].fields.get("number") == WANTED


@pytest.mark.parametrize("q", TRIED)
def test_what_is_to_be_tried_is_found_as_it_was_asked(sample: Services, q: str) -> None:
    answer = sample.search.search(SearchRequest(q=q))
    assert answer.total > 0
    assert answer.relaxed == ()
