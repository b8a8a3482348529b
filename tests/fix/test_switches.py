"""Which text the ignore file has with any of a plan's lines switched on."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.switches import fixed_file, switched_file
from ctxopt.languages.ignore.dialect import DOCKER
from ctxopt.languages.ignore.text import parse_ignore_file


def line(*texts: str, replaces: tuple[str, ...] = ()) -> ProposedLine:
    return ProposedLine(
        texts=texts,
        replaces=replaces,
        rule="git-ignored",
        confidence="proven",
        reason="",
        bytes=1,
        entries=1,
        total_bytes=1,
        total_entries=1,
        paths=(),
    )


def plan(old: str | None, new: str, *lines: ProposedLine) -> Fix:
    unused: Any = None
    return Fix(
        path="/c/.dockerignore",
        shown=".dockerignore",
        old_content=None if old is None else old.encode(),
        new_content=new.encode(),
        lines=lines,
        possible=(),
        tracked=(),
        left_alone=(),
        other_dockerfiles=(),
        measured=unused,
        foreseen=unused,
    )


A, B, C = line("a"), line("b"), line("c")
EACH: dict[str, tuple[str | None, str, tuple[ProposedLine, ...], dict[tuple[int, ...], str]]] = {
    "a new file": (None, "# Head\na\nb\n", (A, B), {(): "", (0,): "# Head\na\n", (1,): "# Head\nb\n"}),
    "lines of two kinds, each with its comment": (
        "x\n", "x\n\n# One\na\n\n# Two\nb\nc\n", (A, B, C),
        {(0,): "x\n\n# One\na\n", (1,): "x\n\n# Two\nb\n", (0, 2): "x\n\n# One\na\n\n# Two\nc\n"},
    ),
    "a line in place of another": (
        "x\na/\ny\n", "x\na\ny\nb\n", (line("a", replaces=("a/",)), B),
        {(0,): "x\na\ny\n", (1,): "x\na/\ny\nb\n"},
    ),
    "a last line without an end": ("x", "x\na\n", (A,), {(): "x", (0,): "x\na\n"}),
    "endings of Windows": ("x\r\n", "x\r\na\r\nb\r\n", (A, B), {(1,): "x\r\nb\r\n"}),
    "a pattern with its exception": (
        "x\n", "x\na\n!a/k\nb\n", (line("a", "!a/k"), B), {(0,): "x\na\n!a/k\n", (1,): "x\nb\n"},
    ),
    "a line that only goes": ("x\ny\n", "x\n", (line(replaces=("y",)),), {(): "x\ny\n"}),
    "a comment that becomes a line below itself": (
        "a # why\n", "# why\na\n", (line("# why", "a", replaces=("a # why",)),), {(): "a # why\n"},
    ),
    "lines in another order than the plan tells them": (
        "", "b\na\n", (A, B), {(0,): "a\n", (1,): "b\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EACH)
def test_each_combination(name: str) -> None:
    old, new, lines, expected = EACH[name]
    found = switched_file(plan(old, new, *lines), DOCKER)
    everything = tuple(range(len(lines)))
    assert len(found.switches) == len(lines)
    for on, text in {(): old or "", everything: new, **expected}.items():
        assert found.file(on).render() == text.encode()


TOGETHER = {
    "a line that another one repairs again": (
        "a/\n", "**/a\n", (line("a", replaces=("a/",)), line("**/a", replaces=("a",))),
    ),
    "a text that is in no line": ("x\n", "x\na\nb\n", (A, line("d"))),
    "a line that goes, and none says so": ("x\ny\n", "x\na\n", (A, B)),
}  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_what_cannot_be_told_apart_goes_together(name: str) -> None:
    old, new, lines = TOGETHER[name]
    found = switched_file(plan(old, new, *lines), DOCKER)
    assert [len(group) for group in found.switches] == [len(lines)]
    assert found.file(()).render() == old.encode()
    assert found.file((0,)).render() == new.encode()


def test_all_at_once() -> None:
    found = switched_file(plan("x\n", "x\na\nb\n", A, B), DOCKER, at_once=True)
    assert found.switches == ((A, B),)
    assert (found.file(()).render(), found.file((0,)).render()) == (b"x\n", b"x\na\nb\n")


@pytest.mark.parametrize(("content", "existed"), [(b"a\n!b", True), (None, False)])
def test_a_file_without_switches(content: bytes | None, existed: bool) -> None:
    file = None if content is None else parse_ignore_file(content, "i")
    found = fixed_file(file, "i", DOCKER)
    assert (found.switches, found.existed, found.is_there(())) == ((), existed, existed)
    assert found.file(()).render() == (content or b"")
