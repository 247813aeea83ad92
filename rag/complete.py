"""What a question asks for must not be lost on the way. Knows nothing about models, search or citations' numbers.

Small models shorten: asked when a dialogue was held, they copy "the dialogue took place in Beijing" and lose the "In
June" before it. Where the source has what was asked for and the draft sentence lost it, the source speaks itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.asked import gives
from rag.cite import Statement, quoted

_WHY = re.compile(r"\b(why|what (caused|prompted)|for what reason)\b", re.I)
_REASON = re.compile(r"\b(because|since|as (it|they|he|she|this|the)|due to|so that|in order|for fear)\b", re.I)


def completed(question: str, statements: Sequence[Statement]) -> list[Statement]:
    """The statements, those that lost the date, number, name or reason asked for replaced by their source's words."""
    return [quoted(s.sources[0]) if len(s.sources) == 1 and _lost(question, s) else s for s in statements]


def _lost(question: str, statement: Statement) -> bool:
    source, said = statement.sources[0].text, statement.text
    if _WHY.search(question):
        return bool(_REASON.search(source)) and not _REASON.search(said)
    return gives(source, question) and not gives(said, question)
