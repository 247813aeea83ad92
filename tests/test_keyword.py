"""BM25: rare words count, scores lie in 0..1, and what was saved comes back or is turned down, never half."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import StoreError
from rag.keyword import K1, B, KeywordIndex, _digest
from rag.words import content_words, stem

TEXTS = [
    "The harbour bridge opened in Lindau.",
    "The ferry between Lindau and the east bank stopped.",
    "The museum in Bregenz shows drawings.",
    "",
]


def build(*texts: str) -> KeywordIndex:
    return KeywordIndex.build([f"p{i}" for i in range(len(texts))], texts)


@pytest.fixture
def index() -> KeywordIndex:
    return build(*TEXTS)


def test_only_passages_that_share_a_word_are_found(index: KeywordIndex) -> None:
    assert index.best("Who drew the drawings?", 5).keys() == {"p2"}
    assert index.best("When did the bridge in Lindau open?", 5).keys() == {"p0", "p1"}


def test_the_best_come_first_and_at_most_n(index: KeywordIndex) -> None:
    assert list(index.best("bridge Lindau", 5)) == ["p0", "p1"]
    assert list(index.best("bridge Lindau", 1)) == ["p0"]


def test_a_rare_word_counts_more_than_a_common_one(index: KeywordIndex) -> None:
    found = index.best("Lindau bridge ferry Bregenz drawings museum", 5)
    assert found["p2"] > found["p0"] > 0  # three rare words against one rare and one common


def test_words_are_found_in_other_forms(index: KeywordIndex) -> None:
    assert index.best("museums that showed a drawing", 1).keys() == {"p2"}


@pytest.mark.parametrize("question", ["bridge", "harbour bridge opened Lindau", "bridge bridge bridge", "bridge zebra"])
def test_scores_are_shares(index: KeywordIndex, question: str) -> None:
    assert all(0 < score <= 1 for score in index.best(question, 5).values())


def test_a_word_that_no_passage_holds_lowers_every_share(index: KeywordIndex) -> None:
    assert index.best("bridge zebra", 1)["p0"] < index.best("bridge", 1)["p0"]


@pytest.mark.parametrize("question", ["", "the of and", "zebra", "🚋", "\x00", "הגשר"])
def test_a_question_without_a_known_word_finds_nothing(index: KeywordIndex, question: str) -> None:
    assert index.best(question, 5) == {}


def test_other_scripts_are_found() -> None:
    index = build("הגשר נפתח ביום ראשון.", "افتتح الجسر يوم الأحد.")
    assert index.best("מתי הגשר נפתח?", 5).keys() == {"p0"}
    assert index.best("متى افتتح الجسر؟", 5).keys() == {"p1"}


@pytest.mark.parametrize("texts", [TEXTS, [], [""]])
def test_saved_and_loaded_it_finds_the_same(tmp_path: Path, texts: list[str]) -> None:
    index = build(*texts)
    index.save(tmp_path / "keyword")
    loaded = KeywordIndex.load(tmp_path / "keyword")
    for question in ("bridge Lindau", "drawings", "zebra"):
        assert loaded.best(question, 5) == index.best(question, 5)


def test_what_is_not_there_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"keyword"):
        KeywordIndex.load(tmp_path / "keyword")


@pytest.mark.parametrize("content", [None, b"", b"{", b"\x00\xff" * 40, b"5", b"[]"])
def test_a_damaged_file_is_never_loaded_in_part(index: KeywordIndex, tmp_path: Path, content: bytes | None) -> None:
    """Whichever file it is: a StoreError, or an index that finds what it found before."""
    expected = index.best("bridge Lindau", 5)
    folder = tmp_path / "keyword"
    index.save(folder)
    for file in sorted(folder.iterdir()):
        good = file.read_bytes()
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        with contextlib.suppress(StoreError):
            assert KeywordIndex.load(folder).best("bridge Lindau", 5) == expected, file.name
        file.write_bytes(good)
    assert KeywordIndex.load(folder).best("bridge Lindau", 5) == expected


def test_files_of_two_indexes_are_not_taken_together(index: KeywordIndex, tmp_path: Path) -> None:
    own = tmp_path / "own"
    index.save(own)
    for name in sorted(file.name for file in own.iterdir()):
        good = (own / name).read_bytes()
        build("A tram.", "Two trams came.").save(tmp_path / "other")
        (own / name).write_bytes((tmp_path / "other" / name).read_bytes())
        with pytest.raises(StoreError):
            KeywordIndex.load(own)
        (own / name).write_bytes(good)
    KeywordIndex.load(own)


@pytest.mark.parametrize("name", ["indices.csc.index", "held", "ends"])
@pytest.mark.parametrize("number", [-1, 1000])
def test_numbers_that_lead_nowhere_are_turned_down_even_where_the_files_agree(
    index: KeywordIndex, tmp_path: Path, name: str, number: int
) -> None:
    """A library comes from somebody else, who may have reckoned the digest anew."""
    index.save(tmp_path / "own")
    file = tmp_path / "own" / f"{name}.npy"
    numbers = np.load(file)
    numbers[1] = number
    np.save(file, numbers)
    (tmp_path / "own" / "whole").write_text(_digest(tmp_path / "own"))
    with pytest.raises(StoreError, match=r"do not belong together"):
        KeywordIndex.load(tmp_path / "own")


def slow_best(question: str, ids: Sequence[str], texts: Sequence[str]) -> dict[str, float]:
    """BM25 as it is written in the books, word by word and passage by passage."""
    held = [Counter(content_words(text) or ["-"]) for text in texts]  # bm25s cannot hold an empty document
    mean = sum(c.total() for c in held) / max(1, len(held))
    scores, ceiling = dict.fromkeys(ids, 0.0), 0.0
    for word in dict.fromkeys(content_words(question)):
        df = sum(word in c for c in held)
        idf = math.log(1 + (len(held) - df + 0.5) / (df + 0.5))
        ceiling += idf
        for i, counts in zip(ids, held, strict=True):
            tf = counts[word]
            if tf:
                scores[i] += idf * tf / (tf + 1.5 * (1 - 0.75 + 0.75 * counts.total() / mean))
    return {i: score / ceiling for i, score in scores.items() if score}


def assert_same(index: KeywordIndex, clean: KeywordIndex) -> None:
    """To the last bit of all that is saved: words that nobody holds any more are gone too."""
    assert index.ids == clean.ids
    assert list(index._words.items()) == list(clean._words.items())
    np.testing.assert_array_equal(index._held, clean._held)
    np.testing.assert_array_equal(index._ends, clean._ends)
    for name, values in (clean._engine.scores if clean.ids else {}).items():
        np.testing.assert_array_equal(index._engine.scores[name], values)


@settings(deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(["bridge", "ferry", "tram", "rain"]), min_size=1), min_size=1))
def test_the_matrix_is_the_one_that_bm25s_makes(texts: list[list[str]]) -> None:
    index = build(*map(" ".join, texts))
    engine = bm25s.BM25(method="lucene", k1=K1, b=B)
    numbers = [[index._words[stem(word)] for word in text] for text in texts]
    engine.index((numbers, index._words), create_empty_token=False, show_progress=False)
    np.testing.assert_allclose(index._engine.scores["data"], engine.scores["data"], rtol=1e-5)
    for name in ("indices", "indptr", "num_docs"):
        np.testing.assert_array_equal(index._engine.scores[name], engine.scores[name])


WORDS = st.lists(
    st.sampled_from(["bridge", "ferry", "Lindau", "museum", "tram", "drawings", "the", "of"]), max_size=6
).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(states=st.lists(st.dictionaries(st.sampled_from("abcdef"), WORDS, max_size=6), min_size=1, max_size=4), q=WORDS)
def test_after_any_changes_it_ranks_as_the_books_say(states: list[dict[str, str]], q: str) -> None:
    index, before = KeywordIndex.build([], []), dict[str, str]()
    for texts in states:
        rows = {i: row for row, i in enumerate(before)}
        same = [rows[i] if before.get(i) == text else -1 for i, text in texts.items()]
        index = KeywordIndex.build(list(texts), list(texts.values()), index, same)
        before = texts
        assert_same(index, KeywordIndex.build(list(texts), list(texts.values())))
        assert index.best(q, 10) == pytest.approx(slow_best(q, list(texts), list(texts.values())), abs=1e-6)
