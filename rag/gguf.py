"""Is this file a whole GGUF? Knows nothing about running it; llama.cpp judges the rest when it loads the model.

Layout (GGUF specification, version 2 and 3, little-endian): "GGUF", version u32, number of tensors u64, number of
metadata pairs u64; the pairs (key, type u32, value); for each tensor its name, number of dimensions u32, dimensions
u64, type u32, offset u64; padding; the data, where each tensor begins at its offset.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from rag.errors import ModelBroken

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a metadata value by its type number; 8 is a string and 9 an array."""
_STRING, _ARRAY = 8, 9


def check_gguf(path: Path) -> None:
    """Read the header and see that the file reaches as far as the header says.

    Raises:
        ModelBroken: not a GGUF, or cut off, with what was found and what to do.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
            if start != b"GGUF":
                raise ModelBroken(
                    f"{path} is not a GGUF model: it begins with {start!r} instead of b'GGUF'. Give the path of a "
                    ".gguf file, or a name that `footnote models` lists."
                )
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                needed = _Reader(data).last_tensor()
                size = len(data)
    except (struct.error, OverflowError):
        raise ModelBroken(f"{path} is cut off in its header, after {path.stat().st_size:,} bytes. {_AGAIN}") from None
    except (ValueError, RecursionError) as error:
        raise ModelBroken(f"{path} cannot be read as a GGUF model: {error}. {_AGAIN}") from None
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error.strerror}.") from error
    if size <= needed:
        raise ModelBroken(
            f"{path} is cut off: it has {size:,} bytes, and its header speaks of data beyond byte {needed:,}. {_AGAIN}"
        )


_AGAIN = "Delete it and fetch it again."


class _Reader:
    """Walks over a header without keeping any of it."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 4

    def last_tensor(self) -> int:
        """Byte at which the last tensor begins."""
        version = self._number("<I")
        if version not in (2, 3):
            raise ValueError(f"version {version} of the format is not known")
        tensors, pairs = self._number("<Q"), self._number("<Q")
        alignment = 32
        for _ in range(pairs):
            key, kind = self._string(), self._number("<I")
            if key == b"general.alignment" and kind == 4:
                alignment = max(1, self._number("<I"))
            else:
                self._skip(kind)
        last = 0
        for _ in range(tensors):
            self._string()
            dimensions = self._number("<I")
            self._at += 8 * dimensions + 4  # with the type
            last = max(last, self._number("<Q"))
        return -(-self._at // alignment) * alignment + last

    def _number(self, form: str) -> int:
        value: int = struct.unpack_from(form, self._data, self._at)[0]
        self._at += struct.calcsize(form)
        return value

    def _string(self) -> bytes:
        length = self._number("<Q")
        text = self._data[self._at : self._at + min(length, 64)]  # enough to recognise a key
        self._at += length
        return text

    def _skip(self, kind: int) -> None:
        if kind in _SIZES:
            self._at += _SIZES[kind]
        elif kind == _STRING:
            self._string()
        elif kind == _ARRAY:
            inner, count = self._number("<I"), self._number("<Q")
            if inner in _SIZES:
                self._at += _SIZES[inner] * count
            else:
                for _ in range(count):
                    self._skip(inner)
        else:
            raise ValueError(f"metadata of the unknown type {kind}")
