"""What the page's events do, each a few lines around the tab's `Conversation`.

Knows nothing about layout, nor about how an answer is made. Every handler changes the conversation and shows it again:
the page is a function of that state, so that events may cross without harm. Imports Gradio: only `ui.app.build_page`
imports this module, when there is a page to build.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.errors import FootnoteError
from rag.types import Answer, Retrieved, Turn
from ui import render
from ui.actions import editing, export_menu
from ui.conversation import Conversation, Exchange
from ui.feedback import VERDICTS, Feedback
from ui.loading import BackgroundBot
from ui.sources import panel


class Handlers:
    """What the page's events do. Each returns values for the components named where it is wired."""

    def __init__(self, bot: BackgroundBot, examples: Sequence[str], feedback: Feedback) -> None:
        self._bot = bot
        self._examples = examples
        self._feedback = feedback

    def ask(self, conversation: Conversation, question: str) -> tuple[Any, ...]:
        """Show the question and empty the box; a question asked while another is open stays in the box."""
        if conversation.current or not question.strip():
            return (gr.skip(), *self._view(conversation))
        return (conversation.send(question.strip()), *self._view(conversation))

    def offered(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """Ask the question of a button. What is in the box stays there."""
        if not conversation.current:
            conversation.ask(str(event.question))
        return (gr.skip(), *self._view(conversation))

    def again(self, conversation: Conversation) -> tuple[Any, ...]:
        """Ask the last question in its own place."""
        if conversation.exchanges and not conversation.current:
            last = conversation.exchanges[-1]
            conversation.replace(last.number, last.question)
        return (gr.skip(), *self._view(conversation))

    def edit(self, conversation: Conversation, unsent: str, event: gr.EventData) -> tuple[Any, ...]:
        """Put a question back into the box; asking will replace it and what came after it."""
        exchange = conversation.at(event.exchange)
        if exchange is None:
            return (gr.skip(), *self._view(conversation))
        conversation.edit(exchange.number, unsent)
        return (exchange.question, *self._view(conversation))

    def end_edit(self, conversation: Conversation) -> tuple[Any, ...]:
        return (conversation.end_edit(), *self._view(conversation))

    def restore(self, conversation: Conversation) -> tuple[Any, ...]:
        conversation.restore()
        return self._view(conversation)

    def answer(self, conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        """Follow the chatbot's events to the end, to an error, or to the moment the reader stops."""
        exchange = conversation.take_up()
        if exchange is None:
            return
        if self._bot.status.state != "ready":
            exchange.phase = "loading"
            yield self._view(conversation)
        conversation.run = run = self._bot.run(exchange.question, conversation.history(exchange))
        try:
            for event in run:
                exchange.take(event)
                side = panel(conversation.exchanges) if isinstance(event, Retrieved) else gr.skip()
                yield (gr.skip(), self._live(conversation), side, *[gr.skip()] * 4)
        except Exception as error:
            fail(exchange, error)
        finally:
            run.stop()  # also when the tab was closed in the middle
        yield self._view(conversation)

    def rate(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """Keep what the reader thinks of an answer, where that is news. A word belongs to the thumb that is pressed."""
        exchange, verdict = conversation.at(event.exchange), event.verdict
        if exchange is None or exchange.answer is None or verdict not in VERDICTS:
            return self._view(conversation)
        word = str(event.word or "").strip() if verdict == exchange.verdict else ""
        if (verdict, word, "") == (exchange.verdict, exchange.word, exchange.trouble):
            return self._view(conversation)
        try:
            self._feedback.keep(exchange.answer, conversation.history(exchange), verdict, word)
            exchange.verdict, exchange.word, exchange.trouble = verdict, word, ""
        except FootnoteError as error:
            exchange.trouble = str(error)
        return self._view(conversation)

    def stop(self, conversation: Conversation) -> tuple[Any, ...]:
        conversation.stop()
        return self._view(conversation)

    def clear(self, conversation: Conversation) -> tuple[Any, ...]:
        conversation.clear()
        return self._view(conversation)

    def look(self, conversation: Conversation) -> tuple[Any, ...]:
        """How far loading is; the clock stops when there is nothing more to wait for."""
        status = self._bot.status
        articles = len(self._bot.wait().articles) if status.state == "ready" else 0
        return (
            render.banner(status, articles),
            self._transcript(conversation),
            gr.Timer(active=status.state == "loading"),
        )

    def api(self, question: str, history: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Answer a question from the articles, every sentence with its citations.

        Args:
            question: the question, in plain words.
            history: earlier exchanges, oldest first, each {"question": ..., "answer": ...}.

        Returns:
            The answer as `Answer.to_dict()` gives it.
        """
        turns = [Turn(str(t.get("question", "")), str(t.get("answer", ""))) for t in history or []]
        try:
            *_, last = self._bot.run(question, turns)
        except FootnoteError as error:
            raise gr.Error(str(error), print_exception=False) from error
        assert isinstance(last, Answer)
        return last.to_dict()

    # --- below: the page as a function of the conversation -----------------------------------------------------

    def _view(self, conversation: Conversation) -> tuple[Any, ...]:
        busy = conversation.current is not None
        return (
            self._transcript(conversation),
            self._live(conversation),
            panel(conversation.exchanges),
            gr.Button(visible=not busy),
            gr.Button(visible=busy),
            export_menu(conversation.exchanges),
            editing(conversation),
        )

    def _transcript(self, conversation: Conversation) -> str:
        if not conversation.exchanges:
            status = self._bot.status
            return render.cannot_start(status) if status.state == "failed" else render.welcome(self._starters())
        return render.transcript(conversation.exchanges[:-1])

    def _live(self, conversation: Conversation) -> str:
        """The last exchange stands apart, from its first word to its end: nothing above it is touched meanwhile."""
        return render.transcript(conversation.exchanges[-1:], last=True)

    def _starters(self) -> list[str]:
        """Questions to start from; none before it is known what the articles are."""
        if self._bot.status.state != "ready":
            return []
        titles = [article.title for article in self._bot.wait().articles if article.title]
        return list(self._examples) or [f"What do the articles say about “{title}”?" for title in titles[:4]]


def fail(exchange: Exchange, error: Exception) -> None:
    """End the exchange with the error shown. One that Footnote did not raise on purpose goes to the log in full."""
    if not isinstance(error, FootnoteError):
        logging.getLogger(__name__).error("The chatbot failed.", exc_info=error)
    exchange.end("failed", error)
