"""Libraries by name: each is a folder of articles and an index, side by side in the home folder.

    libraries/NAME/library.json   {"corpus": path of the articles}; the rest of the folder is the index

Knows nothing about models or searching; none is loaded to list, move or delete a library.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from rag.config import SEEDS, Config
from rag.errors import StoreError, UsageError
from rag.files import expect, put
from rag.home import home_folder

_NAME = re.compile(r"\w[\w .-]{0,63}(?<![ .])")


@dataclass(frozen=True, slots=True)
class Library:
    """`articles` and `passages` are those of its last sync; None before the first."""

    name: str
    folder: Path
    corpus: Path
    articles: int | None
    passages: int | None
    bytes: int


def located(config: Config) -> Config:
    """`config` with the corpus and the index folder of its library, which is made if it is new.

    Raises:
        UsageError: a name that cannot be one, an unknown library without a corpus, or one of another corpus.
        CorpusError: there is nothing where the articles of a new library should be.
    """
    if config.library is None:
        return config
    if config.index is not None:
        raise UsageError("A library has an index of its own: leave --index or --library out.")
    folder = place(config, config.library)
    given = None if config.corpus == SEEDS else Path(config.corpus).expanduser().resolve()
    if not (folder / "library.json").exists():
        if given is None:
            raise _unknown(config, config.library)
        expect(given)
        write(folder, given)
    corpus = _corpus(folder)
    if given is not None and given != corpus:
        raise UsageError(
            f"The library {config.library!r} is one of {corpus}. Leave out --corpus, choose another name, or, if the "
            f"articles have moved, run `footnote library move {config.library} --corpus {given}`."
        )
    return replace(config, corpus=corpus, index=folder, library=None)


def place(config: Config, name: str) -> Path:
    """The folder of a library of that name, whether there is one or not. Raises UsageError: it cannot be a name."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot be the name of a library: use letters, digits, spaces, '.', '-' and '_'.")
    return home_folder(config) / "libraries" / name


def find(config: Config, name: str) -> Library:
    """Raises UsageError: there is none of that name."""
    folder = place(config, name)
    if not (folder / "library.json").exists():
        raise _unknown(config, name)
    return _library(folder)


def everyone(config: Config) -> list[Library]:
    folder = home_folder(config) / "libraries"
    return [
        _library(file.parent) for file in sorted(folder.glob("*/library.json")) if _NAME.fullmatch(file.parent.name)
    ]


def move(config: Config, name: str, to: str | None = None, corpus: str | Path | None = None) -> Library:
    """Give a library another name, or tell it where its articles have moved; nothing is embedded anew.

    Raises:
        UsageError: no such library, or the new name is taken. CorpusError: nothing is there. StoreError: the disk.
    """
    library = find(config, name)
    if corpus is not None:
        there = Path(corpus).expanduser().resolve()
        expect(there)
        write(library.folder, there)
    if to is None or to == name:
        return find(config, name)
    folder = place(config, to)
    if folder.exists():
        raise UsageError(f"There is a library {to!r} already. Choose another name.")
    try:
        library.folder.rename(folder)
    except OSError as error:
        raise StoreError(f"{library.folder} cannot be renamed: {error.strerror}.") from error
    return _library(folder)


def delete(config: Config, name: str) -> Library:
    """Delete the index of a library and what was added to it; its folder of articles stays where it is."""
    library = find(config, name)
    try:
        (library.folder / "library.json").unlink()  # first: half a library is none
        shutil.rmtree(library.folder)
    except OSError as error:
        raise StoreError(f"{library.folder} cannot be deleted whole: {error.strerror}. Delete the rest.") from error
    return library


def write(folder: Path, corpus: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        put(folder / "library.json", json.dumps({"corpus": str(corpus)}) + "\n")
    except OSError as error:
        raise StoreError(
            f"The library in {folder} cannot be written ({error.strerror}). Name another --home."
        ) from error


def _library(folder: Path) -> Library:
    from rag import saved  # brings numpy: only a list of libraries needs it

    counts = saved.counts(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Library(folder.name, folder, _corpus(folder), *counts, size)


def _corpus(folder: Path) -> Path:
    file = folder / "library.json"
    try:
        return Path(json.loads(file.read_text(encoding="utf-8"))["corpus"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f'{file} cannot be read ({error!r}). Write {{"corpus": "PATH"}} into it.') from error


def _unknown(config: Config, name: str) -> UsageError:
    names = ", ".join(library.name for library in everyone(config)) or "none yet"
    return UsageError(f"There is no library {name!r} (there are: {names}). Give --corpus PATH to make it.")
