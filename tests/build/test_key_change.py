"""Whose cache key changes: told from what differs, and the same as two whole keys tell."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build.cache_key import ContextEntry, KeySource, follower, key_sources, sent_paths
from ctxopt.build.key_change import KeyState, changed_keys
from ctxopt.languages.dockerfile import parse, resolve
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.paths import folders_above

BASE = {"a": "1", "b.md": "2", "d/a": "3", "d/e/c.md": "4", "l": "->d/a", "m": "->d"}

INSTRUCTIONS = (
    "COPY . /", "COPY a /x", "COPY d /y", "COPY d a /z/", "COPY m /m", "COPY m/a /ma", "COPY l /l", "COPY *.md /w/",
    "COPY d/* /v/", "COPY --exclude=**/*.md . /e", "COPY --parents d/e /p/", "COPY --parents **/*.md /q/", "COPY l* /k/",
    "RUN --mount=type=bind,source=d,target=/d true", "COPY missing /n",
)  # fmt: skip
PATTERNS = ("*.md", "**/*.md", "d", "d/e", "!d/e/c.md", "!**/a", "l", "*", "!a", "**/e")


def sources_of(instructions: tuple[str, ...]) -> tuple[KeySource, ...]:
    text = "\n".join(("FROM scratch", *instructions))
    return key_sources(resolve(parse(text + "\n")))


def state_of(files: dict[str, str]) -> KeyState:
    entries = {}
    for path, content in files.items():
        mode = stat.S_IFREG | 0o644
        if content.startswith("->"):
            mode = stat.S_IFLNK | 0o777
        elif content.startswith("+x"):
            mode = stat.S_IFREG | 0o755
        entries[path] = ContextEntry(mode, content.removeprefix("->"))
    folders = folders_above(entries)
    return KeyState(
        entries=entries,
        follow=follower(entries, lambda entry: entry.content),
        is_folder=folders.__contains__,
        links=lambda: {path for path, entry in entries.items() if stat.S_ISLNK(entry.mode)},
    )


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def changes(instructions, before, after, *ignored):
    """The lines whose key is another one, and the paths that made it so."""
    matcher = read_matcher((None, line) for line in ignored)
    found = changed_keys(
        sources_of(instructions),
        matcher,
        state_of(before),
        state_of(after),
        differing(before, after),
    )
    return {change.source.line: change.paths for change in found}


@pytest.mark.parametrize(
    ("instruction", "after", "paths"),
    [
        ("COPY . /", {**BASE, "a": "x"}, ("a",)),
        ("COPY . /", {**BASE, "a": "+x1"}, ("a",)),
        ("COPY . /", {**BASE, "n/o": "x"}, ("n", "n/o")),
        ("COPY m /", {**BASE, "d/a": "x"}, ("d/a",)),
        ("COPY m/a /", {**BASE, "d/a": "x"}, ("d/a",)),
        ("COPY l* /", {**BASE, "d/a": "x"}, ("l",)),
        ("COPY m /", {**BASE, "m": "->d/e"}, ("m",)),
        ("COPY *.md /", {**BASE, "c.md": "2"}, ("c.md",)),
        ("RUN --mount=type=bind,source=d,target=/d true", {**BASE, "d/a": "x"}, ("d/a",)),
    ],
)
def test_what_makes_a_key_another(instruction, after, paths):
    assert changes((instruction,), BASE, after) == {2: paths}


@pytest.mark.parametrize(
    ("instruction", "after", "ignored"),
    [
        ("COPY . /", BASE, ()),
        ("COPY . /", dict(reversed(BASE.items())), ()),
        ("COPY . /", {**BASE, "b.md": "x"}, ("*.md",)),
        ("COPY . /", {**BASE, "d/n.md": "x"}, ("**/*.md",)),
        ("COPY . /", {**BASE, "n/o": "x"}, ("n",)),
        ("COPY . /", {**BASE, "d/e/n/o": "x"}, ("*", "!a")),
        ("COPY d /", {**BASE, "a": "x"}, ()),
        ("COPY a /", {**BASE, "d/a": "x"}, ()),
        ("COPY a /", {**BASE, "aa": "x"}, ()),
        ("COPY m /", {**BASE, "a": "x"}, ()),
        ("COPY l /", {**BASE, "d/e/c.md": "x"}, ()),
        ("COPY l* /", {**BASE, "d/e/c.md": "x"}, ()),
        ("COPY l* /", {**BASE, "d/a": "x"}, ("l",)),
        ("COPY *.md /", {**BASE, "a": "x"}, ()),
        # A file that a wildcard matches is known by its own name, not by its folder's.
        ("COPY */a /", {"d/a": "1"}, ()),
        ("COPY --exclude=*.md . /", {**BASE, "c.md": "x"}, ()),
        ("COPY --parents d/e /", {**BASE, "d/a": "x"}, ()),
        ("COPY missing /", {**BASE, "a": "x"}, ()),
        ("COPY --from=alpine . /", {**BASE, "a": "x"}, ()),
    ],
)
def test_what_leaves_a_key_as_it_is(instruction, after, ignored):
    before = BASE
    if instruction == "COPY */a /":
        before = {"e/a": "1"}
    assert changes((instruction,), before, after, *ignored) == {}


def test_parts_that_change_places_are_compared_as_a_whole():
    # The parts are the same, and their order is not: paths are sorted, and of these only names count.
    before = {"d/a": "1", "e/b": "2", "f/a": "3"}
    after = {"d/b": "2", "e/a": "1", "f/a": "3"}
    assert changes(("COPY */* /",), before, after) == {2: ("d/a", "d/b", "e/a", "e/b")}
    assert changes(("COPY */* /",), {"d/a": "1"}, {"e/a": "1"}) == {}


names = st.sampled_from(["a", "b.md", "d/a", "d/e/c.md", "d/n.md", "d/e/f/g", "l", "m", "e/a"])
contents = st.sampled_from(
    ["1", "2", "3", "+x1", "->a", "->d", "->d/a", "->d/e", "->l", "->missing"]
)


def _fits(files: dict[str, str]) -> dict[str, str]:
    """Leave out what lies below a file."""
    return {path: text for path, text in files.items() if folders_above([path]).isdisjoint(files)}


trees = st.dictionaries(names, contents, max_size=8).map(_fits)


@given(
    before=trees,
    after=trees,
    ignored=st.lists(st.sampled_from(PATTERNS), max_size=3),
    instructions=st.lists(st.sampled_from(INSTRUCTIONS), min_size=1, max_size=6),
)
@settings(max_examples=300, deadline=None)
@pytest.mark.slow
def test_it_says_what_two_whole_keys_say(before, after, ignored, instructions):
    matcher = read_matcher((None, line) for line in ignored)
    one, other = state_of(before), state_of(after)

    def key(source: KeySource, state: KeyState) -> object:
        return source.key(state.entries, sent_paths(matcher, state.entries), state.follow)

    told = changes(tuple(instructions), before, after, *ignored)
    sources = sources_of(tuple(instructions))
    whole = {item.source.line for item in sources if key(item, one) != key(item, other)}
    assert set(told) == whole
    assert all(told.values())
