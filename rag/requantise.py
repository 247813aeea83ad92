"""A model written anew with weights of four bits (Q4_0), which processors multiply faster than those of mixed sizes.

Knows nothing about which models there are.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

from rag.errors import ModelBroken
from rag.machine import cores
from rag.streams import quiet


def requantise(source: Path, target: Path) -> None:
    """Write `source`, a GGUF whose weights may have few bits already, to `target`.

    Raises:
        ModelBroken: llama.cpp cannot do it, for want of room or because of the file; nothing is left at `target`.
    """
    import llama_cpp

    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0
    params.allow_requantize = True
    params.nthread = cores()
    target.parent.mkdir(parents=True, exist_ok=True)
    with quiet():
        failed = llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params))
    if failed:
        with contextlib.suppress(OSError):
            target.unlink()
        raise ModelBroken(
            f"llama.cpp cannot write {source.name} with smaller weights to {target}. See that there is room, and fetch "
            "the model anew with `footnote models fetch`."
        )
