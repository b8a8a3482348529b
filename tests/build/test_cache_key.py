"""What of a context enters a cache key: by paths, modes and contents."""

from __future__ import annotations

import stat

import pytest

from ctxopt.build.cache_key import (
    ContextEntry,
    KeySource,
    changed_folders,
    follower,
    key_sources,
    sent_paths,
)
from ctxopt.languages.dockerfile import parse, resolve
from ctxopt.languages.ignore.matcher import read_matcher

FILES = ("Dockerfile", "a.txt", "b.md", "src/m.c", "src/n.h", "src/deep/o.c", "docs/x.md")


def source_of(instruction: str) -> KeySource:
    build = resolve(parse(f"FROM scratch\n{instruction}\n"))
    return key_sources(build)[0]


def entries_of(files: dict[str, str]) -> dict[str, ContextEntry]:
    found = {}
    for path, content in files.items():
        mode = stat.S_IFREG | 0o644
        if content.startswith("->"):
            mode = stat.S_IFLNK | 0o777
        found[path] = ContextEntry(mode, content.removeprefix("->"))
    return found


def key_of(source: KeySource, files: dict[str, str], *ignored: str) -> tuple[object, ...]:
    entries = entries_of(files)
    sent = sent_paths(read_matcher((None, line) for line in ignored), entries)
    return source.key(entries, sent, follower(entries, lambda entry: entry.content))


@pytest.mark.parametrize(
    ("instruction", "taken"),
    [
        ("COPY . /", "Dockerfile a.txt b.md docs docs/x.md src src/deep src/deep/o.c src/m.c src/n.h"),
        ("COPY a.txt /", "a.txt"),
        ("COPY a.txt b.md /", "a.txt b.md"),
        ("COPY src /", "src src/deep src/deep/o.c src/m.c src/n.h"),
        ("COPY src/*.c /", "src/m.c"),
        ("COPY s* /", "src src/deep src/deep/o.c src/m.c src/n.h"),
        ("COPY missing /", ""),
        ("COPY *.go /", ""),
        ("COPY --exclude=*.md --exclude=src . /", "Dockerfile a.txt docs docs/x.md"),
        ("COPY --exclude=**/*.md . /", "Dockerfile a.txt docs src src/deep src/deep/o.c src/m.c src/n.h"),
        ("COPY --exclude=*.c src /", "src src/deep src/deep/o.c src/n.h"),
        ("COPY --parents src/**/*.c /", "src/deep/o.c src/m.c"),
        ("COPY --parents src/./deep/*.c /", "src/deep/o.c"),
        ("RUN --mount=type=bind,source=docs,target=/d true", "docs docs/x.md"),
        ("RUN --mount=type=bind,target=/d true", "Dockerfile a.txt b.md docs docs/x.md src src/deep src/deep/o.c src/m.c src/n.h"),
    ],
)  # fmt: skip
def test_what_is_taken(instruction, taken):
    source = source_of(instruction)
    starts = source.starts(lambda path: path)
    every = sent_paths(read_matcher([]), FILES)
    assert sorted(path for path in every if source.takes(path, starts)) == taken.split()


@pytest.mark.parametrize(
    ("ignored", "sent"),
    [
        ([], "Dockerfile a.txt b.md docs docs/x.md src src/deep src/deep/o.c src/m.c src/n.h"),
        (["**/*.md"], "Dockerfile a.txt docs src src/deep src/deep/o.c src/m.c src/n.h"),
        (["docs", "src"], "Dockerfile a.txt b.md"),
        (["*", "!src/m.c"], "src/m.c"),
        (["*", "!src", "src/deep"], "src src/m.c src/n.h"),
        (["*"], ""),
    ],
)
def test_what_is_sent(ignored, sent):
    matcher = read_matcher((None, line) for line in ignored)
    assert sorted(sent_paths(matcher, FILES)) == sent.split()


BASE = {"a": "1", "d/b": "2", "d/e/c": "3", "README.md": "4"}


@pytest.mark.parametrize(
    ("instruction", "after", "changes"),
    [
        ("COPY . /", {**BASE, "a": "x"}, True),
        ("COPY . /", {**BASE, "new": "x"}, True),
        ("COPY . /", {"a": "1", "d/b": "2", "d/e/c": "3"}, True),
        ("COPY . /", dict(reversed(BASE.items())), False),
        ("COPY d /", {**BASE, "a": "x"}, False),
        ("COPY d /", {**BASE, "d/e/c": "x"}, True),
        ("COPY a /", {**BASE, "d/b": "x"}, False),
        ("COPY --exclude=*.md . /", {**BASE, "README.md": "x"}, False),
        ("COPY --exclude=*.md . /", {**BASE, "NEW.md": "x"}, False),
        ("COPY --exclude=*.md . /", {**BASE, "a": "x"}, True),
        ("COPY *.md /", {**BASE, "a": "x"}, False),
        ("COPY *.md /", {**BASE, "NEW.md": "x"}, True),
        ("COPY d* /", {**BASE, "e/b": "x"}, False),
    ],
)
def test_when_it_changes(instruction, after, changes):
    source = source_of(instruction)
    assert (key_of(source, BASE) != key_of(source, after)) is changes


def test_mode_counts_and_folders_do_not_by_theirs():
    source = source_of("COPY . /")
    plain = entries_of({"d/a": "1"})
    sent = sent_paths(read_matcher([]), plain)
    executable = {"d/a": ContextEntry(stat.S_IFREG | 0o755, "1")}
    private = {**plain, "d": ContextEntry(stat.S_IFDIR | 0o700, "")}
    keys = [
        source.key(entries, sent, lambda path: path) for entries in (plain, executable, private)
    ]
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_a_folder_that_is_sent_empty_counts():
    source = source_of("COPY . /")
    with_folder = {**BASE, "docs/x.md": "5"}
    assert key_of(source, BASE, "**/*.md") != key_of(source, with_folder, "**/*.md")
    assert key_of(source, BASE, "docs") == key_of(source, with_folder, "docs")


def test_a_link_that_is_named_counts_by_what_is_behind_it():
    source = source_of("COPY way /")
    before = {"way": "->one", "one": "same", "two": "same", "three": "other"}
    assert key_of(source, before) == key_of(source, {**before, "way": "->two"})
    assert key_of(source, before) != key_of(source, {**before, "way": "->three"})
    assert key_of(source, before) != key_of(source, {**before, "one": "x"})


def test_folders_that_come_and_go():
    before, after = {"d", "d/b"}, {"d", "d/e", "d/e/c"}
    found = changed_folders(["d/e/c", "d/b"], before.__contains__, after.__contains__)
    assert sorted(found) == ["d/e"]


@pytest.mark.parametrize(
    ("instruction", "folders", "others"),
    [
        ("COPY package*.json /", "package-a.json", "src src/package.json a"),
        ("COPY src/*.c /", "src src/a.c src/a.c/d", "docs srcs src/deep"),
        ("COPY */a/* /", "d d/a d/a/x d/a/x/y", "d/b d/b/a"),
        ("COPY [ab]/x /", "a b/x c c/d", ""),
        ("COPY --exclude=*.md src/*.c docs /", "src docs a", ""),
        ("COPY --parents src/**/*.c /", "src docs a/b", ""),
        ("COPY *.a *.b /", "x.a x.b/y", "x x.c/x.a"),
    ],
)
def test_where_it_may_take_something(instruction, folders, others):
    source = source_of(instruction)
    assert [folder for folder in folders.split() if not source.may_take_below(folder)] == []
    assert [folder for folder in others.split() if source.may_take_below(folder)] == []
