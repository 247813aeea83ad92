"""What stands in a text: numbers, dates, names, negation."""

import doctest

import pytest

import rag.facts
import rag.tokens
import rag.words
from rag.facts import content_words, dates, is_negated, names, numbers


@pytest.mark.parametrize("module", [rag.facts, rag.words, rag.tokens])
def test_worked_examples_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200 jobs", (1200.0, "", "")),
        ("more than 3.2 million people", (3.2e6, "over", "")),
        ("at least five per cent", (5.0, "least", "%")),
        ("$43 billion", (43e9, "", "usd")),
        ("500 or so", (500.0, "about", "")),
        ("two dozen", (24.0, "", "")),
        ("18 km", (18.0, "", "km")),
        ("twenty-one votes", (21.0, "", "vote")),
    ],
)
def test_number(text, expected):
    (found,) = numbers(text)
    assert (found.value, found.modifier, found.unit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in May 2019", (2019, 5, None)),
        ("on 3 June", (None, 6, 3)),
        ("on June 3rd, 1998", (1998, 6, 3)),
        ("since 1967", (1967, None, None)),
        ("on 2024-07-27", (2024, 7, 27)),
    ],
)
def test_date(text, expected):
    (found,) = dates(text)
    assert (found.year, found.month, found.day) == expected


def test_a_person_named_may_and_the_verb_may_are_no_dates():
    assert dates("Theresa May may resign.") == ()


def test_a_year_is_a_date_and_no_number():
    assert numbers("It opened in 1967 with 12 rooms.")[0].value == 12.0
    assert not numbers("In 2019 companies and in 1998 new shops opened.")


@pytest.mark.parametrize("text", ["It employs 1200 workers.", "About 2000 new homes burned.", "Lund paid 1500 euros."])
def test_a_count_of_four_figures_is_no_year(text):
    assert not dates(text)
    assert len(numbers(text)) == 1


def test_offsets_point_at_the_fact():
    text = "On 3 June, more than 500 delegates met Sam Altman of OpenAI."
    assert [text[d.start : d.end] for d in dates(text)] == ["3 June"]
    assert [text[n.start : n.end] for n in numbers(text)] == ["more than 500"]
    assert all(text[n.start : n.end] == n.text for n in names(text))


def test_negation():
    assert is_negated("They don't sell it.")
    assert not is_negated("They sell it.")


@pytest.mark.parametrize("text", ["", " ", "…", "مرحبا بالعالم", "😀😀", "``", "a" * 5000, "1" * 400, "$ % °"])
def test_any_text_is_read(text):
    assert isinstance(content_words(text), list)
    assert isinstance(names(text), tuple)
    assert isinstance(numbers(text), tuple)
    assert isinstance(dates(text), tuple)


@pytest.mark.parametrize("text", ["On Auguſt 4, 1776", "1 APRİL 2023", "Aprıl 2023"])
def test_a_month_in_odd_letters_is_none(text):
    assert all(date.month is None for date in dates(text))
