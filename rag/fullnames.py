"""People in full: an article names somebody once as "Graham Webster" and from then on as "Webster".

Rules over one article; knows nothing about sources or checking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rag.facts import names
from rag.lexicon import COUNTRIES

_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def spelled_out(text: str, article: str) -> str:
    """The text with each short name as the article has it in full, where that leaves no doubt.

    >>> article = "Jo Webster spoke. Webster warned of it. So did Li Qiang and Li Na. In Lindau, the Lindau Forum met."
    >>> spelled_out("Webster warned of it.", article)
    'Jo Webster warned of it.'
    >>> spelled_out("Li left Lindau.", article)
    'Li left Lindau.'
    >>> spelled_out("Brio recalls it.", "The Brio Max and the Brio Mini are two kettles. Brio recalls one.")
    'Brio recalls it.'
    """
    full = _full_names(article)
    for name in reversed(names(text)):
        if name.text in full:
            text = f"{text[: name.start]}{full[name.text]}{text[name.end :]}"
    return text


@lru_cache(maxsize=256)
def _full_names(article: str) -> Mapping[str, str]:
    """Short name -> full name, of those that stand for one person as far as the article goes.

    A full name is the last two words of a run of capitals, neither of which is a common word there ("Professor", "AI");
    its short name is the second of them, for the first may be a maker's ("Google DeepMind"), stands alone elsewhere,
    and never where a place would.
    """
    found = [name.text for name in names(article)]
    common = {word for word in _WORD.findall(article) if word.islower()}
    alone = {text for text in found if _WORD.fullmatch(text)}
    full: dict[str, set[str]] = {}
    for text in found:
        pair = text.split()[-2:]
        if len(pair) == 2 and not any(word.isupper() or word.lower() in common for word in pair):
            full.setdefault(pair[1], set()).add(" ".join(pair))
    return {
        short: next(iter(names_of))
        for short, names_of in full.items()
        if len(names_of) == 1 and short in alone and short.lower() not in COUNTRIES and not _is_place(short, article)
    }


def _is_place(name: str, article: str) -> bool:
    return bool(re.search(rf"\b([Ii]n|[Aa]t|[Nn]ear|[Aa]cross|[Tt]hroughout) {re.escape(name)}\b", article))
