"""P1: however a standard number is written, its standard comes first."""

import random

import pytest

from analyzers.standard_number import StandardNumber, parse
from tests.query.shelf import Shelf
from tests.support.number_variants import WrittenForm, written_forms

REAL_FORMS = 10_000
ENOUGH = 0.999
SENTENCES = ["请问{}现在还有效吗", "哪家机构可以做{}的检测", "按 {} 检测需要多少钱", "查一下{}是否作废"]


def said(form: WrittenForm, number: StandardNumber) -> bool:
    """The record equals the form in every component that it writes; without a year any edition does."""
    wanted = form.number
    if form.prefix and number.bare_prefix != wanted.bare_prefix:
        return False
    dated = form.year and wanted.year is not None
    return number.body == wanted.body and (not dated or (number.year, number.variant) == (wanted.year, wanted.variant))


def first_is_right(shelf: Shelf, form: WrittenForm, text: str) -> bool:
    hits = shelf.search(text, limit=1).hits
    number = parse(shelf.rows[hits[0].id].numbers[0]) if hits else None
    return number is not None and said(form, number)


def test_every_written_form_finds_its_standard_first(shelf: Shelf) -> None:
    chosen = random.Random(1)
    forms = [
        form
        for row in shelf.rows.values()
        if (number := parse(row.numbers[0]))
        for form in written_forms(number, chosen)
    ]
    assert [form.text for form in forms if not first_is_right(shelf, form, form.text)] == []
    for form in forms:
        if form.prefix:
            text = chosen.choice(SENTENCES).format(form.text)
            assert first_is_right(shelf, form, text), text


@pytest.mark.real_data
def test_every_written_form_of_real_numbers(real_shelf: Shelf) -> None:
    missed = asked_in_two_forms(real_shelf, REAL_FORMS)
    assert len(missed) <= (1 - ENOUGH) * REAL_FORMS, missed


def test_every_written_form_of_the_numbers_of_the_sample(sample_shelf: Shelf) -> None:
    assert asked_in_two_forms(sample_shelf, 2 * len(sample_shelf.rows)) == []


def asked_in_two_forms(shelf: Shelf, least: int) -> list[tuple[str, str]]:
    """What did not find its number first; `least` forms are asked for, of numbers taken at random."""
    chosen = random.Random(2)
    missed, asked = [], 0
    for key in chosen.sample(sorted(shelf.rows), len(shelf.rows)):
        number = parse(shelf.rows[key].numbers[0])
        if number is None:
            continue
        for form in chosen.sample(forms := list(written_forms(number, chosen)), min(2, len(forms))):
            asked += 1
            if not first_is_right(shelf, form, form.text):
                missed.append((form.text, shelf.rows[key].numbers[0]))
        if asked >= least:
            break
    assert asked >= least
    return missed
