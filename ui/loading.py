"""Loads the chatbot behind the page: the page is there at once and says how far the loading is.

Knows nothing about Gradio, nor about what loading does: `load(config, progress)` is given.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakSet

from rag.errors import FootnoteError
from rag.types import Turn
from ui.run import Run
from ui.turns import Turns

State = Literal["loading", "ready", "failed"]


@dataclass(frozen=True)
class Status:
    """`message` is a sentence for the reader; `fraction` (0..1) is None where nothing can be counted."""

    state: State
    message: str
    fraction: float | None = None


class BackgroundBot:
    """A chatbot that is loaded in a thread of its own, from `start` on, and serves one question at a time."""

    def __init__(self, load: Callable[[Callable[..., None]], Any]) -> None:
        """`load(progress)` returns the chatbot; `progress(what, done, total)` may be called on the way."""
        self._load = load
        self._turns = Turns()
        self._runs: WeakSet[Run] = WeakSet()
        self._status = Status("loading", "Loading the model …")
        self._over = threading.Event()
        self._bot: Any = None
        self._error: Exception | None = None

    def start(self) -> None:
        threading.Thread(target=self._work, name="footnote-load", daemon=True).start()

    @property
    def status(self) -> Status:
        return self._status

    def wait(self) -> Any:
        """The chatbot, once loaded; raises what loading raised."""
        self._over.wait()
        if self._error:
            raise self._error
        return self._bot

    def run(self, question: str, history: Sequence[Turn] = ()) -> Run:
        """The question on its way: after loading, and after every question before it."""
        run = Run(lambda tell: self.wait().stream(question, history=history, tell=tell), self._turns)
        self._runs.add(run)
        return run

    def close(self) -> None:
        """Stop what is being answered, then close the chatbot: never under a model that is still writing."""
        for run in list(self._runs):
            run.stop()
        with self._turns.turn(lambda ahead: None, lambda: False):
            if self._bot is not None:
                self._bot.close()

    def _work(self) -> None:
        try:
            self._bot = self._load(self._progress)
            self._status = Status("ready", "")
        except Exception as error:
            self._error = error
            if not isinstance(error, FootnoteError):
                logging.getLogger(__name__).exception("The chatbot could not be loaded.")
            known = isinstance(error, FootnoteError)
            self._status = Status("failed", str(error) if known else f"{type(error).__name__}: {error}")
        finally:
            self._over.set()

    def _progress(self, what: str, done: int = 0, total: int = 0) -> None:
        self._status = Status("loading", f"{what[:1].upper()}{what[1:]} …", done / total if total else None)
