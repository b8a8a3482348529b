"""``scan --all``: which builds it is about, what is refused, exit codes, and what stays as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.program import ctxopt, environment
from tests.support.several import TAKES_ALL, compose
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

TREE: dict[str, Any] = {
    "compose.yaml": compose(api="./api", web="{context: ., dockerfile: web.Dockerfile}", far="https://example.com/x.git"),
    "docker-bake.hcl": 'group "all" {\n  targets = ["tool", "more"]\n}\ntarget "tool" {\n  context = "tool"\n}\ntarget "more" {\n  context = "more"\n}\n',
    "api/Dockerfile": TAKES_ALL, "api/big": 2_000_000, "web.Dockerfile": TAKES_ALL,
    "tool/Dockerfile": TAKES_ALL, "more/Dockerfile": TAKES_ALL,
}  # fmt: skip
WORKFLOW = "on: push\njobs:\n  i:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {file: docker/Dockerfile}\n"
BROKEN = "services:\n  x:\n    build: [\n"


def document(folder, *args):
    return json.loads(ctxopt("scan", *args, "--format", "json", cwd=folder).stdout)


def names(folder, *args):
    return sorted(row["name"] for row in document(folder, *args)["builds"])


def test_each_build_is_told_and_files_sent_twice_are_counted(tmp_path):
    lay(
        tmp_path,
        {
            name: TREE[name]
            for name in ("compose.yaml", "api/Dockerfile", "api/big", "web.Dockerfile")
        },
    )
    told = document(tmp_path, "--all")
    sent = {row["id"]: row["sent"] for row in told["builds"]}
    assert sent["far"] is None
    api = 2_000_000 + len(TAKES_ALL)
    everything = api + len(TAKES_ALL) + len(TREE["compose.yaml"])
    assert (sent["api"]["bytes"], sent["web"]["bytes"]) == (api, everything)
    assert told["totals"]["bytes"] == api + everything
    assert told["totals"]["repeated_bytes"] == api


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "github", "sarif"])
def test_plain_scan_says_the_same_where_builds_are_declared(tmp_path, format_):
    lay(tmp_path, TREE)
    plain = ctxopt("scan", "--format", format_, cwd=tmp_path)
    every = ctxopt("scan", "--all", "--format", format_, cwd=tmp_path)
    assert (plain.stdout, plain.returncode) == (every.stdout, every.returncode)
    assert every.returncode == 0


DECLARES_HERE = {
    "Compose": {"compose.yaml": compose(a="./a")},
    "another name of Compose": {"docker-compose.yml": compose(a="./a")},
    "Bake": {"docker-bake.hcl": 'target "a" {\n  context = "a"\n}\n'},
    "devcontainer": {".devcontainer/devcontainer.json": '{"build": {"dockerfile": "../a/Dockerfile", "context": "../a"}}'},
    "a workflow with a folder": {".github/workflows/w.yaml": WORKFLOW.replace("docker/Dockerfile", "a/Dockerfile, context: a")},
}  # fmt: skip
# A root Dockerfile, an option about one build or about lists, or no declaration that a folder could be measured by.
STAYS_ONE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a Dockerfile": (TREE | {"Dockerfile": TAKES_ALL}, []),
    "a Dockerfile of Podman": (TREE | {"Containerfile": TAKES_ALL}, ["--builder", "podman"]),
    "-f": (TREE, ["-f", "web.Dockerfile"]),
    "--full": (TREE, ["--full"]),
    "--depth": (TREE, ["--depth", "1"]),
    "--top": (TREE, ["--top", "1"]),
    "--with-excluded": (TREE, ["--with-excluded"]),
    "--target": (TREE, ["--target", "x"]),
    "--build-arg": (TREE, ["--build-arg", "A=1"]),
    "--build-context": (TREE, ["--build-context", "a=."]),
    "a configured target": (TREE | {"ctxopt.toml": 'target = "x"\n'}, []),
    "nothing declared": ({"a/x": 1}, []),
    "Dockerfiles alone": ({"a/Dockerfile": TAKES_ALL, "b/Dockerfile": TAKES_ALL}, []),
    "declared further down": ({"deploy/compose.yaml": compose(a=".."), "a/Dockerfile": TAKES_ALL}, []),
    "images without a build": ({"compose.yaml": "services: {db: {image: postgres}}\n"}, []),
    "what is remote": ({"compose.yaml": compose(far="https://example.com/x.git")}, []),
    "a workflow that builds from git": ({".github/workflows/w.yaml": WORKFLOW, "docker/Dockerfile": TAKES_ALL}, []),
    "a workflow without a build": ({".github/workflows/w.yaml": "on: push\njobs: {}\n", "docker/Dockerfile": TAKES_ALL}, []),
    "a file that cannot be read": ({"compose.yaml": BROKEN, "docker/Dockerfile": TAKES_ALL}, []),
    "a folder of another file": (TREE, ["api"]),
}  # fmt: skip


@pytest.mark.parametrize("name", DECLARES_HERE)
def test_what_declares_builds(tmp_path, name):
    lay(tmp_path, {"a/Dockerfile": TAKES_ALL, **DECLARES_HERE[name]})
    assert ctxopt("scan", cwd=tmp_path).stdout.startswith("1 build sends ")


@pytest.mark.parametrize("name", STAYS_ONE)
def test_a_scan_of_one_folder_stays_one(tmp_path, name):
    tree, args = STAYS_ONE[name]
    lay(tmp_path, tree)
    done = ctxopt("scan", *args, cwd=tmp_path)
    assert not any(word in done.stdout for word in ("build sends", "builds send", "No build"))
    assert ("compose.yaml:" in done.stderr) is (tree.get("compose.yaml") == BROKEN)


PICKED = [
    (["--service", "api"], ["api"]),
    (["--service", "api", "--service", "web"], ["api", "web"]),
    (["--bake-target", "tool"], ["tool"]),
    (["--bake-target", "all"], ["more", "tool"]),
    (["--service", "api", "--bake-target", "tool"], ["api", "tool"]),
    (["--all", "--service", "api"], ["api"]),
    (["--all"], ["api", "far", "more", "tool", "web"]),
]


@pytest.mark.parametrize(("args", "wanted"), PICKED)
def test_some_are_picked(tmp_path, args, wanted):
    lay(tmp_path, TREE)
    assert names(tmp_path, *args) == wanted


def test_some_are_picked_where_the_root_has_a_dockerfile(tmp_path):
    lay(tmp_path, TREE | {"Dockerfile": TAKES_ALL})
    assert names(tmp_path, "--service", "api") == ["api"]


REFUSED = [
    (["--all", "-f", "web.Dockerfile"], "--file is about one build"),
    (["--all", "--target", "x"], "--target is about one build"),
    (["--all", "--build-arg", "A=1"], "--build-arg is about one build"),
    (["--all", "--build-context", "a=."], "--build-context is about one build"),
    (["--all", "--ignorefile", "x"], "--ignorefile is about one build"),
    (["--all", "--full"], "--full, --depth or --top is about one build"),
    (["--all", "--depth", "1"], "--full, --depth or --top is about one build"),
    (["--all", "--with-excluded"], "--with-excluded is about one build"),
    (["--service", "api", "--full"], "--full, --depth or --top is about one build"),
    (["--bake-target", "tool", "-f", "x"], "--file is about one build"),
    (["--service", "ap"], "there is no service 'ap' with a build"),
    (["--bake-target", "too"], "there is no target or group of Bake 'too' with a build"),
    (["--strict"], "--strict is about what several files declare"),
    (["--all", "gone"], "'gone' is not a folder"),
    (["--all", "api/big"], "'api/big' is not a folder"),
    (["--all", "--select", "no-such-rule"], "no-such-rule"),
]


@pytest.mark.parametrize(("args", "reason"), REFUSED)
def test_what_makes_no_sense_is_refused(tmp_path, args, reason):
    lay(tmp_path, TREE)
    done = ctxopt("scan", *args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("tree", "args", "code"),
    [
        ({}, [], 0),
        ({}, ["--strict"], 0),
        ({"other/compose.yaml": BROKEN}, [], 0),
        ({"other/compose.yaml": BROKEN}, ["--strict"], 2),
        ({"examples/compose.yaml": BROKEN}, ["--strict"], 0),
        ({"other/compose.yaml": compose(x="./none")}, [], 0),
        ({"other/compose.yaml": compose(x="./none")}, ["--strict"], 2),
        ({"compose.yaml": BROKEN, "docker-bake.hcl": "target {\n"}, [], 0),
    ],
)
def test_what_is_broken_is_named_and_the_rest_told(tmp_path, tree, args, code):
    lay(tmp_path, TREE | tree)
    done = ctxopt("scan", "--all", *args, cwd=tmp_path)
    assert done.returncode == code
    assert "api" in done.stdout
    broken = [path for path, text in tree.items() if text == BROKEN and not path.startswith("ex")]
    assert [path for path in broken if f"warning: {path}:" not in done.stderr] == []


@pytest.mark.parametrize(
    "tree",
    [
        {"compose.yaml": BROKEN},
        {"compose.yaml": compose(a="./none")},
        {"compose.yaml": compose(a="./a"), "a/Dockerfile": "FROM a\nCOPPY a b\n"},
        {"docker-bake.hcl": "target {\n"},
        {"a/x": 1},
        {},
        {"compose.yaml": "services: {db: {image: postgres}}\n"},
    ],
)
def test_nothing_to_measure_is_an_error(tmp_path, tree):
    lay(tmp_path, tree)
    done = ctxopt("scan", "--all", cwd=tmp_path)
    assert done.returncode == 2
    assert [
        path for path, text in tree.items() if text == BROKEN and f"{path}:" not in done.stderr
    ] == []


@pytest.mark.parametrize(
    ("tree", "args", "code"),
    [
        ({"api/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nx\n"}, ["--fail-on", "error"], 1),
        ({"api/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nx\n", "api/ctxopt.toml": 'fail-on = "error"\n'}, [], 1),
        ({}, ["--fail-on", "error"], 0),
        ({"api/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nx\n"}, [], 0),
        ({"api/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nx\n"}, ["--fail-on", "error", "--service", "none-of-it"], 2),
        ({"api/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nx\n"}, ["--fail-on", "error", "--ignore", "secret-file"], 0),
        ({"api/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nx\n"}, ["--fail-on", "error", "--bake-target", "tool"], 0),
    ],
)  # fmt: skip
def test_fail_on(tmp_path, tree, args, code):
    lay(tmp_path, TREE | tree)
    assert ctxopt("scan", "--all", *args, cwd=tmp_path).returncode == code


def test_a_report_is_not_written_over_an_input(tmp_path):
    lay(tmp_path, TREE)
    done = ctxopt("scan", "--all", "-o", "api/Dockerfile", cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "api/Dockerfile").read_text() == TAKES_ALL


PROBE = (
    "import sys\nfrom ctxopt.cli import run\ntry:\n    run()\nfinally:\n"
    "    print([m for m in sys.modules if m.startswith(('ctxopt.projects', 'yaml', 'hcl2')) or m.endswith('scan_all')"
    " or m in ('ctxopt.tree.overlap', 'ctxopt.build.shared_walk')], file=sys.stderr)"
)


def test_a_dockerfile_spares_all_that_reads_projects(tmp_path):
    lay(tmp_path, {**TREE, "Dockerfile": TAKES_ALL})
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "scan", "."],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.strip().endswith("[]")
