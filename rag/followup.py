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


def may_stand_alone(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question that leans on the turn before may be one on another matter: it leans for being short alone,
    and the conversation has none of its words.

    >>> turns = [Turn("Where did China and the U.S. meet on AI?", "In Geneva [1].")]
    >>> may_stand_alone("How long is the bridge?", turns), may_stand_alone("How long was it?", turns)
    (True, False)
    >>> may_stand_alone("And the bridge in Lindau?", turns), may_stand_alone("When did they meet?", turns)
    (False, False)
    """
    own = set(content_words(question))
    said = {word for turn in history for word in content_words(f"{turn.question} {turn.answer}")}
    return bool(history) and leans(question) and not LEANS.search(question) and len(own) > 1 and not own & said


def leans(question: str) -> bool:
    """Whether the question may point back to an earlier turn."""
    own = content_words(question)
    named = names(question)
    return (len(own) < FEW_WORDS and not named) or (
        bool(LEANS.search(question)) and not (len(named) > 1 and len(own) > 4)
    )
