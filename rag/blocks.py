"""Raw page text to blocks: tidy lines, each with what can be said of it without knowing the page.

Knows nothing about consent banners or captions: a block is measured here (words, sentence or not) and judged in
`rag.furniture` and `rag.clean`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls, soft hyphens, zero-width spaces, halves of surrogate pairs, and marks that turn the writing direction (an
article could show other words than it holds). Joiners stay: Persian, Hindi and emoji are written with them."""

_LINE = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BULLET = re.compile(r"^(?:[•·▪●◦‣►▶■○*–-]\s+)+(?=\S)")
_BYLINE = re.compile(r"(?:by|from|via) ")
_WORDLIKE = re.compile(r"\w")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_ENDS = re.compile(r"[.!?…。！？।؟](?:[\"'”’»)\]]|''|\s)*$|[.!?]''?$")
_LATIN = re.compile(r"[A-Za-z]")
_FUNCTION = re.compile(
    r"(?<![\w'’])(?:the|an?|of|to|in|on|at|by|for|from|with|as|and|but|or|that|which|who|is|are|was|were|be|been|has|have|had|"
    r"will|would|can|could|not|it|its|his|her|their|they|he|she|we|i|you|this|there|than|after|before|when|said|"
    r"der|die|das|und|in|von|den|le|la|les|des|du|et|que|el|los|en|y|un|una|une|de)(?![\w'’])",
    re.IGNORECASE,
)

SENTENCE_WORDS = 8
"""A line of so many words that ends with a stop is a sentence of the text …"""

LONG_WORDS = 20
"""… and so is one of so many words with grammar in it, stop or not: headlines and menus are shorter."""


@dataclass(frozen=True)
class Block:
    """One line of a page."""

    text: str
    first_of_paragraph: bool = True

    @cached_property
    def words(self) -> int:
        """Words with a letter or digit; in scripts without spaces two characters count as a word."""
        plain = sum(1 for word in self.text.split() if _WORDLIKE.search(word))
        return max(plain, len(_CJK.findall(self.text)) // 2)

    @cached_property
    def ends(self) -> bool:
        """Does it end as a sentence does?"""
        return _ENDS.search(self.text[-12:]) is not None

    @cached_property
    def prose(self) -> bool:
        """Is it running text: a whole sentence, or a long line with grammar in it?"""
        if self.words < SENTENCE_WORDS:
            return False
        if not _LATIN.search(self.text):
            return self.ends or self.words >= LONG_WORDS
        grammar = len(_FUNCTION.findall(self.text)) / self.words
        if self.ends:
            return grammar >= 0.06 or self.words >= LONG_WORDS
        return self.words >= LONG_WORDS and grammar >= 0.12


def tidy(line: str) -> str:
    """One line with plain single spaces and without invisible characters."""
    return " ".join(_INVISIBLE.sub("", line).split())


def blocks(raw: str) -> list[Block]:
    """The lines of a page in order, white space and invisible characters tidied, hard-wrapped lines joined again.

    >>> [block.text for block in blocks("Menu\\r\\n\\r\\n\\u200bThe  bridge\\u00a0opened.\\r\\n")]
    ['Menu', 'The bridge opened.']
    """
    found: list[Block] = []
    fresh = True
    for line in _LINE.split(raw):
        text = tidy(line)
        if not text:
            fresh = True
            continue
        text = _BULLET.sub("", text)
        found.append(Block(text, fresh))
        fresh = False
    return _joined(found)


def _joined(lines: list[Block]) -> list[Block]:
    """Undo line breaks inside sentences: in a hard-wrapped text everywhere, else before a line in lower case."""
    wrapped = _hard_wrapped(lines)
    result: list[list[str]] = []
    firsts: list[bool] = []
    last: Block | None = None
    for line in lines:
        if last is not None and not line.first_of_paragraph and (wrapped or _continues(last, line)):
            result[-1].append(line.text)
        else:
            result.append([line.text])
            firsts.append(line.first_of_paragraph)
        last = line
    return [Block(" ".join(parts), first) for parts, first in zip(result, firsts, strict=True)]


def _continues(line: Block, after: Block) -> bool:
    if line.ends or len(line.text) < 30 or line.text[-1] in ":;|":
        return False
    return after.text[0].islower() and "|" not in after.text and not _BYLINE.match(after.text)


def _hard_wrapped(lines: list[Block]) -> bool:
    """True for text broken at a fixed width, as in mail and old text files: full lines that rarely end in a stop."""
    inner = [line for line, after in pairwise(lines) if not after.first_of_paragraph]
    if len(inner) < 8 or any(len(line.text) > 110 for line in lines):
        return False
    full = sum(1 for line in inner if len(line.text) >= 50)
    broken = sum(1 for line in inner if not line.ends)
    return full >= 0.8 * len(inner) and broken >= 0.6 * len(inner)
