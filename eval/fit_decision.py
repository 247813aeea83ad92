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
from rag.decide import MOST

FOLDS = 10
WEIGHTS = Path(__file__).parent.parent / "rag" / "decision_weights.json"
QUESTION = ("nameless", "need_nameless", "asks")
"""Of the question itself. Whom it names, a model hears better than nearness does; where it names nobody, nearness
counts: on CLAPNQ, which asks without capitals, the AUROC out of sample is 0.89 with these three, 0.87 with nearness
counted whatever the question names, and 0.81 without it."""
SENTENCE = ("answers", "passage", "gives")
JUDGED = ("judged", "trained")
"""What the logit of a model on a sentence is called: of any model, of one that was trained for it."""

CITE_FROM = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)

Record = dict[str, Any]


def regressions(judged: str) -> dict[str, tuple[str, ...]]:
    """Name and features of each regression in the weights file. Few, and of a meaning that holds for any articles."""
    return {
        "answer": ("answers", *QUESTION, "lacking"),
        f"answer_{judged}": (*QUESTION, judged, "named"),
        "sentence": SENTENCE,
        f"sentence_{judged}": (*SENTENCE, judged, "below_best"),
    }


def matrix(rows: Sequence[dict[str, float]], names: Sequence[str]) -> Floats:
    return np.array([[float(row[name]) for name in names] for row in rows])


def fitted(x: Floats, y: Floats, weight: Floats) -> tuple[float, Floats]:
    """Bias and weights for features as they are; the ridge acts on standardised ones."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    bias, weights = ridge((x - mean) / spread, y, weight)
    return float(bias - (weights * mean / spread).sum()), weights / spread


def out_of_sample(x: Floats, y: Floats, weight: Floats, group: Floats) -> Floats:
    """Probability of each row by a fit that saw nothing of its question."""
    order = np.random.default_rng(0).permutation(np.unique(group))
    found = np.zeros(len(y))
    for fold in range(FOLDS):
        held = np.isin(group, order[fold::FOLDS])
        found[held] = predict(*fitted(x[~held], y[~held], weight[~held]), x[held])
    return found


def report_answer(records: Sequence[Record], names: Sequence[str]) -> tuple[float, Floats]:
    """Print the figures of each file apart; bias and weights of a fit on all."""
    y = np.array([float(r["answerable"]) for r in records])
    weight = np.array([r["weight"] for r in records])
    x = matrix([r["features"] for r in records], names)
    p = out_of_sample(x, y, weight, np.arange(len(y), dtype=float))
    for file in dict.fromkeys(r["file"] for r in records):
        here = np.array([r["file"] == file for r in records])
        q, t = p[here], y[here]
        print(f"  {file}, {len(t)}: AUROC {auroc(q, t):.3f}  Brier {brier(q, t):.3f}  ECE {ece(q, t):.3f}")
        for threshold in (0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
            answered, refused = float((q[t == 1] >= threshold).mean()), float((q[t == 0] < threshold).mean())
            mean = (answered + refused) / 2
            print(f"    at {threshold}: answered {answered:.3f}  refused {refused:.3f}  mean {mean:.3f}")
    return fitted(x, y, weight)


def report_sentences(records: Sequence[Record], names: Sequence[str]) -> tuple[float, Floats]:
    """Print how well the cited sentences would agree with the gold ones, file by file; bias and weights of a fit on
    all sentences that have these features, the others being ranked by SENTENCE. The most relevant sentence is always
    cited, as in an answer."""
    rows = [(i, s) for i, r in enumerate(records) for s in r["sentences"]]
    group = np.array([float(i) for i, _ in rows])
    y = np.array([float(s["gold"]) for _, s in rows])
    weight = np.array([records[i]["weight"] for i, _ in rows])
    known = np.array([set(names) <= s.keys() for _, s in rows])
    x = matrix([s for (_, s), has in zip(rows, known, strict=True) if has], names)
    p = out_of_sample(matrix([s for _, s in rows], SENTENCE), y, weight, group)
    p[known] = out_of_sample(x, y[known], weight[known], group[known])
    for file in dict.fromkeys(r["file"] for r in records):
        here = [i for i, r in enumerate(records) if r["file"] == file]
        of_file = np.isin(group, here)
        print(f"  {file}, {len(here)}: AUROC {auroc(p[of_file], y[of_file]):.3f} over {of_file.sum()} sentences")
        for threshold in CITE_FROM:
            precision, recall = [], []
            for i in here:
                mine = np.flatnonzero(group == i)
                order = mine[np.argsort(-p[mine], kind="stable")][:MOST]
                chosen = order[(p[order] >= threshold) | (np.arange(len(order)) == 0)]
                precision.append(y[chosen].mean())
                recall.append(min(1.0, y[chosen].sum() / records[i]["gold"]))
            print(f"    cited from {threshold}: precision {np.mean(precision):.3f}  recall {np.mean(recall):.3f}")
    return fitted(x, y[known], weight[known])


def _read(path: Path) -> list[Record]:
    """The labelled records of a file. Each file weighs the same, whatever its length: it stands for a kind of news."""
    lines = [json.loads(line) for line in path.open(encoding="utf-8")]
    labelled = [r for r in lines if r["answerable"] is not None]
    return [r | {"file": path.stem, "weight": 100 / len(labelled)} for r in labelled]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_decision", description=__doc__)
    parser.add_argument("records", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write the weights fitted on all records")
    args = parser.parse_args(argv)
    records = [record for path in args.records for record in _read(path)]
    evident = [r for r in records if r["answerable"] and r["gold"] and r["sentences"]]
    (judged,) = {name for record in records for name in JUDGED if name in record["features"]}
    weights = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    for name, names in regressions(judged).items():
        print(name)
        bias, found = report_answer(records, names) if name.startswith("answer") else report_sentences(evident, names)
        weights[name] = {"bias": round(bias, 4)} | {n: round(float(w), 4) for n, w in zip(names, found, strict=True)}
    if args.write:
        WEIGHTS.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
