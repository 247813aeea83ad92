"""What may be typed after `footnote`, and the settings that it stands for. Knows nothing about what commands do."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from datetime import date

from rag.config import Config
from rag.errors import UsageError
from rag.types import Filters

CAREFUL = 0.8
"""The threshold of --careful: answer when the articles hold the answer with at least this probability."""

LAST_PORT = 65535

EXIT_CODES = """exit codes:
  0 answered, 3 refused (check: not supported; search: nothing found),
  2 a command or question that cannot be used, 1 failure, 130 stopped"""


def parser() -> argparse.ArgumentParser:
    """Every command leaves its name in `command`; the options of Config leave None where they were not given."""
    root = argparse.ArgumentParser(
        prog="footnote",
        description="Answers from news articles, every sentence with a footnote.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    debug, articles, model, where = _debug(), _articles(), _model(), _where()

    def add(name: str, summary: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + ".", parents=[debug, *parents]
        )

    _chat_options(add("chat", "open the chat in a browser", articles, where, model))
    _ask_options(add("ask", "answer one question", articles, where, model))
    _search_options(add("search", "list the passages nearest to a question", articles, where))
    _check_options(add("check", "check a statement against the articles", articles, where))
    _sync_options(add("sync", "bring the index in step with the articles", articles))
    _library_options(add("library", "list, move, delete, export or import libraries"))
    # Models are the same for all articles; a script may still give each command the same options.
    _models_options(add("models", "list, fetch or find language models and embedders", articles))
    doctor = add("doctor", "look for what could keep Footnote from working", articles, model)
    doctor.add_argument(
        "--tune", action="store_true", help="try how the model runs fastest here, 2 minutes, and remember it"
    )
    return root


def config(args: argparse.Namespace) -> Config:
    """The settings that were typed; the others as in `Config`. Raises UsageError: --after comes after --before."""
    names = {field.name for field in fields(Config)}
    given = {name: value for name, value in vars(args).items() if value is not None}
    typed = {field.name: given[field.name] for field in fields(Filters) if field.name in given}
    where = Filters(**typed) if typed else None
    return Config(**{name: value for name, value in given.items() if name in names}, where=where)


def text_of(words: list[str], what: str) -> str:
    """The words as one text; without words, or for "-", all of the standard input.

    Raises:
        UsageError: no words, and the standard input is a keyboard, or closed; or it is not text.
    """
    if words and words != ["-"]:
        return " ".join(words)
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError(f"No {what} was given, and the standard input is closed. Write it behind the command.")
    if not words and sys.stdin.isatty():
        raise UsageError(f"No {what} was given. Write it behind the command, or pipe it in.")
    try:
        return sys.stdin.read().strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"The {what} on the standard input is not {error.encoding} text.") from error
    except OSError as error:
        raise UsageError(f"The standard input cannot be read: {error.strerror}. Write the {what} as words.") from error


def _debug() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--debug", action="store_true", help="show where an unexpected failure happened")
    options.add_argument("--home", metavar="DIR", help="folder of models and indexes (default: the user's data folder)")
    return options


def _articles() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--corpus", metavar="PATH", help="folder of articles, or one file (default: the shipped ones)")
    options.add_argument("--library", metavar="NAME", help="a named library; --corpus PATH makes it the first time")
    options.add_argument("--index", metavar="DIR", help="folder of the index (default: one per corpus, under --home)")
    options.add_argument("--chroma-url", metavar="URL", help="a Chroma server instead of the embedded one")
    return options


def _where() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group("which articles", "each narrows; names and codes may be given several times")
    group.add_argument(
        "--article",
        dest="articles",
        action="append",
        metavar="NAME",
        help="only this one (id, path or file name)",
    )
    group.add_argument("--publisher", dest="publishers", action="append", metavar="NAME", help="only of this publisher")
    group.add_argument("--after", type=_day, metavar="YYYY-MM-DD", help="only those published on that day or later")
    group.add_argument("--before", type=_day, metavar="YYYY-MM-DD", help="only those published on that day or earlier")
    group.add_argument(
        "--language", dest="languages", action="append", metavar="CODE", help="only in this language, such as en"
    )
    return options


def _model() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--model",
        help='catalogue name ("fast": sooner, less often right), path of a GGUF, owner/repo:file.gguf, "none"',
    )
    options.add_argument("--llm-url", metavar="URL", help="an OpenAI-compatible server instead of a local model")
    threshold = options.add_mutually_exclusive_group()
    threshold.add_argument(
        "--threshold",
        dest="answer_threshold",
        type=_probability,
        metavar="P",
        help="answer when the probability that the articles hold the answer is at least P"
        f" (default: {Config().answer_threshold}; lower is more talkative)",
    )
    threshold.add_argument(
        "--careful",
        dest="answer_threshold",
        action="store_const",
        const=CAREFUL,
        help=f"the same as --threshold {CAREFUL}",
    )
    return options


def _chat_options(command: argparse.ArgumentParser) -> None:
    _watch_option(command)
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this computer only)")
    command.add_argument("--port", type=_port, default=7860, help="first port to try (default: 7860)")
    command.add_argument(
        "--share", action="store_true", help="ask Gradio for a public address, open to all who know it"
    )
    command.add_argument("--mcp", action="store_true", help="serve ask, search and check to MCP clients too")
    command.add_argument("--no-browser", action="store_true", help="only print the address")


def _watch_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--watch", action="store_true", help="go on taking up new, changed and deleted articles as they come"
    )


def _sync_options(command: argparse.ArgumentParser) -> None:
    _watch_option(command)
    command.add_argument(
        "--allow-empty", action="store_true", help="the folder is empty on purpose: drop all that came from there"
    )


def _ask_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", nargs="*", metavar="QUESTION", help='the question; "-" reads standard input')
    command.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="answer as of that day")
    command.add_argument("--json", action="store_true", help="print the answer as JSON")


def _search_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", nargs="*", metavar="QUESTION", help='what to look for; "-" reads standard input')
    command.add_argument("-k", type=_count, default=10, help="how many passages (default: 10)")
    command.add_argument("--json", action="store_true", help="print the passages as JSON")


def _check_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", nargs="*", metavar="STATEMENT", help='the statement; "-" reads standard input')
    command.add_argument("--json", action="store_true", help="print the verdict as JSON")


def _library_options(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="which there are (also without any action)")

    def add(action: str, summary: str) -> argparse.ArgumentParser:
        made = actions.add_parser(action, help=summary, description=summary[0].upper() + summary[1:] + ".")
        made.add_argument("name", metavar="NAME")
        return made

    move = add("move", "give a library another name, or tell it where its articles are now")
    move.add_argument("to", nargs="?", metavar="NEW_NAME")
    move.add_argument("--corpus", metavar="PATH", help="the folder or file where its articles are now")
    delete = add("delete", "delete a library and what was added to it; its folder of articles stays")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    add("export", "write a library to one file").add_argument("file", metavar="FILE")
    add("import", "make a library of a file that was exported").add_argument("file", metavar="FILE")


def _models_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "action", nargs="?", choices=("list", "fetch", "path"), default="list", help="what to do (default: list)"
    )
    command.add_argument("names", nargs="*", metavar="NAME", help="models (default: those that Footnote needs)")


def _probability(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {LAST_PORT}")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2024-11-04") from None


# argparse names the function in "invalid _count value": give it the word that a person expects.
_probability.__name__, _count.__name__, _port.__name__ = "probability", "count", "port"
