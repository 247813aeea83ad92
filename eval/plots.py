"""Draws the pictures of the report as PNG bytes. Knows nothing about HTML, questions or files.

Every function takes the measured systems, the run itself first; one without the columns that a picture needs is left
out of it, and a picture without any system is None.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eval.calibration import Array, reliability, risk_coverage
from eval.score import DEPTHS
from eval.summary import Measured

Picture = Callable[[Sequence[Measured]], bytes | None]


def recall_curve(systems: Sequence[Measured]) -> bytes | None:
    """Recall of evidence against the number of passages read."""
    depths = list(DEPTHS)
    lines = [(s.name, [np.nanmean(s.columns[f"recall@{k}"]) for k in depths]) for s in systems if "mrr" in s.columns]
    if not lines:
        return None
    figure, axes = _axes("Passages read", "Recall of evidence")
    for name, values in lines:
        axes.plot(depths, values, marker="o", markersize=3, label=name)
    axes.set(ylim=(0, 1.03), xticks=depths)
    return _png(figure, axes)


def risk_coverage_curve(systems: Sequence[Measured]) -> bytes | None:
    """Share of unanswerable questions among those answered, when only the most confident are answered."""
    lines = [(s.name, risk_coverage(*known)) for s in systems if (known := _confidence(s)) is not None]
    if not lines:
        return None
    figure, axes = _axes("Coverage: share of questions answered", "Risk: share of those without an answer")
    for name, (coverage, risk) in lines:
        axes.step(coverage, risk, where="pre", label=name)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return _png(figure, axes)


def reliability_diagram(systems: Sequence[Measured]) -> bytes | None:
    """Of the questions given some confidence, how many the articles do answer, and their number; of the run only."""
    known = _confidence(systems[0])
    if known is None:
        return None
    sizes, confidence, truth = reliability(*known)
    figure, axes = _axes("Confidence", "Share answerable")
    axes.plot([0, 1], [0, 1], color="#bbb", linestyle="--", linewidth=1)
    axes.plot(confidence, truth, marker="o", label=systems[0].name)
    for x, y, size in zip(confidence, truth, sizes, strict=True):
        axes.annotate(f"{size:.0f}", (x, y), textcoords="offset points", xytext=(5, -9), fontsize=7)
    axes.set(xlim=(0, 1.02), ylim=(-0.02, 1.03))
    return _png(figure, axes)


def seconds_histogram(systems: Sequence[Measured]) -> bytes | None:
    """How long whole answers took; the run itself only."""
    values = systems[0].columns.get("total")
    if values is None or np.isnan(values).all():
        return None
    figure, axes = _axes("Seconds to the whole answer", "Questions")
    axes.hist(values[~np.isnan(values)], bins=20, label=systems[0].name)
    axes.set_xlim(left=0)
    return _png(figure, axes)


PICTURES: dict[str, Picture] = {
    "Recall curve": recall_curve,
    "Risk and coverage": risk_coverage_curve,
    "Reliability": reliability_diagram,
    "Seconds": seconds_histogram,
}


def _confidence(system: Measured) -> tuple[Array, Array] | None:
    """Confidence and truth of the questions that have both."""
    if not {"confidence", "answerable"} <= system.columns.keys():
        return None
    confidence, truth = system.columns["confidence"], system.columns["answerable"]
    known = ~np.isnan(confidence) & ~np.isnan(truth)
    return (confidence[known], truth[known]) if known.any() else None


def _axes(x: str, y: str) -> tuple[Any, Any]:
    # A Figure of its own, not pyplot: no window system, nothing left open. Without a canvas it draws with Agg.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.set(xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    return figure, axes


def _png(figure: Any, axes: Any) -> bytes:
    axes.legend(frameon=False, fontsize=8)
    with io.BytesIO() as out:
        figure.savefig(out, format="png", dpi=144)
        return out.getvalue()
