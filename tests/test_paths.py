"""Arithmetic on paths: a table for every function, what is near a match and is none above all."""

from __future__ import annotations

import pytest

from ctxopt import paths


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("a", "b"), "a/b"),
        (("a/b", "c"), "a/b/c"),
        (("a", "b", "c"), "a/b/c"),
        # The root leaves no trace.
        (("", "a"), "a"),
        (("a", ""), "a"),
        (("", ""), ""),
        ((), ""),
        (("", "a", "", "b", ""), "a/b"),
        # Nothing is cleaned: names are what they are.
        ((".", "a"), "./a"),
        (("a", ".."), "a/.."),
        (("a ", " b"), "a / b"),
    ],
)
def test_join(parts, expected):
    assert paths.join(*parts) == expected


@pytest.mark.parametrize(
    ("path", "folder", "last"),
    [
        ("a/b", "a", "b"),
        ("a/b/c", "a/b", "c"),
        ("a/b.c", "a", "b.c"),
        # What lies at the root is in the root.
        ("a", "", "a"),
        ("", "", ""),
        # Only a slash separates.
        ("a\\b", "", "a\\b"),
        ("a\nb", "", "a\nb"),
        ("a.b", "", "a.b"),
        ("\udcff/\udcfe", "\udcff", "\udcfe"),
    ],
)
def test_parent_and_name(path, folder, last):
    assert paths.parent(path) == folder
    assert paths.name(path) == last
    assert paths.join(folder, last) == path


@pytest.mark.parametrize(("folder", "expected"), [("a", "a/"), ("a/b", "a/b/"), ("", "")])
def test_with_slash(folder, expected):
    assert paths.with_slash(folder) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", ["a", ""]),
        ("a/b/c", ["a/b/c", "a/b", "a", ""]),
        ("", [""]),
    ],
)
def test_upwards(path, expected):
    assert list(paths.upwards(path)) == expected


_INSIDE = [
    ("a", "a", ""),
    ("a/b", "a", "b"),
    ("a/b/c", "a", "b/c"),
    ("a/b/c", "a/b", "c"),
    ("a", "", "a"),
    ("a/b", "", "a/b"),
    ("", "", ""),
]
_OUTSIDE = [
    ("", "a"),
    ("ab", "a"),
    ("a.b", "a"),
    ("a b", "a"),
    ("a", "a/b"),
    ("a", "ab"),
    ("b/a", "a"),
    ("b/a/c", "a"),
    ("A", "a"),
    ("A/b", "a"),
    ("a-b/c", "a"),
    ("a\\b", "a"),
    ("a/bc", "a/b"),
    ("a/c", "a/b"),
]


@pytest.mark.parametrize(("path", "folder", "rest"), _INSIDE)
def test_inside(path, folder, rest):
    assert paths.is_at_or_below(path, folder)
    assert paths.relative(path, folder) == rest
    assert paths.join(folder, rest) == path


@pytest.mark.parametrize(("path", "folder"), _OUTSIDE)
def test_outside(path, folder):
    assert not paths.is_at_or_below(path, folder)
    assert paths.relative(path, folder) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a", "a", True),
        ("a", "a/b", True),
        ("a/b", "a", True),
        ("", "a/b", True),
        ("", "", True),
        ("a", "b", False),
        ("a", "ab", False),
        ("ab", "a", False),
        ("a/b", "a/c", False),
        ("a/b", "a/bc", False),
        ("a/b/c", "a/c", False),
        ("a/b", "b", False),
        ("a", "b/a", False),
        ("a", "A", False),
        ("a/b", "b/a", False),
    ],
)
def test_overlaps(one, other, expected):
    assert paths.overlaps(one, other) is expected
    assert paths.overlaps(other, one) is expected


@pytest.mark.parametrize(
    ("path", "roots", "expected"),
    [
        ("a", {"a"}, True),
        ("a/b/c", {"a"}, True),
        ("a/b/c", {"x", "a/b"}, True),
        ("a/b", {"a/b"}, True),
        ("a", set(), False),
        ("a", {"a/b"}, False),
        ("ab", {"a"}, False),
        ("a", {"ab"}, False),
        ("b/a", {"a"}, False),
        ("a/b", {"b"}, False),
        ("a/bc", {"a/b"}, False),
        # The root covers nothing: it is no root of what an instruction names.
        ("a", {""}, False),
        ("", {""}, False),
        ("", {"a"}, False),
    ],
)
def test_is_covered(path, roots, expected):
    assert paths.is_covered(path, roots) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        (["a"], ["a"]),
        (["a/b", "a"], ["a"]),
        (["a/b/c", "a/b", "x/y", "x/y/z"], ["a/b", "x/y"]),
        (["a", "a"], ["a"]),
        # These only look alike.
        (["a", "ab"], ["a", "ab"]),
        (["a.b", "a", "a-b/c"], ["a", "a-b/c", "a.b"]),
        (["a/b", "a/c"], ["a/b", "a/c"]),
        (["b/a", "a"], ["a", "b/a"]),
        (["A", "a"], ["A", "a"]),
    ],
)
def test_topmost(given, expected):
    assert paths.topmost(given) == expected
    assert paths.topmost(reversed(given)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], set()),
        (["a"], {""}),
        (["a/b"], {"a", ""}),
        (["a/b/c", "a/d", "e/f"], {"a/b", "a", "e", ""}),
        (["a/b/c", "a/b/d"], {"a/b", "a", ""}),
    ],
)
def test_folders_above(given, expected):
    assert paths.folders_above(given) == expected
