"""Steps of workflows that build from git: which of them are known, and twice as many that are not."""

from __future__ import annotations

import pytest

from ctxopt.evidence.git_builds import find_git_builds
from tests.support.trees import lay

HEAD = "jobs:\n  image:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n"


def step(*inputs, action="docker/build-push-action@v6", name=""):
    """A workflow with one step that builds an image."""
    rows = [f"      - uses: {action}"]
    if name:
        rows = [f"      - name: {name}", f"        uses: {action}"]
    if inputs:
        rows += ["        with:", *(f"          {row}" for row in inputs)]
    return HEAD + "\n".join(rows) + "\n      - run: docker build .\n        context: x\n"


def found_in(tmp_path, text, name="image.yml"):
    root = lay(tmp_path, {f".github/workflows/{name}": text})
    return [(item.line, item.folder, item.dockerfile) for item in find_git_builds(root)]


@pytest.mark.parametrize(
    ("text", "build"),
    [
        (step(), (6, "", "Dockerfile")),
        (step("push: true", "tags: a/b:1"), (6, "", "Dockerfile")),
        (step("push: true", name="Build"), (7, "", "Dockerfile")),
        (step("file: docker/Dockerfile"), (6, "", "docker/Dockerfile")),
        (step("file: ./Dockerfile # the one"), (6, "", "Dockerfile")),
        (step('context: "{{defaultContext}}"'), (6, "", "Dockerfile")),
        (step('context: "{{defaultContext}}:web"'), (6, "web", "web/Dockerfile")),
        (step("context: '{{ defaultContext }}:./web/'", "file: Dockerfile.prod"), (6, "web", "web/Dockerfile.prod")),
        (step("build-contexts: |", "  context=x"), (6, "", "Dockerfile")),
        (step(action="docker/build-push-action@9ed2f89a662bf1735a48bc8557fd212fa902bebf"), (6, "", "Dockerfile")),
        (step(action="'docker/build-push-action@v2'"), (6, "", "Dockerfile")),
    ],
)  # fmt: skip
def test_builds_from_git(tmp_path, text, build):
    assert found_in(tmp_path, text) == [build]


def test_several_steps_are_told_apart(tmp_path):
    text = step("context: .") + step("file: b", name="two").removeprefix(HEAD)
    assert found_in(tmp_path, text) == [(12, "", "b")]


@pytest.mark.parametrize(
    "text",
    [
        step("context: ."),
        step("push: true", "context: ./web"),
        step("context: .", name="Build"),
        step("context: ${{ matrix.folder }}"),
        step("context: ${{ github.workspace }}"),
        step("file: ${{ matrix.dockerfile }}"),
        step('context: "{{defaultContext}}:${{ matrix.folder }}"'),
        step("context: https://github.com/a/b.git#main"),
        step("context: git@github.com:a/b.git"),
        step(action="docker/build-push-action@v1"),
        step(action="docker/bake-action@v6"),
        step(action="docker/setup-buildx-action@v3"),
        step(action="other/build-push-action@v3"),
        HEAD,
        HEAD + "      # - uses: docker/build-push-action@v6\n",
        HEAD + "      - run: echo uses docker/build-push-action@v6\n",
        "on: push\n",
        "",
        "uses: docker/build-push-action@v6\n  context: .\n",
        "\udcff\udcfe docker/build-push-action",
    ],
)
def test_builds_from_elsewhere_or_unknown(tmp_path, text):
    assert found_in(tmp_path, text) == []


@pytest.mark.parametrize("name", ["image.txt", "image.yml.bak", "a/image.yml"])
def test_no_workflow(tmp_path, name):
    assert found_in(tmp_path, step(), name) == []


def test_no_folder_of_workflows(tmp_path):
    assert not list(find_git_builds(str(tmp_path)))
