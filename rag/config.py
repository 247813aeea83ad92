"""Every setting, frozen, with its unit. Knows nothing about how a setting is used, and reads no environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from rag import given
from rag.errors import UsageError
from rag.types import Filters

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
"""The articles that Footnote ships with."""


Retrieval = Literal["fused", "dense", "keyword"]
RETRIEVALS = get_args(Retrieval)


@dataclass(frozen=True, slots=True)
class Config:
    """Where the articles, the index and the models are, and how answers are made.

    >>> Config(corpus="my-articles/", model="none").model
    'none'
    """

    # --- what to read, and where things are kept -------------------------------------------------------------
    corpus: str | Path = SEEDS
    """A folder of articles, or one file."""
    index: str | Path | None = None
    """Folder of the index; None: one per corpus in the user's data folder."""
    library: str | None = None
    """Name of a library: a corpus and an index that were given this name once. `corpus` is needed only to make it."""
    home: str | Path | None = None
    """Folder for indexes and models; None: the user's data folder."""
    chroma_url: str | None = None
    """A Chroma server (`http://host:port`) instead of the embedded one."""

    watch: bool = False
    """Take up changes of the articles as they happen, as long as the chatbot is loaded."""

    # --- models -----------------------------------------------------------------------------------------------
    model: str = "qwen2.5-coder-1.5b"
    """Catalogue name, path of a GGUF, `owner/repo:file.gguf`, or "none" for extracts without a language model."""
    embedder: str = "all-MiniLM-L6-v2"
    """Catalogue name of the sentence-transformers model."""
    llm_url: str | None = None
    """Base URL of an OpenAI-compatible server (`http://host:port/v1`) instead of llama.cpp in this process."""
    llm_timeout: float = 60.0
    """Seconds to wait for that server."""
    n_ctx: int = 4096
    """Tokens of context of the model in this process; a server has its own."""
    n_threads: int | None = None
    """Threads of the language model; None: what `footnote doctor --tune` found best, or all cores."""

    # --- retrieval --------------------------------------------------------------------------------------------
    top_k: int = 8
    """Passages that search hands on."""
    per_article: int = 5
    """Passages of one article among them, at most."""
    retrieval: Retrieval = "fused"
    """Which scores rank the passages: both, embeddings alone, or words alone."""

    where: Filters | None = None
    """Which articles are asked where a question does not say it itself; None: all."""

    # --- answering --------------------------------------------------------------------------------------------
    answer_threshold: float = 0.5
    """Answer when the probability that the articles hold the answer is at least this: lower is more talkative,
    higher more careful."""
    support_threshold: float = 0.83
    """Show a draft sentence when the probability that its source supports it is at least this; below it, the source's
    own words take its place. Drafts are asked to keep those words, so the line is far above one half: a single word
    that the source does not hold ("an office in Beijing") ends at 0.7 to 0.8 in a short sentence."""
    max_answer_tokens: int = 160
    """Tokens of the draft, at most."""
    max_question_chars: int = 2000
    """Longer questions are turned down with an error. The embedder reads the first 256 word pieces of one, about 200
    words; what comes after them is searched by its keywords alone."""

    # --- switches for baselines; the defaults are the product ---------------------------------------------------
    use_articles: bool = True
    """False: the model answers from memory, without passages, citations or refusals (`python -m eval --baselines`)."""
    check: bool = True
    """False: the draft is shown as written, its sentences unchecked and the decision to answer not taken."""

    def __post_init__(self) -> None:
        """Raises UsageError: a setting that no question could be answered with."""
        for name in ("n_ctx", "top_k", "per_article", "max_answer_tokens", "max_question_chars"):
            given.count(getattr(self, name), name)
        for name in ("answer_threshold", "support_threshold"):
            given.share(getattr(self, name), name)
        if self.retrieval not in RETRIEVALS:
            raise UsageError(f"`retrieval` is {given.shown(self.retrieval)}, and not one of {', '.join(RETRIEVALS)}.")
        if self.where is not None and not isinstance(self.where, Filters):
            raise UsageError(f"`where` is {given.shown(self.where)}, and not Filters.")
