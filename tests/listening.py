"""Servers that tests start as processes of their own: a port for them, and waiting until they are there."""

from __future__ import annotations

import socket
import subprocess
import time

TRIES, PAUSE = 6000, 0.02
"""How often, and with how many seconds between, a server is looked for: two minutes, for one that loads a model."""


def free_port(port: int = 0) -> int:
    """A port that nobody listens on; this one, if one is named."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        return int(free.getsockname()[1])


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(TRIES):
        assert process.poll() is None, f"the server ended with {process.returncode}"
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(PAUSE)
    raise AssertionError("the server does not listen")
