"""Keeps something in step while it is used: looks again and again. Knows nothing about what is kept in step.

It looks rather than waits to be told: that works for network folders, linked folders and single files too, and costs
little, for the pauses grow with what a look takes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from rag.errors import FootnoteError
from rag.index import SyncReport

PAUSE = 2.0
"""Seconds between two looks, at least."""
SHARE = 0.05
"""Share of the time that is spent looking, at most."""

News = SyncReport | FootnoteError
"""What a look found: a change, or what stands in its way."""


class Watcher:
    """Calls `sync` again and again, and tells changes and troubles; the same trouble once, until it is over."""

    def __init__(self, sync: Callable[[], SyncReport], tell: Callable[[News], None], pause: float = PAUSE) -> None:
        self._sync = sync
        self._tell = tell
        self._pause = pause
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.trouble = ""
        """What stood in the way of the last look, for people; "" when nothing did."""

    def run(self) -> None:
        """Look until stopped. Whatever goes wrong in a look is a trouble: the next one may fare better."""
        while not self._stopped.is_set():
            started = time.monotonic()
            if news := self._look():
                self._tell(news)
            took = time.monotonic() - started
            self._stopped.wait(max(self._pause, took / SHARE))

    def _look(self) -> News | None:
        """What is new since the last look."""
        try:
            report = self._sync()
        except Exception as error:
            trouble = error if isinstance(error, FootnoteError) else _unexpected(error)
            known, self.trouble = self.trouble, str(trouble)
            return trouble if str(trouble) != known else None
        self.trouble = ""
        return report if report.added or report.updated or report.removed else None

    def start(self) -> None:
        """Look from a thread of its own, which does not end when nobody can be told."""
        tell = self._tell
        self._tell = lambda news: _told(tell, news)
        self._thread = threading.Thread(target=self.run, name="footnote-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns when a look that is under way has ended."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()


def _unexpected(error: Exception) -> FootnoteError:
    """A fault of Footnote's, for people; the log has where it happened."""
    logging.getLogger(__name__).debug("a look failed", exc_info=error)
    trouble = FootnoteError(f"Changes cannot be taken up: unexpected {type(error).__name__}: {error}.")
    trouble.__cause__ = error
    return trouble


def _told(tell: Callable[[News], None], news: News) -> None:
    try:
        tell(news)
    except Exception:
        logging.getLogger(__name__).exception("A change could not be told")
