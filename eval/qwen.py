"""Qwen2 in torch, with the weights of a GGUF file: what training an adapter needs, and no more.

The numbers agree with llama.cpp's to about a tenth of a logit. Attention sees what was evaluated before as keys and
values, as in llama.cpp. Shapes: B texts, T tokens each, P earlier ones, H dimensions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from rag.machine import processor_flags

NUMBERS = torch.bfloat16 if "avx512bw" in processor_flags() else torch.float32
"""What is computed in: bfloat16 takes half of the memory, and six times as long on a processor without AVX-512."""
Past = tuple[Tensor, Tensor]
"""Keys and values of earlier tokens in one layer, each (B, heads, P, dim of a head)."""
MODULES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


class Adapter:
    """Low-rank changes (Hu et al., "LoRA", ICLR 2022) of matrices from layer `first` on, at first without effect."""

    def __init__(self, model: Qwen, first: int, rank: int, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.rank = rank
        self.pairs: dict[str, tuple[torch.nn.Parameter, torch.nn.Parameter]] = {}
        for name in (f"blk.{i}.{module}" for i in range(first, model.n_layers) for module in MODULES):
            out, into = model.weights[f"{name}.weight"].shape
            down = torch.randn(rank, into, generator=generator) / math.sqrt(into)
            self.pairs[name] = (torch.nn.Parameter(down), torch.nn.Parameter(torch.zeros(out, rank)))

    def read(self, path: Path) -> None:
        """Go on from what `write` wrote: its directions, and as many new ones without effect as there is room for."""
        with torch.no_grad():
            for name, (right, left) in _written(path).items():
                down, up = self.pairs[name]
                rank = min(self.rank, len(right))
                down[:rank] = right[:rank] / math.sqrt(SCALE)
                up[:, :rank] = left[:, :rank] / math.sqrt(SCALE)

    @property
    def parameters(self) -> list[torch.nn.Parameter]:
        return [parameter for pair in self.pairs.values() for parameter in pair]

    def added(self, name: str, x: Tensor, y: Tensor) -> Tensor:
        """`y`, which the matrix makes of `x`, and what the adapter adds."""
        if name not in self.pairs:
            return y
        down, up = (parameter.to(NUMBERS) for parameter in self.pairs[name])
        low = functional.linear(x.reshape(-1, x.shape[-1]), down * SCALE)
        return torch.addmm(y.view(-1, y.shape[-1]), low, up.T).view(y.shape)

    def write(self, path: Path, onto: Path | None = None) -> None:
        """As a GGUF that llama.cpp takes for a LoRA: the strongest directions of all matrices, in half precision. With
        `onto`, the mean of this one and of that."""
        from gguf import GGUFWriter

        made = [{name: (down.detach() * SCALE, up.detach()) for name, (down, up) in self.pairs.items()}]
        made += [_written(onto)] if onto else []
        directions = {name: _mean([one[name] for one in made if name in one], len(made)) for name in self.pairs}
        ranks = _ranks({name: (found[1], len(found[0]) + found[2].shape[1]) for name, found in directions.items()})
        writer = GGUFWriter(path, "qwen2")
        writer.add_string("general.type", "adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", 0.0)  # no further scale
        for name, rank in ranks.items():
            left, strength, right = directions[name]
            root = (strength[:rank] * REGAIN).sqrt()
            writer.add_tensor(f"{name}.weight.lora_a", _half(root[:, None] * right[:rank]))
            writer.add_tensor(f"{name}.weight.lora_b", _half(left[:, :rank] * root))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _written(path: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """What `Adapter.write` wrote of each matrix: shapes (rank, in), (out, rank)."""
    from gguf import GGUFReader, dequantize

    found = {tensor.name: dequantize(tensor.data, tensor.tensor_type) for tensor in GGUFReader(path).tensors}
    names = sorted({name.rpartition(".weight.")[0] for name in found})
    a, b = ([torch.tensor(found[f"{name}.weight.lora_{side}"]) for name in names] for side in "ab")
    return dict(zip(names, zip(a, b, strict=True), strict=True))


def _mean(pairs: Sequence[tuple[Tensor, Tensor]], of: int) -> tuple[Tensor, Tensor, Tensor]:
    """The singular value decomposition of the sum of `up @ down` over the pairs, divided by `of`: shapes (out, rank),
    (rank,), (rank, in)."""
    into, inner = torch.linalg.qr(torch.cat([down for down, _ in pairs]).T.double() / of)
    out, outer = torch.linalg.qr(torch.cat([up for _, up in pairs], 1).double())
    left, strength, right = torch.linalg.svd(outer @ inner.T)
    return out @ left, strength, right @ into.T


def _ranks(found: Mapping[str, tuple[Tensor, int]]) -> dict[str, int]:
    """How many directions of each matrix are kept, given their strengths and the numbers that each of them takes: those
    that do most for their size, until they hold KEPT of the squared strength of all.

    >>> _ranks({"a": (torch.tensor([3.0, 0.5]), 10), "b": (torch.tensor([2.0, 0.1]), 10)})
    {'a': 1, 'b': 1}
    """
    each = [
        (float(s) ** 2 / size, float(s) ** 2, name, i + 1)
        for name, (row, size) in found.items()
        for i, s in enumerate(row)
    ]
    left, ranks = KEPT * sum(one[1] for one in each), dict[str, int]()
    for _, squared, name, rank in sorted(each, reverse=True):
        if left <= 0:
            break
        ranks[name] = rank
        left -= squared
    return ranks


def _half(values: Tensor) -> npt.NDArray[np.float16]:
    return values.to(torch.float16).contiguous().numpy()


KEPT, REGAIN = 0.93, 1.05
"""Share of what was learned that is written, by squared strength, and how much stronger it is made, for what is left
out. With 0.8 and 1.1 the logits of the whole adapter and of the one written correlated by 0.995 on 151
questions, at three eighths of the bytes."""
SCALE = 2.0
"""What an adapter adds counts twice: the usual alpha of two ranks."""


class Qwen:
    """Raises ValueError: the file holds another architecture."""

    def __init__(self, path: Path) -> None:
        from gguf import GGUFReader, dequantize

        reader = GGUFReader(path)

        def known(field: str) -> Any:
            return reader.fields[field].contents()

        if known("general.architecture") != "qwen2":
            raise ValueError(f"{path} holds a model of another architecture than Qwen2.")
        self.n_layers = int(known("qwen2.block_count"))
        self.heads, self.kv_heads = (
            int(known("qwen2.attention.head_count")),
            int(known("qwen2.attention.head_count_kv")),
        )
        self.dim = int(known("qwen2.embedding_length")) // self.heads
        self._epsilon = float(known("qwen2.attention.layer_norm_rms_epsilon"))
        base = float(known("qwen2.rope.freq_base"))
        self._turns = 1.0 / (base ** (torch.arange(0, self.dim, 2).float() / self.dim))
        self.weights: dict[str, Tensor] = {}
        for tensor in reader.tensors:
            values = torch.from_numpy(np.ascontiguousarray(dequantize(tensor.data, tensor.tensor_type)))
            small = tensor.name.endswith("norm.weight")
            self.weights[tensor.name] = values.float() if small else values.to(NUMBERS)

    def embed(self, tokens: Tensor) -> Tensor:
        return self.weights["token_embd.weight"][tokens]

    def layer(
        self,
        i: int,
        x: Tensor,
        positions: Tensor,
        past: Sequence[Past],
        seen: Tensor,
        adapter: Adapter | None = None,
        last: Tensor | None = None,
    ) -> tuple[Tensor, Past]:
        """What layer `i` makes of `x` (B, T, H), and its keys and values.

        `seen` (B, 1, T, P + T) says which tokens each one sees. With `last` (B,) only these tokens are followed, for
        the last layer: the result is (B, 1, H).
        """
        name, texts = f"blk.{i}.", torch.arange(len(x))
        h = self._norm(x, f"{name}attn_norm")
        k = self._rotated(self._split(self._times(f"{name}attn_k", h, adapter), self.kv_heads), positions)
        v = self._split(self._times(f"{name}attn_v", h, adapter), self.kv_heads)
        keys = torch.cat([*(p[0].expand(len(x), -1, -1, -1) for p in past), k], 2)
        values = torch.cat([*(p[1].expand(len(x), -1, -1, -1) for p in past), v], 2)
        if last is not None:
            x, h = x[texts, last][:, None], h[texts, last][:, None]
            positions, seen = positions[texts, last][:, None], seen[texts, :, last][:, :, None]
        q = self._rotated(self._split(self._times(f"{name}attn_q", h, adapter), self.heads), positions)
        out = functional.scaled_dot_product_attention(q, keys, values, attn_mask=seen, enable_gqa=True)
        x = x + self._times(f"{name}attn_output", out.transpose(1, 2).reshape(x.shape), adapter)
        h = self._norm(x, f"{name}ffn_norm")
        gate = functional.silu(self._times(f"{name}ffn_gate", h, adapter))
        x = x + self._times(f"{name}ffn_down", gate * self._times(f"{name}ffn_up", h, adapter), adapter)
        return x, (k, v)

    def difference(self, x: Tensor, these: Sequence[int], those: Sequence[int]) -> Tensor:
        """Logit of the one set of next tokens minus that of the other, (B,), after `x` (B, H)."""
        h = self._norm(x, "output_norm").float()
        words = self.weights.get("output.weight", self.weights["token_embd.weight"])
        one, other = (torch.logsumexp(h @ words[list(tokens)].float().T, -1) for tokens in (these, those))
        return one - other

    def _norm(self, x: Tensor, name: str) -> Tensor:
        y = x.float()
        scale = torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self._epsilon)
        return (y * scale * self.weights[f"{name}.weight"]).to(NUMBERS)

    def _times(self, name: str, x: Tensor, adapter: Adapter | None) -> Tensor:
        y = functional.linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))
        return adapter.added(name, x, y) if adapter else y

    def _split(self, x: Tensor, heads: int) -> Tensor:
        return x.view(x.shape[0], x.shape[1], heads, self.dim).transpose(1, 2)

    def _rotated(self, x: Tensor, positions: Tensor) -> Tensor:
        """Rotary positions, in halves, as llama.cpp does for this architecture."""
        angles = positions[:, None, :, None].float() * self._turns
        a, b = x[..., : self.dim // 2].float(), x[..., self.dim // 2 :].float()
        cos, sin = angles.cos(), angles.sin()
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(NUMBERS)
