"""What git tracks: lines that ``fix`` never writes over it, and those that it still does beside it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fixes import fix_of
from tests.support.repositories import commit, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

BROAD = "FROM php:8-apache\nCOPY . /var/www/html\n"
HEAVY = 400_000


def lines_of(folder: object, tracked: dict[str, Any], left_over: dict[str, Any]) -> list[str]:
    """Return what fix would write in a repository with ``left_over``, which git does not track."""
    root = lay(folder, {"Dockerfile": BROAD, ".dockerignore": ".git\n", **tracked})
    init(root)
    commit(root)
    lay(folder, left_over)
    return [text for line in fix_of(folder).lines for text in line.texts]


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
