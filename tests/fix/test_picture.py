"""The picture of a context: its sums under any switches are those of a walk under that very file."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.build.survey import survey
from ctxopt.builder import BuilderName
from ctxopt.errors import CtxoptError
from ctxopt.fix.picture import picture_of
from ctxopt.fix.plan import Fix
from tests.fix.test_properties import (
    QUIET,
    build,
    dockerfiles,
    files,
    gitignores,
    ignore_files,
)
from tests.support.examples import examples
from tests.support.pictures import (
    JUNK,
    OVER_JUNK,
    combinations,
    lay_junk,
    picture_at,
    sent_bytes,
    totals,
)
from tests.support.trees import lay


def is_as_walked(root: str, fix: Fix, picture, on, builder: BuilderName) -> bool:
    """Write the file with the switches ``on``, and measure."""
    if picture.switched.is_there(on):
        with open(fix.path, "wb") as file:
            file.write(picture.switched.file(on).render())
    elif os.path.exists(fix.path):
        os.unlink(fix.path)
    walked = analyze(find_context(root, builder=builder), BuildRequest())
    could = walked.permitted.total
    if totals(picture, on) != (could.files, could.bytes):
        return False
    # Podman reads what it takes when it takes it: what one build sends is no question there.
    if builder == "podman" or (walked.plan is None and builder == "buildkit"):
        return True
    return sent_bytes(picture, on) == walked.sent.total.bytes


IGNORES = {**OVER_JUNK, "a line to repair": "/node_modules/\n*.md\n"}


@pytest.mark.parametrize("builder", ["buildkit", "classic", "podman"])
@pytest.mark.parametrize("name", IGNORES)
def test_every_combination_is_what_a_walk_finds(tmp_path, name: str, builder: BuilderName) -> None:
    tree, ignored = dict(JUNK), IGNORES[name]
    if ignored is not None:
        tree[".dockerignore"] = ignored
    root = lay_junk(tmp_path, tree)
    picture, fix = picture_at(root, builder=builder)
    assert fix.new_content is not None
    for on in combinations(len(picture.switched.switches)):
        assert is_as_walked(root, fix, picture, on, builder), on


ODD: dict[str, dict[str, Any]] = {
    "it is a link": {
        ".dockerignore": {"link": "conf/.dockerignore"},
        "conf/.dockerignore": "*.md\n",
    },
    "its last line has no end": {".dockerignore": "*.md"},
    "it starts with a mark": {".dockerignore": "\ufeff*.md\n"},
    "its lines end as on Windows": {".dockerignore": "*.md\r\n*.txt\r\n"},
    "it hides itself": {".dockerignore": ".dockerignore\n*.md\n"},
    "it belongs to the Dockerfile": {"Dockerfile.dockerignore": "*.md\n", ".dockerignore": "x\n"},
    "it is empty": {".dockerignore": ""},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_ignore_files(tmp_path, name: str) -> None:
    root = lay_junk(tmp_path, {**JUNK, **ODD[name]})
    picture, fix = picture_at(root)
    assert fix.new_content is not None
    for on in combinations(len(picture.switched.switches)):
        assert is_as_walked(root, fix, picture, on, "buildkit"), on


def test_an_ignore_file_that_cannot_be_edited_counts_as_what_it_is(tmp_path) -> None:
    root = lay(tmp_path, {**JUNK, ".dockerignore/x": 500})
    found = survey(find_context(root), BuildRequest())
    picture = picture_of(found, None)
    sent = found.analysis.permitted.total
    assert totals(picture, ()) == (sent.files, sent.bytes)
    assert picture.own is None


def test_ends_are_those_of_scan_and_fix(tmp_path) -> None:
    picture, fix = picture_at(lay_junk(tmp_path, JUNK))
    before, after = fix.measured.permitted.total, fix.foreseen.permitted.total
    everything = range(len(picture.switched.switches))
    assert len(fix.lines) > 3
    assert totals(picture, ()) == (before.files, before.bytes)
    assert totals(picture, everything) == (after.files, after.bytes)
    assert picture.switched.file(everything).render() == fix.new_content


@settings(max_examples=examples(60))
@given(
    names=files,
    lines=ignore_files,
    sources=dockerfiles,
    ignored=gitignores,
    builder=st.sampled_from(["buildkit", "classic", "podman"]),
)
@pytest.mark.slow
def test_any_tree_under_any_lines(
    tmp_path_factory, names, lines, sources, ignored, builder
) -> None:
    root = build(str(tmp_path_factory.mktemp("p") / "c"), names, lines, sources, ignored)
    try:
        picture, fix = picture_at(root, QUIET, builder)
    except CtxoptError:
        return
    for on in combinations(len(picture.switched.switches), most=8):
        assert is_as_walked(root, fix, picture, on, builder), on


def test_small_files_fold_and_no_byte_is_lost(tmp_path) -> None:
    many = {f"src/{number:04}/part{place}.c": number for number in range(200) for place in range(3)}
    root = lay_junk(tmp_path, {**JUNK, **many})
    whole, _ = picture_at(root)
    folded, fix = picture_at(root, room=900)
    assert whole.folded == 0
    assert folded.folded > 500
    assert len(folded.nodes) < 80
    for on in combinations(len(fix.lines)):
        assert totals(folded, on) == totals(whole, on)


def test_what_findings_are_about_is_shown_however_small(tmp_path) -> None:
    many = {f"src/{number:04}.c": 9_000 for number in range(200)}
    root = lay(tmp_path, {**JUNK, **many, "deep/down/.env": "KEY=1\n"})
    found = survey(find_context(root), BuildRequest())
    hidden = picture_of(found, None, room=900)
    assert ".env" not in {node.name for node in hidden.nodes}

    class Told:
        paths = ("deep/down/.env",)

    shown = picture_of(found, None, [Told()], room=900)  # type: ignore[list-item]
    assert ".env" in {node.name for node in shown.nodes}


FATES = {
    "web/index.html": "final",
    "src/main.c": "stage",
    "kept/x": "kept",
}


def test_fates(tmp_path) -> None:
    root = lay(tmp_path, {**JUNK, "kept/x": 10, ".dockerignore": "kept\n"})
    picture = picture_of(survey(find_context(root), BuildRequest()), None)
    names = {path.rpartition("/")[2]: fate for path, fate in FATES.items()}
    found = {
        node.name: picture.sorts[node.amounts[0].sort].fate
        for node in picture.nodes
        if node.children is None and node.name in names
    }
    assert found == names


def test_a_folder_that_nothing_is_in_has_no_node(tmp_path) -> None:
    root = lay(tmp_path, {"Dockerfile": "FROM a\nCOPY . .\n", "empty/": "", "link": {"link": "x"}})
    picture = picture_of(survey(find_context(root), BuildRequest()), None)
    assert [node.name for node in picture.nodes] == ["", "Dockerfile"]
    assert picture.own is None
