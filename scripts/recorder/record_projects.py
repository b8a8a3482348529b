"""Ask real Docker Compose and Buildx Bake which builds a project declares; neither needs the daemon.

scripts/recorder/setup
python3 -m scripts.recorder.record_projects <cases.jsonl >recorded.jsonl
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from scripts.recorder.oracle import ROOT, Case, make_tree

CASE_FOLDER = "/cases/projects/case"
SHOWN = "/CASE"
"""What stands for the case's root in cases and answers."""

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|service:|target:|git@|github\.com/")
_COMPOSE_WARNING = re.compile(r"^time=\S+ level=warning msg=(\".*\")$", re.MULTILINE)


def run(cwd: str, env: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run ``command`` in the oracle, with nothing in its environment but PATH, HOME, PWD and ``env``."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/home/dev",
        "PWD": cwd,
        "DOCKER_HOST": "unix:///none.sock",
        **env,
    }
    assignments = [f"{name}={value}" for name, value in variables.items()]
    words = ["env", "-i", f"--chdir={cwd}", *assignments, *command]
    words = [word.replace(SHOWN, CASE_FOLDER) for word in words]
    done = subprocess.run(
        ["chroot", ROOT, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    out, err = done.stdout.replace(CASE_FOLDER, SHOWN), done.stderr.replace(CASE_FOLDER, SHOWN)
    return subprocess.CompletedProcess(words, done.returncode, out, err)


def relative(path: str, base: str) -> str:
    """Return a path relative to the case's root; absolute where it leaves the root. A URL stays."""
    path = path.removeprefix("cwd://")
    if _REMOTE.match(path):
        return path
    full = posixpath.normpath(posixpath.join(base, path))
    if full != SHOWN and not full.startswith(SHOWN + "/"):
        return full
    inside = posixpath.relpath(full, SHOWN)
    # A folder may be called like a URL.
    if _REMOTE.match(inside):
        return "./" + inside
    return inside


def resolved(
    fields: Mapping[str, Any], base: str, unescape: Callable[[str], str] = str
) -> dict[str, Any]:
    """Return one resolved build, of a Compose service's ``build`` or of a Bake target."""
    context = relative(fields.get("context") or ".", base)
    inline = fields.get("dockerfile_inline") or fields.get("dockerfile-inline")
    contexts = fields.get("additional_contexts", fields.get("contexts")) or {}
    args = fields.get("args") or {}
    if inline:
        inline = unescape(inline)
    return {
        "context": context,
        "dockerfile": None if inline else _dockerfile(fields, context, base),
        "dockerfile_inline": inline or None,
        "target": fields.get("target") or None,
        "args": {name: unescape(value) for name, value in sorted(args.items())},
        "contexts": {name: relative(path, base) for name, path in sorted(contexts.items())},
    }


def _dockerfile(fields: Mapping[str, Any], context: str, base: str) -> str:
    path: str = fields.get("dockerfile", "Dockerfile")
    if path.startswith("cwd://"):
        return relative(path, base)
    if not path or _REMOTE.match(context):
        return path
    return relative(path, posixpath.join(SHOWN, context))


def bake_text(text: str) -> str:
    """Take back what ``bake --print`` escapes."""
    return text.replace("$${", "${").replace("%%{", "%{")


def ask_compose(case: Case, cwd: str) -> dict[str, Any]:
    """Return what Compose makes of the case."""
    options = [f"--file={name}" for name in case.get("files", [])]
    options += [f"--profile={name}" for name in case.get("profiles", [])]
    command = ["docker", "compose", *options, *case.get("args", [])]
    env = case.get("env", {})
    config = run(cwd, env, *command, "config", "--format=json")
    warnings = [json.loads(found) for found in _COMPOSE_WARNING.findall(config.stderr)]
    if config.returncode:
        plain = run(cwd, env, *command, "config", "--format=json", "--no-interpolate")
        raw = json.loads(plain.stdout) if plain.returncode == 0 else None
        nothing = {"answer": None, "raw": None, "raw_uninterpolated": raw}
        return {**nothing, **failure(config.stderr), "warnings": warnings}
    raw = json.loads(config.stdout)
    # `config` doubles every dollar.
    services = json.loads(config.stdout.replace("$$", "$")).get("services", {})
    base = cwd.replace(CASE_FOLDER, SHOWN)
    answer = {
        name: {**resolved(service["build"], base), "profiles": service.get("profiles", [])}
        for name, service in sorted(services.items())
        if service.get("build")
    }
    handed = run(cwd, env, *command, "build", "--print")
    bake = json.loads(handed.stdout) if handed.stdout.startswith("{") else None
    return {"answer": answer, "raw": raw, "raw_bake": bake, "error": None, "warnings": warnings}


def ask_bake(case: Case, cwd: str) -> dict[str, Any]:
    """Return what Bake makes of the case."""
    options = [f"--file={name}" for name in case.get("files", [])] + case.get("args", [])
    command = ["docker", "buildx", "bake", "--progress=quiet", *options]
    env = case.get("env", {})
    printed = run(cwd, env, *command, "--print", *case.get("targets", []))
    if printed.returncode:
        return {"answer": None, "raw": None, **failure(printed.stderr)}
    raw = json.loads(printed.stdout)
    base = cwd.replace(CASE_FOLDER, SHOWN)
    targets = sorted(raw["target"].items())
    answer = {name: resolved(fields, base, bake_text) for name, fields in targets}
    listed = run(cwd, env, *command, "--list=type=targets,format=json")
    names = None
    if listed.returncode == 0:
        names = sorted(target["name"] for target in json.loads(listed.stdout))
    return {"answer": answer, "raw": raw, "listed": names, "error": None}


def failure(stderr: str) -> dict[str, Any]:
    """Return what a tool said when it refused, without its log lines."""
    lines = [line for line in stderr.splitlines() if line and not line.startswith("time=")]
    return {"error": next(reversed(lines), ""), "error_lines": lines}


ASK: Mapping[str, Callable[[Case, str], dict[str, Any]]] = {
    "compose": ask_compose,
    "bake": ask_bake,
}


def ask(case: Case) -> tuple[str, dict[str, Any]]:
    """Lay the case's tree out in the oracle, and ask; return the folder to stand in and the answer."""
    shutil.rmtree(ROOT + CASE_FOLDER, ignore_errors=True)
    tree = dict(case["tree"])
    for path, content in tree.items():
        if isinstance(content, str):
            tree[path] = content.replace(SHOWN, CASE_FOLDER)
    make_tree(tree, ROOT + CASE_FOLDER)
    cwd = posixpath.normpath(posixpath.join(CASE_FOLDER, case.get("cwd", "")))
    os.makedirs(ROOT + cwd, exist_ok=True)
    return cwd, ASK[case["kind"]](case, cwd)


def main() -> None:
    """Answer every case on stdin."""
    for line in sys.stdin:
        case: Case = json.loads(line)
        _, answer = ask(case)
        print(json.dumps({**case, **answer}), flush=True)


if __name__ == "__main__":
    main()
