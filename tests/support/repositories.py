"""Git repositories for tests, in an environment that no machine's configuration reaches."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ctxopt.git.repository import Repository, find_repository

DATE = "2024-01-01T00:00:00Z"
# Nothing tidies up behind a commit, which would be a process more each time; who commits is known on a machine of
# which git cannot tell it, too.
_SETTINGS = (
    "-c", "protocol.file.allow=always", "-c", "maintenance.auto=false",
    "-c", "user.name=x", "-c", "user.email=x@example.com",
)  # fmt: skip


def git(
    folder: object, *arguments: str, stdin: bytes | None = None, accept: tuple[int, ...] = (0,)
) -> bytes:
    """Run git in ``folder`` and return what it prints."""
    done = subprocess.run(
        ["git", *_SETTINGS, "-C", str(folder), *arguments],
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode in accept, (arguments, done.stderr)
    return done.stdout


def write(folder: object, files: Mapping[str, Any]) -> None:
    """Write path -> text or bytes; None deletes, {"link": target} links."""
    for path, content in files.items():
        target = os.path.join(str(folder), path)
        if content is None:
            os.remove(target)
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if isinstance(content, dict):
            os.symlink(content["link"], target)
            continue
        data = content if isinstance(content, bytes) else content.encode()
        with open(target, "wb") as file:
            file.write(data)


def commit(folder: object, files: Mapping[str, Any] | None = None, message: str = "x") -> str:
    """Write ``files``, add everything and commit; the id of the commit."""
    write(folder, files or {})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD").decode().strip()


def init(folder: object, files: Mapping[str, Any] | None = None) -> str:
    """Make a repository, with a first commit of ``files`` if there are any."""
    os.makedirs(str(folder), exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    if files is not None:
        commit(folder, files)
    return str(folder)


def found(path: str) -> Repository:
    """Return the repository that ``path`` is in; there is one."""
    repository = find_repository(path)
    assert repository is not None
    return repository


def clean_environment(monkeypatch: pytest.MonkeyPatch, home: object) -> None:
    """Take away what git reads of the machine, and name an author."""
    for name in list(os.environ):
        # Where the tests' state is kept is chosen for the whole run.
        if name.startswith(("GIT_", "XDG_")) and name != "XDG_STATE_HOME":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
        monkeypatch.setenv(f"GIT_{role}_DATE", DATE)


def git_apply(folder: Path, patch: str) -> None:
    """Apply a patch as git does where no configuration tells it otherwise."""
    subprocess.run(
        ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=patch.encode("utf-8", "surrogateescape"),
        env={"PATH": os.environ["PATH"], "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        check=True,
        capture_output=True,
    )
