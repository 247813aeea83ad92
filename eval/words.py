"""Brings an answer and an accepted answer into one form, so that "two years," and "the 2 years" are equal.

Knows nothing about questions or metrics. After the normalisation of SQuAD (Rajpurkar et al. 2016: case, punctuation,
articles, white space), with number words, thousands commas, possessives and accents added.
"""

from __future__ import annotations

import re
import unicodedata

_SMALL = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
)
_TENS = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")
_UNITS = {word: value for value, word in enumerate(_SMALL)}
_NUMBERS = _UNITS | {word: 10 * value for value, word in enumerate(_TENS, start=2)}


def normalise(text: str) -> str:
    """Lower-case words with single spaces between them; markers such as [1] are left out.

    >>> normalise("The U.S. sent twenty-five experts, 1,500 pages and China’s best [2].")
    'us sent 25 experts 1500 pages and china best'
    """
    text = unicodedata.normalize("NFKD", without_markers(text)).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"['’]s\b", "", text)
    text = text.replace("%", " percent ")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    # A full stop inside a number is kept; elsewhere it and apostrophes vanish ("u.s.", "don't"), the rest parts words.
    text = re.sub(r"(?<!\d)\.|\.(?!\d)|['’]", "", text)
    words = re.sub(r"[^\w.]|_", " ", text).split()
    return " ".join(_numbers([word for word in words if word not in ("a", "an", "the")]))


def contains(text: str, accepted: str) -> bool:
    """Whether the whole words of `accepted` stand in `text` in a row, both normalised.

    >>> contains("It takes one to two years.", "1 to 2 years"), contains("It was in 2022.", "22")
    (True, False)
    """
    wanted = normalise(accepted)
    return bool(wanted) and f" {wanted} " in f" {normalise(text)} "


def without_markers(text: str) -> str:
    """
    >>> without_markers("They met in Geneva [1][2].")
    'They met in Geneva.'
    """
    return re.sub(r"\s*\[\d+\]", "", text)


def _numbers(words: list[str]) -> list[str]:
    """["twenty", "five", "men"] -> ["25", "men"]"""
    done: list[str] = []
    joins = False
    for word in words:
        if joins and 0 < _UNITS.get(word, 0) < 10:
            done[-1] = str(int(done[-1]) + _UNITS[word])
        else:
            done.append(str(_NUMBERS.get(word, word)))
        joins = word in _TENS
    return done
