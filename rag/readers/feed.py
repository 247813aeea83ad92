"""An RSS or Atom file to one document an entry. Knows nothing about fetching: it reads what was saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any, BinaryIO

from rag import dates
from rag.blocks import tidy
from rag.documents import Document, Found, Skipped, Unreadable
from rag.html_lines import lines
from rag.readers import broken

MAX_FILE = 64 * 2**20


def read(stream: BinaryIO, name: str) -> Iterator[Found]:
    """The entries: the whole text where the feed carries it, else the summary.

    Raises:
        Unreadable: it is broken, empty or larger than `MAX_FILE`.
    """
    import feedparser

    data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise Unreadable(f"it is a feed larger than {MAX_FILE >> 20} MiB")
    with broken.named("a broken feed"):
        # A stream, never a string: that could be an address, which would be fetched.
        feed = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
        entries = list(feed.entries)
    if not entries:
        raise Unreadable(f"it is a feed without entries{f' ({feed.bozo_exception})' if feed.bozo else ''}")
    for number, entry in enumerate(entries, 1):
        place = f"{name}#{number}"
        with broken.named("a broken feed"):
            document = _document(entry, feed, place)
        yield document or Skipped(place, "this entry holds no text")


def _document(entry: Any, feed: Any, place: str) -> Document | None:
    bodies = [content.get("value") or "" for content in entry.get("content") or []]
    text = lines(max([*bodies, entry.get("summary") or ""], key=len))
    if not any(char.isalnum() for char in text):
        return None
    tags = {tidy(tag.get("term") or "") for tag in entry.get("tags") or []} - {""}
    author = (entry.get("author_detail") or {}).get("name") or entry.get("author") or ""
    return Document(
        text,
        place,
        title=_line(entry.get("title")),
        publisher=_line(feed.feed.get("title")),
        published=_day(entry, feed.version),
        author=tidy(author) if author and "@" not in author else None,
        language=feed.feed.get("language"),
        url=entry.get("link"),
        section=tags.pop() if len(tags) == 1 else None,
    )


def _line(value: Any) -> str | None:
    return tidy(lines(value).replace("\n", " ")) or None if isinstance(value, str) else None


def _day(entry: Any, version: str) -> date | None:
    """The day of publication, as the feed writes it. In RSS a `dc:date` is one too, which feedparser takes for a
    change; asked in its own way for the day of a change, it would answer with that of publication."""
    changed = dict.get(entry, "updated") if "rss" in version else None
    return dates.parse(entry.get("published")) or dates.parse(changed)
