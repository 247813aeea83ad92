"""Where Footnote keeps what it downloads and builds. Knows nothing about what lies there, and makes no folder."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from rag.config import Config


def home_folder(config: Config) -> Path:
    """`config.home`, else the environment's FOOTNOTE_HOME, else the user's data folder. Models are in `models/` there,
    indexes in `indexes/`."""
    chosen = config.home or os.environ.get("FOOTNOTE_HOME") or platformdirs.user_data_dir("footnote")
    return Path(chosen).expanduser()
