"""The probability that the articles hold the answer. Knows nothing about where its numbers come from.

Logistic regressions over few features that mean something. The weights are in `decision_weights.json`: without a
model, once it has judged the evidence, and once it has written. They were fitted on 240 CLAPNQ questions and the
shipped ones, both kinds weighing the same; `python -m eval.fit_decision` shows how they do out of sample, and refits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rag.evidence import Sentence

Features = dict[str, float]
LOGIT_CAP = 6.0
"""The model's logits count up to this, either way, so that one extreme cannot outweigh everything else."""
EARLY_FROM = 0.2
"""Probability before a draft below which none is written: a chosen limit on seconds spent on likely refusals."""


def features(evidence: Sequence[Sentence], stated: float | None) -> Features:
    """How near the best sentence is, and what the model makes of the evidence.

    `stated` is the logit of yes minus that of no to "does the passage state the answer?"; None: no model was asked.
    """
    found = {"sentence": max((s.cosine for s in evidence), default=0.0)}
    return found if stated is None else found | {"stated": max(-LOGIT_CAP, min(LOGIT_CAP, stated))}


def probability(features: Features) -> float:
    """The probability that the articles hold the answer, from what is known so far: "stated" once the model was
    asked, "support" (of the best draft sentence) once it has written."""
    if "support" in features:
        return _regression("answer_drafted", features)
    return _regression("answer_stated" if "stated" in features else "answer_extract", features)


def relevance(rows: Sequence[Features], drafted: bool) -> list[float]:
    """For each sentence, the probability that it belongs to the answer."""
    return [_regression("sentence_drafted" if drafted else "sentence", row) for row in rows]


def sentence_features(evidence: Sequence[Sentence], drafted: Sequence[float] = ()) -> list[Features]:
    """For each sentence: its nearness to the question, alone and against the nearest, its place, and its nearness to
    the draft (`drafted`: cosine with the nearest draft sentence, one value a sentence, or none)."""
    top = max((s.titled_cosine for s in evidence), default=0.0)
    rows = []
    for i, sentence in enumerate(evidence):
        row = {
            "cosine": sentence.cosine,
            "below_top": sentence.titled_cosine - top,
            "overlap": sentence.overlap,
            "first_passage": float(sentence.rank == 0),
            "length": min(sentence.end - sentence.start, 400) / 100,
        }
        if drafted:
            row["drafted"] = drafted[i]
        rows.append(row)
    return rows


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, x))))


def _regression(name: str, features: Mapping[str, float]) -> float:
    fitted = _weights()[name]
    return logistic(fitted["bias"] + sum(fitted[k] * v for k, v in features.items() if k in fitted))


@lru_cache(maxsize=1)
def _weights() -> dict[str, dict[str, float]]:
    found = json.loads((Path(__file__).parent / "decision_weights.json").read_text(encoding="utf-8"))
    return {name: {k: float(v) for k, v in row.items()} for name, row in found.items()}
