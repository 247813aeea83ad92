"""Plain words of English text: tidy spelling, pieces, stems. Knows nothing about facts, sources or support."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from rag.lexicon import FUNCTION, IRREGULAR

_TIDY = (
    (re.compile(r"``|''|[“”„«»]"), '"'),
    (re.compile(r"[‘’`´]"), "'"),
    (re.compile(r"[–—−]|--+"), " - "),
    (re.compile(r"[\u200b\u200e\u200f\u00ad]"), ""),
    (re.compile(r"(\w) 's\b"), r"\1's"),
    (re.compile(r"\b(ca)n't\b|\bca n't\b", re.I), "can not"),
    (re.compile(r"\bwo ?n't\b", re.I), "will not"),
    (re.compile(r"(\w) ?n't\b", re.I), r"\1 not"),
    (re.compile(r"\bcannot\b", re.I), "can not"),
    (re.compile(r"\b(\w+)'ll\b", re.I), r"\1 will"),
    (re.compile(r"\b(\w+)'ve\b", re.I), r"\1 have"),
    (re.compile(r"\b(\w+)'re\b", re.I), r"\1 are"),
    (re.compile(r"\bper cent\b", re.I), "percent"),
    (re.compile(r"\bpercentage points?\b", re.I), "percentage-points"),
    (re.compile(r"\b(?:the )?(?:United States(?: of America)?|U\. ?S\.(?: ?A\.)?|USA|US)(?!\w)"), "US"),
    (re.compile(r"\b(?:the )?(?:United Kingdom|U\. ?K\.|UK)(?!\w)"), "UK"),
    (re.compile(r"\b(?:the )?(?:United Nations|U\. ?N\.|UN)(?!\w)"), "UN"),
    (re.compile(r"\b(?:the )?(?:European Union|E\. ?U\.|EU)(?!\w)"), "EU"),
    (re.compile(r"(?<=\w)( ?)-( ?)(?=\w)"), lambda m: "-" if len(m.group(1)) == len(m.group(2)) else m.group(0)),
    (re.compile(r"(?<=\d) , (?=\d{3}\b)"), ","),
    (re.compile(r"\s+"), " "),
)

PIECE = re.compile(r"(?:[A-Z]\.){2,}|\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:['.&][^\W\d_]+)*|[%$€£¥°]|[-.,;:()\"!?\[\]/]")
"""A word, a number as it is written, a unit sign, or one mark of punctuation."""


def tidy(text: str) -> str:
    """The same text with one spelling of quotes, dashes, contractions and a few countries.

    >>> tidy("They did n't say `` 5 per cent '' in the United States .")
    'They did not say " 5 percent " in US .'
    """
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    return text.strip()


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer  # loaded on first use: importing rag must cost nothing

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Lower-case stem of one word, irregular verbs brought to their base form first.

    >>> stem("Negotiated"), stem("bought"), stem("Japan's")
    ('negoti', 'buy', 'japan')
    """
    word = word.lower().removesuffix("'s").rstrip("'.")
    word = IRREGULAR.get(word, word)
    return str(_stemmer().stemWord(word)) if word.isascii() else word


def content_words(text: str) -> list[str]:
    """Stems of the words that carry content, in order, numbers as written; function words left out.

    >>> content_words("The mayors did not meet in Geneva on 3,000 occasions.")
    ['mayor', 'meet', 'geneva', '3000', 'occas']
    """
    found = []
    for piece in PIECE.findall(tidy(text)):
        if piece[0].isdigit():
            found.append(piece.replace(",", ""))
        elif piece[0].isalpha() and piece.lower() not in FUNCTION:
            found.append(stem(piece))
    return found
