"""What the events of the library do, each a few lines around the tab's `Shelf` and the chatbot's library.

Knows nothing about layout, nor about how articles are stored. Imports Gradio: only `ui.library_part` imports this
module, when there is a page to build.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from rag.index import SyncReport
from rag.types import Article
from ui import library, narrow
from ui.banner import banner
from ui.conversation import Conversation
from ui.escape import clipped
from ui.loading import BackgroundBot, Status
from ui.task import Progress, Task
from ui.trouble import in_words, log

Work = Callable[[Any, Progress], SyncReport]
"""`work(chatbot, progress)` changes the library."""
FIRST_WORDS = 60
"""Characters of a text that stand for its headline."""
PARTS = 5
"""Values of a view."""


class Librarian:
    """Each handler returns what adding says, the list, the folders, what stands over the question box, the banner."""

    def __init__(self, bot: BackgroundBot, may_change: bool) -> None:
        self._bot = bot
        self._may_change = may_change

    def choose(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        conversation.shelf.choose(str(event.article), self._bot.asked)
        return self.view(conversation)

    def pick(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        conversation.shelf.pick(str(event.kind), str(event.name), self._bot.asked)
        return self.view(conversation)

    def after(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        conversation.shelf.bound("after", str(event.word))
        return self.view(conversation)

    def before(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        conversation.shelf.bound("before", str(event.word))
        return self.view(conversation)

    def find(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        conversation.shelf.needle = str(event.word)[:200]
        return self.view(conversation)

    def all(self, conversation: Conversation) -> tuple[Any, ...]:
        conversation.shelf.all()
        return self.view(conversation)

    def remove(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """Asks first; `sure` removes."""
        conversation.shelf.removing = str(event.article)
        return self.view(conversation)

    def keep(self, conversation: Conversation) -> tuple[Any, ...]:
        conversation.shelf.removing = ""
        return self.view(conversation)

    def sure(self, conversation: Conversation, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        article = str(event.article)
        yield from self._change(conversation, lambda bot, progress: bot.remove([article]), removes=True)

    def forget(self, conversation: Conversation, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        folder = str(event.folder)
        yield from self._change(conversation, lambda bot, progress: bot.forget(folder), removes=True)

    def add_files(self, conversation: Conversation, paths: list[str] | None) -> Iterator[tuple[Any, ...]]:
        """What was uploaded is the library's from then on; the upload itself is deleted."""
        if not paths:
            yield (*self.view(conversation), None)
            return
        try:
            yield from ((*view, None) for view in self._change(conversation, lambda bot, p: bot.add(paths, p)))
        finally:
            for path in paths:
                with contextlib.suppress(OSError):
                    Path(path).unlink()

    def add_folder(self, conversation: Conversation, folder: str) -> Iterator[tuple[Any, ...]]:
        if not folder.strip():
            yield self.view(conversation, library.trouble("Name a folder first, such as ~/articles."))
            return
        yield from self._change(conversation, lambda bot, progress: bot.add([folder.strip()], progress))

    def add_text(self, conversation: Conversation, text: str, title: str) -> Iterator[tuple[Any, ...]]:
        """The fields are emptied once the text was taken. One without a headline is known by its first words."""
        if not text.strip():
            yield (
                *self.view(conversation, library.trouble("Paste the text of an article first.")),
                gr.skip(),
                gr.skip(),
            )
            return
        taken = False

        def work(bot: Any, progress: Progress) -> SyncReport:
            nonlocal taken
            headline = title.strip() or clipped(" ".join(text.split()), FIRST_WORDS)
            report: SyncReport = bot.add_text(text, headline, progress=progress)
            taken = not report.skipped
            return report

        for view in self._change(conversation, work):
            yield (*view, *(("", "") if taken else (gr.skip(), gr.skip())))

    def look(self, conversation: Conversation) -> tuple[Any, ...]:
        """The list again, when the articles changed without this tab's doing."""
        if self._bot.notice() == conversation.shelf.noticed:
            return (gr.skip(),) * PARTS
        conversation.shelf.gone(self._bot.asked)
        return self.view(conversation)

    def view(self, conversation: Conversation, said: Any = None) -> tuple[Any, ...]:
        bot, shelf = self._bot.bot, conversation.shelf
        shelf.noticed = self._bot.notice()
        articles, limits = self._bot.articles, self._bot.limits
        return (
            gr.skip() if said is None else said,
            library.library(articles, shelf, bot.added if bot else (), self._may_change, limits),
            library.folders(bot.folders if bot and self._may_change else ()),
            narrow.narrowed(articles, shelf, limits),
            banner(self._bot.status, len(self._bot.asked), len(articles)),
        )

    def _change(self, conversation: Conversation, work: Work, removes: bool = False) -> Iterator[tuple[Any, ...]]:
        """Show how far it is, then what came of it. Ends when the questions to start from fit the articles again."""

        new: list[Article] = []

        def task(progress: Progress) -> SyncReport:
            bot = self._bot.wait()
            before = {article.id for article in bot.articles}
            report = work(bot, progress)
            new.extend(article for article in bot.articles if article.id not in before)
            if report.added or report.updated or report.removed:
                progress("looking for questions to start from", 0, 0)
                self._bot.look_for_starters()
            return report

        first = "beginning" if self._bot.bot else "waiting until Footnote has loaded"
        yield (library.working(Status.of(first, 0, 0)), *[gr.skip()] * (PARTS - 1))
        under_way = Task(task)
        for status in under_way:
            yield (library.working(status), *[gr.skip()] * (PARTS - 1))
        try:
            said = library.outcome(under_way.result(), new)
        except Exception as error:
            log(error, "The library could not be changed.")
            said = library.trouble(in_words(error))
        conversation.shelf.gone(self._bot.asked, by_reader=removes)
        yield self.view(conversation, said)
