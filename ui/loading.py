"""Loads the chatbot behind the page: the page is there at once and says how far the loading is.

Knows nothing about Gradio, nor about what loading does: `load(config, progress)` is given.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from rag.errors import FootnoteError

State = Literal["loading", "ready", "failed"]


@dataclass(frozen=True)
class Status:
    """`message` is a sentence for the reader; `fraction` (0..1) is None where nothing can be counted."""

    state: State
    message: str
    fraction: float | None = None


class BackgroundBot:
    """A chatbot that may still be loading.

    `turn` is the right to use it: whoever touches the model holds it.
    """

    def __init__(self, load: Callable[[Callable[..., None]], Any]) -> None:
        """`load(progress)` returns the chatbot; `progress(what, done, total)` may be called on the way."""
        self.turn = threading.Lock()
        self._load = load
        self._status = Status("loading", "Loading the model …")
        self._over = threading.Event()
        self._bot: Any = None
        self._error: Exception | None = None
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

    def close(self) -> None:
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
