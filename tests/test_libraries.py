"""Libraries by name: side by side, moved, deleted, and through one file to another home, trusted in nothing."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag import build, libraries, parcel
from rag.chat import Chatbot
from rag.cli import main
from rag.config import Config
from rag.errors import CorpusError, StoreError, UsageError
from rag.index import Index
from tests.fakes import FakeEmbedder

QUESTION = "How long is the harbour bridge in Lindau?"


@pytest.fixture(autouse=True)
def embedders(monkeypatch: pytest.MonkeyPatch) -> list[FakeEmbedder]:
    made: list[FakeEmbedder] = []

    def make(config: Config, progress: object) -> FakeEmbedder:
        made.append(FakeEmbedder())
        return made[-1]

    monkeypatch.setattr(build, "_embedder", make)
    return made


@pytest.fixture
def town(corpus: Path) -> Config:
    """A library that is made, with its three articles."""
    build.sync(Config(corpus=corpus, library="town", model="none"))
    return Config(library="town", model="none")


def texts_of(config: Config) -> list[tuple[str, str]]:
    with build.load(config) as bot:
        return [(article.id, article.text) for article in bot.articles]


def found(bot: Chatbot) -> list[tuple[str, float]]:
    return [(hit.passage.id, round(hit.score, 5)) for hit in bot.search(QUESTION)]


# --- by name --------------------------------------------------------------------------------------------------------


def test_a_library_is_made_once_and_then_known_by_its_name(town: Config, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tram.txt").write_text("A tram was built in Lindau.", encoding="utf-8")
    other = Config(corpus=tmp_path / "other", library="trams and more", model="none")
    assert len(texts_of(other)) == 1
    assert len(texts_of(town)) == 3
    assert len(texts_of(replace(town, corpus=corpus))) == 3
    assert [(lib.name, lib.articles) for lib in libraries.everyone(Config())] == [("town", 3), ("trams and more", 1)]


def test_what_cannot_be_a_library_is_said_and_nothing_is_made(town: Config, home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there are: town.*--corpus"):
        build.load(Config(library="twon"))
    with pytest.raises(UsageError, match=r"--index"):
        build.load(replace(town, index=tmp_path / "index"))
    with pytest.raises(UsageError, match=r"footnote library move town --corpus"):
        build.load(replace(town, corpus=tmp_path))
    with pytest.raises(CorpusError, match=r"nowhere"):
        build.load(Config(library="new", corpus=tmp_path / "nowhere"))
    for name in ("", "..", "a/b", ".hidden", "x" * 65, "a\nb", "end ", "a\0b"):
        with pytest.raises(UsageError, match=r"cannot be the name"):
            build.load(Config(library=name, corpus=tmp_path))
    assert [path.name for path in (home / "libraries").iterdir()] == ["town"]


def test_a_moved_library_and_moved_articles_embed_nothing(
    town: Config, corpus: Path, embedders: list[FakeEmbedder]
) -> None:
    with build.load(town) as bot:
        bot.add_text("A tram was built in Lindau by Ada Stern.")
        before = found(bot)
    libraries.move(Config(), "town", "village")
    moved = corpus.rename(corpus.with_name("elsewhere"))
    libraries.move(Config(), "village", corpus=moved)
    made = len(embedders)
    with build.load(Config(library="village", model="none")) as bot:
        assert len(bot.articles) == 4
        assert found(bot) == before
        assert {call for embed in embedders[made:] for call in embed.calls} <= {(QUESTION,)}
        assert len(bot.added) == 1
    with pytest.raises(UsageError, match=r"'town'"):
        build.load(town)
    build.sync(Config(library="town", corpus=moved, model="none"))
    with pytest.raises(UsageError, match=r"already"):
        libraries.move(Config(), "village", "town")
    with pytest.raises(CorpusError):
        libraries.move(Config(), "village", corpus=corpus)


def test_a_deleted_library_is_gone_and_its_articles_stay(town: Config, corpus: Path, home: Path) -> None:
    libraries.delete(Config(), "town")
    assert list((home / "libraries").iterdir()) == []
    assert len(list(corpus.iterdir())) == 3
    with pytest.raises(UsageError):
        libraries.delete(Config(), "town")


def test_a_damaged_library_file_is_said(town: Config, home: Path) -> None:
    (home / "libraries" / "town" / "library.json").write_text("[]", encoding="utf-8")
    with pytest.raises(StoreError, match=r"library\.json"):
        build.load(town)


# --- as one file ----------------------------------------------------------------------------------------------------


@pytest.fixture
def file(town: Config, tmp_path: Path) -> Path:
    """The library as one file, with one text added and one article hidden."""
    with build.load(town) as bot:
        bot.add_text("A tram was built in Lindau by Ada Stern.")
        bot.remove([next(a.id for a in bot.articles if "museum" in a.source)])
    parcel.export(Config(), "town", tmp_path / "town.footnote")
    return tmp_path / "town.footnote"


_packed: list[bytes] = []


@pytest.fixture
def packed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Such a file for the many tests that need nothing else: made once, for it takes a second."""
    if not _packed:
        _packed.append(request.getfixturevalue("file").read_bytes())
    (tmp_path / "packed.footnote").write_bytes(_packed[0])
    return tmp_path / "packed.footnote"


def test_an_imported_library_answers_without_its_folder_and_without_embedding(
    town: Config, file: Path, corpus: Path, home: Path, tmp_path: Path, embedders: list[FakeEmbedder]
) -> None:
    with build.load(town) as bot:
        before, articles = found(bot), bot.articles
    away = Config(home=tmp_path / "away", model="none")
    corpus.rename(corpus.with_name("unplugged"))
    assert parcel.unpack(away, "copy", file).articles == 3
    made = len(embedders)
    for _ in range(2):
        with build.load(replace(away, library="copy")) as bot:
            assert found(bot) == before
            assert {replace(a, source="") for a in bot.articles} == {replace(a, source="") for a in articles}
            kept = {a.source for a in articles if a.id not in bot.added}
            assert kept == {a.source for a in bot.articles if a.id not in bot.added}
            assert len(bot.added) == 1
    assert {call for embed in embedders[made:] for call in embed.calls} <= {(QUESTION,)}


def test_an_imported_library_takes_articles_up_hides_them_and_follows_its_own_folder(
    file: Path, home: Path, tmp_path: Path, corpus: Path
) -> None:
    away = Config(home=tmp_path / "away", model="none")
    parcel.unpack(away, "copy", file)
    with build.load(replace(away, library="copy")) as bot:
        assert bot.add([corpus / "museum.txt"]).added == 1
        bridge = next(a.id for a in bot.articles if "bridge" in a.source)
        assert bot.remove([bridge]).removed == 1
        (tmp_path / "away" / "libraries" / "copy" / "articles" / "boat.txt").write_text("A boat won.", encoding="utf-8")
        assert bot.sync().added == 1
        assert len(bot.articles) == 4
    with build.load(replace(away, library="copy")) as bot:
        assert len(bot.articles) == 4
    parcel.export(away, "copy", tmp_path / "again.footnote")
    assert parcel.unpack(away, "third", tmp_path / "again.footnote").articles == 4
    assert len(texts_of(replace(away, library="third"))) == 4


def test_nothing_is_written_over_and_nothing_exported_from_nothing(file: Path, tmp_path: Path, town: Config) -> None:
    with pytest.raises(UsageError, match=r"already"):
        parcel.export(Config(), "town", file)
    with pytest.raises(UsageError, match=r"already"):
        parcel.unpack(Config(), "town", file)
    with pytest.raises(UsageError, match=r"no file"):
        parcel.unpack(Config(), "new", tmp_path / "none")
    libraries.write(libraries.place(Config(), "empty"), tmp_path)
    with pytest.raises(UsageError, match=r"footnote sync --library empty"):
        parcel.export(Config(), "empty", tmp_path / "empty.footnote")
    assert not list(tmp_path.glob(".*part"))


Members = dict[str, bytes]


def rewritten(file: Path, change: Callable[[Members], object]) -> Path:
    """The parcel with other contents."""
    with zipfile.ZipFile(file) as parcel_:
        members = {name: parcel_.read(name) for name in parcel_.namelist()}
    change(members)
    other = file.with_name("other.footnote")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as parcel_:
        for name, data in members.items():
            parcel_.writestr(name, data)
    return other


def in_manifest(**fields: object) -> Callable[[Members], object]:
    return lambda m: m.update({"manifest.json": json.dumps(json.loads(m["manifest.json"]) | fields).encode()})


def another_text(members: Members) -> None:
    members["state/articles.jsonl"] = members["state/articles.jsonl"].replace(b"412", b"512")


def longer_vectors(members: Members) -> None:

    out = io.BytesIO()
    np.save(out, 2 * np.load(io.BytesIO(members["state/vectors.npy"])))
    members["state/vectors.npy"] = out.getvalue()


def in_articles(**fields: object) -> Callable[[Members], object]:
    def change(members: Members) -> None:
        lines = [json.loads(line) | fields for line in members["state/articles.jsonl"].splitlines()]
        members["state/articles.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines).encode()

    return change


BAD: dict[str, Callable[[Members], object]] = {
    "a path upwards": lambda m: m.update({"../evil": b"x"}),
    "a path upwards below": lambda m: m.update({"added/../../evil": b"x"}),
    "an absolute path": lambda m: m.update({"/evil": b"x"}),
    "a backslash": lambda m: m.update({"added/..\\evil": b"x"}),
    "a hidden name": lambda m: m.update({"added/.evil": b"x"}),
    "a line end": lambda m: m.update({"added/e\nvil": b"x"}),
    "folders to follow": lambda m: m.update({"folders.json": b'["/"]'}),
    "a library file": lambda m: m.update({"library.json": b'{"corpus": "/"}'}),
    "no mark": lambda m: m.pop("mark"),
    "no manifest": lambda m: m.pop("manifest.json"),
    "no vectors": lambda m: m.pop("state/vectors.npy"),
    "no words": lambda m: m.pop("state/keyword/passages.json"),
    "another format": in_manifest(format=99),
    "no files": in_manifest(files=7),
    "no hidden": in_manifest(hidden=7),
    "another text": another_text,
    "longer vectors": longer_vectors,
    "a script for an address": in_articles(url="javascript:alert(1)"),
    "a number for a name": in_articles(publisher=5),
    "a list for a language": in_articles(language=["en"]),
    "a number for a source": in_articles(source=5),
    "a hidden sign in a title": in_articles(author="Jane\u202eDoe"),
    "half an emoji for an id": in_articles(id="\ud800"),
    "pages that are none": in_articles(pages=["x"]),
    "pages the wrong way round": in_articles(pages=[3, 1]),
    "a bomb for a mark": lambda m: m.update({"mark": bytes(300_000_000)}),
    "a bomb": lambda m: m.update({"added/bomb.txt": bytes(300_000_000)}),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_parcel_is_turned_down_and_leaves_nothing(packed: Path, home: Path, tmp_path: Path, what: str) -> None:
    bad = rewritten(packed, BAD[what])
    (home / "libraries").mkdir(parents=True, exist_ok=True)
    before = {path for path in tmp_path.rglob("*") if ".lock" not in path.name}
    with pytest.raises(StoreError, match=r"other\.footnote cannot be imported"):
        parcel.unpack(Config(), "copy", bad)
    assert {path for path in tmp_path.rglob("*") if ".lock" not in path.name} == before


def test_a_parcel_with_damaged_bytes_is_turned_down(packed: Path, tmp_path: Path) -> None:
    whole = packed.read_bytes()
    for at in range(100, len(whole) - 100, len(whole) // 40):
        bad = tmp_path / "bad"
        bad.write_bytes(whole[:at] + bytes(255 - byte for byte in whole[at : at + 4]) + whole[at + 4 :])
        with contextlib.suppress(StoreError):
            parcel.unpack(Config(), "copy", bad)
            libraries.delete(Config(), "copy")


def test_a_parcel_with_vectors_of_another_length_is_said_when_it_is_asked(packed: Path, tmp_path: Path) -> None:
    def shorten(members: Members) -> None:
        out = io.BytesIO()
        rows = len(np.load(io.BytesIO(members["state/vectors.npy"])))
        np.save(out, np.tile(np.array([1, 0, 0], np.float32), (rows, 1)))
        members["state/vectors.npy"] = out.getvalue()

    parcel.unpack(Config(), "copy", rewritten(packed, shorten))
    with (
        build.load(Config(library="copy", model="none")) as bot,
        pytest.raises(StoreError, match=r"3 numbers and not .* import again"),
    ):
        bot.search(QUESTION)


@pytest.mark.parametrize("cut", [0, 10, 1000, -1000, -30])
def test_half_a_parcel_is_turned_down(packed: Path, tmp_path: Path, cut: int) -> None:
    half = tmp_path / "half"
    half.write_bytes(packed.read_bytes()[:cut])
    with pytest.raises(StoreError, match=r"half cannot be imported"):
        parcel.unpack(Config(), "copy", half)


def test_paths_of_a_parcel_lead_nowhere_on_this_disk(file: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("The secret is a tram.", encoding="utf-8")

    def point(members: Members) -> None:
        manifest = json.loads(members["manifest.json"])
        entry = {"stamp": [0, 0, 0], "gives": [], "also": [], "skipped": []}
        for path in (str(tmp_path / "secret.txt"), "@/../../../secret.txt", "@/added/../../../../secret.txt"):
            manifest["files"][path] = entry
        members["manifest.json"] = json.dumps(manifest).encode()

    parcel.unpack(Config(), "copy", rewritten(file, point))
    with build.load(Config(library="copy", model="none")) as bot:
        assert not any("secret" in article.text for article in bot.articles)
        assert len(bot.articles) == 3


# --- in the shell ---------------------------------------------------------------------------------------------------


def test_the_shell_lists_moves_exports_imports_and_deletes(
    town: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["library", "move", "town", "village"]) == 0
    assert main(["library", "export", "village", str(tmp_path / "v.footnote")]) == 0
    assert main(["library", "import", "copy", str(tmp_path / "v.footnote")]) == 0
    capsys.readouterr()
    assert main(["library"]) == main(["library", "list"]) == 0
    assert [line.split()[:3] for line in capsys.readouterr().out.splitlines()] == [
        ["copy", "3", "articles"], ["village", "3", "articles"]
    ] * 2  # fmt: skip
    assert main(["library", "delete", "copy"]) == 2
    assert "--yes" in capsys.readouterr().err
    for typed, code in (("no", 2), ("copy", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        assert main(["library", "delete", "copy"]) == code
    assert main(["library", "delete", "village", "--yes"]) == 0
    assert main(["library", "move", "village"]) == 2
    assert libraries.everyone(Config()) == []


def test_an_index_in_use_keeps_what_it_has_when_its_library_is_deleted(town: Config, home: Path) -> None:
    index = Index(home / "libraries" / "town", FakeEmbedder())
    libraries.delete(Config(), "town")
    assert len(index.now.vectors.sum(axis=1)) == len(index.passages)
    index.close()
