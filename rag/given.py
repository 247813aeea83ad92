"""What a program hands over, looked at before anything is searched: a wrong type is said, not met halfway.

Knows nothing about what is done with it.
"""

from __future__ import annotations

import operator
from datetime import date, datetime
from typing import Any

from rag.errors import QuestionError, UsageError


def text(value: Any) -> str:
    """Raises QuestionError: it is no text."""
    if not isinstance(value, str):
        raise QuestionError(f"A question or a statement is a text, and not {shown(value)}.")
    return value


def day(value: Any, name: str) -> date | None:
    """The day, without the time of a moment. Raises UsageError: it is no date.

    >>> day(datetime(2024, 11, 4, 9, 30), "as_of")
    datetime.date(2024, 11, 4)
    """
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    raise UsageError(f"`{name}` is {shown(value)}, and not a day such as datetime.date(2024, 11, 4).")


def count(value: Any, name: str) -> int:
    """Raises UsageError: it is no whole number from 1 on.

    >>> count(3, "k")
    3
    """
    try:
        number = operator.index(value)  # NumPy's whole numbers too
    except TypeError:
        number = 0
    if number < 1:
        raise UsageError(f"`{name}` is {shown(value)}, and not a whole number from 1 on.")
    return number


def names(value: Any, name: str) -> frozenset[str] | None:
    """A set of texts, of which a single one may come without a set. Raises UsageError: something else is among them."""
    if value is None:
        return None
    try:
        found = frozenset([value] if isinstance(value, str) else value)
    except TypeError:
        found = frozenset([None])
    if not all(isinstance(item, str) for item in found):
        raise UsageError(f"`{name}` is {shown(value)}, and not a collection of texts.")
    return found


def share(value: Any, name: str) -> None:
    """Raises UsageError: it is no number from 0 to 1."""
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(f"`{name}` is {shown(value)}, and not a number from 0 to 1.")


def shown(value: Any) -> str:
    """The value in short, as a program would write it."""
    written = repr(value)
    return written if len(written) <= 80 else f"{written[:77]}..."
