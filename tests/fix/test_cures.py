"""The cures that a scan shows, and what it says where ``fix`` would leave one out."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.evidence.gather import gather_facts
from ctxopt.fix.cures import judge_cures
from ctxopt.rules.finding import Finding
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import run_rules
from ctxopt.severity import Severity
from tests.support.program import ctxopt
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

HEAVY = 3_000_000
REPAIR = "root-only-pattern"
MADE = "FROM node:22\nCOPY . .\nRUN npm run build\n"
VERSIONED = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools-scm"]\n',
    "Dockerfile": "FROM python\nCOPY . /src\nRUN pip wheel /src\n",
    "README.md": 300_000,
}
PLAIN = {"package.json": "{}", "a.js": "1", "Dockerfile": MADE}


def shown(
    folder: object, tree: dict[str, Any], left_over: dict[str, Any] | None = None
) -> dict[str, tuple[list[str], str]]:
    """Return the lines that a scan shows and the help, by rule."""
    return {
        item.rule: ([edit.text for edit in item.edits if edit.text], item.help)
        for item in judged(folder, tree, left_over)
    }


def judged(
    folder: object,
    tree: dict[str, Any],
    left_over: dict[str, Any] | None = None,
    config: Config | None = None,
) -> tuple[Finding, ...]:
    """Return what a scan finds in a repository that tracks ``tree``."""
    config = config or Config()
    root = lay(folder, tree)
    init(root)
    git(root, "add", "-A")
    lay(root, left_over or {})
    facts = gather_facts(analyze(find_context(root), BuildRequest()), config)
    return judge_cures(facts, run_rules(facts, RULES, config.selection), config).reported


@pytest.mark.parametrize(
    ("tree", "left_over", "rule", "lines", "reason"),
    [
        # A build that compares files would call its version changed.
        ({**VERSIONED, "tests/a.py": HEAVY}, {}, "test-data", [], "fix writes no line for **/tests: tracked files would be missing beside .git"),
        (VERSIONED, {}, "volatile-file", [], "tracked files would be missing beside .git"),
        (PLAIN, {}, "volatile-file", [], "fix writes no line for **/Dockerfile: it saves too little for a line"),
        ({**PLAIN, ".vscode/a.json": "{}"}, {}, "editor-files", [], "fix writes no line for **/.vscode: it saves too little for a line"),
        # What is only possible is named with its doubt.
        ({**PLAIN, ".gitignore": "*.gen.ts\n"}, {"src/x.ts": "1", "src/b.gen.ts": HEAVY}, "git-ignored", [], "it is code, which may be generated for the build; --possible takes it"),
        (PLAIN, {"things/a.bin": 9_000_000}, "large-file", [], "fix writes no line for things: nothing seen in the build reads it"),
        # Another line hides it as well, and is the cure.
        ({**PLAIN, ".gitignore": "*.o\n.ccache\n", ".dockerignore": "*.o\n"}, {".ccache/0/a.o": HEAVY, "src/b.o": HEAVY}, "cache-folder", ["**/*.o"], "fix writes no line for **/.ccache: another line does the same"),
        ({"CMakeLists.txt": "x", "a.c": "1", "Dockerfile": "FROM a\nCOPY . .\nRUN cmake . && make\n"}, {"build/x.o": 200_000, "build/CMakeCache.txt": "1", "a.o": HEAVY}, "build-output", ["**/*.o"], "fix writes no line for **/build: the other lines hide most of it"),
        # A line that people wrote is theirs where the repair sends more.
        ({**PLAIN, ".dockerignore": "build*/\n", "build.sh": "x", "build/a": HEAVY}, {}, "trailing-slash", [], "it would send more than now"),
    ],
)  # fmt: skip
def test_a_cure_that_fix_would_leave_out_is_not_shown(
    tmp_path, tree, left_over, rule, lines, reason
):
    texts, help_ = shown(tmp_path, tree, left_over)[rule]
    assert texts == lines
    assert reason in help_


@pytest.mark.parametrize(
    ("tree", "left_over", "rule", "lines"),
    [
        (PLAIN, {"node_modules/a.js": HEAVY}, "dependency-folder", ["**/node_modules"]),
        ({**PLAIN, ".gitignore": "dist\n"}, {"dist/a.js": HEAVY}, "build-output", ["**/dist"]),
        (PLAIN, {}, "version-control", ["**/.git"]),
        ({**PLAIN, "tests/a.bin": HEAVY}, {}, "test-data", ["**/tests"]),
        ({**PLAIN, "README.md": HEAVY}, {}, "docs", None),
        (PLAIN, {"a.sql.gz": 9_000_000}, "large-file", ["**/*.sql.gz"]),
        (PLAIN, {".env": "AWS_SECRET_ACCESS_KEY=abcdefghijk123456\n"}, "secret-file", ["**/.env"]),
        ({**PLAIN, ".gitignore": "/spec\n"}, {"spec/a.bin": HEAVY}, "git-ignored", ["spec"]),
        (PLAIN, {".mypy_cache/a": HEAVY}, "cache-folder", ["**/.mypy_cache"]),
        (PLAIN, {".idea/a.xml": HEAVY}, "editor-files", ["**/.idea"]),
        ({**PLAIN, ".dockerignore": "node_modules\n"}, {"web/node_modules/a": HEAVY}, "root-only-pattern", ["**/node_modules"]),
        ({**PLAIN, ".dockerignore": "// x\n"}, {}, "comment-trap", ["# x"]),
        ({**PLAIN, ".dockerignore": "a\na\n"}, {}, "redundant-pattern", []),
        ({**PLAIN, "tests/a.py": HEAVY, "pyproject.toml": "x"}, {}, "test-data", ["**/tests"]),
        (VERSIONED, {".venv/pyvenv.cfg": HEAVY}, "dependency-folder", ["**/.venv"]),
        ({**PLAIN, "Dockerfile": "FROM a\nCOPY a.js /\n"}, {"node_modules/a.js": HEAVY}, "dependency-folder", ["**/node_modules"]),
    ],
)  # fmt: skip
def test_a_cure_that_fix_would_write_is_shown(tmp_path, tree, left_over, rule, lines):
    found = shown(tmp_path, tree, left_over)
    if lines is None:
        assert rule not in found
        return
    assert found[rule][0] == lines
    assert "fix writes no line for" not in found[rule][1]


@pytest.mark.parametrize(
    ("gitignore", "left_over", "line", "severity"),
    [
        # The same line stands beside a finding that is as bad.
        ("*.log\n", {"a.log": 2_000_000, "web/npm-debug.log": 50_000}, "**/*.log", Severity.INFO),
        # Beside a note it would not be seen.
        ("*.log\n", {"a.log": 200_000, "web/npm-debug.log": 50_000}, "**/*.log", Severity.WARNING),
        # It has a line of its own.
        ("", {"web/npm-debug.log": 50_000}, "**/npm-debug.log", Severity.WARNING),
    ],
)
def test_a_repair_that_another_line_makes_needless(tmp_path, gitignore, left_over, line, severity):
    tree = {**PLAIN, ".gitignore": gitignore, ".dockerignore": "npm-debug.log\n", "web/a": "1"}
    (found,) = (item for item in judged(tmp_path, tree, left_over) if item.rule == REPAIR)
    assert ([edit.text for edit in found.edits], found.severity) == ([line], severity)


@pytest.mark.parametrize("asked", [Severity.ERROR, Severity.WARNING])
def test_a_severity_that_is_asked_for_stays(tmp_path, asked):
    tree = {**PLAIN, ".gitignore": "*.log\n", ".dockerignore": "npm-debug.log\n", "web/a": "1"}
    left_over = {"a.log": 2_000_000, "web/npm-debug.log": 50_000}
    config = Config(severity={REPAIR: asked})
    (found,) = (item for item in judged(tmp_path, tree, left_over, config) if item.rule == REPAIR)
    assert found.severity is asked


@pytest.mark.parametrize(
    ("options", "command"),
    [
        ([], "ctxopt fix"),
        (["-f", "Dockerfile"], "ctxopt fix -f Dockerfile"),
        (["-f", "my file/Dockerfile"], "ctxopt fix -f 'my file/Dockerfile'"),
        (["--target", "one", "--build-arg", "A=b c"], "ctxopt fix --target one --build-arg 'A=b c'"),
        (["--builder", "classic", "--ignore", "broad-copy"], "ctxopt fix --ignore broad-copy --builder classic"),
        ([".", "-v"], "ctxopt fix"),
    ],
)  # fmt: skip
def test_the_command_that_scan_names_asks_about_the_same_build(tmp_path, options, command):
    made = "FROM node:22 AS one\nCOPY . .\nRUN npm run build\n"
    tree = {"Dockerfile": made, "my file/Dockerfile": made, "node_modules/a.js": HEAVY}
    told = ctxopt("scan", *options, cwd=lay(tmp_path, tree)).stdout.splitlines()
    (line,) = (line for line in told if line.startswith("ctxopt fix"))
    assert line.partition("  ")[0] == command


@pytest.mark.parametrize(
    ("tree", "is_told"),
    [
        ({"a.bin": HEAVY}, False),
        ({"a.bin": HEAVY, ".dockerignore": "x\nx\n"}, False),
        ({"a.bin": HEAVY, "Dockerfile": "FROM a\nCOPY b.js /\n"}, False),
        ({"a.bin": HEAVY, "node_modules/a": HEAVY}, True),
    ],
)
def test_the_command_is_named_where_it_has_something_to_show(tmp_path, tree, is_told):
    root = lay(tmp_path, tree)
    assert ("ctxopt fix" in ctxopt("scan", "-v", cwd=root).stdout) is is_told
    found = ctxopt("fix", "--check", cwd=root)
    assert found.returncode == is_told


def test_a_missing_ignore_file_is_no_matter_of_fix_where_nothing_pays(tmp_path):
    root = lay(tmp_path, {"a.bin": HEAVY, "Dockerfile": "FROM a\nCOPY . .\n"})
    for how in (
        [],
        ["--full", "-v"],
        ["--format", "json"],
        ["--format", "sarif", "--fail-on", "warning"],
    ):
        done = ctxopt("scan", *how, cwd=root)
        assert (done.returncode, "there is no ignore file" in done.stdout) == (0, False)
    lay(root, {"node_modules/a": HEAVY})
    assert "ctxopt fix writes one" in ctxopt("scan", "--full", "-v", cwd=root).stdout
