"""The exceptions for what is wanted: links on the way, company for wildcards, and the fewest lines."""

from __future__ import annotations

import pytest

from ctxopt.build.followlinks import LinksOnDisk
from ctxopt.errors import AllowListError
from ctxopt.fix.allow_list.entries import (
    AllowedEntry,
    exception_form,
    find_entries,
    list_lines,
    without_covered,
)
from ctxopt.fix.allow_list.wants import Want
from tests.support.judging import known_facts

TREE = {
    "web/a": 1, "web/b": 1, "now": {"link": "v/2"}, "v/2/app": 1, "p/a/m": 1, "p/b/m": 1,
    "all": {"link": "."}, "odd[1]/x": 1,
}  # fmt: skip


def entries_of(*wants, tree=TREE):
    with known_facts(tree) as facts:
        links = LinksOnDisk(facts.analysis.context.root)
        given = [Want(kind, text, f"COPY {text}") for kind, text in wants]
        return find_entries(given, facts.view, links)


def entry(text, *reasons, taken=()):
    """A path, or a pattern where it has a star."""
    is_pattern = "*" in text
    path = None if is_pattern else text
    return AllowedEntry(text, path, reasons or ("x",), taken or (text,))


@pytest.mark.parametrize(
    ("want", "found"),
    [
        (("path", "web"), {"web": ("web",)}),
        (("path", "none"), {"none": ("none",)}),
        (("path", "now/app"), {"now": ("now",), "v/2/app": ("v/2/app",)}),
        (("path", "odd[1]"), {r"odd\[1\]": ("odd[1]",)}),
        (("glob", "web/*"), {"web/*": ("web/a", "web/b")}),
        (("glob", "p/*/m"), {"p/*/m": ("p/a/m", "p/b/m")}),
        # An exception does not look through links, so what is behind one is named.
        (("glob", "now/a*"), {"now": ("now",), "v/2/app": ("v/2/app",)}),
        (("pattern", "**/m"), {"**/m": ("p/a/m", "p/b/m")}),
    ],
)
def test_what_is_wanted_becomes_exceptions(want, found):
    assert {item.pattern: item.taken for item in entries_of(want)} == found


def test_one_entry_for_one_text_with_all_reasons():
    found = entries_of(("path", "web"), ("pattern", "web"))
    assert [item.reasons for item in found] == [("COPY web",)]
    reasons = {item.pattern: item.reasons for item in entries_of(("path", "now/app"))}
    assert reasons["v/2/app"] == ("COPY now/app, through the link now/app",)


def test_a_link_to_everything_is_refused():
    with pytest.raises(AllowListError, match="is a link to the whole context"):
        entries_of(("path", "all"))


@pytest.mark.parametrize(
    ("path", "form"),
    [("a", "a"), ("!a", "!a"), ("#a", "#a"), ("a*", r"a\*"), ("!a*", r"!a\*")],
)
def test_what_stands_behind_the_mark(path, form):
    assert exception_form(path) == form


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a/b", "a/b/c"], ["a"]),
        (["a", "ab"], ["a", "ab"]),
        (["a/*", "a/b", "a/b/c"], ["a/*"]),
        (["*", "a/b"], ["*"]),
        # The classic client does not look below a wildcard: what it takes stays by name.
        (["p/*/m", "p/a/m"], ["p/*/m", "p/a/m"]),
        (["p", "p/*/m"], ["p"]),
        (["*.md", "a.txt"], ["*.md", "a.txt"]),
    ],
)
def test_what_others_let_in_is_left_out(texts, left):
    assert [item.pattern for item in without_covered([*map(entry, texts)])] == left


def lines_of(entries, tree):
    with known_facts(tree) as facts:
        return {line.text: line.reason for line in list_lines(entries, facts.view)}


def test_lines_say_who_takes_what():
    found = lines_of([entry("a", "1", "2", "3", "4", "5"), entry("b", "6")], {"a": 1, "b": 1})
    assert found == {"!a": "1; 2; 3; and 2 more", "!b": "6"}


FOLDER = {f"d/{name}": 1 for name in "abcdef"}


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        ("abcdef", ["!d"]),
        ("abcde", ["!d", "d/f"]),
        # Two of six are too many to leave out.
        ("abcd", ["!d/a", "!d/b", "!d/c", "!d/d"]),
    ],
)
def test_a_folder_of_which_nearly_everything_is_wanted(wanted, lines):
    assert list(lines_of([entry(f"d/{name}") for name in wanted], FOLDER)) == lines


def test_a_folder_stays_in_pieces_where_a_wildcard_takes_the_rest():
    entries = [*(entry(f"d/{name}") for name in "abcde"), entry("d/f/*", taken=("d/f/x",))]
    tree = {f"d/{name}": 1 for name in "abcde"} | {"d/f/x": 1}
    assert "!d" not in lines_of(entries, tree)


def test_a_way_through_names_that_need_escaping():
    found = lines_of([AllowedEntry(r"x\[1\]/y", "x[1]/y", ("COPY",), ("x[1]/y",))], {"x[1]/y": 1})
    assert list(found) == [r"!x\[1\]", r"x\[1\]/*", r"!x\[1\]/y"]
