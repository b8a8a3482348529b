"""The hooks, the action and the examples: their options exist, and the action's script runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from xml.etree import ElementTree

import pytest

from tests.support.help_texts import help_text
from tests.support.places import ROOT
from tests.support.repositories import commit, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
ACTION = (ROOT / "action.yml").read_text("utf-8")
GUIDE = (ROOT / "docs" / "ci.md").read_text("utf-8")


COMMANDS = ("check", "fix", "lint")


def hooks():
    """The hooks by id, as their lines of ``key: value`` say."""
    parts = HOOKS.split("- id: ")[1:]
    return {
        part.splitlines()[0]: dict(re.findall(r"^  ([a-z_]+): (.*)$", part, re.MULTILINE))
        for part in parts
    }


def test_hooks_see_every_commit_and_no_names_but_for_lint():
    names = ("growth", "check", "secrets", "lint", "fix-check")
    assert list(hooks()) == [f"ctxopt-{name}" for name in names]
    for name, hook in hooks().items():
        assert (hook["language"], hook["require_serial"]) == ("python", "true")
        if name == "ctxopt-lint":
            assert not {"always_run", "pass_filenames"} & set(hook)
        else:
            assert (hook["always_run"], hook["pass_filenames"]) == ("true", "false")


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        (".dockerignore", True), ("a/.dockerignore", True), ("Dockerfile.dockerignore", True),
        ("a/b c/x.Dockerfile.dockerignore", True), (".gitignore", False), ("dockerignore", False),
        ("my.dockerignore.txt", False), (".dockerignore/x", False), ("a.Dockerignore", False),
        ("Dockerfile", False), (".dockerignore.bak", False), ("xdockerignore", False),
    ],
)  # fmt: skip
def test_what_lint_is_given(path, runs):
    assert bool(re.search(hooks()["ctxopt-lint"]["files"], path)) is runs


def test_growth_is_shown_although_it_passes():
    hook = hooks()["ctxopt-growth"]
    assert hook["entry"].endswith(" --format line")
    assert hook["verbose"] == "true"
    assert "--warn-only" in hook["entry"]


@pytest.mark.slow
def test_options_exist():
    commands = {name: set(re.findall(r"--[a-z-]+", help_text(name))) for name in COMMANDS}
    known = commands["check"]
    for text in (HOOKS, ACTION, GUIDE):
        for name, command in re.findall(r"ctxopt (check|fix|lint) (.*)", text):
            assert set(re.findall(r" (--[a-z-]+)", " " + command)) <= commands[name]
    assert set(re.findall(r"\(\"?(--[a-z-]+)", ACTION)) <= known


def test_the_guide_names_all_inputs_and_outputs():
    head = ACTION.split("runs:")[0]
    for name in re.findall(r"^  ([a-z-]+):$", head, re.MULTILINE):
        assert f"`{name}`" in GUIDE


def run_action(tmp_path, root, **inputs):
    """Run the script of the action's last step with inputs as GitHub hands them over."""
    script = textwrap.dedent(ACTION.split("      run: |\n")[-1])
    binary = tmp_path / "runner" / "ctxopt" / "bin" / "ctxopt"
    binary.parent.mkdir(parents=True, exist_ok=True)
    binary.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ctxopt "$@"\n')
    binary.chmod(0o755)
    names = ("DOCKERFILE", "AGAINST", "MAX_SIZE", "MAX_GROWTH", "BASELINE", "FAIL_ON", "BADGE")
    given = dict.fromkeys(names, "") | {"CONTEXT": ".", "WARN_ONLY": "false", "SUMMARY": "true"}
    output, summary = tmp_path / "output", tmp_path / "summary"
    for file in (output, summary):
        file.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=root, capture_output=True, text=True, check=False, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(tmp_path / "runner")}
        | {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)} | given | inputs,
    )  # fmt: skip
    return done, dict(line.split("=") for line in output.read_text().splitlines()), summary


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"AGAINST": "HEAD"}, 0),
        ({"MAX_SIZE": "1kB"}, 1),
        ({"MAX_SIZE": "1kB", "WARN_ONLY": "true"}, 0),
        ({"AGAINST": "HEAD", "MAX_GROWTH": "10%"}, 1),
        ({"AGAINST": "HEAD", "FAIL_ON": "error"}, 0),
    ],
)
def test_the_action(tmp_path, inputs, code):
    root = init(tmp_path / "r", {"Dockerfile": "FROM x\nCOPY data /\n", "data/a": "a" * 1000})
    write(root, {"data/it's $(b)": "b" * 2_000_000})
    git(root, "add", "-A")
    badge = tmp_path / "badge.json"
    done, output, summary = run_action(tmp_path, root, BADGE=str(badge), **inputs)
    assert done.returncode == code, done.stderr
    with open(output.pop("comment")) as comment:
        assert comment.read() == summary.read_text()
    # That the size is over its limit, the colour says.
    told = {"10%": ", max-growth broken"}.get(inputs.get("MAX_GROWTH", ""), "")
    assert json.loads(badge.read_text())["message"] == f"2 MB{told}"
    assert output == {
        "permitted-bytes": "2001019", "transferred-bytes": "2001000", "growth-bytes": "2000000",
    }  # fmt: skip
    assert "::notice file=data/it's $(b),title=growth::" in done.stdout
    assert "+2 MB" in summary.read_text()


@pytest.mark.slow
def test_the_action_with_a_baseline(tmp_path):
    root = init(tmp_path / "r", {"Dockerfile": "FROM x\n", ".dockerignore": "dist # x\n"})
    write(root, {"known.json": '{"version": 1, "findings": []}'})
    done, _, summary = run_action(tmp_path, root, BASELINE="known.json")
    assert done.returncode == 1
    assert "::warning file=.dockerignore,line=1,title=comment-trap::" in done.stdout
    assert "1 new at or over warning" in summary.read_text()


@pytest.mark.slow
def test_the_script_for_gitlab(tmp_path):
    text = GUIDE.partition("## GitLab CI")[2]
    lines = text.partition("  script:\n")[2].partition("  artifacts:")[0].splitlines()
    commands = [line.removeprefix("    - ") for line in lines if "pip install" not in line]
    script = f'ctxopt() {{ {shlex.quote(sys.executable)} -m ctxopt "$@"; }}\n' + "\n".join(commands)
    root = init(tmp_path / "r", {"Dockerfile": "FROM x\n", "a": "a"})
    first = git(root, "rev-parse", "HEAD").decode().strip()
    commit(root, {"big": "b" * 2_000_000})
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=root, capture_output=True, text=True, check=False,
        timeout=60, env=os.environ
        | {"PYTHONPATH": str(ROOT), "CI_MERGE_REQUEST_DIFF_BASE_SHA": first},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    (item,) = json.loads((tmp_path / "r/gl-code-quality-report.json").read_text())
    assert (item["check_name"], item["location"]["path"]) == ("max-growth", "Dockerfile")
    assert ElementTree.parse(tmp_path / "r/junit.xml").getroot().get("failures") == "1"


@pytest.mark.slow
def test_the_action_with_a_mistake(tmp_path):
    root = init(tmp_path / "r", {"a": "a"})
    done, output, summary = run_action(tmp_path, root, AGAINST="gone")
    assert (done.returncode, output, summary.read_text()) == (2, {}, "")
    assert "there is no commit 'gone'" in done.stderr
