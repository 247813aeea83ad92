"""Sentence spans: laws over broken texts, then the habits of news."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from rag.sentences import MAX_CHARS, MAX_WORDS, split
from tests.texts import long_texts, texts


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


def check_laws(text: str) -> None:
    at = 0
    for start, end in split(text):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip(), "a character between sentences was lost"
        assert text[start:end] == text[start:end].strip()
        assert end - start <= MAX_CHARS
        assert len(text[start:end].split()) <= MAX_WORDS
        at = end
    assert not text[at:].strip()


@given(texts)
@settings(deadline=None)
def test_spans_are_in_order_trimmed_short_and_miss_nothing(text: str) -> None:
    check_laws(text)


@given(long_texts)
@settings(deadline=None, max_examples=20)
def test_the_same_holds_for_very_long_lines(text: str) -> None:
    check_laws(text)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Smith of the U.S. Army met Gov. Brown on Jan. 5 at 3.5 p.m. in St. Louis.", "He left."],
        ["It is big .", "He said `` no '' .", "She left ."],
        ["“China has the best talent,” he said.", "“We want more.”", "(He left.)", "Then he came back."],
        ["It cost 3 . 5 % more .", "That was too much ."],
        ["He won 6-4, 7-6 (5).", "No one expected it!", "Why?", "Because"],
        ["日本語です。", "次の文。"],
    ],
)
def test_sentences_of_news_and_of_tokenised_text(sentences: list[str]) -> None:
    assert parts(" ".join(sentences)) == sentences


def test_an_empty_line_ends_a_sentence_without_a_stop() -> None:
    assert parts("Key points\r\n\r\nThe bridge\r\nopened") == ["Key points", "The bridge\r\nopened"]


def test_a_long_quotation_is_cut_at_its_own_stops() -> None:
    one = "Cooperation between the two countries in the security of these systems is not only possible but necessary."
    two = "Despite the differences that Gen. Lee has named there is a good deal of agreement, which is a foundation."
    text = f'"{one} {two} {one}" he said.'
    assert parts(text) == [f'"{one}', two, f'{one}" he said.']


def test_a_list_without_stops_is_cut_at_commas() -> None:
    pieces = parts(", ".join(["the mayor of Lindau"] * 60))
    assert len(pieces) > 1
    assert all(piece.endswith(",") for piece in pieces[:-1])


def test_white_space_has_no_sentences() -> None:
    assert split("") == split(" \r\n\t ") == []
