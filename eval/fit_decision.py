"""`python -m eval.fit_decision RECORD.jsonl …`: fit when to answer and which sentences to cite, from `eval.record`.

Cross-validates by question, prints how well the decision ranks, balances and is calibrated out of sample, and how well
the chosen sentences agree with the gold ones. With `--write` the weights go to rag/decision_weights.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.calibration import auroc, brier, ece
from eval.logistic import Floats, predict, ridge

FOLDS = 10
WEIGHTS = Path(__file__).parent.parent / "rag" / "decision_weights.json"
ANSWER = ("passage", "sentence", "keyword", "stated")
SENTENCE = ("below_top", "cosine", "overlap", "first_passage", "length")
REGRESSIONS = {
    "answer_with_model": ANSWER,
    "answer_without_model": ANSWER[:-1],
    "sentence": SENTENCE,
    "sentence_drafted": (*SENTENCE, "drafted"),
}
"""Name and features of each regression in the weights file."""
CITE_FROM = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)

Record = dict[str, Any]


def matrix(rows: Sequence[dict[str, float]], names: Sequence[str]) -> Floats:
    return np.array([[float(row[name]) for name in names] for row in rows])


def fitted(x: Floats, y: Floats) -> tuple[float, Floats]:
    """Bias and weights for features as they are; the ridge acts on standardised ones."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    bias, weights = ridge((x - mean) / spread, y, np.ones(len(y)))
    return float(bias - (weights * mean / spread).sum()), weights / spread


def out_of_sample(x: Floats, y: Floats, group: Floats) -> Floats:
    """Probability of each row by a fit that saw nothing of its question."""
    order = np.random.default_rng(0).permutation(np.unique(group))
    found = np.zeros(len(y))
    for fold in range(FOLDS):
        held = np.isin(group, order[fold::FOLDS])
        found[held] = predict(*fitted(x[~held], y[~held]), x[held])
    return found


def report_answer(records: Sequence[Record], names: Sequence[str]) -> None:
    x = matrix([r["features"] for r in records], names)
    y = np.array([float(r["answerable"]) for r in records])
    p = out_of_sample(x, y, np.arange(len(y), dtype=float))
    rates = [(t, float((p[y == 1] >= t).mean()), float((p[y == 0] < t).mean())) for t in (0.4, 0.5, 0.6)]
    print(f"  {len(y)} questions: AUROC {auroc(p, y):.3f}  Brier {brier(p, y):.3f}  ECE {ece(p, y):.3f}")
    for threshold, answered, refused in rates:
        print(f"  at {threshold}: answered {answered:.3f}  refused {refused:.3f}  mean {(answered + refused) / 2:.3f}")


def report_sentences(records: Sequence[Record], names: Sequence[str]) -> None:
    rows = [(i, s) for i, r in enumerate(records) for s in r["sentences"]]
    group = np.array([float(i) for i, _ in rows])
    y = np.array([float(s["gold"]) for _, s in rows])
    p = out_of_sample(matrix([s for _, s in rows], names), y, group)
    print(f"  {len(y)} sentences, {int(y.sum())} gold: AUROC {auroc(p, y):.3f}")
    for threshold in CITE_FROM:
        precision, recall = [], []
        for i, r in enumerate(records):
            here = np.flatnonzero(group == i)
            order = here[np.argsort(-p[here], kind="stable")][:4]
            chosen = order[p[order] >= threshold]
            if len(chosen):
                precision.append(y[chosen].mean())
                recall.append(min(1.0, y[chosen].sum() / r["gold"]))
        found = f"precision {np.mean(precision):.3f}  recall {np.mean(recall):.3f}" if recall else "none"
        print(f"  cited from {threshold}: {found}  of {len(recall)}")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_decision", description=__doc__)
    parser.add_argument("records", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write the weights fitted on all records")
    args = parser.parse_args(argv)
    records = [json.loads(line) for path in args.records for line in path.open(encoding="utf-8")]
    labelled = [r for r in records if r["answerable"] is not None]
    evident = [r for r in labelled if r["answerable"] and r["gold"] and r["sentences"]]
    weights = {}
    for name, names in REGRESSIONS.items():
        print(name)
        if name.startswith("answer"):
            report_answer(labelled, names)
            rows, y = [r["features"] for r in labelled], np.array([float(r["answerable"]) for r in labelled])
        else:
            report_sentences(evident, names)
            rows = [s for r in evident for s in r["sentences"]]
            y = np.array([float(s["gold"]) for s in rows])
        bias, found = fitted(matrix(rows, names), y)
        weights[name] = {"bias": round(bias, 4)} | {n: round(float(w), 4) for n, w in zip(names, found, strict=True)}
    if args.write:
        WEIGHTS.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
