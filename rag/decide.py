"""The probability that the articles hold the answer, and that a sentence belongs to it.

Logistic regressions over few features that mean something. The weights are in `decision_weights.json`: without a
model, and once it was asked. They were fitted on four kinds of questions, each weighing the same (README);
`python -m eval.fit_decision` shows how they do out of sample, and refits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.about import lacks, named
from rag.asked import gives, is_manifold, is_question, kind, lacks_count, side_by_side
from rag.evidence import Sentence
from rag.facts import names

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model says of some of the sentences, by their places: the logit of yes minus that of no to whether the
    sentence states the answer. `trained`: by a model that was trained for that."""

    logits: Mapping[int, float]
    trained: bool = False

    @property
    def feature(self) -> str:
        """What a logit is called among the features: those of a trained model weigh otherwise."""
        return "trained" if self.trained else "judged"


ASKED_OF = ("judged", "trained")
"""Features that a model gives: they name a regression in `decision_weights.json`."""
LOGIT_CAP = 6.0
"""The model's logits count up to this, either way, so that one extreme cannot outweigh everything else."""
UNCOUNTED = 0.05
"""Probability that sentences without a number answer "how many?": they did for none of the questions of the fit."""
LACKING = 3.0
"""What the logit of a sentence counts less where it lacks what is asked for. More would suit questions for names, dates
and numbers, and less those for definitions."""
WRITE_FROM, WRITE_SHARE = 0.2, 0.7
"""Relevance, and share of that of the best, from which a sentence is among those that the draft is written from: beside
a far better one, a small model copies the wrong one."""
MOST = 4
"""Sentences that the draft is written from, at most."""
ASKED, ASKED_FIRST = 5, 3
"""Sentences that the model is asked about, at most: asking is most of what an answer costs. First about the most
relevant alone, and the answer may begin; else of the three most relevant; of two more only where that may help."""
SURE_FROM, HOPELESS = -1.5, 0.15
"""Logit of a sentence from which it may be enough to write from, and probability of an answer below which it does not
pay to ask about more. Over the records of the shipped questions, of the fifty, of news and of CLAPNQ, 0.65, 0.82, 0.76
and 0.57 of the answers begin after one; the decision is as good as by asking about three each time, and the share of
answers whose most relevant sentence is a gold one is lower by 0.01 to 0.03."""


def worth_asking(question: str, evidence: Sequence[Sentence]) -> list[int]:
    """Places of the sentences that the model is asked about, at most: the most relevant by what is known, in order."""
    known = relevance(sentence_features(question, evidence))
    return sorted(range(len(evidence)), key=lambda i: -known[i])[:ASKED]


def is_enough(question: str, evidence: Sequence[Sentence], judged: Judged, threshold: float) -> bool:
    """Whether the model was asked about enough sentences. A single one is enough if the probability of an answer is at
    least `threshold`; several are, too, where there is hardly an answer."""
    if not judged.logits:
        return False
    chosen = best(evidence, relevance(sentence_features(question, evidence, judged)), judged)
    likely = probability(features(question, evidence, chosen, judged))
    sure = is_sure(question, evidence, judged.logits)
    if len(judged.logits) == 1:
        return sure and likely >= threshold
    return sure or likely < HOPELESS


def is_sure(question: str, evidence: Sequence[Sentence], logits: Mapping[int, float]) -> bool:
    """Whether no more than the sentences that the model was asked about are needed: one of them may well state the
    answer, and is about all that the question sets side by side."""
    states = [evidence[i] for i, logit in _said(question, evidence, logits).items() if logit >= SURE_FROM]
    if side_by_side(question):
        states = [sentence for sentence in states if named(question, sentence) == 1.0]
    return bool(states) and not is_manifold(question)


def _said(question: str, evidence: Sequence[Sentence], logits: Mapping[int, float]) -> dict[int, float]:
    """What the model said, of a sentence that lacks what is asked for less."""
    return {i: x - LACKING if lacks(question, evidence[i]) else x for i, x in logits.items()}


def features(
    question: str, evidence: Sequence[Sentence], chosen: Sequence[Sentence], judged: Judged | None
) -> Features:
    """Of the question, whether anything is asked and, where it names nobody, how near the nearest sentence is.
    What the model makes of the best one, those that lack what is asked for (a date, a number, a name …)
    counting less; and how much of whom and what the question names that one is about. Without a model: how well the
    best answers in any case, and whether none of the chosen ones gives what is asked for.
    """
    need, nameless = max((s.need for s in evidence), default=0.0), float(not names(question))
    found = {
        "answers": max((s.answers for s in evidence), default=0.0),
        "need": need,
        "nameless": nameless,
        "need_nameless": need * nameless,
        "asks": float(is_question(question)),
    }
    if lacks_count([s.text for s in chosen], question):
        found["uncounted"] = 1.0
    if judged is None:
        return found | {"lacking": float(not any(gives(s.text, question) for s in chosen))}
    said = _said(question, evidence, judged.logits)
    first = max(said, key=said.__getitem__, default=None)
    return found | {
        judged.feature: -LOGIT_CAP if first is None else capped(said[first]),
        "named": 0.0 if first is None else named(question, evidence[first]),
    }


def probability(features: Features) -> float:
    """The probability that the articles hold the answer, from what is known so far: "judged" or "trained" once a model
    was asked about the sentences."""
    if "uncounted" in features:
        return UNCOUNTED
    return _regression("_".join(["answer", *(name for name in ASKED_OF if name in features)]), features)


def relevance(rows: Sequence[Features]) -> list[float]:
    """For each sentence, the probability that it belongs to the answer, from what its row knows."""
    return [_regression("_".join(["sentence", *(name for name in ASKED_OF if name in row)]), row) for row in rows]


def sentence_features(question: str, evidence: Sequence[Sentence], judged: Judged | None = None) -> list[Features]:
    """For each sentence: how far it lies below the one that answers best, and its passage below the nearest; whether
    it gives what is asked for, and what the model makes of it, alone and against the best, if it was asked; less
    where it lacks what is asked for."""
    answers = max((s.answers for s in evidence), default=0.0)
    passage = max((s.passage_score for s in evidence), default=0.0)
    said = {i: capped(x) for i, x in _said(question, evidence, judged.logits).items()} if judged else {}
    asks = kind(question)
    rows = []
    for i, sentence in enumerate(evidence):
        row = {
            "answers": sentence.answers - answers,
            "passage": sentence.passage_score - passage,
            "gives": float(bool(asks) and gives(sentence.text, question)),
        }
        if judged and i in said:
            row |= {judged.feature: said[i], "below_best": said[i] - max(said.values())}
        rows.append(row)
    return rows


def best(evidence: Sequence[Sentence], relevance: Sequence[float], judged: Judged | None = None) -> list[Sentence]:
    """The few sentences to write from, in their order: the most relevant, and whatever else is relevant enough, unless
    the model was asked about a single one: then that was enough, and others may be quoted beside it."""
    most = 1 if judged and len(judged.logits) == 1 else MOST
    order = sorted(range(len(evidence)), key=lambda i: -relevance[i])[:most]
    enough = max([WRITE_FROM, *(WRITE_SHARE * relevance[i] for i in order[:1])])
    taken = [i for place, i in enumerate(order) if place == 0 or relevance[i] >= enough]
    return [evidence[i] for i in sorted(taken)]


def capped(logit: float) -> float:
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
