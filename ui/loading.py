"""Loads the chatbot behind the page: the page is there at once and says how far the loading is.

Knows nothing about Gradio, nor about what loading does: `load(progress)` is given.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from weakref import WeakSet

from rag.errors import FootnoteError
from rag.filters import through
from rag.types import Answer, Article, Event, Filters, Turn
from ui.run import Instead, Run
from ui.trouble import in_words, log
from ui.turns import Turns

State = Literal["loading", "ready", "switching", "failed"]
"""While it is switching to another model, the chatbot answers with the old one."""
Load = Callable[[Callable[..., None]], Any]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Status:
    """`message` is a sentence for the reader; `fraction` (0..1) is None where nothing can be counted."""

    state: State
    message: str
    fraction: float | None = None

    @classmethod
    def of(cls, what: str, done: int, total: int, state: State = "loading") -> Status:
        return cls(state, f"{what[:1].upper()}{what[1:]} …", done / total if total else None)


def with_others(bot: Any, stream: Generator[Event], count: int) -> Iterator[Event | Instead]:
    """The events of a question, and after a refusal up to `count` questions that the articles found do answer."""
    with contextlib.closing(stream):
        for event in stream:
            yield event
            if isinstance(event, Answer) and event.refused:
                found = list({hit.article.id: hit.article for hit in event.hits}.values())
                yield Instead(tuple(q for q in bot.starters(count, found) if q != event.question))


class BackgroundBot:
    """A chatbot that is loaded in a thread of its own, from `start` on, and serves one question at a time."""

    def __init__(self, load: Load) -> None:
        """`load(progress)` returns the chatbot; `progress(what, done, total)` may be called on the way."""
        self._load = load
        self._turns = Turns()
        self._runs: WeakSet[Run] = WeakSet()
        self._status = Status("loading", "Loading the model …")
        self._over = threading.Event()
        self._switching = threading.Lock()
        self._bot: Any = None
        self._error: Exception | None = None
        self._starters: tuple[str, ...] | None = None
        self._noticing = threading.Lock()
        self._noticed: tuple[Article, ...] = ()
        self._noticed_trouble = ""
        self._changes = 0

    def start(self) -> None:
        threading.Thread(target=self._work, name="footnote-load", daemon=True).start()

    @property
    def status(self) -> Status:
        """Where a folder that is watched cannot be read, that is part of being ready."""
        status = self._status
        if status == Status("ready", "") and self._bot is not None:
            return Status("ready", self._bot.watch_trouble)
        return status

    @property
    def bot(self) -> Any:
        """The chatbot, or None where there is none yet."""
        return self._bot

    @property
    def articles(self) -> tuple[Article, ...]:
        """All there are; none as long as there is no chatbot."""
        return self._bot.articles if self._bot is not None else ()

    @property
    def limits(self) -> Filters | None:
        """Which of them can be asked at all, as Footnote was started; None: all."""
        return self._bot.config.where if self._bot is not None else None

    @property
    def asked(self) -> tuple[Article, ...]:
        """The articles within these limits."""
        return through(self.articles, self.limits)

    @property
    def starters(self) -> tuple[str, ...]:
        """Questions to start from; none as long as none were found."""
        return self._starters or ()

    @property
    def settled(self) -> bool:
        """Whether nothing changes any more by itself."""
        return self._status.state == "failed" or (self._status.state == "ready" and self._starters is not None)

    def wait(self) -> Any:
        """The chatbot, once loaded; raises what loading raised."""
        self._over.wait()
        if self._error:
            raise self._error
        return self._bot

    def run(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Filters | None = None,
        settings: dict[str, Any] | None = None,
        instead: int = 0,
    ) -> Run:
        """The question on its way: after loading, and after every question before it. `settings`: see
        `Chatbot.adjusted`. After a refusal, up to so many other questions are given (`instead`)."""

        def start(tell: Callable[..., None]) -> Any:
            bot = self.wait()
            bot = bot.adjusted(**settings) if settings else bot
            stream = bot.stream(question, history=history, where=where, tell=tell, passed=tell)
            return with_others(bot, stream, instead) if instead else stream

        run = Run(start, self._turns)
        self._runs.add(run)
        return run

    def prepare(self, history: Sequence[Turn]) -> None:
        """Have the model read the conversation while a person reads its last answer, unless somebody waits for it.
        Not in the line: whoever asks meanwhile is served as soon as that is read."""

        def work() -> None:
            with contextlib.suppress(FootnoteError):  # the next question meets the same trouble, and tells it
                self._bot.prepare(history)

        if not self._turns.taken:
            threading.Thread(target=work, name="footnote-prepare", daemon=True).start()

    def call(self, work: Callable[[Any], Result]) -> Result:
        """What `work(chatbot)` gives, after loading and between two questions: its model, and its index, stay
        as they are meanwhile."""
        self.wait()
        with self._turns.turn(lambda ahead: None, lambda: False):
            return work(self._bot)

    def switch(self, load: Load) -> bool:
        """Put the chatbot that `load(progress)` returns in the place of this one, as soon as no question is open, and
        release this one. False where one is switching already, or none was loaded yet; what fails changes nothing."""
        if self._bot is None or not self._switching.acquire(blocking=False):
            return False
        self._status = Status("switching", "Loading the model …")
        threading.Thread(target=self._switch, args=(load,), name="footnote-switch", daemon=True).start()
        return True

    def notice(self) -> int:
        """How often the articles, or what keeps them from being read, were seen to be others than before: a folder that
        is watched, or another tab, changed them. Questions to start from follow, behind the page."""
        articles = self.articles
        trouble = self._bot.watch_trouble if self._bot is not None else ""
        with self._noticing:
            if trouble != self._noticed_trouble:
                self._noticed_trouble = trouble
                self._changes += 1
            if articles == self._noticed:
                return self._changes
            self._noticed = articles
            self._changes += 1
        if self._starters is not None:  # else the first ones are being looked for
            threading.Thread(target=self.look_for_starters, name="footnote-starters", daemon=True).start()
        return self._changes

    def look_for_starters(self) -> None:
        """Anew, because the articles are others now."""
        with self._noticing:
            if self._noticed != self._bot.articles:
                self._noticed = self._bot.articles
                self._changes += 1
        try:
            self._starters = tuple(self._bot.starters())
        except Exception as error:  # the page does without
            log(error, "No questions to start from could be made.")
            self._starters = ()

    def close(self) -> None:
        """Stop what is being answered, then close the chatbot: never under a model that is still writing."""
        for run in list(self._runs):
            run.stop()
        if not self._over.is_set():
            return  # a question may hold the turn until loading is over: nothing is there yet that could be closed
        with self._turns.turn(lambda ahead: None, lambda: False):
            if self._bot is not None:
                self._bot.close()

    def _work(self) -> None:
        try:
            self._bot = self._load(lambda *told: self._progress("loading", *told))
            self._status = Status("ready", "")
        except Exception as error:
            self._error = error
            log(error, "The chatbot could not be loaded.")
            self._status = Status("failed", in_words(error))
        finally:
            self._over.set()
        if self._bot is not None:
            self.look_for_starters()

    def _switch(self, load: Load) -> None:
        old, message = self._bot, ""
        try:
            new = load(lambda *told: self._progress("switching", *told))
            with self._turns.turn(lambda ahead: None, lambda: False):
                self._bot = new
                old.release()
        except Exception as error:
            log(error, "The model could not be changed.")
            message = in_words(error)
        finally:
            self._status = Status("ready", message)
            self._switching.release()

    def _progress(self, state: State, what: str, done: int = 0, total: int = 0) -> None:
        self._status = Status.of(what, done, total, state)
