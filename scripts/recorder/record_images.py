"""Ask real Docker what is in the image that it builds: cases (JSON lines) on stdin, with an ``image`` key to stdout.

    scripts/recorder/setup
    python3 -m scripts.recorder.record_images <cases.jsonl >recorded.jsonl

Bases are ``scratch``, so that all there is in an image was copied by the Dockerfile. Nothing else may use the daemon
meanwhile: its build cache is pruned before every build.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import Any

from scripts.recorder.oracle import ROOT, Case, make_tree, read_tree, set_modes
from scripts.recorder.record import build_arguments, docker

_CASE = "/cases/image"
_IMAGE = "/cases/image-files"


def build(case: Case) -> dict[str, Any]:
    """Build ``case`` on a cold cache; return the files of its image, or the error."""
    docker("builder", "prune", "-af")
    shutil.rmtree(ROOT + _IMAGE, ignore_errors=True)
    named = [f"--build-context={name}={path}" for name, path in case.get("contexts", {}).items()]
    options = ["--progress=plain", "--no-cache", f"--output=type=local,dest={_IMAGE}"]
    context = f"{_CASE}/{case.get('context', '')}"
    run = docker("build", *options, *build_arguments(case), *named, ".", cwd=context)
    if run.returncode == 0:
        return {"files": read_tree(ROOT + _IMAGE), "error": None}
    errors = [line for line in run.stderr.splitlines() if line.startswith("ERROR:")]
    return {"files": None, "error": next(reversed(errors), run.stderr)}


def main() -> None:
    """Answer every case on stdin."""
    for line in sys.stdin:
        case: Case = json.loads(line)
        folder = ROOT + _CASE
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        make_tree(case["tree"], folder)
        set_modes(case.get("modes", {}), folder)
        print(json.dumps({**case, "image": build(case)}), flush=True)


if __name__ == "__main__":
    main()
