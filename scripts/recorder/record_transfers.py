"""Ask real Docker what the builds of a Compose or Bake project send: cases of ``record_projects`` with ``transfers``.

    scripts/recorder/setup
    python3 -m scripts.recorder.record_transfers <cases.jsonl >recorded.jsonl

Each service or target is built alone on a cold cache, and once more all of them in one call (``*``). Bases are
``scratch`` only, and nothing else may use the daemon meanwhile: its build cache is pruned before every build.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from scripts.recorder.oracle import DAEMON, ROOT, SNAPSHOTS, Case, read_tree
from scripts.recorder.record_projects import CASE_FOLDER, SHOWN, ask, run

_ENVIRONMENT = {"DOCKER_HOST": DAEMON}
_LOADS_CONTEXT = re.compile(
    r"internal\] load build (context)$|context (\S+)\] load from client$",
)


def build(definition: str, cwd: str, targets: Sequence[str]) -> dict[str, Any]:
    """Build ``targets`` (none: all) of a Bake file given as text; return what was sent and what arrived."""
    run("/", _ENVIRONMENT, "docker", "builder", "prune", "-af")
    # Not by `run`, which has no stdin and would change the definition's paths.
    variables = {"PATH": "/usr/bin:/bin", "HOME": "/home/dev", **_ENVIRONMENT}
    command = ["chroot", ROOT, "env", "-i", f"--chdir={cwd}"]
    command += [f"{name}={value}" for name, value in variables.items()]
    command += ["docker", "buildx", "bake", "--file=-", "--progress=rawjson"]
    command += ["--allow=fs.read=*", "--set=*.output=type=cacheonly", *targets]
    done = subprocess.run(command, input=definition, capture_output=True, text=True, check=False)
    log = done.stderr
    errors = re.findall(r"^ERROR: .*", log, re.MULTILINE)
    return {"sent": sent(log), "arrived": arrived(), "error": next(reversed(errors), None)}


def sent(log: str) -> list[dict[str, Any]]:
    """Return what was transferred, in bytes as counted behind ``transferring``; ``context`` is the main context.

    Docker names a step that several targets share after any one of them, so only the context's own name is kept.
    """
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for line in log.splitlines():
        if not line.startswith("{"):
            continue
        message = json.loads(line)
        for vertex in message.get("vertexes") or []:
            if name := _LOADS_CONTEXT.search(vertex["name"]):
                names[vertex["digest"]] = name.group(1) or name.group(2)
        for status in message.get("statuses") or []:
            # The figure grows while the context is on its way.
            sizes[status["vertex"]] = max(sizes.get(status["vertex"], 0), status.get("current", 0))
    found = [
        {"context": name, "bytes": sizes[vertex]}
        for vertex, name in names.items()
        if vertex in sizes
    ]
    return sorted(found, key=lambda context: (context["context"], context["bytes"]))


def arrived() -> list[dict[str, Any]]:
    """Return what arrived in the builder, one entry for each context folder."""
    found = []
    used = run("/", _ENVIRONMENT, "docker", "buildx", "du", "--verbose").stdout
    for record in used.split("\n\n"):
        name = re.search(r"Description:\s+local source for (.+)", record)
        snapshot = re.search(r"ID:\s+(\S+)", record)
        if not name or not snapshot or name.group(1) == "dockerfile":
            continue
        files = read_tree(f"{SNAPSHOTS}/{snapshot.group(1)}")
        if not all(path.endswith(".dockerignore") for path in files):
            found.append({"context": name.group(1), "files": files})
    return sorted(found, key=lambda source: (source["context"], sorted(source["files"])))


def main() -> None:
    """Answer every case on stdin."""
    raw_key = {"compose": "raw_bake", "bake": "raw"}
    for line in sys.stdin:
        case: Case = json.loads(line)
        cwd, said = ask(case)
        definition = json.dumps(said[raw_key[case["kind"]]]).replace(SHOWN, CASE_FOLDER)
        # Bake takes no dots in target names, so Compose hands its services over with underscores.
        transfers = {
            name: build(definition, cwd, [name.replace(".", "_")]) for name in said["answer"]
        }
        transfers["*"] = build(definition, cwd, [])
        answer = {"answer": said["answer"], "transfers": transfers}
        print(json.dumps({**case, **answer}), flush=True)


if __name__ == "__main__":
    main()
