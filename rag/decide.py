"""The probability that the articles hold the answer. Knows nothing about where its numbers come from.

A logistic regression over few features that mean something. The weights are in `decision_weights.json`, one set for
evidence judged by a language model and one for evidence alone; `python -m eval.fit_decision` says on what they were
fitted, how well they do out of sample, and fits them again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rag.evidence import Sentence
from rag.types import Hit

Features = dict[str, float]
LOGIT_CAP = 6.0
"""The model's logits beyond this are noise."""


def evidence_features(hits: Sequence[Hit], evidence: Sequence[Sentence]) -> Features:
    """Features that cost nothing: how near the best passage and the best sentence are, and by how much."""
    dense = sorted((hit.dense for hit in hits), reverse=True) or [0.0]
    keyword = max((hit.keyword for hit in hits), default=0.0)
    overlaps = sorted((s.overlap for s in evidence), reverse=True) or [0.0]
    return {
        "passage": dense[0],
        "margin": dense[0] - (dense[1] if len(dense) > 1 else 0.0),
        "keyword": keyword,
        "sentence": max((s.cosine for s in evidence), default=0.0),
        "titled": max((s.titled_cosine for s in evidence), default=0.0),
        "overlap": overlaps[0],
    }


def model_features(stated: float, likelihood: float) -> Features:
    """What the model's logits say: `stated` is yes minus no to "do the texts state the answer?"; `likelihood` is the
    mean log-probability of the question's tokens after the evidence (a text that holds the answer makes the question
    likelier; Sachan et al. 2022 rank passages by it)."""
    return {"stated": max(-LOGIT_CAP, min(LOGIT_CAP, stated)), "likelihood": likelihood}


def probability(features: Mapping[str, float], with_model: bool) -> float:
    """The probability that the articles hold the answer; a feature without a weight does not count."""
    return _regression("answer_with_model" if with_model else "answer_without_model", features)


def relevance(rows: Sequence[Features], drafted: bool) -> list[float]:
    """For each sentence, the probability that it belongs to the answer."""
    return [_regression("sentence_drafted" if drafted else "sentence", row) for row in rows]


def sentence_features(evidence: Sequence[Sentence], drafted: Sequence[float] = ()) -> list[Features]:
    """For each sentence: its nearness to the question, alone and against the nearest, its place, and its nearness to
    the draft (`drafted`: cosine with the nearest draft sentence, one value a sentence, or none)."""
    top = max((s.titled_cosine for s in evidence), default=0.0)
    rows = []
    for i, sentence in enumerate(evidence):
        near = [
            other.cosine
            for other in (evidence[i - 1] if i else None, evidence[i + 1] if i + 1 < len(evidence) else None)
            if other is not None and other.article is sentence.article
        ]
        row = {
            "cosine": sentence.cosine,
            "titled": sentence.titled_cosine,
            "below_top": sentence.titled_cosine - top,
            "overlap": sentence.overlap,
            "near": max(near, default=0.0),
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
