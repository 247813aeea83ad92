"""What this computer is: processor, memory, installed libraries, the build of llama.cpp. Knows nothing about articles
or models, and judges nothing. Each function answers within a second and raises nothing that the caller must expect.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "footnote-rag"


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float | None:
    """Processes that wanted a core during the last minute, on average; None where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


def processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The instruction sets that the kernel lists, in small letters; empty where it lists none (Linux on x86 does)."""
    try:
        found = re.search(r"^flags\s*:(.*)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return frozenset()
    return frozenset(found[1].split()) if found else frozenset()


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Its name, as the system gives it."""
    try:
        found = re.search(r"^model name\s*:\s*(.*)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def release(distribution: str) -> str:
    """The release that is installed, or "none"."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "none"


def memory() -> int | None:
    """Bytes of memory; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def llama_features() -> frozenset[str] | str:
    """What llama.cpp was built to use ("AVX2", …), or in words why it cannot be loaded.

    In a process of its own: a build for another processor does not raise, it kills.
    """
    code = "import llama_cpp; print(llama_cpp.llama_print_system_info().decode())"
    try:
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if run.returncode < 0:
        return f"it ends with signal {-run.returncode}, as a build for another processor does"
    if run.returncode > 0:
        return run.stderr.strip().splitlines()[-1] if run.stderr.strip() else "it gives no reason"
    return frozenset(re.findall(r"(\w+) = 1", run.stdout))


def other_releases() -> list[str] | None:
    """Libraries that are missing or not of the release that Footnote pins, each in words; None: not installed itself.

    What is built for this machine (`2.13.0+cpu`) counts as the release.
    """
    try:
        pinned = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return None
    found = []
    for requirement in pinned:
        if ";" in requirement:  # of the extras for development
            continue
        name, _, wanted = requirement.partition("==")
        name = re.split(r"[^\w.-]", name)[0]
        try:
            seen = metadata.version(name)
        except metadata.PackageNotFoundError:
            found.append(f"{name} is missing")
            continue
        if wanted and seen.partition("+")[0] != wanted:
            found.append(f"{name} is {seen} instead of {wanted}")
    return found


def architecture() -> str:
    return platform.machine()
