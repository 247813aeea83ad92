"""What a reader takes out of a file, and how it becomes an article: cleaned, named by its content.

Knows nothing about file formats (`rag.readers` does) or folders (`rag.articles`).
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from rag.blocks import tidy
from rag.clean import Page, read_page
from rag.html_about import About
from rag.pages import starts_in
from rag.saved_page import read_html
from rag.types import Article

MAX_TITLE, MAX_NAME, MAX_ADDRESS = 500, 1000, 4000
"""Characters that a title, a name (of publisher, section, or all authors) and an address may have: they are shown."""
_LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_][\w-]{1,30})?$")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or a part of one ("news.jsonl#17"), and why it could not be read, or what it took to read it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document(About):
    """The raw text of one article, with what the file itself says about it (the fields of `About`).

    `kind`: "html" is a whole web page; "page" is text that may have the furniture of one around it; "prose" has none.
    `pages` are the offsets in `text` at which its pages begin. `note` says what had to be guessed to read it.
    """

    text: str
    source: str
    kind: Literal["html", "page", "prose"] = "page"
    id: str | None = None
    pages: tuple[int, ...] = ()
    note: str | None = None


Found = Document | Skipped | None
"""What a reader yields. None is a sign of life in a long piece of work."""


class Unreadable(ValueError):
    """A file or a part of one that cannot be read; the message goes on from its name ("… it is encrypted")."""


def shown(value: str | None, text: str) -> str | None:
    """What a file says of itself, if its text (in lower case) shows it too: programs write file names and users' log-in
    names where a title and an author belong.

    >>> shown("Bridge opens", "the harbour bridge opens on sunday"), shown("bridge_v3.docx", "the bridge opens")
    ('Bridge opens', None)
    """
    words = re.findall(r"\w+", (value or "").casefold())
    known = set(re.findall(r"\w+", text))
    return value if words and sum(word in known for word in words) >= 0.6 * len(words) else None


def to_article(document: Document) -> Article | None:
    """The cleaned article; None where there is no text. What the file states goes before what its text lets conclude.

    >>> to_article(Document("The bridge opened on Sunday.", "a.txt", title="Bridge opens")).title
    'Bridge opens'
    """
    known = About()
    raw = document.text
    if document.kind == "html":
        raw, known = read_html(document.text)
    if document.kind == "prose":
        text = "\n\n".join(line for part in document.text.split("\n") if (line := tidy(part)))
        page = Page(text, document.title)
    else:
        page = read_page(raw, document.title or known.title)
        text = page.text
    if not any(char.isalnum() for char in text):
        return None
    title = _cut(page.title)
    key = hashlib.sha256(f"{title or ''}\n{text}".encode()).hexdigest()[:16]
    return Article(
        id=document.id or key,
        title=title,
        text=text,
        publisher=_name(document.publisher or known.publisher or page.publisher),
        published=document.published or known.published or page.published,
        source=document.source,
        author=_name(document.author or known.author or page.author),
        language=language_code(document.language or known.language),
        url=web_address(document.url or known.url),
        section=_name(document.section or known.section),
        pages=starts_in(text, document.text, document.pages),
    )


def _cut(title: str | None) -> str | None:
    return (
        title if title is None or len(title) <= MAX_TITLE else title[:MAX_TITLE].rpartition(" ")[0] or title[:MAX_TITLE]
    )


def _name(value: str | None) -> str | None:
    """What is too long for a name is none."""
    return value if value is None or len(value) <= MAX_NAME else None


def web_address(value: str | None) -> str | None:
    """An absolute address of the web, else None.

    >>> web_address("https://lindau.example/bridge"), web_address("javascript:alert(1)")
    ('https://lindau.example/bridge', None)
    """
    with contextlib.suppress(ValueError):
        parts = urlsplit((value or "").strip())
        if len(value or "") <= MAX_ADDRESS and parts.scheme in ("http", "https") and parts.netloc:
            return (value or "").strip()
    return None


def language_code(value: str | None) -> str | None:
    """The language of a tag such as "en-GB" or "pt_BR", without country and script.

    >>> language_code("en-GB"), language_code("English")
    ('en', None)
    """
    match = _LANGUAGE.match((value or "").strip())
    return match[1].casefold() if match and match[1].casefold() != "und" else None
