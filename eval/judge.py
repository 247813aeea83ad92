"""The judge of shown sentences: Footnote's own support checker, for answers that come from a file.

Knows nothing about questions or metrics.
"""

from __future__ import annotations

from eval.metrics import Check
from rag.config import Config


def checker(config: Config) -> Check:
    """Load the embedder that `config` names; the first call fetches it if it is not there. Raises FootnoteError."""
    from rag import build  # the eval command must start without loading any part

    supports = build.checker(config)

    def check(sentence: str, source: str, context: str) -> bool:
        return supports(sentence, source, context).probability >= config.support_threshold

    return check
