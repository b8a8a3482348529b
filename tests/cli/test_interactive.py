"""``fix --interactive`` at a terminal: what it asks, what it writes, and when it writes nothing."""

from __future__ import annotations

import os
import re

import pytest

from tests.support.judging import BROAD
from tests.support.program import ctxopt
from tests.support.repositories import git, init
from tests.support.terminals import Terminal
from tests.support.trees import lay

MB = 1_000_000
PROMPT = "/a/d/q/?] "
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clean")]


@pytest.fixture
def root(tmp_path):
    """Four lines: core.1 is likely, the others are proven."""
    tree = {
        "Dockerfile": BROAD,
        ".dockerignore": "out\r\n",
        ".gitignore": "node_modules\nout\n",
        "node_modules/x.js": 3 * MB,
        "core.4711": 9 * MB,
        "web/out/a": 2 * MB,
        "main.py": "x",
    }
    path = lay(tmp_path / "c", tree)
    init(tmp_path / "c")
    git(path, "add", "-A", ":!core.4711")
    return path


def content(root):
    with open(f"{root}/.dockerignore", "rb") as file:
        return file.read()


def asking(root, *options, **more):
    return Terminal(
        "fix", "--interactive", "--ignore", "version-control", *options, cwd=root, **more
    )


def test_line_by_line(root):
    with asking(root) as terminal:
        first = terminal.expect(PROMPT)
        assert "1/3  .dockerignore\n  + **/core.[0-9]*\n  likely  " in first
        assert "\n  saves    9 MB\n  hides    core.4711\n  so far   nothing\n" in first
        assert "\n  context  14 MB → 5 MB\nTake this line? [y/N" in first
        terminal.press("y\n")
        second = terminal.expect(PROMPT)
        assert "2/3  .dockerignore\n  + **/node_modules\n  proven  " in second
        assert "\n  so far   9 MB\n  context  5 MB → 2 MB\n" in second
        assert "[Y/n/" in second
        terminal.press("n\n")
        third = terminal.expect(PROMPT)
        assert "3/3  .dockerignore\n  - out\n  + **/out\n  proven  " in third
        assert "\n  so far   9 MB\n  context  5 MB → 3 MB\n" in third
        assert content(root) == b"out\r\n"
        terminal.press("\n")
        code, stdout = terminal.end()
    assert code == 0
    assert "\x1b[31m-out" in stdout
    assert "\x1b[1;32mWritten to .dockerignore\x1b[0m\n" in stdout
    assert re.search(r"\n  \*\*/node_modules(\x1b\[2m)? *(\n\x1b\[2m    )?declined", stdout)
    assert content(root).startswith(b"**/out\r\n\r\n# Nothing seen in the build reads")
    assert b"node_modules" not in content(root)
    assert b"**/core.[0-9]*\r\n" in content(root)


@pytest.mark.parametrize(
    ("answers", "kept", "lost"),
    [
        (["a"], [], ["core.4711", "node_modules", "web/out"]),
        (["n", "a"], ["core.4711"], ["node_modules", "web/out"]),
        (["y", "d"], ["node_modules", "web/out"], ["core.4711"]),
        (["n", "y", "d"], ["core.4711", "web/out"], ["node_modules"]),
        (["", "", ""], ["core.4711"], ["node_modules", "web/out"]),
        (["?", "what", "yy", "y", "n", "n"], ["node_modules", "web/out"], ["core.4711"]),
    ],
)
def test_what_is_taken_is_written(root, answers, kept, lost):
    with asking(root) as terminal:
        for answer in answers:
            terminal.expect(PROMPT)
            terminal.press(f"{answer}\n")
        assert terminal.end()[0] == 0
    listed = ctxopt("ls", cwd=root).stdout.split("\n")
    assert not {*kept} - {*listed}
    assert not {*lost} & {*listed}


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (["q\n"], 0),
        (["y\n", "q\n"], 0),
        (["n\n", "QUIT\n"], 0),
        (["d\n"], 0),
        (["n\n", "d\n"], 0),
        (["n\n", "n\n", "n\n"], 0),
        (["\x04"], 0),
        (["y\n", "\x04"], 0),
        (["y\n", "y\x04\x04"], 0),
        (["\x03"], 130),
        (["y\n", "\x03"], 130),
        (["y\n", "y\x03"], 130),
    ],
)
def test_nothing_is_written(root, keys, code):
    before = os.stat(f"{root}/.dockerignore")
    with asking(root) as terminal:
        for key in keys:
            terminal.expect(PROMPT)
            terminal.press(key)
        assert terminal.end() == (code, "")
        told = "Nothing taken: .dockerignore stays as it is\n"
        assert terminal.shown.endswith(told if code == 0 else "\n")
    assert content(root) == b"out\r\n"
    assert os.stat(f"{root}/.dockerignore").st_mtime_ns == before.st_mtime_ns
    assert not [name for name in os.listdir(root) if name.endswith(".tmp")]


def test_a_dry_run_asks_and_writes_nothing(root):
    with asking(root, "--dry-run", "--proven") as terminal:
        assert "1/2" in terminal.expect(PROMPT)
        terminal.press("a\n")
        code, stdout = terminal.end()
    assert code == 0
    assert "Not written: .dockerignore" in stdout
    assert content(root) == b"out\r\n"


def test_a_line_that_is_typed_ahead_answers_nothing(root):
    with asking(root) as terminal:
        terminal.press("y\ny\ny\n")
        terminal.expect(PROMPT)
        terminal.press("n\n")
        assert "2/3" in terminal.expect(PROMPT)
        terminal.press("what\n\n\n")
        terminal.expect(PROMPT)
        terminal.press("n\n")
        assert "3/3" in terminal.expect(PROMPT)
        terminal.press("q\n")
        assert terminal.end()[0] == 0


def test_a_line_that_does_nothing_is_removed_when_asked(tmp_path):
    root = lay(tmp_path / "c", {"Dockerfile": BROAD, ".dockerignore": "a\na/b\na/c\n", "a/b": 1})
    with asking(root, "--prune-unused") as terminal:
        first = terminal.expect(PROMPT)
        assert "\n  - a/b\n  proven  " in first
        assert "\n  saves    nothing\n  so far   nothing\n" in first
        terminal.press("n\n")
        assert "\n  - a/c\n" in terminal.expect(PROMPT)
        terminal.press("y\n")
        code, stdout = terminal.end()
    assert code == 0
    assert "a/c  (removed)" in stdout
    assert content(root) == b"a\na/b\n"


@pytest.mark.parametrize("change", ["edited", "removed", "folder"])
def test_a_file_that_changes_meanwhile_stays(root, change):
    path = f"{root}/.dockerignore"
    with asking(root) as terminal:
        terminal.expect(PROMPT)
        os.remove(path)
        if change == "edited":
            with open(path, "w") as file:
                file.write("mine\n")
        elif change == "folder":
            os.mkdir(path)
        terminal.press("a\n")
        code, stdout = terminal.end()
    assert (code, stdout) == (2, "")
    # A long path stands on a line of its own.
    shown = " ".join(terminal.shown.split())
    assert ".dockerignore" in shown.partition("error: ")[2]
    assert "hint: " in shown
    if change == "edited":
        assert content(root) == b"mine\n"


def test_nothing_to_ask(tmp_path):
    root = lay(tmp_path / "c", {"main.py": "x", "Dockerfile": BROAD})
    with asking(root) as terminal:
        code, stdout = terminal.end()
        assert terminal.shown == ""
    assert code == 0
    assert "Nothing to do" in stdout


@pytest.mark.parametrize(
    ("options", "more", "is_colored"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_colour(root, options, more, is_colored):
    with asking(root, *options, **more) as terminal:
        terminal.expect(PROMPT)
        terminal.press("?\n")
        terminal.expect(PROMPT)
        terminal.press("a\n")
        code, stdout = terminal.end()
        assert ("\x1b[" in terminal.raw) is is_colored
    assert code == 0
    assert ("\x1b[" in stdout) is is_colored


def test_names_that_would_reach_the_terminal(tmp_path):
    name = "node_modules/\x1b]0;owned\x07\u202e\r"
    root = lay(
        tmp_path / "c", {"Dockerfile": BROAD, f"{name}/x": 3 * MB, "-n \x1b[2Jx.bak": 2 * MB}
    )
    with asking(root) as terminal:
        terminal.expect(PROMPT)
        terminal.press("a\n")
        _, stdout = terminal.end()
        for text in (terminal.raw, stdout):
            assert "\x1b]" not in text
            assert "\x1b[2J" not in text
            assert "\u202e" not in text
            assert "\x07" not in text


@pytest.mark.parametrize("width", [30, 80, 200])
def test_questions_keep_to_the_width(root, width):
    with asking(root, width=width) as terminal:
        shown = terminal.expect(PROMPT)
        terminal.press("?\n")
        shown += terminal.expect(PROMPT)
        terminal.press("q\n")
        assert terminal.end()[0] == 0
    assert max(map(len, shown.split("\n"))) <= max(width, 60)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--interactive asks in a terminal, and stdin is not one"),
        (["--dry-run"], "--interactive asks in a terminal, and stdin is not one"),
        (["--check"], "--interactive and --check cannot be combined"),
        (["--format", "json"], "--interactive and --format json cannot be combined"),
        (["--format", "diff"], "--interactive and --format diff cannot be combined"),
        (["-o", "x"], "--interactive and --output cannot be combined"),
    ],
)
def test_what_it_refuses(root, options, message):
    done = ctxopt("fix", "--interactive", *options, cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    first, second, *rest = done.stderr.splitlines()
    assert first == f"error: {message}"
    assert second.startswith("hint: ")
    assert rest == []
    assert content(root) == b"out\r\n"
    assert not os.path.exists(f"{root}/x")
