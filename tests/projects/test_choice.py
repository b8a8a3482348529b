"""Some of the builds, by the names that Compose and Bake know them by."""

from __future__ import annotations

import os

import pytest

from ctxopt.errors import ConfigError
from ctxopt.projects.choice import choose_builds
from tests.support.several import compose, declared

BAKE = (
    'group "default" {\n  targets = ["app"]\n}\ngroup "all" {\n  targets = ["app", "tool"]\n}\n'
    'target "app" {\n  context = "app"\n}\ntarget "tool" {\n  context = "tool"\n}\n'
)
TREE = {
    "compose.yaml": compose(api="./api", web="./web", twin="./api"),
    "other/compose.yaml": compose(web="./x", job="{context: ../web}"),
    "examples/compose.yaml": compose(demo="./d"),
    "docker-bake.hcl": BAKE,
    "api/Dockerfile": "FROM a\n",
    "alone/Dockerfile": "FROM a\n",
}

# Services, targets, and what is chosen of them: kind and name.
CHOSEN = [
    (["api"], [], ["compose api"]),
    (["api", "web"], [], ["compose api", "compose web", "compose web"]),
    (["web", "api", "web"], [], ["compose web", "compose web", "compose api"]),
    (["twin"], [], ["compose twin"]),
    (["job"], [], ["compose job"]),
    (["demo"], [], ["compose demo"]),
    ([], ["app"], ["bake app"]),
    ([], ["all"], ["bake app", "bake tool"]),
    ([], ["default"], ["bake app"]),
    ([], ["app", "all"], ["bake app", "bake tool"]),
    (["api"], ["tool"], ["compose api", "bake tool"]),
    # Bake reads Compose files, and patterns.
    ([], ["api"], ["bake api"]),
    ([], ["ap*"], ["bake api", "bake app"]),
]
# A service is no target and a target no service; a Dockerfile has no name for either of them.
REFUSED = [
    (["app"], [], "service 'app'"),
    (["tool"], [], "service 'tool'"),
    (["all"], [], "service 'all'"),
    (["Api"], [], "service 'Api'"),
    (["ap"], [], "service 'ap'"),
    ([""], [], "service ''"),
    (["api,web"], [], "service 'api,web'"),
    (["alone/Dockerfile"], [], "service 'alone/Dockerfile'"),
    (["*"], [], "service '*'"),
    ([], ["job"], "target or group of Bake 'job'"),
    ([], ["demo"], "target or group of Bake 'demo'"),
    ([], ["App"], "target or group of Bake 'App'"),
    ([], ["x*"], "target or group of Bake 'x*'"),
    ([], [""], "target or group of Bake ''"),
    ([], ["alone/Dockerfile"], "target or group of Bake 'alone/Dockerfile'"),
    (["api"], ["gone"], "target or group of Bake 'gone'"),
    (["gone"], ["app"], "service 'gone'"),
    (["api", "gone"], [], "service 'gone'"),
    ([], ["all", "gone"], "target or group of Bake 'gone'"),
    ([], ["gone", "all"], "target or group of Bake 'gone'"),
    (["job "], [], "service 'job '"),
    (["compose.yaml"], [], "service 'compose.yaml'"),
]


@pytest.mark.parametrize(("services", "targets", "wanted"), CHOSEN)
def test_names_choose(tmp_path, services, targets, wanted):
    root, found = declared(tmp_path, TREE)
    chosen = choose_builds(found, root, {}, services=services, targets=targets)
    assert [f"{build.kind} {build.name}" for build in chosen] == wanted


def built_on(**named: str) -> str:
    """A Compose file of services of their own folders, each with one more context."""
    builds = {name: f"{{context: ./{name}, additional_contexts: {{more: '{place}'}}}}" for name, place in named.items()}  # fmt: skip
    return compose(**builds)


LINKED = {
    "compose.yaml": built_on(base="./shared", middle="service:base", top="service:middle", side="service:base",
        image="docker-image://base", folder="base", url="https://example.com/base.git"),
    "other/compose.yaml": built_on(base="./x", user="service:base"),
    "whole/compose.yaml": "include: [part.yaml]\n" + built_on(far="service:near"),
    "whole/part.yaml": compose(near="./near"),
    "docker-bake.hcl": 'target "lib" {\n  context = "lib"\n}\ntarget "app" {\n  context = "app"\n  contexts = { base = "target:lib" }\n}\n',
}  # fmt: skip


@pytest.mark.parametrize(
    ("services", "targets", "wanted"),
    [
        (["middle"], [], ["middle", "base"]),
        (["top"], [], ["top", "middle", "base"]),
        (["side", "middle"], [], ["side", "middle", "base"]),
        ([], ["app"], ["app", "lib"]),
        (["user"], [], ["other/user", "other/base"]),
        (["far"], [], ["whole/far", "whole/near"]),
        (["image"], [], ["image"]),
        (["folder"], [], ["folder"]),
        (["url"], [], ["url"]),
        ([], ["lib"], ["lib"]),
        (["top"], ["lib"], ["top", "lib", "middle", "base"]),
    ],
)
def test_builds_that_are_named_contexts_are_chosen_along(tmp_path, services, targets, wanted):
    root, found = declared(tmp_path, LINKED)
    chosen = choose_builds(found, root, {}, services=services, targets=targets)
    assert [os.path.relpath(build.context or "", root) for build in chosen] == wanted


@pytest.mark.parametrize(("services", "targets", "what"), REFUSED)
def test_names_of_nothing_are_refused(tmp_path, services, targets, what):
    root, found = declared(tmp_path, TREE)
    with pytest.raises(ConfigError, match=f"^there is no .*{what.replace('*', '.')}"):
        choose_builds(found, root, {}, services=services, targets=targets)


@pytest.mark.parametrize(
    ("own", "wanted"), [({"compose.yaml": compose(web="./web")}, ["web"]), ({}, ["examples/a/w", "examples/b/w"])]
)  # fmt: skip
def test_one_that_is_set_apart_is_meant_where_no_other_has_the_name(tmp_path, own, wanted):
    apart = {f"examples/{name}/compose.yaml": compose(web="./w") for name in "ab"}
    root, found = declared(tmp_path, {**apart, **own})
    chosen = choose_builds(found, root, {}, services=["web"])
    assert sorted(os.path.relpath(build.context or "", root) for build in chosen) == wanted


def test_without_names_all_are_chosen_but_those_set_apart(tmp_path):
    root, found = declared(tmp_path, TREE)
    names = [build.name for build in choose_builds(found, root, {})]
    assert "demo" not in names
    assert "alone/Dockerfile" in names


@pytest.mark.parametrize(
    ("name", "hint"), [("apii", "there is 'api'"), ("qqqq", "ctxopt builds lists")]
)
def test_a_near_name_is_the_hint(tmp_path, name, hint):
    root, found = declared(tmp_path, TREE)
    with pytest.raises(ConfigError) as refused:
        choose_builds(found, root, {}, services=[name])
    assert hint in str(refused.value.hint)
