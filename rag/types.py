"""The records that flow through Footnote, and the protocols of the parts that a user or a test may replace.

Knows nothing about models, databases, files or pages. Data flows once, and each step adds to it:

    file -> Article -> Passage -> index || question -> Hits -> draft sentences -> Claims with Citations -> Answer

Two laws hold for every record that leaves the package:

    article.text[passage.start:passage.end] == passage.text
    article.text[citation.start:citation.end] == citation.quote
"""

from __future__ import annotations

from bisect import bisect_right
from collections import abc
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from rag import given
from rag.errors import UsageError

if TYPE_CHECKING:  # loading numpy takes longer than all the rest of `import rag`
    import numpy as np
    import numpy.typing as npt

Vectors: TypeAlias = "npt.NDArray[np.float32]"
"""Shape (n, dim), float32, every row of length 1."""

Verdict = Literal["supported", "contradicted", "not found"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its clean body, and what its page says about itself (None where it says nothing).

    `source` is the file, with the place in it where it holds several ("feed.xml#3", "news.zip:a/b.html"). `language` is
    the first part of a language code ("en"); `url` is the address under which the publisher keeps the article. `pages`
    are the offsets in `text` at which the pages of a PDF begin.
    """

    id: str
    title: str | None
    text: str
    publisher: str | None = None
    published: date | None = None
    source: str = ""
    author: str | None = None
    language: str | None = None
    url: str | None = None
    section: str | None = None
    pages: tuple[int, ...] = ()

    def page(self, offset: int) -> int | None:
        """Number, from 1, of the page on which a character stands; None where the article has no pages.

        >>> Article("a", None, "On one. On three.", pages=(0, 8, 8)).page(10)
        3
        """
        return bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article; `start` and `end` are character offsets into `article.text`."""

    id: str
    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a question is put to. None leaves a field open; an empty set lets nothing through.

    `articles` are ids, sources or file names; `publishers` and `languages` are compared without regard to case.
    `after` and `before` are the first and the last day that count; an article without a date is on no day, so that
    either of them leaves it out. Any collection of texts may be given for a set.

    Raises:
        UsageError: the first day comes after the last, or a field is of another type.

    >>> Filters(publishers=["CGTN"]).publishers
    frozenset({'CGTN'})
    """

    articles: frozenset[str] | None = None
    publishers: frozenset[str] | None = None
    after: date | None = None
    before: date | None = None
    languages: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for name in ("articles", "publishers", "languages"):
            object.__setattr__(self, name, given.names(getattr(self, name), name))
        for name in ("after", "before"):
            object.__setattr__(self, name, given.day(getattr(self, name), name))
        if self.after and self.before and self.after > self.before:
            raise UsageError(f"No day lies after {self.after} and before {self.before}. Turn the two round.")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that search found. `score` ranks within one list; `dense` is a cosine, `keyword` a BM25 score.

    `copies` are the other articles of the index that print the same story.
    """

    passage: Passage
    article: Article
    score: float
    dense: float = 0.0
    keyword: float = 0.0
    copies: tuple[Article, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "article": self.article.id,
            "source": self.article.source,
            "start": self.passage.start,
            "end": self.passage.end,
            "score": round(self.score, 6),
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """A footnote: the exact words of `article` that support a sentence, and how well they do (0..1).

    `copies` are other articles that print the same story with the same words: they count as this one source.
    """

    number: int
    article: Article
    start: int
    end: int
    quote: str
    support: float
    copies: tuple[Article, ...] = ()

    @property
    def page(self) -> int | None:
        """The page of a PDF on which the quote begins."""
        return self.article.page(self.start)

    def to_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "article": self.article.id,
            "title": self.article.title,
            "publisher": self.article.publisher,
            "published": self.article.published.isoformat() if self.article.published else None,
            "source": self.article.source,
            "url": self.article.url,
            "page": self.page,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "support": round(self.support, 4),
            "copies": [{"article": a.id, "publisher": a.publisher, "source": a.source} for a in self.copies],
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence and the citations it rests on. Claims of an answer are always `supported`."""

    text: str
    citations: tuple[Citation, ...] = ()
    verdict: Verdict = "supported"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier exchange of the conversation; `answer` is the text as it was shown."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall-clock seconds since the question arrived. `first_token` is None where no model wrote anything."""

    search: float
    first_token: float | None
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or why they don't.

    `text` carries the markers `[1]`, `[2]` … of `citations`. `refusal` is None, or the reason in words; then `text`
    is that reason, followed by the nearest that the articles hold, and `claims` is empty. `confidence` is the
    probability that the articles hold the answer.
    `dropped` lists draft sentences that no article supports and that the reader therefore never sees.
    """

    question: str
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    refusal: str | None
    confidence: float
    seconds: Seconds
    dropped: tuple[str, ...] = field(default=())

    @property
    def refused(self) -> bool:
        return self.refusal is not None

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict in the shape of a prediction line of `python -m eval`, claims added."""
        return {
            "question": self.question,
            "answer": self.text,
            "refused": self.refused,
            "refusal": self.refusal,
            "confidence": round(self.confidence, 4),
            "claims": [{"text": claim.text, "citations": [c.number for c in claim.citations]} for claim in self.claims],
            "citations": [c.to_dict() for c in self.citations],
            "hits": [hit.to_dict() for hit in self.hits],
            "dropped": list(self.dropped),
            "seconds": {
                "search": self.seconds.search,
                "first_token": self.seconds.first_token,
                "total": self.seconds.total,
            },
        }


@dataclass(frozen=True, slots=True)
class Retrieved:
    """First event of a stream: what search found, best first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the draft as the model writes it, before any check: show it as a draft or not at all."""

    text: str


Event = Retrieved | Token | Answer


@dataclass(frozen=True, slots=True)
class Passed:
    """How far the check of a draft is while it is written. `claims` are the beginning of the answer: they stand, with
    their numbers, whatever comes after them. `rest` is what is left of the draft; sentences that fell are in neither.
    """

    claims: tuple[Claim, ...]
    rest: str


Step = Literal["searching", "reading", "writing", "checking"]
"""What a chatbot is at: the search, whether what was found holds the answer, the draft, its check."""


Messages = Sequence[dict[str, str]]
"""Chat messages as llama.cpp and OpenAI-compatible servers take them: `{"role": ..., "content": ...}`."""

Pieces = abc.Generator[str, None, None]
"""A reply, piece by piece, that can be closed."""

CUT = "\x1e"
"""Where prompts that share their beginning part ways: a generator may keep what it computed up to here, and shows
the model nothing of it. A control character, so no cleaned article or question holds it."""


class Embedder(Protocol):
    """Turns texts into unit vectors. `fingerprint` changes whenever the vectors would."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def max_pieces(self) -> int:
        """Longest text, in word pieces, that is embedded whole."""
        ...

    def count_pieces(self, text: str) -> int: ...

    def __call__(self, texts: Sequence[str]) -> Vectors: ...

    def rank(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[list[float]]:
        """How well each sentence of each passage, a heading and its sentences, answers the question: higher is better,
        and comparable for one question only."""
        ...


class Generator(Protocol):
    """A language model. Greedy: the same messages give the same text."""

    @property
    def name(self) -> str: ...

    @property
    def judges(self) -> bool:
        """Whether it is worth asking what states the answer: what the smallest models say to that is noise."""
        ...

    @property
    def trained(self) -> bool:
        """Whether it was trained to say of a sentence whether it states the answer, in `choose_each`: it is asked in
        other words then, and what it says weighs otherwise."""
        ...

    def prepare(self, messages: Messages) -> None:
        """Evaluate the messages up to their last `CUT`, if that makes a prompt cheaper which goes on from there."""
        ...

    def stream(self, messages: Messages, max_tokens: int, after: Messages | None = None) -> Pieces:
        """Yield the reply piece by piece. Closing the iterator stops the model within one token.

        `after`: the prompt of `choose_each` that the messages begin with, up to a `CUT`: a generator may go on from
        there instead of reading it again."""
        ...

    def choose(self, messages: Messages, options: Sequence[str]) -> list[float]:
        """Log-probability of each option (a word or a letter) as the first word of the reply."""
        ...

    def choose_each(self, prompts: Sequence[Messages], options: Sequence[str]) -> list[list[float]]:
        """`choose` for each prompt, by a trained model as it was trained; cheaper than one by one where they share
        their beginning up to a `CUT`."""
        ...
