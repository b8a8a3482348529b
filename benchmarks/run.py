"""Compare ``ctxopt scan`` with ``du`` and other tools that are there: whole processes, in turns, caches warm.

    python3 -m venv bench && CTXOPT_NATIVE=1 bench/bin/pip install -q . docker-devtools
    bench/bin/python benchmarks/run.py --ctxopt bench/bin/ctxopt --devtools bench/bin/docker-devtools

Install ctxopt as its users do: not editable, with compiled bytecode. Both readers of folders are measured
where the compiled one is built; ripgrep, dust and dua where they are on the path. Ratios are medians of the
ratios within each round, so that a busy moment of the machine hits both sides. The last lines are the table
of docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import trees

_SAMPLE_SECONDS = 0.02


_LISTERS = {
    "rg": ("--files", "--hidden", "--no-ignore"),
    "dust": ("--apparent-size", "--number-of-lines", "1"),
    "dua": ("--apparent-size", "aggregate"),
}


class Usage(NamedTuple):
    """What one process, with the children it waited for, took."""

    wall: float
    cpu: float
    rss: int
    """Bytes of the largest of the processes at its peak."""


class Tools(NamedTuple):
    """The commands that are compared."""

    ctxopt: str
    devtools: str | None
    du: str = "du"

    def scan(self, root: str) -> list[str]:
        """Return the command that measures the context ``root``."""
        return [self.ctxopt, "scan", "--quiet", root]

    def readers(self, root: str) -> dict[str, list[str]]:
        """Return the commands that measure ``root``, by the reader of folders that they use."""
        about = subprocess.check_output([self.ctxopt, "--version", "--verbose"], text=True)
        commands = {"ctxopt, pure": ["env", "CTXOPT_PURE=1", *self.scan(root)]}
        if "compiled" in about:
            commands = {"ctxopt, compiled": self.scan(root), **commands}
        return commands

    def others(self, root: str) -> dict[str, list[str]]:
        """Return the commands of the other tools that are there; not all do the same work."""
        commands = {"du": [self.du, "-s", "--apparent-size", root]}
        if self.devtools:
            listing = ["build-context", "ls", "--summary", "--whole-context"]
            commands["docker-devtools"] = [self.devtools, *listing, root]
        for name, arguments in _LISTERS.items():
            if program := shutil.which(name):
                commands[name] = [program, *arguments, root]
        return commands


def run(command: list[str], *, watch: Callable[[int], None] | None = None) -> Usage:
    """Run ``command`` to its end, its output thrown away; ``watch`` is given its process id."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    watcher = threading.Thread(target=watch, args=(process.pid,)) if watch else None
    if watcher:
        watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if watcher:
        watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def take_turns(commands: dict[str, list[str]], rounds: int) -> dict[str, list[Usage]]:
    """Run every command ``rounds`` times, one after the other, after one round to warm up."""
    for command in commands.values():
        run(command)
    found: dict[str, list[Usage]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found[name].append(run(commands[name]))
    return found


def peak_together(command: list[str]) -> int:
    """Return the most memory the processes of ``command`` held together, shared pages once."""
    peak = 0

    def watch(process: int) -> None:
        nonlocal peak
        while (now := sum(map(_proportional_bytes, _family(process)))) > 0:
            peak = max(peak, now)
            time.sleep(_SAMPLE_SECONDS)

    run(command, watch=watch)
    return peak


def _family(process: int) -> list[int]:
    """The process and its descendants."""
    found = [process]
    for member in found:
        try:
            with open(f"/proc/{member}/task/{member}/children", encoding="ascii") as file:
                found += [int(number) for number in file.read().split()]
        except OSError:
            continue
    return found


def _proportional_bytes(process: int) -> int:
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
            lines = [line.split() for line in file if line.startswith("Pss:")]
    except OSError:
        return 0
    return sum(int(fields[1]) for fields in lines) * 1024


def compare(title: str, tools: Tools, root: str, rounds: int) -> list[str]:
    """Print one case: times, ratios and memory; return its rows of the table."""
    readers, others = tools.readers(root), tools.others(root)
    found = take_turns({**readers, **others}, rounds)
    print(f"\n{title}")
    for name, usages in found.items():
        wall, cpu = medians(usages)
        rss = max(usage.rss for usage in usages)
        print(f"  {name:16} {wall:7.3f} s  CPU {cpu:7.3f} s  largest process {rss / 1e6:6.0f} MB")
    rows = []
    for reader, command in readers.items():
        together = peak_together(command)
        print(f"  all processes of {reader} together: {together / 1e6:.0f} MB", flush=True)
        wall, cpu = medians(found[reader])
        ratios = [f"{other} {ratio(found[reader], found[other]):.2f}" for other in others]
        rows.append(
            f"| {title} | {reader} | {wall:.2f} s | {cpu:.2f} s | {together / 1e6:.0f} MB | {', '.join(ratios)} |"
        )
    return rows


def medians(usages: list[Usage]) -> tuple[float, float]:
    """Return the medians of the wall and the processor seconds."""
    wall = statistics.median(usage.wall for usage in usages)
    return wall, statistics.median(usage.cpu for usage in usages)


def ratio(ours: list[Usage], theirs: list[Usage]) -> float:
    """Return how many times as long ours take as theirs."""
    return statistics.median(a.wall / b.wall for a, b in zip(ours, theirs, strict=True))


def start_up(tools: Tools, folder: str, rounds: int) -> None:
    """Print what ctxopt adds to the start of its interpreter."""
    project = f"{folder}/small"
    if not os.path.isdir(project):
        trees.small_project(project)
    python = os.path.join(os.path.dirname(os.path.abspath(tools.ctxopt)), "python")
    found = take_turns(
        {
            "python -c pass": [python, "-c", "pass"],
            "ctxopt --version": [tools.ctxopt, "--version"],
            "ctxopt scan, 50 files": tools.scan(project),
        },
        rounds,
    )
    print("\nstart-up")
    base = found["python -c pass"]
    for name, usages in found.items():
        wall = statistics.median(usage.wall for usage in usages)
        more = statistics.median(a.wall - b.wall for a, b in zip(usages, base, strict=True))
        print(f"  {name:22} {wall * 1000:6.1f} ms, {more * 1000:6.1f} ms above the interpreter")


def measure(name: str, tools: Tools, root: str, rounds: int) -> list[str]:
    """Print the cases of one tree; return their rows of the table."""
    shown = f"{name}, {trees.count(root):,} entries"
    trees.write_ignore_file(root, trees.EVERYDAY)
    rows = compare(f"{shown}, six everyday patterns", tools, root, rounds)
    trees.write_ignore_file(root, trees.PRUNING)
    return rows + compare(f"{shown}, pruning", tools, root, rounds)


def main() -> None:
    """Build what is missing in the folder, measure it, and remove a folder of our own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--ctxopt", default=shutil.which("ctxopt"), help="the console script")
    parser.add_argument("--devtools", default=shutil.which("docker-devtools"))
    parser.add_argument("--folder", help="where to build the trees and keep them")
    parser.add_argument("--entries", type=int, nargs="*", default=[139_000, 1_000_000])
    parser.add_argument("--real", type=int, default=139_000, help="entries of installs; 0: none")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if not arguments.ctxopt:
        parser.error("no ctxopt found: name its console script with --ctxopt")
    tools = Tools(os.path.abspath(arguments.ctxopt), arguments.devtools)
    folder = arguments.folder or tempfile.mkdtemp(prefix="ctxopt-bench-")
    rows = [
        "| tree and patterns | reader | wall | processor | memory | times as long as |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    try:
        start_up(tools, folder, max(arguments.rounds * 4, 8))
        if arguments.real:
            root = f"{folder}/real-{arguments.real}"
            if not os.path.isdir(root):
                trees.real_project(root, arguments.real)
            rows += measure("npm and pip installs", tools, root, arguments.rounds)
        for entries in arguments.entries:
            root = f"{folder}/synthetic-{entries}"
            if not os.path.isdir(root):
                trees.synthetic_project(root, entries)
            rows += measure("synthetic", tools, root, arguments.rounds)
        print("\n" + "\n".join(rows))
    finally:
        if not arguments.folder:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
