"""Ask real Docker which steps of a second build are cached: cases (JSON lines) on stdin, with a ``cached`` key to stdout.

    scripts/recorder/setup
    python3 -m scripts.recorder.record_cache <cases.jsonl >recorded.jsonl

The tree is built on a cold cache, changed as ``then``, ``then_modes`` and ``touch`` say, and built again. Bases are
``scratch``. Nothing else may use the daemon meanwhile: its build cache is pruned before every case.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from typing import Any

from scripts.recorder.oracle import ROOT, Case, make_tree, set_modes
from scripts.recorder.record import build_arguments, docker

_CASE = "/cases/cache"
_STEP = re.compile(r"#(\d+) \[[^\]]*\b\d+/\d+\] (.+)")
_CACHED = re.compile(r"#(\d+) CACHED")
_LATER = 2_000_000_000
"""Seconds: a time that no file of a case has by itself."""


def change_tree(case: Mapping[str, Any], folder: str) -> None:
    """Make the second state of ``case`` out of the first one, which lies in ``folder``."""
    for path, content in case.get("then", {}).items():
        target = os.path.join(folder, path.rstrip("/"))
        if os.path.isdir(target) and not os.path.islink(target):
            shutil.rmtree(target)
        elif os.path.lexists(target):
            os.unlink(target)
        if content is not None:
            make_tree({path: content}, folder)
    set_modes(case.get("then_modes", {}), folder)
    for path in case.get("touch", []):
        os.utime(os.path.join(folder, path), (_LATER, _LATER))


def build(case: Case) -> tuple[dict[str, bool], str | None]:
    """Build ``case`` with what the cache holds; return which steps came from it, and the error."""
    context = f"{_CASE}/{case.get('context', '')}"
    options = ["--progress=plain", *build_arguments(case)]
    run = docker("build", *options, ".", cwd=context)
    log = run.stderr.splitlines()
    if run.returncode != 0:
        errors = [line for line in log if line.startswith("ERROR:")]
        return {}, next(reversed(errors), run.stderr)
    names: dict[str, str] = {}
    cached: set[str] = set()
    for line in log:
        if step := _STEP.fullmatch(line):
            names[step[1]] = step[2]
        elif hit := _CACHED.fullmatch(line):
            cached.add(hit[1])
    return {name: number in cached for number, name in names.items()}, None


def ask(case: Case) -> dict[str, Any]:
    """Return which steps of the second build were cached, and the error of either build."""
    docker("builder", "prune", "-af")
    folder = ROOT + _CASE
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    make_tree(case["tree"], folder)
    set_modes(case.get("modes", {}), folder)
    _, error = build(case)
    if error is not None:
        return {"cached": None, "error": error}
    change_tree(case, folder)
    cached, error = build(case)
    return {"cached": cached, "error": error}


def main() -> None:
    """Answer every case on stdin."""
    for line in sys.stdin:
        case: Case = json.loads(line)
        print(json.dumps({**case, **ask(case)}), flush=True)


if __name__ == "__main__":
    main()
