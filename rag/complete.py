"""What a question asks for, and whose word it is, must not be lost on the way.

Knows nothing about models, search or citations' numbers.

Small models shorten: asked when a dialogue was held, they copy "the dialogue took place in Beijing" and lose the "In
June" before it; asked what was discussed at a meeting, they say once more where it was. There the source speaks itself.
They drop "analysts say" as well: it is put back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.asked import gives
from rag.attribution import attributed, is_told
from rag.cite import Statement, quoted
from rag.words import content_words

_SPOKEN = re.compile(r"[\"“][^\"“”]*[\"”]?\Z")
"""A sentence that is somebody's speech from end to end."""
_QUOTES = re.compile(r"[\"“”]")


def completed(question: str, statements: Sequence[Statement], told: str = "") -> list[Statement]:
    """The statements; those that lost what was asked for, or only say again what the reader said or was told before,
    are replaced by their source's words; those that leave out whose word they are say so. `told` is the conversation so
    far."""
    known = set(content_words(f"{question} {told}"))
    return [_completed(question, s, known) if len(s.sources) == 1 else s for s in statements]


def _completed(question: str, statement: Statement, known: set[str]) -> Statement:
    (source,) = statement.sources
    text = None if _lost(question, statement, known) else attributed(statement.text, source.text, source.article.text)
    return quoted(source) if text is None else replace(statement, text=text)


def _lost(question: str, statement: Statement, known: set[str]) -> bool:
    source, said = statement.sources[0].text, statement.text
    if gives(source, question) and not gives(said, question):
        return True
    if _SPOKEN.match(source.strip()) and not (_QUOTES.search(said) or is_told(said)):
        return True  # what somebody said is not what the article says
    return set(content_words(said)) <= known and not set(content_words(source)) <= known
