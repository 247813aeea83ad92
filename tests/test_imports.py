"""The house rules that a reader relies on: imports point one way, heavy libraries load late and in one place.

Reads the import statements; imports nothing itself, except in processes of its own.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("rag", "ui", "eval")

ONLY_IN = {
    "sentence_transformers": {"rag.embedder"},
    "llama_cpp": {"rag.llama", "rag.requantise", "rag.tokenizer", "eval.plain"},
    "chromadb": {"rag.store"},
    "bm25s": {"rag.keyword"},
    "pypdf": {"rag.readers.pdf"},
    "docx": {"rag.readers.docx"},
    "feedparser": {"rag.readers.feed"},
    "trafilatura": {"rag.saved_page", "eval.extraction"},
    "babel": {"ui.offers"},
}
LATE_ALTOGETHER = {"ui.handlers", "ui.librarian", "rag.rerank", "eval.qwen", "eval.fit_judge", "eval.fit_reranker"}
"""Cannot be defined without a heavy library (Gradio reads annotations, a network is torch): must be imported late."""
HEAVY = {*ONLY_IN, "lxml", "torch", "transformers", "gradio", "matplotlib", "scipy", "sklearn", "pandas"}

RECORDS = {"rag.types", "rag.errors", "rag.config", "rag.given"}
PARTS = {"rag.embedder", "rag.llama", "rag.server", "rag.store"}
"""The real models and the real database."""
MAY_USE_PARTS = {"rag.build", "rag.index"}
WIRING = {"rag.build"}
MAY_USE_WIRING = {"rag", "rag.cli"}


@dataclass(frozen=True)
class Import:
    """`importer` imports `name`, a module or a member of one; `late` when not by importing `importer` alone."""

    importer: str
    name: str
    late: bool
    statement: str

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(importer: str, tree: ast.AST, late: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(importer, alias.name, late, "import")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{importer} line {node.lineno}: relative import"
            for alias in node.names:
                yield Import(importer, f"{node.module}.{alias.name}", late, "from")
        else:
            in_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            yield from imports(importer, node, late or in_function or for_types)


PATHS = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
MODULES = {module_name(path) for path in PATHS}
IMPORTS = [i for path in PATHS for i in imports(module_name(path), ast.parse(path.read_text(encoding="utf-8")))]


def target(name: str) -> str:
    """The module of ours that an imported name belongs to: `rag.types.Hit` and `rag.types` are both `rag.types`."""
    return name if name in MODULES else name.rpartition(".")[0]


OURS = [(i.importer, target(i.name)) for i in IMPORTS if i.package in PACKAGES]


def test_the_reader_of_imports_sees_late_and_early_ones() -> None:
    source = "import a\nif TYPE_CHECKING:\n    from b import c\ntry:\n    import d\nexcept E:\n    x = 1\n"
    source += "def f():\n    if x:\n        import e"
    seen = {i.name: i.late for i in imports("m", ast.parse(source))}
    assert seen == {"a": False, "b.c": True, "d": False, "e": True}


@pytest.mark.parametrize(("library", "homes"), ONLY_IN.items())
def test_a_heavy_library_has_one_home(library: str, homes: set[str]) -> None:
    assert {i.importer for i in IMPORTS if i.package == library} == homes


def test_gradio_stays_in_the_ui() -> None:
    assert {i.importer.partition(".")[0] for i in IMPORTS if i.package == "gradio"} == {"ui"}


def test_heavy_libraries_are_imported_late() -> None:
    early = [i for i in IMPORTS if not i.late]
    assert {i.importer for i in early if i.package in HEAVY} == LATE_ALTOGETHER
    early_users = {i.importer for i in early if target(i.name) in LATE_ALTOGETHER}
    assert early_users <= LATE_ALTOGETHER


def test_the_records_need_nothing_but_numpy() -> None:
    outside = {i.package for i in IMPORTS if i.importer in RECORDS} - sys.stdlib_module_names
    inside = {name for importer, name in OURS if importer in RECORDS}
    assert outside - {"rag"} == {"numpy"}
    assert inside <= RECORDS


def test_only_the_wiring_knows_the_real_parts() -> None:
    """In the product; a tool of `eval` may take a part by itself, to measure or fit it."""
    users = {importer for importer, name in OURS if name in PARTS and not importer.startswith("eval.")}
    assert users - PARTS == MAY_USE_PARTS


def test_within_rag_only_the_front_doors_know_the_wiring() -> None:
    assert {importer for importer, name in OURS if name in WIRING and importer.startswith("rag")} <= MAY_USE_WIRING


def test_packages_point_one_way() -> None:
    crossings = {(importer.partition(".")[0], name.partition(".")[0]) for importer, name in OURS}
    assert crossings <= {("rag", "rag"), ("ui", "ui"), ("eval", "eval"), ("ui", "rag"), ("eval", "rag")}


def test_no_import_cycle_even_a_late_one() -> None:
    graph: dict[str, set[str]] = {module: set() for module in MODULES}
    for importer, name in OURS:
        graph[importer].add(name)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_eval_never_hides_the_builtin() -> None:
    everywhere = [*PATHS, *sorted((ROOT / "tests").rglob("*.py"))]
    found = [i for path in everywhere for i in imports(module_name(path), ast.parse(path.read_text(encoding="utf-8")))]
    assert [i for i in found if i.package == "eval" and i.statement == "import"] == []


@pytest.mark.parametrize(
    "statement",
    ["import rag", "import ui.app", "import eval.__main__", "from rag.cli import main; main(['models', 'path'])"],
)
def test_little_is_loaded_and_no_file_made(statement: str, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    program = f"import sys; {statement}; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    environment = os.environ | {"HOME": str(folder), "FOOTNOTE_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-B", "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == ""
    assert run.stderr == ""
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("statement", ["import rag", "import rag.cli; rag.cli.parser().format_help()"])
def test_a_glance_does_not_wait_for_numpy(statement: str) -> None:
    program = f"import sys; {statement}; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    # Each with a class of one character, so that this file does not contain what it looks for.
    pattern = re.compile(r"/[w]ork/|/[f]arm/|/[r]oot/|pypi[.]org|python[h]osted|deb[.]debian|npm[j]s")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listing.split("\0") if name and not name.startswith("seeds/")]
    assert "tests/test_imports.py" in names
    found = []
    for path in (ROOT / name for name in names):
        if path.is_file():  # a file may be tracked and just deleted
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{path.name}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []
