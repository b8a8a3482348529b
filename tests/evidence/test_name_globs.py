"""Globs of names, held against the plain match of one glob and one name."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.name_globs import NameGlobs
from ctxopt.tree.model import FILE, Folder

MANIFESTS = {glob for stack in load_catalog().stacks.values() for glob in stack.manifests}


def folder_of(names):
    return Folder("src", "/".join(names), bytes([FILE]) * len(names), b"", b"")


def found(globs, names):
    wanted = NameGlobs(globs)
    assert wanted.among(names) == wanted.find_in(folder_of(names))
    return wanted.find_in(folder_of(names))


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        ("package.json", ["package.json"]),
        ("*.csproj", ["a.csproj", ".csproj"]),
        ("*.*proj", ["a.b.proj", "a.vcxproj"]),
        ("next.config.*", ["next.config.mjs"]),
        ("a[12].lock", ["a1.lock", "a2.lock"]),
        ("a?.lock", ["ab.lock"]),
        ("*", ["anything"]),
        ("[]a]b", ["]b", "ab"]),
    ],
)
def test_what_is_found(glob, names):
    assert found({glob}, [*names, "src", "README"]) == set(names) or glob == "*"
    assert set(names) <= found({glob, "other.toml"}, names)


@pytest.mark.parametrize(
    ("glob", "name"),
    [
        ("package.json", "package.json.bak"),
        ("package.json", "Package.json"),
        ("package.json", "xpackage.json"),
        ("*.csproj", "csproj"),
        ("*.csproj", "a.csproj.user"),
        ("*.csproj", "a.CSPROJ"),
        ("*.*proj", "proj"),
        ("*.*proj", "project.json"),
        ("next.config.*", "nextxconfig.js"),
        ("next.config.*", "next.config"),
        ("a[12].lock", "a3.lock"),
        ("a[12].lock", "a[12].lock"),
        ("a?.lock", "a.lock"),
        ("a?.lock", "abc.lock"),
    ],
)
def test_what_is_not(glob, name):
    assert found({glob}, [name]) == set()


def test_nothing_to_look_for_and_nothing_to_look_at():
    assert found(set(), ["a", "b.csproj"]) == set()
    assert found(MANIFESTS, []) == set()


PIECES = st.sampled_from(
    [*MANIFESTS, "a", ".", "proj", "*", "?", "[ab]", "config", "tf", "-", "[", "]", "[]a]", "[!]a]"]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=3).map("".join)
NAMES = TEXTS.filter(lambda text: "/" not in text)


@given(st.sets(TEXTS, max_size=5), st.lists(NAMES, unique=True, max_size=8))
def test_each_glob_for_itself(globs, names):
    assert found(globs, names) == {
        name for name in names if any(fnmatchcase(name, glob) for glob in globs)
    }
