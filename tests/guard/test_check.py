"""The check as a library calls it: which states, which limits, which findings, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config, ContextBudget, Limits
from ctxopt.errors import ConfigError, IgnoreFileError
from ctxopt.guard.budget import Verdict
from ctxopt.guard.check import run_check
from ctxopt.guard.findings import write_baseline
from ctxopt.guard.request import CheckRequest
from ctxopt.rules.baseline import read_baseline
from ctxopt.severity import Severity
from tests.support.repositories import commit, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

FILES = {"Dockerfile": "FROM x\nCOPY src /\n", "src/a": "a" * 1000, ".dockerignore": ".git\n"}
FINDING = {".dockerignore": "# all but git\n.git\ndist # output\n"}


@pytest.fixture
def repository(tmp_path):
    return init(tmp_path / "r", FILES)


def request(root, config=None, **more):
    return CheckRequest(root=root, config=config or Config(), request=BuildRequest(), **more)


def stage(root, files):
    write(root, files)
    git(root, "add", "-A")


def verdicts(checked):
    return [(result.limit, result.verdict) for result in checked.results]


@pytest.mark.parametrize(
    ("is_staged", "more", "before", "after"),
    [
        (False, {}, None, "the working tree"),
        (True, {}, "HEAD", "the index"),
        (True, {"working_tree": True}, None, "the working tree"),
        (False, {"against": "HEAD"}, "HEAD", "the index"),
        (True, {"against": "HEAD~1..HEAD"}, "HEAD~1", "HEAD"),
    ],
)
def test_which_states_are_measured(is_staged, more, before, after, repository):
    commit(repository, {"src/b": "b"})
    write(repository, {"src/c": "c"})
    if is_staged:
        git(repository, "add", "-A")
    checked = run_check(request(repository, **more))
    [context] = checked.contexts
    assert context.after.name == after
    assert (context.before.name if context.before else None) == before
    assert (checked.against is None) is (before is None)


def test_limits_on_growth_of_what_is_staged(repository):
    stage(repository, {"src/b": "b" * 5000})
    limits = Limits(max_size=10_000, max_growth=100_000, growth_floor=0)
    checked = run_check(request(repository, Config(limits=limits)))
    assert verdicts(checked) == [("max-size", Verdict.PASS), ("max-growth", Verdict.FAIL)]
    assert (checked.failed, checked.passed) == (True, False)
    assert [result.limit for result in checked.broken] == ["max-growth"]
    growth = checked.contexts[0].growths
    assert {view: found.bytes for view, found in growth.items()} == {
        "permitted": 5000,
        "transferred": 5000,
    }


def test_what_cannot_be_judged_has_not_passed(tmp_path):
    root = init(tmp_path / "r")
    stage(root, FILES)
    limits = Limits(max_growth=100_000, growth_floor=0)
    checked = run_check(request(root, Config(limits=limits)))
    assert verdicts(checked) == [("max-growth", Verdict.SKIP)]
    assert (checked.failed, checked.passed) == (False, False)


def test_no_limit_is_passed(repository):
    assert run_check(request(repository)).passed


GROWTH = Config(limits=Limits(max_growth=1))
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no folder": ("missing", {}, "there is no context"),
    "no such context": (
        "",
        {"config": Config(contexts=(ContextBudget(name="x", path="no/x"),))},
        "there are limits for it",
    ),
    "growth of the working tree": (
        "",
        {"config": GROWTH, "working_tree": True},
        "has nothing to compare with in the working tree",
    ),
    "findings of another commit": (
        "",
        {"config": Config(fail_on=Severity.ERROR), "against": "HEAD..HEAD~1", "needs_findings": True},
        "'HEAD~1' is not what is checked out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, repository):
    below, options, message = REFUSED[name]
    commit(repository, {"src/b": "b"})
    stage(repository, {"src/c": "c"})
    if name == "no such context":
        git(repository, "commit", "-q", "-m", "x")
    with pytest.raises(ConfigError, match=message):
        run_check(request(f"{repository}/{below}", **options))


def test_a_refused_ignore_file_names_state_file_and_line(repository):
    stage(repository, {".dockerignore": "a\n[\n"})
    with pytest.raises(IgnoreFileError) as caught:
        run_check(request(repository))
    error = caught.value
    assert error.message.startswith("the index: .dockerignore:2: ")
    assert (error.path, error.line) == (".dockerignore", 2)


def test_findings_of_the_working_tree(repository):
    write(repository, FINDING)
    assert run_check(request(repository)).findings is None
    checked = run_check(request(repository, Config(fail_on=Severity.WARNING)))
    assert [finding.rule for _, finding in checked.failing] == ["comment-trap"]
    assert checked.failed
    assert not run_check(request(repository, Config(fail_on=Severity.ERROR))).failed


def test_findings_that_cannot_be_judged_are_told(repository):
    commit(repository, FINDING)
    config = Config(fail_on=Severity.WARNING)
    checked = run_check(request(repository, config, against="HEAD..HEAD~1"))
    assert checked.findings is not None
    assert checked.findings.unjudged == "'HEAD~1' is not what is checked out"
    assert checked.passed
    # What is checked out may be compared: its findings are those of the working tree.
    assert run_check(request(repository, config, against="HEAD~1..HEAD")).failed


def test_each_context_is_measured_once_and_as_the_caller_wants(repository):
    seen = []

    def measure(context):
        seen.append(context.root)
        return analyze(context, BuildRequest())

    write(repository, FINDING)
    assert run_check(request(repository, Config(fail_on=Severity.WARNING)), measure).failed
    assert seen == [repository]


def test_a_baseline_knows_what_was_found(repository):
    write(repository, FINDING)
    path = f"{repository}/known.json"
    question = request(repository, Config(baseline=path))

    def measure(context):
        return analyze(context, BuildRequest())

    written = write_baseline(question, measure)
    assert (written.path, written.number) == (path, 1)
    assert [entry.rule for entry in read_baseline(path).entries] == ["comment-trap"]
    checked = run_check(question)
    assert checked.findings is not None
    assert (checked.findings.known, checked.failing) == (1, [])
    # Written once more, it holds the same: what is known is found again.
    assert write_baseline(question, measure).number == 1


def test_two_limits_of_one_context_share_its_figures(repository):
    budgets = (
        ContextBudget(name="r", path=repository, limits=Limits(max_size=9)),
        ContextBudget(name="r", path=repository, view="transferred", limits=Limits(max_size=1000)),
    )
    [context] = run_check(request(repository, Config(contexts=budgets))).contexts
    assert [(result.view, result.verdict) for result in context.results] == [
        ("permitted", Verdict.FAIL),
        ("transferred", Verdict.PASS),
    ]
    assert context.lead == "permitted"
    [context] = run_check(request(repository, Config(contexts=budgets[1:]))).contexts
    assert context.lead == "transferred"
