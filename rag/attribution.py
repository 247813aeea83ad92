"""Whose word it is: a sentence that leaves out "according to …" tells as a fact what its source only passes on.

Reads one source sentence and one statement; knows nothing about evidence, checking or citations.
"""

from __future__ import annotations

import re

from rag.facts import dates, names
from rag.lexicon import FUNCTION, LEADING, NEGATIONS, PRONOUNS, SPEECH
from rag.words import content_words

MOSTLY = 0.6
"""Share of a statement's content words in what is passed on, from which it tells just that."""

_SAY = r"(?:says?|said|claim(?:s|ed)|argue[sd]?|warn(?:s|ed)?|believe[sd]?|insist(?:s|ed)?|maintain(?:s|ed)?|contends?)"
_WHO = r"(?P<who>[^,;:“”\"]{2,100}?)"
_FRAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^According to {_WHO}, (?P<what>.+)$",
        rf"^(?P<what>.+), according to {_WHO}(?:,[^,]+)?\.?$",
        rf"^{_WHO}(?:, [^,]+,)? {_SAY}(?: on \w+)?(?: that)? (?P<what>.+)$",
        rf"^(?P<what>.+),[”\"]? {_SAY} {_WHO}(?:,[^,]+)*\.?$",
        rf"^(?P<what>.+),[”\"]? {_WHO}(?:, [^,]+,)? {_SAY}(?: on \w+)?(?:,.*)?\.?$",
    )
)
"""Who passes on what, in one sentence: the first that fits counts."""
_TOLD = re.compile(rf"\b({'|'.join(sorted(SPEECH))}|believes?|believed|According|reportedly|allegedly)\b")
_VAGUE = re.compile(r"\b(who|which|that|but|when|as|it|is|was|were|are|has|had|not|never)\b", re.I)
"""Words that no plain name of a speaker has: the frame has taken in more than that."""


_NO_SPEAKER = LEADING | NEGATIONS | {"few", "last", "earlier", "later", "yesterday", "today"}
"""Words that open more than a name ("In Geneva Weiss said …"), or name nobody ("Neither of them said …")."""


def attributed(statement: str, source: str, article: str = "") -> str | None:
    """The statement with the attribution that its source has and it leaves out: itself where none is missing, None
    where one is and has no plain name. `article` is the text that the source stands in.

    >>> source = "Chinese industry leaders say China is one to two years behind the United States."
    >>> attributed("China is one to two years behind the United States.", source)
    'China is one to two years behind the United States, according to Chinese industry leaders.'
    >>> attributed("The bridge is closed.", "“The bridge is closed,” he said, urging patience.") is None
    True
    >>> attributed("The bridge is late.", "Experts and builders from two towns said the bridge is late.")
    'The bridge is late, according to experts and builders from two towns.'
    >>> attributed("Weiss wants to resign.", "Jo Weiss said she wants to resign.")
    'Weiss wants to resign.'
    """
    if is_told(statement):
        return statement
    source = " ".join(source.split())
    frame = next(filter(None, (frame.match(source) for frame in _FRAMES)), None)
    if frame and _passes_on(frame["what"], statement) and not _by_themselves(frame["who"], statement):
        who = _plain(frame["who"].strip(), article)
        return who and f"{statement.rstrip().rstrip('.')}, according to {who}."
    return statement


def is_told(statement: str) -> bool:
    """Whether the statement says itself that somebody said it, or that it is not certain."""
    return bool(_TOLD.search(statement))


def _passes_on(what: str, statement: str) -> bool:
    said = set(content_words(statement))
    return len(said & set(content_words(what))) >= MOSTLY * len(said) > 0


def _by_themselves(who: str, statement: str) -> bool:
    """Whether the statement tells of the speaker: that it is their word goes without saying."""
    named = names(who)
    words = content_words(named[-1].text if named else who)
    return bool(words) and set(words[-1:] if named else words) <= set(content_words(statement))


def _plain(who: str, article: str) -> str | None:
    """The speaker as named within a sentence; None where the words are more than a name, or stand for one."""
    first, *others = who.split()
    several = first.endswith("s") and bool(others) and all(word.islower() for word in others[:2])  # "Experts and …"
    if not content_words(who) or {first.lower(), *others} & PRONOUNS or _VAGUE.search(who):
        return None
    if first.lower() in _NO_SPEAKER or first.endswith("ing") or dates(who):
        return None
    common = several or first.lower() in FUNCTION or re.search(rf"\b{re.escape(first.lower())}\b", article)
    return " ".join([first.lower() if common else first, *others])
