"""A state's files answer as those of its checkout do."""

from __future__ import annotations

import os

import pytest

from ctxopt.build.disk_files import DiskFiles
from ctxopt.errors import ContextError
from ctxopt.git.state import read_state
from ctxopt.guard.state_context import StateFiles, state_context
from tests.support.repositories import found, init, write

pytestmark = pytest.mark.usefixtures("clean")

FILES = {
    "app/Dockerfile": "FROM x\n",
    "app/.dockerignore": {"link": "../shared/ignore"},
    "app/inner": {"link": "deep/file"},
    "app/deep/file": "content",
    "app/deep/up": {"link": "../inner"},
    "app/folder": {"link": "deep"},
    "app/gone": {"link": "nowhere"},
    "app/round": {"link": "round"},
    "shared/ignore": "a\n",
    "shared/folder/f": "f",
    "linked": {"link": "shared/folder"},
}
ASKED = [
    *FILES,
    "app",
    "app/deep",
    "shared",
    "shared/folder",
    "app/no",
    "no/where",
    "../out",
]


def content(files, path):
    try:
        return files.read(path)
    except OSError as error:
        return error.strerror


@pytest.mark.parametrize("sub", ["", "app", "shared/folder"])
@pytest.mark.slow
def test_every_question_is_answered_as_on_disk(sub, tmp_path):
    root = init(tmp_path / "r", FILES)
    write(tmp_path, {"out": "outside"})
    state = StateFiles(read_state(found(root), "HEAD", sub))
    disk = DiskFiles(os.path.join(root, sub) if sub else root)
    assert state.root == disk.root
    for name in ASKED:
        path = os.path.normpath(os.path.join(root, name))
        folder, base = os.path.split(path)
        for question in ("stands", "exists", "is_folder"):
            assert getattr(state, question)(path) == getattr(disk, question)(path), (question, name)
        assert state.resolve(folder, base) == disk.resolve(folder, base), name
        if base != "round":  # the system says that there are too many links
            assert content(state, path) == content(disk, path), name


def test_names_and_reasons(tmp_path):
    root = init(tmp_path / "r", FILES)
    files = StateFiles(read_state(found(root), "HEAD", "app"))
    assert files.shown(os.path.join(root, "shared/ignore")) == "shared/ignore"
    assert files.absence(os.path.join(root, "x")) == "no such file in HEAD"
    assert files.absence(str(tmp_path / "x")) == "no such file"


def test_a_missing_dockerfile_outside_of_the_repository(tmp_path):
    state = read_state(found(init(tmp_path / "r", {"a": "x"})), "HEAD")
    missing = str(tmp_path / "no/Dockerfile")
    with pytest.raises(ContextError, match=r"no/Dockerfile': no such file$"):
        state_context(state, dockerfile=missing)


def test_what_lies_on_disk_does_not_matter(tmp_path):
    root = init(tmp_path / "r", FILES)
    state = read_state(found(root), "HEAD")
    write(root, {"app/deep/file": "changed", "shared/ignore": None, "new": "x"})
    files = StateFiles(state)
    assert files.read(os.path.join(root, "app/inner")) == b"content"
    assert files.exists(os.path.join(root, "app/.dockerignore"))
    assert not files.stands(os.path.join(root, "new"))
