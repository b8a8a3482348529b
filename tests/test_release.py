"""What a release is made of: the name, the notes, and workflows that run nothing but what they pin."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict

import pytest
import yaml

from ctxopt import __version__
from scripts.release import lay_commit, notes
from tests.support.places import ROOT
from tests.support.repositories import init, write

CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_distribution_has_a_name_of_its_own_and_the_command_stays():
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    assert project["name"] == "docker-ctxopt"
    assert list(project["scripts"]) == ["ctxopt"]
    assert (ROOT / "README.md").read_text("utf-8").count("docker-ctxopt") == 1


def test_the_schemas_are_in_the_wheel():
    with open(ROOT / "pyproject.toml", "rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["docs/schemas"] == "ctxopt/schemas"


def test_what_is_unreleased_stands_above_this_version():
    headings = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)
    assert headings[:2] == ["Unreleased", __version__]
    assert "ctxopt scan" in notes(CHANGELOG, __version__)


@pytest.mark.parametrize(
    ("changelog", "found"),
    [
        ("## [Unreleased]\n\n- b\n\n## [1.0.0] - 2026-01-02\n\n- a\n", "- a\n"),
        ("## [1.0.0] - 2026-01-02\n- a\n\n- c\n\n## [0.9.0] - 2025-01-02\n- b\n", "- a\n\n- c\n"),
        ("## [1.0.0]\n- a\n", None),
        ("## [Unreleased]\n- a\n", None),
        ("## [1.0.01] - 2026-01-02\n- a\n", None),
        ("## [1x0.0] - 2026-01-02\n- a\n", None),
        ("## [1.0.0] - 2026-01-02\n\n## [0.9.0] - 2025-01-02\n- b\n", None),
        ("", None),
    ],
)
def test_notes(changelog, found):
    if found is None:
        with pytest.raises(SystemExit, match=r"no section with a date for 1\.0\.0"):
            notes(changelog, "1.0.0")
    else:
        assert notes(changelog, "1.0.0") == found


def test_only_what_is_committed_is_built(tmp_path):
    root = init(tmp_path / "r", {"a": "1", "d/b": "2", ".gitignore": "c\n"})
    write(root, {"notes.md": "x", "c": "x", "a": "changed", "d/new": "x"})
    lay_commit(tmp_path / "r", tmp_path / "source")
    found = [path for path in (tmp_path / "source").rglob("*") if path.is_file()]
    texts = {str(path.relative_to(tmp_path / "source")): path.read_text() for path in found}
    assert texts == {"a": "1", "d/b": "2", ".gitignore": "c\n"}


def test_workflows_pin_every_action_by_one_commit():
    pins = defaultdict(set)
    for path in (*WORKFLOWS, ROOT / "docs" / "ci.md"):
        for action, pin in re.findall(r"uses: ([\w/-]+)@(.*)", path.read_text("utf-8")):
            if not action.startswith("OWNER/"):
                assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), (path.name, action)
                pins[action].add(pin)
    assert len(pins) >= 5
    assert all(len(each) == 1 for each in pins.values()), pins


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_may_write_only_where_a_job_says_so(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "timeout-minutes" in job
        assert ("permissions" in job) is (name in ("publish", "tag"))


def test_a_release_publishes_what_was_tested_and_tags_what_was_published():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))[
        "jobs"
    ]
    assert {name: job.get("needs", []) for name, job in jobs.items()} == {
        "build": [], "test": "build", "compiled": "build", "publish": ["build", "test", "compiled"],
        "tag": "publish",
    }  # fmt: skip
    with open(ROOT / "pyproject.toml", "rb") as file:
        classifiers = tomllib.load(file)["project"]["classifiers"]
    versions = [item.rpartition(" ")[2] for item in classifiers if ":: 3." in item]
    assert jobs["test"]["strategy"]["matrix"]["python"] == versions
