"""What a shell is offered for names of rules and commits, and what is loaded for that."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ctxopt.rules.registry import RULE_IDS
from tests.support.program import ctxopt, environment
from tests.support.repositories import git, init

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def repository(tmp_path):
    root = init(tmp_path / "r", {"a": "a"})
    git(root, "branch", "topic/one")
    git(root, "tag", "v1")
    return root


def offered(cwd, *words):
    """What bash is offered for the last of ``words``."""
    line = " ".join(("ctxopt", *words))
    asked = {"_CTXOPT_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    done = ctxopt(cwd=cwd, **asked)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("scan", "--select", "secret"), ["secret-file"]),
        (("fix", "--ignore", "pattern-"),
         ["pattern-matches-nothing", "pattern-never-matches", "pattern-quirk"]),
        (("lint", "--select", "trailing"), ["trailing-slash"]),
        (("rules", "no-"), ["no-ignore-file"]),
        (("rules", "no-such"), []),
        (("scan", "--select", "SECRET"), []),
    ],
)  # fmt: skip
def test_rules(tmp_path, words, names):
    assert sorted(offered(tmp_path, *words)) == names


def test_every_rule_is_offered(tmp_path):
    assert set(offered(tmp_path, "scan", "--ignore", "s")) == {
        rule for rule in RULE_IDS if rule.startswith("s")
    }


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("m", ["main"]),
        ("v", ["v1"]),
        ("topic", ["topic/one"]),
        ("H", ["HEAD"]),
        ("main..t", ["main..topic/one"]),
        ("main...t", ["main...topic/one"]),
        ("gone", []),
        ("one", []),
    ],
)
def test_commits(repository, word, names):
    assert offered(repository, "check", "--against", word) == names


@pytest.mark.parametrize("folder", ["", "missing", "plain"])
def test_nothing_is_offered_where_there_is_no_repository(tmp_path, folder):
    (tmp_path / "plain").mkdir()
    words = ("check", folder, "--against", "m")
    assert offered(tmp_path, *filter(None, words)) == []


def test_it_is_loaded_where_a_shell_completes_alone():
    code = (
        "import sys; from ctxopt.cli import make_app; import typer.main;"
        "typer.main.get_command(make_app('scan')); typer.main.get_command(make_app('check'));"
        "assert 'ctxopt.cli.completion' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True)
