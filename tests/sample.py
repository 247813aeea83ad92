"""Hits made by hand, for the steps after search. `from tests.sample import BRIDGE, hit, evidence`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.evidence import Sentence, gather
from rag.types import Article, Hit, Passage
from tests.fakes import FakeEmbedder

BRIDGE = Article(
    "bridge",
    "Harbour bridge opens",
    "The harbour bridge opened on Sunday. It is 412 metres long and cost 38 million euros. \n\n"
    "Mayor Ilse Brandt cut the ribbon. About 2,000 people watched.",
    "Lindau Post",
    date(2024, 3, 3),
    "bridge.txt",
)
FERRY = Article(
    "ferry", "Ferry to close", "The ferry will stop on June 30. Eleven employees will move.", source="f.txt"
)


def hit(article: Article, start: int = 0, end: int | None = None, score: float = 1.0) -> Hit:
    """A passage of `article`, all of it unless told, as search would hand it on."""
    end = len(article.text) if end is None else end
    passage = Passage(f"{article.id}:{start}-{end}", article.id, start, end, article.text[start:end])
    return Hit(passage, article, score, score, score)


def evidence(question: str, hits: Sequence[Hit], most: int = 100) -> list[Sentence]:
    return gather(question, hits, FakeEmbedder(), FakeEmbedder().rank, most)
