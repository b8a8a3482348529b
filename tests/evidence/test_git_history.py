"""Which files ask git for the history, and whether a build gives it to them."""

from __future__ import annotations

import pytest

from ctxopt.evidence.git_history import BuildTakings, Taking, asks_git, is_outside
from ctxopt.languages.dockerfile import parse, resolve

ASKS = [
    ("version.py", "subprocess.run(['git', 'describe'])"),
    ("a/version.py", 'run("git", "log")'),
    ("build.sh", "git describe --tags"),
    ("build.sh", "git -C .. rev-parse HEAD"),
    ("rakefile.rb", "`git rev-list HEAD`" + " # `git`"),
    ("tools/version", "#!/bin/sh\ngit tag\n"),
    ("BUILD.SH", "git status"),
]

ASKS_NOT = [
    ("README.md", "git describe --tags"),
    ("notes.txt", "git log"),
    ("version", "git describe"),
    ("version.py", "print('digit')"),
    ("version.py", "# git is a tool"),
    ("build.sh", "git clone https://example.org/x"),
    ("build.sh", "git config user.name x"),
    ("build.sh", "legit describe"),
    ("build.sh", "git-describe"),
    ("build.sh", ""),
    # For the machine that builds images.
    ("build.sh", "git describe\ndocker build ."),
    ("build.sh", "docker-compose up && git log"),
    ("build.sh", "git log; podman build ."),
    # It does without.
    ("x.ts", "'git' failOnNoGitDirectory = false"),
]


@pytest.mark.parametrize(("path", "text"), ASKS)
def test_asks_git(path, text):
    assert asks_git(path, text)


@pytest.mark.parametrize(("path", "text"), ASKS_NOT)
def test_asks_no_git(path, text):
    assert not asks_git(path, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("docker buildx build", True), ("docker ps", False), ("dockerise run", False), ("", False)],
)
def test_is_outside(text, expected):
    assert is_outside("build.sh", text) is expected


def takings(dockerfile: str) -> BuildTakings:
    """A build whose sources are all there, each as it is named."""
    build = resolve(parse(dockerfile.encode()))
    found = [
        Taking(source, tuple(path.path.strip("/") for path in source.local))
        for source in build.sources
        if source.local
    ]
    return BuildTakings(build, found)


TAKES = [
    ((("",), "a/b"), True),
    ((("a",), "a"), True),
    ((("a",), "a/b"), True),
    ((("a", "b"), "b/c"), True),
    ((("a",), "ab"), False),
    ((("a/b",), "a"), False),
    (((), "a"), False),
    ((("b",), ""), False),
]


@pytest.mark.parametrize(("asked", "expected"), TAKES)
def test_takes(asked, expected):
    roots, path = asked
    source = takings("FROM a\nCOPY . .\n").takings[0].source
    assert Taking(source, roots).takes(path) is expected


ARRIVING = [
    ("FROM a\nCOPY x .\nRUN true\n", [2]),
    ("FROM a\nCOPY x .\nCOPY y .\nRUN true\n", [2, 3]),
    ("FROM a AS b\nCOPY x .\nFROM b\nRUN true\n", [2]),
    ("FROM a\nRUN --mount=source=x,target=/x true\n", [2]),
    ("FROM a\nRUN true\nCOPY x .\n", []),
    ("FROM a AS b\nCOPY x .\nFROM c\nCOPY --from=b /x /x\nRUN true\n", []),
    ("FROM a\nRUN --mount=source=x,target=/x true\nRUN true\n", [2]),
]


@pytest.mark.parametrize(("dockerfile", "lines"), ARRIVING)
def test_what_arrives_at_the_first_step(dockerfile, lines):
    taken = takings(dockerfile)
    assert [item.source.line for item in taken.arriving(taken.build.runs[0])] == lines


def test_a_mount_is_gone_at_the_next_step():
    taken = takings("FROM a\nRUN --mount=source=x,target=/x true\nRUN true\n")
    assert taken.arriving(taken.build.runs[1]) == []


JOINS = [
    ("FROM a\nCOPY . .\n", True),
    ("FROM a\nCOPY setup.py .\nCOPY .git .git\n", True),
    ("FROM a AS b\nCOPY setup.py .\nFROM b\nCOPY .git .\n", True),
    ("FROM a\nCOPY setup.py .\n", False),
    ("FROM a\nCOPY .git .\n", False),
    ("FROM a AS b\nCOPY setup.py .\nFROM c\nCOPY .git .\n", False),
    ("FROM a AS b\nCOPY . .\nFROM c\nCOPY setup.py .\n", True),
    ("FROM a\nRUN true\n", False),
]


@pytest.mark.parametrize(("dockerfile", "expected"), JOINS)
def test_joins(dockerfile, expected):
    assert takings(dockerfile).joins("setup.py", [".git"]) is expected


RUNS = [
    ("Makefile", "make all", (), True),
    ("tools/x.mk", "make -f tools/x.mk", (), True),
    ("justfile", "just build", (), True),
    ("Taskfile.yml", "task build", (), True),
    ("build.sh", "sh ./build.sh", (), True),
    ("build.sh", "npm run build", ('{"build": "./BUILD.sh"}',), True),
    # A module may be imported by anything.
    ("version.py", "true", (), True),
    ("Makefile", "cmake --build .", (), False),
    ("Makefile", "true", ("make all",), False),
    ("justfile", "adjust", (), False),
    ("taskfile.yaml", "make", (), False),
    ("build.sh", "true", (), False),
    ("build.sh", "npm run build", ("{}",), False),
    ("lib.bash", "./build.sh", (), False),
]


@pytest.mark.parametrize(("path", "step", "callers", "expected"), RUNS)
def test_runs(path, step, callers, expected):
    assert takings(f"FROM a\nCOPY . .\nRUN {step}\n").runs(path, callers) is expected
