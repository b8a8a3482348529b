"""The rule ``large-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.rules.paths.contexts import MB
from tests.support.fixes import fix_of
from tests.support.judging import BROAD, NARROW, STAGED, find, findings
from tests.support.repositories import init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"blob": 6 * MB}, BROAD, None, ["blob"]),
    ({"a.parquet": 6 * MB}, BROAD, "*.parquet", ["a.parquet"]),
    ({"dump.rdb": 6 * MB}, STAGED, None, ["dump.rdb"]),
    ({"lib/blob": 6 * MB}, BROAD, "", ["lib/blob"]),
    ({"public/blob": 6 * MB}, BROAD, None, ["public/blob"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"a/testdata/x.json": 9 * MB}, "FROM a\nCOPY . .\nRUN go test ./...\n", ""),
    ({"data/a.csv": 9 * MB}, "FROM a AS b\nCOPY . .\nFROM a\nCOPY data /data\n", ""),
    ({"a.csv": MB}, BROAD, ""),
    ({"a.onnx": MB}, BROAD, ""),
    ({"data/a.csv": 9 * MB}, "FROM a\nCOPY data /data\n", ""),
    ({"data/a.csv": 9 * MB}, "FROM a\nCOPY data/a.csv /\n", None),
    ({"node_modules/a.bin": 9 * MB}, BROAD, None),
    ({"a": {"link": "b"}}, BROAD, None),
    # What git tracks where programs keep what they serve asks for nothing.
    ({"public/fonts/a.ttf": 9 * MB}, BROAD, ""),
    ({"web/static/a.bin": 9 * MB, "src/b.bin": 9 * MB}, BROAD, ""),
    ({"blob": 9 * MB, "a": "x"}, "FROM a\nCOPY a /\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("large-file", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found] == [paths]
    assert all(finding.rule == "large-file" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("large-file", tmp_path, tree, dockerfile, ignored=ignored) == []


HOLES = {"hole": 9 * MB}


@pytest.mark.parametrize(
    ("tree", "dockerfile", "ignored"),
    [
        ({"data/disk.img": HOLES}, "FROM a\nCOPY data /d\n", ""),
        ({"disk.img": HOLES}, "FROM a\nCOPY disk.img /d\n", None),
    ],
)
def test_sparse_files_that_are_meant(tmp_path, tree, dockerfile, ignored):
    (found,) = findings("large-file", tmp_path, tree, dockerfile, ignored=ignored)
    assert found.message.endswith(", and takes 0 B on the disk: its holes are sent as zeros")
    assert (found.size, found.edits) == (9 * MB, ())


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        ({"disk.img": {"hole": MB}}, "FROM a\nCOPY disk.img /d\n"),
        ({"disk.img": 9 * MB}, "FROM a\nCOPY disk.img /d\n"),
        ({"disk.img": HOLES, "a": 1}, "FROM a\nCOPY a /d\n"),
        ({"disk.img": HOLES, ".dockerignore": "*.img\n"}, "FROM a\nCOPY . /d\n"),
    ],
)
def test_other_files_with_holes(tmp_path, tree, dockerfile):
    found = findings("large-file", tmp_path, tree, dockerfile, ignored="")
    assert not any("holes" in finding.message for finding in found)


TRACKED = ["main.py", "Dockerfile", "seed.sqlite3"]
LOCAL_STATE = [
    # what git neither tracks nor ignores, what it ignores
    ({"db.sqlite3": 4_900_000}, ()),
    ({"db.sqlite3": 10}, ()),
    ({"data/app.db": 60_000}, ()),
    ({"dump.sql": 4_900_000}, ()),
    ({"data/db.sqlite": 60_000}, ("data",)),
    ({"data/db.sqlite": 60_000}, ("data/db.sqlite",)),
    ({"data/db.sqlite3": 60_000, "data/db.sqlite3-journal": 5}, ()),
]


@pytest.mark.parametrize(("tree", "ignored"), LOCAL_STATE)
def test_a_local_database_in_the_image_is_told_whatever_it_weighs(tree, ignored):
    tree = {"main.py": "x", "Dockerfile": BROAD, **tree}
    found = find("large-file", tree, tracked=TRACKED, ignored=ignored)
    if ignored == ("data",):
        assert found == []  # the folder that git ignores is told as that
        return
    told = sorted(path for finding in found for path in finding.paths)
    assert told == sorted(set(tree) - {"main.py", "Dockerfile"})
    assert all(finding.edits for finding in found)


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        # Git tracks it, or says nothing of it.
        ({"seed.sqlite3": 10}, BROAD),
        ({"seed.sqlite3": 4_900_000}, BROAD),
        # It gets into no image that anyone has.
        ({"db.sqlite3": 10}, STAGED),
        ({"db.sqlite3": 10}, NARROW),
        ({"db.sqlite3": 10}, "FROM a\nRUN --mount=target=/x make\n"),
        # An instruction names it.
        ({"db.sqlite3": 10}, "FROM a\nCOPY db.sqlite3 /\n"),
        # It is none.
        ({"schema.sql": 4_900_000}, BROAD),
        ({"001_init.sql": 4_900_000}, BROAD),
        ({"core": 10}, BROAD),
        ({"sqlite3": 10}, BROAD),
        ({"db/a.py": 10}, BROAD),
        ({"a.csv": 10}, BROAD),
        ({"a.parquet": 10}, BROAD),
        ({"backup.tar": 10}, BROAD),
    ],
)
def test_what_is_no_local_state_in_the_image(tree, dockerfile):
    tree = {"main.py": "x", "Dockerfile": dockerfile, **tree}
    assert find("large-file", tree, tracked=TRACKED) == []


NOT_IN_THE_IMAGE = [
    # Dockerfile, what lies there, whether it is told
    (STAGED, {"prod-dump.sql": 3 * MB}, True),
    (STAGED, {"db.sqlite3": 400_000}, True),
    (NARROW, {"prod-dump.sql": 3 * MB}, True),
    (NARROW, {"db.sqlite3": 400_000, "b.sqlite3": 10}, True),
    ("FROM a\nRUN --mount=target=/x make\n", {"prod-dump.sql": 3 * MB}, True),
    (BROAD, {"core.4711": 700_000}, True),
    (NARROW, {"core.4711": 700_000, "backup.tar.gz": 3 * MB}, True),
    (STAGED, {"site-backup-2024.zip": 3 * MB}, True),
    (BROAD, {"backup.tgz": 90_000}, True),
    (STAGED, {"db.sqlite3": 90_000}, False),
    (BROAD, {"core.5": 30_000}, False),
    (STAGED, {"core.tar": 3 * MB}, False),
    (STAGED, {"site.zip": 3 * MB}, False),
    (STAGED, {"backup.tgz": 90_000}, False),
    (STAGED, {"backup.js": 3 * MB}, False),
    (NARROW, {"core": 3 * MB}, False),
    (NARROW, {"prod-dump.sql": 90_000}, False),
    (STAGED, {"seed.sqlite3": 3 * MB}, False),
    (NARROW, {"seed.sqlite3": 3 * MB}, False),
    (STAGED, {"schema.sql": 3 * MB}, False),
    (STAGED, {"a.parquet": 3 * MB}, False),
    (STAGED, {"hero.mp4": 3 * MB}, False),
    (STAGED, {"backup.tar": 3 * MB}, False),
    ("FROM a\nCOPY dump.sql /\n", {"dump.sql": 3 * MB}, False),
]


@pytest.mark.parametrize(("dockerfile", "tree", "is_told"), NOT_IN_THE_IMAGE)
def test_local_state_that_weighs_something_is_told_wherever_it_gets(dockerfile, tree, is_told):
    found = find("large-file", {"main.py": "x", "Dockerfile": dockerfile, **tree}, tracked=TRACKED)
    told = [finding for finding in found if finding.edits]
    assert bool(told) is is_told


def test_fix_leaves_out_a_dump_whichever_dockerfile_is_named(tmp_path):
    init(tmp_path, {"main.py": "x", "docker/Dockerfile": STAGED, ".dockerignore": ".git\n"})
    lay(tmp_path, {"prod-dump.sql": 3 * MB, "db.sqlite3": 400_000})
    for dockerfile in (None, str(tmp_path / "docker/Dockerfile")):
        planned = fix_of(tmp_path, dockerfile=dockerfile)
        lines = {text for line in planned.lines for text in line.texts}
        assert lines == {"**/*dump*.sql", "**/*.sqlite3"}


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": "FROM a\nCOPY . .\nRUN psql -f dump.sql\n"},
        {"docker/Dockerfile": "FROM a\nWORKDIR /app\nCOPY . .\nRUN psql -f dump.sql\n"},
        {"Dockerfile": BROAD, "docker/Dockerfile": "FROM a\nCOPY dump.sql /docker-entrypoint-initdb.d/\n"},
    ],
)  # fmt: skip
def test_fix_leaves_a_dump_that_a_step_loads(tmp_path, files):
    init(tmp_path, {"main.py": "x", ".dockerignore": ".git\n", **files})
    lay(tmp_path, {"dump.sql": 3 * MB})
    assert fix_of(tmp_path).lines == ()


def test_no_repository_tells_no_local_state():
    assert find("large-file", {"Dockerfile": BROAD, "db.sqlite3": 10}) == []


def test_fix_leaves_local_state_out_of_the_image(tmp_path):
    init(tmp_path, {"main.py": "x", "Dockerfile": BROAD, ".dockerignore": ".git\n"})
    lay(tmp_path, {"data/db.sqlite": 60_000, "dump.sql": 900})
    planned = fix_of(tmp_path)
    assert [line.texts for line in planned.lines] == [("**/*.sqlite",), ("**/*dump*.sql",)]
    assert {line.confidence for line in planned.lines} == {"likely"}


def test_a_local_database_is_a_note_until_it_weighs_something():
    tree = {"main.py": "x", "Dockerfile": BROAD, "db.sqlite3": 10}
    (found,) = find("large-file", tree, tracked=TRACKED)
    assert found.severity is Severity.INFO


GO = {"go.mod": "module a\n", "main.go": "package main\n"}
BUILD = "FROM a\nCOPY . /s\nRUN go build\n"


@pytest.mark.parametrize(
    ("docs", "sources", "severity"),
    [
        (10_000_000, 90_000_000, Severity.WARNING),
        (9_000_000, 1_000_000, Severity.WARNING),
        (9_000_000, 26_000_000, Severity.WARNING),
        (9_000_000, 28_000_000, Severity.INFO),
        (6_000_000, 90_000_000, Severity.INFO),
    ],
)
def test_how_bad_documentation_is(tmp_path, docs, sources, severity):
    tree = {**GO, "docs/a.png": docs, "pkg/a.bin": sources}
    found = findings("large-file", tmp_path, tree, BUILD, ignored="")
    assert [item.severity for item in found if item.paths == ("docs",)] == [severity]
