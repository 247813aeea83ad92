"""What answers, hits and progress look like in a terminal, or as plain text where there is none.

Knows nothing about commands or models. Articles, questions and model output are untrusted: no character of theirs can
move the cursor, change a colour or turn the direction of the line.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, TextIO

from rag.types import Answer, Article, Citation, Claim, Hit

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional embeddings, overrides and isolates: left open, they would reverse what follows."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: `style` is rich's, for a terminal only; `indent` is in columns."""

    text: str
    style: str = ""
    indent: int = 0


def plain(text: str) -> str:
    r"""Without control characters and turns of direction; a lone surrogate becomes "?". Line ends and tabs stay.

    >>> plain("red \x1b[31malert\x07")
    'red [31malert'
    """
    kept = (c for c in text if c in "\n\t" or (unicodedata.category(c) != "Cc" and c not in _TURNS))
    return "".join(kept).encode("utf-8", "replace").decode("utf-8")


def answer_lines(answer: Answer) -> Iterator[Line]:
    """The answer, and below it the footnotes in order."""
    yield Line(answer.text, "yellow" if answer.refused else "")
    yield from _footnotes(answer.citations)


def claim_lines(claim: Claim) -> Iterator[Line]:
    """The verdict on a statement, and the quotes it rests on."""
    style = {"supported": "bold green", "contradicted": "bold red", "not found": "bold yellow"}[claim.verdict]
    yield Line(claim.verdict.capitalize() + ".", style)
    yield from _footnotes(claim.citations)


def hit_lines(hits: Sequence[Hit]) -> Iterator[Line]:
    """The passages, best first, each with its score."""
    for rank, hit in enumerate(hits, start=1):
        yield Line(f"{rank}. {_heading(hit.article)}", "bold")
        yield Line(f"{hit.score:.3f} · {_byline(hit.article)}", "dim", 3)
        yield Line(hit.passage.text, "", 3)
        yield Line("")


def show(lines: Iterable[Line], out: TextIO) -> None:
    """Wrapped and coloured on a terminal; elsewhere one line a paragraph."""
    if not out.isatty():
        for line in lines:
            print(textwrap.indent(plain(line.text), " " * line.indent), file=out)
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(file=out, highlight=False)
    for line in lines:
        # Text, never a string: rich would read "[bold]" in a string as markup.
        text = Text(plain(line.text), style=line.style)
        text.highlight_regex(r"\[\d+\]", "bold cyan")
        console.print(Padding(text, (0, 0, 0, line.indent), expand=False))


def _footnotes(citations: Sequence[Citation]) -> Iterator[Line]:
    for citation in citations:
        yield Line("")
        yield Line(f"[{citation.number}] {_heading(citation.article)}", "bold")
        page = f" · page {citation.page}" if citation.page else ""
        yield Line(_byline(citation.article) + page + _copies(citation), "dim", 4)
        yield Line(f"“{citation.quote}”", "italic", 4)


def _copies(citation: Citation) -> str:
    """How often the same story was printed elsewhere."""
    count = len(citation.copies)
    return "" if not count else f" · and {count} {'copy' if count == 1 else 'copies'}"


def _heading(article: Article) -> str:
    return article.title or PurePath(article.source).name or "Untitled article"


def _byline(article: Article) -> str:
    """Publisher, date and source, whichever is known."""
    published = f"{article.published.day} {article.published:%B %Y}" if article.published else ""
    return " · ".join(part for part in (article.publisher, published, _source(article)) if part)


def _source(article: Article) -> str:
    """A path below the current folder is shown from there."""
    path = PurePath(article.source)
    try:
        here = Path.cwd()
    except OSError:  # the folder has been deleted
        return article.source
    return str(path.relative_to(here)) if path.is_relative_to(here) else article.source


class Bars:
    """A progress bar for each thing that is being done; where there is no terminal, one line for what can be counted.

    >>> import sys
    >>> with Bars(sys.stdout) as progress:
    ...     progress("embedding", 0, 512)
    ...     progress("embedding", 512, 512)
    embedding …
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._tasks: dict[str, Any] = {}
        self._bars: Any = None

    def __call__(self, what: str, done: int = 0, total: int = 0) -> None:
        """`done` of `total` of `what`; a total of 0 means that nobody knows how much there is."""
        if not self._out.isatty():
            if total and what not in self._tasks:
                self._tasks[what] = None
                print(f"{plain(what)} …", file=self._out, flush=True)
            return
        bars = self._start()
        if what not in self._tasks:
            self._tasks[what] = bars.add_task("", what=plain(what), total=total or None)
        bars.update(self._tasks[what], completed=done, total=total or None)

    def _start(self) -> Any:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("{task.fields[what]}", markup=False),
                BarColumn(),
                TaskProgressColumn(),
                TimeRemainingColumn(),
            )
            self._bars = Progress(*columns, console=Console(file=self._out), transient=True)
            self._bars.start()
        return self._bars

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._bars is not None:
            self._bars.stop()
