"""The use case behind ``fix``, as a program calls it: what is written, what a decision changes."""

from __future__ import annotations

import os

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.config.load import Config
from ctxopt.errors import ConfigError, WriteError
from ctxopt.fix.decisions import OPEN
from ctxopt.fix.options import FixOptions
from ctxopt.fix.run import FixRequest, run
from ctxopt.report.fix_text import render_text
from ctxopt.report.terminal import Look
from tests.support.judging import BROAD
from tests.support.repositories import git, init
from tests.support.trees import lay

MB = 1_000_000
pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def root(tmp_path):
    tree = {
        "main.py": "x",
        "Dockerfile": BROAD,
        "node_modules/x": 3 * MB,
        ".env": "KEY=aaaaaaaaaaaaa\n",
    }
    return lay(tmp_path / "c", tree)


def content(root) -> bytes | None:
    path = os.path.join(root, ".dockerignore")
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read()


def test_it_writes_and_measures_again(root):
    outcome = run(FixRequest(root=root))
    assert outcome is not None
    assert outcome.written
    assert outcome.fix.new_content is not None
    assert content(root) == outcome.fix.new_content
    assert outcome.after is not outcome.fix.foreseen
    assert outcome.after.permitted_bytes == outcome.fix.foreseen.permitted_bytes
    again = run(FixRequest(root=root))
    assert again is not None
    assert (again.written, again.fix.new_content) == (False, None)


@pytest.mark.parametrize(("other", "told"), [(None, False), ("copy", False), ("link", True)])
def test_it_tells_that_a_second_hard_link_keeps_the_old_content(root, other, told):
    lay(root, {".dockerignore": "*.md\n"})
    if other == "copy":
        lay(root, {".containerignore": "*.md\n"})
    elif other == "link":
        os.link(os.path.join(root, ".dockerignore"), os.path.join(root, ".containerignore"))
    outcome = run(FixRequest(root=root))
    assert outcome is not None
    assert outcome.has_other_link is told
    assert ("Another hard link" in render_text(outcome, Look(80, False), "")) is told


@pytest.mark.parametrize("ignored", [".*\n", ".dockerignore\n", "*.md\n"])
def test_it_leaves_its_own_file_alone_the_second_time(root, ignored):
    init(root)
    lay(root, {".gitignore": "node_modules\n" + ignored})
    git(root, "add", "main.py", "Dockerfile")
    first, again = run(FixRequest(root=root)), run(FixRequest(root=root))
    assert first is not None
    assert first.written
    assert again is not None
    assert (again.written, again.fix.new_content) == (False, None)


def test_it_may_only_say_what_it_would_write(root):
    outcome = run(FixRequest(root=root, writes=False))
    assert outcome is not None
    assert not outcome.written
    assert outcome.fix.new_content
    assert outcome.after is outcome.fix.foreseen
    assert content(root) is None


def test_a_decision_takes_a_part(root):
    def decide(planned, replan):
        first, *rest = (line.change for line in planned.lines)
        assert rest
        return replan(OPEN.take(first).decline(*rest).close())

    outcome = run(FixRequest(root=root), decide=decide)
    assert outcome is not None
    assert len(outcome.fix.lines) == 1
    assert content(root) == outcome.fix.new_content


def test_a_decision_may_leave_all_as_it_is(root):
    assert run(FixRequest(root=root), decide=lambda planned, replan: None) is None
    assert content(root) is None


def test_a_file_that_changes_during_the_decision_stays(root):
    def decide(planned, replan):
        lay(root, {".dockerignore": "mine\n"})
        return planned

    with pytest.raises(WriteError):
        run(FixRequest(root=root), decide=decide)
    assert content(root) == b"mine\n"


def test_options_and_measuring_are_the_callers(root):
    measured = []

    def measure(context, *, with_excluded):
        measured.append(with_excluded)
        return analyze(context, request.build, with_excluded=with_excluded)

    options = FixOptions(per_dockerfile=True)
    request = FixRequest(root=root, options=options)
    outcome = run(request, measure=measure)
    assert outcome is not None
    assert outcome.fix.shown == outcome.patch_path == "Dockerfile.dockerignore"
    assert measured == [False, False]


def test_an_allow_list_enters_what_is_excluded(tmp_path):
    root = lay(tmp_path / "c", {"Dockerfile": "FROM a\nCOPY web /\n", "web/a": 1, "doc/b": 1})
    outcome = run(FixRequest(root=root, allow_list=True))
    assert outcome is not None
    assert (content(root) or b"").endswith(b"*\n!web\n")


def test_a_rule_that_does_not_exist(root):
    with pytest.raises(ConfigError, match="no-such-rule"):
        run(FixRequest(root=root, config=Config(ignore=("no-such-rule",))))
