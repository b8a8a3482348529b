"""``ctxopt plugin``: what is written and removed, and what Docker's client is answered. Needs no Docker."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ctxopt import __version__
from ctxopt.cli.plugin import _SCRIPT
from tests.support.program import ctxopt, environment
from tests.support.repositories import write

FOREIGN = "#!/bin/sh\necho hello\n"


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config"


def plugin(config, action):
    return ctxopt("plugin", action, cwd=config.parent, DOCKER_CONFIG=str(config))


def as_it_is(folder):
    """Everything below a folder but when it was read, which looking at it changes."""
    stats = {path: path.lstat() for path in folder.rglob("*")}
    return {
        path: (info.st_ino, info.st_mode, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
        for path, info in stats.items()
    }


def call(path, *arguments, **more):
    return subprocess.run(
        [str(path), *arguments], env=environment(**more), capture_output=True, text=True, check=False,
        cwd=path.parent, timeout=60,
    )  # fmt: skip


def test_it_is_written_and_answers_as_the_program_does(config):
    done = plugin(config, "install")
    path = config / "cli-plugins" / "docker-ctxopt"
    assert (done.returncode, done.stdout) == (0, "")
    assert f"{path} is written" in done.stderr
    assert path.stat().st_mode & 0o777 == 0o755
    assert config.stat().st_mode & 0o777 == 0o700
    assert call(path, "ctxopt", "--version").stdout == f"ctxopt {__version__}\n"


def test_a_package_in_the_working_directory_is_not_taken_for_it(config):
    plugin(config, "install")
    path = config / "cli-plugins" / "docker-ctxopt"
    write(path.parent, {"ctxopt/__init__.py": "", "ctxopt/__main__.py": "print('stranger')"})
    assert call(path, "ctxopt", "--version").stdout == f"ctxopt {__version__}\n"


def test_the_home_folder_is_where_docker_looks(tmp_path):
    assert ctxopt("plugin", "install", cwd=tmp_path, HOME=str(tmp_path)).returncode == 0
    assert (tmp_path / ".docker" / "cli-plugins" / "docker-ctxopt").is_file()


def test_it_is_written_again_and_removed(config):
    path = config / "cli-plugins" / "docker-ctxopt"
    plugin(config, "install")
    os.chmod(path, 0o644)
    assert plugin(config, "install").returncode == 0
    assert os.access(path, os.X_OK)
    assert plugin(config, "uninstall").returncode == 0
    assert os.listdir(path.parent) == []
    done = plugin(config, "uninstall")
    assert (done.returncode, done.stderr) == (0, f"there is no {path}\n")


@pytest.mark.parametrize("action", ["install", "uninstall"])
@pytest.mark.parametrize(
    "there",
    [
        {"docker-ctxopt": FOREIGN},
        {"docker-ctxopt": ""},
        {"docker-ctxopt": "#!/bin/sh\n# Written by someone else\n"},
        {"docker-ctxopt": b"\x7fELF\x00"},
        {"docker-ctxopt": {"link": "other"}, "other": FOREIGN},
        {"docker-ctxopt": {"link": "missing"}},
        {"docker-ctxopt/x": "x"},
    ],
)
def test_what_is_foreign_stays(config, action, there):
    folder = config / "cli-plugins"
    write(folder, there)
    before = as_it_is(folder)
    done = plugin(config, action)
    assert (done.returncode, done.stdout) == (2, "")
    assert as_it_is(folder) == before


@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_what_cannot_be_looked_at_is_no_missing_file(config, action):
    config.symlink_to(config)
    done = plugin(config, action)
    path = config / "cli-plugins" / "docker-ctxopt"
    assert (done.returncode, done.stdout) == (2, "")
    assert f"cannot look for '{path}': " in done.stderr


@pytest.mark.parametrize("there", [{}, {"config": "a file"}, {"config/cli-plugins": "a file"}])
def test_there_is_nothing_to_remove(config, there):
    write(config.parent, there)
    assert plugin(config, "uninstall").returncode == 0


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (["ctxopt"], []),
        (["ctxopt", "scan", "."], ["scan", "."]),
        (["ctxopt", "ctxopt"], ["ctxopt"]),
        (["--context", "ctxopt", "ctxopt", "scan"], ["scan"]),
        (["-c", "a b", "-H", "tcp://x", "ctxopt", "ls"], ["ls"]),
        (["--config=/x", "-D", "--tls", "ctxopt", "scan", "--context", "x"],
         ["scan", "--context", "x"]),
        (["ctxopt", "scan", "a b", "$(c)", "*"], ["scan", "a b", "$(c)", "*"]),
        (["docker-cli-plugin-metadata"], ["docker-cli-plugin-metadata"]),
        (["--host"], []),
        ([], []),
    ],
)  # fmt: skip
def test_what_docker_hands_over(tmp_path, given, taken):
    script = tmp_path / "docker-ctxopt"
    script.write_text(_SCRIPT.format(python="printf '%s\\n'"))
    done = subprocess.run(["sh", script, *given], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["-P", "-m", "ctxopt", *taken]


def test_the_metadata_are_those_of_a_plugin():
    code = (
        "import sys; from ctxopt.__main__ import main; main();"
        # What measures the tests loads json itself.
        "assert not {'typer', 'rich', 'ctxopt.cli'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "docker-cli-plugin-metadata"],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert (found["SchemaVersion"], found["Version"]) == ("0.1.0", __version__)
    assert found["Vendor"]
    assert found["ShortDescription"]
