"""What tells one embedding model from another: every file that its vectors depend on. Loads no model."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.embedder import STRIDE, _hash

WHOLE = 5 * STRIDE + 100
FILES = ("config.json", "modules.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "1_Pooling/config.json")
PARTS = (*FILES, "model.safetensors", "2_Dense/model.safetensors")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in PARTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(WHOLE))
    (tmp_path / "README.md").write_text("A model.")
    return tmp_path


@pytest.mark.parametrize("name", PARTS)
def test_every_file_of_the_model_counts(folder: Path, name: str) -> None:
    before = _hash(folder)
    (folder / name).write_bytes(bytes(WHOLE - 1) + b"\1")
    if name in FILES:
        assert _hash(folder) != before
    (folder / name).write_bytes(bytes(WHOLE - 1))
    assert _hash(folder) != before
    (folder / name).unlink()
    assert _hash(folder) != before


@pytest.mark.parametrize("at", range(0, WHOLE, STRIDE))
def test_a_change_anywhere_in_the_weights_is_seen(folder: Path, at: int) -> None:
    before = _hash(folder)
    weights = bytearray(WHOLE)
    weights[at : at + STRIDE] = b"\1" * len(weights[at : at + STRIDE])
    (folder / "model.safetensors").write_bytes(weights)
    assert _hash(folder) != before


def test_what_no_vector_depends_on_does_not_count(folder: Path) -> None:
    before = _hash(folder)
    (folder / "README.md").write_text("A very good model.")
    (folder / "model.safetensors").touch()
    assert _hash(folder) == before
