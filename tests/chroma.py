"""A Chroma server of its own for the tests that want one. `from tests.chroma import run_server`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.listening import free_port, wait_until_it_listens


@contextlib.contextmanager
def run_server(folder: Path, port: int = 0) -> Iterator[str]:
    """Start `chroma run` over `folder` on a free port, or on this one; give its URL; end it."""
    port = free_port(port)
    program = Path(sys.executable).with_name("chroma")
    command = [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        wait_until_it_listens(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
