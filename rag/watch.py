"""Keeps something in step while it is used: looks again and again. Knows nothing about what is kept in step.

It looks rather than waits to be told: that works for network folders, linked folders and single files too, and costs
little, for the pauses grow with what a look takes.
"""

from __future__ import annotations

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
        """Look until stopped."""
        while not self._stopped.is_set():
            started = time.monotonic()
            try:
                report = self._sync()
                self.trouble = ""
                if report.added or report.updated or report.removed:
                    self._tell(report)
            except FootnoteError as error:
                if str(error) != self.trouble:
                    self._tell(error)
                self.trouble = str(error)
            took = time.monotonic() - started
            self._stopped.wait(max(self._pause, took / SHARE))

    def start(self) -> None:
        """Look from a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="footnote-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns when a look that is under way has ended."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
