"""Download files from a model hub that speaks the Hugging Face addresses. Knows nothing about the catalogue.

What was interrupted goes on where it stopped. Errors of HTTP become `NoNetwork`, with the reason in words.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import httpx

from rag.catalogue import File
from rag.errors import NoNetwork

HUB = "https://huggingface.co"
_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
_PATIENCE = 5.0
"""Seconds. Where the hub cannot be reached, other sources are waiting: give up on it soon."""


def base_url() -> str:
    """The hub, or a mirror named by the environment's HF_ENDPOINT."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def reach() -> None:
    """Raise `NoNetwork` unless the hub answers at all within a few seconds.

    In a thread, because no timeout of httpx covers the look-up of a host name, which may hang for half a minute.
    """
    failures: list[Exception] = []

    def probe() -> None:
        try:
            httpx.head(base_url(), timeout=_TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            failures.append(error)

    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    if thread.is_alive():
        raise NoNetwork(f"it does not answer within {_PATIENCE:.0f} s")
    if failures:
        raise NoNetwork(_reason(failures[0])) from failures[0]


def describe(repo: str, name: str) -> File:
    """Size and, where the hub tells it, SHA-256 of a file that is not in the catalogue.

    Raises:
        NoNetwork: no answer, no such file, or an answer without a size.
    """
    try:
        with httpx.Client(timeout=_TIMEOUT) as client:
            response = client.head(_url(repo, name), headers={"Accept-Encoding": "identity"})
            # The hub tells size and hash when it sends on to its storage, whose addresses may answer to GET alone.
            for _ in range(5):
                if response.next_request and "x-linked-size" not in response.headers:
                    response = client.send(response.next_request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoNetwork(_reason(error)) from error
    if response.is_error:
        raise NoNetwork(_status(response.status_code))
    headers = response.headers
    size = headers.get("x-linked-size") or headers.get("content-length", "")
    if not size.isdecimal() or not int(size):
        raise NoNetwork("it does not say how large the file is")
    etag = headers.get("x-linked-etag", "").strip('"')
    known = len(etag) == 64 and all(digit in "0123456789abcdef" for digit in etag)
    return File(name, int(size), etag if known else "")


def download(repo: str, files: Sequence[File], folder: Path, report: Callable[[int], None]) -> None:
    """Write `files` to `folder`, from the end of what lies there already; `report(bytes so far)` as they grow.

    A broken connection is taken up again as long as each try brings bytes. The bytes are not checked here.

    Raises:
        NoNetwork: no answer, no such file, a file of another size. OSError: `folder` cannot be written.
    """
    before = 0
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client:
        for file in files:
            target = folder / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            while (there := _size(target)) != file.bytes:
                try:
                    for grown in _continue(client, _url(repo, file.name), file, target):
                        report(before + grown)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    if _size(target) <= there:
                        raise NoNetwork(_reason(error)) from error
            before += file.bytes


def _continue(client: httpx.Client, url: str, file: File, target: Path) -> Iterator[int]:
    """Append what `target` lacks, and yield its length as it grows."""
    start = _size(target) if _size(target) < file.bytes else 0
    # A content encoding would make Range and length speak of other bytes than those of the file.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code not in (200, 206):
            raise NoNetwork(_status(response.status_code))
        if response.status_code == 200:
            start = 0  # the server sends the whole file, asked for or not
        length = response.headers.get("content-length", "")
        if length.isdecimal() and start + int(length) != file.bytes:
            raise NoNetwork(f"it offers a {file.name} of {start + int(length)} bytes instead of {file.bytes}")
        with target.open("ab") as stream:
            stream.truncate(start)
            for block in response.iter_raw():
                stream.write(block)
                stream.flush()  # what has come is kept, whatever happens next
                start += len(block)
                yield start
                if start > file.bytes:
                    break
    if start != file.bytes:
        raise NoNetwork(f"its {file.name} does not end after the {file.bytes} bytes promised")


def _url(repo: str, name: str) -> str:
    return f"{base_url()}/{quote(repo)}/resolve/main/{quote(name)}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _status(code: int) -> str:
    meaning = {401: "it asks for a login", 403: "it denies access", 404: "it has no such file"}
    return f"{meaning.get(code, 'it answers with an error')} (HTTP {code})"


def _reason(error: Exception) -> str:
    """
    >>> _reason(httpx.ConnectTimeout("timed out"))
    'it does not answer (timed out)'
    """
    if isinstance(error, httpx.TimeoutException | httpx.ConnectError):
        return f"it does not answer ({str(error) or type(error).__name__})"
    return f"the connection failed ({str(error) or type(error).__name__})"
