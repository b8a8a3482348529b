"""One file, one judgement: the same plan whichever Dockerfile is named, or none, and no other cure in a scan."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.fix.cures import judge_cures
from ctxopt.fix.plan import Fix, plan_fix
from ctxopt.rules.finding import Finding
from ctxopt.rules.run import RuleResults
from ctxopt.rules.scan import judge_analysis
from tests.support.fixes import fix_of
from tests.support.projects import NAMES, lay_project, load_project
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clean")]

HEAVY = 9_000_000
SERVER = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\nCMD node server/server.js\n"
MADE = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n"
NARROW = "FROM node:22\nCOPY server /s\nRUN npm run build\n"
BASE = {
    "package.json": '{"scripts": {"build": "vite build"}}',
    "server/server.js": "1",
    ".gitignore": "dist\nnode_modules\n",
    "README.md": 300_000,
    "tests/big.bin": 2_000_000,
}
LEFT_OVER = {
    "dist/a.js": HEAVY,
    "node_modules/b.js": HEAVY,
    "web/.vite/c.js": HEAVY,
    "prod-dump.sql": 3_000_000,
    "data/app.sqlite3": 4_000,
}
THROUGH = "FROM node:22 AS b\nWORKDIR /app\nCOPY . .\nFROM node:22\nCOPY --from=b /app{} /app\n"

TREES: dict[str, dict[str, Any]] = {
    "one that is not at the root": {"docker/Dockerfile": SERVER},
    "one that makes its output": {"docker/Dockerfile": MADE},
    "one that takes little": {"docker/Dockerfile": NARROW},
    "one that makes its output, one that does not": {"docker/Dockerfile": MADE, "docker/dev.Dockerfile": SERVER},
    "the one at the root takes little": {"Dockerfile": NARROW, "docker/Dockerfile": MADE},
    "the one at the root takes all": {"Dockerfile": MADE, "docker/Dockerfile": NARROW},
    "one at the root, and one for tests": {
        "Dockerfile": MADE,
        "test.Dockerfile": "FROM node:22\nCOPY . .\nRUN npm test\n",
    },
    "one asks for the history": {
        "Dockerfile": MADE,
        "api/Dockerfile": "FROM golang\nCOPY . .\nRUN git describe --dirty && go build\n",
    },
    "one names a README": {"Dockerfile": MADE, "docker/Dockerfile": "FROM a\nCOPY README.md server /x/\n"},
    "two that read each their own manifest": {
        "Dockerfile": "FROM python\nCOPY api /api\nRUN pip install /api\n",
        "api/pyproject.toml": '[project]\nname = "x"\nreadme = "README.md"\n',
        "api/README.md": 300_000,
        "docker/Dockerfile": "FROM python\nCOPY . .\nRUN pip install ./api\n",
    },
    "a mount of everything": {"Dockerfile": NARROW, "docker/Dockerfile": "FROM a\nRUN --mount=source=.,target=/s make\n"},
    "a stage takes all on to the image": {"docker/Dockerfile": THROUGH.format("")},
    "a stage takes something on to the image": {"docker/Dockerfile": THROUGH.format("/server")},
    "one of two takes all on": {"Dockerfile": NARROW, "docker/Dockerfile": THROUGH.format("")},
    "two targets": {"Dockerfile": "FROM node:22 AS one\nCOPY server /s\nFROM node:22 AS two\nCOPY . .\nRUN npm run build\n"},
    "an ignore file to repair": {"Dockerfile": MADE, "docker/Dockerfile": SERVER, ".dockerignore": "node_modules\n.vite\n"},
    "an allow-list": {"Dockerfile": NARROW, "docker/Dockerfile": NARROW, ".dockerignore": "*\n!server\n!dist\n"},
    "secrets": {"Dockerfile": NARROW, "docker/Dockerfile": SERVER, "web/.env": "AWS_SECRET_ACCESS_KEY=abcdefghijk123456\n"},
}  # fmt: skip


def said(fix: Fix) -> tuple[object, ...]:
    lines = [(line.texts, line.replaces, line.confidence) for line in fix.lines]
    return fix.new_content, lines, [line.texts for line in fix.possible], fix.tracked


def dockerfiles(root: str) -> list[str]:
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", "node_modules")]
        found += [os.path.join(folder, name) for name in names if name.endswith("ockerfile")]
    return sorted(found)


def in_order(results: RuleResults) -> list[Finding]:
    return sorted(results.reported, key=lambda finding: (finding.rule, finding.message))


def check_cures(root: str, dockerfile: str | None, fix: Fix) -> None:
    """Assert that a scan shows the lines that the fix writes, and of the others says why not."""
    analysis = analyze(find_context(root, dockerfile=dockerfile), BuildRequest())
    bare, _ = judge_analysis(analysis, Config(), None)
    shown, _ = judge_analysis(analysis, Config(), None, judge_cures)
    written = {text for line in fix.lines for text in line.texts}
    # Without a line to write nothing is said of a missing file.
    pairs = zip(in_order(bare.without_promise()), in_order(shown.without_promise()), strict=True)
    for before, finding in pairs:
        assert (finding.rule, finding.paths) == (before.rule, before.paths)
        texts = {edit.text for edit in finding.edits if edit.text is not None}
        assert texts <= written, finding
        gone = {edit.text for edit in before.edits if edit.text is not None} - texts
        assert not gone or "fix writes no line for" in finding.help, finding


def check_repetition(root: str, fix: Fix) -> None:
    """Assert that a fix leaves nothing to do, and a proven one what git tracks."""
    proven = fix_of(root, least="proven")
    assert {line.confidence for line in proven.lines} <= {"proven"}
    assert proven.tracked == ()
    assert not any(path == ".git" for line in proven.lines for path in line.paths)
    if fix.new_content is None:
        return
    with open(fix.path, "wb") as file:
        file.write(fix.new_content)
    again = fix_of(root)
    assert again.new_content is None
    check_cures(root, None, again)


def check_plans(root: str) -> None:
    """Assert that it is the same plan for each Dockerfile that the ignore file serves, and for none."""
    usual = fix_of(root)
    check_cures(root, None, usual)
    served = {os.path.join(root, path) for path in usual.other_dockerfiles}
    if os.path.exists(os.path.join(root, "Dockerfile")):
        served.add(os.path.join(root, "Dockerfile"))
    for path in sorted(served):
        assert said(fix_of(root, dockerfile=path)) == said(usual), path
        check_cures(root, path, usual)
    check_repetition(root, usual)


@pytest.mark.parametrize("case", TREES)
def test_the_plan_is_the_same_whichever_dockerfile_is_named(tmp_path, case):
    root = lay(tmp_path, {**BASE, **TREES[case]})
    init(root)
    git(root, "add", "-A")
    lay(root, LEFT_OVER)
    usual = fix_of(root)
    own = [os.path.relpath(path, root) for path in dockerfiles(root)]
    assert {*usual.other_dockerfiles, "Dockerfile"} >= {*own}
    check_plans(root)


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_a_project_is_the_same_whichever_dockerfile_is_named(tmp_path, name):
    check_plans(lay_project(load_project(name), str(tmp_path / "p")))


IMAGE = "FROM node:22\nCOPY . .\nRUN npm ci && npm run build\n"
BIG = {"tests/fixtures/images/photo.png": 12_000_000}
SCM = {
    "Dockerfile": "FROM python\nCOPY . /src\nRUN pip wheel /src\n",
    "pyproject.toml": '[build-system]\nrequires = ["setuptools-scm"]\n',
}
MOCKS = {"Dockerfile": IMAGE, "index.ts": "import './tests/mocks'\n", "tests/mocks/index.ts": "1"}
TWO = {
    "Dockerfile": IMAGE,
    "package.json": "{}",
    ".gitignore": "dist\n",
    "a/i.ts": "1",
    "b/i.ts": "1",
    "c/i.ts": "1",
}
TWO_DISTS = {"a/dist/x.js": HEAVY, "b/dist/x.js": HEAVY}
NARROWER: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "tests that a source imports": (MOCKS, BIG, ["tests/fixtures/images"]),
    "tests that a source imports, and what git ignores among them": ({**MOCKS, ".gitignore": "*.png\n"}, BIG, ["tests/fixtures/images"]),
    "tests beside a history that is compared": ({**SCM, "tests/test_a.py": 13_000_000}, BIG, ["tests/fixtures/images"]),
    "tests that are a package of Go": (
        {
            "Dockerfile": "FROM golang\nCOPY . /src\nRUN go build\n",
            "go.mod": "module x\n",
            "test/x.go": "package test\n",
            "test/a.json": 13_000_000,
        },
        {"test/cache/__pycache__/x.pyc": HEAVY},
        ["**/__pycache__"],
    ),
    "tests that a step runs": (
        {"Dockerfile": IMAGE + "RUN npm test\n", "tests/a.test.js": "1"}, {"tests/app/node_modules/x.js": HEAVY}, ["**/node_modules"]
    ),
    "output that another image takes from one folder and does not make": (
        {**TWO, "docker/Dockerfile": "FROM a\nCOPY a /x\n"}, TWO_DISTS, ["b/dist"]
    ),
    "output of which a comment keeps a part": (
        {**TWO, ".dockerignore": "# ctxopt: keep a/dist/x.js\n.git\n"}, {**TWO_DISTS, "c/dist/x.js": HEAVY}, ["b/dist", "c/dist"]
    ),
}  # fmt: skip
WHOLE: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "tests that nothing imports": ({"Dockerfile": IMAGE, "tests/a.test.ts": 13_000_000}, BIG, ["**/tests"]),
    "output that each build makes": (TWO, TWO_DISTS, ["**/dist"]),
    "one place": (TWO, {"a/dist/x.js": HEAVY}, ["**/dist"]),
    "data that a step may test with": ({"Dockerfile": IMAGE + "RUN npm test\n", "tests/a.test.js": "1"}, BIG, []),
    "data that a source imports": (
        {"Dockerfile": IMAGE, "index.ts": "import './tests/fixtures/images/photo.png'\n", "tests/a": "1"}, BIG, []
    ),
    "data that git tracks among tests that a source imports": ({**MOCKS, **BIG}, {}, []),
    "data that git tracks beside a history that is compared": ({**SCM, **BIG}, {}, []),
    "packages that git tracks among tests that a step runs": (
        {"Dockerfile": IMAGE + "RUN npm test\n", "tests/app/node_modules/x.js": HEAVY}, {}, []
    ),
    "output that no step makes": ({**TWO, "Dockerfile": "FROM a\nCOPY . .\n"}, TWO_DISTS, []),
    "all of it is named": ({**TWO, "Dockerfile": "FROM a\nCOPY a/dist b/dist /x/\n"}, TWO_DISTS, []),
    "all of it is kept": ({**TWO, ".dockerignore": "# ctxopt: keep */dist\n.git\n"}, TWO_DISTS, []),
    "packages in two places": ({**TWO, "Dockerfile": IMAGE}, {"a/node_modules/x": HEAVY, "b/node_modules/x": HEAVY}, ["**/node_modules"]),
    "logs in two places": (TWO, {"a/x.log": HEAVY, "b/x.log": HEAVY}, ["**/*.log"]),
    "packages in a folder that git does not know": (TWO, {"new/node_modules/x": HEAVY, "new/i.ts": "1"}, ["**/node_modules"]),
    "a folder that git does not know with a few packages": (TWO, {"new/node_modules/x": 100_000, "new/x.bin": HEAVY}, []),
    "tests of two modules": ({**TWO, "a/tests/x.json": HEAVY, "b/tests/x.json": HEAVY}, {}, ["**/tests"]),
}  # fmt: skip


@pytest.mark.parametrize("case", [*NARROWER, *WHOLE])
def test_a_narrower_line_survives_a_wider_one(tmp_path, case):
    tree, left_over, lines = {**NARROWER, **WHOLE}[case]
    root = lay(tmp_path, tree)
    init(root)
    git(root, "add", "-A")
    lay(root, left_over)
    fix = fix_of(root)
    found = [text for line in fix.lines for text in line.texts if text != "**/.git"]
    assert sorted(found) == lines
    check_plans(root)


OUTPUT: dict[str, tuple[dict[str, Any], str]] = {
    "no step makes it": ({"docker/Dockerfile": SERVER}, "left"),
    "no step of the one that takes it makes it": ({"Dockerfile": NARROW, "docker/Dockerfile": SERVER}, "left"),
    "one of two makes it": ({"Dockerfile": MADE, "docker/Dockerfile": SERVER}, "possible"),
    "no Dockerfile": ({}, "possible"),
    "a step makes it": ({"docker/Dockerfile": MADE}, "written"),
    "each makes it": ({"Dockerfile": MADE, "docker/Dockerfile": MADE}, "written"),
    "the one that makes nothing takes none of it": ({"Dockerfile": MADE, "docker/Dockerfile": "FROM a\nCOPY server /\n"}, "written"),
    "none takes it": ({"docker/Dockerfile": NARROW}, "written"),
    "the one that makes nothing has an ignore file of its own": (
        {"Dockerfile": MADE, "docker/Dockerfile": SERVER, "docker/Dockerfile.dockerignore": "x\n"}, "written"
    ),
    "the one that makes nothing is built in its own folder": (
        {"Dockerfile": MADE, "web/Dockerfile": SERVER, "web/server/server.js": "1", "web/package.json": "{}"}, "written"
    ),
    "a stage of the one makes it": (
        {"docker/Dockerfile": "FROM node AS web\nCOPY . .\nRUN npm run build\nFROM a\nCOPY --from=web /dist /dist\n"}, "written"
    ),
    "a bind mount takes it": ({"docker/Dockerfile": "FROM a\nRUN --mount=source=.,target=/s true\n"}, "possible"),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTPUT)
def test_output_stays_where_a_build_takes_it_and_makes_none(tmp_path, case):
    tree, place = OUTPUT[case]
    root = lay(tmp_path, {**BASE, **tree})
    init(root)
    git(root, "add", "-A")
    lay(root, LEFT_OVER)
    for path in (None, *dockerfiles(root)):
        if path is not None and (os.path.exists(path + ".dockerignore") or "/web/" in path):
            continue
        fix = fix_of(root, dockerfile=path)
        places = {
            "written": [text for line in fix.lines for text in line.texts],
            "possible": [text for line in fix.possible for text in line.texts],
            "left": [item.text for item in fix.left_alone],
        }
        held = [each for each, texts in places.items() if {"dist", "**/dist"} & {*texts}]
        assert held == [place], path


TARGETS = {
    "the last stage runs tests": ("FROM a AS one\nCOPY . .\nRUN npm ci\nFROM a\nCOPY . .\nRUN npm test\n", "tests/big.bin"),
    "the last stage asks for the history": ("FROM a AS one\nCOPY . .\nFROM a\nCOPY . .\nRUN git describe\n", ".git/HEAD"),
    "the last stage calls a script": ("FROM a AS one\nCOPY . .\nFROM a\nCOPY . .\nRUN sh tests/gen.sh\n", "tests/gen.sh"),
    "its output is not made in the last stage": ("FROM a AS one\nCOPY . .\nRUN npm ci && npm run build\nFROM a\nCOPY . .\n", "dist/a.js"),
    "an argument picks a script": ("ARG S=tests/gen.sh\nFROM a AS one\nCOPY . .\nFROM a\nARG S\nCOPY . .\nRUN sh $S\n", "tests/gen.sh"),
}  # fmt: skip
"""Dockerfiles with a target ``one`` that does without what another target reads, and that."""


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_hides_nothing_of_what_the_last_stage_reads(tmp_path, name):
    dockerfile, path = TARGETS[name]
    root = lay(
        tmp_path,
        {
            **BASE,
            "Dockerfile": dockerfile,
            "tests/gen.sh": "x",
            "dist/a.js": HEAVY,
            ".gitignore": "x\n",
        },
    )
    init(root)
    git(root, "add", "tests", "package.json")
    analysis = analyze(find_context(str(root)), BuildRequest(target="one"))
    assert not plan_fix(analysis, Config()).foreseen.matcher.decide(path).excluded


def test_a_target_alone_may_do_without(tmp_path):
    root = lay(tmp_path, {**BASE, "Dockerfile": "FROM a AS one\nCOPY . .\nRUN npm ci\n"})
    init(root)
    git(root, "add", "tests", "package.json")
    analysis = analyze(find_context(str(root)), BuildRequest(target="one"))
    assert plan_fix(analysis, Config()).foreseen.matcher.decide("tests/big.bin").excluded
