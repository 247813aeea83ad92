"""Answers from news articles, every sentence with a footnote. Importing this loads no model and touches no file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.config import Config
from rag.types import Answer, Article, Citation, Claim, Filters, Hit, Passage, Retrieved, Token, Turn

if TYPE_CHECKING:
    from rag.build import ask, load
    from rag.chat import Chatbot

__all__ = [
    "Answer",
    "Article",
    "Chatbot",
    "Citation",
    "Claim",
    "Config",
    "Filters",
    "Hit",
    "Passage",
    "Retrieved",
    "Token",
    "Turn",
    "ask",
    "load",
]


def __getattr__(name: str) -> Any:
    """Load the wiring on first use (PEP 562): `import rag` stays light."""
    if name in ("ask", "load"):
        from rag import build

        return getattr(build, name)
    if name == "Chatbot":
        from rag.chat import Chatbot

        return Chatbot
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
