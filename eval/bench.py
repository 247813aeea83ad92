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
from eval.summary import RESAMPLES, SEED
from rag.build import parts
from rag.chat import Chatbot
from rag.config import SEEDS, Config
from rag.fetch import ensure_model
from rag.home import home_folder
from rag.llama import LlamaCpp
from rag.machine import cores
from rag.types import Answer, Passed, Retrieved, Token

WARM_UP = 2
"""Questions asked before the others, whose times are "cold"."""
MEASURED_FROM = 8
"""Tokens of an answer from which the speed of writing is told."""
STARTS = {"import rag": ["-c", "import rag"], "footnote --help": ["-m", "rag", "--help"]}
SHOWN = ("first evidence", "first token", "first sentence", "whole answer")

Times = dict[str, float]
Row = dict[str, Any]


def timed(bot: Chatbot, question: Question, evaluated: Callable[[], int] = lambda: 0) -> Row:
    """Seconds until the reader sees the passages, the first draft word, the first checked sentence and the answer; the
    seconds of each step; and tokens, of which `evaluated` counts all that the model has read and written so far."""
    before, started = evaluated(), time.perf_counter()
    row: Row = {}
    steps: list[tuple[str, float]] = []
    written: list[float] = []

    def now() -> float:
        return time.perf_counter() - started

    def tell(step: str) -> None:
        steps.append((step, now()))

    def passed(so_far: Passed) -> None:
        if so_far.claims:
            row.setdefault("first sentence", now())

    asked = (question.question, question.history, question.as_of, question.where)
    for event in bot.stream(*asked, tell=tell, passed=passed):
        if isinstance(event, Retrieved):
            row["first evidence"] = now()
        elif isinstance(event, Token):
            row.setdefault("first token", now())
            written.append(now())
        elif isinstance(event, Answer):
            row |= {"refused": event.refused, "text": "" if event.refused else event.text}
            row["refusal" if event.refused else "whole answer"] = now()
            if not event.refused:
                row.setdefault("first sentence", row["whole answer"])
    ends = [at for _, at in steps[1:]] + [now()]
    for (step, start), end in zip(steps, ends, strict=True):
        row[step] = row.get(step, 0.0) + end - start
    row |= {"tokens in": evaluated() - before - len(written), "tokens out": len(written)}
    if len(written) >= MEASURED_FROM:
        row["written a second"] = (len(written) - 1) / (written[-1] - written[0])
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


def measure(config: Config, asked: Sequence[Question], follow_ups: Sequence[Question] = ()) -> dict[str, Any]:
    """Everything in one run; further follow-ups are put to Footnote alone. The memory is Footnote's: it is read before
    the other pipeline is loaded."""
    starts = {name: _seconds(lambda line=line: subprocess.run([sys.executable, *line], check=True, capture_output=True))
              for name, line in STARTS.items()}  # fmt: skip
    started = time.perf_counter()
    index, generator = parts(config)
    starts["load"] = time.perf_counter() - started
    model = ensure_model(config.model, home_folder(config))
    with Chatbot(config, index, generator) as bot:
        evaluated = (lambda: generator.evaluated) if isinstance(generator, LlamaCpp) else lambda: 0

        def ours_of(question: Question) -> Row:
            """A follow-up comes after the question that it leans on and after what the page does while the answer is
            read, neither of which is timed."""
            for turn in question.history[-1:]:
                bot.ask(turn.question, question.history[:-1], question.as_of, question.where)
            bot.prepare(question.history, question.as_of)
            return timed(bot, question, evaluated) | {"follow-up": bool(question.history)}

        cold = [ours_of(question) for question in asked[:WARM_UP]]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        plain = Plain(model, bot.articles, index.embed, config.n_threads or cores())
        try:
            pairs = [
                (ours_of(question), plainly(plain.ask(question.question)))
                for question in track(asked[WARM_UP:], "asking both", disable=not sys.stderr.isatty())
            ]
            further = [ours_of(q) for q in track(follow_ups, "following up", disable=not sys.stderr.isatty())]
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
        "follow-ups": _quantiles([row for row in [*ours, *further] if row["follow-up"]]),
        "ratios of medians": ratios(ours, theirs, further),
        "intervals": intervals(ours, theirs, further),
        "llama.cpp, tokens a second": limits
        | {"share reached in writing": _median(ours, "written a second") / limits["generation"]},
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


def ratios(ours: Sequence[Row], theirs: Sequence[Row], further: Sequence[Row] = ()) -> Times:
    """How many times sooner than the plain pipeline, by medians; for follow-ups, those of `further` among them, apart:
    the turn before has just been answered."""
    found = {}
    for name in ("first token", "first sentence", "whole answer"):
        if any(name in row for row in ours):
            found[name] = _median(theirs, name) / _median(ours, name)
    after = [row for row in [*ours, *further] if row.get("follow-up")]
    if any("first token" in row for row in after):
        found["first token of a follow-up"] = _median(theirs, "first token") / _median(after, "first token")
    return found


def intervals(
    ours: Sequence[Row], theirs: Sequence[Row], further: Sequence[Row] = ()
) -> dict[str, tuple[float, float]]:
    """The 95 % percentile bootstrap of the ratios, over the questions."""
    random = np.random.default_rng(SEED)
    drawn: dict[str, list[float]] = {}
    for _ in range(RESAMPLES):
        places = random.integers(len(ours), size=len(ours))
        others = [further[i] for i in random.integers(len(further), size=len(further))] if further else []
        for name, value in ratios([ours[i] for i in places], [theirs[i] for i in places], others).items():
            drawn.setdefault(name, []).append(value)
    return {name: (float(np.quantile(v, 0.025)), float(np.quantile(v, 0.975))) for name, v in drawn.items()}


def _median(rows: Sequence[Row], name: str) -> float:
    values = [row[name] for row in rows if name in row]
    return float(np.median(values)) if values else float("nan")


def _quantiles(rows: Sequence[Row]) -> dict[str, Any]:
    names = dict.fromkeys(name for row in rows for name, value in row.items() if isinstance(value, float | int))
    found = {}
    for name in names:
        if name not in ("refused", "follow-up"):
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
    for name, value in result["ratios of medians"].items():
        low, high = result["intervals"].get(name, (value, value))
        console.print(f"{name}, times sooner: {value:.2f} ({low:.2f} to {high:.2f})")
    for name in ("start", "llama.cpp, tokens a second"):
        console.print(f"{name}: " + ", ".join(f"{k} {v:.2f}" for k, v in result[name].items()))
    console.print("cold: " + ", ".join(f"{k} {v['median']:.2f}" for k, v in result["cold"].items()))
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
    order = [every[int(i)] for i in np.random.default_rng(0).permutation(len(every))]
    asked, left = order[: args.limit + WARM_UP], order[args.limit + WARM_UP :]
    result = measure(config, asked, [question for question in left if question.history])
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
