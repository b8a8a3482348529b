"""Patches that git takes, whatever the names and the contents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.report.diff import unified_diff
from tests.support.examples import examples
from tests.support.repositories import git_apply


def test_a_patch_as_people_read_it():
    assert unified_diff(b"a\nb\n", b"a\nc\n", "./app/.dockerignore") == (
        "diff --git a/app/.dockerignore b/app/.dockerignore\n"
        "--- a/app/.dockerignore\n"
        "+++ b/app/.dockerignore\n"
        "@@ -1,2 +1,2 @@\n"
        " a\n"
        "-b\n"
        "+c\n"
    )


def test_a_new_file():
    assert unified_diff(None, b"a", ".dockerignore") == (
        "diff --git a/.dockerignore b/.dockerignore\n"
        "new file mode 100644\n"
        "--- /dev/null\n"
        "+++ b/.dockerignore\n"
        "@@ -0,0 +1 @@\n"
        "+a\n"
        "\\ No newline at end of file\n"
    )


@pytest.mark.parametrize("content", [b"", b"a", b"a\r\n\xff"])
def test_no_change_is_no_patch(content: bytes):
    assert unified_diff(content, content, "f") == ""


CONTENTS = [
    (None, b""),
    (None, b"a\n"),
    (None, b"a"),
    (b"", b"a\n"),
    (b"a\n", b""),
    (b"a", b"a\n"),
    (b"a\n", b"a"),
    (b"a", b"b"),
    (b"a\r\nb\r\n", b"a\r\nb\r\nc\r\n"),
    (b"a\r\nb", b"a\nb"),
    (b"a\rb\n", b"a\rc\n"),
    (b"\xef\xbb\xbfa\n", b"a\n"),
    (b"caf\xe9\n", b"caf\xe9\n\xff\xfe\n"),
    ("café\u2028x\x0cy\x85z\n".encode(), "café\u2028x\x0cy\x85q\n".encode()),
    (b"a\n" * 50, b"a\n" * 20 + b"b\n" + b"a\n" * 25),
    (b"--- a\n+++ b\n", b"+++ b\n--- a\n@@ -1 +1 @@\n"),
    (b"\\ No newline at end of file\n", b"\\ No newline at end of file"),
    (b"\n\n", b"\n"),
]


@pytest.mark.parametrize(("old", "new"), CONTENTS)
def test_git_takes_the_patch(tmp_path: Path, old: bytes | None, new: bytes):
    path = tmp_path / ".dockerignore"
    if old is not None:
        path.write_bytes(old)
    git_apply(tmp_path, unified_diff(old, new, ".dockerignore"))
    assert path.read_bytes() == new


@pytest.mark.parametrize(
    "name",
    ["a b", "tab\there", "line\nbreak", 'quo"te', "back\\slash", "café", "caf\udce9", "a/b/c d/e",
     "b/a b/b", " start", "end ", "\x7f", "[x]*"],
)  # fmt: skip
@pytest.mark.parametrize("old", [None, b"a\n"])
def test_git_takes_any_name(tmp_path: Path, name: str, old: bytes | None):
    path = os.path.join(tmp_path, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if old is not None:
        with open(path, "wb") as file:
            file.write(old)
    git_apply(tmp_path, unified_diff(old, b"b\n", name))
    with open(path, "rb") as file:
        assert file.read() == b"b\n"


texts = st.lists(
    st.sampled_from([b"a", b"b", b" ", b"\r", b"\xff", b"\\", b"\n", b"\n", b"\r\n"]), max_size=25
).map(b"".join)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, texts)
def test_git_takes_any_patch(tmp_path: Path, old: bytes, new: bytes):
    path = tmp_path / "f"
    path.write_bytes(old)
    if patch := unified_diff(old, new, "f"):
        git_apply(tmp_path, patch)
    assert path.read_bytes() == new
