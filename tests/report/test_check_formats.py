"""The short formats of ``check``: one line of growth, a badge, and bars in Markdown."""

from __future__ import annotations

import json

import pytest

from tests.support.program import ctxopt
from tests.support.repositories import git, init, write

pytestmark = pytest.mark.usefixtures("clean")

MB = 10**6
START = {"Dockerfile": "FROM x\nCOPY . /\n", "a": "a" * MB}


def staged(tmp_path, files, start=START):
    root = init(tmp_path / "r", start)
    write(root, files)
    git(root, "add", "-A")
    return root


def answer(root, *arguments):
    done = ctxopt("check", *arguments, cwd=root)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"data/x.bin": "x" * 2 * MB},
         "+2 MB (+200%), now 3 MB; most of it: data/x.bin (+2 MB); to keep it out: data/x.bin"),
        ({f"{name}.bin": name * MB for name in "xyz"},
         "+3 MB (+300%), now 4 MB; the largest: x.bin (+1 MB); to keep it out: **/*.bin"),
        ({"o\nd": "x" * MB}, "+1 MB (+100%), now 2 MB; most of it: $'o\\nd' (+1 MB); to keep it out: o?d"),
    ],
)  # fmt: skip
def test_a_line_of_growth(tmp_path, files, line):
    found = answer(staged(tmp_path, files), "--format", "line")
    assert found == f"the Docker build context: {line}\n"


@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        ({"x": "x" * (MB - 1)}, ()),
        ({"x": "x" * 2 * MB}, ("--growth-floor", "3MB")),
        ({"a": None}, ()),
        ({"x": "x" * 2 * MB, "a": None}, ("--growth-floor", "2MB")),
        ({"x": "x" * 2 * MB, ".dockerignore": "x\n"}, ()),
        ({"docs/x": "x" * 2 * MB}, ("--working-tree",)),
        ({}, ()),
        ({}, ("--growth-floor", "0")),
    ],
)
def test_no_line(tmp_path, files, arguments):
    assert answer(staged(tmp_path, files), "--format", "line", *arguments) == ""


def test_a_line_for_each_context_that_grew(tmp_path):
    contexts = "".join(f'[[context]]\npath = "{name}"\n' for name in "abc")
    start = {"ctxopt.toml": contexts} | {f"{name}/Dockerfile": "FROM x\n" for name in "abc"}
    root = staged(tmp_path, {"a/x": "x" * MB, "c/x": "x" * MB, "b/x": "x"}, start)
    lines = answer(root, "--format", "line").splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "the Docker build context of a", "the Docker build context of c",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message", "color"),
    [
        ((), "1 MB", "blue"),
        (("--max-size", "2MB"), "1 MB", "brightgreen"),
        (("--max-size", "2kB"), "1 MB", "red"),
        (("--max-size", "2MB", "--min-files", "999"), "1 MB, min-files broken", "red"),
        (("--max-size", "2kB", "--max-files", "0"), "1 MB, max-files broken", "red"),
        (("--max-files", "999"), "1 MB", "brightgreen"),
    ],
)
def test_a_badge(tmp_path, arguments, message, color):
    badge = json.loads(answer(init(tmp_path / "r", START), "--format", "badge", *arguments))
    assert badge == {
        "schemaVersion": 1, "label": "docker context", "message": message, "color": color,
    }  # fmt: skip


def test_bars_are_to_one_scale(tmp_path):
    found = answer(staged(tmp_path, {"x": "x" * 2 * MB}), "--format", "markdown")
    before, after = found.partition("```text\n")[2].partition("```")[0].splitlines()
    assert (before.split()[0], after.split()[0]) == ("before", "after")
    assert (before.count("█"), after.count("█")) == (11, 30)
    assert "```" not in answer(init(tmp_path / "s", START), "--format", "markdown")


def test_several_formats_of_one_run(tmp_path):
    root = staged(tmp_path, {"x": "x" * 2 * MB})
    files = ("--also", "json=a.json", "--also", "markdown=a.md")
    assert answer(root, "--format", "line", *files).startswith("the Docker build context: +2 MB")
    with open(f"{root}/a.json") as file:
        assert json.load(file)["contexts"][0]["growth"]["permitted"]["bytes"] == 2 * MB
    with open(f"{root}/a.md") as file:
        assert file.read().startswith("## Docker build context")


@pytest.mark.parametrize("also", ["json", "json=", "=a", "yaml=a", ""])
def test_no_format_and_file(tmp_path, also):
    done = ctxopt("check", "--also", also, cwd=init(tmp_path / "r", START))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not FORMAT=FILE" in done.stderr
