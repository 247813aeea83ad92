"""What one reader asks of the library: which articles, whose, in which language, from which days; and what they are
about to remove.

Knows nothing about HTML, Gradio, or how articles are stored. A browser's word for an article, a publisher, a language
or a day is only taken where it is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rag.types import Article, Filters
from ui.offers import KINDS, offers


@dataclass
class Shelf:
    """`chosen` are ids, `publishers` and `languages` keys of `ui.offers`; None: all there are. `removing` is the id of
    the article that waits for a second click."""

    chosen: frozenset[str] | None = None
    publishers: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    after: date | None = None
    before: date | None = None
    removing: str = ""
    needle: str = ""
    """Words that the list is narrowed to: what is looked at, not what is asked."""
    trouble: str = ""
    noticed: int = -1
    """Which state of the articles the list shows: see `BackgroundBot.notice`."""

    @property
    def where(self) -> Filters | None:
        """None when all articles are asked."""
        where = Filters(self.chosen, self.publishers, self.after, self.before, self.languages)
        return None if where == Filters() else where

    def choose(self, article_id: str, articles: Iterable[Article]) -> None:
        """Ask this article too, or no longer; without any, all are asked."""
        there = {article.id for article in articles}
        if article_id in there:
            self.chosen = ((self.chosen or frozenset()) & there ^ {article_id}) or None

    def pick(self, kind: str, key: str, articles: Iterable[Article]) -> None:
        """Ask this publisher's articles too, or those in this language, or no longer; without any, those of all. The
        key "" stands for all."""
        if kind not in KINDS:
            return
        there = {offer.key for offer in offers(kind, articles)}
        if not key:
            setattr(self, kind, None)
        elif key in there:
            setattr(self, kind, ((getattr(self, kind) or frozenset()) & there ^ {key}) or None)

    def bound(self, end: Literal["after", "before"], day: str) -> None:
        """Set the first or the last day; "" opens that end."""
        try:
            wanted = date.fromisoformat(day) if day else None
        except ValueError:
            self.trouble = "This is no date."
            return
        first = wanted if end == "after" else self.after
        last = wanted if end == "before" else self.before
        self.trouble = "The first day comes after the last." if first and last and first > last else ""
        if not self.trouble:
            self.after, self.before = first, last

    def all(self) -> None:
        self.chosen = self.publishers = self.languages = self.after = self.before = None
        self.trouble = ""

    def gone(self, articles: Iterable[Article], by_reader: bool = False) -> None:
        """Forget articles that are no longer there, and publishers and languages of none. Whoever removes the last
        article that was chosen (`by_reader`) asks all of them again; of a choice that its reader did not end so,
        nothing may be left: to ask all articles instead, unsaid, would be another question."""
        articles = tuple(articles)
        there = {article.id for article in articles}
        self.removing = self.removing if self.removing in there and not by_reader else ""
        if self.chosen:
            left = self.chosen & there
            self.chosen = None if by_reader and not left else left
        for kind in KINDS:
            if chosen := getattr(self, kind):
                setattr(self, kind, chosen & {offer.key for offer in offers(kind, articles)})

    def listed(self, articles: Iterable[Article]) -> list[Article]:
        """The articles whose title, publisher or source holds the needle, the newest first."""
        words = self.needle.casefold().split()

        def holds(article: Article) -> bool:
            text = f"{article.title} {article.publisher} {article.source}".casefold()
            return all(word in text for word in words)

        return sorted(filter(holds, articles), key=lambda a: (a.published or date.min, a.title or ""), reverse=True)
