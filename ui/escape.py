"""Untrusted text made safe to stand in a page: escaped, isolated from the direction of its neighbours, linked or not.

Knows nothing about answers or layout. Titles, articles, questions, model output and error messages all come through
here; nothing else in `ui` writes a foreign character into HTML.
"""

from __future__ import annotations

import html
from datetime import date
from pathlib import PurePath
from urllib.parse import urlsplit

from rag.types import Article

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def escape(text: str) -> str:
    """For element content and for attributes in double quotes.

    >>> escape('<img onerror="x">')
    '&lt;img onerror=&quot;x&quot;&gt;'
    """
    # A lone surrogate, which JSON can smuggle in, would make the whole page impossible to encode.
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"), quote=True)


def isolated(text: str) -> str:
    """Escaped, in a <bdi>: right-to-left text or an override character inside cannot turn what stands around it."""
    return f"<bdi>{escape(text)}</bdi>"


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a space where there is one near.

    >>> clipped("one two three", 9)
    'one two …'
    """
    if len(text) <= limit:
        return text
    head, _, tail = text[:limit].rpartition(" ")
    return (head if head and len(tail) < 40 else text[:limit]) + " …"


def web_address(source: str) -> str | None:
    """`source` when a browser may open it: http and https only, so never `javascript:` or `data:`."""
    try:
        parts = urlsplit(source.strip())
    except ValueError:
        return None
    return source.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def file_name(source: str) -> str:
    """The last part of a path; a whole path says more about this computer than about the article."""
    return PurePath(source.replace("\\", "/")).name


def heading(article: Article) -> str:
    """Title of the article, else the name of its file. Not escaped."""
    return article.title or file_name(article.source) or "Untitled article"


def day(published: date) -> str:
    """
    >>> day(date(2024, 11, 4))
    '<time datetime="2024-11-04">4 Nov 2024</time>'
    """
    words = f"{published.day} {MONTHS[published.month - 1]} {published.year}"
    return f'<time datetime="{published.isoformat()}">{words}</time>'


def byline(article: Article) -> str:
    """Publisher and date as HTML, whichever of them is known."""
    parts = [isolated(article.publisher)] if article.publisher else []
    parts += [day(article.published)] if article.published else []
    return " · ".join(parts)
