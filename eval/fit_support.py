"""Fit the weights of the support checker: `python -m eval.fit_support --data CLAPNQ --embedder MODEL --work FOLDER`.

Builds the pairs, records the value of every signal once, fits a logistic regression (ridge, iteratively reweighted
least squares), cross-validates by article and prints a table per kind of error. With `--write` the weights go to
rag/support_weights.json. Pairs of `--held` are measured, never fitted on: of news, and such as were written to find
what the rules miss, on which some of these were then made.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.logistic import Floats, predict, ridge
from eval.pairs import Pair, build, read, write
from rag.support import SIGNALS, signals

FOLDS = 10
HELD = [Path(__file__).parent / name for name in ("support_news.jsonl", "support_gaps.jsonl")]
WEIGHTS = Path(__file__).parent.parent / "rag" / "support_weights.json"


@dataclass(frozen=True, slots=True)
class Table:
    """Signals (n, k), labels (n,) of 0 and 1, kinds and articles of n pairs."""

    x: Floats
    y: Floats
    kinds: tuple[str, ...]
    groups: tuple[str, ...]


def table(pairs: Sequence[Pair]) -> Table:
    rows = [signals(p.sentence, p.source, p.context)[0] for p in pairs]
    x = np.array([[row[name] for name in SIGNALS] for row in rows])
    y = np.array([float(p.supported) for p in pairs])
    return Table(x, y, tuple(p.kind for p in pairs), tuple(p.group for p in pairs))


def balance(t: Table) -> Floats:
    """A weight for each pair: every kind of one label weighs the same, and both labels weigh the same; mean 1."""
    kinds = np.array(t.kinds)
    weight = np.zeros(len(t.y))
    for label in (0.0, 1.0):
        here = sorted({k for k, y in zip(t.kinds, t.y, strict=True) if y == label})
        for kind in here:
            of_kind = (kinds == kind) & (t.y == label)
            weight[of_kind] = 1.0 / (2 * len(here) * of_kind.sum())
    return weight * len(t.y)


def fit(x: Floats, y: Floats, weight: Floats) -> tuple[float, Floats]:
    """Bias and weights (k,) of a ridge logistic regression, by iteratively reweighted least squares.

    A difference never speaks for support: signals that come out positive are left out.
    """
    used = np.ones(x.shape[1], bool)
    while True:
        bias, weights = ridge(x * used, y, weight)
        wrong = (weights > 0) & used
        if not wrong.any():
            return bias, weights * used
        used &= ~wrong


def cross_validate(t: Table) -> Floats:
    """Probability of each pair by a model that saw no pair of its article: (n,)."""
    articles = sorted(set(t.groups))
    order = np.random.default_rng(7).permutation(len(articles))
    fold = {articles[i]: int(at) % FOLDS for at, i in enumerate(order)}
    folds = np.array([fold[g] for g in t.groups])
    weight, out = balance(t), np.zeros(len(t.y))
    for k in range(FOLDS):
        train = folds != k
        out[~train] = predict(*fit(t.x[train], t.y[train], weight[train]), t.x[~train])
    return out


def auroc(positive: Floats, negative: Floats) -> float:
    """Chance that a true pair scores above a false one, ties counted half."""
    above = (positive[:, None] > negative[None, :]).mean()
    return float(above + (positive[:, None] == negative[None, :]).mean() / 2)


def report(t: Table, p: Floats, title: str) -> float:
    """Print accuracy (at 0.5) and, for each kind of error, AUROC; returns the balanced accuracy over kinds."""
    kinds = np.array(t.kinds)
    print(f"\n{title}\n{'kind':24}{'pairs':>6}{'right':>8}{'AUROC':>8}")
    rates: dict[float, list[float]] = {1.0: [], 0.0: []}
    for label in (1.0, 0.0):
        for kind in dict.fromkeys(k for k, y in zip(t.kinds, t.y, strict=True) if y == label):
            scores = p[(kinds == kind) & (t.y == label)]
            rates[label].append(float((scores >= 0.5).mean() if label else (scores < 0.5).mean()))
            area = "" if label else f"{auroc(p[t.y == 1], scores):8.3f}"
            print(f"{('+ ' if label else '- ') + kind:24}{len(scores):6}{rates[label][-1]:8.3f}{area}")
    result = float(np.mean(rates[1.0]) + np.mean(rates[0.0])) / 2
    print(
        f"balanced accuracy over the kinds {result:.3f} (true {np.mean(rates[1.0]):.3f}, false {np.mean(rates[0.0]):.3f})"  # noqa: E501
    )
    return result


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus.jsonl and questions.jsonl")
    parser.add_argument("--embedder", type=Path, required=True, help="folder of the sentence-transformers model")
    parser.add_argument("--work", type=Path, required=True, help="folder where the pairs are recorded")
    parser.add_argument("--held", type=Path, nargs="*", default=HELD, help="pairs that are measured, never fitted on")
    parser.add_argument("--write", action="store_true", help="write rag/support_weights.json")
    args = parser.parse_args(argv)
    pairs = recorded_pairs(args.data, args.embedder, args.work / "pairs.jsonl")
    t = table(pairs)
    report(t, cross_validate(t), f"{FOLDS}-fold cross-validation by article, {len(pairs)} pairs")
    bias, weights = fit(t.x, t.y, balance(t))
    for path in args.held:
        held = table(list(read(path)))
        report(held, predict(bias, weights, held.x), f"{path.stem}, weights never fitted on it")
    fitted = {"bias": round(bias, 4), "weights": {n: round(float(w), 4) for n, w in zip(SIGNALS, weights, strict=True)}}
    print(json.dumps(fitted, indent=1))
    if args.write:
        WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def recorded_pairs(data: Path, embedder: Path, path: Path) -> list[Pair]:
    if not path.exists():
        from rag.embedder import SentenceTransformerEmbedder

        path.parent.mkdir(parents=True, exist_ok=True)
        write(build(data, SentenceTransformerEmbedder(embedder)), path)
    return list(read(path))


if __name__ == "__main__":
    main()
