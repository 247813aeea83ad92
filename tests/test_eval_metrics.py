"""Every metric on cases that can be worked out on paper."""

from __future__ import annotations

import doctest
import importlib
import math

import numpy as np
import pytest

from eval import calibration, metrics
from eval.gate import failures
from eval.summary import METRICS, Figure, balanced_accuracy, mean, percentile, share, summarise
from eval.words import contains, normalise
from rag.types import Article

ARTICLES = {"a": Article("a", "Talks", "They met in Geneva. It rained. Nobody spoke.")}
GENEVA, RAIN, SILENCE = ("a", 0, 20), ("a", 21, 31), ("a", 32, 45)
NAN = float("nan")


@pytest.mark.parametrize(
    "module", ["baselines", "calibration", "gate", "locate", "metrics", "questions", "run", "table", "words"]
)
def test_the_examples_in_the_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"eval.{module}"))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(("k", "found"), [(1, 0), (2, 1 / 3), (3, 2 / 3), (10, 2 / 3)])
def test_recall_counts_quotes_touched_by_the_first_passages(k: int, found: float) -> None:
    gold = [GENEVA, SILENCE, None]  # the third quote stands in no article
    hits = [("b", 0, 45), ("a", 15, 25), ("a", 32, 45)]
    assert metrics.recall_at(gold, hits, k) == pytest.approx(found)


def test_ranking_gives_each_quote_to_the_first_passage_that_touches_it() -> None:
    hits = [("b", 0, 9), ("a", 0, 31), ("a", 0, 20), ("a", 32, 45)]
    mrr, ndcg = metrics.ranking([GENEVA, RAIN, SILENCE], hits)
    # Gains 0, 2, 0, 1; ideally 2, 1.
    assert mrr == 1 / 2
    assert ndcg == pytest.approx((2 / math.log2(3) + 1 / math.log2(5)) / (2 + 1 / math.log2(3)), abs=1e-5)


def test_ranking_counts_a_quote_that_is_not_found_as_a_loss() -> None:
    assert metrics.ranking([GENEVA, None], [GENEVA]) == (1.0, pytest.approx(1 / (1 + 1 / math.log2(3)), abs=1e-5))
    assert metrics.ranking([GENEVA], []) == (0.0, 0.0)


def test_ranking_looks_at_ten_passages_only_for_ndcg() -> None:
    hits = [("b", n, n + 1) for n in range(10)] + [GENEVA]
    mrr, ndcg = metrics.ranking([GENEVA], hits)
    assert (mrr, ndcg) == (pytest.approx(1 / 11), 0.0)


@pytest.mark.parametrize(
    ("answer", "accepted", "held"),
    [
        ("It was in Geneva [1].", "geneva", True),
        ("More than thirty countries", "30 countries", True),
        ("a three-day event", "three days", False),
        ("China's best", "China", True),
        ("1,500 people", "1500", True),
        ("It cost 3.5 million.", "35 million", False),
        ("twenty-one", "21", True),
        ("twenty zero", "20 0", True),
        ("It rained in 2022.", "202", False),
        ("São Paulo", "Sao Paulo", True),
        ("The U.S. left", "US", True),
        ("anything", "", False),
        ("seen [10]", "10", False),
    ],
)
def test_accepted_answers_are_found_in_any_spelling_as_whole_words(answer: str, accepted: str, held: bool) -> None:
    assert contains(answer, accepted) is held


def test_normalising_twice_changes_nothing() -> None:
    once = normalise("The “twenty-five” U.S. experts’ 1,500.5 % — a half_day [3]")
    assert normalise(once) == once == "25 us experts 1500.5 percent half day"


def test_containment_needs_one_answer_or_counts_the_parts() -> None:
    assert metrics.containment("In Geneva.", ["Bern", "Geneva"]) == 1
    assert metrics.containment("", ["Geneva"]) == 0
    assert metrics.containment("India and the EU", [], [["India"], ["Israel"], ["Europe", "EU"]]) == pytest.approx(
        2 / 3
    )


def test_rouge_takes_the_nearest_reference_and_no_markers() -> None:
    assert metrics.rouge_l("they met in geneva [1]", ["it rained", "They met in Geneva."]) == 1
    assert metrics.rouge_l("", ["They met."]) == 0


def test_a_citation_is_right_when_half_of_it_lies_in_gold_sentences() -> None:
    assert metrics.cited_right([("a", 10, 30), ("a", 15, 31), ("b", 0, 20)], [GENEVA]) == [True, False, False]
    assert metrics.cited_right([("a", 0, 31)], [GENEVA, RAIN]) == [True]


def test_a_gold_sentence_is_found_through_a_clause_but_not_through_a_neighbour() -> None:
    assert metrics.gold_cited([("a", 12, 18), ("a", 30, 45)], [GENEVA, RAIN, SILENCE]) == [True, False, True]


def test_a_quote_is_verbatim_only_at_its_own_place() -> None:
    quote = {"article": "a", "start": 0, "end": 20, "quote": "They met in Geneva."}
    assert not metrics.verbatim(quote, ARTICLES)
    assert metrics.verbatim(quote | {"end": 19}, ARTICLES)
    assert not metrics.verbatim(quote | {"end": 19, "article": "b"}, ARTICLES)
    assert not metrics.verbatim({"article": "a", "start": 3, "end": 3, "quote": ""}, ARTICLES)


def test_brier_ece_and_auroc_by_hand() -> None:
    confidence, truth = np.array([0.8, 0.8, 0.3, 0.1]), np.array([1.0, 0.0, 1.0, 0.0])
    assert calibration.brier(confidence, truth) == pytest.approx((0.04 + 0.64 + 0.49 + 0.01) / 4)
    # Bins [.8, .8], [.3], [.1] with gaps 0.3, 0.7 and 0.1.
    assert calibration.ece(confidence, truth) == pytest.approx((2 * 0.3 + 0.7 + 0.1) / 4)
    # Pairs: (.8, .8) half, (.8, .1) one, (.3, .8) none, (.3, .1) one.
    assert calibration.auroc(confidence, truth) == 2.5 / 4


def test_full_confidence_falls_into_the_last_bin() -> None:
    assert calibration.ece(np.array([1.0, 0.95]), np.array([1.0, 1.0])) == pytest.approx(0.025)


def test_auroc_needs_both_kinds() -> None:
    assert np.isnan(calibration.auroc(np.array([0.3]), np.array([1.0])))


def test_risk_and_coverage_answer_ties_together() -> None:
    confidence, truth = np.array([0.5, 0.9, 0.5]), np.array([1.0, 1.0, 0.0])
    coverage, risk = calibration.risk_coverage(confidence, truth)
    assert coverage == pytest.approx([1 / 3, 1])
    assert risk == pytest.approx([0, 1 / 3])
    assert calibration.aurc(confidence, truth) == pytest.approx(2 / 3 * 1 / 3)


def test_averages_leave_out_what_does_not_apply() -> None:
    assert mean(np.array([1.0, NAN, 0.0])) == 0.5
    assert np.isnan(mean(np.array([NAN])))
    assert share(np.array([1.0, NAN, 0.0]), np.array([1.0, NAN, 3.0])) == 0.25
    assert np.isnan(share(np.array([0.0]), np.array([0.0])))
    assert balanced_accuracy(np.array([1.0, 1.0, NAN]), np.array([NAN, NAN, 0.0])) == 0.5
    assert percentile(np.array([1.0, NAN, 3.0]), 50) == 2.0


def test_the_interval_is_the_same_each_time_and_holds_the_value() -> None:
    columns = {"answered": np.array([1.0, 0.0] * 20), "mrr": np.array([NAN] * 40), "total": np.full(40, 2.0)}
    figures = summarise(columns)
    assert figures == summarise(columns)
    assert set(figures) == {"answered", "total_p50", "total_p95"}
    assert figures["answered"].low < 0.5 < figures["answered"].high
    assert figures["total_p50"] == Figure(2.0, 2.0, 2.0, 40)


def test_every_metric_has_a_name_of_its_own_and_a_definition_with_its_source() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert ">>>" not in metric.definition
        if not metric.name.endswith(("_p50", "_p95")) and metric.name != "failed":
            assert "Source" in metric.definition, metric.name


def test_the_gate_names_each_figure_on_the_wrong_side() -> None:
    figures = {"refused": Figure(0.8, 0.7, 0.9, 30), "failed": Figure(0.1, 0, 0.2, 30), "ece": Figure(0.3, 0, 1, 9)}
    assert failures(figures, {"minimum": {"refused": 0.8}, "maximum": {"ece": 0.3}}) == []
    below = failures(figures, {"minimum": {"refused": 0.81, "auroc": 0.9}, "maximum": {"failed": 0.0}})
    assert [text.split()[0] for text in below] == ["refused", "auroc", "failed"]
