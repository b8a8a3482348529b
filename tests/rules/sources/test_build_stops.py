"""The rule ``build-stops``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

import pytest

from ctxopt.rules.sources.build_stops import check
from ctxopt.severity import Severity
from ctxopt.tree.model import WalkError
from ctxopt.tree.view import View
from tests.rules.sources.contexts import build
from tests.support.judging import catches, catches_not, facts_of

LATIN = "docs/caf\udce9.txt"


@pytest.mark.parametrize(
    ("instruction", "more", "paths", "edits"),
    [
        ("COPY . /", {LATIN: 1}, [LATIN], ["docs/caf[\ufffd].txt"]),
        ("COPY docs /d/", {LATIN: 1}, [LATIN], ["docs/caf[\ufffd].txt"]),
        (
            "COPY . /",
            {"src/\udcff": 1, LATIN: 1},
            [LATIN, "src/\udcff"],
            ["docs/caf[\ufffd].txt", "src/[\ufffd]"],
        ),
    ],
)
def test_names_that_are_not_unicode(instruction, more, paths, edits):
    found = catches(
        "build-stops", {**build(instruction), **more}, line=None, paths=paths, edits=edits
    )
    assert found.severity is Severity.ERROR
    assert "invalid UTF-8" in found.message


def test_sources_with_control_characters():
    tree = {**build('COPY ["a\\nb.txt", "/x/"]'), "a\nb.txt": 1}
    found = catches("build-stops", tree, line=2, edits=[])
    assert 'header key "followpaths"' in found.message


@pytest.mark.parametrize(
    ("instruction", "ignore", "more"),
    [
        ("COPY . /", None, {}),
        ("COPY . /", "docs\n", {LATIN: 1}),
        ("COPY . /", "docs/caf?.txt\n", {LATIN: 1}),
        ("COPY . /", "docs/caf[\ufffd].txt\n", {LATIN: 1}),
        ("COPY src /", None, {LATIN: 1}),
        ("RUN make", None, {LATIN: 1}),
        ("COPY . /", None, {"docs/caf\u00e9.txt": 1, "\u6587": 1}),
        ("COPY . /", None, {"a\nb": 1}),
        ('COPY ["a\\nb.txt", "d\u00e9", "/x/"]', None, {"a\nb.txt": 1, "d\u00e9": 1}),
    ],
)
def test_what_arrives(instruction, ignore, more):
    catches_not("build-stops", {**build(instruction, ignore=ignore), **more})


@pytest.mark.parametrize(
    ("name", "beside", "edits"),
    [
        ("a\udcff\udcfe", "app", ["a[\ufffd][\ufffd]"]),
        ("s\udcffc", "src", ["s[\ufffd]c"]),
        ("\udcff\udcff\n", "lib", ["[\ufffd][\ufffd]?"]),
        ("\udcffi", "a\u00efi", ["[\ufffd]i"]),
        ("\udcff\x01", "\ufffda", []),
    ],
)
def test_no_line_hits_a_name_that_has_nothing_wrong(name, beside, edits):
    tree = {**build("COPY . /"), name: 1, f"{beside}/main.py": 1}
    catches("build-stops", tree, line=None, edits=edits)


def with_errors(facts, *paths):
    """The facts of a context in which these folders could not be read."""
    errors = tuple(WalkError(path, os.strerror(errno.EACCES)) for path in paths)
    analysis = facts.analysis
    permitted = View(replace(analysis.tree, errors=errors), analysis.context.builder)
    return replace(facts, analysis=replace(analysis, permitted=permitted, plan=None))


@pytest.mark.parametrize(
    ("path", "edits"),
    [("data", ["data"]), ("src/data", ["src/data"]), ("a b", ["a b"]), ("[x]", ["\\[x\\]"])],
)
def test_a_folder_that_cannot_be_read(tmp_path, path, edits):
    facts = with_errors(facts_of(tmp_path, {f"{path}/x": 1}), path)
    (found,) = check(facts)
    assert f"open {path}: permission denied" in found.message
    assert [edit.text for edit in found.edits] == edits


@pytest.mark.parametrize(
    ("ignore", "named"),
    [
        ("data\n!**/*.keep\n", "!**/*.keep"),
        ("data\n!docs/a\n!*/pg/x\n!**/y\n", "!*/pg/x, !**/y"),
        ("data\n!data/pg/x\n", "!data/pg/x"),
    ],
)
def test_an_exception_for_which_docker_looks_into_it(tmp_path, ignore, named):
    facts = with_errors(
        facts_of(tmp_path, {"data/pg/x": 1, "docs/a": 1, ".dockerignore": ignore}), "data/pg"
    )
    (found,) = check(facts)
    assert found.edits == ()
    assert found.help.startswith(f"{named} makes Docker look into it: ")


@pytest.mark.parametrize("path", ["", "x/y"])
def test_other_errors_stop_nothing(tmp_path, path):
    facts = facts_of(tmp_path, {"x/y/z": 1})
    errors = (WalkError(path, os.strerror(errno.ENOENT)), WalkError("", os.strerror(errno.EACCES)))
    permitted = View(replace(facts.analysis.tree, errors=errors))
    analysis = replace(facts.analysis, permitted=permitted, plan=None)
    assert not list(check(replace(facts, analysis=analysis)))


@pytest.mark.parametrize(
    ("ignore", "closed", "told"),
    [
        ("data\n", "data", "excluding it does not help this builder"),
        ("src/data\n", "src/data", "exclude the folder above, src,"),
        ("src\n", "src/data", None),
        ("docs\n", "data", None),
        ("data\n", None, None),
        ("*\n", None, None),
    ],
)
def test_the_classic_client_lists_what_it_skips(tmp_path, monkeypatch, ignore, closed, told):
    tree = {"data/x": 1, "src/data/x": 1, "docs/x": 1, ".dockerignore": ignore}
    facts = facts_of(tmp_path, tree, builder="classic")

    def access(path, mode, **_):
        return closed is None or path != os.path.join(tmp_path, closed)

    monkeypatch.setattr(os, "access", access)
    found = list(check(facts))
    if told is None:
        assert found == []
    else:
        assert f"can't stat '{closed}'" in found[0].message
        assert told in found[0].help
        assert found[0].edits == ()
