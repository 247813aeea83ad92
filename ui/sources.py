"""The source panel: for each exchange, the articles that its answer cites, or the passages that search found.

Pure functions from records to HTML. Knows nothing about Gradio. The panel holds the sources of every exchange and
shows those of the last; page.js brings up those of an earlier one when a reader clicks its footnotes.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Answer, Article, Citation, Claim, Hit
from ui.article import Mark, article
from ui.conversation import Exchange
from ui.escape import byline, clipped, escape, heading, isolated

NEAREST = 3
"""Passages offered with a refusal that names no nearest words itself."""
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
    record = exchange.answer
    if record is not None:
        title = "Nearest passages" if record.refused else "Sources"
        content = cited(spans(record), record.citations, record.hits, exchange.number)
    elif exchange.claims:
        notes = citations(exchange.claims)
        title, content = "Sources so far", cited(footnoted(notes), notes, exchange.hits, exchange.number)
    else:
        title, content = "Passages found", found(exchange.hits)
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


def cited(
    leads: Sequence[tuple[Article, Mark]], citations: Sequence[Citation], hits: Sequence[Hit], number: int
) -> str:
    """The articles that something leads to, the words marked, then the passages that were found and not used."""
    grouped: dict[str, tuple[Article, list[Mark]]] = {}
    for record, mark in leads:
        grouped.setdefault(record.id, (record, []))[1].append(mark)
    copies: dict[str, dict[str, Article]] = {key: {} for key in grouped}
    for citation in citations:
        copies[citation.article.id].update({copy.id: copy for copy in citation.copies})
    parts = [
        article(record, marks, number, i == 0, tuple(copies[key].values()))
        for i, (key, (record, marks)) in enumerate(grouped.items())
    ]
    known = {*grouped, *(copy for found_here in copies.values() for copy in found_here)}
    others = [hit for hit in hits if hit.article.id not in known]
    if others:
        summary = f"Also found, not cited ({len(others)})"
        parts.append(f'<details class="others"><summary>{summary}</summary>{found(others)}</details>')
    return "".join(parts)


def spans(answer: Answer) -> list[tuple[Article, Mark]]:
    """What an answer leads to, in its order: its footnotes. A refusal without any leads to the best passages."""
    if answer.citations or not answer.refused:
        return footnoted(answer.citations)
    return [
        (hit.article, Mark(f"p{rank}", hit.passage.start, hit.passage.end))
        for rank, hit in enumerate(answer.hits[:NEAREST], start=1)
    ]


def footnoted(citations: Sequence[Citation]) -> list[tuple[Article, Mark]]:
    return [(c.article, Mark(str(c.number), c.start, c.end)) for c in citations]


def citations(claims: Sequence[Claim]) -> list[Citation]:
    """Of all the claims, each once, in the order of their numbers."""
    return list({note.number: note for claim in claims for note in claim.citations}.values())
