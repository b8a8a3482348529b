"""``ctxopt lint``: ignore files by name, with their context and without one."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.support.places import ROOT
from tests.support.program import ctxopt
from tests.support.repositories import init, write
from tests.support.terminals import Terminal

pytestmark = pytest.mark.usefixtures("clean")

MB = 10**6
TREE = {
    "src/a.py": "a",
    "src/b.md": "b",
    "docs/guide.md": "g",
    "build-tool.sh": "s",
    "build-1/out": "o",
    "file # one": "f",
    "Dockerfile": "FROM x\nCOPY . /\n",
}


def lint(cwd, *arguments):
    return ctxopt("lint", *arguments, cwd=cwd)


def found(done):
    """(file, line, rule) of every line."""
    rows = []
    for line in done.stdout.splitlines():
        match = re.fullmatch(r"(.*?)(?::(\d+))?: .* \[([a-z-]+)\]", line)
        assert match, line
        rows.append((match[1], int(match[2] or 0), match[3]))
    return rows


@pytest.fixture
def root(tmp_path):
    root = init(tmp_path / "r", TREE)
    write(root, {"web/node_modules/x/index.js": "x" * 2 * MB})
    return root


# Lines of an ignore file that has the tree above, and what is wrong with them.
WRONG = {
    "a class that never ends": ("*.md\n[\n", [(2, "invalid-pattern")]),
    "one of several": ("\\\nx\n[]\n", [(1, "invalid-pattern"), (3, "invalid-pattern")]),
    "backslashes, one of them at the end": ("*\n!src\\out\\*\n!src\\\n!*\\*.mk\n", [(2, "pattern-quirk"), (3, "invalid-pattern"), (4, "pattern-quirk")]),
    "backslashes before what is no class": ("*\n!*\\Makefile\n!*\\*.mk\n", [(2, "invalid-pattern"), (3, "pattern-quirk")]),
    "an escape beside a class that never ends": ("a\\*b\n[\n", [(2, "invalid-pattern")]),
    "an escaped number sign beside a refused line": ("\\#notes\nsrc\\\n", [(2, "invalid-pattern")]),
    "refused when tried": ("x\nsrc*[\n", [(2, "invalid-pattern")]),
    "a comment behind a pattern": ("dist # output\n", [(1, "comment-trap")]),
    "a comment of another language": ("dist // output\n", [(1, "comment-trap")]),
    "outside": ("../x\n", [(1, "pattern-never-matches")]),
    "the root": ("x\n/\n", [(2, "pattern-never-matches")]),
    "the root alone": ("node_modules\n", [(1, "root-only-pattern")]),
    "a slash": ("build*/\n", [(1, "trailing-slash")]),
    "order": ("!docs/guide.md\n**/*.md\n", [(1, "exception-without-effect")]),
    "a folder that is not excluded": ("**/*.md\n!docs\n", [(2, "exception-without-effect")]),
    "braces": ("{src,docs}\n", [(1, "pattern-quirk")]),
    "two": ("dist # x\n../x\n", [(1, "comment-trap"), (2, "pattern-never-matches")]),
}  # fmt: skip

# What has to pass without a word.
RIGHT = {
    "nothing": "",
    "comments": "# one\n#two\n\n# three # four\n",
    "blank lines": "\n  \n\t\n",
    "a BOM": "\ufeff*.md\n",
    "CRLF": "*.md\r\n!docs/guide.md\r\n",
    "no newline at the end": "docs",
    "every depth": "**/node_modules\n",
    "the root is meant": "/node_modules\n",
    "what is not here yet": "dist\n*.log\ncoverage/\n.env\n",
    "a name with a sign": "file # one\n",
    "an exception that works": "**/*.md\n!docs/**\n",
    "an allow list": "*\n!src\n!Dockerfile\n",
    "an exception for what may come": "*.txt\n!important.txt\n",
    "a class": "[a-c]*.md\n",
    "an escape": "\\#notes\n",
    "a duplicate": "x\nx\n",
    "a slash that means nothing": "docs/\n",
    "silenced": "# ctxopt: ignore[comment-trap] a name\ndist # output\n",
    "silenced for the file": "node_modules\n\n# ctxopt: ignore[root-only-pattern]\n",
    "git": ".git\n**/.gitignore\n",
    "everything": "**\n",
    "a file in a folder": "src/*.md\n!src/b.md\n",
    "spaces": "  docs  \n",
    "bytes": "caf\udce9\n",
    "dots": "./docs\n",
    "two exceptions": "*\n!src/**\n!docs/guide.md\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong(root, name):
    content, expected = WRONG[name]
    write(root, {".dockerignore": content})
    done = lint(root, ".dockerignore")
    assert found(done) == [(".dockerignore", line, rule) for line, rule in expected]
    assert done.returncode == 1
    assert done.stderr == ""


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right(root, name):
    content = RIGHT[name].encode("utf-8", "surrogateescape")
    write(root, {".dockerignore": content, "Dockerfile.dockerignore": content})
    for arguments in ([".dockerignore"], ["Dockerfile.dockerignore", "-q"],
                      ["-C", ".", "Dockerfile.dockerignore"]):  # fmt: skip
        done = lint(root, *arguments)
        if name == "a name with a sign" and "-q" in arguments:
            continue  # without the files nobody knows that there is one
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), arguments


def test_without_a_context_only_the_lines_speak(root):
    content = "dist # x\nnode_modules\nbuild*/\n!docs/guide.md\n**/*.md\n../x\nsrc*[\n"
    write(
        root, {"docker/Dockerfile": TREE["Dockerfile"], "docker/Dockerfile.dockerignore": content}
    )
    path = "docker/Dockerfile.dockerignore"
    done = lint(root, path)
    assert found(done) == [
        (path, 1, "comment-trap"), (path, 6, "pattern-never-matches"), (path, 7, "invalid-pattern"),
    ]  # fmt: skip
    assert done.stderr == f"note: no context is known for {path}: --context names it\n"
    # A pattern that fails when it is tried keeps the files from being read.
    write(root, {path: content.replace("src*[\n", "")})
    expected = [
        (path, 1, "comment-trap"), (path, 2, "root-only-pattern"), (path, 3, "trailing-slash"),
        (path, 4, "exception-without-effect"), (path, 6, "pattern-never-matches"),
    ]  # fmt: skip
    done = lint(root, "-C", ".", path)
    assert (found(done), done.stderr) == (expected, "")
    write(root, {"ctxopt.toml": 'dockerfile = "docker/Dockerfile"\n'})
    assert found(lint(root, path)) == expected
    assert found(lint(root + "/docker", "--config", "../ctxopt.toml", "Dockerfile.dockerignore"))


def test_several_files_belong_to_their_own_contexts(root):
    write(root, {".dockerignore": "web\n", "web/.dockerignore": "node_modules\n# x\n",
                 "docs/.dockerignore": "*.md # no\n"})  # fmt: skip
    done = lint(root, "docs/.dockerignore", ".dockerignore", "web/.dockerignore", ".dockerignore")
    assert found(done) == [("docs/.dockerignore", 1, "comment-trap")]
    assert found(lint(root + "/web", "../docs/.dockerignore")) == [
        ("../docs/.dockerignore", 1, "comment-trap")
    ]


def test_levels_and_rules(root):
    write(root, {".dockerignore": "dist # x\nx\nx\n"})
    assert lint(root, ".dockerignore", "--fail-on", "error").returncode == 0
    assert lint(root, ".dockerignore", "--ignore", "comment-trap").returncode == 0
    assert lint(root, ".dockerignore", "--select", "trailing-slash").stdout == ""
    noted = lint(root, ".dockerignore", "-v")
    assert (".dockerignore", 3, "redundant-pattern") in found(noted)
    assert lint(root, ".dockerignore", "--fail-on", "info").returncode == 1
    write(root, {"ctxopt.toml": 'ignore = ["comment-trap"]\n'})
    assert lint(root, ".dockerignore").returncode == 0
    write(root, {"ctxopt.toml": 'fail-on = "never"\n'})
    assert lint(root, ".dockerignore").returncode == 0


def test_a_broken_dockerfile_is_not_the_business_of_lint(root):
    write(root, {"Dockerfile": "NONSENSE\n", ".dockerignore": "dist # x\n"})
    assert found(lint(root, ".dockerignore")) == [(".dockerignore", 1, "comment-trap")]
    write(root, {"ctxopt.toml": 'dockerfile = "gone"\n', ".dockerignore": "dist\n"})
    assert lint(root, ".dockerignore").returncode == 0


def test_a_line_that_is_too_long(root):
    write(root, {".dockerignore": "x\n" + "y" * 65_536 + "\n"})
    done = lint(root, ".dockerignore")
    assert found(done) == [(".dockerignore", 2, "invalid-pattern")]


MISTAKES = {
    "missing": (["gone/.dockerignore"], "No such file or directory"),
    "a Dockerfile": (["Dockerfile"], "'Dockerfile' is no ignore file"),
    "of git": ([".gitignore"], "'.gitignore' is no ignore file"),
    "a folder": (["web/.dockerignore"], "is not a regular file"),
    "a FIFO": (["fifo/.dockerignore"], "is not a regular file"),
    "no rule": ([".dockerignore", "--select", "comment-trp"], "unknown rule 'comment-trp'"),
    "no context": (["-C", "gone", "x.dockerignore"], "gone"),
    "nothing": ([], "Missing argument"),
    "a NUL": (["a\\0b"], "is no ignore file"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(root, name):
    arguments, message = MISTAKES[name]
    write(root, {".dockerignore": "x\n", "x.dockerignore": "x\n", "web/.dockerignore/x": ""})
    os.mkdir(os.path.join(root, "fifo"))
    os.mkfifo(os.path.join(root, "fifo", ".dockerignore"))
    done = lint(root, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_odd_names(root):
    folder = "a b/\x1b[31m\udcff\n"
    write(root, {f"{folder}/.dockerignore": "dist # x\n"})
    done = lint(root, f"{folder}/.dockerignore")
    assert done.returncode == 1
    assert done.stdout.startswith(r"$'a b/\e[31m\xff\n/.dockerignore':1: the comment in")
    assert done.stdout.count("\n") == 1


def test_a_reader_that_has_gone(root):
    write(root, {".dockerignore": f"{'x' * 999} # x\n" * 99})
    command = f"{sys.executable} -m ctxopt lint .dockerignore | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=root, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout == ".1\n"
    assert done.stderr == ""


def at_terminal(root, *arguments):
    """What ``lint`` says on stderr to a person."""
    with Terminal("lint", *arguments, cwd=root) as terminal:
        terminal.end()
        return terminal.shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ("src\n", (), "1 file checked: nothing found\n"),
        ("src\nsrc\n", (), "1 file checked: nothing wrong; 1 note with -v\n"),
        ("src\n", (".dockerignore", "other/.dockerignore"), "2 files checked: nothing found\n"),
    ],
)
def test_a_person_is_told_that_nothing_is_wrong(root, content, arguments, said):
    write(root, {".dockerignore": content, "other/.dockerignore": ""})
    assert at_terminal(root, ".dockerignore", *arguments) == said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        ("src\n", ("-q",)),
        ("src # all\n", ()),
        ("src # all\n", ("-q",)),
        ("src # all\n", ("--fail-on", "error")),
        ("src\nsrc\n", ("-v",)),
        ("src # all\n", ("-o", "report")),
    ],
)
def test_nothing_is_told_beside_findings(root, content, arguments):
    write(root, {".dockerignore": content})
    assert at_terminal(root, ".dockerignore", *arguments) == ""
