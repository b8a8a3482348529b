"""The first configuration: it holds for what it was taken from, and leaves room."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config, load_config
from ctxopt.errors import ConfigError
from ctxopt.guard.first_limits import LimitedContext, _rounded, first_limits, write_first_limits
from ctxopt.tree.model import WalkError
from ctxopt.units import parse_size
from tests.support.repositories import git, init, write

pytestmark = pytest.mark.usefixtures("clean")


def start(root):
    context = LimitedContext(analyze(find_context(root), BuildRequest()))
    return write_first_limits(root, [context], Config())


def test_today_is_in_the_middle(tmp_path):
    write(tmp_path, {f"f{number}": "x" * 10_000 for number in range(99)})
    limits = tomllib.loads(first_limits(analyze(find_context(str(tmp_path)))))
    # A quarter more than 99 files and the one that is written.
    assert limits == {
        "max-size": "1.24 MB",
        "max-files": 125,
        "min-files": 49,
        "max-growth": "25%",
    }


def test_what_the_file_says(tmp_path):
    write(tmp_path, {"a": "x" * 1000})
    text = first_limits(analyze(find_context(str(tmp_path))), can_compare=False)
    assert (
        text
        == """\
# What could be sent when this was written: 1 kB in 1 file; the limits leave 25% more.
max-size = "1.88 kB"
max-files = 3
# Fewer files than this: probably an ignore file excludes too much.
min-files = 0
"""
    )


def test_a_fresh_checkout_keeps_the_limits(tmp_path):
    root = init(tmp_path / "r", {"tracked": "t"})
    write(root, {f"untracked{number}": "u" for number in range(9)})
    written = start(root)
    assert written.path == os.path.join(root, "ctxopt.toml")
    assert Path(written.path).read_text() == written.text
    limits = load_config(root).limits
    assert limits.min_files == 0
    assert limits.max_growth == 250_000


# What lies about, the Dockerfile, and the files that the limits are of.
LEFTOVERS = {
    "what git does not have": ({"node_modules/a": 90_000, "b": 9}, "COPY . /a\n", 4),
    "what a source names is made before each build": ({"dist/a": 90_000, "dist/b": 9}, "COPY dist /d\n", 6),
    "a file that is made": ({"app.jar": 90_000, "old.jar": 9}, "COPY app.jar /\n", 5),
    "nothing": ({}, "COPY . /a\n", 4),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFTOVERS)
def test_leftovers_are_not_in_the_limits(tmp_path, name):
    left, source, files = LEFTOVERS[name]
    tracked = {
        "Dockerfile": f"FROM a\n{source}",
        "src/a": "a",
        "src/b": "b",
        ".dockerignore": ".git\n",
    }
    root = init(tmp_path / "r", tracked)
    write(root, {path: "x" * size for path, size in left.items()})
    text = start(root).text
    assert f" in {files} files; the limits leave 25% more." in text
    # A state of git has nothing of what is made.
    assert "min-files = 2\n" in text
    limits = tomllib.loads(text)
    assert limits["max-files"] == -(-(files + 1) * 125 // 100)
    assert (parse_size(limits["max-size"]) > 90_000) == ("made" in name)


def test_the_history_counts_where_it_is_sent(tmp_path):
    tree = {"Dockerfile": "FROM a\nCOPY . /a\n", "x": "x" * 100}
    sent, kept = (
        init(tmp_path / "s", tree),
        init(tmp_path / "k", {**tree, ".dockerignore": ".git\n"}),
    )
    sizes = [parse_size(tomllib.loads(start(root).text)["max-size"]) for root in (sent, kept)]
    assert sizes[0] > 5000 > sizes[1]


def test_growth_is_limited_only_where_there_is_a_commit(tmp_path):
    root = init(tmp_path / "r")
    write(root, {"a": "a"})
    git(root, "add", "-A")
    assert "max-growth" not in start(root).text


def test_a_configuration_is_not_replaced(tmp_path):
    root = init(tmp_path / "r", {"ctxopt.toml": "max-files = 9\n"})
    config = load_config(root)
    with pytest.raises(ConfigError, match="there is a configuration already"):
        write_first_limits(root, [LimitedContext(analyze(find_context(root)))], config)
    assert (tmp_path / "r/ctxopt.toml").read_text() == "max-files = 9\n"


def test_limits_are_not_taken_from_a_part(tmp_path):
    write(tmp_path, {"a": "a"})
    whole = analyze(find_context(str(tmp_path)))
    part = replace(whole, tree=replace(whole.tree, errors=(WalkError("d", "Permission denied"),)))
    with pytest.raises(ConfigError, match="not all could be read: d: Permission denied"):
        first_limits(part)


@given(st.integers(0, 10**13))
def test_a_rounded_size_is_never_below(size):
    written = parse_size(_rounded(size))
    assert size <= written <= size + size // 100 + 1
