"""What `confidence` is worth: calibration, discrimination, risk and coverage. Knows nothing about questions or files.

`confidence` is the probability that the articles hold the answer, so the truth it is held against is whether the
question is answerable. Arguments: two arrays of shape (n,), float, `truth` of 0 and 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
BINS = 10


def brier(confidence: Array, truth: Array) -> float:
    """Brier score: mean squared difference between confidence and truth; 0 is perfect, 0.25 is a coin's.

    Source: Brier, Monthly Weather Review 78 (1950).

    >>> brier(np.array([1.0, 0.5]), np.array([1.0, 0.0]))
    0.125
    """
    return float(np.mean((confidence - truth) ** 2))


def ece(confidence: Array, truth: Array) -> float:
    """Expected calibration error: mean gap between confidence and truth in ten bins of equal width, weighted by size.

    Source: Naeini, Cooper & Hauskrecht, AAAI (2015).

    >>> round(ece(np.array([0.9, 0.95, 0.2]), np.array([1.0, 1.0, 1.0])), 4)  # (2 x 0.075 + 1 x 0.8) / 3
    0.3167
    """
    sizes, mean_confidence, mean_truth = reliability(confidence, truth)
    return float(np.sum(sizes * np.abs(mean_confidence - mean_truth)) / len(confidence))


def reliability(confidence: Array, truth: Array) -> tuple[Array, Array, Array]:
    """Per bin that is not empty: how many, mean confidence, mean truth. Each of shape (bins,)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    sizes = np.bincount(bins, minlength=BINS).astype(float)
    full = sizes > 0
    sums = [np.bincount(bins, weights=values, minlength=BINS)[full] for values in (confidence, truth)]
    return sizes[full], sums[0] / sizes[full], sums[1] / sizes[full]


def auroc(confidence: Array, truth: Array) -> float:
    """AUROC: probability that an answerable question gets a higher confidence than another; ties count half.

    nan where one of the two kinds is missing. Source: Hanley & McNeil, Radiology 143 (1982).

    >>> auroc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    0.875
    """
    yes, no = np.sort(confidence[truth == 1]), np.sort(confidence[truth == 0])
    if not len(yes) or not len(no):
        return float("nan")
    below = np.searchsorted(no, yes, side="left") + np.searchsorted(no, yes, side="right")
    return float(below.mean() / (2 * len(no)))


def risk_coverage(confidence: Array, truth: Array) -> tuple[Array, Array]:
    """Risk–coverage curve: (coverage, risk) when only the most confident questions are answered.

    Coverage is the share of questions answered, risk the share of those that have no answer in the articles. Questions
    of one confidence are answered together. Source: El-Yaniv & Wiener, JMLR 11 (2010).

    >>> coverage, risk = risk_coverage(np.array([0.9, 0.8, 0.8, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    >>> coverage.tolist(), np.round(risk, 3).tolist()
    ([0.25, 0.75, 1.0], [0.0, 0.333, 0.5])
    """
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    risk = np.cumsum(1 - truth[order]) / answered
    last = np.append(np.diff(confidence[order]) != 0, True)
    return answered[last] / len(order), risk[last]


def aurc(confidence: Array, truth: Array) -> float:
    """Area under the risk–coverage curve: mean risk over all coverages; lower is better.

    Source: Geifman, Uziel & El-Yaniv, ICLR (2019).

    >>> aurc(np.array([0.9, 0.1]), np.array([1.0, 0.0]))  # risk 0 up to one half, then 1/2
    0.25
    """
    coverage, risk = risk_coverage(confidence, truth)
    return float(np.sum(np.diff(coverage, prepend=0.0) * risk))
