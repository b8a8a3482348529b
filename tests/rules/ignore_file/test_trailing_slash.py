"""The rule ``trailing-slash``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from tests.rules.ignore_file.contexts import with_ignore
from tests.support.judging import catches, catches_not

WHISPER = {"build-xcframework.sh": 40, "build-em/x.o": 100, "src/build.rs": 3}


def test_trailing_slash_hides_a_script():
    found = catches(
        "trailing-slash",
        with_ignore(WHISPER, "*.o\nbuild*/\n"),
        line=2,
        paths=["build-xcframework.sh"],
        edits=["build*/**"],
    )
    assert (found.size, found.entries) == (40, 1)


def test_trailing_slash_with_a_literal():
    catches("trailing-slash", {".dockerignore": "tools/\n", "tools": 5}, line=1, paths=["tools"])


@pytest.mark.parametrize(
    "text",
    [
        "build*\n",
        "build-em/\n",
        "src/\n",
        "build*/**\n",
        "build*/\n!build-xcframework.sh\n",
        "**/*.sh\nbuild*/\n",
        "!build*/\n",
        "*/\n",
    ],
)
def test_trailing_slash_without_harm(text):
    catches_not("trailing-slash", with_ignore(WHISPER, text))


def test_trailing_slash_on_generated_files():
    catches_not(
        "trailing-slash",
        {".dockerignore": "out*/\n", "out.txt": 5},
        tracked=[],
        ignored=["out.txt"],
    )


BESIDE = {"lib/a/x": 1, "lib/b/y": 1, "lib/notes.txt": 30, "src/z": 1}


@pytest.mark.parametrize(
    ("text", "line"),
    [("lib/*\n!lib/*/\n", 2), ("*\n!src\n!lib/*/\n", 3), ("lib\n!lib/[abn]*/\n", 2)],
)
def test_an_exception_that_lets_files_in(text, line):
    found = catches(
        "trailing-slash", with_ignore(BESIDE, text), line=line, paths=["lib/notes.txt"], edits=[]
    )
    assert (found.size, found.entries) == (30, 1)
    assert "** if only what is in folders is meant" in found.help


@pytest.mark.parametrize(
    "text",
    [
        "lib/*\n!lib/*/**\n",
        "lib/*\n!lib/a/\n",
        "lib/*\n!lib/*\n",
        "!lib/*/\n",
        "src/*\n!lib/*/\n",
        "lib/*\n!lib/*/\nlib/notes.txt\n",
        # There is no folder that it could mean.
        "lib/*\n!lib/*.txt/\n",
    ],
)
def test_an_exception_that_lets_no_file_in_beside_folders(text):
    catches_not("trailing-slash", with_ignore(BESIDE, text))
