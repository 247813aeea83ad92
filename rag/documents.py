"""What a reader takes out of a file, and how it becomes an article: cleaned, named by its content.

Knows nothing about file formats (`rag.readers` does) or folders (`rag.articles`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rag.blocks import tidy
from rag.clean import read_page
from rag.pages import starts_in
from rag.saved_page import language_code, read_html, web_address
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or a part of one ("news.jsonl#17"), and why it could not be read, or what it took to read it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """The raw text of one article, with what the file itself says about it.

    `kind`: "html" is a whole web page; "page" is text that may have the furniture of one around it; "prose" has none.
    `pages` are the offsets in `text` at which its pages begin. `note` says what had to be guessed to read it.
    """

    text: str
    source: str
    kind: Literal["html", "page", "prose"] = "page"
    id: str | None = None
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    author: str | None = None
    language: str | None = None
    url: str | None = None
    section: str | None = None
    pages: tuple[int, ...] = ()
    note: str | None = None


Found = Document | Skipped | None
"""What a reader yields. None is a sign of life in a long piece of work."""


class Unreadable(ValueError):
    """A file or a part of one that cannot be read; the message goes on from its name ("… it is encrypted")."""


def to_article(document: Document) -> Article | None:
    """The cleaned article; None where there is no text. What the file states goes before what its text lets conclude.

    >>> to_article(Document("The bridge opened on Sunday.", "a.txt", title="Bridge opens")).title
    'Bridge opens'
    """
    stated = document
    if document.kind == "html":
        saved = read_html(document.text)
        page = read_page(saved.text, document.title or saved.title)
        publisher, published = saved.publisher or page.publisher, saved.published or page.published
        text, title = page.text, page.title
    elif document.kind == "page":
        page = read_page(document.text, document.title)
        text, title, publisher, published = page.text, page.title, page.publisher, page.published
    else:
        text = "\n\n".join(line for part in document.text.split("\n") if (line := tidy(part)))
        title, publisher, published = document.title, None, None
    if not any(char.isalnum() for char in text):
        return None
    key = hashlib.sha256(f"{title or ''}\n{text}".encode()).hexdigest()[:16]
    return Article(
        id=stated.id or key,
        title=title,
        text=text,
        publisher=stated.publisher or publisher,
        published=stated.published or published,
        source=stated.source,
        author=stated.author,
        language=language_code(stated.language),
        url=web_address(stated.url),
        section=stated.section,
        pages=starts_in(text, document.text, document.pages),
    )
