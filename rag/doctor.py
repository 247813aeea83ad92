"""Look for what could keep Footnote from working, before it does. Loads no model, and changes nothing on disk.

Knows nothing about answers; `footnote doctor` prints what `diagnose` returns.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from rag import machine
from rag.catalogue import CATALOGUE, hub_spec
from rag.config import Config
from rag.errors import ModelBroken
from rag.fetch import hub_place, place, state
from rag.gguf import check_gguf
from rag.home import home_folder

ROOM = 1_000_000_000
"""Bytes to have free besides what is still to be fetched: for an index of some thousand articles, and passing files."""
MEMORY = 4_000_000_000
"""Bytes that the default models, torch and the index need together, with some air for the rest of the system."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and what to do about it where it is not well."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


def diagnose(config: Config) -> list[Check]:
    """Every check, in the order in which to repair. A check that fails is a result, never an exception."""
    home = home_folder(config)
    missing = _missing(_needed(config), home)
    missing += _missing([CATALOGUE[name].made_from for name in missing], home)
    return [
        _python(),
        _libraries(),
        _processor(),
        _llama(),
        _memory(),
        _disk(home, sum(CATALOGUE[name].bytes for name in missing)),
        *_models(config, home),
        _index(Path(config.index).expanduser() if config.index else home / "indexes"),
        _corpus(Path(config.corpus).expanduser()),
        _network(config, missing),
    ]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", sys.version_info >= (3, 11), version, "Footnote needs Python 3.11 or newer.")


def _libraries() -> Check:
    others = machine.other_releases()
    if others is None:
        return Check("libraries", False, f"{machine.DISTRIBUTION} is not installed here", "Run `pip install -e .`.")
    detail = "; ".join(others) or "the releases that Footnote was tested with"
    return Check("libraries", not others, detail, "Run `pip install -e .` again, in an environment of its own.")


def _processor() -> Check:
    flags = machine.processor_flags()
    known = [flag for flag in ("avx", "avx2", "avx_vnni", "avx512f", "avx512_vnni") if flag in flags]
    detail = ", ".join([f"{machine.cores()} cores", machine.architecture(), *known])
    slow = bool(flags) and "avx2" not in flags
    return Check("processor", not slow, detail, "Without AVX2 answers take minutes: take a smaller --model, or none.")


def _llama() -> Check:
    features, flags = machine.llama_features(), machine.processor_flags()
    rebuild = "Build it here: `pip install --force-reinstall --no-deps --no-cache-dir llama-cpp-python`."
    if isinstance(features, str):
        return Check("llama.cpp", False, f"cannot be loaded: {features}", rebuild)
    unused = [
        name for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX512")) if flag in flags and name not in features
    ]
    if unused:
        return Check("llama.cpp", False, f"was built without {' and '.join(unused)}, which this processor has", rebuild)
    return Check("llama.cpp", True, "built for this processor")


def _memory() -> Check:
    total = machine.memory()
    if total is None:
        return Check("memory", True, "the system does not tell how much there is")
    return Check("memory", total >= MEMORY, f"{total / 1e9:.1f} GB", "Take a smaller --model, or none.")


def _disk(home: Path, to_fetch: int) -> Check:
    free = shutil.disk_usage(_nearest(home)).free
    advice = f"{(to_fetch + ROOM) / 1e9:.1f} GB should be free. Make room, or set FOOTNOTE_HOME to a folder elsewhere."
    return Check("disk", free >= to_fetch + ROOM, f"{free / 1e9:.1f} GB free in {home}", advice)


def _needed(config: Config) -> list[str]:
    return [config.embedder] + ([] if config.llm_url or config.model == "none" else [config.model])


def _missing(names: Sequence[str], home: Path) -> list[str]:
    return [name for name in names if name in CATALOGUE and state(CATALOGUE[name], home) == "missing"]


def _models(config: Config, home: Path) -> Iterator[Check]:
    """The models that these settings need, then the others of the catalogue."""
    needed = _needed(config)
    for name in [*needed, *(name for name in CATALOGUE if name not in needed)]:
        if name in CATALOGUE:
            found = state(CATALOGUE[name], home)
            where = f"{found} ({place(CATALOGUE[name], home)})" if found != "missing" else "not fetched"
            ok = found != "missing" or name not in needed
            yield Check(f"model {name}", ok, where, f"Run `footnote models fetch {name}`, or wait at the first start.")
        else:
            yield _own_model(name, home)


def _own_model(spec: str, home: Path) -> Check:
    """A GGUF or an embedder's folder that is not in the catalogue."""
    found = hub_spec(spec)
    path = Path(spec).expanduser()
    if found and not path.exists():
        path = hub_place(*found, home)
    if not path.exists():
        advice = "It is fetched at the first start." if found else "Correct the name or the path."
        return Check(f"model {spec}", False, f"there is no {path}", advice)
    try:
        if path.is_file():
            check_gguf(path)
    except ModelBroken as error:
        return Check(f"model {spec}", False, str(error), "Fetch it again, or take another.")
    return Check(f"model {spec}", True, f"on disk ({path})")


def _index(folder: Path) -> Check:
    near = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=near):
            return Check("index", True, f"{folder} can be written")
    except OSError as error:
        return Check("index", False, f"{folder} cannot be written ({error.strerror})", "Name another with --index.")


def _corpus(path: Path) -> Check:
    if not path.exists():
        return Check("articles", False, f"there is no {path}", "Name a folder or a file with --corpus.")
    files = [path] if path.is_file() else list(_visible_files(path))
    unreadable = [file for file in files if not _readable(file)]
    if not files or unreadable:
        detail = f"{len(unreadable)} of {len(files)} files in {path} cannot be read" if files else f"no files in {path}"
        first = f", first {unreadable[0]}" if unreadable else ""
        return Check("articles", False, detail + first, "Put articles there, or give yourself the right to read them.")
    return Check("articles", True, f"{len(files)} files in {path}")


def _network(config: Config, missing: list[str]) -> Check:
    if config.llm_url:
        try:
            httpx.get(f"{config.llm_url.rstrip('/')}/models", timeout=2.0)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Check("network", False, f"nobody answers at {config.llm_url} ({error})", "Start that server.")
        return Check("network", True, f"the server at {config.llm_url} answers")
    if missing:
        return Check("network", True, f"needed once, to fetch {' and '.join(missing)}")
    return Check("network", True, "not needed")


def _nearest(path: Path) -> Path:
    """The path, or the nearest above it that exists."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _visible_files(folder: Path) -> Iterator[Path]:
    for place_, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place_, name) for name in names if not name.startswith("."))


def _readable(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True
