"""What a build fetches, also of a view that is foreseen and not walked."""

from __future__ import annotations

import pytest

from ctxopt.build.transfer import transferred
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.tree.policy import Policy
from ctxopt.tree.replay import replay
from ctxopt.tree.view import View
from ctxopt.tree.workers import walk
from tests.support.trees import lay

TREE = {"web/a/b/big": "x" * 900, "web/a/small": "x", "web/c": "xx", "lib/d": "xxx"}


def walked(root, *lines):
    matcher = read_matcher(enumerate(lines, 1))
    return walk(root, Policy(matcher, matcher.buildkit_prunes, enter_pruned=True))


@pytest.mark.parametrize(
    "paths", [("web",), ("web/a",), ("web", "lib"), ("lib",), ("web/a/b/big",)]
)
@pytest.mark.parametrize("line", ["web/a/b", "web/a/b/big", "**/small", "web", "lib", "none"])
def test_a_foreseen_view_is_narrowed_as_a_walked_one(tmp_path, line, paths):
    root = str(tmp_path)
    lay(root, TREE)
    foreseen = replay(walked(root), read_matcher([(1, line)])).view
    fresh = View(walked(root, line))
    expected = transferred(fresh, paths)
    found = transferred(foreseen, paths)
    assert [entry.path for entry in found.view.entries()] == [
        entry.path for entry in expected.view.entries()
    ]
    assert found.context_bytes == expected.context_bytes
