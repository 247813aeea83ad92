"""A follow-up question made to stand on its own for retrieval. Knows nothing about search or models.

Rules, not a model: a rewrite by a small model costs a second and invents; words added to a query at worst find more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.facts import names
from rag.types import Turn
from rag.words import content_words

LEANS = re.compile(
    r"^\W*(and|but|so|also|then|what about|how about|what else|anything else|who else|why not)\b"
    r"|\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then|"
    r"the (same|former|latter|others?))\b",
    re.IGNORECASE,
)
"""Words that may point back. A question with few content words of its own leans on the turn before as well."""
FEW_WORDS = 3
MAX_ADDED_WORDS = 30


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leans on, for search and scores; the model sees the conversation itself.

    >>> standalone("And who took part?", [Turn("Where did China and the U.S. meet on AI?", "In Geneva [1].")])
    'And who took part? Where did China and the U.S. meet on AI? Geneva'
    >>> standalone("Who founded the Brookings Institution in Washington?", [Turn("Where did they meet?")])
    'Who founded the Brookings Institution in Washington?'
    """
    if not history or not leans(question):
        return question
    last = history[-1]
    earlier = last.question
    if leans(earlier) and len(history) > 1:
        earlier = f"{earlier} {history[-2].question}"
    known = set(content_words(f"{question} {earlier}"))
    added = [name.text for name in names(last.answer) if not set(content_words(name.text)) <= known]
    return " ".join([question, earlier, *dict.fromkeys(added[:MAX_ADDED_WORDS])]).strip()


def leans(question: str) -> bool:
    """Whether the question may point back to an earlier turn."""
    own = content_words(question)
    named = names(question)
    return (len(own) < FEW_WORDS and not named) or (
        bool(LEANS.search(question)) and not (len(named) > 1 and len(own) > 4)
    )
