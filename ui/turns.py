"""A line before something that serves one at a time: first come, first served, and whoever waits is told their place.

Knows nothing about what is being waited for.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Turns:
    """`with turns.turn(...):` waits until all who came before are through.

    >>> turns, told = Turns(), []
    >>> with turns.turn(told.append, lambda: False) as mine:
    ...     mine, told
    (True, [])
    """

    def __init__(self) -> None:
        self._line: list[object] = []
        self._moved = threading.Condition()

    @contextlib.contextmanager
    def turn(self, tell: Callable[[int], None], given_up: Callable[[], bool]) -> Iterator[bool]:
        """Yield True when the turn has come; False once `given_up()`, which is looked at after each `wake`.

        `tell` is called with how many are ahead, whenever that changes; not at all where nobody is.
        """
        ticket = object()
        told = 0
        with self._moved:
            self._line.append(ticket)
            while not given_up() and (ahead := self._line.index(ticket)):
                if ahead != told:
                    tell(told := ahead)
                else:
                    self._moved.wait()
            mine = not given_up()
        try:
            yield mine
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    @property
    def taken(self) -> bool:
        """Whether it is somebody's turn."""
        return bool(self._line)

    def wake(self) -> None:
        """Let everyone in the line look again whether they still want their turn."""
        with self._moved:
            self._moved.notify_all()
