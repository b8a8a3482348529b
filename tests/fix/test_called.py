"""Lines for .git and for data of tests, where steps call scripts and tasks: kept for what runs, and for nothing else."""

from __future__ import annotations

import json

import pytest

from tests.support.fixes import fix_of, sizes
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

BIG = 500_000
SITE = {"dev-docs/docusaurus.config.js": "export default { showLastUpdate: true }"}
GIT_VERSION = {"scripts/git-version": "#!/bin/sh -e\ngit describe --tags\n"}


def scripts(**commands):
    return json.dumps({"scripts": commands})


def go(step="go build", **files):
    return {"Dockerfile": f"FROM golang\nCOPY . .\nRUN {step}\n", "go.mod": "module a\n", **files}


def node(step="npm ci && npm run build", package=None, **files):
    text = package or scripts(build="tsc")
    return {"Dockerfile": f"FROM node\nCOPY . .\nRUN {step}\n", "package.json": text, **files}


def fix_tree(folder, tree):
    root = lay(folder, tree)
    init(root)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    # Its own files are too small to be worth a line.
    lay(root, {".git/objects/pack/x.pack": BIG})
    fix = fix_of(root)
    return {text: line.confidence for line in fix.lines for text in line.texts}, set(
        sizes(fix.foreseen.permitted)
    )


NOBODY_RUNS = [
    go(**{".goreleaser.yml": "builds: [{}]\n"}),
    go(**{"magefile.go": 'package main\nfunc V() { sh.Output("git", "rev-parse") }\n'}),
    node(**SITE),
    node(**SITE, **{"dev-docs/package.json": '{"name": "site"}'}),
    node(package=scripts(build="tsc", release="scripts/release.sh"), **{"scripts/release.sh": "git rev-parse HEAD\n"}),
    go(Makefile="V := $(shell ./scripts/git-version)\n", **GIT_VERSION),
    go("make app", Makefile="app:\n\tgo build\nrelease:\n\tgit describe --tags\n"),
    node(package='{"devDependencies": {"semantic-release": "1"}, "scripts": {"build": "tsc"}}'),
]  # fmt: skip

RUN = [
    go("mage v", **{"magefile.go": 'package main\nfunc V() { sh.Output("git", "rev-parse") }\n'}),
    node("cd dev-docs && npm ci && npm run build", **SITE, **{"dev-docs/package.json": "{}"}),
    node("true\nWORKDIR dev-docs\nRUN npm run build", **SITE, **{"dev-docs/package.json": "{}"}),
    node(package=scripts(build="scripts/release.sh"), **{"scripts/release.sh": "git rev-parse HEAD\n"}),
    go("make app", Makefile="V := $(shell ./scripts/git-version)\napp:\n\tgo build\n", **GIT_VERSION),
    go("make app", Makefile="V := $(shell git describe --tags --always)\napp:\n\tgo build\nimage:\n\tdocker build .\n"),
]  # fmt: skip


@pytest.mark.parametrize("tree", NOBODY_RUNS)
def test_git_goes_where_no_step_runs_what_asks_for_it(tmp_path, tree):
    lines, left = fix_tree(tmp_path, tree | {"tests/big.json": BIG})
    assert lines["**/.git"] == "likely"
    assert "tests/big.json" not in left
    assert set(tree) <= left


@pytest.mark.parametrize("tree", RUN)
def test_git_stays_where_a_step_asks_for_it_and_tracked_files_may_go(tmp_path, tree):
    lines, left = fix_tree(tmp_path, tree | {"tests/big.json": BIG})
    assert "**/.git" not in lines
    assert ".git/HEAD" in left
    # What asks for commits alone does not notice that a tracked file is missing.
    assert "tests/big.json" not in left


DIRTY = [
    go("goreleaser build --snapshot", **{".goreleaser.yml": "builds: [{}]\n"}),
    go("make app", Makefile="V := $(shell git describe --dirty)\napp:\n\tgo build\n"),
    go(
        "make app",
        Makefile="V := $(shell ./v)\napp:\n\tgo build\n",
        v="#!/bin/sh\ngit status --porcelain\n",
    ),
    node(package=scripts(build="git diff --quiet && tsc")),
]


@pytest.mark.parametrize("tree", DIRTY)
def test_tracked_files_stay_beside_what_compares_them(tmp_path, tree):
    lines, left = fix_tree(tmp_path, tree | {"tests/big.json": BIG})
    assert lines == {}
    assert {".git/HEAD", "tests/big.json"} <= left


LOG = {"CHANGELOG.md": BIG}
DATA = {"tests/schema.json": BIG}

# The tree, and what has to arrive for a step to go through.
NAMED = [
    (node("npm run pack", scripts(pack="mkdir -p out && cp -r src CHANGELOG.md LICENSE out"), **LOG), "CHANGELOG.md"),
    (node("pnpm local:package", scripts(**{"local:package": "cp -r dist CHANGELOG.md build"}), **LOG), "CHANGELOG.md"),
    (go("make app", Makefile="app: tests/schema.json\n\tgen $< CHANGELOG.md\n", **DATA, **LOG), "tests/schema.json"),
    (go("make app", Makefile="app: tests/schema.json\n\tgen $< CHANGELOG.md\n", **DATA, **LOG), "CHANGELOG.md"),
    (go("./build.sh", **{"build.sh": "gen tests/schema.json CHANGELOG.md\n"}, **DATA, **LOG), "tests/schema.json"),
    (go("./build.sh", **{"build.sh": "gen tests/schema.json CHANGELOG.md\n"}, **DATA, **LOG), "CHANGELOG.md"),
    (node(package=scripts(build="vite build"), **{"src/a.js": "import './fixtures/seed.json'", "src/fixtures/seed.json": BIG}), "src/fixtures/seed.json"),
    (node(package=scripts(build="vite build"), **{"src/a.js": "const x = require('../fixtures/seed.json')", "fixtures/seed.json": BIG}), "fixtures/seed.json"),
    (go("rake assets:precompile", Gemfile="x", Rakefile="require_relative 'spec/support/fakes'\ntask :precompile do\nend\n", **{"spec/support/fakes.rb": BIG}), "spec/support/fakes.rb"),
    (go("make", Makefile="all:\n\tgcc src/a.c\n", **{"src/a.c": '#include "tests/data.h"', "tests/data.h": BIG}), "tests/data.h"),
    (go("make", Makefile="all:\n\tgcc -I. src/a.c\n", **{"src/a.c": '#include <tests/data.h>', "tests/data.h": BIG}), "tests/data.h"),
]  # fmt: skip

NOT_NAMED = [
    (node(package=scripts(build="tsc", pack="cp -r src CHANGELOG.md LICENSE out"), **LOG), "CHANGELOG.md"),
    (node("npm ci && npm run build", scripts(build="tsc", **{"local:package": "cp -r dist CHANGELOG.md build"}), **LOG), "CHANGELOG.md"),
    (go("make app", Makefile="app:\n\tgo build\nrel: tests/schema.json\n\tgen $<\n", **DATA), "tests/schema.json"),
    (go("make app", Makefile="app:\n\tgo build # tests/schema.json\n", **DATA), "tests/schema.json"),
    (go("go build", **{"build.sh": "gen tests/schema.json CHANGELOG.md\n"}, **LOG), "CHANGELOG.md"),
    (go("./build.sh", **{"build.sh": "# gen tests/schema.json\ngo build\n"}, **DATA), "tests/schema.json"),
    (node(package=scripts(build="vite build"), **{"src/a.js": "// import './fixtures/seed.json'", "src/fixtures/seed.json": BIG}), "src/fixtures/seed.json"),
    (node(package=scripts(build="vite build"), **{"src/a.js": "const x = './fixtures/seed.json'", "src/fixtures/seed.json": BIG}), "src/fixtures/seed.json"),
    (node(package=scripts(build="vite build"), **{"src/a.test.js": "import './fixtures/seed.json'", "src/fixtures/seed.json": BIG}), "src/fixtures/seed.json"),
    (go("rake assets:precompile", Gemfile="x", Rakefile="# require_relative 'spec/support/fakes'\ntask :precompile do\nend\n", **{"spec/support/fakes.rb": BIG}), "spec/support/fakes.rb"),
    (go("make", Makefile="all:\n\tgcc src/a.c\n", **{"src/a.c": '// #include "tests/data.h"', "tests/data.h": BIG}), "tests/data.h"),
    (go("make", Makefile="all:\n\tgcc src/a.c\n", **{"src/a.c": '#include "data.h"', "tests/data.h": BIG}), "tests/data.h"),
    (go("make", Makefile="all:\n\tgcc src/a.c\n", **{"tests/a_test.c": '#include "data.h"', "tests/data.h": BIG}), "tests/data.h"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "path"), NAMED)
def test_what_a_called_text_or_a_source_names_arrives(tmp_path, tree, path):
    _, left = fix_tree(tmp_path, tree)
    assert path in left


@pytest.mark.parametrize(("tree", "path"), NOT_NAMED)
def test_what_nothing_that_runs_names_goes(tmp_path, tree, path):
    _, left = fix_tree(tmp_path, tree)
    assert path not in left
