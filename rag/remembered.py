"""Texts that come again are not embedded again. Knows nothing about what the texts are.

A text's vector differs in its last digits with the texts that are embedded beside it. So whole lists are remembered:
the same list has the same vectors, to the last bit, whatever was asked before.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from rag.types import Vectors

LIMIT_ROWS = 20_000
"""Vectors that are kept, at most: 31 MB for MiniLM. What was asked for longest ago goes first."""


class Remembered:
    """The embeddings of lists of texts, kept in memory.

    >>> import numpy as np
    >>> calls = []
    >>> embed = Remembered(lambda texts: calls.append(texts) or np.ones((len(texts), 3), np.float32))
    >>> embed(["The bridge is long."]).shape, embed(["The bridge is long."]).shape, len(calls)
    ((1, 3), (1, 3), 1)
    """

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], limit_rows: int = LIMIT_ROWS) -> None:
        self._embed = embed
        self._limit = limit_rows
        self._kept: OrderedDict[tuple[str, ...], Vectors] = OrderedDict()
        self._rows = 0
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dim), float32, unit rows; not to be written to."""
        key = tuple(texts)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        vectors = self._embed(texts)
        vectors.flags.writeable = False
        with self._lock:
            if key not in self._kept:
                self._kept[key] = vectors
                self._rows += len(key)
            while self._rows > self._limit:
                oldest, _ = self._kept.popitem(last=False)
                self._rows -= len(oldest)
        return vectors
