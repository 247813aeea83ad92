"""The probability of an answer moves the right way with each thing it is made from; the weights are tuned elsewhere."""

from __future__ import annotations

import itertools

import pytest

from rag import decide
from tests.sample import BRIDGE, FERRY, evidence, hit

QUESTION = "Who cut the ribbon of the harbour bridge?"
HITS = [hit(BRIDGE, score=0.6), hit(FERRY, score=0.3)]
FOUND = evidence(QUESTION, HITS)


def test_a_probability_whatever_is_found() -> None:
    for found, stated in itertools.product([FOUND, []], [None, -1e9, -3.0, 0.0, 3.0, 1e9]):
        assert 0 < decide.probability(decide.features(found, stated)) < 1


def test_a_model_that_says_yes_raises_it() -> None:
    yes, even, no = (decide.probability(decide.features(FOUND, stated)) for stated in (4.0, 0.0, -4.0))
    assert yes > even > no


def test_a_nearer_sentence_raises_it_with_and_without_a_model() -> None:
    far = evidence("What does the zoo in Bregenz charge?", HITS)
    for stated in (None, 1.0):
        assert decide.probability(decide.features(FOUND, stated)) > decide.probability(decide.features(far, stated))


def test_a_supported_draft_raises_it() -> None:
    known = decide.features(FOUND, 1.0)
    assert decide.probability(known | {"support": 0.9}) > decide.probability(known | {"support": 0.1})


def test_nothing_found_is_hardly_an_answer() -> None:
    assert decide.probability(decide.features([], None)) < 0.05


def test_one_relevance_a_sentence_and_the_nearest_has_the_most() -> None:
    for drafted in ((), [0.1 + 0.8 * ("ribbon" in s.text) for s in FOUND]):
        worth = decide.relevance(decide.sentence_features(FOUND, drafted), drafted=bool(drafted))
        assert len(worth) == len(FOUND)
        assert all(0 < value < 1 for value in worth)
        assert "cut the ribbon" in FOUND[worth.index(max(worth))].text
    assert decide.relevance(decide.sentence_features([]), drafted=False) == []


@pytest.mark.parametrize("x", [-1e9, -2.0, 0.0, 2.0, 1e9])
def test_logistic_is_a_probability_and_symmetric(x: float) -> None:
    assert 0 < decide.logistic(x) < 1
    assert decide.logistic(x) + decide.logistic(-x) == pytest.approx(1)
