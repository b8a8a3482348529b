"""A part of a measured tree against a walk that starts there."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ctxopt.builder import BUILDKIT, PODMAN
from ctxopt.tree.policy import Policy
from ctxopt.tree.subtree import subtree
from ctxopt.tree.view import View
from ctxopt.tree.workers import walk
from tests.support.trees import lay
from tests.tree.test_replay import matcher_of


def walked(root):
    matcher = matcher_of([])
    return walk(str(root), Policy(matcher, matcher.pruner(BUILDKIT)))


LONG = "n" * 120
TREES: dict[str, dict[str, Any]] = {
    "flat": {"in/a": 1, "in/b": 200, "out": 3},
    "deep": {"in/a/b/c": 1, "in/a/b/d/": "", "in/a/e": 70_000},
    "empty": {"in/": ""},
    "an announcement of two lengths": {f"in/{LONG}": 1, f"in/{LONG[:-1]}": 1, f"in/{LONG[:-2]}": 1, f"in/{LONG[:-3]}": 1, f"in/{LONG[:-9]}": 1},
    "a path of two lengths": {f"in/{LONG}/{'x' * 6}": 1, f"in/{LONG}/{'x' * 9}": 1, f"in/{LONG}/{LONG}/y": 5},
    "names that are not ASCII": {"in/é/ü": 1, "in/\udcff": 2, f"in/{'é' * 62}": 1, f"in/{'é' * 64}": 1},
    "links": {"in/l": {"link": "a"}, "in/a": 5, "in/up": {"link": "../out"}, "in/long": {"link": LONG}, "out": 9},
    "a large file": {"in/a": 5_000_000_000},
}  # fmt: skip


@pytest.mark.parametrize("folder", ["in", "e/i"])
@pytest.mark.parametrize("name", TREES)
def test_a_part_is_what_a_walk_there_reads(tmp_path, name, folder):
    lay(
        tmp_path,
        {path.replace("in/", folder + "/", 1): value for path, value in TREES[name].items()},
    )
    part = subtree(walked(tmp_path), folder)
    alone = walked(tmp_path / folder)
    assert part is not None
    assert part.root == alone.root
    assert part.folders == alone.folders
    assert part.walked == alone.walked
    for path, sums in part.tallies.items():
        assert sums == alone.tallies[path]
    for builder in (BUILDKIT, PODMAN):
        one, two = View(part, builder), View(alone, builder)
        assert (one.totals, one.context_bytes()) == (two.totals, two.context_bytes())


def test_hard_links_within_and_across(tmp_path):
    lay(tmp_path, {"in/a": 100, "in/sub/x": 100, "out": 100})
    os.link(tmp_path / "in/a", tmp_path / "in/b")
    os.link(tmp_path / "out", tmp_path / "in/c")
    part, alone = subtree(walked(tmp_path), "in"), walked(tmp_path / "in")
    assert part is not None
    assert part.folders == alone.folders
    assert View(part).context_bytes() == View(alone).context_bytes()


@pytest.mark.parametrize("path", ["none", "a", "in/none", "i", "in/a", "inn"])
def test_what_is_no_folder_that_was_read_is_no_part(tmp_path, path):
    lay(tmp_path, {"in/a": 1, "a": 2, "inner/b": 3})
    assert subtree(walked(tmp_path), path) is None
