"""`python -m eval`: ask every question, measure the answers, print the figures.

Exit codes: 0 done, 1 failure, 2 a command or file that cannot be used, 4 a figure fell below its line in gate.toml,
130 stopped with Ctrl-C. Heavy imports wait until the command line is known to be good.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from eval import baselines, gate, questions, report, table
from eval.locate import Library
from eval.metrics import Check
from eval.questions import Question
from eval.run import Bot, run, settings
from eval.score import score
from eval.summary import Measured, summarise
from rag.config import SEEDS, Config
from rag.errors import FootnoteError, UsageError
from rag.terminal import Bars, plain

DONE, FAILED, USAGE, BELOW, INTERRUPTED = 0, 1, 2, 4, 130


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with; a test hands in its own. `check` is the judge of shown sentences, or None."""

    load: Callable[..., AbstractContextManager[Bot]]
    check: Callable[[Config], Check | None]


def main(argv: Sequence[str] | None = None, parts: Callable[[], Parts] | None = None) -> int:
    """Run and return the exit code; argparse itself exits with 2 on a wrong command line."""
    args = parser().parse_args(argv)
    try:
        return evaluate(args, parts or _real_parts)
    except KeyboardInterrupt:
        print(f"\nStopped. {_way_on(args)}", file=sys.stderr)
        return INTERRUPTED
    except UsageError as error:
        print(f"eval: {plain(str(error))}", file=sys.stderr)
        return USAGE
    except FootnoteError as error:
        lines = (str(error), *getattr(error, "__notes__", ()), _way_on(args))
        print(f"eval: {plain(chr(10).join(lines))}", file=sys.stderr)
        return FAILED


def evaluate(args: argparse.Namespace, parts: Callable[[], Parts]) -> int:
    """Everything after the command line. Raises FootnoteError."""
    from rag.reading import read_corpus

    if args.corpus and not args.questions:
        raise UsageError("--corpus needs --questions: the shipped questions are about the shipped articles.")
    config = Config(corpus=Path(args.corpus).absolute() if args.corpus else SEEDS, index=args.index, model=args.model)
    asked = questions.read(args.questions or questions.SHIPPED, args.limit)
    lines = gate.read() if args.gate else {}
    with Bars(sys.stderr) as progress:
        library = Library(read_corpus(config.corpus).articles)
        _warn_of_missing(library, asked)
        configs = {"footnote": config}
        if args.baselines is not None:
            configs |= baselines.variants(config, args.baselines or baselines.BASELINES)
        systems = [
            _measure(name, each, asked, library, args.predictions, parts(), progress) for name, each in configs.items()
        ]
    table.show(systems, sys.stdout)
    if args.report:
        facts = {"articles": str(len(library.articles)), "corpus": str(config.corpus), "model": config.model}
        print(f"Report: {report.write(args.report, asked, systems, facts)}")
    failures = gate.failures(systems[0].figures, lines)
    for failure in failures:
        print(f"gate: {failure}", file=sys.stderr)
    return BELOW if failures else DONE


def _measure(
    name: str, config: Config, asked: list[Question], library: Library, path: Path | None, parts: Parts, progress: Bars
) -> Measured:
    """Ask one system every question that its predictions lack, and score it."""
    if name != "footnote":
        path = baselines.predictions_of(path, name)
    with ExitStack() as stack:
        predictions = run(
            lambda: stack.enter_context(parts.load(config, progress=progress)),
            asked,
            path,
            settings(config, library.articles.values()),
            lambda done, total: progress(f"asking {name}", done, total),
        )
    columns = score(asked, predictions, library, parts.check(config))
    return Measured(name, predictions, columns, summarise(columns))


def _real_parts() -> Parts:
    from eval.judge import checker
    from rag.build import load

    return Parts(load, checker)


def _warn_of_missing(library: Library, asked: list[Question]) -> None:
    for question, evidence in library.missing(asked):
        note = f"question {question.id}: no article {evidence.article} holds the quote {evidence.quote!r}"
        print(f"eval: {plain(note)}; it counts as not found", file=sys.stderr)


def _way_on(args: argparse.Namespace) -> str:
    if args.predictions:
        return f"The same command goes on where this one stopped; {args.predictions} keeps what was answered."
    return "Nothing was kept: with --predictions FILE a run can be stopped and resumed."


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(prog="python -m eval", description="Measure Footnote on questions with known answers.")
    p.add_argument("--corpus", metavar="PATH", help="folder or file of articles (default: the shipped ones)")
    p.add_argument("--questions", metavar="FILE", help="questions, .jsonl (default: the shipped ones)")
    p.add_argument("--index", metavar="DIR", help="folder of the index")
    p.add_argument("--model", metavar="NAME", default=Config().model, help="as for `footnote` (default: %(default)s)")
    p.add_argument("--limit", metavar="N", type=_count, help="ask the first N questions only")
    p.add_argument("--predictions", metavar="FILE", type=Path, help="write each answer here, and resume from here")
    p.add_argument("--report", metavar="DIR", type=Path, help="write report.html and metrics.json here")
    p.add_argument("--gate", action="store_true", help="exit with 4 if a figure falls below its line in eval/gate.toml")
    p.add_argument(
        "--baselines",
        nargs="*",
        choices=tuple(baselines.BASELINES),
        metavar="NAME",
        help=f"also measure simpler systems, all or some of: {', '.join(baselines.BASELINES)}",
    )
    return p


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


if __name__ == "__main__":
    raise SystemExit(main())
