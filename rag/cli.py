"""The command `footnote`: runs what was typed, prints text or JSON, returns an exit code.

Knows nothing about how answers are made or look. Heavy imports wait inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.arguments import config, parser, text_of
from rag.errors import FootnoteError, UsageError
from rag.libraries import located
from rag.streams import prepare, written
from rag.terminal import Bars, Line, answer_lines, claim_lines, hit_lines, plain, show

if TYPE_CHECKING:
    from rag.articles import Skipped
    from rag.chat import Chatbot
    from rag.config import Config
    from rag.index import SyncReport

DONE, FAILED, USAGE, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes; see `rag.arguments.EXIT_CODES`."""

NO_MODEL = "none"
"""Searching and checking need no language model: none is fetched or loaded for them."""

NAMED = 3
"""Files named in a note of what was left out, at most."""

Load = Callable[..., "Chatbot"]


def main(argv: Sequence[str] | None = None, load: Load | None = None) -> int:
    """Run one command. `load` takes the place of `rag.build.load`. A wrong command line ends in argparse's exit(2)."""
    args = parser().parse_args(argv)
    try:
        prepare()
        code = COMMANDS[args.command](args, load or _real_load)
        with written():
            return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return DONE  # `footnote search … | head` has what it wanted
    except FootnoteError as error:
        print(f"footnote: {plain(str(error))}", file=sys.stderr)
        return USAGE if isinstance(error, UsageError) else FAILED
    except Exception as error:
        if args.debug:
            traceback.print_exc()
        print(f"footnote: unexpected {type(error).__name__}: {plain(str(error))}", file=sys.stderr)
        print("This is a fault of Footnote's. With --debug the same command shows where it happened.", file=sys.stderr)
        return FAILED


def _real_load(*args: Any, **kwargs: Any) -> Chatbot:
    from rag.build import load

    return load(*args, **kwargs)


def chat(args: argparse.Namespace, load: Load) -> int:
    launch = importlib.import_module("ui.app").launch  # by name: rag does not know ui
    launch(
        located(config(args)),
        host=args.host,
        port=args.port,
        share=args.share,
        open_browser=not args.no_browser,
        load=load,
        mcp=args.mcp,
    )
    return DONE


def ask(args: argparse.Namespace, load: Load) -> int:
    question = text_of(args.text, "question")
    with Bars(sys.stderr) as progress, load(config(args), progress=progress) as bot:
        progress("answering")
        answer, skipped = bot.ask(question, as_of=args.as_of), bot.skipped
    _note(skipped)
    if args.json:
        _print_json(answer.to_dict())
    else:
        _print(answer_lines(answer))
    return REFUSED if answer.refused else DONE


def search(args: argparse.Namespace, load: Load) -> int:
    question = text_of(args.text, "question")
    args.model = NO_MODEL
    with Bars(sys.stderr) as progress, load(config(args), progress=progress) as bot:
        hits, skipped = bot.search(question, k=args.k), bot.skipped
    _note(skipped)
    if args.json:
        _print_json([hit.to_dict() | {"title": hit.article.title, "text": hit.passage.text} for hit in hits])
    else:
        _print(hit_lines(hits))
    return DONE if hits else REFUSED


def check(args: argparse.Namespace, load: Load) -> int:
    statement = text_of(args.text, "statement")
    args.model = NO_MODEL
    with Bars(sys.stderr) as progress, load(config(args), progress=progress) as bot:
        progress("checking")
        claim, skipped = bot.check(statement), bot.skipped
    _note(skipped)
    if args.json:
        citations = [citation.to_dict() for citation in claim.citations]
        _print_json({"statement": statement, "verdict": claim.verdict, "citations": citations})
    else:
        _print(claim_lines(claim))
    return DONE if claim.verdict == "supported" else REFUSED


def _note(skipped: Sequence[Skipped]) -> None:
    """Say that what was asked of is less than what lies in the folder; why is said by a sync, once it is asked for."""
    if skipped:
        names = ", ".join(Path(left_out.source).name for left_out in skipped[:NAMED])
        more = f" and {len(skipped) - NAMED:,} more" if len(skipped) > NAMED else ""
        print(f"footnote: left out {plain(names)}{more}; `footnote sync` tells why.", file=sys.stderr)


def sync(args: argparse.Namespace, load: Load) -> int:
    from rag.build import sync as sync_index

    settings = config(args)
    with Bars(sys.stderr) as progress:
        report = sync_index(settings, None if settings.watch else progress, args.allow_empty, _tell)
    _tell(report)
    return DONE


def _tell(news: SyncReport | FootnoteError) -> None:
    """What a sync changed and left out, or why there was none."""
    if isinstance(news, FootnoteError):
        print(f"footnote: {plain(str(news))}", file=sys.stderr)
        return
    for left_out in news.skipped:
        print(f"footnote: left out {plain(left_out.source)}: {plain(left_out.reason)}", file=sys.stderr)
    counted = (f"{getattr(news, name)} {name}" for name in ("added", "updated", "removed", "unchanged"))
    print(", ".join(counted), flush=True)


def models(args: argparse.Namespace, load: Load) -> int:
    from rag.home import home_folder

    settings = config(args)
    used = (settings.embedder, settings.model)
    home = home_folder(settings)
    if args.action == "list":
        _list_models(used, home)
    elif args.action == "path":
        _locate_models(args.names or used, home)
    else:
        _fetch_models(args.names or used, home)
    return DONE


def _list_models(used: Sequence[str], home: Path) -> None:
    from rag.catalogue import CATALOGUE
    from rag.shelf import state

    for name, model in CATALOGUE.items():
        mark, size = "*" if name in used else " ", f"{model.bytes / 1e6:,.0f} MB"
        print(f"{mark} {name:20}{size:>9}  {state(model, home):13}{model.licence:12}{model.hub}")
    print(f"\n* used unless you say otherwise. Models are kept in {home / 'models'}.")


def _locate_models(names: Sequence[str], home: Path) -> None:
    from rag.catalogue import CATALOGUE, unknown
    from rag.shelf import place

    for name in names:
        if name not in CATALOGUE:
            raise unknown(name, "gguf")
        print(place(CATALOGUE[name], home))


def _fetch_models(names: Sequence[str], home: Path) -> None:
    from rag.catalogue import CATALOGUE
    from rag.fetch import ensure_embedder, ensure_model

    for name in names:
        known = CATALOGUE.get(name)
        ensure = ensure_embedder if known and known.kind == "embedder" else ensure_model
        with Bars(sys.stderr) as progress:
            path = ensure(name, home, lambda done, total, what: progress(what, done, total))
        print(path)


def library(args: argparse.Namespace, load: Load) -> int:
    from rag import libraries, parcel

    settings = config(argparse.Namespace(home=args.home))
    if args.action in (None, "list"):
        for found in libraries.everyone(settings):
            counted = "not indexed yet" if found.articles is None else f"{found.articles:,} articles"
            print(plain(f"{found.name:20}{counted:>18}{found.bytes / 1e6:>10,.1f} MB  {found.corpus}"))
    elif args.action == "move":
        if args.to is None and args.corpus is None:
            raise UsageError("Give the new name, or --corpus with the place where the articles are now.")
        moved = libraries.move(settings, args.name, args.to, args.corpus)
        print(plain(f"{moved.name}: {moved.corpus}"))
    elif args.action == "delete":
        _confirm(libraries.find(settings, args.name).name, args.yes)
        print(plain(f"deleted {libraries.delete(settings, args.name).name}"))
    elif args.action == "export":
        print(plain(f"{args.file}: {parcel.export(settings, args.name, args.file) / 1e6:,.1f} MB"))
    else:
        print(plain(f"{args.name}: {parcel.unpack(settings, args.name, args.file).articles:,} articles"))
    return DONE


def _confirm(name: str, yes: bool) -> None:
    """Raises UsageError unless the user says yes, in words or by the option."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to be asked: add --yes to delete without a question.")
    print(plain(f"Delete the library {name} and what was added to it? Type its name: "), end="", flush=True)
    if sys.stdin.readline().strip() != name:
        raise UsageError("Nothing was deleted.")


def doctor(args: argparse.Namespace, load: Load) -> int:
    from rag.doctor import diagnose

    if args.tune:
        return _tune(config(args))
    checks = diagnose(located(config(args)))
    for found in checks:
        mark, style = ("ok", "") if found.ok else ("NO", "bold red")
        show([Line(f"{mark:4}{found.name:26} {found.detail}", style)], sys.stdout)
        if not found.ok:
            show([Line(found.advice, indent=4)], sys.stdout)
    return DONE if all(found.ok for found in checks) else FAILED


def _tune(settings: Config) -> int:
    from rag.build import tune
    from rag.tuning import busy

    if warning := busy():
        print(f"footnote: {warning}", file=sys.stderr)
    print("Seconds of a typical answer:", flush=True)
    with Bars(sys.stderr) as progress:
        found = tune(settings, lambda trial: print(f"{trial.seconds:8.2f}  {trial.tuning}", flush=True), progress)
    print(f"From now on {settings.model} runs with {found.tuning} here.")
    return DONE


COMMANDS: dict[str, Callable[[argparse.Namespace, Load], int]] = {
    command.__name__: command for command in (chat, ask, search, check, sync, library, models, doctor)
}


def _print(lines: Iterable[Line]) -> None:
    with written():
        show(lines, sys.stdout)


def _print_json(value: Any) -> None:
    """In ASCII: JSON's own escapes then keep every control character of an article from the terminal."""
    with written():
        print(json.dumps(value, indent=2))
