"""The rule ``volatile-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.judging import BROAD, NARROW, RULE_BY_ID, STAGED, findings, gathered
from tests.support.rebuilds import fast_history

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"compose.yaml": "a"}, BROAD, None, ["Dockerfile", "compose.yaml"]),
    ({"README.md": "a", "x.log": "a"}, STAGED, None, ["Dockerfile", "README.md", "x.log"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"log/.keep": "", ".dockerignore": "log/*\nDockerfile\n.dockerignore"}, BROAD, None),
    ({"README.md": "x"}, NARROW, None),
    ({"docs/README.md": "x", ".dockerignore": "Dockerfile\n.dockerignore"}, BROAD, None),
    ({"README.md": "x"}, None, None),
    ({"compose.yaml": "x"}, "FROM a\nCOPY compose.yaml /\n", None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("volatile-file", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "volatile-file" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("volatile-file", tmp_path, tree, dockerfile, ignored=ignored) == []


def found_after(tmp_path, changes, more=None):
    """What is found in a repository after a first commit and one for each of ``changes``, each of which edits a file."""
    tree = {"Dockerfile": BROAD, "README.md": "1", "compose.yaml": "1", "a.py": "1", **(more or {})}
    trees = [tree]
    for number, path in enumerate(changes):
        trees.append({**trees[-1], path: f"{BROAD}# {number}\n"})
    facts = gathered(fast_history(tmp_path / "r", trees))
    return list(RULE_BY_ID["volatile-file"].check(facts))


@pytest.mark.parametrize(
    ("changes", "paths", "told"),
    [
        (["README.md"] * 20, ["README.md"], "again: README.md in 20 of the last 20 commits."),
        (
            ["README.md"] * 2 + ["compose.yaml"] * 3 + ["a.py"] * 20,
            ["compose.yaml", "README.md"],
            "again: compose.yaml in 3 of the last 25 commits, README.md in 2.",
        ),
        # What is older than the last fifty does not count.
        (["README.md"] + ["compose.yaml"] * 50, ["compose.yaml"], "in 50 of the last 50 commits."),
        (["a.py", "Dockerfile"] * 12, ["Dockerfile"], "again: Dockerfile in 12 of the last 24"),
        # A short history tells how often, and not that a file never changes.
        (
            ["README.md"] * 3,
            ["README.md", "Dockerfile", "compose.yaml"],
            "again: README.md in 3 of the last 3 commits.",
        ),
        (["a.py"] * 19, ["Dockerfile", "README.md", "compose.yaml"], "later ones again."),
    ],
)
def test_how_often_files_changed(tmp_path, changes, paths, told):
    (found,) = found_after(tmp_path, changes)
    assert list(found.paths) == paths
    assert told in found.help


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        (["a.py"] * 20, {}),
        (["a.py"] * 60, {}),
        (["README.md"] + ["a.py"] * 50, {}),
        (["docs/README.md"] * 20, {"docs/README.md": "1"}),
        (["src/notes.txt", "b.py"] * 20, {}),
    ],
)
def test_what_never_changed_is_left_alone(tmp_path, changes, more):
    assert found_after(tmp_path, changes, more) == []


def test_what_git_does_not_track_has_no_history(tmp_path):
    assert found_after(tmp_path, ["a.py"] * 20) == []
    (tmp_path / "r" / "x.log").write_text("1")
    (found,) = RULE_BY_ID["volatile-file"].check(gathered(tmp_path / "r"))
    assert list(found.paths) == ["x.log"]


def test_what_weighs_something_is_told_all_the_same(tmp_path):
    (found,) = found_after(tmp_path, ["a.py"] * 20, {"README.md": "x" * 200_000})
    assert list(found.paths) == ["README.md"]
    assert found.help.endswith("later ones again.")
