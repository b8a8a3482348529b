"""The rule ``wrong-encoding``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.languages.ignore.text import foreign_encoding, parse_ignore_file
from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches

TEXT = "node_modules\r\n.git\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode("utf-16"), "UTF-16LE"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16BE"),
        (TEXT.encode("utf-16-le"), "UTF-16LE"),
        (TEXT.encode("utf-16-be"), "UTF-16BE"),
        (TEXT.encode("utf-32"), "UTF-32LE"),
        (b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be"), "UTF-32BE"),
    ],
)
def test_foreign(content, encoding):
    assert foreign_encoding(parse_ignore_file(content, ".dockerignore")) == encoding


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"a",
        b"abc\n",
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        "donn\u00e9es\n".encode(),
        "\u6587\u4ef6\n".encode(),
        b"caf\xe9\n",
        b"\xff\n",
        b"a\x00bc\n",
        b"\x00\x00\x00\x00",
    ],
)
def test_not_foreign(content):
    assert foreign_encoding(parse_ignore_file(content, ".dockerignore")) is None


def test_is_told_once():
    text = TEXT.encode("utf-16").decode("utf-8", "surrogateescape")
    catches("wrong-encoding", with_ignore(DOCS, text), line=1, edits=[])
