"""Everything that a repository declares: what belongs together, what is the same, what only a run would tell."""

from __future__ import annotations

import pytest

from ctxopt.projects.location import shown_path
from ctxopt.projects.repository import read_repository
from tests.support.trees import lay

WORKFLOW = """on: push
jobs:
  image:
    steps:
      - uses: actions/checkout@v4
      - name: push
        uses: docker/build-push-action@v6
        with:
"""
BASE = "services:\n  web: {build: {context: web, args: {A: 1}}}\n"

# Tree, and kind, name, context, Dockerfile of each build.
BUILDS = {
    "an override is part of the project": (
        {"compose.yaml": BASE, "compose.override.yaml": "services: {web: {build: {target: dev}}}\n"},
        [("compose", "web", "web", "web/Dockerfile")],
    ),
    "a file beside it that is not whole goes over it": (
        {"compose.yaml": BASE, "compose.prod.yaml": "services: {web: {build: {dockerfile: P}}}\n"},
        [("compose", "web", "web", "web/Dockerfile"), ("compose", "web", "web", "web/P")],
    ),
    "a file that leaves its services to another one": (
        {"over/compose.ssl.yaml": "services: {web: {ports: [1]}, x: {build: .}}\n"},
        [("compose", "x", "over", "over/Dockerfile")],
    ),
    "a file that says the same again": (
        {"compose.yaml": BASE, "docker-compose.test.yml": BASE},
        [("compose", "web", "web", "web/Dockerfile")],
    ),
    "an included file": (
        {"compose.yaml": "include: [a/compose.yaml]\n", "a/compose.yaml": "services: {a: {build: .}}\n"},
        [("compose", "a", "a", "a/Dockerfile")],
    ),
    "two services with one build": (
        {"compose.yaml": "services: {a: {build: .}, b: {build: .}}\n"},
        [("compose", "a", ".", "Dockerfile"), ("compose", "b", ".", "Dockerfile")],
    ),
    "a base that only lends": (
        {"docker-bake.hcl": 'target "base" {\n}\ntarget "app" {\n  inherits = ["base"]\n  target = "t"\n}\n'},
        [("bake", "app", ".", "Dockerfile")],
    ),
    "a base in a group": (
        {"docker-bake.hcl": 'group "all" {\n  targets = ["base"]\n}\ntarget "base" {\n}\ntarget "app" {\n  inherits = ["base"]\n  target = "t"\n}\n'},
        [("bake", "base", ".", "Dockerfile"), ("bake", "app", ".", "Dockerfile")],
    ),
    "a Bake file that is run from the root": (
        {"ci/docker-bake.hcl": 'target "app" {\n  context = "src"\n}\n', "src/Dockerfile": "FROM x\n"},
        [("bake", "app", "src", "src/Dockerfile")],
    ),
    "a Bake file that is run where it is": (
        {"ci/docker-bake.hcl": 'target "app" {\n  context = "src"\n}\n', "ci/src/Dockerfile": "FROM x\n"},
        [("bake", "app", "ci/src", "ci/src/Dockerfile")],
    ),
    "the services of Compose that Bake reads as well": (
        {"compose.yaml": BASE, "docker-bake.hcl": 'target "x" {\n  context = "x"\n}\n'},
        [("compose", "web", "web", "web/Dockerfile"), ("bake", "x", "x", "x/Dockerfile")],
    ),
    "a label that cannot be evaluated": (
        {"docker-bake.hcl": 'target "x" {\n  context = "x"\n  labels = { a = nope }\n}\n'},
        [("bake", "x", "x", "x/Dockerfile")],
    ),
    "a Dockerfile that is spoken of": (
        {"compose.yaml": BASE, "web/Dockerfile": "FROM x\n", "web/Dockerfile.dev": "FROM x\n"},
        [("compose", "web", "web", "web/Dockerfile"), ("dockerfile", "web/Dockerfile.dev", "web", "web/Dockerfile.dev")],
    ),
    "a Dockerfile that copies from the root": (
        {"docker/Dockerfile": "FROM x\nCOPY go.mod src/ /\n", "go.mod": "", "src/a": ""},
        [("dockerfile", "docker/Dockerfile", ".", "docker/Dockerfile")],
    ),
    "a Dockerfile that copies from its folder": (
        {"a/Dockerfile": "FROM x\nCOPY go.mod /\n", "a/go.mod": "", "go.mod": ""},
        [("dockerfile", "a/Dockerfile", "a", "a/Dockerfile")],
    ),
    "a Dockerfile that copies what is nowhere": (
        {"a/Dockerfile": "FROM x\nCOPY dist /\n"},
        [("dockerfile", "a/Dockerfile", "a", "a/Dockerfile")],
    ),
    "a Dockerfile that copies all, and names what the root has": (
        {"docker/Dockerfile": "FROM x\nCOPY package*.json ./\nCOPY . .\n", "package.json": "", "docker/run.sh": ""},
        [("dockerfile", "docker/Dockerfile", ".", "docker/Dockerfile")],
    ),
    "a Dockerfile of which more is at the root": (
        {"docker/Dockerfile": "FROM x\nCOPY run.sh dist /\nFROM x\nCOPY go.mod src /\n", "go.mod": "", "src/a": "", "docker/run.sh": ""},
        [("dockerfile", "docker/Dockerfile", ".", "docker/Dockerfile")],
    ),
    "a Dockerfile of which as much is in its folder": (
        {"a/b/Dockerfile": "FROM x\nCOPY go.* dist /\n", "a/b/go.mod": "", "a/go.mod": "", "go.mod": ""},
        [("dockerfile", "a/b/Dockerfile", "a/b", "a/b/Dockerfile")],
    ),
    "a Dockerfile of which most is halfway up": (
        {"a/b/c/Dockerfile": "FROM x\nCOPY go.mod src ./\n", "a/go.mod": "", "a/src/x": "", "go.mod": ""},
        [("dockerfile", "a/b/c/Dockerfile", "a", "a/b/c/Dockerfile")],
    ),
    "Dockerfiles that copy all, beside one of the root": (
        {"d/one.Dockerfile": "FROM x\nCOPY . .\n", "d/two.Dockerfile": "FROM x\nCOPY go.mod .\n", "d/three.Dockerfile": "FROM x\nCOPY dist /\n", "go.mod": ""},
        [("dockerfile", f"d/{name}.Dockerfile", ".", f"d/{name}.Dockerfile") for name in ("one", "three", "two")],
    ),
    "a Dockerfile that copies all, beside that of a service": (
        {"compose.yaml": "services: {a: {build: {context: ., dockerfile: d/Dockerfile}}}\n", "d/Dockerfile": "FROM x\n", "d/Dockerfile.dev": "FROM x\nCOPY . .\n"},
        [("compose", "a", ".", "d/Dockerfile"), ("dockerfile", "d/Dockerfile.dev", ".", "d/Dockerfile.dev")],
    ),
    "a Dockerfile that copies nothing, beside one of the root": (
        {"d/one.Dockerfile": "FROM x\nRUN a\n", "d/two.Dockerfile": "FROM x\nCOPY go.mod .\n", "go.mod": ""},
        [("dockerfile", "d/one.Dockerfile", "d", "d/one.Dockerfile"), ("dockerfile", "d/two.Dockerfile", ".", "d/two.Dockerfile")],
    ),
    "a Dockerfile that copies all, beside some of several folders": (
        {"a/one.Dockerfile": "FROM x\nCOPY . .\n", "a/two.Dockerfile": "FROM x\nCOPY go.mod .\n", "a/three.Dockerfile": "FROM x\nCOPY run.sh .\n", "go.mod": "", "a/run.sh": ""},
        [("dockerfile", "a/one.Dockerfile", "a", "a/one.Dockerfile"), ("dockerfile", "a/three.Dockerfile", "a", "a/three.Dockerfile"), ("dockerfile", "a/two.Dockerfile", ".", "a/two.Dockerfile")],
    ),
    "a Dockerfile that copies all, beside one that is built with another folder": (
        {"compose.yaml": "services: {a: {build: {context: web, dockerfile: ../d/Dockerfile}}}\n", "d/Dockerfile": "FROM x\n", "d/Dockerfile.dev": "FROM x\nCOPY . .\n"},
        [("compose", "a", "web", "d/Dockerfile"), ("dockerfile", "d/Dockerfile.dev", "d", "d/Dockerfile.dev")],
    ),
    "a Dockerfile that copies all and is alone": (
        {"docker/Dockerfile": "FROM x\nCOPY . .\n", "go.mod": ""},
        [("dockerfile", "docker/Dockerfile", "docker", "docker/Dockerfile")],
    ),
    "a devcontainer": (
        {".devcontainer/devcontainer.json": '{\n  // c\n  "build": {"dockerfile": "D", "context": "..", "args": {"A": "${localEnv:NO:d}"},},\n}'},
        [("devcontainer", ".devcontainer", ".", ".devcontainer/D")],
    ),
    "a devcontainer without a context": (
        {".devcontainer/devcontainer.json": '{"name": "dev", "dockerFile": "../docker/D"}'},
        [("devcontainer", "dev", "docker", "docker/D")],
    ),
    "a devcontainer of an image": ({".devcontainer/devcontainer.json": '{"image": "x"}'}, []),
    "a devcontainer of Compose files": (
        {".devcontainer/devcontainer.json": '{"dockerComposeFile": "dev.yml", "service": "a"}', ".devcontainer/dev.yml": "services: {a: {build: ..}}\n"},
        [("devcontainer", "a", ".", "Dockerfile")],
    ),
    "a workflow that builds from git": (
        {".github/workflows/x.yml": WORKFLOW + "          file: a/D\n"},
        [("workflow", "image/push", ".", "a/D")],
    ),
    "a workflow that builds the checkout": (
        {".github/workflows/x.yml": WORKFLOW + "          context: ./a\n          file: b/D\n"},
        [("workflow", "image/push", "a", "b/D")],
    ),
    "a workflow that builds a folder of git": (
        {".github/workflows/x.yml": WORKFLOW + '          context: "{{defaultContext}}:a"\n'},
        [("workflow", "image/push", "a", "a/Dockerfile")],
    ),
    "a workflow whose context only a run tells": (
        {".github/workflows/x.yml": WORKFLOW + "          context: ${{ matrix.dir }}\n"},
        [("workflow", "image/push", None, None)],
    ),
    "a workflow with a context elsewhere": (
        {".github/workflows/x.yml": WORKFLOW + "          context: https://example.org/x.git\n"},
        [("workflow", "image/push", "https://example.org/x.git", "Dockerfile")],
    ),
    "a workflow that runs Bake": (
        {".github/workflows/x.yml": "jobs: {b: {steps: [{uses: docker/bake-action@v5}]}}\n", "docker-bake.hcl": 'target "default" {\n  context = "a"\n}\n'},
        [("bake", "default", "a", "a/Dockerfile")],
    ),
    "a workflow that runs Bake from git": (
        {".github/workflows/x.yml": "jobs: {b: {steps: [{uses: docker/bake-action@v6}]}}\n", "docker-bake.hcl": 'target "default" {\n  context = "a"\n}\n'},
        [("bake", "default", "a", "a/Dockerfile"), ("workflow", "b/1/default", "a", "a/Dockerfile")],
    ),
    "a workflow without a build": ({".github/workflows/x.yml": "jobs: {b: {steps: [{run: make}]}}\n"}, []),
    "a workflow that is none": ({".github/workflows/x.yml": "jobs: [a]\n"}, []),
}  # fmt: skip


def read(tmp_path, tree):
    root = lay(tmp_path, tree)
    return root, read_repository(root, {"HOME": "/home/dev"})


@pytest.mark.parametrize("what", BUILDS)
def test_builds(what, tmp_path):
    tree, wanted = BUILDS[what]
    root, declared = read(tmp_path, tree)
    found = [
        (build.kind, build.name, build.context and shown_path(build.context, root), build.dockerfile and shown_path(build.dockerfile, root))
        for build in declared.builds
    ]  # fmt: skip
    assert found == wanted
    assert [problem for problem in declared.problems if problem.refused] == []


def test_what_comes_from_git_is_said(tmp_path):
    _, declared = read(tmp_path, {".github/workflows/x.yml": WORKFLOW + "          target: t\n"})
    (build,) = declared.builds
    assert build.from_git
    assert build.target == "t"
    assert "no .dockerignore of the working tree" in (build.note or "")


def test_what_only_a_run_tells_is_said(tmp_path):
    text = "          context: .\n          build-args: |\n            A=1\n            B=${{ github.sha }}\n"
    _, declared = read(tmp_path, {".github/workflows/x.yml": WORKFLOW + text})
    (build,) = declared.builds
    assert build.args == {"A": "1"}
    assert build.note == "build-args: only a run of the workflow tells"


def test_examples_are_apart(tmp_path):
    tree = {
        "examples/a/compose.yaml": BASE,
        "vendor/x/Dockerfile": "FROM x\n",
        "examples/b/compose.yaml": "services: [\n",
    }
    _, declared = read(tmp_path, tree)
    assert declared.builds == ()
    assert len(declared.apart) == 2
    assert [problem.refused for problem in declared.problems] == [False]


def test_a_shell_that_names_files_does_not_decide(tmp_path):
    root = lay(tmp_path, {"compose.yaml": BASE})
    variables = {"COMPOSE_FILE": "no.yaml", "BUILDX_BAKE_FILE": "no.hcl"}
    assert len(read_repository(root, variables).builds) == 1
