"""The three streams of the process, made fit for use: closed ones, full ones, those of few characters, and what
libraries write to them.

Knows nothing about commands or answers.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from rag.errors import DiskFull, UsageError


def prepare() -> None:
    """Before anything is read or written. Raises UsageError: the standard output is closed, so nobody would hear.

    A closed standard error is silence, and a closed input is left to whoever wants to read.
    """
    _occupy()
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    if sys.stdout is None:
        raise UsageError("The standard output is closed. Send it to a file, or to /dev/null if nobody wants it.")
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.encoding.lower().startswith("utf"):
        sys.stdout.reconfigure(errors="replace")  # a "?" in the place of a quotation mark, and not no answer


@contextlib.contextmanager
def written() -> Iterator[None]:
    """What the block prints is on its way when it ends. Raises DiskFull, BrokenPipeError."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
        raise
    except OSError as error:
        silence()
        raise DiskFull(
            f"The standard output cannot be written: {error.strerror or error}. Make room, or send it elsewhere."
        ) from error


def silence() -> None:
    """Nothing more goes to the standard output: Python would try to flush it again at exit, and complain."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _occupy() -> None:
    """Put nothing where a stream is closed: the next file to be opened, such as a database, would take its number, and
    libraries that print errors would print into it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """llama.cpp writes notes straight to file descriptor 2, whatever it is told."""
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
