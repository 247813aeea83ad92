"""Passages: offsets, coverage, budget; then how articles are cut."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.passages import MAX_CHARS, TITLE_CHARS, context, cut
from rag.types import Article
from tests.texts import long_texts, texts

SENTENCE = "The mayor of Lindau opened the bridge over the harbour on Sunday."


def count_words(text: str) -> int:
    return len(text.split())


def count_characters(text: str) -> int:
    return len("".join(text.split()))


def article(text: str, title: str | None = None) -> Article:
    return Article(id="a1", title=title, text=text)


@given(st.one_of(texts, long_texts), st.sampled_from([None, "Bridge opens"]), st.integers(30, 200))
@settings(deadline=None, max_examples=60)
def test_passages_quote_the_article_cover_it_and_fit(text: str, title: str | None, budget: int) -> None:
    whole = article(text, title)
    passages = cut(whole, count_characters, budget)
    at = 0
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert at <= passage.start < passage.end
        assert not text[at : passage.start].strip(), "a character between passages was lost"
        assert count_characters(context(whole) + passage.text) <= budget
        at = passage.end
    assert not text[at:].strip()
    assert len({passage.id for passage in passages}) == len(passages)


def test_the_same_article_gives_the_same_ids() -> None:
    text = " ".join([SENTENCE] * 40)
    first, second = (cut(article(text), count_words, 254) for _ in range(2))
    assert first == second
    assert first[0].id == f"a1:0-{first[0].end}"


def test_passages_end_with_sentences_and_are_of_even_length() -> None:
    passages = cut(article(" ".join([SENTENCE] * 50), "Bridge opens"), count_words, 254)
    assert all(passage.text.endswith(".") for passage in passages)
    sizes = [count_words(passage.text) for passage in passages]
    assert len(sizes) > 2
    assert max(sizes) - min(sizes) <= count_words(SENTENCE)


def test_a_short_article_is_one_passage() -> None:
    (passage,) = cut(article(f"{SENTENCE}\n\n{SENTENCE}"), count_words, 254)
    assert passage.text == f"{SENTENCE}\n\n{SENTENCE}"


def test_an_article_without_text_has_no_passages() -> None:
    assert cut(article(" \n "), count_words, 254) == []


def test_a_sentence_over_the_budget_is_cut_at_spaces() -> None:
    words = [f"w{i}" for i in range(90)]
    passages = cut(article(" ".join(words)), count_words, 20)
    assert [word for passage in passages for word in passage.text.split()] == words


def test_each_sentence_is_counted_once() -> None:
    seen: Counter[str] = Counter()

    def count(text: str) -> int:
        seen[text] += 1
        return count_words(text)

    cut(article("One is here. Two is here. Three is here."), count, 254)
    assert seen == {"One is here.": 1, "Two is here.": 1, "Three is here.": 1}


def test_only_the_beginning_of_a_long_title_is_context() -> None:
    before = context(article("It is long.", "bridge " * 100))
    assert len(before) <= TITLE_CHARS + 1
    assert before.endswith("bridge\n")
    assert context(article("It is long.")) == ""


@pytest.mark.parametrize(
    "title", ["bridge " * 100, "—" * 40 + " Brücke über den Fluß, «ouverte» ế Hawaiʻi" * 9, "b" * 151]
)
def test_a_title_of_latin_letters_is_cut_at_a_space_after_150_characters(title: str) -> None:
    assert context(article("It is long.", title)) == title[:150].rsplit(" ", 1)[0] + "\n"


@pytest.mark.parametrize(
    "title", ["다리가 열렸습니다 " * 30, "다" * 300, "大桥通车 " + "大" * 300, "Мост открыт " * 30]
)
def test_a_title_of_other_letters_leaves_room_for_the_text(title: str) -> None:
    before = context(article("It is long.", title))
    assert len(before) > 25
    assert len(unicodedata.normalize("NFD", before)) <= 90  # one piece each, of 254; a third of them at most


def test_a_title_that_leaves_no_room_does_not_stop_the_corpus() -> None:
    text = " ".join(f"w{i}" for i in range(10))
    passages = cut(article(text, "one two three four five six seven eight"), count_words, 8)
    assert " ".join(passage.text for passage in passages) == text
    assert max(count_words(passage.text) for passage in passages) == 2
    assert len(cut(article("a b", "one two"), count_words, 2)) == 2


def test_a_run_without_spaces_is_cut_though_it_is_one_piece() -> None:
    text = "x" * 30_000 + " It is long. " + ("y" * 1_500 + ". ") * 4
    passages = cut(article(text), count_words, 254)
    assert max(len(passage.text) for passage in passages) <= MAX_CHARS
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(text.split())
