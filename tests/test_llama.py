"""Files that are no models are said in plain words; the rest of rag/llama.py is tested with a model in test_real.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelBroken, ModelError, ModelNotFound
from rag.llama import LlamaCpp
from rag.tokenizer import Tokenizer


class Letters:
    """As much of a llama.cpp model as a tokenizer looks at: a token is a byte."""

    def __init__(self, template: str) -> None:
        self.metadata = {"tokenizer.chat_template": template}

    def token_eos(self) -> int:
        return -1

    token_bos = token_eos

    def tokenize(self, text: bytes, **_: object) -> list[int]:
        return list(text)


def test_a_template_that_trims_keeps_every_word() -> None:
    trims = "{% for m in messages %}<{{ m['role'] | trim }}>{{ m['content'] | trim }}</>{% endfor %}"
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How long is it?"}]
    (segment,) = Tokenizer(Letters(trims), "trims").segments(messages)
    assert bytes(segment).decode() == "<system>Be brief.</><user>How long is it?</>"


def test_a_template_that_leaves_words_out_is_refused() -> None:
    last = "<{{ messages[-1]['content'] }}>"
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How long is it?"}]
    with pytest.raises(ModelError, match="leaves out"):
        Tokenizer(Letters(last), "last").segments(messages)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"nothing\.gguf.*footnote models"):
        LlamaCpp(tmp_path / "nothing.gguf")


@pytest.mark.parametrize("content", [b"", b"GGUF", b"<html>404 Not Found</html>", b"GGUF" + b"\xff" * 5000])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.gguf").write_bytes(content)
    with pytest.raises(ModelBroken, match=r"model\.gguf.*footnote models fetch"):
        LlamaCpp(tmp_path / "model.gguf")
    assert capfd.readouterr() == ("", "")  # llama.cpp's own notes would stand beside our message
