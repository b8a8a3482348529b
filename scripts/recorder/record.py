"""Ask real Docker what it sends: reads cases (JSON lines) on stdin, writes them with a ``docker`` key to stdout.

    scripts/recorder/setup
    python3 -m scripts.recorder.record <cases.jsonl >recorded.jsonl

Nothing else may use the daemon meanwhile: its build cache is pruned before every build.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from typing import Any

from scripts.recorder.fake_daemon import FakeDaemon
from scripts.recorder.oracle import (
    DAEMON,
    ROOT,
    SNAPSHOTS,
    Case,
    Listing,
    make_tree,
    read_tree,
    set_modes,
)

_FAKE = "/var/oracle/fake.sock"
_CASE = "/cases/case"
_SIZE = r"[\d.]+\s?[kMG]?B"
_BUILDKIT_FIGURE = re.compile(
    r"\[internal\] load build context\n(?:.*\n)*?"
    rf"#\d+ transferring context: ({_SIZE})(?: [\d.]+s)? done"
)
_CLASSIC_FIGURE = re.compile(rf"Sending build context to Docker daemon\s+({_SIZE})")
_WARNING = re.compile(r"- (\w+): (.*?) \(line (\d+)\)")
_NOTHING = "2B"
"""What BuildKit prints where a build takes nothing; a source of a former build may then still be listed."""


def docker(*args: str, cwd: str = "/", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the oracle's ``docker`` in the oracle's folder ``cwd``; ``env`` is added to its environment."""
    variables = {"HOME": "/root", "DOCKER_HOST": DAEMON, **env}
    command = ["chroot", ROOT, "env", *(f"{name}={value}" for name, value in variables.items())]
    command += ["sh", "-c", 'cd "$0" && exec docker "$@"', cwd, *args]
    return subprocess.run(
        command, capture_output=True, text=True, errors="surrogateescape", check=False
    )


def build_arguments(case: Case) -> list[str]:
    """Return the options of ``docker build`` that both builders know."""
    arguments = ["-f", case.get("dockerfile", "Dockerfile")]
    if case.get("target"):
        arguments += ["--target", case["target"]]
    for arg in case.get("args", []):
        arguments += ["--build-arg", arg]
    return arguments


def arrived() -> list[Listing]:
    """Return what the builder holds of contexts, one listing for each transfer that brought more than ignore files."""
    sources = []
    for record in docker("buildx", "du", "--verbose").stdout.split("\n\n"):
        identity = re.search(r"ID:\s+(\S+)", record)
        if identity and re.search(r"Description:\s+local source for context", record):
            sources.append(read_tree(f"{SNAPSHOTS}/{identity.group(1)}"))
    return [files for files in sources if not all(path.endswith(".dockerignore") for path in files)]


def ask_buildkit(case: Case, context: str) -> dict[str, Any]:
    """Build with BuildKit on a cold cache; return what arrived, the figure it printed, its error and warnings."""
    docker("builder", "prune", "-af")
    named = [f"--build-context={name}={path}" for name, path in case.get("contexts", {}).items()]
    options = ["--progress=plain", "--no-cache", *build_arguments(case), *named]
    run = docker("build", *options, ".", cwd=context)
    log = run.stdout + run.stderr
    printed = next(reversed(_BUILDKIT_FIGURE.findall(log)), None)
    files: Listing = {}
    if printed != _NOTHING:
        files = next(reversed(arrived()), {})
    errors = [line for line in log.splitlines() if line.startswith("ERROR:")]
    return {
        "context_loaded": "[internal] load build context" in log,
        "files": files,
        "printed": printed,
        "error": next(reversed(errors), None),
        "warnings": [list(found) for found in _WARNING.findall(log)],
    }


def ask_classic(case: Case, context: str, daemon: FakeDaemon) -> dict[str, Any]:
    """Let the classic builder's client upload to ``daemon``; return the tar's entries and length, or the error."""
    daemon.uploads.clear()
    host = f"unix://{_FAKE}"
    arguments = build_arguments(case)
    run = docker("build", *arguments, ".", cwd=context, DOCKER_BUILDKIT="0", DOCKER_HOST=host)
    output = run.stdout + run.stderr
    if not daemon.uploads:
        # The advice to install buildx comes first, whatever else goes wrong.
        noise = ("DEPRECATED", "            ", "Install")
        lines = [line for line in output.splitlines() if line and not line.startswith(noise)]
        return {"error": next(reversed(lines), output)}
    tar = daemon.uploads[-1]
    answer = {
        "tar_bytes": len(tar),
        "printed": next(reversed(_CLASSIC_FIGURE.findall(output)), None),
    }
    try:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            return {"entries": sorted(map(_member, archive)), **answer}
    except tarfile.ReadError:
        return {"error": "unreadable tar", **answer}


def _member(member: tarfile.TarInfo) -> str:
    if member.isdir():
        return member.name + "/"
    if member.issym():
        return f"{member.name} -> {member.linkname}"
    return member.name


def main() -> None:
    """Answer every case on stdin."""
    daemon = FakeDaemon(ROOT + _FAKE)
    for line in sys.stdin:
        case: Case = json.loads(line)
        folder = ROOT + _CASE
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        make_tree(case["tree"], folder)
        set_modes(case.get("modes", {}), folder)
        context = f"{_CASE}/{case.get('context', '')}"
        answer = {
            "buildkit": ask_buildkit(case, context),
            "classic": ask_classic(case, context, daemon),
        }
        print(json.dumps({**case, "docker": answer}), flush=True)


if __name__ == "__main__":
    main()
