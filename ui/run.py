"""One question on its way through the chatbot, in a thread of its own, so that a reader can leave at any moment.

Knows nothing about pages or records. Reading a long prompt takes a model seconds in which nobody can interrupt it;
the reader who stops is free at once, and the thread closes the stream as soon as the model lets it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Iterator

from rag.types import Event

END = None


class Run:
    """Iterate over a run for its events; an exception of the chatbot is raised there.

    Args:
        start: opens the stream; called, iterated and closed in the run's thread.
        turn: held while the stream is open, so that a model never serves two, a stopped one still closing included.
    """

    def __init__(self, start: Callable[[], Generator[Event]], turn: threading.Lock) -> None:
        self._start = start
        self._turn = turn
        self._stopped = threading.Event()
        self._events: queue.SimpleQueue[Event | Exception | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="footnote-run", daemon=True).start()

    def __iter__(self) -> Iterator[Event]:
        while (item := self._events.get()) is not END:
            if isinstance(item, Exception):
                raise item
            yield item

    def stop(self) -> None:
        """End the iteration now, and the stream after the token under way. Harmless when all is over."""
        self._stopped.set()
        self._events.put(END)

    def _work(self) -> None:
        try:
            with self._turn:
                if self._stopped.is_set():
                    return
                with contextlib.closing(self._start()) as stream:
                    for event in stream:
                        if self._stopped.is_set():
                            return
                        self._events.put(event)
        except Exception as error:  # whatever it is, the page must show it: a failure is never silence
            self._events.put(error)
        finally:
            self._events.put(END)
