"""How well pages are read: `python -m eval.extraction` measures Footnote's reader and trafilatura alone on one set.

For each: precision and recall of the body's tokens (mean over the pages), and for each field how often it is right
(None where the page does not say it) and how often wrong (another value than the page's, or one it does not give).
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import TextIO

from eval.labelled import FIELDS, Page, pages
from rag.documents import Document, to_article
from rag.readers.formats import documents


@dataclass(frozen=True)
class Read:
    """What a reader made of a page."""

    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def footnote(page: Page) -> Read:
    """The reader that Footnote ships, from bytes to article."""
    name = "page.html" if page.is_html else "page.txt"
    for found in documents(io.BytesIO(page.source.encode()), name):
        article = to_article(found) if isinstance(found, Document) else None
        if article:
            stated = {name: str(value) for name in FIELDS if (value := getattr(article, name))}
            return Read(article.text, stated)
    return Read()


def trafilatura(page: Page) -> Read:
    """trafilatura with its own settings, readers' comments left out; a page of plain text is given as paragraphs."""
    from trafilatura import extract
    from trafilatura.metadata import extract_metadata

    lines = "".join(f"<p>{line}</p>" for line in page.source.splitlines())
    source = page.source if page.is_html else f"<html><body>{lines}</body></html>"
    about = extract_metadata(source)
    stated = {
        "title": about.title,
        "publisher": about.sitename,
        "author": about.author,
        "published": about.date,
        "language": about.language,
        "url": about.url,
        "section": ", ".join(about.categories or []),
    }
    return Read(extract(source, include_comments=False) or "", {key: value for key, value in stated.items() if value})


READERS: dict[str, Callable[[Page], Read]] = {"footnote": footnote, "trafilatura": trafilatura}


def agree(name: str, got: str | None, want: str | None) -> bool:
    """Is it the same value? Case, spaces and what stands between several names do not count.

    >>> agree("author", "Imogen Shaw; Will Tran", "Will Tran and Imogen Shaw")
    True
    """
    if name == "author":
        split = re.compile(r"\s*(?:[;,]|\band\b|\bund\b|\bet\b)\s*")
        return sorted(split.split((got or "").casefold())) == sorted(split.split((want or "").casefold()))
    return " ".join((got or "").casefold().split()) == " ".join((want or "").casefold().split())


def measure(found: Sequence[Page], reads: Sequence[Read]) -> dict[str, float]:
    """Row name -> figure, in the order of the table."""
    scores = [page.scores(read.text) for page, read in zip(found, reads, strict=True)]
    figures = {"body precision": mean(p for p, _ in scores), "body recall": mean(r for _, r in scores)}
    for name in FIELDS:
        pairs = [(read.fields.get(name), page.fields.get(name)) for page, read in zip(found, reads, strict=True)]
        figures[f"{name} right"] = mean(agree(name, got, want) for got, want in pairs)
        figures[f"{name} wrong"] = mean(bool(got) and not agree(name, got, want) for got, want in pairs)
    return figures


def show(found: Sequence[Page], read: dict[str, list[Read]], out: TextIO) -> None:
    """A table for the pages tuned on and one for those held out."""
    for label, held in (("tuned on", False), ("held out", True)):
        chosen = [index for index, page in enumerate(found) if page.held is held]
        part = [found[index] for index in chosen]
        columns = {name: measure(part, [reads[index] for index in chosen]) for name, reads in read.items()}
        print(f"{len(part)} pages {label:<12}" + "".join(f"{name:>14}" for name in columns), file=out)
        for row in columns["footnote"]:
            print(f"  {row:<20}" + "".join(f"{figures[row]:>14.3f}" for figures in columns.values()), file=out)


def details(page: Page, read: Read, out: TextIO) -> None:
    """What a reader got wrong on one page."""
    precision, recall = page.scores(read.text)
    wrong = {
        name: (read.fields.get(name), page.fields.get(name))
        for name in FIELDS
        if not agree(name, read.fields.get(name), page.fields.get(name))
    }
    print(f"{page.name}: precision {precision:.3f}, recall {recall:.3f}", file=out)
    for name, (got, want) in wrong.items():
        print(f"    {name}: {got!r} instead of {want!r}", file=out)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.extraction", description=__doc__)
    parser.add_argument("--details", choices=sorted(READERS), help="what this reader got wrong, on the pages tuned on")
    chosen = parser.parse_args(arguments)
    found = pages()
    if chosen.details:
        for page in found:
            if not page.held:
                details(page, READERS[chosen.details](page), sys.stdout)
        return
    show(found, {name: [reader(page) for page in found] for name, reader in READERS.items()}, sys.stdout)


if __name__ == "__main__":
    main()
