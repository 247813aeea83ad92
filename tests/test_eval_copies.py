"""The measure of copies: what it makes is what it says, and a grouping that is wrong is seen to be."""

from __future__ import annotations

from random import Random

import pytest

from eval import copies
from eval.copies import COPIES, QUOTES, main, measure, stories, variants
from rag.alike import Copies
from rag.config import SEEDS
from rag.reading import read_corpus

TOLD = [[f"Sentence {i} of story {s} says word{s}x{i} and word{s}y{i} no more." for i in range(8)] for s in range(4)]


def test_stories_share_no_sentence() -> None:
    told = stories(read_corpus(SEEDS).articles)
    every = [sentence for story in told for sentence in story]
    assert len(told) >= 5
    assert len(every) == len(set(every))


def test_every_story_has_every_variant_once() -> None:
    made = variants(TOLD, Random(1))
    assert len({article.id for _, _, article in made}) == len(made) == len(TOLD) * (1 + len(COPIES) + len(QUOTES))
    assert {kind for kind, story, _ in made if story is None} == set(QUOTES)


def test_a_perfect_grouping_and_the_two_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {article.id: story for _, story, article in variants(TOLD, Random(1))}
    first = {story: i for i, story in reversed(made.items()) if story is not None}
    perfect = {i: first[story] for i, story in made.items() if story is not None}
    one = next(iter(made))
    for groups, expected in (
        (perfect, (1.0, 1.0)),
        ({}, (0.0, 0.0)),
        (dict.fromkeys(made, one), (pytest.approx(0.12, abs=0.1), 1.0)),
    ):
        monkeypatch.setattr(copies.alike, "find", lambda *a, groups=groups: Copies({}, groups))
        assert measure(TOLD)[:2] == expected


def test_it_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert "precision" in shown
    assert all(kind in shown for kind in (*COPIES, *QUOTES))
