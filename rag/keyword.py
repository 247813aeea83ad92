"""BM25 over passages, in arrays that are kept in a folder and follow changes without being built anew.

Knows nothing about vectors. Scores are divided by the best that any passage could reach for the question, so that they
lie in 0..1 and say how much of the question's rare words a passage holds, whatever the question's length.

    rank(word, passage) = idf(word) * tf / (tf + k1 * (1 - b + b * length / mean length))       Lucene's variant
    idf(word) = ln(1 + (n - df + 0.5) / (df + 0.5))
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import StoreError
from rag.ranking import Rows, best_rows
from rag.words import content_words

K1 = 1.5
B = 0.75
Ints = npt.NDArray[np.int32]
ARRAYS = ("starts", "rows", "counts", "lengths")


class KeywordIndex:
    """Stems of content words, word by word: `rows[starts[w]:starts[w + 1]]` are the passages that hold word `w`, and
    `counts` how often; `lengths` are the words of each passage.

    >>> index = KeywordIndex.build(["p"], ["Altman in Beijing"])
    >>> index.best("Who was in Beijing?", 5).keys()
    dict_keys(['p'])
    """

    def __init__(self, ids: Sequence[str], words: Sequence[str], starts: Any, rows: Ints, counts: Ints, lengths: Ints):
        self.ids = list(ids)
        self._words = {word: i for i, word in enumerate(words)}
        self._starts, self._rows, self._counts, self._lengths = starts, rows, counts, lengths
        mean = float(lengths.mean()) if len(lengths) else 1.0
        self._norm = K1 * (1 - B + B * lengths / max(mean, 1e-9))

    @classmethod
    def build(
        cls,
        ids: Sequence[str],
        texts: Sequence[str],
        before: KeywordIndex | None = None,
        same: Sequence[int] | None = None,
    ) -> KeywordIndex:
        """`texts[i]` is what passage `ids[i]` is found by: its title and its text. `same[i]` is the row of the same
        text in `before`, or -1: only those are looked at word by word."""
        before = before or NOTHING
        same_rows = np.asarray([-1] * len(ids) if same is None else same, np.int32)
        words = dict(before._words)
        fresh = [i for i, row in enumerate(same_rows) if row < 0]
        postings = [_postings(i, texts[i], words) for i in fresh]
        made = np.concatenate([np.zeros((0, 3), np.int32), *postings])  # columns: word, row, count

        place = np.full(len(before.ids), -1, np.int32)
        place[same_rows[same_rows >= 0]] = np.flatnonzero(same_rows >= 0)
        kept = place[before._rows] >= 0
        all_words = np.concatenate([before._of_each()[kept], made[:, 0]])
        order = np.argsort(all_words, kind="stable")
        lengths = np.zeros(len(ids), np.int32)
        lengths[same_rows >= 0] = before._lengths[same_rows[same_rows >= 0]]
        np.add.at(lengths, made[:, 1], made[:, 2])
        return cls(
            ids,
            list(words),
            np.searchsorted(all_words[order], np.arange(len(words) + 1)),
            np.concatenate([place[before._rows[kept]], made[:, 1]])[order],
            np.concatenate([before._counts[kept], made[:, 2]])[order],
            lengths,
        )

    def best(self, question: str, n: int, among: Rows | None = None) -> dict[str, float]:
        """Score in 0..1 of the best `n` passages that share a word with the question, by passage id, best first."""
        words = dict.fromkeys(content_words(question))
        scores = np.zeros(len(self.ids))
        ceiling = 1e-9
        for word in words:
            rows, counts = self._holding(word)
            df = len(rows)  # a word that no passage holds counts as the rarest possible
            idf = math.log(1 + (len(self.ids) - df + 0.5) / (df + 0.5))
            ceiling += idf
            scores[rows] += idf * counts / (counts + self._norm[rows])
        order = best_rows(scores, n, among)
        return {self.ids[i]: min(1.0, float(scores[i]) / ceiling) for i in order if scores[i] > 0}

    def _holding(self, word: str) -> tuple[Ints, Ints]:
        """The rows that hold a word, and how often each does."""
        i = self._words.get(word)
        part = slice(0, 0) if i is None else slice(self._starts[i], self._starts[i + 1])
        return self._rows[part], self._counts[part]

    def _of_each(self) -> Ints:
        """The word of each posting."""
        return np.repeat(np.arange(len(self._words), dtype=np.int32), np.diff(self._starts))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, f"_{name}"))
        (folder / "words.json").write_text(json.dumps([self.ids, list(self._words)]), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        """Raises StoreError: files that are missing, damaged, or do not belong together."""
        try:
            ids, words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
            starts, rows, counts, lengths = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS)
            whole = len(starts) == len(words) + 1 and starts[0] == 0 and starts[-1] == len(rows) == len(counts)
            if not whole or len(lengths) != len(ids) or (len(rows) and int(rows.max()) >= len(ids)):
                raise ValueError("its files do not belong together")
            return cls(ids, words, starts, rows, counts, lengths)
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError) as error:
            raise StoreError(
                f"The keyword index in {folder} cannot be read: {error}. Delete it to build it again."
            ) from error


def _postings(row: int, text: str, words: dict[str, int]) -> Ints:
    """(word, row, count) of each word of a text, shape (words, 3); new words are added to `words`."""
    counted = Counter(content_words(text))
    return np.array([(words.setdefault(w, len(words)), row, n) for w, n in counted.items()], np.int32).reshape(-1, 3)


_NONE = np.zeros(0, np.int32)
NOTHING = KeywordIndex([], [], np.zeros(1, np.int64), _NONE, _NONE, _NONE)
