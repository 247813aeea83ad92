"""What the page's events do, each a few lines around the tab's `Conversation`.

Knows nothing about layout, nor about how an answer is made. Every handler changes the conversation and shows it again:
the page is a function of that state, so that events may cross without harm. Imports Gradio: only `ui.app.build_page`
imports this module, when there is a page to build.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.errors import FootnoteError
from rag.filters import within
from rag.types import Retrieved, Turn
from ui import render
from ui.actions import editing, export_menu, refused_to_ask
from ui.banner import banner, cannot_start
from ui.conversation import Conversation, Exchange
from ui.feedback import VERDICTS, Feedback
from ui.loading import BackgroundBot
from ui.models import Models
from ui.narrow import among
from ui.settings import menu
from ui.sources import panel
from ui.trouble import log

TICK = 0.5
"""Seconds between two looks at how far loading is."""
SLOW_TICK = 2.0
"""Seconds between two looks at what a watched folder or another tab changed."""

INSTEAD = 2
"""Questions offered with a refusal, at most."""

ONE_AT_A_TIME = "One question at a time: wait for the answer, or stop it. Yours stays in the box."


class Handlers:
    """What the page's events do. Each returns values for the components named where it is wired."""

    def __init__(self, bot: BackgroundBot, feedback: Feedback, models: Models) -> None:
        self._bot = bot
        self._feedback = feedback
        self._models = models

    def ask(self, conversation: Conversation, question: str) -> tuple[Any, ...]:
        """Show the question and empty the box; a question asked while another is open stays in the box."""
        if conversation.current or not question.strip():
            conversation.hint = ONE_AT_A_TIME if conversation.current else "Write a question first."
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
        """Put a question back into the box; asking will replace it and what came after it. Nothing else is shown
        again, as an answer may be under way."""
        exchange = conversation.at(event.exchange)
        if exchange is None:
            return gr.skip(), self._note(conversation)
        conversation.edit(exchange.number, unsent)
        return exchange.question, self._note(conversation)

    def end_edit(self, conversation: Conversation) -> tuple[Any, ...]:
        return conversation.end_edit(), self._note(conversation)

    def restore(self, conversation: Conversation) -> tuple[Any, ...]:
        conversation.restore()
        return self._view(conversation)

    def answer(self, conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        """Follow the chatbot's events to the end, to an error, or to the moment the reader stops."""
        exchange = conversation.take_up()
        if exchange is None:
            yield self._view(conversation)  # Gradio empties what a generator without a word was to fill
            return
        exchange.phase = "waiting" if self._bot.bot else "loading"
        exchange.among = self._among(exchange)
        yield self._view(conversation)
        if exchange.open:  # Gradio comes back when it pleases: it may have been stopped in the meantime
            yield from self._follow(conversation, exchange)
        conversation.hint = ""
        yield self._view(conversation)

    def _follow(self, conversation: Conversation, exchange: Exchange) -> Iterator[tuple[Any, ...]]:
        history, settings = conversation.history(exchange), exchange.settings.changes
        conversation.run = run = self._bot.run(exchange.question, history, exchange.where, settings, INSTEAD)
        if not exchange.open:  # by a stop that found no run yet
            run.stop()
        try:
            for event in run:
                stood = exchange.claims
                exchange.take(event)
                if isinstance(event, Retrieved):
                    exchange.among = self._among(exchange)  # while loading, nobody could tell
                news = isinstance(event, Retrieved) or exchange.claims != stood
                side = panel(conversation.exchanges) if news else gr.skip()
                yield (gr.skip(), self._live(conversation), side, *[gr.skip()] * 4)
        except Exception as error:
            log(error, "The chatbot failed.")
            exchange.end("failed", error)
        finally:
            run.stop()  # also when the tab was closed in the middle
        if exchange.answer is not None:
            self._bot.prepare([*history, Turn(exchange.question, exchange.answer.text)])

    def rate(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """Keep what the reader thinks of an answer, where that is news, and show that answer again. A word belongs to
        the thumb that is pressed."""
        exchange, verdict = conversation.at(event.exchange), event.verdict
        if exchange is None or exchange.answer is None or verdict not in VERDICTS:
            return gr.skip(), gr.skip()
        word = str(event.word or "").strip() if verdict == exchange.verdict else ""
        if (verdict, word, "") == (exchange.verdict, exchange.word, exchange.trouble):
            return gr.skip(), gr.skip()
        try:
            where = within(exchange.where, self._bot.limits, self._bot.articles)
            self._feedback.keep(exchange.answer, conversation.history(exchange), verdict, word, where)
            exchange.verdict, exchange.word, exchange.trouble = verdict, word, ""
        except FootnoteError as error:
            exchange.trouble = str(error)
        if exchange is conversation.exchanges[-1]:
            return gr.skip(), self._live(conversation)
        return self._transcript(conversation), gr.skip()

    def stop(self, conversation: Conversation) -> tuple[Any, ...]:
        conversation.stop()
        return self._view(conversation)

    def clear(self, conversation: Conversation) -> tuple[Any, ...]:
        box = conversation.clear()
        return (gr.skip() if box is None else box, *self._view(conversation))

    def look(self, conversation: Conversation) -> tuple[Any, ...]:
        """How far loading is, and what changed since. Only what is no longer true is shown again: not the conversation,
        nor settings that somebody may just have opened."""
        menu, shown = self._menu(conversation), conversation.menu
        conversation.menu = menu
        return (
            banner(self._bot.status, len(self._bot.asked), len(self._bot.articles)),
            gr.skip() if conversation.exchanges else self._transcript(conversation),
            gr.skip() if menu == shown else menu,
            gr.Timer(SLOW_TICK if self._bot.settled else TICK),
        )

    def set(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """A setting of this tab, or the model of all of them."""
        name, word = str(event.setting), str(event.word)
        model = None
        if name == "model":
            self._models.switch(self._bot, word)
            model = word  # shown as chosen until the clock finds that it is another: a browser keeps what it was given
        elif self._bot.bot:
            started = self._bot.bot.config.answer_threshold
            conversation.settings = conversation.settings.with_word(name, word, started)
        over, transcript, _, clock = self.look(conversation)
        conversation.menu = self._menu(conversation, model)
        return (over, transcript, self._menu(conversation, model, is_open=True), clock)

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
            self._note(conversation),
        )

    def _note(self, conversation: Conversation) -> str:
        return editing(conversation) + refused_to_ask(conversation.hint)

    def _among(self, exchange: Exchange) -> str:
        return among(self._bot.articles, exchange.where, self._bot.limits)

    def _transcript(self, conversation: Conversation) -> str:
        if not conversation.exchanges:
            status = self._bot.status
            return cannot_start(status) if status.state == "failed" else render.welcome(self._bot.starters)
        return render.transcript(conversation.exchanges[:-1])

    def _live(self, conversation: Conversation) -> str:
        """The last exchange stands apart, from its first word to its end: nothing above it is touched meanwhile."""
        return render.transcript(conversation.exchanges[-1:], last=True)

    def _menu(self, conversation: Conversation, model: str | None = None, is_open: bool = False) -> str:
        if self._bot.bot is None:
            return ""
        config = replace(self._bot.bot.config, model=model or self._models.current(self._bot))
        return menu(conversation.settings, config, self._models.on_offer(), is_open)
