"""A question for a date or a number is answered with one. Knows nothing about models, search or citations' numbers.

Small models shorten: asked when a dialogue was held, they copy "the dialogue took place in Beijing" and lose the "In
June" before it. Where the source has what was asked for and the draft sentence lost it, the source speaks itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.cite import Statement, quoted
from rag.facts import dates, numbers

_DATE = re.compile(r"\b(when|(what|which) (year|month|day|date|week|season))\b", re.IGNORECASE)
_NUMBER = re.compile(r"\bhow (many|much|long|old|big|large|often|far|tall|high|fast)\b", re.IGNORECASE)


def completed(question: str, statements: Sequence[Statement]) -> list[Statement]:
    """The statements, those that lost the date or the number asked for replaced by their source's words."""
    return [quoted(s.sources[0]) if len(s.sources) == 1 and _lost(question, s) else s for s in statements]


def _lost(question: str, statement: Statement) -> bool:
    source = statement.sources[0].text
    if _DATE.search(question):
        return bool(dates(source)) and not dates(statement.text)
    return bool(_NUMBER.search(question)) and bool(numbers(source)) and not numbers(statement.text)
