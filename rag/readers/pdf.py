"""A PDF with a text layer to one document: lines joined to paragraphs, running heads left out, pages known.

Knows nothing about news. The dates inside a PDF say when the file was made, which is no date of publication.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.blocks import tidy
from rag.documents import Document, Found, Unreadable, shown
from rag.readers import broken, paragraphs

EDGE_LINES = 2
"""Lines at the top and at the foot of a page among which running heads are looked for."""
HEAD_SHARE = 0.5
"""A line that stands at the edge of so many of the pages (three at least), figures aside, is a running head."""
MAX_PAGES = 5_000

_PAGE_NUMBER = re.compile(r"^\W*(?:page |p\. ?|seite )?\d{1,4}(?: ?(?:/|of|von|de|sur) ?\d{1,4})?\W*$", re.IGNORECASE)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}


def read(stream: BinaryIO, name: str) -> Iterator[Found]:
    """The document of a PDF.

    Raises:
        Unreadable: it is encrypted, broken or longer than `MAX_PAGES`, or all of it is pictures.
    """
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    with broken.named("a broken PDF"):
        try:
            reader = pypdf.PdfReader(stream)
            if reader.is_encrypted and not reader.decrypt(""):
                raise Unreadable("it is encrypted and asks for a password; save it without one first")
            count = len(reader.pages)
        except (FileNotDecryptedError, DependencyError) as error:
            raise Unreadable("it is encrypted; save it without a password first") from error
        if count > MAX_PAGES:
            raise Unreadable(f"it has {count} pages; {MAX_PAGES} are read at most")
        pages: list[list[str]] = []
        for page in reader.pages:
            pages.append([tidy(line) for line in page.extract_text().translate(_LIGATURES).splitlines()])
            yield None
        about = _about(reader)
    if not any(char.isalnum() for page in pages for line in page for char in line):
        raise Unreadable("it is a PDF without text, such as a scan; run text recognition (OCR) on it first")
    text, starts = paragraphs.join(without_heads(pages))
    first = " ".join(line for page in pages[:2] for line in page).casefold()
    yield Document(
        text,
        name,
        title=shown(about.get("/Title"), first),
        author=shown(about.get("/Author"), first),
        language=about.get("/Lang"),
        pages=tuple(starts),
    )


def without_heads(pages: list[list[str]]) -> list[list[str]]:
    """The lines of each page without page numbers and the lines that stand at the edge of most pages.

    >>> without_heads([["Post 1", "It opened."], ["Post 2", "It is long."], ["Post 3", "Buses go."]])
    [['It opened.'], ['It is long.'], ['Buses go.']]
    """
    edges = [_edge(page) for page in pages]
    seen = Counter(key for page, edge in zip(pages, edges, strict=True) for key in {_key(page[i]) for i in edge})
    heads = {key for key, count in seen.items() if count >= max(3, HEAD_SHARE * len(pages))}
    kept: list[list[str]] = []
    for page, edge in zip(pages, edges, strict=True):
        out = {i for i in edge if _key(page[i]) in heads or _PAGE_NUMBER.match(page[i])}
        kept.append([line for i, line in enumerate(page) if i not in out])
    return kept


def _edge(page: list[str]) -> list[int]:
    """Indices of the first and last lines that are not empty."""
    filled = [index for index, line in enumerate(page) if line]
    return filled[:EDGE_LINES] + filled[EDGE_LINES:][-EDGE_LINES:]


def _key(line: str) -> str:
    return re.sub(r"\d+", "0", line.casefold())


def _about(reader: Any) -> dict[str, str]:
    """/Title, /Author and /Lang, as far as they are text."""
    known = dict(reader.metadata or {}) | {"/Lang": reader.root_object.get("/Lang")}
    return {key: tidy(str(known[key])) for key in ("/Title", "/Author", "/Lang") if isinstance(known.get(key), str)}
