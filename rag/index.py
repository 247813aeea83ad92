"""The index of one corpus, kept in step with the files.

Knows nothing about questions. Vectors are kept in Chroma as they are made; what a question sees is a snapshot
(`rag.snapshot`), saved by `rag.saved` and put in the place of the last one in one step.

Interrupted at any point, the next sync asks Chroma which passages it has and of which words, embeds those that are
missing or have other words now, and goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from rag.articles import RULES, Skipped, list_files, read_corpus
from rag.errors import StoreError
from rag.keyword import KeywordIndex
from rag.passages import TARGET_PIECES, TITLE_CHARS, context, cut
from rag.saved import read, write, written
from rag.snapshot import EMPTY, Snapshot
from rag.store import ChromaStore
from rag.types import Article, Embedder, Passage

FORMAT = 1
EMBED_BATCH = 256
"""Passages embedded between two signs of progress and two writes: what an interruption can cost."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync changed, in articles."""

    added: int
    updated: int
    removed: int
    unchanged: int
    skipped: tuple[Skipped, ...] = ()
    passages: int = 0
    embedded: int = 0


class Index:
    """An opened index. `sync` brings it in step with a corpus; searching is in `rag.search`."""

    def __init__(self, folder: Path, embed: Embedder, chroma_url: str | None = None) -> None:
        self.folder = folder
        self.embed = embed
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise StoreError(
                f"The index folder {folder} cannot be written ({error.strerror}). Name another with --index."
            ) from error
        name = f"footnote-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
        self.store = ChromaStore(folder / "chroma", chroma_url, name, json.dumps(self.made_with))
        self.now = EMPTY
        self._manifest: dict[str, Any] = {}
        self._opened: int | None = None
        self._open()

    @property
    def articles(self) -> dict[str, Article]:
        return self.now.articles

    @property
    def passages(self) -> dict[str, Passage]:
        return self.now.passages

    @property
    def made_with(self) -> dict[str, Any]:
        """What the vectors and passages depend on; another value means that everything is embedded anew."""
        return {"format": FORMAT, "embedder": self.embed.fingerprint, "passages": [TARGET_PIECES, TITLE_CHARS]}

    def sync(self, corpus: str | Path, progress: Progress | None = None) -> SyncReport:
        """Read the corpus if any file changed, embed what is new, drop what is gone.

        One process at a time: a second one waits, and then finds the work done.

        Raises:
            CorpusError: nothing readable there. StoreError: the index cannot be written, or lies among the articles.
        """
        self._keep_out_of(Path(corpus))
        with FileLock(self.folder / ".lock"):
            if written(self.folder) != self._opened:
                self._open()  # another process has synced meanwhile
            return self._sync(corpus, progress or (lambda what, done, total: None))

    def _sync(self, corpus: str | Path, tell: Progress) -> SyncReport:
        seen = fingerprint(corpus)
        skipped = tuple(Skipped(**s) for s in self._manifest.get("skipped", []))
        made = self._manifest.get("made_with") == self.made_with and self.store.count() == len(self.passages)
        if made and self._manifest.get("files") == seen:
            return SyncReport(0, 0, 0, len(self.articles), skipped, len(self.passages), 0)
        reading = read_corpus(corpus, lambda done, total: tell("reading", done, total))
        before = self.articles
        articles = {a.id: a for a in reading.articles}
        passages = {p.id: p for a in articles.values() for p in cut(a, self.embed.count_pieces, self.embed.max_pieces)}
        embedded = self._update_store(articles, passages, tell)
        self._save(articles, passages, seen, reading.skipped)
        return _report(before, articles, reading.skipped, len(passages), embedded)

    def close(self) -> None:
        self.store.close()

    def _keep_out_of(self, corpus: Path) -> None:
        """An index that lies open among the articles would be read as articles at the next start."""
        folder, root = self.folder.resolve(), corpus.resolve()
        if folder.is_relative_to(root) and not any(p.startswith(".") for p in folder.relative_to(root).parts):
            raise StoreError(f"The index folder {folder} lies among the articles in {root}. Name another with --index.")

    def _update_store(self, articles: dict[str, Article], passages: dict[str, Passage], tell: Progress) -> int:
        have = self.store.keys()
        texts = {p.id: context(articles[p.article_id]) + p.text for p in passages.values()}
        # By the words, not by the id: it stays when an article with an id of its own is edited.
        missing = [p for p in passages.values() if have.get(p.id) != _key(texts[p.id])]
        for i in range(0, len(missing), EMBED_BATCH):
            tell("embedding", i, len(missing))
            part = missing[i : i + EMBED_BATCH]
            embedded = [texts[p.id] for p in part]
            self.store.add(part, self.embed(embedded), [_key(text) for text in embedded])
        if missing:
            tell("embedding", len(missing), len(missing))
        self.store.remove(sorted(have.keys() - passages.keys()))
        return len(missing)

    def _save(
        self, articles: dict[str, Article], passages: dict[str, Passage], seen: str, skipped: Iterable[Skipped]
    ) -> None:
        texts = [context(articles[p.article_id]) + p.text for p in passages.values()]
        keyword = KeywordIndex.build(list(passages.values()), texts)
        found = self.store.vectors(list(passages))
        vectors = np.stack([found[i] for i in passages]) if passages else EMPTY.vectors
        snapshot = Snapshot(articles, passages, vectors, tuple(map(_key, texts)), keyword)
        manifest = {"made_with": self.made_with, "files": seen, "skipped": [asdict(s) for s in skipped]}
        self._manifest = write(self.folder, manifest, snapshot)
        self.now, self._opened = snapshot, written(self.folder)

    def _open(self) -> None:
        """Load what the manifest vouches for; anything unreadable counts as absent and is built again."""
        self._opened = written(self.folder)
        if found := read(self.folder):
            self._manifest, self.now = found


def fingerprint(corpus: str | Path) -> str:
    """Changes when a file comes, goes, or is written, and when files are read by other rules: a hash over the path,
    size and time of each."""
    root = Path(corpus)
    digest = hashlib.sha256(f"{RULES}\0{root.resolve()}".encode("utf-8", "surrogateescape"))
    for file in list_files(root):
        with contextlib.suppress(OSError):  # gone since it was listed: as good as absent
            stat = file.stat()
            digest.update(f"\0{file}\0{stat.st_size}\0{stat.st_mtime_ns}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _report(
    before: dict[str, Article], after: dict[str, Article], skipped: tuple[Skipped, ...], passages: int, embedded: int
) -> SyncReport:
    """An article counts as updated when its source stays and its content, and so its id, changes."""
    gone = Counter(a.source for i, a in before.items() if i not in after)
    new = Counter(a.source for i, a in after.items() if i not in before)
    replaced = (gone & new).total()  # source by source, for a file of many articles is the source of each
    both = after.keys() & before.keys()
    edited = sum(replace(after[i], source="") != replace(before[i], source="") for i in both)
    return SyncReport(
        added=new.total() - replaced,
        updated=replaced + edited,
        removed=gone.total() - replaced,
        unchanged=len(both) - edited,
        skipped=skipped,
        passages=passages,
        embedded=embedded,
    )


def _key(text: str) -> str:
    """Says what was embedded: another text, another key."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
