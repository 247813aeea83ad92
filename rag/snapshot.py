"""What a question sees of an index: articles, passages, vectors and keywords that belong together.

Never changes: a sync makes another one and puts it in the place of this one, so that a question asked meanwhile sees
the old state or the new one, never half. Knows nothing about files, models or Chroma.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rag.alike import Copies
from rag.filters import Columns
from rag.keyword import NOTHING, KeywordIndex
from rag.ranking import Rows, best_rows
from rag.types import Article, Filters, Passage, Vectors


@dataclass(frozen=True, eq=False)
class Snapshot:
    """`vectors[i]` and row `i` of `keyword` belong to the `i`-th of `passages`, and `keys[i]` says what was embedded.

    Search is exact: every vector is compared, which takes 7 ms for 100,000 of 384 numbers.
    """

    known: dict[str, Article]
    """All articles in the order of their files, those too that are hidden."""
    hidden: frozenset[str]
    passages: dict[str, Passage]
    vectors: Vectors
    keys: tuple[str, ...]
    keyword: KeywordIndex
    copies: Copies = field(default_factory=Copies)
    articles: dict[str, Article] = field(init=False)
    ids: list[str] = field(init=False)
    rows: dict[str, int] = field(init=False)
    """Row of each passage, by its id."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "articles", {i: a for i, a in self.known.items() if i not in self.hidden})
        object.__setattr__(self, "ids", list(self.passages))
        object.__setattr__(self, "rows", {i: row for row, i in enumerate(self.passages)})

    def among(self, where: Filters | None) -> Rows | None:
        """The rows that the filters let through; None where that is all of them."""
        if where is None or where == Filters():
            return None
        columns, article = self._columns
        return columns.passing(where)[article]

    @cached_property
    def _columns(self) -> tuple[Columns, npt.NDArray[np.int32]]:
        """The fields of the articles, and of each passage the row of its article in them: made for the first filter."""
        number = {i: row for row, i in enumerate(self.articles)}
        article = (number[passage.article_id] for passage in self.passages.values())
        return Columns(self.articles.values()), np.fromiter(article, np.int32, len(self.passages))

    def nearest(self, vector: Vectors, n: int, among: Rows | None = None) -> dict[str, float]:
        """Cosine of the `n` passages nearest to `vector`, shape (1, dim), by passage id, nearest first."""
        if not self.passages:
            return {}
        # Not `@`: its threads go on spinning, and the embedding of the next question, which has threads of its own,
        # then takes twice as long in the middle and seven times as long at worst (at 10,000 passages, two cores).
        cosines = np.einsum("ij,j->i", self.vectors, vector[0])
        return {self.ids[row]: float(cosines[row]) for row in best_rows(cosines, n, among)}

    def cosines(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Cosine of these passages with `vector`, shape (1, dim)."""
        if not ids:
            return {}
        found = self.vectors[[self.rows[i] for i in ids]] @ vector[0]
        return dict(zip(ids, map(float, found), strict=True))

    def printed_by(self, article: Article) -> list[Article]:
        """The other articles that print the same story."""
        return [self.articles[i] for i in self.copies.others(article.id) if i in self.articles]


EMPTY = Snapshot({}, frozenset(), {}, np.zeros((0, 0), np.float32), (), NOTHING)
