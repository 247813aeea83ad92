"""Averages over questions, with bootstrap confidence intervals. Knows nothing about a single question or article.

Each `Metric` names the columns it reads (eval/score.py), how it sums them up, and the function whose docstring
defines it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import getdoc

import numpy as np

from eval import metrics
from eval.calibration import Array, aurc, auroc, brier, ece
from eval.score import Columns, Prediction

RESAMPLES = 1000
SEED = 20241104


@dataclass(frozen=True, slots=True)
class Metric:
    """`statistic` takes the columns, each of shape (n,) with nan where a question does not count, and gives a float."""

    name: str
    label: str
    columns: tuple[str, ...]
    statistic: Callable[..., float]
    defined_by: Callable[..., object]

    @property
    def definition(self) -> str:
        """The first paragraphs of the docstring, without its examples."""
        return (getdoc(self.defined_by) or "").split("\n\n>>>")[0]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's value, the bounds of its 95 % interval, and the number of questions that it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One system on one set of questions: the run itself, or a baseline. `predictions` are by question id."""

    name: str
    predictions: Mapping[str, Prediction]
    columns: Columns
    figures: Mapping[str, Figure]


def mean(values: Array) -> float:
    """Mean over the questions that the metric applies to."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def share(found: Array, total: Array) -> float:
    """Pooled share: the sum of what was found over the sum of what there was."""
    whole = np.nansum(total)
    return float(np.nansum(found) / whole) if whole else float("nan")


def answered_rate(answered: Array) -> float:
    """Answered: share of the answerable questions that got an answer, right or wrong. Source: issue 2."""
    return mean(answered)


def refused_rate(refused: Array) -> float:
    """Refused: share of the unanswerable questions that were refused. Source: issue 2."""
    return mean(refused)


def balanced_accuracy(answered: Array, refused: Array) -> float:
    """Answered and refused, mean of the two rates (balanced accuracy): 0.5 for always answering.

    Source: Brodersen et al., ICPR (2010).
    """
    return (mean(answered) + mean(refused)) / 2


def answered_right(right: Array) -> float:
    """Answered right: share of the answerable questions whose answer contains the accepted answer (all its parts) and
    cites an article that holds the evidence. A refusal counts as 0. Source: issue 2, "What will be looked at".
    """
    return mean(right)


def failed_rate(failed: Array) -> float:
    """Failed: share of the questions that ended in an error; they count as neither answered nor refused."""
    return mean(failed)


def percentile(values: Array, q: float) -> float:
    """Seconds on the clock, q-th percentile over the questions, interpolated between neighbours.

    `search`, `first_token` and `total` all start when the question arrives.
    """
    values = values[~np.isnan(values)]
    return float(np.percentile(values, q)) if len(values) else float("nan")


def calibrated(statistic: Callable[[Array, Array], float], confidence: Array, truth: Array) -> float:
    """Apply a function of eval/calibration.py to the questions that have both values."""
    known = ~np.isnan(confidence) & ~np.isnan(truth)
    return statistic(confidence[known], truth[known]) if known.any() else float("nan")


def summarise(columns: Columns, resamples: int = RESAMPLES) -> dict[str, Figure]:
    """Every metric whose columns are there and that has a value; the others are left out.

    The 95 % interval is the percentile bootstrap over questions (Efron & Tibshirani 1993, section 13.3), drawn with a
    fixed seed; the same questions are drawn for every metric.
    """
    size = len(next(iter(columns.values())))
    draws = np.random.default_rng(SEED).integers(size, size=(resamples, size))
    figures = {}
    for metric in METRICS:
        if not all(name in columns for name in metric.columns):
            continue
        table = np.stack([columns[name] for name in metric.columns])
        value = metric.statistic(*table)
        if np.isnan(value):
            continue
        spread = [metric.statistic(*table[:, draw]) for draw in draws]
        low, high = np.nanpercentile(spread, (2.5, 97.5))
        figures[metric.name] = Figure(value, float(low), float(high), int((~np.isnan(table)).any(axis=0).sum()))
    return figures


METRICS: tuple[Metric, ...] = (
    *(Metric(f"recall@{k}", f"Recall@{k}", (f"recall@{k}",), mean, metrics.recall_at) for k in (1, 3, 5)),
    Metric("mrr", "MRR", ("mrr",), mean, metrics.ranking),
    Metric("ndcg@10", "nDCG@10", ("ndcg@10",), mean, metrics.ranking),
    Metric("answered_right", "Answered right", ("right",), mean, answered_right),
    Metric("answered", "Answered, of the answerable", ("answered",), mean, answered_rate),
    Metric("refused", "Refused, of the others", ("refused",), mean, refused_rate),
    Metric("balanced_accuracy", "Mean of the two", ("answered", "refused"), balanced_accuracy, balanced_accuracy),
    Metric("containment", "Answer containment", ("contained",), mean, metrics.containment),
    Metric("rouge_l", "ROUGE-L", ("rouge_l",), mean, metrics.rouge_l),
    Metric("citation_precision", "Citation precision", ("precision",), mean, metrics.cited_right),
    Metric("citation_recall", "Citation recall", ("recall",), mean, metrics.gold_cited),
    Metric(
        "citation_precision_pooled", "Citation precision, pooled", ("cited right", "cited"), share, metrics.cited_right
    ),
    Metric("citation_recall_pooled", "Citation recall, pooled", ("gold cited", "gold"), share, metrics.gold_cited),
    Metric("supported", "Shown sentences supported", ("supported", "sentences"), share, metrics.supported),
    Metric("verbatim", "Verbatim quotes", ("verbatim", "quotes"), share, metrics.verbatim),
    *(
        Metric(f.__name__, f"{label} of confidence", ("confidence", "answerable"), partial(calibrated, f), f)
        for f, label in ((ece, "ECE"), (brier, "Brier"), (auroc, "AUROC"), (aurc, "AURC"))
    ),
    *(
        Metric(f"{name}_p{q}", f"{label}, s, p{q}", (name,), partial(percentile, q=q), percentile)
        for name, label in (("search", "Search"), ("first_token", "First token"), ("total", "Whole answer"))
        for q in (50, 95)
    ),
    Metric("failed", "Failed", ("failed",), mean, failed_rate),
)
"""In the order in which they are shown."""
