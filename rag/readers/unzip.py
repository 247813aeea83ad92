"""ZIP archives without their bombs: nothing is written to disk, and what would be too much is refused before unpacking.

Python never unpacks more of a member than the archive states, so the stated sizes are what has to be bounded.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

from rag.blocks import tidy
from rag.documents import Found, Skipped, Unreadable
from rag.readers import broken

MAX_MEMBERS = 20_000
MAX_BYTES = 2 * 2**30
"""Unpacked, of an archive with all that lies in it."""
MAX_MEMBER = 256 * 2**20
MAX_RATIO = 250
"""To which a member of more than a mebibyte may be compressed; texts come to about 5, bombs to 1,000."""
MAX_DEPTH = 3
"""Archives in archives, and attachments in messages."""

_FOREIGN = {
    "xl/workbook.xml": "a spreadsheet; save the sheets as text or PDF first",
    "ppt/presentation.xml": "a presentation; save it as PDF first",
    "content.xml": "an OpenDocument file; save it as .docx or PDF first",
}


@dataclass
class Budget:
    """What may still be unpacked of one file, however deep it lies."""

    members: int = MAX_MEMBERS
    bytes: int = MAX_BYTES
    depth: int = MAX_DEPTH

    def inner(self, size: int) -> None:
        """Account for one member of `size` bytes.

        Raises:
            Unreadable: there is no room left for it.
        """
        self.members -= 1
        self.bytes -= size
        if self.members < 0 or self.bytes < 0:
            raise Unreadable(f"it holds more than {MAX_MEMBERS} files or {MAX_BYTES >> 30} GiB; unpack what you need")


Read = Callable[[BinaryIO, str, Budget], Iterator[Found]]


def kind_of(stream: BinaryIO) -> str:
    """What a ZIP is: "docx", "epub", or "zip" for an archive of files.

    Raises:
        Unreadable: it is broken, or a kind of document that is not read.
    """
    with broken.named("a broken ZIP archive"), ZipFile(stream) as archive:
        names = set(archive.namelist())
        if "word/document.xml" in names:
            return "docx"
        if "META-INF/container.xml" in names:
            return "epub"
        foreign = next((what for name, what in _FOREIGN.items() if name in names), None)
        if foreign and names & {"mimetype", "[Content_Types].xml"}:
            raise Unreadable(f"it is {foreign}")
    return "zip"


@contextmanager
def opened(stream: BinaryIO) -> Iterator[ZipFile]:
    """An archive that is to be read as one document, after a look at the sizes that it states.

    Raises:
        Unreadable: it is a bomb.
    """
    with ZipFile(stream) as archive:
        budget = Budget()
        for info in archive.infolist():
            budget.inner(info.file_size)
            if reason := _suspicious(info):
                raise Unreadable(reason)
        yield archive


def read(stream: BinaryIO, name: str, budget: Budget, read: Read) -> Iterator[Found]:
    """The documents of all files in an archive, in the order of their names; each is handed to `read`.

    Raises:
        Unreadable: it is broken, or holds more than the budget allows.
    """
    if budget.depth <= 0:
        raise Unreadable(f"it lies in {MAX_DEPTH} other archives; unpack it first")
    with broken.named("a broken ZIP archive"), ZipFile(stream) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
        for info in sorted(infos, key=lambda info: info.filename):
            place = f"{name}:{label(info.filename)}"
            budget.inner(info.file_size)
            budget.depth -= 1
            try:
                if reason := _suspicious(info):
                    raise Unreadable(reason)
                with broken.named("damaged in the archive"):
                    data = archive.read(info)
                yield from read(BytesIO(data), place, budget)
            except Unreadable as error:
                yield Skipped(place, str(error))
            finally:
                budget.depth += 1


def label(name: str) -> str:
    """The name of a member as part of a source: it goes nowhere, whatever it says.

    >>> label("../../etc/pass\\nwd"), label("C:\\\\news\\\\a.html")
    ('etc/passwd', 'C:/news/a.html')
    """
    parts = (tidy(part.replace("\n", "")) for part in re.split(r"[/\\]", name))
    return "/".join(part for part in parts if part not in ("", ".", ".."))[:500]


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in re.split(r"[/\\]", name))


def _suspicious(info: ZipInfo) -> str | None:
    if info.flag_bits & 1:
        return "it is encrypted; unpack it first"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link to another file"
    if info.file_size > MAX_MEMBER:
        return f"it is larger than {MAX_MEMBER >> 20} MiB"
    if info.file_size > 2**20 and info.file_size > MAX_RATIO * max(1, info.compress_size):
        return f"it is packed to less than 1/{MAX_RATIO} of its size, as archives are that are meant to do harm"
    return None
