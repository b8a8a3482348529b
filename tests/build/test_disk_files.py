"""How much is read of a Dockerfile or an ignore file: no more than Docker reads, and never less."""

from __future__ import annotations

import pytest

from ctxopt.build.disk_files import DiskFiles
from ctxopt.languages.ignore.text import MAX_LINE

BLOCK = 2**20
LONG = b"x" * (MAX_LINE + 1)
FULL = b"x" * MAX_LINE


@pytest.mark.parametrize(
    ("content", "most"),
    [
        (b"a\n" + LONG * 200, 2 * BLOCK),
        (b"a\n" * BLOCK + LONG * 200, 4 * BLOCK),
        (LONG * 200 + b"\nb\n", 2 * BLOCK),
    ],
)
def test_behind_a_line_that_is_too_long_nothing_is_read(tmp_path, content, most):
    (tmp_path / "Dockerfile").write_bytes(content)
    found = DiskFiles(str(tmp_path)).read(str(tmp_path / "Dockerfile"))
    assert content.startswith(found)
    assert len(found) <= most
    assert len(max(found.split(b"\n"), key=len)) > MAX_LINE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"FROM a",
        b"FROM a\n",
        b"a\n" * BLOCK,
        FULL,
        FULL + b"\n",
        (FULL + b"\n") * 40,
        b"\n" * (BLOCK - 1) + FULL + b"\nb",
        b"\n" * BLOCK + FULL,
        # Where it is too long in the middle of what is read anyway, that is for the parser to say.
        LONG + b"\nb\n",
    ],
)
def test_all_else_is_read_whole(tmp_path, content):
    (tmp_path / "Dockerfile").write_bytes(content)
    assert DiskFiles(str(tmp_path)).read(str(tmp_path / "Dockerfile")) == content
