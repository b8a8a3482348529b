"""What people said must stay: in the configuration, and in comments of the ignore file."""

from __future__ import annotations

import pytest

from ctxopt.errors import ConfigError
from ctxopt.evidence.keep import KeepList, read_keep_list
from ctxopt.languages.ignore.text import IgnoreFile, parse_ignore_file
from tests.support.judging import known_facts


def ignore_file(text: str) -> IgnoreFile:
    return parse_ignore_file(text.encode(), ".dockerignore")


KEPT = [
    (["docs"], "", "docs/a.md", "the configuration keeps it"),
    (["**/*.md"], "", "a/b.md", "the configuration keeps it"),
    (["/docs/"], "", "docs", "the configuration keeps it"),
    (["docs", "!docs/x"], "", "docs/y", "the configuration keeps it"),
    ([], "x\n# ctxopt: keep docs\n", "docs/a", "line 2 of .dockerignore keeps it"),
    ([], "#ctxopt:keep  docs/*.md  \n", "docs/a.md", "line 1 of .dockerignore keeps it"),
    ([], "\ufeff# ctxopt: keep docs\n", "docs", "line 1 of .dockerignore keeps it"),
    # What is said first is told.
    (["docs"], "# ctxopt: keep docs/a\n", "docs/a", "the configuration keeps it"),
]

NOT_KEPT = [
    ([], "", "docs"),
    (["docs"], "", "doc"),
    (["docs"], "", "a/docs"),
    (["*.md"], "", "a/b.md"),
    (["docs/a"], "", "docs"),
    (["docs/a"], "", "docs/ab"),
    ([], "docs\n", "docs"),
    ([], "# keep docs\n", "docs"),
    ([], "# ctxopt keep docs\n", "docs"),
    ([], "x # ctxopt: keep docs\n", "docs"),
    ([], "# please ctxopt: keep docs\n", "docs"),
    ([], " # ctxopt: keep docs\n", "docs"),
    ([], "# ctxopt: ignore[large-file] it is needed\n", "docs"),
    ([], "!docs\n", "docs"),
]


@pytest.mark.parametrize(("patterns", "text", "path", "reason"), KEPT)
def test_kept(patterns, text, path, reason):
    assert read_keep_list(patterns, ignore_file(text)).why(path) == reason


@pytest.mark.parametrize(("patterns", "text", "path"), NOT_KEPT)
def test_not_kept(patterns, text, path):
    assert read_keep_list(patterns, ignore_file(text)).why(path) is None


@pytest.mark.parametrize("said", ["keep", "kep docs", "keep !docs", "keep [", ""])
def test_a_comment_that_says_it_wrongly(said):
    with pytest.raises(ConfigError, match=r"^\.dockerignore:2: "):
        read_keep_list([], ignore_file(f"x\n# ctxopt: {said}\n"))


def test_nothing_said():
    assert not read_keep_list([], None)
    assert not KeepList()
    assert read_keep_list(["x"], None)


def test_the_folders_above_what_is_kept_are_kept():
    tree = {"a/b/c.md": "x", "a/d": "x", "e/c.md": "x", ".dockerignore": "e\n"}
    with known_facts(tree) as facts:
        view = facts.view
        assert read_keep_list(["**/c.md"], None).paths(view) == {"a/b/c.md", "a/b", "a", ""}
        assert read_keep_list(["nothing"], None).paths(view) == set()
        assert KeepList().paths(view) == set()
