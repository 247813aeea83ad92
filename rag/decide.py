"""The probability that the articles hold the answer, and that a sentence belongs to it.

Logistic regressions over few features that mean something. The weights are in `decision_weights.json`: without a
model, once it has judged each sentence, and once it has judged the best together. They were fitted on CLAPNQ questions
and the shipped ones, both kinds weighing the same; `python -m eval.fit_decision` shows how they do out of sample, and
refits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rag.asked import gives, kind, lacks_count
from rag.evidence import Sentence

Features = dict[str, float]
Judged = Mapping[int, float]
"""What the model says of some of the sentences, by their places: the logit of yes minus that of no to whether the
sentence states the answer."""
LOGIT_CAP = 6.0
"""The model's logits count up to this, either way, so that one extreme cannot outweigh everything else."""
UNCOUNTED = 0.05
"""Probability that sentences without a number answer "how many?": they did for none of the questions of the fit."""
LEAST = -3.0
"""What the model makes, at the least, of the best sentence: as much as where none gives what is asked for."""
WRITE_FROM = 0.2
"""Relevance from which a sentence is among those that the draft is written from."""
MOST = 4
"""Sentences that the draft is written from, at most."""
ASKED = 7
"""Sentences that the model is asked about, at most: asking is most of what an answer costs, and among the seven most
relevant of those gathered stand 96 of 100 gold sentences."""
EARLY_FROM = 0.1
"""Probability below which the best sentences are not asked about together: a limit on seconds spent on refusals."""


def worth_asking(question: str, evidence: Sequence[Sentence]) -> list[int]:
    """Places of the sentences that the model is asked about, in their order: the most relevant by what is known."""
    known = relevance(sentence_features(question, evidence))
    return sorted(sorted(range(len(evidence)), key=lambda i: -known[i])[:ASKED])


def features(
    question: str, evidence: Sequence[Sentence], chosen: Sequence[Sentence], judged: Judged | None
) -> Features:
    """How much the answer needs the nearest sentence, and what the model makes of the best among those that give what
    is asked for (a date, a number, a name …). Without a model: whether none of the chosen ones gives it.
    """
    found = {"need": max((s.need for s in evidence), default=0.0)}
    if lacks_count([s.text for s in chosen], question):
        found["uncounted"] = 1.0
    if judged is None:
        return found | {"lacking": float(not any(gives(s.text, question) for s in chosen))}
    giving = (logit for i, logit in judged.items() if gives(evidence[i].text, question))
    return found | {"judged": max(LEAST, _capped(max(giving, default=LEAST)))}


def stated(logit: float) -> Features:
    """What the model makes of the best sentences together: the logit of yes minus that of no to "do they state it?"."""
    return {"stated": _capped(logit)}


def probability(features: Features) -> float:
    """The probability that the articles hold the answer, from what is known so far: "judged" once the model was asked
    about each sentence, "stated" once it was asked about the best together."""
    if "uncounted" in features:
        return UNCOUNTED
    if "stated" in features:
        return _regression("answer_stated", features)
    return _regression("answer_judged" if "judged" in features else "answer_extract", features)


def relevance(rows: Sequence[Features]) -> list[float]:
    """For each sentence, the probability that it belongs to the answer, from what its row knows."""
    return [_regression("sentence_judged" if "judged" in row else "sentence", row) for row in rows]


def sentence_features(question: str, evidence: Sequence[Sentence], judged: Judged | None = None) -> list[Features]:
    """For each sentence: how far it lies below the nearest, under its title, alone, and with its passage; its words,
    whether it gives what is asked for, and what the model makes of it, alone and against the best, if it was asked."""
    titled = max((s.titled_cosine for s in evidence), default=0.0)
    alone = max((s.cosine for s in evidence), default=0.0)
    passage = max((s.passage_score for s in evidence), default=0.0)
    asks = kind(question)
    rows = []
    for i, sentence in enumerate(evidence):
        row = {
            "titled": sentence.titled_cosine - titled,
            "alone": sentence.cosine - alone,
            "passage": sentence.passage_score - passage,
            "overlap": sentence.overlap,
            "gives": float(bool(asks) and gives(sentence.text, question)),
        }
        if judged and i in judged:
            row |= {"judged": _capped(judged[i]), "below_best": _capped(judged[i]) - _best(judged)}
        rows.append(row)
    return rows


def best(evidence: Sequence[Sentence], relevance: Sequence[float]) -> list[Sentence]:
    """The few sentences to write from, in their order: the most relevant, and whatever else is relevant enough."""
    order = sorted(range(len(evidence)), key=lambda i: -relevance[i])[:MOST]
    taken = [i for place, i in enumerate(order) if place == 0 or relevance[i] >= WRITE_FROM]
    return [evidence[i] for i in sorted(taken)]


def _best(judged: Judged) -> float:
    return _capped(max(judged.values(), default=-LOGIT_CAP))


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
