"""The probability that the articles hold the answer, and that a sentence belongs to it.

Logistic regressions over few features that mean something. The weights are in `decision_weights.json`: without a
model, once it has judged the sentences, and once it has written. They were fitted on CLAPNQ questions and the shipped
ones, both kinds weighing the same; `python -m eval.fit_decision` shows how they do out of sample, and refits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rag.asked import gives
from rag.evidence import Sentence

Features = dict[str, float]
LOGIT_CAP = 6.0
"""The model's logits count up to this, either way, so that one extreme cannot outweigh everything else."""
WRITE_FROM = 0.15
"""Relevance from which a sentence is among those that the draft is written from."""
MOST = 4
"""Sentences that the draft is written from, at most."""
EARLY_FROM = 0.2
"""Probability before a draft below which none is written: a chosen limit on seconds spent on likely refusals."""


def features(question: str, evidence: Sequence[Sentence], judged: Sequence[float] | None) -> Features:
    """How near the best sentence is, what the model makes of the sentences, and whether the best one gives what is
    asked for (a date, a number, a name).

    `judged`: for each sentence the logit of yes minus that of no to "does it state the answer?"; None: no model was
    asked.
    """
    worth = [s.need for s in evidence] if judged is None else judged
    order = sorted(range(len(evidence)), key=lambda i: -worth[i])
    found = {
        "sentence": max((s.cosine for s in evidence), default=0.0),
        "lacking": float(not any(gives(evidence[i].text, question) for i in order[:1])),
    }
    return found if judged is None else found | {"judged": _capped(max(judged, default=-LOGIT_CAP))}


def probability(features: Features) -> float:
    """The probability that the articles hold the answer, from what is known so far: "judged" once the model was
    asked, "support" (of the best draft sentence) once it has written."""
    if "support" in features:
        return _regression("answer_drafted", features)
    return _regression("answer_judged" if "judged" in features else "answer_extract", features)


def relevance(rows: Sequence[Features]) -> list[float]:
    """For each sentence, the probability that it belongs to the answer, from what its row knows."""
    return [
        _regression(
            "sentence_drafted" if "drafted" in row else "sentence_judged" if "judged" in row else "sentence", row
        )
        for row in rows
    ]


def sentence_features(
    evidence: Sequence[Sentence], judged: Sequence[float] | None = None, drafted: Sequence[float] | None = None
) -> list[Features]:
    """For each sentence: its nearness to the question, alone and against the nearest, its place, what the model makes
    of it, alone and against the best, and its nearness to the draft (cosine with the nearest draft sentence)."""
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
        if judged is not None:
            row |= {"judged": _capped(judged[i]), "below_best": _capped(judged[i]) - _capped(max(judged))}
            if drafted is not None:
                row["drafted"] = drafted[i]
        rows.append(row)
    return rows


def best(evidence: Sequence[Sentence], relevance: Sequence[float]) -> list[Sentence]:
    """The few sentences to write from, in their order: the most relevant, and whatever else is relevant enough."""
    order = sorted(range(len(evidence)), key=lambda i: -relevance[i])[:MOST]
    taken = [i for place, i in enumerate(order) if place == 0 or relevance[i] >= WRITE_FROM]
    return [evidence[i] for i in sorted(taken)]


def _capped(logit: float) -> float:
    return max(-LOGIT_CAP, min(LOGIT_CAP, logit))


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, x))))


def _regression(name: str, features: Mapping[str, float]) -> float:
    fitted = _weights()[name]
    return logistic(fitted["bias"] + sum(fitted[k] * v for k, v in features.items() if k in fitted))


@lru_cache(maxsize=1)
def _weights() -> dict[str, dict[str, float]]:
    found = json.loads((Path(__file__).parent / "decision_weights.json").read_text(encoding="utf-8"))
    return {name: {k: float(v) for k, v in row.items()} for name, row in found.items()}
