"""`python -m eval.bench_index`: how the index grows. Seconds and peak memory to build, sync, open and ask it.

The articles are generated: words as frequent as in a language, some stories printed twice. The vectors of the passages
are cheap stand-ins of the same length, because embedding 100,000 passages takes an hour; what embedding takes is
measured on a sample and printed beside. Questions are embedded by the real model. Each step runs in a process of its
own, so that its peak memory is its own. Nothing is asked of a language model.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from rag.config import Config
from rag.home import home_folder
from rag.types import Filters, Vectors

SIZES = (1_000, 10_000, 100_000)
PASSAGES_AN_ARTICLE = 5
WORDS_A_PASSAGE = 105
"""What fills a passage of 180 word pieces: invented words take more pieces than real ones."""
VOCABULARY = 60_000
COPIES = 0.05
"""Share of the articles that print an earlier one again with another headline."""
QUESTIONS = 200
PUBLISHERS = ("Lindau Post", "Seeline", "The Harbour", "Bregenz Today", "Wire")
SYLLABLES = [
    a + b
    for a in ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr", "pl"]
    for b in ["a", "e", "i", "o", "u", "an", "er", "il", "on"]
]


# --- generated articles ------------------------------------------------------------------------------------------


def words(rng: Random) -> list[str]:
    """Invented words, the frequent ones short."""
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(rng.choices(SYLLABLES, k=1 + (len(found) > 100) + (len(found) > 5_000)))] = None
    return list(found)


def texts(passages: int, seed: int = 1) -> Iterator[str]:
    """Articles as plain text: a headline, a day, and paragraphs of sentences."""
    rng = Random(seed)
    known = words(rng)
    ranks = np.random.default_rng(seed)
    earlier: list[str] = []
    for number in range(passages // PASSAGES_AN_ARTICLE):
        headline = " ".join(rng.choices(known, k=6)).capitalize()
        day = f"{2015 + number % 10}-{1 + number % 12:02}-{1 + number % 28:02}"
        if earlier and rng.random() < COPIES:
            body = rng.choice(earlier)
        else:
            drawn = ranks.zipf(1.15, PASSAGES_AN_ARTICLE * WORDS_A_PASSAGE) % VOCABULARY
            body = paragraphs([known[rank] for rank in drawn], rng)
            earlier = [*earlier[-500:], body]
        yield f"{headline}\n\n{rng.choice(PUBLISHERS)}\n\n{day}\n\n{body}\n"


def paragraphs(drawn: Sequence[str], rng: Random) -> str:
    sentences, start = [], 0
    while start < len(drawn):
        length = rng.randint(8, 24)
        sentences.append(" ".join(drawn[start : start + length]).capitalize() + ".")
        start += length
    return "\n\n".join(" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4))


def write_corpus(folder: Path, passages: int) -> None:
    for number, text in enumerate(texts(passages)):
        inner = folder / f"{number // 500:03}"
        inner.mkdir(parents=True, exist_ok=True)
        (inner / f"{number:06}.txt").write_text(text, encoding="utf-8")


class Cheap:
    """The real embedder's word pieces and, for many texts at once, vectors that cost nothing: sums of one direction for
    each word. A single text, a question, goes to the real model."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.fingerprint = f"bench:{real.fingerprint}"
        self.max_pieces = real.max_pieces
        self._directions = np.random.default_rng(0).standard_normal((4096, 384)).astype(np.float32)

    def count_pieces(self, text: str) -> int:
        return int(self._real.count_pieces(text))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if len(texts) == 1:
            return np.asarray(self._real(texts), np.float32)
        rows = [self._directions[[zlib.crc32(w.encode()) % 4096 for w in text.split()]].sum(0) for text in texts]
        stacked = np.stack(rows)
        return np.asarray(stacked / np.linalg.norm(stacked, axis=1, keepdims=True), np.float32)


# --- steps, each in a process of its own ---------------------------------------------------------------------------


def real_embedder() -> Any:
    from rag.embedder import SentenceTransformerEmbedder
    from rag.fetch import ensure_embedder

    return SentenceTransformerEmbedder(ensure_embedder(Config().embedder, home_folder(Config()), None))


def build(folder: Path) -> dict[str, float]:
    index = open_index(folder)
    report, took = timed(lambda: index.sync(folder / "articles"))
    return {"passages": report.passages, "seconds": took}


def again(folder: Path) -> dict[str, float]:
    """Nothing changed; then one article did."""
    index = open_index(folder)
    index.sync(folder / "articles")
    _, nothing = timed(lambda: index.sync(folder / "articles"))
    path = folder / "articles" / "000" / "000000.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\n\nOne more sentence.\n", encoding="utf-8")
    report, one = timed(lambda: index.sync(folder / "articles"))
    assert (report.updated, report.added, report.removed) == (1, 0, 0), report
    return {"nothing": nothing, "one": one}


def ask(folder: Path) -> dict[str, float]:
    """From opening to the first answer of a search, then many searches, free and filtered."""
    from rag.search import search

    embed = Cheap(real_embedder())
    embed(["the first text that a model embeds is slow"])
    questions = [" ".join(text.split()[20:32]) + "?" for text in texts(QUESTIONS * PASSAGES_AN_ARTICLE, seed=1)]

    def first() -> Any:
        index = open_index(folder, embed)
        index.sync(folder / "articles")
        search(index, questions[0], 8, 3)
        return index

    index, start = timed(first)
    some = next(iter(index.articles.values()))
    where = {
        "search": None,
        "publisher": Filters(publishers=frozenset([PUBLISHERS[0]])),
        "days": Filters(after=some.published, before=some.published),
        "article": Filters(articles=frozenset([some.id])),
    }
    found = {"start": start, "embedding": percentile([timed(partial(embed, [q]))[1] for q in questions], 50)}
    for name, filters in where.items():
        took = [timed(partial(search, index, q, 8, 3, where=filters))[1] for q in questions]
        found |= {f"{name} p50": percentile(took, 50), f"{name} p95": percentile(took, 95)}
    return found


def embedding(folder: Path) -> dict[str, float]:
    """Passages a second of the real model, on as many as it does in some seconds."""
    embed = real_embedder()
    index = open_index(folder)
    sample = [passage.text for passage in index.passages.values()][:256]
    embed(sample[:8])
    _, took = timed(lambda: embed(sample))
    return {"rate": len(sample) / took}


STEPS: dict[str, Callable[[Path], dict[str, float]]] = {step.__name__: step for step in (build, again, ask, embedding)}


def open_index(folder: Path, embed: Cheap | None = None) -> Any:
    from rag.index import Index

    return Index(folder / "index", embed or Cheap(real_embedder()))


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    value = call()
    return value, time.perf_counter() - started


def percentile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(values, share))


# --- all of it ------------------------------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    args = parser().parse_args(argv)
    if args.step:
        found = STEPS[args.step](args.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (20 if sys.platform != "darwin" else 30))
        print(json.dumps(found | {"peak": peak}))
        return 0
    results = {}
    for size in args.sizes:
        results[size] = measure(args.folder / str(size), size, args.keep)
        show(results)
    if args.out:
        args.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(folder: Path, size: int, keep: bool) -> dict[str, dict[str, float]]:
    shutil.rmtree(folder, ignore_errors=True)
    write_corpus(folder / "articles", size)
    steps = [step for step in STEPS if step != "embedding" or size == SIZES[0]]
    found = {step: run(step, folder) for step in steps}
    if not keep:
        shutil.rmtree(folder)
    return found


def run(step: str, folder: Path) -> dict[str, float]:
    """One step in a process of its own. Raises CalledProcessError; what it said is on the standard error."""
    command = [sys.executable, "-m", "eval.bench_index", "--step", step, "--folder", str(folder)]
    print(f"{folder.name} passages: {step} …", file=sys.stderr)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


ROWS = (
    ("build, seconds without embedding", "build", "seconds"),
    ("  peak memory, GiB", "build", "peak"),
    ("sync, nothing changed, seconds", "again", "nothing"),
    ("sync, one article changed, seconds", "again", "one"),
    ("  peak memory, GiB", "again", "peak"),
    ("start to first search, seconds", "ask", "start"),
    ("embedding of a question p50, seconds", "ask", "embedding"),
    ("search p50, seconds", "ask", "search p50"),
    ("search p95, seconds", "ask", "search p95"),
    ("  one publisher p95", "ask", "publisher p95"),
    ("  one day p95", "ask", "days p95"),
    ("  one article p95", "ask", "article p95"),
    ("  peak memory, GiB", "ask", "peak"),
)


def show(results: dict[int, dict[str, dict[str, float]]]) -> None:
    """A table: a column for each size, and how much of each figure the last is of the first."""
    sizes = list(results)
    heads = "".join(f"{int(results[s]['build']['passages']):>12,}" for s in sizes)
    print(f"\n{'passages':40}{heads}{'growth':>10}")
    for label, step, name in ROWS:
        values = [results[size][step][name] for size in sizes]
        print(f"{label:40}" + "".join(f"{value:>12.3f}" for value in values) + f"{values[-1] / values[0]:>10.1f}")
    if rates := [results[s]["embedding"]["rate"] for s in sizes if "embedding" in results[s]]:
        print(
            f"the real model embeds {rates[0]:.0f} passages a second: that comes on top of the first line", flush=True
        )


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m eval.bench_index", description="Measure how the index grows.")
    p.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="passages (default: %(default)s)")
    p.add_argument("--folder", type=Path, default=Path("reports/bench"), help="where to build (default: %(default)s)")
    p.add_argument("--keep", action="store_true", help="leave the articles and indexes there")
    p.add_argument("--out", type=Path, metavar="FILE", help="write the figures as JSON")
    p.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    return p


if __name__ == "__main__":
    raise SystemExit(main())
