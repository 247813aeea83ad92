"""The library as HTML: what is in it, how adding goes and what came of it.

Pure functions from records to HTML. Knows nothing about Gradio, nor about how articles are stored.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from rag.articles import Skipped
from rag.filters import passing, through, within
from rag.index import SyncReport
from rag.types import Article, Filters
from ui.escape import clipped, day, escape, file_name, heading, isolated
from ui.loading import Status
from ui.narrow import tools
from ui.shelf import Shelf

LISTED = 200
"""Articles shown at a time; the field over them narrows a longer list."""
NAMED = 50
"""What was taken up and what could not be, listed one by one, each at most so many."""


def library(
    articles: Sequence[Article],
    shelf: Shelf,
    added: Collection[str],
    may_change: bool,
    limits: Filters | None = None,
) -> str:
    """The list of those of the articles that can be asked, under what narrows it. `added` are the ids that removing
    would delete; others are only hidden."""
    shown = shelf.listed(through(articles, limits))
    listed = shown[:LISTED]
    asked = passing(listed, within(shelf.where, limits, articles) or Filters())
    rows = "".join(
        row(article, shelf, is_asked, article.id in added, may_change)
        for article, is_asked in zip(listed, asked, strict=True)
    )
    more = f'<p class="hint">{len(shown) - LISTED:,} more: narrow the list.</p>' if len(shown) > LISTED else ""
    none = (
        ""
        if shown
        else f'<p class="hint">{"No article has these words." if articles else "There are no articles yet."}</p>'
    )
    table = f'<table role="table">{head(may_change)}<tbody role="rowgroup">{rows}</tbody></table>' if rows else ""
    return f"<h3>What is in the library</h3>{tools(articles, shelf, limits)}{table}{more}{none}"


def head(may_change: bool) -> str:
    """The names of the columns. Rows and cells say that they are some: on a phone they are laid out as none."""
    names = ["Ask only", "Article", "Publisher", "Date"]
    names += ['<span class="sr-only">Remove</span>'] if may_change else []
    cells = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in names)
    return f'<thead role="rowgroup"><tr role="row">{cells}</tr></thead>'


def row(article: Article, shelf: Shelf, is_asked: bool, added: bool, may_change: bool) -> str:
    """What is narrowed away is paler than what is asked, and says so to those who only hear it."""
    name, key = clipped(heading(article), 160), escape(article.id)
    on = shelf.chosen is not None and article.id in shelf.chosen
    box = (
        f'<button type="button" role="checkbox" class="box" aria-checked="{"true" if on else "false"}" '
        f'data-event="choose" data-article="{key}" aria-label="Ask only {escape(name)}"></button>'
    )
    title = f'<span class="headline">{isolated(name)}</span>'
    pale, said = ("", "") if is_asked else (' class="aside"', '<span class="sr-only">Not asked. </span>')
    cells = {
        "chosen": box,
        "title": f'{said}{title}<span class="byline">{isolated(file_name(article.source))}</span>',
        "publisher": isolated(article.publisher) if article.publisher else "",
        "day": day(article.published) if article.published else "",
    }
    if may_change:
        cells["removal"] = removal(article, shelf, added)
    row = "".join(f'<td role="cell" class="{kind}">{content}</td>' for kind, content in cells.items())
    return f'<tr role="row"{pale}>{row}</tr>'


def removal(article: Article, shelf: Shelf, added: bool) -> str:
    """Asks once more, and says what happens to the file."""
    key, name = escape(article.id), escape(clipped(heading(article), 160))
    if shelf.removing != article.id:
        return (
            f'<button type="button" class="quiet" data-event="remove" data-article="{key}" '
            f'aria-label="Remove {name}">Remove</button>'
        )
    what = "The library’s copy is deleted." if added else "Your file stays; the article is left out."
    return (
        f'<span class="sure" role="status">{what}</span>'
        f'<button type="button" class="quiet" data-event="sure" data-article="{key}" '
        f'aria-label="Really remove {name}">Remove</button>'
        f'<button type="button" class="quiet" data-event="keep" data-article="{key}" '
        f'aria-label="Keep {name}">Keep</button>'
    )


def working(status: Status) -> str:
    """How far adding is."""
    value = "" if status.fraction is None else f' value="{round(100 * status.fraction)}"'
    return (
        f'<p class="working" role="status">{isolated(clipped(status.message, 120))}</p>'
        f'<progress max="100"{value} aria-label="Adding articles"></progress>'
    )


def outcome(report: SyncReport, new: Sequence[Article] = ()) -> str:
    """What was indexed, and what was not and why. `new` are the articles that were not there before."""
    parts = [f"{getattr(report, name):,} {name}" for name in ("added", "updated", "removed") if getattr(report, name)]
    said = ", ".join(parts) or ("Nothing was taken up" if report.skipped else "Nothing is new")
    items = "".join(f'<li class="headline">{isolated(clipped(heading(article), 160))}</li>' for article in new[:NAMED])
    rest = f"<li>and {len(new) - NAMED:,} more</li>" if len(new) > NAMED else ""
    names = f'<ul class="new">{items}{rest}</ul>' if items else ""
    return f'<p class="done" role="status">{said[:1].upper()}{said[1:]}.</p>{names}{left_out(report.skipped)}'


def left_out(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    many = "One was" if len(skipped) == 1 else f"{len(skipped):,} were"
    items = "".join(
        f'<li><span class="headline">{isolated(file_name(item.source))}</span> {isolated(item.reason)}</li>'
        for item in skipped[:NAMED]
    )
    rest = f"<li>and {len(skipped) - NAMED:,} more</li>" if len(skipped) > NAMED else ""
    return f'<div class="left-out"><p>{many} not taken up, or not wholly:</p><ul>{items}{rest}</ul></div>'


def trouble(message: str) -> str:
    return f'<div class="failure" role="alert"><p dir="auto">{isolated(message)}</p></div>'


def folders(followed: Sequence[Path]) -> str:
    """The folders that are read beside the library's own, each with a way to leave it out again."""
    items = "".join(
        f'<li><code>{escape(str(path))}</code><button type="button" class="quiet" data-event="forget" '
        f'data-folder="{escape(str(path))}" aria-label="Follow {escape(str(path))} no longer">Leave out</button></li>'
        for path in followed
    )
    return f'<h4>Folders that are followed</h4><ul class="folders">{items}</ul>' if items else ""
