"""The model behind llama-cpp-python's own server, one of the OpenAI-compatible ones: an answer with its footnote comes
over HTTP as it does in this process, and a server that has gone away is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import server
from rag.build import load
from rag.config import Config
from rag.errors import ServerError
from rag.fetch import ensure_model
from tests.listening import free_port, wait_until_it_listens

pytestmark = pytest.mark.real
N_CTX = 2048


@pytest.fixture
def running(real_home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Its address and its process. It tells log-probabilities only where it keeps the logits of all tokens."""
    port = free_port()
    model = ensure_model(Config().model, real_home)
    options = {"host": "127.0.0.1", "port": port, "n_ctx": N_CTX, "logits_all": True, "n_threads": os.cpu_count()}
    command = [sys.executable, "-m", "llama_cpp.server", "--model", model]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_it_listens(process, port)
        yield f"http://127.0.0.1:{port}/v1", process
    finally:
        process.kill()
        process.wait()


def test_an_answer_comes_from_the_server_and_none_once_it_is_away(
    running: tuple[str, subprocess.Popen[bytes]], real_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, process = running
    with load(Config(llm_url=url, home=real_home, llm_timeout=300.0)) as bot:
        answer = bot.ask("Where did China and the U.S. hold their first meeting on AI?")
        assert not answer.refused
        assert "Geneva" in answer.text
        assert all(c.article.text[c.start : c.end] == c.quote for c in answer.citations)
        process.kill()
        process.wait()
        monkeypatch.setattr(server, "WAITS", (0.0,))
        with pytest.raises(ServerError, match=url.removesuffix("/v1")):
            bot.ask("Who is Jenny Xiao?")
