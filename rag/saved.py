"""Snapshots on disk. Knows nothing about models, Chroma, or the articles' own files.

A folder of the index holds

    manifest.json   what was made of what; names the folder of the snapshot, so that it vouches for all of it
    state-1/        articles.jsonl, passages.json, vectors.npy, keyword/, and which articles are copies

The manifest is written last and in one step: whoever reads finds the old state or the new one, whatever was killed
meanwhile. A state that no manifest names is rubbish, and the next writer sweeps it up.
"""

from __future__ import annotations

import contextlib
import gc
import json
import shutil
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from rag.alike import Copies
from rag.errors import StoreError
from rag.files import put, synced
from rag.keyword import KeywordIndex
from rag.snapshot import Snapshot
from rag.types import Article, Passage

FIELDS = tuple(field.name for field in fields(Article))
_encode = json.JSONEncoder(ensure_ascii=False).encode

FORMAT = 2
"""Raised when the files change their shape: older ones then count as absent, and are made again out of Chroma."""


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for garbage, which goes through all records again and again while they come, and finds
    none: half of the time to load 100,000 passages."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def read(folder: Path) -> tuple[dict[str, Any], Snapshot] | None:
    """The manifest and what it names; None where there is none, or where anything of it cannot be read."""
    for _ in range(3):  # another process may put a new state in the place of this one while it is being read
        stamp = written(folder)
        with contextlib.suppress(OSError, EOFError, ValueError, KeyError, TypeError, StoreError):
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if manifest["format"] == FORMAT:
                return manifest, _load(folder / Path(manifest["state"]).name, frozenset(manifest["hidden"]))
        if written(folder) == stamp:
            return None
    return None


@_uncollected()
def write(folder: Path, manifest: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """Save the snapshot, then the manifest that names it; return that manifest.

    Raises:
        StoreError: the disk is full or read-only; what was there before still stands.
    """
    try:
        current = _named(folder)
        number = 1 + max((int(p.name[6:]) for p in folder.glob("state-*") if p.name[6:].isdecimal()), default=0)
        for old in folder.glob("state-*"):
            if old.name != current:
                shutil.rmtree(old, ignore_errors=True)
        state = folder / f"state-{number}"
        _save(state, snapshot)
        manifest = {**manifest, "format": FORMAT, "state": state.name}
        put(folder / "manifest.json", json.dumps(manifest))
        if current:
            shutil.rmtree(folder / current, ignore_errors=True)
        return manifest
    except OSError as error:
        raise StoreError(
            f"The index in {folder} could not be written ({error.strerror or error}). Free some space or name "
            "another folder with --index; the next start goes on from here."
        ) from error


def written(folder: Path) -> int | None:
    """When the manifest was written, in nanoseconds; None where there is none."""
    try:
        return (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        return None


def counts(folder: Path) -> tuple[int | None, int | None]:
    """Articles and passages of the state that the manifest names; None where there is none."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        articles, passages = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["counts"]
        return int(articles), int(passages)
    return None, None


def _named(folder: Path) -> str | None:
    """The state that the manifest names, if one can be read."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["state"])
    return None


def _save(state: Path, snapshot: Snapshot) -> None:
    state.mkdir()
    with synced(state / "articles.jsonl") as file:
        file.writelines(_to_line(article).encode("utf-8", "surrogatepass") for article in snapshot.known.values())
    placed = zip(snapshot.passages.values(), snapshot.keys, strict=True)
    rows = [[p.article_id, p.start, p.end, p.id, key] for p, key in placed]
    with synced(state / "passages.json") as file:
        file.write(json.dumps(rows).encode())
    with synced(state / "vectors.npy") as file:
        np.save(file, snapshot.vectors)
    with synced(state / "copies.json") as file:
        file.write(json.dumps(snapshot.copies.first).encode())
    sketches = [snapshot.copies.sketches[i] for i in snapshot.known]
    with synced(state / "sketches.npy") as file:
        np.save(file, np.concatenate([np.zeros(0, np.uint32), *sketches]))
    with synced(state / "sketch_ends.npy") as file:
        np.save(file, np.cumsum([len(sketch) for sketch in sketches], dtype=np.int64))
    snapshot.keyword.save(state / "keyword")


def _load(state: Path, hidden: frozenset[str]) -> Snapshot:
    with (state / "articles.jsonl").open(encoding="utf-8", errors="surrogatepass") as lines:
        articles = {a.id: a for a in map(_from_line, lines)}
    rows = json.loads((state / "passages.json").read_bytes())
    passages = {
        i: Passage(i, article, start, end, articles[article].text[start:end]) for article, start, end, i, _ in rows
    }
    # Mapped, not read: several processes over one index share these pages.
    vectors = np.load(state / "vectors.npy", mmap_mode="r") if rows else np.zeros((0, 0), np.float32)
    if len(vectors) != len(passages) or vectors.dtype != np.float32:
        raise ValueError("the vectors are not those of the passages")
    keyword = KeywordIndex.load(state / "keyword")
    if keyword.ids != list(passages):
        raise ValueError("the keywords are not those of the passages")
    flat, ends = np.load(state / "sketches.npy"), np.load(state / "sketch_ends.npy")
    if len(ends) != len(articles) or len(flat) != (ends[-1] if len(ends) else 0):
        raise ValueError("the sketches are not those of the articles")
    sketches = dict(zip(articles, np.split(flat, ends[:-1]), strict=True)) if articles else {}
    first = dict(json.loads((state / "copies.json").read_bytes()))
    if not articles.keys() >= {*first, *first.values()}:
        raise ValueError("the copies are not those of the articles")
    keys = tuple(row[4] for row in rows)
    return Snapshot(articles, hidden, passages, vectors, keys, keyword, Copies(sketches, first))


def _to_line(article: Article) -> str:
    record = {name: getattr(article, name) for name in FIELDS}  # asdict copies all, and takes ten times as long
    record["published"] = article.published.isoformat() if article.published else None
    return _encode(record) + "\n"


def _from_line(line: str) -> Article:
    record = json.loads(line)
    published, pages = record.pop("published"), record.pop("pages", ())
    return Article(**record, published=date.fromisoformat(published) if published else None, pages=tuple(pages))
