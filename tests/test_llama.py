"""Files that are no models are said in plain words; the rest of rag/llama.py is tested with a model in test_real.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelBroken, ModelNotFound
from rag.llama import LlamaCpp


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"nothing\.gguf.*footnote models"):
        LlamaCpp(tmp_path / "nothing.gguf")


@pytest.mark.parametrize("content", [b"", b"GGUF", b"<html>404 Not Found</html>", b"GGUF" + b"\xff" * 5000])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.gguf").write_bytes(content)
    with pytest.raises(ModelBroken, match=r"model\.gguf.*footnote models fetch"):
        LlamaCpp(tmp_path / "model.gguf")
    assert capfd.readouterr() == ("", "")  # llama.cpp's own notes would stand beside our message
