"""Untrusted text made safe to stand in a page: escaped, isolated from the direction of its neighbours, linked or not.
And safe to stand in Markdown, for whatever program its reader pastes it into.

Knows nothing about answers or layout. Titles, articles, questions, model output and error messages all come through
here; nothing else in `ui` writes a foreign character into HTML or Markdown.
"""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import PurePath
from urllib.parse import quote, urlsplit

from rag.types import Article

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# What readers of Markdown turn into links by themselves, escaped or not: addresses with a scheme, www. and mail.
# The bounds keep a search through a megabyte of letters linear.
LINKED_ANYWAY = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}://|(?:mailto|xmpp):|www\.)[^\s`]+|[^\s`@]{1,64}@[^\s`@]+\.[^\s`]+", re.IGNORECASE
)
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A dollar sign opens a formula in some readers, but never before a digit: prices stay readable.
MARKDOWN = re.compile(r"[\\`*_\[\]<~]|&(?=#?\w+;)|(?<!\S)#|\$(?!\d)|!$")
MARKDOWN_AT_THE_START = re.compile(r"^(\d+)(?=[.)](?:\s|$))|^(?=[-+=>|])")


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


def contained(text: str) -> str:
    """Escaped; isolated only where a character inside would turn what stands after it, too. For pieces of one text,
    which is to be set as one where nothing hostile is in it."""
    return isolated(text) if TURNS.search(text) else escape(text)


def straight(text: str) -> str:
    r"""Without the characters that turn the writing direction: for a name in the middle of a sentence, where nothing
    isolates it. Not escaped.

    >>> straight("\u202eLindau Post")
    'Lindau Post'
    """
    return TURNS.sub("", text)


def markdown(text: str) -> str:
    r"""On one line, and shown by a reader of Markdown as it is: no link, no image, no HTML, no list, no heading.

    >>> print(markdown("1. ![a picture](https://a.example) <b>"))
    1\. !\[a picture\](`https://a.example)` \<b>
    """
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text.encode("utf-8", "replace").decode("utf-8")).strip()
    parts: list[str] = []
    end = 0
    for address in LINKED_ANYWAY.finditer(line):
        # In a code span nothing is linked, and all stands as it is.
        parts += [unmarked(line[end : address.start()]), f"`{address[0]}`"]
        end = address.end()
    return MARKDOWN_AT_THE_START.sub(r"\1\\", "".join([*parts, unmarked(line[end:])]))


def unmarked(text: str) -> str:
    """Backslashes before what means something in Markdown. A backtick could still end a code span: a number for it."""
    return MARKDOWN.sub(lambda found: "&#96;" if found[0] == "`" else "\\" + found[0], text)


def markdown_link(address: str) -> str:
    """An address that `web_address` let through, as a link that shows where it leads."""
    allowed = quote(address, safe="%/:?#[]@!$&'()*+,;=~", errors="replace")
    return f"<{allowed}>"


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
    return f'<time datetime="{published.isoformat()}">{day_in_words(published)}</time>'


def day_in_words(published: date) -> str:
    return f"{published.day} {MONTHS[published.month - 1]} {published.year}"


def byline(article: Article, page: int | None = None) -> str:
    """Publisher, date and page as HTML, whichever of them is known."""
    parts = [isolated(article.publisher)] if article.publisher else []
    parts += [day(article.published)] if article.published else []
    parts += [f"page {page}"] if page else []
    return " · ".join(parts)
