"""Files are read in a process of their own, which may run out of time or memory, or crash, without harm.

A PDF or a web page can be built to keep a parser busy for ever or to fill the memory. `Worker` starts the process,
hands it file after file, and starts another when one was lost. The process ends itself after `QUIET_SECONDS` without a
sign of life. Answers come back as JSON, so that nothing a file holds can be run here.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from rag.documents import Skipped, Unreadable, to_article
from rag.readers.formats import documents
from rag.types import Article

QUIET_SECONDS = 120
"""Longest time without an article or a sign of life."""
ARTICLE_SECONDS = 900
"""Longest time without an article, signs of life or not."""
MEMORY_BYTES = 3 * 2**30
"""Of the address space that the process may have, where the system can limit it (Linux)."""

Item = Article | Skipped
Note = tuple[str, str]
"""A source and what had to be guessed to read it."""


def read_file(file: Path) -> Iterator[Article | Skipped | Note | None]:
    """The articles of one file, read in this process; what cannot be read is named. Raises nothing."""
    try:
        with file.open("rb") as stream:
            for found in documents(stream, str(file)):
                if found is None or isinstance(found, Skipped):
                    yield found
                    continue
                article = to_article(found)
                if article and found.note:
                    yield found.source, found.note
                yield article or Skipped(found.source, "it holds no text")
    except Unreadable as error:
        yield Skipped(str(file), str(error))
    except OSError as error:
        yield Skipped(str(file), f"it cannot be opened: {error.strerror or error}")
    except MemoryError:
        yield Skipped(str(file), f"reading it takes more than {MEMORY_BYTES >> 30} GiB of memory")
    except Exception as error:  # a bug in a library or in a reader, found by one file, must not cost the others
        yield Skipped(str(file), f"its reader failed on it ({type(error).__name__}: {str(error)[:200]})")


class Worker:
    """Reads files in another process, started with the first of them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def read(self, file: Path) -> Iterator[Article | Skipped | Note]:
        """As `read_file`; a file that the process dies of is named with the reason."""
        process = self._process = self._process or _start()
        assert process.stdin is not None
        assert process.stdout is not None
        ended = False
        try:
            process.stdin.write(json.dumps(str(file)) + "\n")
            process.stdin.flush()
            while not ended and (line := process.stdout.readline()).endswith("\n"):
                message = json.loads(line)
                ended = message == "end"
                if message is not None and not ended:
                    yield _from_message(message)
        except BrokenPipeError:
            pass
        finally:
            code = None if ended else self._end()  # it died, or nobody wants the rest of the file
        if code is not None:
            yield Skipped(str(file), _why(code))

    def _end(self) -> int:
        """The exit code of the process, which is gone after this."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)  # dying by itself, it says why
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return process.wait()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end()


def _start() -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "rag.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        encoding="ascii",
        start_new_session=True,  # Ctrl-C is for the one who reads, who then ends the worker
    )


def _why(code: int) -> str:
    if code == -signal.SIGALRM:
        return f"its reader did not come to an end within {QUIET_SECONDS} seconds"
    return f"its reader broke down on it (exit code {code})"


def _from_message(message: Any) -> Article | Skipped | Note:
    kind, value = message
    if kind == "note":
        return value[0], value[1]
    if kind == "skipped":
        return Skipped(**value)
    return Article(
        **value
        | {
            "published": date.fromisoformat(value["published"]) if value["published"] else None,
            "pages": tuple(value["pages"]),
        }
    )


def _to_message(item: Article | Skipped | Note | None) -> Any:
    if item is None:
        return None
    if isinstance(item, tuple):
        return ["note", item]
    if isinstance(item, Skipped):
        return ["skipped", asdict(item)]
    return ["article", asdict(item) | {"published": item.published.isoformat() if item.published else None}]


def main() -> None:
    """The other process: a file name a line comes in, articles go out, until there are no more names."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        last = time.monotonic()
        signal.alarm(QUIET_SECONDS)
        for item in read_file(Path(json.loads(line))):
            signal.alarm(0)  # whoever reads the answers may take a break
            print(json.dumps(_to_message(item)), file=out, flush=True)
            if item is not None:
                last = time.monotonic()
            left = ARTICLE_SECONDS - (time.monotonic() - last)
            signal.alarm(max(1, min(QUIET_SECONDS, int(left))))
        signal.alarm(0)
        print('"end"', file=out, flush=True)


if __name__ == "__main__":
    main()
