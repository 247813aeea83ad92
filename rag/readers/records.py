"""JSON to documents: one article an object, by the names that exports and feeds use. One a line, a list, or one alone.

Knows nothing about pages; HTML inside a text is turned into lines, or handed on as a page where it is a whole one.
"""

from __future__ import annotations

import contextlib
import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from io import SEEK_END, BytesIO
from types import MappingProxyType
from typing import Any, BinaryIO

from rag import dates
from rag.blocks import tidy
from rag.decode import NotText, decode, glimpse
from rag.documents import Document, Found, Skipped, Unreadable
from rag.html_lines import lines
from rag.saved_page import looks_like_html

MAX_LINE = 64 * 2**20
"""Bytes of one line; a longer one is no article."""
MAX_FILE = 256 * 2**20
"""Bytes of a file that has to be read whole."""

MAX_ID = 1000
"""Characters of an id: it stands before each of the article's passages."""
MARK_BYTES = 64
"""How much of a file tells whether it is a list or lines."""

NAMES = {
    "text": "text body articleBody article_body maintext full_text content_text content content_html html",
    "title": "title headline name",
    "publisher": "publisher site_name sitename source",
    "published": "published published_at publishedAt datePublished date_published date_publish publish_date "
    "publication_date pub_date pubDate published_time date",
    "author": "author authors byline creator",
    "language": "language lang inLanguage",
    "url": "url canonical_url link external_url",
    "section": "section articleSection category",
}
"""Field -> the names under which it is looked for, the first that holds something counts. None of them is the date of
a crawl or of a change."""
LISTS = ("articles", "items", "posts", "stories", "entries", "documents", "results", "data")
"""The names under which an object may hold a list of articles."""

_TAGS = re.compile(r"</(?:p|div|span|a|li|ul|h\d|b|strong|em|i)\s*>|<(?:br|p)\s*/?>", re.IGNORECASE)


def read(stream: BinaryIO, name: str) -> Iterator[Found]:
    """The articles of a JSON file: of a list, of an object that holds one, or one article. Where every line is an
    object of its own, it is read as lines, whatever its name.

    Raises:
        Unreadable: it is not JSON, or larger than `MAX_FILE`.
    """
    data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise Unreadable(f"it is larger than {MAX_FILE >> 20} MiB; write one article a line (.jsonl) instead")
    try:
        yield from _records(json.loads(decode(data)[0]), name)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" or "\n" in error.doc[: error.pos].strip():
            raise Unreadable(f"it is not JSON: {error}") from error
        yield from read_lines(BytesIO(data), name)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it is not JSON: {error}") from error


def _records(value: Any, name: str) -> Iterator[Found]:
    records: list[Any] = [value]
    feed: Mapping[str, Any] = {}
    if isinstance(value, dict) and _text(value) is None:
        records = next((value[key] for key in LISTS if isinstance(value.get(key), list)), records)
        feed = value if "jsonfeed" in str(value.get("version")) else {}
    elif isinstance(value, list):
        records = value
    if records == [value]:
        yield _document(value, name) or _not_one(name)
        return
    for number, record in enumerate(records, 1):
        yield _document(record, f"{name}#{number}", feed) or _not_one(f"{name}#{number}")


def _not_one(place: str) -> Skipped:
    return Skipped(place, 'it is not an article: {"text": "..."} with a text is needed')


def read_lines(stream: BinaryIO, name: str) -> Iterator[Found]:
    """One article a line; a line that is none is named by its number. A file that is a list is read as one, whatever
    its name.

    Raises:
        Unreadable: it is empty.
    """
    head = stream.read(MARK_BYTES)
    stream.seek(0)
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # line ends of two bytes
        stream = BytesIO(decode(stream.read(MAX_FILE))[0].encode("utf-8", "replace"))
    if glimpse(head).lstrip("\ufeff \t\r\n").startswith("[") and (listed := _list(stream)) is not None:
        yield from _records(listed, name)
        return
    number = 0
    end = stream.seek(0, SEEK_END)  # what is appended while it is read belongs to the next reading
    stream.seek(0)
    while stream.tell() < end and (line := stream.readline(MAX_LINE + 1)):
        number += 1
        place = f"{name}#{number}"
        if len(line) > MAX_LINE:
            yield Skipped(place, f"the line is longer than {MAX_LINE >> 20} MiB")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            continue
        try:
            text = decode(line)[0]
            record = json.loads(text) if text.strip() else {}
        except (NotText, ValueError, RecursionError) as error:
            yield Skipped(place, f"it is not JSON: {error}")
            continue
        if text.strip():
            yield _document(record, place) or _not_one(place)
    if not number:
        raise Unreadable("it is empty")


def _list(stream: BinaryIO) -> list[Any] | None:
    """The whole stream as one list, if it is one and the only thing in it."""
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(decode(stream.read(MAX_FILE))[0])
        return value if isinstance(value, list) else None
    return None


def _document(record: Any, place: str, feed: Mapping[str, Any] = MappingProxyType({})) -> Document | None:
    """`feed` holds what the articles of a JSON Feed have in common."""
    text = _text(record)
    if text is None:
        return None
    whole = looks_like_html(text)
    return Document(
        text=text if whole or not _TAGS.search(text) else lines(text),
        source=_plain(record, "url") or place,
        kind="html" if whole else "page",
        id=_id(record.get("id")),
        title=_plain(record, "title"),
        publisher=_plain(record, "publisher") or _plain(feed, "title"),
        published=_day(record),
        author=_plain(record, "author") or _plain(feed, "author"),
        language=_plain(record, "language") or _plain(feed, "language"),
        url=_plain(record, "url"),
        section=_plain(record, "section"),
    )


def _id(given: Any) -> str | None:
    """An id as it is given, if it is one; half an emoji in it becomes a question mark, for no database takes it."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        return None
    text = str(given).encode("utf-8", "replace").decode()
    return text if text.strip() and len(text) <= MAX_ID else None


def _text(record: Any) -> str | None:
    """The text of an article, as it stands."""
    if not isinstance(record, dict):
        return None
    values = (_inner(record.get(name)) for name in NAMES["text"].split())
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _plain(record: Mapping[str, Any], field: str) -> str | None:
    """A field in one tidy line; of a list, the parts with commas between them."""
    for name in NAMES[field].split():
        value = record.get(name)
        if name == "source" and not isinstance(value, dict):
            continue  # a path or a code as often as a name
        parts = value if isinstance(value, list) else [value]
        words = [tidy(part) for part in map(_inner, parts[:20]) if isinstance(part, str)]
        if any(words):
            return ", ".join(word for word in words if word)
    return None


def _inner(value: Any) -> Any:
    """What some exports wrap into an object: {"rendered": "…"}, {"name": "…"}."""
    if isinstance(value, dict):
        return next((value[key] for key in ("rendered", "name", "@value") if isinstance(value.get(key), str)), None)
    return value


def _day(record: dict[str, Any]) -> date | None:
    for name in NAMES["published"].split():
        value = record.get(name)
        if isinstance(value, int) and (10**8 < value < 10**10 or 6 * 10**11 < value < 10**13):
            seconds = value if value < 10**10 else value / 1000  # milliseconds since 1970, too
            value = datetime.fromtimestamp(seconds, UTC).date().isoformat()
        if day := dates.parse(value):
            return day
    return None
