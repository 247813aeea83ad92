"""What every test may use: a home of its own, a small corpus, and the fakes of tests/fakes.py.

Tests marked `real` or `browser` find the fetched models in their home; no other test can reach them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from tests.chroma import run_server
from tests.fakes import FakeEmbedder, FakeGenerator

# Read before any test changes the environment: `make test` fetches the models into this folder.
USER_HOME = Path(os.environ.get("FOOTNOTE_HOME") or platformdirs.user_data_dir("footnote"))

ARTICLES = {
    "bridge.txt": """Harbour bridge opens after nine years

March 3, 2024

The harbour bridge in Lindau opened to traffic on Sunday. It is 412 metres long and cost 38 million euros.

Mayor Ilse Brandt cut the ribbon in front of about 2,000 people. "It joins what the water kept apart," she said.
""",
    "ferry.txt": """Ferry line to close in summer

April 18, 2024

The ferry between Lindau and the east bank will stop running on June 30. Its operator, Seeline, lost most of its riders.

Eleven employees will move to other lines. Mayor Ilse Brandt called the end of the ferry a loss for the town.
""",
    "museum.txt": """Museum shows lost drawings

The town museum shows forty drawings by Karla Weiss, found in an attic in Bregenz. Entry is free on Thursdays.

The director, Tomas Lindqvist, expects 5,000 visitors. The drawings will travel to Vienna in October.
""",
}


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty FOOTNOTE_HOME, so that no test reads or writes the user's. Real models are linked in where asked for."""
    folder = make_home(tmp_path / "home", with_models=wants_real_models(request.node))
    monkeypatch.setenv("FOOTNOTE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the real models, for fixtures that outlive one test: `load(Config(home=real_home))`."""
    return make_home(tmp_path_factory.mktemp("real") / "home", with_models=True)


def wants_real_models(test: pytest.Item) -> bool:
    return any(test.get_closest_marker(name) for name in ("real", "browser"))


def make_home(folder: Path, with_models: bool) -> Path:
    folder.mkdir()
    if with_models:
        (folder / "models").symlink_to(USER_HOME / "models", target_is_directory=True)
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of three short articles: two that share a bridge, and one about something else."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def generator() -> FakeGenerator:
    """Without replies: add them with `generator.replies.append(...)`."""
    return FakeGenerator()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Chroma server in a folder of its own."""
    with run_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url
