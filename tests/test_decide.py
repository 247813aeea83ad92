"""The probability of an answer moves the right way with each thing it is made from; the weights are tuned elsewhere."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from rag import decide
from rag.evidence import Sentence
from tests.sample import BRIDGE, FERRY, evidence, hit

QUESTION = "Who cut the ribbon of the harbour bridge?"
HITS = [hit(BRIDGE, score=0.6), hit(FERRY, score=0.3)]
FOUND = evidence(QUESTION, HITS)


def one_yes(logit: float) -> decide.Judged:
    """The model says so of the sentence with the ribbon, and no of the others."""
    return decide.Judged({i: logit if "ribbon" in s.text else -5.0 for i, s in enumerate(FOUND)})


def alike(found: list[Sentence], logit: float | None) -> decide.Judged | None:
    """The model says so of every sentence."""
    return None if logit is None else decide.Judged(dict.fromkeys(range(len(found)), logit))


def features(found: list[Sentence], judged: decide.Judged | None, question: str = QUESTION) -> dict[str, float]:
    chosen = decide.best(found, decide.relevance(decide.sentence_features(question, found, judged)))
    return decide.features(question, found, chosen, judged)


def test_a_probability_whatever_is_found() -> None:
    for found, logit in itertools.product([FOUND, []], [None, -1e9, -3.0, 0.0, 3.0, 1e9]):
        assert 0 < decide.probability(features(found, alike(found, logit))) < 1


@pytest.mark.parametrize("trained", [False, True])
def test_a_model_that_says_yes_raises_it(trained: bool) -> None:
    said = (replace(one_yes(logit), trained=trained) for logit in (4.0, 0.0, -4.0))
    yes, even, no = (decide.probability(features(FOUND, judged)) for judged in said)
    assert yes > even > no


def test_a_nearer_sentence_raises_it_with_and_without_a_model() -> None:
    far = evidence("What does the zoo in Bregenz charge?", HITS)
    for logit in (None, 1.0):
        near, off = (features(found, alike(found, logit)) for found in (FOUND, far))
        assert decide.probability(near) > decide.probability(off)


def test_a_yes_to_a_sentence_about_somebody_else_counts_less() -> None:
    known = features(FOUND, replace(one_yes(4.0), trained=True))
    own, other = (decide.probability(known | {"named": share}) for share in (1.0, 0.0))
    assert own > other


def test_a_yes_to_a_sentence_that_lacks_what_is_asked_for_counts_less() -> None:
    yes = one_yes(4.0)
    assert features(FOUND, yes)["judged"] == 4.0
    assert features(FOUND, yes, "Why did it open?")["judged"] == 4.0 - decide.LACKING
    ribbon = next(i for i, s in enumerate(FOUND) if "ribbon" in s.text)
    row = decide.sentence_features("Why did it open?", FOUND, yes)[ribbon]
    assert row["judged"] == 4.0 - decide.LACKING


def test_without_a_model_sentences_that_lack_what_is_asked_for_lower_it() -> None:
    asked, lacking = (features(FOUND, None, question) for question in (QUESTION, "Why did it open?"))
    assert (asked["lacking"], lacking["lacking"]) == (0.0, 1.0)
    assert decide.probability(asked) > decide.probability(asked | {"lacking": 1.0})


def test_how_many_is_not_answered_without_a_number() -> None:
    question = "How many people watched?"
    bare, counted = ([s for s in FOUND if words in s.text] for words in ("cut the ribbon", "2,000 people"))
    for judged in (None, alike(FOUND, 5.0)):
        assert decide.probability(decide.features(question, FOUND, bare, judged)) == decide.UNCOUNTED
        assert decide.probability(decide.features(question, FOUND, counted, judged)) > decide.UNCOUNTED


def test_nothing_found_is_hardly_an_answer() -> None:
    assert decide.probability(features([], None)) < 0.05


def test_one_relevance_a_sentence_and_the_nearest_has_the_most() -> None:
    ribbon = next(i for i, s in enumerate(FOUND) if "ribbon" in s.text)
    every = {i: 4.0 * (i == ribbon) - 2.0 for i in range(len(FOUND))}
    for logits, trained in itertools.product((None, {ribbon: 2.0}, every), (False, True)):
        judged = None if logits is None else decide.Judged(logits, trained)
        worth = decide.relevance(decide.sentence_features(QUESTION, FOUND, judged))
        assert len(worth) == len(FOUND)
        assert all(0 < value < 1 for value in worth)
        assert "cut the ribbon" in FOUND[worth.index(max(worth))].text
    assert decide.relevance(decide.sentence_features(QUESTION, [], decide.Judged({}))) == []


def test_the_model_is_asked_about_the_few_that_are_most_relevant_without_it() -> None:
    many = FOUND * 3
    known = decide.relevance(decide.sentence_features(QUESTION, many))
    asked = decide.worth_asking(QUESTION, many)
    assert len(asked) == decide.ASKED < len(many)
    assert asked == sorted(asked, key=lambda i: -known[i])
    assert min(known[i] for i in asked) >= max(known[i] for i in range(len(many)) if i not in asked)
    assert decide.worth_asking(QUESTION, []) == []


def test_the_draft_is_written_from_the_best_and_from_few() -> None:
    assert decide.best(FOUND, [0.01, 0.02, 0.9, 0.0, 0.3, 0.01][: len(FOUND)])[0] is FOUND[2]
    assert decide.best(FOUND, [0.0] * len(FOUND)) == [FOUND[0]]
    assert len(decide.best(FOUND, [0.9] * len(FOUND))) == min(decide.MOST, len(FOUND))
    assert decide.best([], []) == []
    beside = [0.9 * share for share in (1.0, decide.WRITE_SHARE + 0.01, decide.WRITE_SHARE - 0.01, 0.0, 0.0, 0.0)]
    assert decide.best(FOUND, beside[: len(FOUND)]) == FOUND[:2]  # the third is far less relevant than the first


def test_a_matter_that_is_only_named_is_answered_less_readily() -> None:
    asked, named = (
        features(FOUND, None, text) for text in ("who cut the ribbon of the bridge", "ribbon of the bridge")
    )
    assert (asked["asks"], named["asks"]) == (1.0, 0.0)
    known = {"answers": 12.0, "need": 1.5, "trained": 0.0, "named": 1.0, "lacking": 0.0}
    for kind in ({}, {"trained", "named"}):
        some = {k: v for k, v in known.items() if k in {"answers", "need", "lacking", *kind}}
        assert decide.probability(some | {"asks": 1.0}) > decide.probability(some | {"asks": 0.0})


@pytest.mark.parametrize("x", [-1e9, -2.0, 0.0, 2.0, 1e9])
def test_logistic_is_a_probability_and_symmetric(x: float) -> None:
    assert 0 < decide.logistic(x) < 1
    assert decide.logistic(x) + decide.logistic(-x) == pytest.approx(1)
