"""Ignore files: every byte survives, and Docker's reading of every line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.text import MAX_LINE, clean_pattern, parse_ignore_file


def parse(content):
    return parse_ignore_file(content, ".dockerignore")


def patterns(content):
    return list(parse(content).patterns())


FRAGMENTS = st.lists(
    st.sampled_from(
        [b"a", b"!", b"#", b" ", b"\n", b"\r\n", b"\r", b"\xef\xbb\xbf", b"/", b"..", b"\xff", b"\0", b"*", b"\xc3\xa9"]
    )
).map(b"".join)  # fmt: skip


@given(st.binary() | FRAGMENTS)
@example(b"")
@example(b"\n")
@example(b"a")
@example(b"a\r")
@example(b"\r\n\r")
@example(b"\xef\xbb\xbf")
@example(b"\xed\xa0\x80\xff")
def test_rendering_gives_back_every_byte(content):
    file = parse(content)
    assert file.render() == content
    assert [line.number for line in file.lines] == list(range(1, len(file.lines) + 1))
    assert all(line.ending for line in file.lines[:-1])
    assert all(line.text or line.ending for line in file.lines)
    assert parse(file.render()) == file


@given(FRAGMENTS)
def test_a_cleaned_pattern_stays_as_it_is(content):
    for _, pattern in patterns(content):
        if not pattern.startswith(("!", "#", "/")) and pattern.strip() == pattern:
            assert clean_pattern(pattern) == pattern


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("foo", "foo"), ("/foo", "foo"), ("foo/", "foo"), ("./foo", "foo"), ("foo//", "foo"), ("a/../foo", "foo"),
        ("a//b", "a/b"), ("//foo", "foo"), ("///foo", "foo"), (".", "."), ("./", "."), ("/", "/"), ("..", ".."),
        ("../x", "../x"), ("/../x", "x"), ("!", "!"), ("! ", "!"), ("!/foo", "!foo"), ("! ./foo", "!foo"),
        ("!  foo", "!foo"), ("!!foo", "!!foo"), ("./!foo", "!foo"), ("/!foo", "!foo"), ("!/", "!/"), ("!.", "!."),
        ("\\#x", "\\#x"), ("\\!x", "\\!x"), ("foo # note", "foo # note"), ("a b", "a b"), (" #x", "#x"),
        ("\tfoo\t", "foo"), ("\u3000foo\u00a0", "foo"), ("\u0085foo\u2028", "foo"), ("\x1cfoo\x1f", "\x1cfoo\x1f"),
        ("", None), (" ", None), ("\t\v\f\u2003", None), ("**/foo/../bar", "**/bar"), ("foo/*/../bar", "foo/bar"),
        ("a/.", "a"), ("foo\\/", "foo\\"), ("\u200bfoo", "\u200bfoo"),
    ],
)  # fmt: skip
def test_cleaned_patterns(line, pattern):
    assert clean_pattern(line) == pattern


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"#foo\nbar", [(2, "bar")]),
        (b" #foo", [(1, "#foo")]),
        (b"#", []),
        (b"!#foo", [(1, "!#foo")]),
        (b"\xef\xbb\xbf#foo\nbar", [(2, "bar")]),
        (b"\xef\xbb\xbffoo", [(1, "foo")]),
        (b"\xef\xbb\xbf\xef\xbb\xbffoo", [(1, "\ufefffoo")]),
        (b"a\n\xef\xbb\xbffoo", [(1, "a"), (2, "\ufefffoo")]),
        (b" \xef\xbb\xbffoo", [(1, "\ufefffoo")]),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbb\xbf \n", []),
        (b"a\r\nb\r\n", [(1, "a"), (2, "b")]),
        (b"a\rb", [(1, "a\rb")]),
        (b"a\r\r\n", [(1, "a")]),
        (b"a\n\r\n\nb", [(1, "a"), (4, "b")]),
        (b"a\xff", [(1, "a\udcff")]),
        (b"a\0b", [(1, "a\0b")]),
        (b"a\x0bb\x0cc\xc2\x85d", [(1, "a\x0bb\x0cc\x85d")]),
        (b"", []),
        (b"\n\n", []),
    ],
)
def test_lines(content, found):
    assert patterns(content) == found


@pytest.mark.parametrize(
    ("text", "comment"),
    [("#a", True), (" #a", False), ("a#", False), ("\ufeff#a", True), ("", False), ("!#", False)],
)
def test_comments(text, comment):
    (line,) = parse(text.encode() + b"\n").lines
    assert line.is_comment is comment


def test_a_mark_on_the_second_line_is_no_byte_order_mark():
    assert not parse(b"\n\xef\xbb\xbf#a").lines[1].is_comment


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_the_longest_line(ending):
    room = MAX_LINE - len(ending.removesuffix(b"\n"))
    assert patterns(b"x" * room + ending) == [(1, "x" * room)]
    with pytest.raises(IgnoreFileError, match=r"bufio\.Scanner: token too long") as caught:
        parse(b"a\n" + b"x" * (room + 1) + ending)
    assert (caught.value.path, caught.value.line) == (".dockerignore", 2)


def test_bytes_count_not_characters():
    assert patterns("é".encode() * (MAX_LINE // 2))
    with pytest.raises(IgnoreFileError):
        parse("é".encode() * (MAX_LINE // 2 + 1))
