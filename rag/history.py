"""The conversation that a program hands over with a question. Knows nothing about what a question takes from it."""

from __future__ import annotations

from collections import abc
from typing import Any

from rag.errors import UsageError
from rag.given import shown
from rag.types import Turn

WANTED = 'Give the earlier exchanges in order, such as [Turn(question="...", answer="...")].'


def turns(history: Any) -> tuple[Turn, ...]:
    """The earlier exchanges; None is none. Raises UsageError: something else is among them.

    >>> turns(turn for turn in [Turn("Where?", "In Lindau.")])
    (Turn(question='Where?', answer='In Lindau.'),)
    """
    if history is None:
        return ()
    if not isinstance(history, abc.Iterable):
        raise UsageError(f"`history` is {shown(history)}. {WANTED}")
    found = tuple(history)
    for turn in found:
        if not isinstance(turn, Turn):
            raise UsageError(f"`history` holds {shown(turn)}. {WANTED}")
        if not isinstance(turn.question, str) or not isinstance(turn.answer, str):
            raise UsageError(f"`history` holds {shown(turn)}, and both of its fields are texts. {WANTED}")
    return found
