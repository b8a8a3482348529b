"""What git tracks: lines that ``fix`` never writes over it, and those that it still does beside it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fixes import fix_of
from tests.support.repositories import commit, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

BROAD = "FROM php:8-apache\nCOPY . /var/www/html\n"
MADE = BROAD + "RUN npm run build\n"
HEAVY = 400_000


def lines_of(folder: object, tracked: dict[str, Any], left_over: dict[str, Any]) -> list[str]:
    """Return what fix would write in a repository with ``left_over``, which git does not track."""
    root = lay(folder, {"Dockerfile": BROAD, ".dockerignore": ".git\n", **tracked})
    init(root)
    commit(root)
    lay(folder, left_over)
    return [text for line in fix_of(folder, preventive=False).lines for text in line.texts]


@pytest.mark.parametrize(
    ("tracked", "left_over"),
    [
        (
            {".dockerignore": ".git\n*.js\n*.md\n", "index.php": 9, "build.js": 9, "assets/js/app.min.js": HEAVY},
            {},
        ),
        ({".dockerignore": ".git\n*.jpg\n", "a.jpg": 9, "data/images/bus.jpg": HEAVY}, {}),
        # The leftover beside it is no reason to hide what was committed.
        ({".dockerignore": ".git\n*.js\n", "b.js": 9, "assets/a.js": 9}, {"assets/b.js": HEAVY}),
        ({".dockerignore": ".git\nbuild*\n", "build.sh": 9, "app/build.gradle": HEAVY}, {}),
    ],
)  # fmt: skip
def test_a_line_for_the_root_spares_what_git_tracks(tmp_path, tracked, left_over):
    assert lines_of(tmp_path, tracked, left_over) == []


@pytest.mark.parametrize(
    ("tracked", "left_over", "line"),
    [
        ({".dockerignore": ".git\n*.html\n"}, {"r.html": 9, "runs/a.html": HEAVY}, "**/*.html"),
        (
            {".dockerignore": ".git\nnode_modules\n"},
            {"node_modules/a": 9, "web/node_modules/b": HEAVY},
            "**/node_modules",
        ),
    ],
)
def test_a_line_for_the_root_is_widened_over_the_rest(tmp_path, tracked, left_over, line):
    assert lines_of(tmp_path, tracked, left_over) == [line]


RAILS = "production:\n  secret_key_base: 0f9e8d7c6b5a\n"


@pytest.mark.parametrize(
    ("tracked", "left_over", "lines"),
    [
        ({"config/secrets.yml": RAILS}, {}, []),
        ({"deploy/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\n"}, {}, []),
        ({".env": "DB_PASSWORD=hunter2hunter2\n"}, {"web/.env": "A=1\n"}, ["web/.env"]),
        ({"a": 9}, {".env": "A=1\n"}, ["**/.env"]),
    ],
)
def test_a_secret_that_git_tracks_gets_no_line(tmp_path, tracked, left_over, lines):
    tracked = {".gitignore": "web/.env\n", **tracked}
    assert lines_of(tmp_path, tracked, left_over) == lines


@pytest.mark.parametrize(
    ("tracked", "left_over", "lines"),
    [
        # An empty folder is nothing.
        ({".dockerignore": ".git/*\n"}, {}, []),
        # The folder holds nothing but what a line before it takes.
        (
            {".dockerignore": ".git\n"},
            {"x.log": HEAVY, "web/.turbo/turbo-build.log": HEAVY},
            ["**/*.log"],
        ),
        # A duplicate is not repaired into a duplicate.
        (
            {".dockerignore": ".git\nnode_modules\nnode_modules\n"},
            {"p/node_modules/a": HEAVY},
            ["**/node_modules"],
        ),
        (
            {".dockerignore": ".git\n.env\n.env*\n"},
            {"web/.env": "A=1\n"},
            ["**/.env"],
        ),
        ({".dockerignore": ".git\n*.pyc\n__pycache__\n"}, {"a/__pycache__/a.pyc": HEAVY}, ["**/__pycache__"]),
    ],
)  # fmt: skip
def test_no_line_stands_there_for_nothing(tmp_path, tracked, left_over, lines):
    tracked = {".gitignore": "*.log\n.turbo\nnode_modules\n.env*\n*.pyc\n", **tracked}
    assert lines_of(tmp_path, tracked, left_over) == lines
    assert all(line.bytes for line in fix_of(tmp_path, preventive=False).lines)


@pytest.mark.parametrize(
    ("left_over", "lines"),
    [
        ({"x.log": HEAVY, "web/.turbo/cache": HEAVY}, ["**/*.log", "**/.turbo"]),
        ({"web/.env": "A=1\n"}, ["**/.env"]),
    ],
)
def test_a_line_stays_where_it_saves_something(tmp_path, left_over, lines):
    tracked = {".gitignore": "*.log\n.turbo\n.env\n"}
    assert sorted(lines_of(tmp_path, tracked, left_over)) == lines


PACKAGES = {f"packages/{name}/lib/index.js": HEAVY for name in "abcd"}
KEPT_LIB = {"core/lib/a.js": HEAVY}


@pytest.mark.parametrize(
    ("gitignore", "tracked", "lines"),
    [
        ("/packages/**/lib\n", KEPT_LIB, ["packages/**/lib"]),
        ("/packages/*/lib/\n", KEPT_LIB, ["packages/*/lib"]),
        ("# built\npackages/*/lib\n!x\n", KEPT_LIB, ["packages/*/lib"]),
    ],
)
def test_a_pattern_of_git_stands_for_many_paths(tmp_path, gitignore, tracked, lines):
    tree = {".gitignore": gitignore, "package.json": "{}", "Dockerfile": MADE, **tracked}
    assert lines_of(tmp_path, tree, PACKAGES) == lines


@pytest.mark.parametrize(
    ("gitignore", "tracked", "left_over"),
    [
        # What git tracks in spite of the line would go with it.
        ("/packages/*/lib\n!/packages/z/lib\n", {"packages/z/lib/a.js": HEAVY}, PACKAGES),
        ("/packages/**/lib\n!/packages/z/lib\n", {"packages/z/lib/a.js": HEAVY}, PACKAGES),
        # One path is named.
        ("/packages/*/lib\n", KEPT_LIB, {"packages/a/lib/index.js": HEAVY}),
        # Docker reads a class otherwise.
        ("/packages/[abcd]/lib\n", KEPT_LIB, PACKAGES),
        ("/packages/?/lib\n", KEPT_LIB, PACKAGES),
        ("/packages/a/lib\n/packages/b/lib\n", KEPT_LIB, {k: PACKAGES[k] for k in list(PACKAGES)[:2]}),
    ],
)  # fmt: skip
def test_a_pattern_of_git_that_says_too_much(tmp_path, gitignore, tracked, left_over):
    tree = {".gitignore": gitignore, "package.json": "{}", "Dockerfile": MADE, **tracked}
    folders = sorted(path.rpartition("/")[0] for path in left_over)
    assert sorted(lines_of(tmp_path, tree, left_over)) == folders
