"""BM25: rare words count, scores lie in 0..1, and what was saved comes back or is turned down, never half."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.keyword import KeywordIndex
from rag.types import Passage

TEXTS = [
    "The harbour bridge opened in Lindau.",
    "The ferry between Lindau and the east bank stopped.",
    "The museum in Bregenz shows drawings.",
    "",
]


def build(*texts: str) -> KeywordIndex:
    return KeywordIndex.build([Passage(f"p{i}", "a", 0, len(t), t) for i, t in enumerate(texts)], texts)


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
        if file.name == "passages.json" and content == b"[]":
            continue  # says truly that there is nothing
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        with contextlib.suppress(StoreError):
            assert KeywordIndex.load(folder).best("bridge Lindau", 5) == expected, file.name
        file.write_bytes(good)
    assert KeywordIndex.load(folder).best("bridge Lindau", 5) == expected


def test_files_of_two_indexes_are_not_taken_together(index: KeywordIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    (tmp_path / "passages.json").write_text('["p0", "p1"]', encoding="utf-8")
    with pytest.raises(StoreError):
        KeywordIndex.load(tmp_path)
