"""Work on the library in a thread of its own, told of while it goes on. Knows nothing about what the work is.

Whoever leaves does not end it: articles that are half added would help nobody.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ui.loading import Status

Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]


class Task(Generic[Result]):
    """Iterate over a task for how far it is; then `result()` gives what `work(progress)` returned, or raises."""

    def __init__(self, work: Callable[[Progress], Result]) -> None:
        self._work = work
        self._told: queue.SimpleQueue[Status | None] = queue.SimpleQueue()
        self._results: list[Result] = []
        self._error: Exception | None = None
        threading.Thread(target=self._run, name="footnote-task", daemon=True).start()

    def __iter__(self) -> Iterator[Status]:
        while (status := self._told.get()) is not None:
            yield status

    def result(self) -> Result:
        """Once the iteration is over."""
        if self._error:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work(self._progress))
        except Exception as error:  # shown on the page by whoever asks for the result
            self._error = error
        finally:
            self._told.put(None)

    def _progress(self, what: str, done: int = 0, total: int = 0) -> None:
        self._told.put(Status.of(what, done, total))
