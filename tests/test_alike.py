"""Copies among all articles: found without comparing each with each, the same whatever was known before."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.alike import COMMON, Copies, find, sketch
from rag.copies import is_copy
from rag.index import Index
from rag.search import search
from rag.types import Article
from tests.fakes import FakeEmbedder
from tests.test_copies import OWN, WIRE

WORDS = [f"word{i}" for i in range(400)]


def story(seed: int, length: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def articles(*texts: str) -> dict[str, Article]:
    return {f"a{i}": Article(f"a{i}", None, text) for i, text in enumerate(texts)}


def test_a_changed_headline_a_longer_and_a_cut_text_are_copies_and_others_are_not() -> None:
    text = story(1)
    longer = f"{text} {story(2, 60)}"
    cut = " ".join(text.split()[:80])
    found = find(articles(text, story(3), f"LINDAU (Wire) - {text}", longer, cut, WIRE, OWN), Copies(), {})
    assert found.first == {"a2": "a0", "a3": "a0", "a4": "a0"}
    assert found.story("a3") == found.story("a0") == "a0"
    assert set(found.others("a2")) == {"a0", "a3", "a4"}
    assert found.others("a1") == []


def test_the_same_copies_as_when_each_is_compared_with_each() -> None:
    rng = random.Random(5)
    texts = [story(i) for i in range(30)]
    for text in texts[:15]:
        words = [rng.choice(WORDS) if rng.random() < 0.04 else word for word in text.split()]
        texts.append(" ".join(words[rng.randrange(30) :]))
    rng.shuffle(texts)
    known = articles(*texts)
    slow: dict[str, str] = {}
    firsts: list[str] = []
    for i, article in known.items():
        first = next((j for j in firsts if is_copy(article, known[j])), None)
        if first is None:
            firsts.append(i)
        else:
            slow[i] = first
    assert len(slow) == 15
    assert dict(find(known, Copies(), {}).first) == slow


def test_what_was_known_before_changes_nothing() -> None:
    then = articles(story(1), story(2), story(1) + " more of it")
    before = find(then, Copies(), {})
    now = {**then, "a1": Article("a1", None, story(1)), "a9": Article("a9", None, story(2))}
    del now["a0"]
    again, fresh = find(now, before, then), find(now, Copies(), {})
    assert again.first == fresh.first == {"a2": "a1"}
    assert all((again.sketches[i] == fresh.sketches[i]).all() for i in now)


def test_a_phrase_of_everybody_leads_to_nobody() -> None:
    phrase = "all rights reserved no part of this may be printed again " * 2
    found = find(articles(*(f"{story(i, 60)} {phrase}" for i in range(COMMON * 2))), Copies(), {})
    assert found.first == {}


@pytest.mark.parametrize("text", ["", "one two", "\ud800 " * 10, "字" * 500])
def test_any_text_has_a_sketch(text: str) -> None:
    assert (sketch(text) == sketch(text)).all()


@pytest.fixture
def index(corpus: Path, tmp_path: Path) -> Iterator[Index]:
    (corpus / "other.txt").write_text(
        f"At last, a bridge\n\n{WIRE}\n\nThe Seeline company sells tea.\n", encoding="utf-8"
    )
    (corpus / "wire.txt").write_text(f"A bridge for Lindau\n\n{WIRE}\n", encoding="utf-8")
    index = Index(tmp_path / "index", FakeEmbedder())
    index.sync(corpus)
    yield index
    index.close()


def sources(index: Index, question: str, k: int = 10) -> list[str]:
    return [Path(hit.article.source).name for hit in search(index, question, k)]


def test_a_story_is_searched_once_and_what_a_copy_adds_is_found(index: Index) -> None:
    found = sources(index, "What did the harbour bridge cost, twice what the council had planned?")
    assert ("wire.txt" in found) is not ("other.txt" in found)
    assert sources(index, "Which company sells tea?", 1) == ["other.txt"]
    printed = next(a for a in index.articles.values() if a.source.endswith("wire.txt"))
    assert [Path(a.source).name for a in index.now.printed_by(printed)] == ["other.txt"]


def test_copies_are_known_after_a_restart(index: Index, corpus: Path, tmp_path: Path) -> None:
    again = Index(tmp_path / "index", FakeEmbedder())
    again.sync(corpus)
    assert again.now.copies.first == index.now.copies.first != {}
    assert all((again.now.copies.sketches[i] == s).all() for i, s in index.now.copies.sketches.items())
    (corpus / "other.txt").unlink()
    again.sync(corpus)
    assert again.now.copies.first == {}
    again.close()
