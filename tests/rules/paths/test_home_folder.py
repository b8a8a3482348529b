"""The rule ``home-folder``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.support.judging import catches, catches_not

_HOME = {".bashrc": 1, ".ssh/config": 1, ".cache/x": 100}


@pytest.mark.parametrize(
    "tree", [_HOME, {".profile": 1, "Downloads/a.iso": 9, ".local/x": 1, "app.py": 1}]
)
def test_a_home_folder(tree):
    found = catches("home-folder", {**tree, "Dockerfile": "FROM a\n"}, line=None)
    assert found.severity is Severity.WARNING
    assert found.message == "the context looks like a home folder"


@pytest.mark.parametrize(
    "tree",
    [
        {"app.py": 1},
        {".bashrc": 1, "app.py": 1},
        {".bashrc": 1, ".cache/x": 1},
        {".ssh/config": 1, ".cache/x": 1},
        {"home/.bashrc": 1, "home/.ssh/x": 1, "home/.cache/x": 1},
    ],
)
def test_folders_that_are_none(tree):
    catches_not("home-folder", {**tree, "Dockerfile": "FROM a\n"})


def test_a_repository_of_settings_is_none():
    catches_not("home-folder", _HOME, tracked=[".bashrc", ".ssh/config"])
