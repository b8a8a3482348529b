"""What links among the sources lead to, and links that keep nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.test_needs import ALL, needs_of
from tests.support.fixes import fix_of, sizes
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

DATA = {"tests/data/seed.json": "x", "tests/data/more/a.json": "x", "tests/a.py": "x"}


def link(target: str) -> dict[str, str]:
    return {"link": target}


LEADING: list[tuple[dict[str, Any], str]] = [
    ({**DATA, "src/seed.json": link("../tests/data/seed.json")}, "tests/data/seed.json"),
    ({**DATA, "src/data": link("../tests/data")}, "tests/data"),
    ({**DATA, "src/data": link("../tests/data")}, "tests/data/more/a.json"),
    ({**DATA, "seed.json": link("tests/data/seed.json")}, "tests/data/seed.json"),
    ({**DATA, "seed.json": link("./tests/../tests/data/seed.json")}, "tests/data/seed.json"),
    ({"real/a": "x", "pyproject.toml": link("real/a")}, "real"),
    ({"README.md": "x", "crates/a/README.md": link("../../README.md")}, "README.md"),
]
LEADING_NOWHERE: list[tuple[dict[str, Any], str]] = [
    # Tests and documentation are read by what runs tests, or renders pages.
    ({**DATA, "tests/b.json": link("data/seed.json")}, "tests/data/seed.json"),
    ({**DATA, "spec/data": link("../tests/data")}, "tests/data/seed.json"),
    ({**DATA, "web/tests": link("../tests")}, "tests/data/seed.json"),
    ({"CHANGELOG.md": "x", "docs/CHANGELOG.md": link("../CHANGELOG.md")}, "CHANGELOG.md"),
    # Where they lead there is nothing, or it is not in the context.
    ({**DATA, "src/data": link("../tests/gone")}, "tests/data"),
    ({**DATA, "src/data": link("../../tests/data")}, "tests/data"),
    ({**DATA, "src/data": link("/tests/data")}, "tests/data"),
    ({**DATA, "src/all": link("..")}, "tests/data"),
    ({**DATA, "src/loop": link("loop")}, "tests/data"),
    # The link is not sent, or belongs to what is installed.
    ({**DATA, "src/data": link("../tests/data"), ".dockerignore": "src"}, "tests/data"),
    ({**DATA, "node_modules/data": link("../tests/data"), "package.json": "{}"}, "tests/data"),
    ({**DATA, "src/data.json": "../tests/data/seed.json"}, "tests/data"),
]


@pytest.mark.parametrize(("tree", "path"), LEADING)
def test_what_a_link_leads_to_stays(tmp_path, tree, path):
    reason = needs_of(tmp_path, {"a.py": "x", **tree}, ALL).why(path)
    assert reason is not None
    assert reason.endswith("links to it")


@pytest.mark.parametrize(("tree", "path"), LEADING_NOWHERE)
def test_links_that_keep_nothing(tmp_path, tree, path):
    assert needs_of(tmp_path, {"a.py": "x", **tree}, ALL).why(path) is None


def test_fix_keeps_what_a_tracked_link_leads_to_and_no_more(tmp_path):
    tree = {
        "Dockerfile": ALL,
        "a.py": "x",
        **DATA,
        "tests/big.json": 500_000,
        ".gitignore": "htmlcov\n",
    }
    init(lay(tmp_path, {**tree, "src/seed.json": link("../tests/data/seed.json")}))
    git(tmp_path, "add", "-A")
    lay(tmp_path, {"spare/htmlcov/a.html": 500_000, "src/cov": link("../spare/htmlcov")})
    left = set(sizes(fix_of(tmp_path).foreseen.permitted))
    assert "tests/data/seed.json" in left
    assert "spare/htmlcov/a.html" not in left
