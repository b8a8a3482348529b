"""Small realistic projects of many stacks, kept as data under fixtures/projects, and laid on disk.

A project is ``<stack>.toml``: ``text`` and ``bytes`` are its files (``bytes`` by size, laid sparse), ``git`` says
which files are ``untracked`` and which are tracked although git ignores them (``force``); everything else that git
does not ignore is tracked. ``expect`` is what a person says of it: paths to be ``found``, paths that must be
``kept`` out of every finding, the files that its build ``reads``, and ``rules`` with their place.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ctxopt.build.analysis import Analysis, analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.config.selection import Selection
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import run_rules
from tests.support.places import FIXTURES
from tests.support.repositories import git
from tests.support.trees import lengthen

FOLDER = FIXTURES / "projects"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
_EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


@dataclass(frozen=True, slots=True)
class Project:
    """One project as its file says."""

    name: str
    text: dict[str, str]
    bytes: dict[str, int]
    dockerfile: str | None
    untracked: tuple[str, ...]
    force: tuple[str, ...]
    expect: dict[str, list[str]] = field(default_factory=dict)

    @property
    def files(self) -> set[str]:
        """Return all files, those of the repository itself among them."""
        return {*self.text, *self.bytes}


@cache
def load_project(name: str) -> Project:
    """Read a project; unknown keys are errors."""
    table: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    git_table, expect = table.pop("git", {}), table.pop("expect")
    assert set(table) <= {"purpose", "dockerfile", "text", "bytes"}
    assert set(git_table) <= {"untracked", "force"}
    assert set(expect) <= {"found", "kept", "reads", "rules"}
    return Project(
        name,
        # A text block starts with the line break that makes it readable.
        {path: text.removeprefix("\n") for path, text in table["text"].items()},
        table["bytes"],
        table.get("dockerfile"),
        tuple(git_table.get("untracked", ())),
        tuple(git_table.get("force", ())),
        expect,
    )


def lay_project(project: Project, root: str) -> str:
    """Lay the files and a repository whose index tracks what the project says; return the root."""
    os.makedirs(root, exist_ok=True)
    git(root, "init", "-q", "-b", "main", "--template=")
    for path in sorted(project.files):
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            if path in project.bytes:
                lengthen(file.fileno(), project.bytes[path])
            else:
                file.write(project.text[path].encode())
    listed = git(root, "ls-files", "-z", "--others", "--exclude-standard").decode().split("\0")
    tracked = {path for path in listed if path} - set(project.untracked) | set(project.force)
    # The index alone says what is tracked; contents of this size would only take time.
    lines = "".join(f"100644 {_EMPTY_BLOB}\t{path}\n" for path in sorted(tracked))
    git(root, "update-index", "--index-info", stdin=lines.encode())
    return root


def analyze_project(project: Project, root: str) -> Analysis:
    """Measure a laid project as ``scan`` does."""
    dockerfile = os.path.join(root, project.dockerfile) if project.dockerfile else None
    return analyze(find_context(root, dockerfile=dockerfile), BuildRequest())


def find_all(analysis: Analysis) -> tuple[Facts, tuple[Finding, ...]]:
    """Run every rule."""
    facts = gather_facts(analysis, Config())
    return facts, run_rules(facts, RULES, Selection()).reported


def render_golden(findings: tuple[Finding, ...], root: str) -> str:
    """Write findings for comparison; sizes with ``.git`` in them in millions, as git's own files vary."""
    rows = []
    for finding in findings:
        varies = any(path.split("/")[0] == ".git" for path in finding.paths) or not finding.paths
        place = os.path.relpath(finding.location.file, root) if finding.location.file else None
        row = {
            "rule": finding.rule,
            "severity": finding.severity.label,
            "file": place if place is None or not place.startswith("..") else finding.location.file,
            "line": finding.location.line,
            "subject": finding.subject,
            "paths": list(finding.paths),
            "size": round(finding.size, -6) if varies else finding.size,
            "edits": [[edit.kind.value, edit.line, edit.text] for edit in finding.edits],
            "message": finding.message,
        }
        rows.append(row)
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"
