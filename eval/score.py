"""Turns questions and their predictions into columns of numbers, one row a question. Knows no averages.

A value that does not apply, or whose fields are missing, is nan; eval/summary.py leaves it out. A question that failed
is neither answered nor refused: it has no answer to be right, and is counted in the column `failed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from eval import metrics
from eval.calibration import Array
from eval.locate import Library, Span
from eval.metrics import Check
from eval.questions import Question

Prediction = Mapping[str, Any]
Columns = dict[str, Array]

DEPTHS = range(1, 11)
"""How many passages the recall curve looks at."""


def score(
    questions: Sequence[Question], predictions: Mapping[str, Prediction], library: Library, check: Check | None = None
) -> Columns:
    """Columns of shape (n questions,). `predictions` are by question id, one for every question."""
    rows = [_row(question, predictions[question.id], library, check) for question in questions]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, np.nan) for row in rows], dtype=float) for name in names}


def verdicts(questions: Sequence[Question], predictions: Mapping[str, Prediction], columns: Columns) -> list[str]:
    """What became of each question, in one or two words."""
    right = columns.get("right", np.full(len(questions), np.nan))
    return [_verdict(q, predictions[q.id], value) for q, value in zip(questions, right, strict=True)]


def _verdict(question: Question, prediction: Prediction, right: float) -> str:
    if prediction.get("error"):
        return "failed"
    if question.answerable is None:
        return "refused" if prediction["refused"] else "answered"
    if not question.answerable:
        return "rightly refused" if prediction["refused"] else "wrongly answered"
    if prediction["refused"]:
        return "wrongly refused"
    return "answered" if np.isnan(right) else "right" if right == 1 else "wrong"


def _row(question: Question, prediction: Prediction, library: Library, check: Check | None) -> dict[str, float]:
    row: dict[str, float] = {}
    failed = bool(prediction.get("error"))
    row["failed"] = failed
    if question.answerable is not None:
        held = not failed and prediction["refused"] != question.answerable
        row["answered" if question.answerable else "refused"] = held
        row["answerable"] = question.answerable
    row.update(_answer(question, "" if failed or prediction["refused"] else prediction["answer"]))
    if failed:
        return row
    row["confidence"] = prediction["confidence"]
    row.update({name: value for name, value in prediction["seconds"].items() if value is not None})
    row.update(_passages(question, prediction, library))
    row.update(_citations(question, prediction, library, check))
    if "contained" in row and question.evidence:
        cited = {citation["article"] for citation in prediction["citations"]}
        row["right"] = row["contained"] == 1 and bool(cited & library.ids(question.evidence))
    return row


def _answer(question: Question, text: str) -> Iterator[tuple[str, float]]:
    """`text` is "" for a refusal, which counts as an answer without a single right word."""
    if question.answerable is False:
        return
    if question.answers or question.parts:
        yield "contained", metrics.containment(text, question.answers, question.parts)
        if question.evidence:
            yield "right", 0.0
    if question.reference:
        yield "rouge_l", metrics.rouge_l(text, question.reference)


def _passages(question: Question, prediction: Prediction, library: Library) -> Iterator[tuple[str, float]]:
    if not question.evidence:
        return
    gold = library.spans(question.evidence)
    hits: list[Span] = [(hit["article"], hit["start"], hit["end"]) for hit in prediction["hits"]]
    for k in DEPTHS:
        yield f"recall@{k}", metrics.recall_at(gold, hits, k)
    yield from zip(("mrr", "ndcg@10"), metrics.ranking(gold, hits), strict=True)


def _citations(
    question: Question, prediction: Prediction, library: Library, check: Check | None
) -> Iterator[tuple[str, float]]:
    citations = prediction["citations"]
    exact = [metrics.verbatim(citation, library.articles) for citation in citations]
    yield from (("verbatim", sum(exact)), ("quotes", len(exact)))
    if prediction["refused"]:
        return
    if check and (passed := metrics.supported(prediction, library.articles, check)) is not None:
        yield from (("supported", sum(passed)), ("sentences", len(passed)))
    gold = library.sentences(span for span in library.spans(question.evidence) if span)
    if question.answerable and gold:
        cited: list[Span] = [(c["article"], c["start"], c["end"]) for c in citations]
        right, found = metrics.cited_right(cited, gold), metrics.gold_cited(cited, gold)
        yield from (
            ("cited right", sum(right)),
            ("cited", len(right)),
            ("gold cited", sum(found)),
            ("gold", len(found)),
        )
        yield "precision", sum(right) / len(right) if right else 0.0
        yield "recall", sum(found) / len(found)
