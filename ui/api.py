"""What programs can call: ask, search and check, by Gradio's client or as tools of an MCP server.

Knows nothing about pages. The docstrings are what a program, or the model behind it, is told of each.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import FootnoteError, UsageError
from rag.filters import parse
from rag.given import shown, text
from rag.types import Answer, Filters, Turn
from ui.loading import BackgroundBot

MOST = 50
"""Passages that one search gives, at most."""


class Api:
    """Each returns JSON-ready records; a failure raises Gradio's error with a sentence for people."""

    def __init__(self, bot: BackgroundBot) -> None:
        self._bot = bot

    def ask(
        self,
        question: str,
        history: list[dict[str, str]] | None = None,
        where: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the news articles of this library, and from nothing else. Every sentence of the answer
        carries citations: the exact words of an article, its title, publisher and date. When the articles do not hold
        the answer, "refused" is true and "refusal" says why; do not answer from memory instead without saying so.

        Args:
            question: The question, in plain English words. Ask for one thing at a time.
            history: Earlier exchanges that the question leans on, oldest first, each {"question": ..., "answer": ...}.
            where: Which articles to ask: {"articles": [ids or file names], "publishers": [names], "languages": ["en"],
                "after": "2024-11-01", "before": "2024-11-30"}, all optional. Without it, all articles are asked.

        Returns:
            The record of the answer: "answer" with markers [1], "claims", "citations" with "quote", "title",
            "publisher", "published" and "source", "confidence" (0 to 1), "refused" and "refusal".
        """
        with telling():
            *_, last = self._bot.run(text(question), turns(history), filters(where))
            assert isinstance(last, Answer)
            return last.to_dict()

    def search(self, query: str, limit: int = 10, where: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Find the passages of the news articles of this library that come nearest to some words, best first. Nothing
        is written by a model: these are verbatim words of the articles, with the place where they stand.

        Args:
            query: What to look for: a question or some words.
            limit: How many passages, from 1 to 50.
            where: Which articles to search; the same as for ask.

        Returns:
            Passages: "text", "title", "publisher", "published", "article" (its id), "source", "start", "end", "score".
        """
        with telling():
            k = max(1, min(whole(limit), MOST))
            among = filters(where)
            hits = self._bot.call(lambda bot: bot.search(text(query), k=k, where=among))
        return [
            hit.to_dict()
            | {
                "title": hit.article.title,
                "publisher": hit.article.publisher,
                "published": hit.article.published.isoformat() if hit.article.published else None,
                "text": hit.passage.text,
            }
            for hit in hits
        ]

    def check(self, statement: str, where: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check one statement against the news articles of this library: do they support it, contradict it, or say
        nothing about it? The citations are the exact words that the verdict rests on.

        Args:
            statement: One sentence that states something, in English.
            where: Which articles to check against; the same as for ask.

        Returns:
            "statement", "verdict" ("supported", "contradicted" or "not found") and "citations".
        """
        with telling():
            among = filters(where)
            claim = self._bot.call(lambda bot: bot.check(text(statement), where=among))
        citations = [citation.to_dict() for citation in claim.citations]
        return {"statement": claim.text, "verdict": claim.verdict, "citations": citations}


def whole(limit: Any) -> int:
    """Raises UsageError: it is no whole number. Text that is one will do: forms send nothing else.

    >>> whole("7"), whole(7.0)
    (7, 7)
    """
    try:
        if int(limit) == float(limit):
            return int(limit)
    except (TypeError, ValueError, OverflowError):
        pass
    raise UsageError(f"`limit` is {shown(limit)}, and not a whole number from 1 to {MOST}.")


def turns(history: Sequence[dict[str, str]] | None) -> list[Turn]:
    """Raises UsageError for what is no history."""
    if not isinstance(history or [], list) or not all(isinstance(turn, dict) for turn in history or []):
        raise UsageError('`history` is not a list of exchanges, each {"question": "...", "answer": "..."}.')
    return [Turn(str(turn.get("question", "")), str(turn.get("answer", ""))) for turn in history or []]


def filters(where: dict[str, Any] | None) -> Filters | None:
    """Raises UsageError for what is no filter."""
    if not where:
        return None
    if not isinstance(where, dict):
        raise UsageError('`where` is not an object such as {"publishers": ["CGTN"]}.')
    try:
        return parse(where)
    except ValueError as error:
        raise UsageError(f"`where` cannot be used: {error}.") from error


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Turns errors that are written for people into Gradio's, which reach whoever called."""
    try:
        yield
    except FootnoteError as error:
        import gradio as gr

        raise gr.Error(str(error), print_exception=False) from error
