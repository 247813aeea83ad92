"""Every error that Footnote raises on purpose. Each message says what was found, where, and what to do next.

    FootnoteError
    ├── UsageError            a question or an option that cannot be used as it is
    │   └── QuestionError     the question is empty, or too long for the model
    ├── CorpusError           the articles: folder empty, nothing readable in it
    │   └── CorpusNotFound    no such file or folder; a UsageError too
    ├── StoreError            the index: unreadable, of another embedder, on a read-only or full disk
    ├── ModelError            a model that cannot be loaded or run
    │   ├── ModelNotFound     no such name in the catalogue, no such file; a UsageError too
    │   ├── ModelBroken       not a GGUF, truncated, or of an architecture that llama.cpp does not know
    │   └── ServerError       an OpenAI-compatible or Chroma server that is away or answers with an error
    └── FetchError            a download
        ├── HashMismatch      the bytes are not those that the catalogue promises
        ├── DiskFull          no room, or no right to write
        └── NoNetwork         no source could be reached

A refusal ("the articles do not say") is a result, never one of these; and one of these is never shown as a refusal.
"""

from __future__ import annotations


class FootnoteError(Exception):
    """Base of all. `str(error)` is meant for the person at the keyboard."""


class UsageError(FootnoteError):
    pass


class QuestionError(UsageError):
    pass


class CorpusError(FootnoteError):
    pass


class CorpusNotFound(CorpusError, UsageError):
    pass


class StoreError(FootnoteError):
    pass


class ModelError(FootnoteError):
    pass


class ModelNotFound(ModelError, UsageError):
    pass


class ModelBroken(ModelError):
    pass


class ServerError(ModelError):
    pass


class FetchError(FootnoteError):
    pass


class HashMismatch(FetchError):
    pass


class DiskFull(FetchError):
    pass


class NoNetwork(FetchError):
    pass
