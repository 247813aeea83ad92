"""What a question asks for must not be lost on the way. Knows nothing about models, search or citations' numbers.

Small models shorten: asked when a dialogue was held, they copy "the dialogue took place in Beijing" and lose the "In
June" before it; asked what was discussed at a meeting, they say once more where it was. There the source speaks itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.asked import gives
from rag.cite import Statement, quoted
from rag.lexicon import SPEECH
from rag.words import content_words

_SPOKEN = re.compile(r"[\"“][^\"“”]*[\"”]?\Z")
"""A sentence that is somebody's speech from end to end."""
_TOLD = re.compile(rf"[\"“”]|\b({'|'.join(sorted(SPEECH))}|According)\b")


def completed(question: str, statements: Sequence[Statement], told: str = "") -> list[Statement]:
    """The statements; those that lost what was asked for, or only say again what the reader said or was told before,
    are replaced by their source's words. `told` is the conversation so far."""
    known = set(content_words(f"{question} {told}"))
    return [quoted(s.sources[0]) if len(s.sources) == 1 and _lost(question, s, known) else s for s in statements]


def _lost(question: str, statement: Statement, known: set[str]) -> bool:
    source, said = statement.sources[0].text, statement.text
    if gives(source, question) and not gives(said, question):
        return True
    if _SPOKEN.match(source.strip()) and not _TOLD.search(said):
        return True  # what somebody said is not what the article says
    return set(content_words(said)) <= known and not set(content_words(source)) <= known
