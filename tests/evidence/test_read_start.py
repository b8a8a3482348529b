"""The start of regular files of the context, and nothing of anything else."""

from __future__ import annotations

import os

import pytest

from ctxopt.evidence.read_start import read_start


def test_the_start_of_a_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    assert read_start(str(path), 4) == b"0123"
    assert read_start(str(path), 100) == b"0123456789"
    (tmp_path / "empty").touch()
    assert read_start(str(tmp_path / "empty"), 4) == b""


def test_a_name_that_is_not_utf_8(tmp_path):
    path = os.path.join(str(tmp_path), os.fsdecode(b"\xff"))
    try:
        with open(path, "wb") as file:
            file.write(b"x")
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    assert read_start(path, 4) == b"x"


OTHERS = {
    "a folder": os.mkdir,
    "a link": lambda path: os.symlink("file", path),
    "a FIFO, which would wait for a writer": os.mkfifo,
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_anything_else(tmp_path, make):
    (tmp_path / "file").write_text("x")
    make(tmp_path / "a")
    assert read_start(str(tmp_path / "a"), 4) is None


@pytest.mark.parametrize("name", ["a\0b", "a" * 5000])
def test_a_name_that_no_file_has(tmp_path, name):
    assert read_start(str(tmp_path / name), 4) is None


def test_a_file_that_cannot_be_opened(tmp_path):
    path = tmp_path / "a"
    path.write_text("x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert read_start(str(path), 4) is None
