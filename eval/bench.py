"""`python -m eval.bench`: how long a reader waits, beside the usual pipeline on the same model and llama.cpp itself.

Each question is put to both, one after the other, so that both meet the same machine. Prints medians, 95th percentiles
and ratios, with the quality of the same answers beside them; with `--report` writes bench.json and a picture.
Scale (articles by the hundred thousand) is measured by `eval.bench_index`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from eval import questions as sets
from eval.metrics import containment, rouge_l
from eval.plain import Plain, Said
from eval.questions import Question
from rag.build import parts
from rag.chat import Chatbot
from rag.config import SEEDS, Config
from rag.fetch import ensure_model
from rag.home import home_folder
from rag.machine import cores
from rag.types import Answer, Passed, Retrieved, Token

WARM_UP = 2
"""Questions asked before the others, whose times are "cold"."""
STARTS = {"import rag": ["-c", "import rag"], "footnote --help": ["-m", "rag", "--help"]}
SHOWN = ("first evidence", "first token", "first sentence", "whole answer")

Times = dict[str, float]
Row = dict[str, Any]


def timed(bot: Chatbot, question: Question) -> Row:
    """Seconds until the reader sees the passages, the first draft word, the first checked sentence and the answer."""
    started = time.perf_counter()
    row: Row = {}

    def passed(so_far: Passed) -> None:
        if so_far.claims:
            row.setdefault("first sentence", time.perf_counter() - started)

    for event in bot.stream(question.question, question.history, question.as_of, question.where, passed=passed):
        now = time.perf_counter() - started
        if isinstance(event, Retrieved):
            row["first evidence"] = now
        elif isinstance(event, Token):
            row.setdefault("first token", now)
        elif isinstance(event, Answer):
            row |= {"refused": event.refused, "text": "" if event.refused else event.text}
            row["refusal" if event.refused else "whole answer"] = now
            if not event.refused:
                row.setdefault("first sentence", now)
    return row


def plainly(said: Said) -> Row:
    return {
        "first token": said.first_token,
        "first sentence": said.first_sentence,
        "whole answer": said.total,
        "tokens in": said.tokens_in,
        "tokens out": said.tokens_out,
        "refused": said.declines,
        "text": said.text,
    }


def measure(config: Config, asked: Sequence[Question]) -> dict[str, Any]:
    """Everything in one run. The memory is Footnote's alone: it is read before the other pipeline is loaded."""
    starts = {name: _seconds(lambda line=line: subprocess.run([sys.executable, *line], check=True, capture_output=True))
              for name, line in STARTS.items()}  # fmt: skip
    started = time.perf_counter()
    index, generator = parts(config)
    starts["load"] = time.perf_counter() - started
    model = ensure_model(config.model, home_folder(config))
    with Chatbot(config, index, generator) as bot:
        cold = [timed(bot, question) for question in asked[:WARM_UP]]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        plain = Plain(model, bot.articles, index.embed, config.n_threads or cores())
        try:
            pairs = [
                (timed(bot, question), plainly(plain.ask(question.question)))
                for question in track(asked[WARM_UP:], "asking both", disable=not sys.stderr.isatty())
            ]
            limits = plain.speeds()
        finally:
            plain.close()
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    warm = asked[WARM_UP:]
    return {
        "model": config.model,
        "questions": len(warm),
        "start": starts,
        "cold": _quantiles(cold),
        "peak memory, GiB": memory,
        "footnote": _quantiles(ours) | {"quality": quality(warm, ours)},
        "plain": _quantiles(theirs) | {"quality": quality(warm, theirs)},
        "ratios of medians": ratios(ours, theirs),
        "llama.cpp, tokens a second": limits,
    }


def quality(asked: Sequence[Question], rows: Sequence[Row]) -> Times:
    """Shares: questions whose accepted answer stands in the text, ROUGE-L, and unanswerable questions refused."""
    pairs = list(zip(asked, rows, strict=True))
    columns = {
        "contained": [containment(r["text"], q.answers, q.parts) for q, r in pairs if q.answers or q.parts],
        "rouge_l": [rouge_l(r["text"], q.reference) for q, r in pairs if q.reference],
        "refused": [float(r["refused"]) for q, r in pairs if q.answerable is False],
    }
    return {name: float(np.mean(values)) for name, values in columns.items() if values}


def ratios(ours: Sequence[Row], theirs: Sequence[Row]) -> Times:
    """How many times sooner than the plain pipeline, by medians."""
    return {
        name: float(np.median([r[name] for r in theirs]) / np.median([r[name] for r in ours if name in r]))
        for name in ("first token", "first sentence", "whole answer")
        if any(name in r for r in ours)
    }


def _quantiles(rows: Sequence[Row]) -> dict[str, Any]:
    names = dict.fromkeys(name for row in rows for name, value in row.items() if isinstance(value, float | int))
    found = {}
    for name in names:
        if name != "refused":
            values = [row[name] for row in rows if name in row]
            found[name] = {"median": float(np.median(values)), "p95": float(np.quantile(values, 0.95))}
    return found


def picture(result: dict[str, Any], path: Path) -> None:
    """Bars of the median seconds, Footnote beside the plain pipeline."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 2.8), layout="constrained")
    axes = figure.subplots()
    for place, system in enumerate(("footnote", "plain")):
        seconds = [result[system].get(name, {}).get("median", 0.0) for name in SHOWN]
        bars = axes.barh(np.arange(len(SHOWN)) + 0.36 * place, seconds, 0.34, label=system)
        axes.bar_label(bars, [f"{value:.2f}" if value else "–" for value in seconds], fontsize=7, padding=2)
    axes.set(yticks=np.arange(len(SHOWN)) + 0.18, yticklabels=SHOWN, xlabel="Seconds, median")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=144)


def show(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "Footnote", "p95", "plain", "p95", title=f"{result['questions']} questions, {result['model']}")
    ours, theirs = result["footnote"], result["plain"]
    for name in dict.fromkeys([*ours, *theirs]):
        if name != "quality":
            cells = [
                f"{system[name][k]:.3f}" if name in system else "–"
                for system in (ours, theirs)
                for k in ("median", "p95")
            ]
            table.add_row(name, *cells)
    for name in ours["quality"]:
        table.add_row(name, f"{ours['quality'][name]:.3f}", "", f"{theirs['quality'].get(name, float('nan')):.3f}", "")
    console = Console(width=None if sys.stdout.isatty() else 100)
    console.print(table)
    for name in ("ratios of medians", "start", "llama.cpp, tokens a second"):
        console.print(f"{name}: " + ", ".join(f"{k} {v:.2f}" for k, v in result[name].items()))
    console.print(f"peak memory: {result['peak memory, GiB']:.2f} GiB")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=SEEDS)
    parser.add_argument("--questions", type=Path, default=sets.SHIPPED)
    parser.add_argument("--model", default=Config().model)
    parser.add_argument("--limit", type=int, default=40, help="questions, drawn evenly (default: %(default)s)")
    parser.add_argument("--report", type=Path, help="write bench.json and bench.png here")
    args = parser.parse_args(argv)
    config = Config(corpus=args.corpus, model=args.model)
    every = sets.read(args.questions)
    # Answerable and unanswerable ones may stand in blocks.
    order = np.random.default_rng(0).permutation(len(every))[: args.limit + WARM_UP]
    result = measure(config, [every[int(i)] for i in order])
    show(result)
    if args.report:
        args.report.mkdir(parents=True, exist_ok=True)
        (args.report / "bench.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        picture(result, args.report / "bench.png")
        print(f"Report: {args.report / 'bench.json'}")
    return 0


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())
