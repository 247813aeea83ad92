"""Models arrive whole and right or not at all: over real HTTP, with real pip and real files, all on this machine."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import shutil
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag import fetch
from rag.catalogue import CATALOGUE, Carriers, File, Model
from rag.errors import DiskFull, FetchError, HashMismatch, ModelBroken, ModelNotFound, NoNetwork
from rag.fetch import ensure, ensure_embedder, ensure_model, place, state
from rag.shelf import disk_errors
from tests.sources import Hub, describe, gguf_model, small_model, tiny_gguf, write_parts, write_wheel

DATA = tiny_gguf()
PARTS = ("tiny-part1", "tiny-part2", "tiny-part3", "tiny-part4")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the tiny model."""
    server = Hub()
    server.files["someone/tiny/tiny.gguf"] = DATA
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    yield server
    server.close()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No hub; pip knows only this folder."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # the discard port: nobody listens
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def leftovers(home: Path) -> list[str]:
    """What lies beside a model that is in place, or was never put there."""
    return sorted(
        str(path.relative_to(home / "models"))
        for path in (home / "models").rglob("*")
        if path.is_file() and not path.name.endswith((".lock", ".verified"))
    )


# --- from the hub --------------------------------------------------------------------------------------------


def test_from_the_hub_and_then_from_disk(hub: Hub, home: Path) -> None:
    model, seen = gguf_model(DATA), []
    assert state(model, home) == "missing"
    path = ensure(model, home, lambda *step: seen.append(step))
    assert path == place(model, home)
    assert path.read_bytes() == DATA
    assert leftovers(home) == ["tiny.gguf"]
    assert state(model, home) == "verified"
    assert (len(DATA), len(DATA), "fetching tiny") in seen
    hub.gets.clear()
    assert ensure(model, home) == path
    assert hub.gets == []


def test_a_broken_connection_is_taken_up_where_it_broke(hub: Hub, home: Path) -> None:
    hub.stop_after = 1000
    assert ensure(gguf_model(DATA), home).read_bytes() == DATA
    assert [wanted for _, wanted in hub.gets] == [None, "bytes=1000-"]


def test_a_hub_without_ranges_sends_the_whole_file_again(hub: Hub, home: Path) -> None:
    hub.stop_after, hub.ranges = 1000, False
    assert ensure(gguf_model(DATA), home).read_bytes() == DATA


def test_killed_in_mid_download_the_next_start_goes_on(hub: Hub, home: Path) -> None:
    hub.stop_after = 1000
    hub.resume.clear()
    child = multiprocessing.get_context("spawn").Process(target=ensure, args=(gguf_model(DATA), home))
    child.start()
    assert hub.stopped.wait(60)
    part = home / "models" / "tiny.gguf.part" / "files" / "tiny.gguf"
    while not part.is_file() or part.stat().st_size < 1000:  # sent, but perhaps not yet written
        child.join(0.01)
        assert child.is_alive()
    child.kill()
    child.join()
    child.close()
    assert not place(gguf_model(DATA), home).exists()
    assert ensure(gguf_model(DATA), home).read_bytes() == DATA
    assert hub.gets[-1] == ("someone/tiny/tiny.gguf", "bytes=1000-")


def _fetch_and_say_when_waiting(model: Model, home: Path, waiting) -> None:
    ensure(model, home, lambda done, total, label: waiting.set() if "waiting" in label else None)


@pytest.mark.slow
def test_two_processes_at_once_fetch_once(hub: Hub, home: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    waiting = spawn.Event()
    hub.stop_after = 1000
    hub.resume.clear()
    children = [
        spawn.Process(target=_fetch_and_say_when_waiting, args=(gguf_model(DATA), home, waiting)) for _ in range(2)
    ]
    children[0].start()
    assert hub.stopped.wait(60)
    children[1].start()
    assert waiting.wait(60)
    hub.resume.set()
    for child in children:
        child.join(60)
        assert child.exitcode == 0
        child.close()
    assert place(gguf_model(DATA), home).read_bytes() == DATA
    assert len(hub.gets) == 1


def test_other_bytes_are_named_and_deleted(hub: Hub, home: Path) -> None:
    wrong = DATA[:-1] + b"!"
    hub.files["someone/tiny/tiny.gguf"] = wrong
    with pytest.raises(HashMismatch) as error:
        ensure(gguf_model(DATA), home)
    assert hashlib.sha256(DATA).hexdigest() in str(error.value)
    assert hashlib.sha256(wrong).hexdigest() in str(error.value)
    assert leftovers(home) == []
    hub.files["someone/tiny/tiny.gguf"] = DATA
    assert ensure(gguf_model(DATA), home).read_bytes() == DATA


def test_a_file_of_another_size_is_not_even_downloaded(hub: Hub, home: Path) -> None:
    hub.files["someone/tiny/tiny.gguf"] = DATA + b"more"
    with pytest.raises(NoNetwork, match=f"{len(DATA) + 4} bytes instead of {len(DATA)}"):
        ensure(gguf_model(DATA), home)
    assert leftovers(home) == []


def test_a_hub_without_the_file(hub: Hub, home: Path) -> None:
    hub.files.clear()
    with pytest.raises(NoNetwork, match=r"no such file \(HTTP 404\)"):
        ensure(gguf_model(DATA), home)


# --- a file that is there ------------------------------------------------------------------------------------


def test_a_file_put_there_by_hand_is_checked_without_any_network(wheels: Path, home: Path) -> None:
    target = place(gguf_model(DATA), home)
    target.parent.mkdir()
    target.write_bytes(DATA)
    assert state(gguf_model(DATA), home) == "not checked"
    assert ensure(gguf_model(DATA), home) == target
    assert state(gguf_model(DATA), home) == "verified"


def test_a_file_that_was_checked_is_not_read_again_until_it_changes(hub: Hub, home: Path) -> None:
    path = ensure(gguf_model(DATA), home)
    before = path.stat()
    path.write_bytes(bytes(len(DATA)))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert state(gguf_model(DATA), home) == "verified"  # as far as size and time tell
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert state(gguf_model(DATA), home) == "not checked"
    assert ensure(gguf_model(DATA), home).read_bytes() == DATA  # hashed, found wrong, fetched again


def test_a_wrong_file_that_cannot_be_replaced_is_named_and_never_used(wheels: Path, home: Path) -> None:
    target = place(gguf_model(DATA), home)
    target.parent.mkdir()
    target.write_bytes(DATA[:500])
    with pytest.raises(HashMismatch, match=f"(?s){target}.*expected {len(DATA)} bytes, seen 500.*does not answer"):
        ensure(gguf_model(DATA), home)
    assert state(gguf_model(DATA), home) == "not checked"


# --- from wheels ---------------------------------------------------------------------------------------------


def test_parts_are_joined_in_order_and_only_once(wheels: Path, home: Path) -> None:
    """Ctrl-C after the first parts; these wheels then disappear, so that only what is missing can be fetched."""
    write_parts(wheels, PARTS, DATA)
    model = gguf_model(DATA, PARTS)

    def interrupt(done: int, total: int, label: str) -> None:
        if done >= total // 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure(model, home, interrupt)
    assert not place(model, home).exists()
    (wheels / "tiny_part1-1.0-py3-none-any.whl").unlink()
    with (home / "models/tiny.gguf.part/files/tiny.gguf").open("ab") as half:
        half.write(b"the beginning of a part that was cut off")
    assert ensure(model, home).read_bytes() == DATA
    assert leftovers(home) == ["tiny.gguf"]


def test_wrong_bytes_from_the_hub_are_made_good_by_wheels(
    hub: Hub, wheels: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    hub.files["someone/tiny/tiny.gguf"] = bytes(len(DATA))
    write_parts(wheels, PARTS[:1], DATA)
    assert ensure(gguf_model(DATA, PARTS[:1]), home).read_bytes() == DATA


def test_wheels_with_other_bytes(wheels: Path, home: Path) -> None:
    write_parts(wheels, PARTS[:1], bytes(len(DATA)))
    with pytest.raises(HashMismatch, match=hashlib.sha256(DATA).hexdigest()):
        ensure(gguf_model(DATA, PARTS[:1]), home)
    assert leftovers(home) == ["tiny.gguf.part/parts.json"]
    write_parts(wheels, PARTS[:1], DATA)
    assert ensure(gguf_model(DATA, PARTS[:1]), home).read_bytes() == DATA


def test_a_wheel_that_holds_more_than_it_should(wheels: Path, home: Path) -> None:
    write_parts(wheels, PARTS[:1], DATA + b"more")
    with pytest.raises(NoNetwork, match=r"does not hold the part of tiny.gguf that it should"):
        ensure(gguf_model(DATA, PARTS[:1]), home)


def test_code_of_a_carrier_never_runs(wheels: Path, home: Path) -> None:
    """A source package would run its setup.py on download; only wheels are taken, and those are only unzipped."""
    trap = wheels / "trap"
    code = f"open({str(trap)!r}, 'w')".encode()
    with tarfile.open(wheels / "tiny-part1-1.0.tar.gz", "w:gz") as archive:
        for name, data in {
            "setup.py": code,
            "PKG-INFO": b"Metadata-Version: 2.1\nName: tiny-part1\nVersion: 1.0\n",
        }.items():
            info = tarfile.TarInfo(f"tiny-part1-1.0/{name}")
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    with pytest.raises(NoNetwork, match=r"pip cannot download tiny-part1==1\.0"):
        ensure(gguf_model(DATA, PARTS[:1]), home)
    write_wheel(wheels, "tiny-part1", {"tiny_part1/__init__.py": code, "tiny_part1/data/p.bin": DATA})
    ensure(gguf_model(DATA, PARTS[:1]), home)
    assert not trap.exists()


def test_no_source_can_be_reached(wheels: Path, home: Path) -> None:
    with pytest.raises(NoNetwork) as error:
        ensure(gguf_model(DATA, PARTS), home)
    for told in (
        "http://127.0.0.1:9: it does not answer",
        "with pip: pip cannot download tiny-part1==1.0",
        str(home),
        "--model none",
    ):
        assert told in str(error.value)


# --- a folder of files ---------------------------------------------------------------------------------------

FOLDER = {"model.safetensors": b"weights" * 100, "config.json": b"{}", "1_Pooling/config.json": b'{"a": 1}'}
EMBEDDER = Model(
    "mini",
    "embedder",
    tuple(describe(name, data) for name, data in FOLDER.items()),
    "MIT",
    "someone/mini",
    Carriers(("mini-model",), "1.0", "mini_model/model/{file}"),
)


def read(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_embedder_from_the_hub_and_mended_from_a_wheel(
    hub: Hub, wheels: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setitem(fetch.CATALOGUE, "mini", EMBEDDER)
    hub.files = {f"someone/mini/{name}": data for name, data in FOLDER.items()}
    folder = ensure_embedder("mini", home)
    assert read(folder) == FOLDER
    (folder / "config.json").unlink()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    write_wheel(wheels, "mini-model", {f"mini_model/model/{name}": data for name, data in FOLDER.items()})
    assert read(ensure_embedder("mini", home)) == FOLDER


def test_an_embedder_may_be_a_folder_of_ones_own(tmp_path: Path, home: Path) -> None:
    assert ensure_embedder(str(tmp_path), home) == tmp_path
    with pytest.raises(ModelNotFound, match="all-MiniLM-L6-v2"):
        ensure_embedder("no-such-model", home)


# --- other GGUFs ---------------------------------------------------------------------------------------------


def test_a_path_is_taken_as_it_is(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "my.gguf"
    path.write_bytes(DATA)
    assert ensure_model(str(path), home) == path
    assert not (home / "models").exists()


@pytest.mark.parametrize("length", [4, 5, 8, 20, 24, 30, 60, 90, 110, 130, 150, 170, 200, 1000])
def test_a_gguf_that_is_cut_off(length: int, tmp_path: Path, home: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(DATA[:length])
    with pytest.raises(ModelBroken, match="is cut off"):
        ensure_model(str(path), home)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>not found</html>",
        b"GGUF" + b"\xff" * 200,
        b"GGUF\x03\0\0\0" + b"\xff" * 200,
        DATA.replace(b"\x09\0\0\0", b"\x99\0\0\0"),
    ],
    ids=["empty", "a web page", "an unknown version", "huge counts", "an unknown type"],
)
def test_not_a_gguf(data: bytes, tmp_path: Path, home: Path) -> None:
    path = tmp_path / "not.gguf"
    path.write_bytes(data)
    with pytest.raises(ModelBroken, match=str(path)):
        ensure_model(str(path), home)


def test_arrays_within_arrays_without_end(tmp_path: Path, home: Path) -> None:
    key = (1).to_bytes(8, "little") + b"k"
    nested = (9).to_bytes(4, "little") + (1).to_bytes(8, "little")
    header = b"GGUF" + (3).to_bytes(4, "little") + (0).to_bytes(8, "little") + (1).to_bytes(8, "little")
    path = tmp_path / "deep.gguf"
    path.write_bytes(header + key + (9).to_bytes(4, "little") + nested * 5000)
    with pytest.raises(ModelBroken):
        ensure_model(str(path), home)


def test_no_such_file(home: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"no model file '/no/such\.gguf'"):
        ensure_model("/no/such.gguf", home)


def test_any_file_of_the_hub_checked_against_the_hash_that_the_hub_tells(hub: Hub, home: Path) -> None:
    hub.files["some/repo/q4/x.gguf"] = DATA
    hub.headers = {"X-Linked-Etag": f'"{hashlib.sha256(DATA).hexdigest()}"', "X-Linked-Size": str(len(DATA))}
    path = ensure_model("some/repo:q4/x.gguf", home)
    assert path.read_bytes() == DATA
    hub.gets.clear()
    hub.files.clear()
    assert ensure_model("some/repo:q4/x.gguf", home) == path
    assert hub.gets == []


def test_a_hub_that_sends_on_to_a_storage(hub: Hub, home: Path) -> None:
    hub.files["bucket/1"] = DATA
    hub.storage["some/repo/x.gguf"] = "bucket/1"
    hub.headers = {"X-Linked-Etag": f'"{hashlib.sha256(DATA).hexdigest()}"', "X-Linked-Size": str(len(DATA))}
    hub.stop_after = 1000
    assert ensure_model("some/repo:x.gguf", home).read_bytes() == DATA
    assert hub.gets[-1] == ("bucket/1", "bytes=1000-")


def test_a_hub_that_sends_in_circles(hub: Hub, home: Path) -> None:
    hub.storage["some/repo/x.gguf"] = "some/repo/resolve/main/x.gguf"
    with pytest.raises(NoNetwork, match="does not say how large"):
        ensure_model("some/repo:x.gguf", home)


def test_a_hub_that_tells_another_hash(hub: Hub, home: Path) -> None:
    hub.files["some/repo/x.gguf"] = DATA
    hub.headers = {"X-Linked-Etag": f'"{"0" * 64}"'}
    with pytest.raises(HashMismatch, match="0" * 64):
        ensure_model("some/repo:x.gguf", home)
    assert leftovers(home) == []


def test_a_hub_file_that_is_not_there(hub: Hub, home: Path) -> None:
    with pytest.raises(NoNetwork, match=r"some/repo:x.gguf could not be fetched.*HTTP 404"):
        ensure_model("some/repo:x.gguf", home)


def test_a_hub_that_cannot_be_reached_names_the_ways_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NoNetwork, match=r"Look at the connection .* give its path; --model none answers"):
        ensure_model("some/repo:x.gguf", home)


# --- the disk ------------------------------------------------------------------------------------------------


def test_too_little_room_is_said_before_anything_is_fetched(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**6))
    with pytest.raises(DiskFull, match=r"tiny needs 500 MB in .* and 1 MB are free.*--home"):
        ensure(gguf_model(DATA), home)
    assert hub.gets == []


def test_a_disk_that_fills_up_keeps_what_was_fetched(hub: Hub, home: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # writing more into a file fails, as on a full disk
    try:
        with pytest.raises(DiskFull, match="no more room"):
            ensure(gguf_model(DATA), home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ensure(gguf_model(DATA), home).read_bytes() == DATA
    assert hub.gets[-1] == ("someone/tiny/tiny.gguf", "bytes=1000-")


@pytest.mark.parametrize(("number", "error"), [(28, DiskFull), (30, DiskFull), (13, DiskFull), (5, FetchError)])
def test_errors_of_the_disk_in_words(number: int, error: type[FetchError], tmp_path: Path) -> None:
    with pytest.raises(error, match=f"{tmp_path}.*--home"), disk_errors(tmp_path):
        raise OSError(number, os.strerror(number))


def test_a_file_where_the_folder_should_be(hub: Hub, home: Path) -> None:
    (home / "models").write_text("not a folder")
    with pytest.raises(FetchError, match="models"):
        ensure(gguf_model(DATA), home)


# --- made from another model ---------------------------------------------------------------------------------


def made(monkeypatch: pytest.MonkeyPatch, size: int = 2176) -> Model:
    """A model that is made from the tiny one."""
    monkeypatch.setitem(CATALOGUE, "tiny", gguf_model(small_model()))
    return Model("tinier", "gguf", (File("tinier.gguf", size, ""),), "MIT", "someone/tiny", None, made_from="tiny")


def test_is_made_once_from_a_model_that_is_fetched_and_checked(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.files["someone/tiny/tiny.gguf"] = small_model()
    model, seen = made(monkeypatch), []
    path = ensure(model, home, lambda *step: seen.append(step[2]))
    assert (path.name, path.stat().st_size) == ("tinier.gguf", 2176)
    assert list(dict.fromkeys(seen)) == ["fetching tiny", "checking tiny", "making tinier"]
    assert (state(model, home), leftovers(home)) == ("verified", ["tinier.gguf", "tiny.gguf"])
    written, data = path.stat().st_mtime_ns, path.read_bytes()
    assert ensure(model, home).stat().st_mtime_ns == written
    path.write_bytes(data[::-1])  # no hash would tell
    assert ensure(model, home).read_bytes() == data


def test_is_not_made_from_wrong_bytes(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files["someone/tiny/tiny.gguf"] = small_model()[::-1]
    model = made(monkeypatch)
    with pytest.raises(HashMismatch, match="tiny"):
        ensure(model, home)
    assert state(model, home) == "missing"


def test_what_llama_cpp_cannot_make_is_an_error_that_leaves_nothing(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made(monkeypatch)
    monkeypatch.setitem(CATALOGUE, "tiny", gguf_model(DATA))  # a GGUF with the header of a model, and none of one
    with pytest.raises(ModelBroken, match=r"tiny\.gguf.*footnote models fetch"):
        ensure(model, home)
    assert (state(model, home), leftovers(home)) == ("missing", ["tiny.gguf"])
