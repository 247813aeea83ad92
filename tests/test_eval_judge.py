"""What the model learns to judge from; the learning itself takes an hour and is not tested."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eval import fit_judge

CLAPNQ = 16
"""Digits of the id of a CLAPNQ passage, whose text is not in this repository."""


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (fit_judge.DATA / name).read_text(encoding="utf-8").splitlines()]


ARTICLES = {article["id"]: article for article in lines("articles.jsonl")}
QUESTIONS = lines("questions.jsonl")


def test_every_gold_sentence_is_there() -> None:
    for line in QUESTIONS:
        assert line["question"].strip()
        if article := ARTICLES.get(line["passage"]):
            assert all(0 <= gold < len(article["sentences"]) for gold in line["gold"]), line
        else:
            assert len(line["passage"]) == CLAPNQ


def test_each_article_is_asked_about_and_many_questions_have_no_answer() -> None:
    assert {line["passage"] for line in QUESTIONS} >= ARTICLES.keys()
    assert 0.35 < sum(not line["gold"] for line in QUESTIONS) / len(QUESTIONS) < 0.65
    asked = Counter((line["passage"], line["question"].lower()) for line in QUESTIONS)
    assert asked.most_common(1)[0][1] == 1


def test_a_corpus_and_questions_with_evidence_that_stands_in_it(tmp_path: Path) -> None:
    passages = {line["passage"] for line in QUESTIONS} - ARTICLES.keys()
    text = " ".join(f"Bridge number {i} opened on a Sunday." for i in range(400))
    clapnq = "".join(json.dumps({"id": passage, "title": "Bridges", "text": text}) + "\n" for passage in passages)
    (tmp_path / "corpus.jsonl").write_text(clapnq, encoding="utf-8")
    path, said, titles = fit_judge.corpus(tmp_path, tmp_path / "made")
    texts = {a["id"]: a["text"] for a in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    found = fit_judge.questions(said)
    assert said.keys() == titles.keys() == texts.keys()
    assert len(found) == len(QUESTIONS)
    assert all(quote.quote in texts[quote.article] for question in found for quote in question.evidence)
    assert all(question.answerable == bool(question.evidence) for question in found)


def test_batches_hold_every_example_once_and_texts_of_like_length() -> None:
    found = [fit_judge.Example(0, [7] * (1 + i % 50), i % 5 == 0) for i in range(700)]
    made = fit_judge.batches(found, Random(3))
    assert sorted(i for places in made for i in places) == list(range(700))
    assert all(len(places) <= fit_judge.BATCH for places in made)
    spread = [max(lengths) - min(lengths) for lengths in ([len(found[i].tokens) for i in places] for places in made)]
    assert max(spread) < 12


@pytest.mark.parametrize(
    ("one", "other", "together"), [("k3-a1", "k3-a2", True), ("k3-a1", "k4-a1", False), ("ab12", "ab12", False)]
)
def test_invented_articles_of_one_hand(one: str, other: str, together: bool) -> None:
    assert fit_judge._together(one, other) is together
