"""The labelled pairs: each change changes, each article stays on one side, and the fit finds what it should."""

import json
from random import Random

import numpy as np
import pytest

from eval.changes import CHANGES
from eval.fit_support import HELD, Table, auroc, cross_validate, fit
from eval.pairs import build, plain, read, sentences, write
from rag.support import SIGNALS
from tests.fakes import FakeEmbedder

TEXTS = {
    "a": (
        "Harbour Bridge",
        "The Harbour Bridge was built by John Marsh in May 1932 and may carry more than 500 cars an hour .",
    ),
    "b": (
        "Violin",
        "The violin has four strings , a bow and a bridge , and Antonio Stradivari made 600 violins in Cremona .",
    ),
}


@pytest.fixture
def data(tmp_path):
    articles = [{"id": key, "title": title, "text": text} for key, (title, text) in TEXTS.items()]
    questions = [
        {"id": key, "question": title, "reference": [plain(text)], "evidence": [{"article": key, "quote": text}]}
        for key, (title, text) in TEXTS.items()
    ]
    for name, rows in (("corpus", articles), ("questions", questions)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_plain_undoes_the_tokenised_spelling():
    assert plain("It 's `` big '' , they said ( in May ) .") == 'It\'s "big", they said (in May).'


def test_sentences_end_before_a_capital():
    assert sentences("It was built in 1932. It stands in Sydney.") == ["It was built in 1932.", "It stands in Sydney."]


@pytest.mark.parametrize("kind", ["number changed", "year added", "modifier", "negation", "modality", "entity added"])
def test_a_change_changes_the_sentence_or_the_source(kind):
    sentence = plain(TEXTS["a"][1])
    for seed in range(5):
        made = CHANGES[kind][0](sentence, sentence, ["Peter Novak"], Random(seed))
        assert made is not None
        assert made[0] != made[1]


def test_building_is_repeatable_and_false_pairs_are_never_verbatim(data):
    pairs = build(data, FakeEmbedder())
    assert pairs == build(data, FakeEmbedder())
    assert {pair.group for pair in pairs} == set(TEXTS)
    assert all(pair.supported or pair.sentence not in pair.source for pair in pairs if pair.kind != "modality")


def test_pairs_survive_a_round_trip(data, tmp_path):
    pairs = build(data, FakeEmbedder())
    write(pairs, tmp_path / "pairs.jsonl")
    assert list(read(tmp_path / "pairs.jsonl")) == pairs


def test_the_fit_separates_and_gives_no_difference_a_positive_weight():
    rng = np.random.default_rng(0)
    y = (np.arange(200) % 2).astype(float)
    x = np.zeros((200, len(SIGNALS)))
    x[:, 0] = (1 - y) * (rng.random(200) < 0.9)
    x[:, 1] = y
    bias, found = fit(x, y, np.ones(200))
    assert bias > 0
    assert found[0] < 0
    assert found[1] == 0


def test_cross_validation_scores_every_pair():
    y = (np.arange(60) % 2).astype(float)
    x = np.zeros((60, len(SIGNALS)))
    x[:, 0] = 1 - y
    groups = tuple(str(i // 2) for i in range(60))
    p = cross_validate(Table(x, y, tuple("pn"[int(1 - v)] for v in y), groups))
    assert auroc(p[y == 1], p[y == 0]) == 1.0


@pytest.mark.parametrize("path", HELD, ids=lambda path: path.stem)
def test_the_pairs_that_are_only_measured_are_well_formed(path):
    pairs = list(read(path))
    assert len(pairs) >= 60
    assert len({(p.sentence, p.source) for p in pairs}) == len(pairs)
    assert 0.3 < sum(p.supported for p in pairs) / len(pairs) < 0.7
