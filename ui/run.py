"""One question on its way through the chatbot, in a thread of its own, so that a reader can leave at any moment.

Knows nothing about pages. Reading a long prompt takes a model seconds in which nobody can interrupt it; the reader who
stops is free at once, and the thread closes the stream as soon as the model lets it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from rag.types import Event, Passed, Step
from ui.turns import Turns


@dataclass(frozen=True, slots=True)
class Waits:
    """So many questions are answered before this one."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Begins:
    """The chatbot begins with a step of its work."""

    step: Step


@dataclass(frozen=True, slots=True)
class Instead:
    """After a refusal: questions that the nearest articles do answer."""

    questions: tuple[str, ...]


News = Step | Passed
"""What the chatbot tells beside its events: the step that it begins with, and what of its draft has passed."""
Start = Callable[[Callable[[News], None]], Generator[Event | Instead]]
END = None


class Run:
    """Iterate over a run for its events; an exception of the chatbot is raised there.

    Args:
        start: opens the stream, given whom to tell the news; called, iterated and closed in the run's thread.
        turns: taken while the stream is open, so that a model never serves two, a stopped one still closing included.
    """

    def __init__(self, start: Start, turns: Turns) -> None:
        self._start = start
        self._turns = turns
        self._stopped = threading.Event()
        self._events: queue.SimpleQueue[Event | Waits | Begins | Passed | Instead | Exception | None]
        self._events = queue.SimpleQueue()
        threading.Thread(target=self._work, name="footnote-run", daemon=True).start()

    def __iter__(self) -> Iterator[Event | Waits | Begins | Passed | Instead]:
        while (item := self._events.get()) is not END:
            if isinstance(item, Exception):
                raise item
            yield item

    def stop(self) -> None:
        """End the iteration now, and the stream after the token under way. Harmless when all is over."""
        self._stopped.set()
        self._turns.wake()
        self._events.put(END)

    def _work(self) -> None:
        try:
            with self._turns.turn(self._waits, self._stopped.is_set) as mine:
                if not mine:
                    return
                with contextlib.closing(self._start(self._hears)) as stream:
                    for event in stream:
                        if self._stopped.is_set():
                            return
                        self._events.put(event)
        except Exception as error:  # whatever it is, the page must show it: a failure is never silence
            self._events.put(error)
        finally:
            self._events.put(END)

    def _waits(self, ahead: int) -> None:
        self._events.put(Waits(ahead))

    def _hears(self, news: News) -> None:
        self._events.put(news if isinstance(news, Passed) else Begins(news))
