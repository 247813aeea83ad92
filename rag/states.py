"""What a language model made of a text, kept on disk for the next start.

Knows nothing about models: a state is bytes under a key that names everything the bytes depend on. Whatever is wrong
with the folder (read-only, full, a damaged file) costs time, never an answer: then the state is computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

LIMIT_BYTES = 256_000_000
"""What the folder may hold; what was used longest ago goes first. The examples of our prompts take 25 MB for the 1.5B
model."""
_DIGEST = hashlib.sha256().digest_size


class States:
    """States in a folder, which is made when the first one is kept.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     states = States(Path(folder) / "states")
    ...     states.keep("model and text", b"keys and values")
    ...     states.get("model and text"), states.get("another")
    (b'keys and values', None)
    """

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit = limit_bytes

    def get(self, key: str) -> bytes | None:
        """The state, or None where there is none that is whole."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        digest, state = data[:_DIGEST], data[_DIGEST:]
        return state if hashlib.sha256(state).digest() == digest else None

    def keep(self, key: str, state: bytes) -> None:
        """Write it beside and rename; then make room."""
        if len(state) + _DIGEST > self._limit:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".new", delete=False) as file:
                try:
                    file.write(hashlib.sha256(state).digest() + state)
                    file.close()
                    Path(file.name).replace(self._path(key))
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            self._make_room()

    def _make_room(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        held = 0
        for file in files:
            held += file.stat().st_size
            if held > self._limit:
                file.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.state"
