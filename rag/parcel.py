"""A library as one file, embeddings included: a zip that is written whole or not at all, and trusted in nothing.

    state/…        the snapshot that the manifest names        added/…, hidden.json   what the user added or hid
    manifest.json  what it was made with

The articles' own files are not in it: what they held is. An imported library has an empty folder of its own for more
articles, and reads nothing outside of itself, whatever paths the file names.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from filelock import FileLock

from rag import libraries, saved
from rag.blocks import tidy
from rag.config import Config
from rag.documents import web_address
from rag.errors import FootnoteError, StoreError, UsageError
from rag.own import ADDED, IMPORTED
from rag.passages import context
from rag.reading import from_json
from rag.snapshot import Snapshot
from rag.types import Article
from rag.vectors import key

MARK = "footnote-library-1"
MAX_BYTES = 1 << 36
"""Bytes that a library may have unpacked, 64 GiB; and what is unpacked may not be a hundred times what is packed."""
MAX_RATIO = 100
_INSIDE = re.compile(
    r"state/(keyword/)?[a-z_.]+\.(json|jsonl|npy)|state/keyword/whole|added/[^/\\\0]{1,200}|hidden\.json|manifest\.json|mark"
)


def export(config: Config, name: str, file: str | Path) -> int:
    """Write the library to `file`; return its bytes. Raises UsageError, StoreError."""
    folder, file = libraries.find(config, name).folder, Path(file).expanduser()
    if file.exists():
        raise UsageError(f"There is a {file} already. Name another file, or delete it first.")
    part = file.with_name(f".{file.name}.part")
    try:
        with FileLock(folder / ".lock"):
            found = saved.read(folder)
            if found is None:
                raise UsageError(f"There is nothing in the library {name!r} yet. Run `footnote sync --library {name}`.")
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parcel:
                _pack(parcel, folder, found[0])
        part.replace(file)
        return file.stat().st_size
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror}. Free some space or name another file."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _pack(parcel: zipfile.ZipFile, folder: Path, manifest: dict[str, Any]) -> None:
    parcel.writestr("mark", MARK)
    parcel.writestr("manifest.json", json.dumps({**manifest, "state": "state-1"}))
    state = folder / manifest["state"]
    for path in sorted(path for path in state.rglob("*") if path.is_file()):
        parcel.write(path, f"state/{path.relative_to(state).as_posix()}")
    for path in sorted((folder / ADDED).glob("[!.]*")):
        parcel.write(path, f"added/{path.name}")
    if (folder / "hidden.json").exists():
        parcel.write(folder / "hidden.json", "hidden.json")


def unpack(config: Config, name: str, file: str | Path) -> libraries.Library:
    """Make a library of a file that `export` wrote.

    Raises:
        UsageError: the name is taken, or there is no such file. StoreError: it is no library, is damaged, or would
            write outside of itself or without end; nothing of it is left behind.
    """
    folder, file = libraries.place(config, name), Path(file).expanduser()
    if folder.exists():
        raise UsageError(f"There is a library {name!r} already. Choose another name.")
    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".import-") as temporary:
            new = Path(temporary) / "library"
            _unpack(file, new)
            _check(new)
            (new / "articles").mkdir()
            libraries.write(new, folder / "articles")
            new.rename(folder)
    except FootnoteError:
        raise
    except Exception as error:  # zlib's, numpy's, bm25s's …: whatever goes wrong is the fault of the file
        why = str(error) or type(error).__name__
        raise StoreError(f"{file} cannot be imported: {why}. Export it again where it came from.") from error
    return libraries.find(config, name)


def _unpack(file: Path, new: Path) -> None:
    with zipfile.ZipFile(file) as parcel:
        members = parcel.infolist()
        size = sum(member.file_size for member in members)
        if size > MAX_BYTES or size > MAX_RATIO * max(file.stat().st_size, 1 << 20):
            raise ValueError(f"it would take {size:,} bytes")
        if "mark" not in parcel.namelist() or parcel.read("mark") != MARK.encode():
            raise ValueError("it is not a library of this version of Footnote")
        for member in members:
            inside = PurePosixPath(member.filename)
            if not _INSIDE.fullmatch(member.filename) or inside.name.startswith(".") or not inside.name.isprintable():
                raise ValueError(f"it holds {member.filename!r}, which no library does")
            to = new / str(inside).replace("state/", "state-1/", 1)
            to.parent.mkdir(parents=True, exist_ok=True)
            with parcel.open(member) as packed, to.open("xb") as plain:  # a name that comes twice is an error
                shutil.copyfileobj(packed, plain, 1 << 20)


def _check(new: Path) -> None:
    """Is it whole, and do its parts belong together? Afterwards no path in it leads outside."""
    manifest = json.loads((new / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = {_inner(path): file for path, file in manifest["files"].items()}
    manifest["state"] = "state-1"
    (new / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    from_json(manifest["files"], new)
    found = saved.read(new)
    if found is None:
        raise ValueError("its parts are missing, damaged, or do not belong together")
    _check_snapshot(found[1])


def _inner(path: str) -> str:
    """Where a file of the ledger stands after an import: added ones in the library, all others nowhere on this disk."""
    known = re.fullmatch(rf"@/{ADDED}/[^/\0]+", path)
    return path if known else f"@/{IMPORTED}/{path.removeprefix('@/').lstrip('/')}".replace("/../", "/__/")


def _check_snapshot(snapshot: Snapshot) -> None:
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(snapshot.vectors, axis=1) if len(snapshot.vectors) else np.ones(1)
    if not np.all(np.abs(lengths - 1) < 1e-3):
        raise ValueError("its vectors are not of length 1")
    for article in snapshot.known.values():
        check_article(article)
    for passage, made_of in zip(snapshot.passages.values(), snapshot.keys, strict=True):
        article = snapshot.known[passage.article_id]
        if not passage.text or key(context(article) + passage.text) != made_of:
            raise ValueError(f"the passage {passage.id!r} is not what was embedded")


def check_article(article: Article) -> None:
    """Is it as our readers would have made it? Its fields go into prompts, pages and links as they are.

    Raises ValueError, TypeError, AttributeError: it is not.
    """
    lines = (article.title, article.publisher, article.author, article.language, article.section)
    plain = all(line is None or line == tidy(line) for line in lines)
    plain = plain and all(line == tidy(line) for line in article.text.split("\n"))
    named = bool(article.id.encode("utf-8")) and isinstance(article.source, str)
    paged = all(type(page) is int for page in article.pages) and list(article.pages) == sorted(article.pages)
    if not (plain and named and paged and article.url == web_address(article.url)):
        raise ValueError(f"the article {article.id!r} is not as Footnote makes them")
