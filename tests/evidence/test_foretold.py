"""What is to come: foretold by manifests beside which it will be, and agreed on by git."""

from __future__ import annotations

import pytest

from ctxopt.evidence.foretold import find_foretold
from tests.support.judging import gathered
from tests.support.repositories import init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

PACKAGE = "package.json"


def coming(folder, tree):
    init(folder, tree)
    found = find_foretold(gathered(folder))
    return {item.entry.pattern: (item.paths, item.manifest, item.everywhere) for item in found}


@pytest.mark.parametrize(
    ("tree", "pattern", "known"),
    [
        ({PACKAGE: "", ".gitignore": "node_modules\n"}, "**/node_modules", (("node_modules",), PACKAGE, True)),
        ({PACKAGE: "", ".gitignore": "/node_modules\n"}, "**/node_modules", (("node_modules",), PACKAGE, False)),
        ({f"a/{PACKAGE}": "", PACKAGE: "", ".gitignore": "/a/node_modules\n"}, "**/node_modules",
         (("a/node_modules",), f"a/{PACKAGE}", False)),
        ({"a/b/setup.py": "", ".gitignore": ".venv/\n"}, "**/.venv", (("a/b/.venv",), "a/b/setup.py", True)),
        ({"requirements-dev.txt": "", ".gitignore": ".venv\n"}, "**/.venv", ((".venv",), "requirements-dev.txt", True)),
        ({"main.tf": "", ".gitignore": "*.tfstate\n"}, "**/*.tfstate", (("x.tfstate",), "main.tf", True)),
        ({".gitignore": ".env*\n"}, "**/.env.*", ((".env.x",), "", True)),
    ],
)  # fmt: skip
def test_what_is_foretold_and_ignored(tmp_path, tree, pattern, known):
    assert coming(tmp_path, tree)[pattern] == known


@pytest.mark.parametrize(
    "tree",
    [
        {PACKAGE: ""},
        {".gitignore": "node_modules\n"},
        {PACKAGE: "", ".gitignore": "*.map\n"},
        {f"node_modules/a/{PACKAGE}": "", ".gitignore": "x/node_modules\n"},
        {f"a/b/c/d/{PACKAGE}": "", ".gitignore": "node_modules\n"},
        {f"sub/{PACKAGE}": "", "sub/.git": "gitdir: /x\n", ".gitignore": "node_modules\n"},
        {f"{PACKAGE}.bak": "", ".gitignore": "node_modules\n"},
        {"pyproject.toml": "", ".gitignore": "node_modules\n"},
        {f"{PACKAGE}/x": "", ".gitignore": "build\n"},
        {"Makefile": "", ".gitignore": "build\n"},
        {PACKAGE: "", ".gitignore": "dist\nbuild\nout\n"},
        {"go.mod": "", ".gitignore": "vendor\nbin\n"},
        {PACKAGE: "", ".gitignore": "node_modules\n!node_modules\n"},
        {PACKAGE: "", ".gitignore": "*.envs\n"},
    ],
)
def test_what_is_not_foretold(tmp_path, tree):
    assert coming(tmp_path, tree) == {}


def test_git_has_to_be_there(tmp_path):
    lay(tmp_path, {PACKAGE: "", ".gitignore": "node_modules\n"})
    assert find_foretold(gathered(tmp_path)) == []


def test_a_context_that_git_ignores_foretells_nothing(tmp_path):
    init(tmp_path, {".gitignore": "ctx\nnode_modules\n"})
    lay(tmp_path, {f"ctx/{PACKAGE}": ""})
    assert find_foretold(gathered(tmp_path / "ctx")) == []
