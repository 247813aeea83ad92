"""The file of an adapter: what was learned comes back from it, and the mean of two is the mean."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from eval import qwen
from eval.qwen import MODULES, SCALE, Adapter

LAYERS, SIZE, RANK = 2, 16, 3
MODEL: Any = SimpleNamespace(
    n_layers=LAYERS,
    weights={f"blk.{i}.{module}.weight": torch.zeros(SIZE, SIZE) for i in range(LAYERS) for module in MODULES},
)


@pytest.fixture(autouse=True)
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out, and nothing made stronger for it."""
    monkeypatch.setattr(qwen, "KEPT", 1.0)
    monkeypatch.setattr(qwen, "REGAIN", 1.0)


def learned(seed: int, strength: float = 1.0) -> Adapter:
    adapter = Adapter(MODEL, 1, RANK, seed)
    generator = torch.Generator().manual_seed(seed + 100)
    with torch.no_grad():
        for _, up in adapter.pairs.values():
            up += strength * torch.randn(up.shape, generator=generator)
    return adapter


def changes(adapter: Adapter) -> dict[str, Tensor]:
    return {name: (up @ down * SCALE).detach() for name, (down, up) in adapter.pairs.items()}


def written(adapter: Adapter, path: Path, onto: Path | None = None) -> dict[str, Tensor]:
    """What stands in the file that an adapter is written to, as matrices."""
    adapter.write(path, onto)
    return {name: up @ down for name, (down, up) in qwen._written(path).items()}


def is_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.allclose(one[name], other[name], atol=0.01) for name in one)


def test_what_was_learned_is_written_for_the_upper_layers(tmp_path: Path) -> None:
    found = written(learned(0), tmp_path / "a.gguf")
    assert is_same(found, changes(learned(0)))
    assert all(name.startswith("blk.1.") for name in found)


def test_learning_goes_on_from_what_was_written(tmp_path: Path) -> None:
    learned(0).write(tmp_path / "a.gguf")
    other = Adapter(MODEL, 1, RANK, seed=5)
    other.read(tmp_path / "a.gguf")
    assert is_same(changes(other), changes(learned(0)))


def test_the_mean_of_two_is_written(tmp_path: Path) -> None:
    learned(0).write(tmp_path / "a.gguf")
    one, other = changes(learned(0)), changes(learned(1))
    found = written(learned(1), tmp_path / "mean.gguf", tmp_path / "a.gguf")
    assert is_same(found, {name: (one[name] + other[name]) / 2 for name in one})


def test_the_weakest_directions_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qwen, "KEPT", 0.8)
    adapter = learned(0)
    adapter.write(tmp_path / "a.gguf")
    ranks = [len(down) for down, _ in qwen._written(tmp_path / "a.gguf").values()]
    assert 0 < sum(ranks) < RANK * len(adapter.pairs)
    kept = {name: up @ down for name, (down, up) in qwen._written(tmp_path / "a.gguf").items()}
    left = sum(float((change - kept.get(name, 0)).square().sum()) for name, change in changes(adapter).items())
    assert left <= 0.2 * sum(float(change.square().sum()) for change in changes(adapter).values())


def test_a_model_of_another_architecture_is_refused(tmp_path: Path) -> None:
    from gguf import GGUFWriter

    writer = GGUFWriter(tmp_path / "other.gguf", "llama")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    with pytest.raises(ValueError, match="another architecture"):
        qwen.Qwen(tmp_path / "other.gguf")
