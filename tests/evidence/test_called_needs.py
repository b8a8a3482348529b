"""What a build reads through what its steps call: scripts, and tasks of one file and the next."""

from __future__ import annotations

import json

import pytest

from tests.evidence.test_needs import ALL, needs_of, run

ASKS = "#!/bin/sh -e\ngit rev-parse HEAD\n"
PIPE = "V ?= $(shell ./scripts/git-version)\n"
SITE = {"package.json": "{}", "dev-docs/docusaurus.config.js": "showLastUpdate: true"}
SITE_PACKAGE = SITE | {"dev-docs/package.json": '{"name": "site"}'}


def scripts(**commands):
    return json.dumps({"scripts": commands})


def at(workdir, step="npm ci && npm run build", copied="."):
    return f"FROM a\nWORKDIR /app\nCOPY {copied} .\nWORKDIR {workdir}\nRUN {step}\n"


GIT = [
    # A variable of the Makefile, a recipe, what a target needs, a target that another one makes.
    ({"Makefile": f"{PIPE}build:\n\tgo build\n", "scripts/git-version": ASKS}, run("make build")),
    ({"Makefile": "build: gen\n\tgo build\ngen:\n\tsh tools/v.sh\n", "tools/v.sh": ASKS}, run("make build")),
    ({"Makefile": "build:\n\t$(MAKE) gen\ngen:\n\t@tools/v\n", "tools/v": ASKS}, run("make build")),
    ({"Makefile": "all: $(OUT)\nOUT = gen.c\n%.c:\n\ttools/v > $@\n", "tools/v": ASKS}, run("make -j 4")),
    ({"Makefile": "a:\n\ttrue\nrel:\n\tgit describe\n"}, run("make rel")),
    ({"Makefile": "rel:\n\tgit describe\n"}, run("make VERSION=1")),
    ({"core/Makefile": "rel:\n\tgit describe\n"}, run("make -C core rel")),
    ({"core/Makefile": "rel:\n\tgit describe\n"}, at("/app/core", "make")),
    ({"justfile": "build: gen\n  go build\ngen:\n  git describe --tags\n"}, run("just build")),
    ({"Taskfile.yml": "version: 3\ntasks:\n  build:\n    deps: [gen]\n  gen:\n    cmds: [git rev-parse HEAD]\n"}, run("task build")),
    # Scripts of packages, in all the ways to run them.
    ({"package.json": scripts(build="node tools/v.js"), "tools/v.js": "execSync('git log')"}, run("npm run build")),
    ({"package.json": scripts(build="run-s gen:*", **{"gen:v": "tools/v.sh"}), "tools/v.sh": ASKS}, run("yarn build")),
    ({"package.json": scripts(prebuild="tools/v.sh", build="tsc"), "tools/v.sh": ASKS}, run("pnpm run build")),
    ({"package.json": scripts(postinstall="tools/v.sh"), "tools/v.sh": ASKS}, run("npm ci")),
    ({"package.json": scripts(build="git describe > v")}, run("npm run build")),
    ({"package.json": '{"dependencies": {"git-rev-sync": "1"}}'}, run("npx vite build")),
    ({"package.json": scripts(release="semantic-release")}, run("npm run release")),
    ({"package.json": '{"workspaces": ["p/*"], "scripts": {"build": "turbo run compile"}}', "p/a/package.json": scripts(compile="./v.sh"), "p/a/v.sh": ASKS}, run("npm run build")),
    # From a script to the next, and from a package to make.
    ({"build.sh": "set -e\n. tools/v.sh\n", "tools/v.sh": ASKS}, run("./build.sh")),
    ({"build": "#!/bin/bash\nmake app\n", "Makefile": "app:\n\tgit describe\n"}, run("./build")),
    ({"package.json": scripts(build="make app"), "Makefile": "app:\n\tgit describe\n"}, run("npm run build")),
    ({"build.mjs": 'execSync("npm run gen")', "package.json": scripts(gen="git rev-parse HEAD")}, run("node build.mjs")),
    ({"Rakefile": "task build: [:gen] do\nend\ntask :gen do\n  sh 'tools/v'\nend\n", "tools/v": ASKS}, run("bundle exec rake build")),
    ({"magefile.go": 'func Build() error {\n\treturn sh.Run("git", "describe")\n}\n'}, run("mage build")),
    ({".goreleaser.yml": "x", "Makefile": "build:\n\tgoreleaser build\n"}, run("make build")),
    ({".goreleaser.yml": "x"}, run("goreleaser build --snapshot")),
    # A site that a step works in, however that is said.
    (SITE_PACKAGE, run("cd dev-docs && npm run build")),
    (SITE, run("cd dev-docs && npm run build")),
    (SITE_PACKAGE, run("npm --prefix dev-docs run build")),
    (SITE_PACKAGE, run("pnpm --filter site build")),
    (SITE_PACKAGE, at("/app/dev-docs")),
    (SITE_PACKAGE, at("dev-docs")),
    (SITE_PACKAGE, "FROM a\nCOPY . .\nWORKDIR dev-docs\nRUN npm run build\n"),
    (SITE_PACKAGE, "FROM a\nCOPY . /site\nWORKDIR /site/dev-docs\nRUN npm run build\n"),
    (SITE_PACKAGE, "FROM a\nENV HOME=/site\nCOPY . $HOME\nWORKDIR $HOME/dev-docs\nRUN npm run build\n"),
    (SITE_PACKAGE, "FROM a AS b\nCOPY . /site\nWORKDIR /site/dev-docs\nFROM b\nRUN npm run build\n"),
    (SITE_PACKAGE | {".git/HEAD": "x"}, "FROM a\nCOPY .git .git\nCOPY dev-docs .\nRUN npm run build\n"),
    (SITE_PACKAGE, run("make docs\nCOPY --from=a /app/dev-docs/build /x")),
    (SITE_PACKAGE | {"package.json": '{"workspaces": ["dev-docs"]}'}, run("npm run build --workspaces")),
    (SITE_PACKAGE | {"pnpm-workspace.yaml": "packages: [dev-docs]"}, run("pnpm -r build")),
    (SITE_PACKAGE | {"package.json": scripts(build="yarn --cwd dev-docs build")}, run("yarn build")),
    ({"mkdocs.yml": "- git-revision-date"}, run("mkdocs build")),
    ({"mkdocs.yml": "- git-revision-date"}, f'{run("pip install .")}CMD ["mkdocs", "serve"]\n'),
    ({"mkdocs.yml": "- git-revision-date"}, run("nox -s docs")),
]  # fmt: skip

NO_GIT = [
    # Make is not called, or not for that.
    ({"Makefile": PIPE, "scripts/git-version": ASKS}, run("go build")),
    ({"Makefile": PIPE, "scripts/git-version": "#!/bin/sh -e\ndate\n"}, run("make")),
    ({"Makefile": PIPE, "scripts/git-version": "git describe"}, run("make")),
    ({"Makefile": f"# {PIPE}", "scripts/git-version": ASKS}, run("make")),
    ({"Makefile": ".PHONY: build rel\nbuild:\n\tgo build\nrel:\n\tsh tools/v.sh\n", "tools/v.sh": ASKS}, run("make build")),
    ({"Makefile": ".PHONY: build rel\nbuild:\n\tgo build\nrel:\n\tgit describe\n"}, run("make build")),
    ({"Makefile": "build:\n\tgo build\nrel:\n\tgit describe\n"}, run("make")),
    ({"Makefile": "rel:\n\tgit describe\nbuild:\n\tgo build\n.DEFAULT_GOAL := build\n"}, run("make")),
    ({"Makefile": "%.html:\n\tgit log\nbuild:\n\tgo build\n"}, run("make build")),
    ({"Makefile": "build:\n\tgo build\n", "docs/Makefile": "build:\n\tgit describe\n"}, run("make build")),
    ({"docs/Makefile": "build:\n\tgit describe\n"}, run("make build")),
    ({"justfile": "build:\n  go build\nrel:\n  git describe --tags\n"}, run("just build")),
    ({"Taskfile.yml": "tasks:\n  build:\n    cmds: [go build]\n  rel:\n    cmds: [git rev-parse HEAD]\n"}, run("task build")),
    ({"Makefile": "rel:\n\tgit describe\n"}, run("apt-get install -y \\\n  make \\\n  rel")),
    # What only a release runs, and what is not run at all.
    ({"package.json": scripts(build="tsc", release="scripts/release.sh"), "scripts/release.sh": ASKS}, run("npm run build")),
    ({"package.json": scripts(build="tsc", release="node tools/v.js"), "tools/v.js": "execSync('git log')"}, run("npm run build -- --release")),
    ({"package.json": scripts(build="tsc", release="git describe")}, run("npm ci && npm run build")),
    ({"package.json": scripts(build="tsc", rel="git describe")}, run("npm run build && ls rel")),
    ({"package.json": scripts(postinstall="tools/v.sh"), "tools/v.sh": ASKS}, run("npm ci --ignore-scripts")),
    ({"package.json": scripts(postinstall="tools/v.sh"), "tools/v.sh": ASKS}, run("npm install -g vite")),
    ({"package.json": scripts(postbuild="tools/v.sh"), "tools/v.sh": ASKS}, run("npm run compile")),
    ({"package.json": '{"devDependencies": {"semantic-release": "1"}, "scripts": {"build": "tsc"}}'}, run("npm run build")),
    ({"package.json": '{"devDependencies": {"@semantic-release/git": "1"}}'}, run("npm run build")),
    ({"package.json": '{"husky": {"hooks": {"pre-push": "git log"}}, "scripts": {"build": "tsc"}}'}, run("npm run build")),
    ({"package.json": scripts(build="tsc"), "tools/package.json": scripts(build="./v.sh"), "tools/v.sh": ASKS}, run("npm run build")),
    ({"package.json": '{"scripts": ["git describe"]}'}, run("npm run build")),
    ({"package.json": "{" * 2000 + "git describe"}, run("npm run build")),
    ({"build.sh": "# . tools/v.sh\n", "tools/v.sh": ASKS}, run("./build.sh")),
    ({"build.sh": "echo see tools/v.sh\n", "tools/v.sh": ASKS}, run("./build.sh")),
    ({"build.sh": ". tools/v.sh\n", "tools/v.sh": ASKS}, run("go build")),
    ({"build.sh": ". tools/v.sh\n", "tools/v.sh": ASKS}, "FROM a\nCOPY build.sh .\nRUN ./build.sh\n"),
    ({"build.sh": ". tools/v.sh\n", "tools/v.sh": f"{ASKS}docker build .\n"}, run("./build.sh")),
    ({"build.mjs": 'log("to make a release, run npm run gen")', "package.json": scripts(gen="git rev-parse HEAD")}, run("node build.mjs")),
    ({"Rakefile": "task build: [] do\nend\ntask :gen do\n  sh 'tools/v'\nend\n", "tools/v": ASKS}, run("bundle exec rake build")),
    ({"Rakefile": "task :gen do\n  sh 'tools/v'\nend\n", "tools/v": ASKS}, run("bundle install")),
    # Their programs are not called.
    ({"magefile.go": 'exec.Command("git", "rev-parse")'}, run("go build")),
    ({"magefile.go": 'func Build() {}\nfunc Rel() {\n\tsh.Run("git", "describe")\n}\n'}, run("mage build")),
    ({".goreleaser.yml": "x"}, run("go build")),
    ({".goreleaser.yml": "x", "Makefile": "build:\n\tgo build\nrel:\n\tgoreleaser build\n"}, run("make build")),
    ({"mkdocs.yml": "- git-revision-date", "Makefile": "build:\n\tgo build\ndocs:\n\tmkdocs build\n"}, run("make build")),
    ({"docs/conf.py": "sphinx_last_updated_by_git"}, run("pip install .")),
    # A site aside.
    (SITE, run("npm run build")),
    (SITE_PACKAGE, run("npm run build")),
    (SITE_PACKAGE, at("/app")),
    (SITE_PACKAGE, at("/dev-docs")),
    (SITE_PACKAGE, "FROM a\nCOPY . /site\nWORKDIR /x/dev-docs\nRUN npm run build\n"),
    (SITE_PACKAGE | {"web/package.json": "{}"}, at("/app/web")),
    (SITE_PACKAGE, run("npm run build # my-dev-docs")),
    (SITE_PACKAGE | {"package.json": '{"workspaces": ["packages/*"]}'}, run("yarn build")),
    (SITE_PACKAGE | {"package.json": '{"workspaces": {"packages": ["web"]}}'}, run("yarn build")),
    (SITE_PACKAGE | {"package.json": scripts(build="tsc", docs="yarn --cwd dev-docs build")}, run("yarn build")),
    ({"package.json": "{}", "demo/package.json": "{}", "demo/svelte.config.js": 'execSync("git rev-parse HEAD")'}, run("npm run build")),
    # No .git beside them.
    ({"Makefile": PIPE, "scripts/git-version": ASKS}, "FROM a\nCOPY Makefile .\nCOPY scripts scripts\nRUN make\n"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile"), GIT)
def test_git_is_read(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).git


@pytest.mark.parametrize(("tree", "dockerfile"), NO_GIT)
def test_git_is_not_read(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).git == ()


LOG = {"CHANGELOG.md": "x"}
DATA = {"tests/schema.json": "x"}

NEEDED = [
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="mkdir -p out && cp -r src CHANGELOG.md LICENSE out")}, run("npm run pack"), "package.json"),
    ("CHANGELOG.md", LOG | {"package.json": scripts(**{"local:package": "cp -r dist CHANGELOG.md build"})}, run("pnpm local:package"), "package.json"),
    ("LICENSE", {"LICENSE": "x", "package.json": scripts(pack="npm run copy", copy="cp LICENSE out")}, run("npm run pack"), "package.json"),
    ("CHANGELOG.md", LOG | {"Makefile": "app:\n\tcp CHANGELOG.md out/\n"}, run("make app"), "Makefile"),
    ("tests/schema.json", DATA | {"Makefile": "app: tests/schema.json\n\tgo generate\n"}, run("make app"), "Makefile"),
    ("tests/schema.json", DATA | {"Makefile": "SCHEMA := tests/schema.json\napp: gen\ngen: $(SCHEMA)\n\tgo generate\n"}, run("make app"), "Makefile"),
    ("tests/schema.json", DATA | {"Makefile": "SCHEMA := tests/schema.json\napp:\n\tgenerate $(SCHEMA)\n"}, run("make"), "Makefile"),
    ("tests/schema.json", DATA | {"build.sh": "set -e\ngenerate tests/schema.json\n"}, run("./build.sh"), "build.sh"),
    ("tests/schema.json", DATA | {"build": "#!/usr/bin/env bash\ngenerate tests/schema.json\n"}, run("./build"), "build"),
    ("tests/schema.json", DATA | {"tools/gen.sh": "cd ..\ngenerate ../tests/schema.json\n"}, run("sh tools/gen.sh"), "tools/gen.sh"),
    ("tools/tests/a.json", {"tools/tests/a.json": "x", "tools/gen.sh": "cd tools\ngenerate tests/a.json\n"}, run("sh tools/gen.sh"), "tools/gen.sh"),
    ("docs", {"docs/a.md": "x", "build.sh": "cp -r docs /out\n"}, run("./build.sh"), "build.sh"),
    ("docs", {"docs/a.md": "x"}, run("cp -r docs /out"), "RUN in line 3"),
    ("tests/schema.json", DATA | {"gen.py": "open('tests/schema.json')"}, run("python gen.py"), "gen.py"),
    ("CHANGELOG.md", LOG | {"gen.mjs": 'readFileSync("./CHANGELOG.md")'}, run("node gen.mjs"), "gen.mjs"),
    ("CHANGELOG.md", LOG | {"package.json": scripts(build="node tools/gen.mjs"), "tools/gen.mjs": 'readFile("../CHANGELOG.md")'}, run("npm run build"), "tools/gen.mjs"),
    ("CHANGELOG.md", LOG | {"Rakefile": "task :pack do\n  cp 'CHANGELOG.md', 'out'\nend\n"}, run("rake pack"), "Rakefile"),
    ("CHANGELOG.md", LOG | {"lib/tasks/a.rake": "namespace :a do\n  task pack: :environment do\n    cp 'CHANGELOG.md', 'out'\n  end\nend\n"}, run("bin/rails a:pack"), "lib/tasks/a.rake"),
    ("CHANGELOG.md", LOG | {"magefile.go": 'func Pack() error {\n\treturn copyTo()\n}\nfunc copyTo() error {\n\treturn sh.Copy("out", "CHANGELOG.md")\n}\n'}, run("go run mage.go pack"), "magefile.go"),
    ("CHANGELOG.md", LOG | {"justfile": "pack:\n    cp CHANGELOG.md out\n"}, run("just"), "justfile"),
    ("web/docs", {"web/docs/a.md": "x", "web/package.json": scripts(build="cp -r docs/ dist")}, at("/app/web"), "web/package.json"),
    ("web/docs/a.md", {"web/docs/a.md": "x"}, run("cd web && render docs/a.md"), "RUN in line 3"),
    ("web/docs/a.md", {"web/docs/a.md": "x"}, at("/app/web", "render docs/a.md"), "RUN in line 5"),
    ("CHANGELOG.md", LOG | {"x.Dockerfile": run("make app"), "Makefile": "app:\n\tcp CHANGELOG.md out/\n"}, ALL, "Makefile"),
]  # fmt: skip

NOT_NEEDED = [
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="cp CHANGELOG.md out", build="tsc")}, run("npm run build")),
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="cp CHANGELOG.md out")}, run("npm ci")),
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="cp CHANGELOG.md out")}, run("npm run packs")),
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="cp CHANGELOG.md out")}, ALL),
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="rm CHANGELOG.md")}, run("npm run pack")),
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="rimraf CHANGELOG.md")}, run("npm run pack")),
    ("CHANGELOG.md", LOG | {"package.json": scripts(pack="echo CHANGELOG.md")}, run("npm run pack")),
    ("CHANGELOG.md", LOG | {"package.json": '{"scripts": {"pack": "true"}, "files": 1, "x": "CHANGELOG.md"}'}, run("npm run pack")),
    ("CHANGELOG.md", LOG | {"p/package.json": scripts(pack="cp ../CHANGELOG.md out"), "package.json": scripts(pack="true")}, run("npm run pack")),
    ("CHANGELOG.md", LOG | {"p/CHANGELOG.md": "x", "p/package.json": scripts(pack="cp CHANGELOG.md ../../x")}, run("npm run pack")),
    ("CHANGELOG.md", LOG | {"Makefile": "app:\n\tgo build\nrel:\n\tcp CHANGELOG.md out/\n"}, run("make app")),
    ("CHANGELOG.md", LOG | {"Makefile": "app:\n\tgo build\nrel:\n\tcp CHANGELOG.md out/\n"}, run("make")),
    ("CHANGELOG.md", LOG | {"Makefile": "app:\n\t@echo CHANGELOG.md\n"}, run("make app")),
    ("CHANGELOG.md", LOG | {"Makefile": "app: # CHANGELOG.md\n\tgo build # CHANGELOG.md\n"}, run("make app")),
    ("CHANGELOG.md", LOG | {"Makefile": "app:\n\tgo build\nCHANGELOG.md: x\n\tgen\n"}, run("make app")),
    ("tests/schema.json", DATA | {"Makefile": "SCHEMA := tests/schema.json\napp:\n\tgo build\ncheck: $(SCHEMA)\n"}, run("make app")),
    ("tests/schema.json", DATA | {"Makefile": "app:\n\tgo build\ncheck: tests/schema.json\n\t./check\n"}, run("make app")),
    ("tests/schema.json", DATA | {"Makefile": "app: tests/schema.json\n"}, run("go build")),
    ("tests/schema.json", DATA | {"Makefile": "app: tests/schema.json\n"}, run("apk add make")),
    ("tests/schema.json", DATA | {"Makefile": "A = $(B)\nB = $(A)\napp: $(A)\n"}, run("make")),
    ("tests", {"tests/a": "x", "Makefile": "app:\n\tflake8 --exclude tests/ .\n"}, run("make")),
    ("tests", {"tests/a": "x", "Makefile": "app:\n\tfind . -not -path './tests/*'\n"}, run("make")),
    ("tests", {"tests/a": "x", "Makefile": "app:\n\tgcc -o app src/*.c\n"}, run("make")),
    ("tests/schema.json", DATA | {"build.sh": "# tests/schema.json\n"}, run("./build.sh")),
    ("tests/schema.json", DATA | {"build.sh": "echo tests/schema.json\n"}, run("./build.sh")),
    ("tests/schema.json", DATA | {"build.sh": "generate tests/schema.json\n"}, run("./other.sh")),
    ("tests/schema.json", DATA | {"build.sh": "generate tests/schema.json\n"}, "FROM a\nCOPY build.sh .\nRUN ./build.sh\n"),
    ("tests/schema.json", DATA | {"build.sh": "generate /tests/schema.json\n"}, "FROM a\nCOPY . /app\nRUN /app/build.sh\n"),
    ("tests/schema.json", DATA | {"build.sh": "generate https://x.org/tests/schema.json\n"}, run("./build.sh")),
    ("tests/schema.json", DATA | {"notes.txt": "tests/schema.json"}, run("cat notes.txt")),
    ("tests/schema.json", DATA | {"gen.py": "# 'see tests/schema.json for more'"}, run("python gen.py")),
    ("tests/schema.json", DATA | {"gen.py": "print('see tests/schema.json for more')"}, run("python gen.py")),
    ("tests/schema.json", DATA | {"gen.py": "open('tests/schema.json')"}, run("python other.py")),
    ("CHANGELOG.md", LOG | {"Rakefile": "task :pack do\n  cp 'CHANGELOG.md', 'out'\nend\ntask :build do\nend\n"}, run("rake build")),
    ("CHANGELOG.md", LOG | {"Rakefile": "task :pack do\n  cp 'CHANGELOG.md', 'out'\nend\n"}, run("rails server")),
    ("CHANGELOG.md", LOG | {"magefile.go": 'func Pack() {\n\tsh.Copy("out", "CHANGELOG.md")\n}\nfunc Build() {\n}\n'}, run("mage build")),
    ("CHANGELOG.md", LOG | {"justfile": "build:\n    go build\npack:\n    cp CHANGELOG.md out\n"}, run("just")),
    ("docs", {"docs/a.md": "x"}, run("npm run docs")),
    ("docs", {"docs/a.md": "x"}, run("rm -rf docs && ls docs")),
    ("docs", {"docs/a.md": "x"}, run("tar --exclude docs -cf /x.tar src")),
    ("docs", {"docs/a.md": "x"}, run("cp -r /usr/share/docs /out")),
    ("web/docs/a.md", {"web/docs/a.md": "x"}, run("cd api && render docs/a.md")),
    ("web/docs/a.md", {"web/docs/a.md": "x"}, at("/app/api", "render docs/a.md")),
    ("web/docs/a.md", {"web/docs/a.md": "x"}, at("/other/web", "render docs/a.md")),
    ("dist/a.js", {"dist/a.js": "x", "Makefile": "app:\n\tcp dist/a.js out\n"}, run("make")),
]  # fmt: skip


@pytest.mark.parametrize(("path", "tree", "dockerfile", "by"), NEEDED)
def test_needed(tmp_path, path, tree, dockerfile, by):
    assert needs_of(tmp_path, tree, dockerfile).why(path) == f"named by {by}"


@pytest.mark.parametrize(("path", "tree", "dockerfile"), NOT_NEEDED)
def test_not_needed(tmp_path, path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).why(path) is None


TESTS = [
    ({"package.json": scripts(build="npm run check && tsc", check="jest")}, run("npm run build")),
    ({"package.json": scripts(prebuild="vitest run", build="tsc")}, run("npm run build")),
    ({"Makefile": "all: build check\nbuild:\n\tgo build\ncheck:\n\tgo test ./...\n"}, run("make")),
    ({"build.sh": "go vet ./...\ngo test ./...\n"}, run("./build.sh")),
    ({"build.sh": "make verify\n", "Makefile": "verify:\n\tcargo test\n"}, run("sh build.sh")),
]  # fmt: skip

NO_TESTS = [
    ({"package.json": scripts(build="tsc", check="jest")}, run("npm run build")),
    ({"package.json": scripts(build="tsc", test="jest")}, run("npm ci && npm run build")),
    ({"package.json": '{"devDependencies": {"jest": "1"}, "scripts": {"build": "tsc"}}'}, run("npm run build")),
    ({"Makefile": "all: build\nbuild:\n\tgo build\ncheck:\n\tgo test ./...\n"}, run("make")),
    ({"Makefile": "TEST = go test ./...\nbuild:\n\tgo build\n"}, run("make build")),
    ({"build.sh": "# go test ./...\ngo build\n"}, run("./build.sh")),
    ({"build.sh": "case $1 in\n  build) go build ;;\n  test) go test ./... ;;\nesac\n"}, run("./build.sh build")),
    ({"build.sh": "run_tests() {\n  go test ./...\n}\ngo build\n"}, run("./build.sh build")),
    ({"build.sh": "go test ./...\n"}, run("go build")),
    ({"build.py": "run('pytest')"}, run("python build.py")),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile"), TESTS)
def test_tests_run(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).tests


@pytest.mark.parametrize(("tree", "dockerfile"), NO_TESTS)
def test_no_tests_run(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).tests is None


# Only what is reached may notice that a tracked file is missing.
COMPARES = [
    ({"Makefile": "app: v\n\tgo build\nv:\n\tgit describe --dirty\n"}, run("make app"), True),
    ({"Makefile": f"{PIPE}app:\n", "scripts/git-version": "#!/bin/sh\ngit describe --dirty"}, run("make"), True),
    ({"Makefile": "app:\n\tgit rev-parse HEAD\nrel:\n\tgit describe --dirty\n"}, run("make app"), False),
    ({"Makefile": f"{PIPE}app:\n", "scripts/git-version": "#!/bin/sh\ngit describe"}, run("make"), False),
    ({"package.json": scripts(build="git log -1", rel="git rev-parse HEAD && git status")}, run("npm run build"), False),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "expected"), COMPARES)
def test_what_is_reached_compares(tmp_path, tree, dockerfile, expected):
    needs = needs_of(tmp_path, tree, dockerfile)
    assert needs.git
    assert needs.compares is expected


def start(*commands):
    return "".join(["FROM a\nCOPY . .\n", *(f"{command}\n" for command in commands)])


SHOP = {"shop/fixtures/seed.json": "x"}

# What starts the image is followed as well: to what it names, the tests it runs, the history it asks for.
STARTED = [
    ("docs/a.md", {"docs/a.md": "x"}, start('CMD ["serve", "docs/a.md"]'), "CMD in line 3"),
    ("docs/a.md", {"docs/a.md": "x", "run.sh": "serve docs/a.md\n"}, start('ENTRYPOINT ["./run.sh"]'), "run.sh"),
    ("docs/a.md", {"docs/a.md": "x", "run": "#!/bin/sh\nserve docs/a.md\n"}, start("CMD ./run"), "run"),
    ("docs/a.md", {"docs/a.md": "x", "package.json": scripts(start="serve docs/a.md")}, start("CMD npm start"), "package.json"),
    ("docs/a.md", {"docs/a.md": "x", "Makefile": "run:\n\tserve docs/a.md\n"}, start('CMD ["make", "run"]'), "Makefile"),
    ("docs/a.md", {"docs/a.md": "x", "app.py": "open('docs/a.md')"}, start('CMD ["python", "app.py"]'), "app.py"),
    # What the script takes in is read as well, however it says where that is.
    *(
        ("docs/a.md", {"docs/a.md": "x", "ops/run.sh": f"#!/bin/sh\n{line}\n", "ops/lib.sh": "serve docs/a.md\n"}, start("CMD ./ops/run.sh"), "ops/lib.sh")
        for line in (
            ". ops/lib.sh", '. "$(dirname "$0")/lib.sh"', 'source "$DIR/lib.sh"', ". ${0%/*}/lib.sh", ". `dirname $0`/lib.sh",
            'source "$(dirname -- "${BASH_SOURCE[0]}")"/lib.sh', 'source "$(dirname "$(readlink -f "$0")")/lib.sh"', ". $ROOT/ops/lib.sh",
        )
    ),
    # Wherever the script was put in the image.
    *(
        ("docs/a.md", {"docs/a.md": "x", "ops/run.sh": "#!/bin/sh\nserve docs/a.md\n"}, f"FROM a\nWORKDIR /app\nCOPY . .\n{lines}\n", "ops/run.sh")
        for lines in (
            "CMD /app/ops/run.sh", "COPY ops/run.sh /run\nCMD /run", 'COPY ops/run.sh /usr/bin/up\nENTRYPOINT ["up"]', "COPY ops/ /usr/local/bin/\nCMD run.sh",
            "COPY ops /opt/\nCMD /opt/run.sh", "COPY ops/run.sh /opt/\nCMD /opt/run.sh", "COPY ops/run.sh up\nCMD /app/up", "COPY ops/run.sh /bin/\nCMD run.sh",
        )
    ),
    # What a variable names may be read by whatever has it.
    ("docs/a.md", {"docs/a.md": "x"}, start("ENV CONFIG=docs/a.md"), "ENV in line 3"),
    ("docs/a.md", {"docs/a.md": "x"}, "FROM a\nARG S=docs/a.md\nCOPY . .\nRUN sh $S\n", "ARG in line 2"),
    # From the folder in which the image starts.
    ("docs/a.md", {"docs/a.md": "x", "docs/run.sh": "serve a.md\n"}, "FROM a\nWORKDIR /app\nCOPY . .\nWORKDIR docs\nCMD ./run.sh\n", "docs/run.sh"),
    ("docs/a.md", {"docs/a.md": "x", "ops/run.sh": "serve a.md\n"}, "FROM a\nWORKDIR /app\nCOPY . .\nWORKDIR docs\nCMD ../ops/run.sh\n", "ops/run.sh"),
    ("docs/a.md", {"docs/a.md": "x"}, "FROM a AS b\nWORKDIR /app\nCOPY . .\nWORKDIR docs\nFROM b\nCMD serve a.md\n", "CMD in line 6"),
]  # fmt: skip

NOT_STARTED = [
    ("docs/a.md", {"docs/a.md": "x"}, start('CMD ["serve", "/docs/a.md"]')),
    ("docs/a.md", {"docs/a.md": "x", "run.sh": "serve docs/a.md\n"}, start('CMD ["./other.sh"]')),
    ("docs/a.md", {"docs/a.md": "x", "run.sh": "# serve docs/a.md\n"}, start('CMD ["./run.sh"]')),
    ("docs/a.md", {"docs/a.md": "x", "run.sh": "echo docs/a.md\n"}, start('CMD ["./run.sh"]')),
    ("docs/a.md", {"docs/a.md": "x", "package.json": scripts(docs="serve docs/a.md")}, start("CMD npm start")),
    ("docs/a.md", {"docs/a.md": "x", "package.json": scripts(start="serve docs/a.md")}, start("CMD node x")),
    ("docs/a.md", {"docs/a.md": "x", "Makefile": "run:\n\tserve docs/a.md\nx:\n"}, start("CMD make x")),
    ("docs/a.md", {"docs/a.md": "x", "app.py": "print('see docs/a.md there')"}, start("CMD python app.py")),
    ("docs/a.md", {"docs/a.md": "x", "run.sh": "serve docs/a.md\n"}, "FROM a\nCOPY run.sh .\nCMD ./run.sh\n"),
    ("docs/a.md", {"docs/a.md": "x", "run.sh": "serve docs/a.md\n"}, start("HEALTHCHECK CMD true")),
    ("dist/a.js", {"dist/a.js": "x"}, start('CMD ["node", "dist/a.js"]')),
    ("docs", {"docs/a.md": "x"}, start('CMD ["mkdocs", "serve"]')),
    *(
        ("docs/a.md", {"docs/a.md": "x", "ops/run.sh": f"#!/bin/sh\n{line}\n", "ops/lib.sh": "serve docs/a.md\n"}, start("CMD ./ops/run.sh"))
        for line in (
            ". /etc/lib.sh", "# . ./lib.sh", '. "$DIR/lib2.sh"', "rm $DIR/lib.sh", ". $DIR/ops/ops/lib.sh", "echo $DIR/lib.sh", 'touch "$(dirname $0)/lib.sh"',
        )
    ),
    *(
        ("docs/a.md", {"docs/a.md": "x", "ops/run.sh": "#!/bin/sh\nserve docs/a.md\n"}, f"FROM a\nWORKDIR /app\nCOPY . .\n{lines}\n")
        for lines in (
            "CMD /src/ops/run.sh", "COPY ops/run.sh /run\nCMD /up", "COPY ops/run.sh /etc/up\nCMD up", "COPY ops/ /usr/local/bin/\nCMD go.sh",
            "COPY ops/run.sh up\nCMD /up", "COPY --from=b ops/run.sh /bin/up\nCMD up", "COPY ops/run.sh /bin/up\nCMD down", "CMD up",
        )
    ),
    ("docs/a.md", {"docs/a.md": "x"}, "FROM a\nWORKDIR /app\nCOPY . .\nWORKDIR docs\nFROM c\nCOPY src .\nCMD serve a.md\n"),
    ("docs/a.md", {"docs/a.md": "x"}, "FROM a\nWORKDIR /app\nCOPY . .\nWORKDIR /docs\nCMD serve a.md\n"),
    ("docs/a.md", {"docs/a.md": "x"}, start("ENV CONFIG=docs/b.md")),
    ("docs/a.md", {"docs/a.md": "x"}, start("ENV AT=https://example.org/docs/a.md")),
    ("docs/a.md", {"docs/a.md": "x"}, start("LABEL readme=docs/a.md")),
    ("docs", {"docs/a.md": "x"}, start("ENV KIND=docs")),
]  # fmt: skip


@pytest.mark.parametrize(("path", "tree", "dockerfile", "by"), STARTED)
def test_what_a_start_names(tmp_path, path, tree, dockerfile, by):
    assert needs_of(tmp_path, tree, dockerfile).why(path) == f"named by {by}"


@pytest.mark.parametrize(("path", "tree", "dockerfile"), NOT_STARTED)
def test_what_no_start_names(tmp_path, path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).why(path) is None


START_TESTS = [
    ({}, start('CMD ["pytest"]'), True),
    ({"package.json": scripts(test="jest")}, start("CMD npm test"), True),
    ({"package.json": scripts(check="jest")}, start("CMD npm run check"), True),
    ({"run.sh": "set -e\nexec pytest tests/\n"}, start("ENTRYPOINT ./run.sh"), True),
    ({"run.sh": "case $1 in\n  x) pytest tests/;;\nesac\n"}, start("ENTRYPOINT ./run.sh"), False),
    ({"run.sh": "if [ $X ]; then pytest; fi\nexec gunicorn\n"}, start("ENTRYPOINT ./run.sh"), False),
    ({"run.sh": "tests() {\n  pytest\n}\nexec gunicorn\n"}, start("ENTRYPOINT ./run.sh"), False),
    ({"package.json": scripts(test="jest", start="node a")}, start("CMD npm start"), False),
    ({"package.json": scripts(check="jest")}, start("CMD npm start"), False),
    ({}, start('CMD ["gunicorn"]'), False),
    ({}, start('ENV KEY="test" STORE="/pnpm" RUNNER="pytest tests/"'), False),
    ({}, start("ARG RUNNER=/usr/bin/pytest"), False),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "expected"), START_TESTS)
def test_tests_that_a_start_runs(tmp_path, tree, dockerfile, expected):
    assert bool(needs_of(tmp_path, tree, dockerfile).tests) is expected


LOADS = [
    (SHOP | {"setup.sh": "python manage.py loaddata seed\n"}, run("./setup.sh"), True),
    (SHOP | {"Makefile": "seed:\n\tpython manage.py loaddata seed\n"}, run("make seed"), True),
    (SHOP | {"package.json": scripts(start="manage.py loaddata seed")}, start("CMD npm start"), True),
    (SHOP | {"setup.sh": "python manage.py migrate\n"}, run("./setup.sh"), False),
    (SHOP | {"setup.sh": "# loaddata seed\n"}, run("./setup.sh"), False),
    (SHOP | {"setup.sh": "python manage.py loaddata seed\n"}, run("true"), False),
    (SHOP | {"Makefile": "a:\nseed:\n\tpython manage.py loaddata seed\n"}, run("make"), False),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "expected"), LOADS)
def test_fixtures_that_a_called_text_loads(tmp_path, tree, dockerfile, expected):
    assert bool(needs_of(tmp_path, tree, dockerfile).why("shop/fixtures")) is expected


START_GIT = [
    ({"run.sh": "git rev-parse HEAD\n"}, start("CMD ./run.sh"), True),
    ({"package.json": scripts(start="git describe; node a")}, start("CMD npm start"), True),
    ({"package.json": scripts(start="node a", rel="git describe")}, start("CMD npm start"), False),
    ({"run.sh": "git rev-parse HEAD\n"}, start("CMD ./other.sh"), False),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "expected"), START_GIT)
def test_the_history_that_a_start_asks_for(tmp_path, tree, dockerfile, expected):
    assert bool(needs_of(tmp_path, tree, dockerfile).git) is expected
