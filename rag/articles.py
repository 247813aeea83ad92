"""Files to articles. Thin slice; cleaning comes next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.errors import CorpusError
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one, that could not be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a corpus gave: the articles, in the order of their paths, and what was skipped."""

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...] = ()


def read_corpus(path: str | Path, progress: Callable[[int, int], None] | None = None) -> Reading:
    """All articles of a folder or file. Raises CorpusError where there are none."""
    path = Path(path)
    if not path.exists():
        raise CorpusError(f"There is no file or folder {path}. Name a folder of articles, or one file.")
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    found: dict[str, Article] = {}
    skipped: list[Skipped] = []
    for number, file in enumerate(files):
        if progress:
            progress(number, len(files))
        if file.suffix == ".jsonl":
            for line in file.read_text("utf-8").splitlines():
                if line.strip():
                    row = json.loads(line)
                    published = date.fromisoformat(row["published"][:10]) if row.get("published") else None
                    article = _article(row["text"], str(file), row.get("title"), row.get("publisher"), published)
                    key = str(row.get("id") or article.id)
                    found[key] = Article(
                        key, article.title, article.text, article.publisher, published, row.get("url") or str(file)
                    )
        else:
            text = file.read_text("utf-8-sig", errors="replace")
            article = _article(text, str(file), text.strip().split("\n")[0][:150], None, None)
            found[article.id] = article
    if not found:
        raise CorpusError(f"Nothing in {path} can be read as an article.")
    return Reading(tuple(found.values()), tuple(skipped))


def _article(text: str, source: str, title: str | None, publisher: str | None, published: date | None) -> Article:
    text = "\n\n".join(line.strip() for line in text.splitlines() if line.strip())
    key = hashlib.sha256(f"{title or ''}\n{text}".encode()).hexdigest()[:16]
    return Article(key, title, text, publisher, published, source)
