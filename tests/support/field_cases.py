"""Trees that people asked about, with the right answer to each: laid, scanned, fixed and linted by the program itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from tests.support.other_user import as_other_user
from tests.support.places import FIXTURES
from tests.support.program import ctxopt
from tests.support.repositories import git, init
from tests.support.trees import lay, lengthen

CASES = [json.loads(line) for line in (FIXTURES / "field-cases.jsonl").read_text().splitlines()]


def lay_case(folder: Path, case: Mapping[str, Any]) -> Path:
    """Lay a case's tree below ``folder``, as a repository where it is to be one; the folder to call the program in."""
    root = folder / "case"
    root.mkdir()
    lay(root, case["tree"])
    _make_repository(root, case.get("git"))
    for path, mode in case.get("modes", {}).items():
        (root / path).chmod(int(mode, 8))
    context: str = case.get("context", "")
    return root / context


def _make_repository(root: Path, how: Mapping[str, Any] | None) -> None:
    """Commit the tree: all but what is ``untracked`` or git ignores, with what is ``forced``; then add ``worktrees``."""
    if how is None:
        return
    if "file" in how:
        (root / ".git").write_text(how["file"])
        return
    init(root)
    git(root, "add", "-A")
    for path in how.get("untracked", []):
        git(root, "rm", "-rq", "--cached", path)
    for path in how.get("forced", []):
        git(root, "add", "-f", path)
    git(root, "commit", "-qm", "x")
    for path, files in how.get("worktrees", {}).items():
        git(root, "worktree", "add", "-q", path)
        for name, size in files.items():
            (root / path / name).parent.mkdir(exist_ok=True)
            with (root / path / name).open("wb") as file:
                lengthen(file.fileno(), size)


def answers(case: Mapping[str, Any], cwd: Path) -> dict[str, Any]:
    """Ask the program; per command what the case holds right: ``exit``, and of a report what a person decides by."""
    as_whom: AbstractContextManager[None] = nullcontext()
    if "modes" in case:
        as_whom = as_other_user()
    with as_whom:
        return {
            command: _answer(command, case, cwd)
            for command in ("scan", "fix", "lint", "all")
            if command in case
        }


def _answer(command: str, case: Mapping[str, Any], cwd: Path) -> dict[str, Any]:
    arguments = [*_COMMANDS[command], *case[command].get("options", [])]
    done = ctxopt(*arguments, cwd=cwd, stdin=case.get("stdin", ""))
    found: dict[str, Any] = {"exit": done.returncode, "printed": done.stdout + done.stderr}
    if command == "lint":
        found["says"] = re.findall(r"^(\S+): .* \[([a-z-]+)\]$", done.stdout, re.MULTILINE)
        found["says"] = [" ".join(pair) for pair in found["says"]]
    elif done.stdout:
        found |= _READERS[command](json.loads(done.stdout))
    return found


def read_scan(report: Mapping[str, Any]) -> dict[str, Any]:
    """What matters of ``scan --format json``: the figures, why Docker stops, what is shown by default, and notes."""
    findings = [_finding(item) for item in report["findings"]]
    sent = report["transferred"]
    return {
        "sent": sent and [sent["files"], sent["bytes"]],
        "final": sent and sent["final_image"]["bytes"],
        "stops": report["stops"],
        "shown": [item for item in findings if not item["head"].startswith("info")],
        "notes": [item for item in findings if item["head"].startswith("info")],
    }


def _finding(item: Mapping[str, Any]) -> dict[str, Any]:
    head = f"{item['severity']} {item['rule']}"
    if item["file"]:
        head += f" {item['file']}"
    if item["line"]:
        head += f":{item['line']}"
    return {
        "head": head,
        "words": f"{item['message']}; {item['help']}",
        "reach": item["reach"],
        "paths": item["paths"],
        "cures": [edit["text"] for edit in item["edits"]],
    }


def read_fix(report: Mapping[str, Any]) -> dict[str, Any]:
    """What matters of ``fix --dry-run --format json``: the lines with how sure each is, and what no line cures."""
    lines = [f"{text} ({line['confidence']})" for line in report["lines"] for text in line["texts"]]
    return {"writes": lines, "errors": [error["rule"] for error in report["errors"]]}


def read_all(report: Mapping[str, Any]) -> dict[str, Any]:
    """What matters of ``scan --all --format json``: files and bytes that each build is sent."""
    builds = report["builds"]
    return {
        "builds": {
            build["name"]: [build["sent"]["files"], build["sent"]["bytes"]] for build in builds
        }
    }


_COMMANDS = {
    "scan": ("scan", "--format", "json"),
    "fix": ("fix", "--dry-run", "--format", "json"),
    "lint": ("lint",),
    "all": ("scan", "--all", "--format", "json"),
}
_READERS = {"scan": read_scan, "fix": read_fix, "all": read_all}
