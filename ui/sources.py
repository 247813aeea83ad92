"""The source panel: for each exchange, the articles that its answer cites, or the passages that search found.

Pure functions from records to HTML. Knows nothing about Gradio. The panel holds the sources of every exchange and
shows those of the last; page.js brings up those of an earlier one when a reader clicks its footnotes.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Answer, Article, Hit
from ui.article import Mark, article
from ui.conversation import Exchange
from ui.escape import byline, clipped, escape, heading, isolated

NEAREST = 3
"""Passages offered with a refusal."""
EXCERPT = 280
"""Characters shown of a passage that was only found."""


def panel(exchanges: Sequence[Exchange]) -> str:
    """Sources of all exchanges, those of the last one visible."""
    blocks = [(exchange, sources(exchange)) for exchange in exchanges]
    filled = [(exchange, block) for exchange, block in blocks if block]
    if not filled:
        return (
            '<div class="panel-empty"><h2>Sources</h2>'
            "<p>The articles behind an answer open here, at the words that support it.</p></div>"
        )
    last = filled[-1][0]
    return "".join(
        f'<div class="sources" data-exchange="{exchange.number}"{"" if exchange is last else " hidden"}>{block}</div>'
        for exchange, block in filled
    )


def sources(exchange: Exchange) -> str:
    """The panel's content for one exchange; nothing as long as nothing was found."""
    if exchange.answer is None:
        title, content = "Passages found", found(exchange.hits)
    elif exchange.answer.refused:
        title, content = "Nearest passages", nearest(exchange.answer, exchange.number)
    else:
        title, content = "Sources", cited(exchange.answer, exchange.number)
    question = isolated(clipped(exchange.question, 90))
    return content and f'<h2>{title}</h2><p class="for">{question}</p>{content}'


def found(hits: Sequence[Hit]) -> str:
    """The passages that search found, as a list, while the answer is being written."""
    if not hits:
        return ""
    items = "".join(
        f'<li><span class="headline">{isolated(heading(hit.article))}</span>'
        f'<span class="byline">{byline(hit.article)}</span>'
        f'<p dir="auto">{escape(clipped(hit.passage.text, EXCERPT))}</p></li>'
        for hit in hits
    )
    return f'<ol class="found">{items}</ol>'


def cited(answer: Answer, number: int) -> str:
    """The cited articles in the order of their first footnote, then the passages that were found and not used."""
    grouped: dict[str, tuple[Article, list[Mark]]] = {}
    for citation in answer.citations:
        marks = grouped.setdefault(citation.article.id, (citation.article, []))[1]
        marks.append(Mark(str(citation.number), citation.start, citation.end))
    parts = [article(record, marks, number, i == 0) for i, (record, marks) in enumerate(grouped.values())]
    others = [hit for hit in answer.hits if hit.article.id not in grouped]
    rest = (
        f'<details class="others"><summary>Also found, not cited ({len(others)})</summary>{found(others)}</details>'
        if others
        else ""
    )
    return "".join(parts) + rest


def nearest(answer: Answer, number: int) -> str:
    """The articles of the nearest passages, the passages marked: p1, p2 …, best first."""
    grouped: dict[str, tuple[Article, list[Mark]]] = {}
    for rank, hit in enumerate(answer.hits[:NEAREST], start=1):
        marks = grouped.setdefault(hit.article.id, (hit.article, []))[1]
        marks.append(Mark(f"p{rank}", hit.passage.start, hit.passage.end))
    return "".join(article(record, marks, number, i == 0) for i, (record, marks) in enumerate(grouped.values()))
