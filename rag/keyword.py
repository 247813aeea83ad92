"""BM25 over passages with bm25s, kept in a folder. The only module that imports it, and lazily.

Knows nothing about vectors. Scores are divided by the best that any passage could reach for the question, so that
they lie in 0..1 and say how much of the question's rare words a passage holds, whatever the question's length.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import StoreError
from rag.ranking import Rows, best_rows
from rag.types import Passage
from rag.words import content_words


class KeywordIndex:
    """BM25 (Lucene's variant, k1 = 1.5, b = 0.75) over stems of content words.

    >>> index = KeywordIndex.build([Passage("p", "a", 0, 17, "Altman in Beijing")], ["Altman in Beijing"])
    >>> index.best("Who was in Beijing?", 5).keys()
    dict_keys(['p'])
    """

    def __init__(self, engine: Any, ids: Sequence[str]) -> None:
        self._engine = engine
        self.ids = list(ids)

    @classmethod
    def build(cls, passages: Sequence[Passage], texts: Sequence[str]) -> KeywordIndex:
        """`texts[i]` is what `passages[i]` is found by: its title and its text."""
        import bm25s

        if not passages:
            return cls(None, [])
        words = [content_words(text) or ["-"] for text in texts]  # bm25s cannot hold an empty document
        engine = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        engine.index(words, show_progress=False)
        return cls(engine, [p.id for p in passages])

    def best(self, question: str, n: int, among: Rows | None = None) -> dict[str, float]:
        """Score in 0..1 of the best `n` passages that share a word with the question, by passage id, best first."""
        if self._engine is None:
            return {}
        words = [w for w in dict.fromkeys(content_words(question)) if w in self._engine.vocab_dict]
        if not words:
            return {}
        scores = self._engine.get_scores(words)
        ceiling = self._ceiling(question)
        order = best_rows(scores, n, among)
        return {self.ids[i]: min(1.0, float(scores[i]) / ceiling) for i in order if scores[i] > 0}

    def _ceiling(self, question: str) -> float:
        """Sum of the idf of the question's words; a word that no passage holds counts as the rarest possible."""
        n = len(self.ids)
        total = 0.0
        for word in dict.fromkeys(content_words(question)):
            df = self._document_frequency(word)
            total += math.log(1 + (n - df + 0.5) / (df + 0.5))
        return max(total, 1e-9)

    def _document_frequency(self, word: str) -> int:
        column = self._engine.vocab_dict.get(word)
        if column is None:
            return 0
        pointers = self._engine.scores["indptr"]
        return int(pointers[column + 1] - pointers[column])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._engine is not None:
            self._engine.save(str(folder), show_progress=False)
        (folder / "passages.json").write_text(json.dumps(self.ids), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        try:
            ids = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
            if not ids:
                return cls(None, [])
            import bm25s

            engine = bm25s.BM25.load(str(folder))
            if engine.scores["num_docs"] != len(ids) or len(engine.scores["data"]) != engine.scores["indptr"][-1]:
                raise ValueError("its files do not belong together")
            return cls(engine, ids)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            raise StoreError(
                f"The keyword index in {folder} cannot be read: {error}. Delete it to build it again."
            ) from error
