"""Limits on builds that files declare: which build a service is, whose limits hold, what cannot be checked."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import pytest

from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config, ContextBudget, Limits
from ctxopt.errors import ConfigError
from ctxopt.guard.check import run_check
from ctxopt.guard.declared import with_declared
from ctxopt.guard.request import CheckRequest
from ctxopt.projects.repository import read_repository
from ctxopt.severity import Severity
from tests.support.repositories import commit, init
from tests.support.several import TAKES_ALL, compose
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

TREE: dict[str, Any] = {
    "compose.yaml": compose(
        api="./api", web="{context: ., dockerfile: web.D, target: t, args: {WHAT: x}}", far="https://example.com/x.git"
    ),
    "api/Dockerfile": TAKES_ALL, "api/x": 1000, "api/.dockerignore": "Dockerfile\n.dockerignore\n",
    "web.D": "FROM a AS t\nARG WHAT=y\nCOPY $WHAT /\nFROM a\nCOPY y /\n", "x": 50, "y": 5000, "alone/Dockerfile": TAKES_ALL,
}  # fmt: skip
SMALL, LARGE = Limits(max_size=10), Limits(max_size=10**9)


def asked(root, *contexts, all_=False, limits=LARGE, **more):
    config = Config(contexts=contexts, limits=limits, **more)
    question = CheckRequest(
        root=str(root), config=config, request=BuildRequest(), working_tree=True
    )
    place = os.path.realpath(str(root))
    return with_declared(question, read_repository(place, {}), place, {}, all_=all_)


def service(name, **more):
    return ContextBudget(name=name, path="", service=name, **more)


def size_of(side, view):
    figures = side.figures(view)
    assert figures is not None
    return figures.size


def told(question):
    return {
        context.name: (
            size_of(context.after, context.lead),
            [result.verdict.value for result in context.results],
        )
        for context in run_check(question).contexts
    }


@pytest.mark.parametrize(
    ("contexts", "all_", "wanted"),
    [
        ([service("api", limits=SMALL)], False, {"api": (1000, ["fail"])}),
        ([service("web", view="transferred", limits=LARGE)], False, {"web": (50, ["pass"])}),
        ([service("api", limits=SMALL), ContextBudget("folder", "api", limits=LARGE)], False, {"api": (1000, ["fail"]), "folder": (1000, ["pass"])}),
        ([], True, {"api": (1000, ["pass"]), "alone/Dockerfile": (len(TAKES_ALL), ["pass"])}),
        ([service("api", limits=SMALL)], True, {"api": (1000, ["fail"]), "alone/Dockerfile": (len(TAKES_ALL), ["pass"])}),
        ([service("api", builder="classic", limits=LARGE)], False, {"api": (1000 + len(TAKES_ALL) + 25, ["pass"])}),
    ],
)  # fmt: skip
def test_which_limits_hold_for_what(tmp_path, monkeypatch, contexts, all_, wanted):
    monkeypatch.chdir(lay(tmp_path, TREE))
    question, _ = asked(".", *contexts, all_=all_)
    found = told(question)
    assert {name: found[name] for name in wanted} == wanted
    assert ("web" in found) is (all_ or any(item.service == "web" for item in contexts))


def test_what_lies_elsewhere_is_named(tmp_path):
    _, left_out = asked(lay(tmp_path, TREE), all_=True)
    assert left_out == ["far: its context is remote: https://example.com/x.git"]


REFUSED: list[tuple[dict[str, Any], list[ContextBudget], bool, str]] = [
    ({}, [service("none")], False, "there is no service 'none' with a build"),
    ({}, [service("far")], False, "service 'far' cannot be measured: its context is remote"),
    ({}, [service("alone/Dockerfile")], False, "there is no service 'alone/Dockerfile'"),
    ({"o/compose.yaml": compose(api="../x")}, [service("api")], False, "several builds: compose.yaml:2 and o/compose.yaml:2"),
    ({"compose.yaml": "services: {db: {image: a}}\n", "alone/Dockerfile": "", "api/Dockerfile": "", "web.D": ""}, [service("db")], False, "there is no service 'db'"),
    ({"compose.yaml": compose(api="./gone")}, [service("api")], False, "api cannot be measured: compose.yaml:2: there is no folder gone"),
    ({"api/Dockerfile": "FROM a\nCOPPY x y\n"}, [], True, "api cannot be measured: api/Dockerfile:2: unknown instruction"),
    ({"compose.yaml": compose(api="{context: api, target: no}")}, [], True, "api cannot be measured: api/Dockerfile: target stage"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "contexts", "all_", "reason"), REFUSED)
def test_what_cannot_be_checked_is_refused(tmp_path, tree, contexts, all_, reason):
    root = lay(tmp_path, TREE | tree)
    with pytest.raises(ConfigError) as refused:
        run_check(asked(root, *contexts, all_=all_)[0])
    assert reason in str(refused.value)


def test_nothing_declared_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no build that could be measured is declared"):
        asked(lay(tmp_path, {"x": 1}), all_=True)


def test_two_states_of_git(tmp_path):
    texts = {path: "x" * text if isinstance(text, int) else text for path, text in TREE.items()}
    root = init(tmp_path / "r", texts)
    commit(root, {"api/new": "n" * 500})
    question, _ = asked(root, service("api", limits=LARGE), service("web", view="transferred"))
    checked = run_check(dataclasses.replace(question, working_tree=False, against="HEAD~1..HEAD"))
    api, web = checked.contexts
    assert api.before is not None
    sizes = [size_of(side, "permitted") for side in (api.before, api.after)]
    assert sizes == [1000, 1500]
    assert size_of(web.after, "transferred") == 50


def test_an_inline_dockerfile_is_of_no_other_state(tmp_path):
    text = "services:\n  i:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM a\n        COPY x /\n"
    root = init(tmp_path / "r", {"compose.yaml": text, "x": "x" * 50})
    question, _ = asked(root, service("i", view="transferred"))
    assert told(question)["i"][0] == 50
    with pytest.raises(ConfigError, match="is inline"):
        run_check(dataclasses.replace(question, working_tree=False, against="HEAD"))


def test_a_finding_of_two_builds_of_one_context_is_one(tmp_path):
    tree = {
        "compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}"), "A": TAKES_ALL, "B": TAKES_ALL,
        "id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nx\n",
    }  # fmt: skip
    question, _ = asked(lay(tmp_path, tree), all_=True, fail_on=Severity.ERROR)
    findings = run_check(question).findings
    assert findings is not None
    [(_, finding)] = findings.failing
    assert finding.rule == "secret-file"


@pytest.mark.parametrize(
    ("budgets", "sizes"),
    [
        ([{"dockerfile": "A"}], [100]),
        ([{"dockerfile": "A"}, {"dockerfile": "B"}], [100, 7]),
        ([{"dockerfile": "B", "target": "t"}, {"dockerfile": "B"}], [0, 7]),
        ([{}], [100]),
        ([{"target": "t"}, {"dockerfile": "A"}], [0, 100]),
    ],
)
def test_builds_of_one_context(tmp_path, monkeypatch, budgets, sizes):
    tree = {
        "Dockerfile": "FROM a AS t\nFROM t\nCOPY x /\n", "A": "FROM a\nCOPY x /\n", "B": "FROM a AS t\nFROM t\nCOPY y /\n", "x": 100, "y": 7,
    }  # fmt: skip
    monkeypatch.chdir(lay(tmp_path, tree))
    contexts = tuple(
        ContextBudget(name=str(more), path=".", view="transferred", **more) for more in budgets
    )
    question = CheckRequest(root=".", config=Config(contexts=contexts), request=BuildRequest())
    contexts_checked = run_check(question).contexts
    assert [size_of(context.after, "transferred") for context in contexts_checked] == sizes
