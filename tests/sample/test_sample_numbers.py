"""Every number of the sample is read and found however it is written: the real tables are not everywhere."""

import json
import random
from collections.abc import Callable

from analyzers.standard_number import StandardNumber, find, parse, print_number
from api.sample import FOLDER
from tests.support.number_variants import written_forms

PRINTED = [json.loads(line)["number"] for line in (FOLDER / "standards.jsonl").read_text(encoding="utf-8").splitlines()]
NUMBERS = [number for printed in PRINTED if (number := parse(printed))]


def test_each_is_read_and_survives_printing() -> None:
    assert len(NUMBERS) == len(PRINTED) > 700
    assert [number for number in NUMBERS if parse(print_number(number)) != number] == []


def test_each_is_read_in_every_form() -> None:
    forms = [form for number in NUMBERS for form in written_forms(number, random.Random(7))]
    assert len(forms) > 10_000
    assert [form.text for form in forms if (read := parse(form.text)) is None or not form.agrees(read)] == []
    assert [form.text for form in forms if not _found(form.text, form.agrees)] == []


def _found(text: str, meant: Callable[[StandardNumber], bool]) -> bool:
    (found, *others) = find(text) or [None]
    return found is not None and not others and any(map(meant, found.readings))
