"""Files to articles: a folder or one file of plain text, Markdown, saved web pages, or JSON lines.

Knows nothing about passages or the index. What cannot be read is named and skipped, as long as something can be read.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rag import dates
from rag.blocks import tidy
from rag.clean import read_page
from rag.decode import NotText, decode
from rag.errors import CorpusError
from rag.saved_page import looks_like_html, read_html
from rag.types import Article

RULES = 1
"""Raised whenever the same file would give another article: what was read before is then out of date."""

_HTML = (".html", ".htm", ".xhtml")
_LINES = (".jsonl", ".ndjson")
_MARKDOWN = (".md", ".markdown")
_MARKS = re.compile(r"^#{1,6}\s+|!\[[^\]\n]*\]\([^)\s]*\)", re.MULTILINE)
_HEADING = re.compile(r"^# +(.+?)[ #]*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\s]*\)")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one ("news.jsonl:17"), and why it could not be read, or what it took to read it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a corpus gave: its articles in the order of the files, what was skipped, and what was read with a guess."""

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()


def read_corpus(path: str | Path, progress: Callable[[int, int], None] | None = None) -> Reading:
    """All articles of a folder (with the folders in it) or of one file.

    The same content twice is one article. `progress` is called with bytes read and bytes in all.

    Raises:
        CorpusError: nothing there, or nothing of it can be read.
    """
    files = list_files(path)
    sizes = [_size(file) for file in files]
    found: dict[str, Article] = {}
    skipped: list[Skipped] = []
    notes: list[Skipped] = []
    done = 0
    for file, size in zip(files, sizes, strict=True):
        for item in _read_file(file, notes):
            twin = found.get(item.id) if isinstance(item, Article) else None
            if isinstance(item, Skipped):
                skipped.append(item)
            elif twin is None:
                found[item.id] = item
            elif twin.text != item.text:
                skipped.append(Skipped(item.source, f"its id {item.id!r} belongs to another article already"))
        done += size
        if progress:
            progress(done, sum(sizes))
    if not found:
        raise CorpusError(_nothing(Path(path), files, skipped))
    return Reading(tuple(found.values()), tuple(skipped), tuple(notes))


def read_file(file: Path) -> list[Article | Skipped]:
    """What one file holds, in its order: articles, and what of it could not be read."""
    return list(_read_file(file, []))


def list_files(path: str | Path) -> list[Path]:
    """The files of a corpus in a fixed order: hidden ones left out, links followed, each folder once.

    Raises:
        CorpusError: there is no such file or folder, or it may not be read.
    """
    root = Path(path)
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise CorpusError(f"There is no file or folder {root}. Name a folder of articles, or one file.")
    try:
        os.scandir(root).close()
    except OSError as error:
        raise CorpusError(f"The folder {root} cannot be opened: {error.strerror}. Check who may read it.") from error
    files: list[Path] = []
    seen: set[str] = set()
    for folder, inner, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        inner[:] = [] if real in seen else sorted(name for name in inner if not name.startswith("."))
        if real not in seen:
            files += [Path(folder, name) for name in names if not name.startswith(".")]
        seen.add(real)
    return sorted(file for file in files if file.is_file())  # is_file: no pipes or devices, which would never end


def _read_file(file: Path, notes: list[Skipped]) -> Iterator[Article | Skipped]:
    try:
        if file.suffix.casefold() in _LINES:
            yield from _read_lines(file)
            return
        text, note = decode(file.read_bytes())
    except NotText as error:
        yield Skipped(str(file), f"{error}; save it as plain text first")
        return
    except OSError as error:
        yield Skipped(str(file), f"it cannot be opened: {error.strerror}")
        return
    title = None
    if file.suffix.casefold() in _MARKDOWN:
        heading = _HEADING.search(text)
        title = tidy(heading[1]) if heading else None
        text = _LINK.sub(r"\1", _MARKS.sub("", text))
    html = file.suffix.casefold() in _HTML or looks_like_html(text)
    article = (_from_html if html else _from_text)(text, str(file), title)
    if article is None:
        yield Skipped(str(file), "it holds no text")
        return
    if note:
        notes.append(Skipped(str(file), note))
    yield article


def _read_lines(file: Path) -> Iterator[Article | Skipped]:
    """One article a line; a line that is none is skipped by its number."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            place = f"{file}:{number}"
            try:
                text, _ = decode(line)
                record = json.loads(text) if text.strip() else None
            except (ValueError, RecursionError) as error:
                yield Skipped(place, f"it is not JSON: {error}")
                continue
            if record is None:
                continue
            article = _from_record(record, str(file))
            yield article or Skipped(place, 'it is not an article: {"text": "..."} with a text is needed')


def _from_record(record: Any, source: str) -> Article | None:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return None
    title, publisher = _field(record, "title"), _field(record, "publisher")
    text = record["text"]
    article = (_from_html if looks_like_html(text) else _from_text)(text, _field(record, "url") or source, title)
    if article is None:
        return None
    given = record.get("id")
    return replace(
        article,
        id=str(given) if isinstance(given, str | int) and str(given).strip() else article.id,
        publisher=publisher or article.publisher,
        published=dates.parse(record.get("published")) or article.published,
    )


def _field(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    return tidy(value) or None if isinstance(value, str) else None


def _from_text(text: str, source: str, title: str | None = None) -> Article | None:
    page = read_page(text, title)
    return _article(page.text, page.title, page.publisher, page.published, source)


def _from_html(text: str, source: str, title: str | None = None) -> Article | None:
    saved = read_html(text)
    page = read_page(saved.text, title or saved.title)
    publisher, published = saved.publisher or page.publisher, saved.published or page.published
    return _article(page.text, page.title, publisher, published, source)


def _article(
    text: str, title: str | None, publisher: str | None, published: date | None, source: str
) -> Article | None:
    """The article, its id made from its content; None where there is no text."""
    if not any(char.isalnum() for char in text):
        return None
    key = hashlib.sha256(f"{title or ''}\n{text}".encode()).hexdigest()[:16]
    return Article(key, title, text, publisher, published, source)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _nothing(path: Path, files: list[Path], skipped: list[Skipped]) -> str:
    """Why a corpus gave no article, and what to do."""
    formats = "Footnote reads plain text, Markdown, HTML and JSON lines (.jsonl)."
    if not files:
        return f"The folder {path} is empty. Put articles into it, or name another. {formats}"
    reasons = "; ".join(f"{item.source}: {item.reason}" for item in skipped[:3])
    more = f" (and {len(skipped) - 3} more)" if len(skipped) > 3 else ""
    return f"Nothing in {path} can be read as an article. {reasons}{more}. {formats}"
