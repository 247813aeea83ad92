"""How Footnote itself is, as HTML: loading, ready, or not able to start.

Pure functions from records to HTML. Knows nothing about questions and answers.
"""

from __future__ import annotations

from ui.escape import escape, isolated
from ui.loading import Status


def banner(status: Status, asked: int, articles: int) -> str:
    """The line beside the page's name: how far loading is, then how many of the articles are being read."""
    if status.state == "ready":
        noun = "article" if articles == 1 else "articles"
        trouble = f'<p class="trouble" role="alert">{isolated(status.message)}</p>' if status.message else ""
        many = f"{asked:,} of {articles:,}" if asked < articles else f"{articles:,}"
        return f'<p class="ready" role="status">Answers from {many} {noun}</p>{trouble}'
    if status.state == "failed":
        return '<p class="loading" role="status">Not ready</p>'
    bar = (
        ""
        if status.fraction is None
        else f'<progress max="100" value="{round(100 * status.fraction)}" aria-label="Loading"></progress>'
    )
    return f'<p class="loading" role="status">{escape(status.message)}</p>{bar}'


def cannot_start(status: Status) -> str:
    """In place of the welcome when loading failed."""
    return (
        '<section class="welcome"><div class="failure" role="alert"><h3>The chat cannot start</h3>'
        f'<p dir="auto">{isolated(status.message)}</p>'
        '<p class="hint">Put this right, then start Footnote again.</p></div></section>'
    )
