"""Every exception of a library that reads files becomes `Unreadable`, here and nowhere else."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from rag.blocks import tidy
from rag.documents import Unreadable

_DISK = (errno.EIO, errno.ENOENT, errno.EACCES, errno.EPERM, errno.ESTALE)
"""A file that vanished or a disk that fails is not the fault of what the file holds."""


@contextmanager
def named(what: str) -> Iterator[None]:
    """Whatever goes wrong inside is the fault of the file, which is then `what`: "a broken PDF".

    Libraries raise all kinds of things on damaged files, their own and Python's. Only a lack of memory, and what was
    said already, goes on as it is.
    """
    try:
        yield
    except (Unreadable, MemoryError):
        raise
    except OSError as error:
        if error.errno in _DISK:
            raise
        raise Unreadable(f"it is {what} ({tidy(str(error))[:200]})") from error
    except RecursionError as error:
        raise Unreadable(f"it is {what}: nested too deep, or referring to itself") from error
    except Exception as error:
        raise Unreadable(f"it is {what} ({tidy(str(error))[:200] or type(error).__name__})") from error
