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
from ctxopt.config.load import Config, load_config
from ctxopt.errors import ConfigError
from ctxopt.guard.first_limits import _rounded, first_limits, write_first_limits
from ctxopt.tree.model import WalkError
from ctxopt.units import parse_size
from tests.support.repositories import git, init, write

pytestmark = pytest.mark.usefixtures("clean")


def start(root):
    return write_first_limits(root, find_context(root), Config(), analyze)


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


def test_growth_is_limited_only_where_there_is_a_commit(tmp_path):
    root = init(tmp_path / "r")
    write(root, {"a": "a"})
    git(root, "add", "-A")
    assert "max-growth" not in start(root).text


def test_a_configuration_is_not_replaced(tmp_path):
    root = init(tmp_path / "r", {"ctxopt.toml": "max-files = 9\n"})
    config = load_config(root)
    with pytest.raises(ConfigError, match="there is a configuration already"):
        write_first_limits(root, find_context(root), config, analyze)
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
