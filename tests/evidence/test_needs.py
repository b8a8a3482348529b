"""What a build is known to read: what is found, and twice as often what is not."""

from __future__ import annotations

import os

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.gather import gather_facts, gather_needs
from ctxopt.evidence.manifests import read_manifest
from ctxopt.evidence.needs import Need, Needs
from tests.support.trees import lay

ALL = "FROM a\nCOPY . .\n"
NARROW = "FROM a\nCOPY main.py .\n"
UNUSED = "FROM a AS x\nCOPY docs /docs\nRUN sh scripts/x.sh\nFROM b\nCOPY main.py .\n"


def needs_of(folder, tree, dockerfile=ALL):
    root = lay(
        folder, {"main.py": "x", **tree} | ({"Dockerfile": dockerfile} if dockerfile else {})
    )
    return gather_needs(analyze(find_context(root), BuildRequest()), load_catalog())


def run(text):
    return f"FROM a\nCOPY . .\nRUN {text}\n"


NEEDED = [
    ("docs", {"docs/a.md": "x"}, "FROM a\nCOPY docs /docs\n", "named by COPY in line 2"),
    ("docs", {"docs/a.md": "x"}, "FROM a\nADD docs/*.md /docs/\n", "named by ADD in line 2"),
    ("b.toml", {"b.toml": "x"}, "FROM a\nRUN --mount=source=b.toml,target=/b true\n", "named by bind mount in line 2"),
    ("scripts", {"scripts/x.sh": "x"}, run("sh scripts/x.sh"), "named by RUN in line 3"),
    ("scripts/x.sh", {"scripts/x.sh": "x"}, run("./scripts/x.sh && true"), "named by RUN in line 3"),
    ("a.txt", {"a.txt": "x"}, run("pip install -r a.txt"), "named by RUN in line 3"),
    ("x.mk", {"x.mk": "x"}, run("make -f x.mk all"), "named by RUN in line 3"),
    ("app/x.sh", {"app/x.sh": "x"}, "FROM a\nCOPY app /srv\nRUN sh /srv/x.sh\n", "named by RUN in line 3"),
    ("x.sh", {"x.sh": "x"}, run('["sh", "x.sh"]'), "named by RUN in line 3"),
    ("README.md", {"README.md": "x", "pyproject.toml": "[project]\nreadme = 'README.md'\n"}, ALL, "pyproject.toml reads it as readme"),
    ("README.md", {"README.md": "x", "setup.cfg": "[metadata]\nlong_description = file: README.md\n"}, ALL, "setup.cfg reads it as file:"),
    ("README.md", {"README.md": "x", "setup.py": "open('README.md').read()"}, ALL, "setup.py reads it as text that it opens"),
    ("LICENSE", {"LICENSE": "x", "pyproject.toml": "[project]\nlicense-files = ['LIC*']\n"}, ALL, "pyproject.toml reads it as license-files"),
    ("p/data", {"p/data/a": "x", "pyproject.toml": "[tool.setuptools.package-data]\np = ['data/*']\n"}, ALL, "pyproject.toml reads it as package-data"),
    ("a.txt", {"a.txt": "x", "MANIFEST.in": "include a.txt\n"}, ALL, "MANIFEST.in reads it as include"),
    ("c/README.md", {"c/README.md": "x", "c/Cargo.toml": "[package]\nreadme = 'README.md'\n"}, ALL, "c/Cargo.toml reads it as readme"),
    ("m", {"m/Cargo.toml": "x", "Cargo.toml": "[workspace]\nmembers = ['m']\n"}, ALL, "Cargo.toml reads it as workspace member"),
    ("README.md", {"README.md": "x", "src/lib.rs": '#![doc = include_str!("../README.md")]'}, ALL, "src/lib.rs reads it as included text"),
    ("packages/a", {"packages/a/package.json": "x", "package.json": '{"workspaces": ["packages/*"]}'}, ALL, "package.json reads it as workspaces"),
    ("packages/a/b", {"packages/a/b/package.json": "x", "package.json": '{"workspaces": ["packages/**/*"]}'}, ALL, "package.json reads it as workspaces"),
    ("packages/a", {"packages/a/package.json": "x", "package.json": '{"workspaces": {"packages": ["./packages/**"]}}'}, ALL, "package.json reads it as workspaces"),
    ("a", {"a/package.json": "x", "package.json": '{"workspaces": ["**"]}'}, ALL, "package.json reads it as workspaces"),
    ("docs/R.md", {"docs/R.md": "x", "a/a.csproj": "<PackageReadmeFile>../docs/R.md</PackageReadmeFile>"}, ALL, None),
]  # fmt: skip

SLN = 'Project("{1}") = "T", "test\\T.csproj", "{2}"\n'
NEEDED += [
    ("test", {"test/t.c": "x", "CMakeLists.txt": "add_subdirectory(test)\n"}, ALL, "CMakeLists.txt reads it as subdirectory"),
    ("s/tests", {"s/tests/t.c": "x", "s/CMakeLists.txt": 'if(A)\n  ADD_SUBDIRECTORY("tests" EXCLUDE_FROM_ALL)\n'}, ALL, "s/CMakeLists.txt reads it as subdirectory"),
    ("test", {"test/t.c": "x", "meson.build": "project('a')\nsubdir('test')\n"}, ALL, "meson.build reads it as subdirectory"),
    ("tests", {"tests/t.c": "x", "CMakeLists.txt": "foreach(d src tests)\n  add_subdirectory(${d})\nendforeach()\n"}, ALL, "CMakeLists.txt reads it as subdirectory"),
    ("tests", {"tests/t.c": "x", "meson.build": "foreach d : ['src', 'tests']\n  subdir(d)\nendforeach\n"}, ALL, "meson.build reads it as subdirectory"),
    ("tests", {"tests/t.c": "x", "Makefile.am": "SUBDIRS = src \\\n\ttests\n"}, ALL, "Makefile.am reads it as subdirectory"),
    ("tests", {"tests/rules.mk": "x", "Makefile": "include tests/rules.mk\nall:\n\ttrue\n"}, ALL, "Makefile reads it as included rules"),
    ("tests", {"tests/app/a": "x", "settings.gradle.kts": 'project(":app").projectDir = file("tests/app")\n'}, ALL, "settings.gradle.kts reads it as project folder"),
    ("tests", {"tests/app/a": "x", "settings.gradle": "project(':app').projectDir = new File(settingsDir, 'tests/app')\n"}, ALL, "settings.gradle reads it as project folder"),
    ("test", {"test/x.tgz": "x", "package.json": '{"dependencies": {"x": "file:test/x.tgz"}}'}, ALL, "package.json reads it as dependency"),
    ("x/tests", {"x/tests/__init__.py": "x", "setup.py": 'setup(packages=["x", "x.tests"])\n'}, ALL, "setup.py reads it as package"),
    ("tests", {"tests/hook.py": "x", "pyproject.toml": '[tool.hatch.build.hooks.custom]\npath = "tests/hook.py"\n'}, ALL, "pyproject.toml reads it as build hook"),
    ("test", {"test/pom.xml": "x", "pom.xml": "<modules><module>test</module></modules>"}, ALL, "pom.xml reads it as module"),
    ("test", {"test/go.mod": "x", "go.mod": "module a\nreplace a/test => ./test\n"}, ALL, "go.mod reads it as module"),
    ("test", {"test/go.mod": "x", "go.work": "go 1.24\n\nuse (\n\t./app\n\t./test\n)\n"}, ALL, "go.work reads it as module"),
    ("test", {"test/go.mod": "x", "go.work": "use ./test\n"}, ALL, "go.work reads it as module"),
    ("Tests/ATests", {"Tests/ATests/x": "x", "Package.swift": '.testTarget(name: "ATests", dependencies: [.target(name: "A")]),'}, ALL, "Package.swift reads it as test target"),
    ("spec/A", {"spec/A/x": "x", "Package.swift": '.testTarget(name: "A", dependencies: ["B"], path: "spec/A"),'}, ALL, "Package.swift reads it as test target"),
    ("tests/a.php", {"tests/a.php": "x", "composer.json": '{"autoload-dev": {"files": ["tests/a.php"]}}'}, ALL, "composer.json reads it as files"),
    ("tests/a.rs", {"tests/a.rs": "x", "Cargo.toml": "[[test]]\nname = 'a'\n"}, ALL, "Cargo.toml reads it as test target"),
    ("t/a.rs", {"t/a.rs": "x", "Cargo.toml": "[[bench]]\nname = 'a'\npath = 't/a.rs'\n"}, ALL, "Cargo.toml reads it as bench target"),
    ("a/fixtures", {"a/fixtures/x.json": "x", "a/a.csproj": '<EmbeddedResource Include="fixtures\\**\\*.json" />'}, ALL, "a/a.csproj reads it as included file"),
    ("src/b/c/d/x.txt", {"src/b/c/d/x.txt": "x", "src/b/c/d/d.csproj": '<None Include="x.txt" />'}, ALL, "src/b/c/d/d.csproj reads it as included file"),
    ("test/T.csproj", {"test/T.csproj": "x", "a.sln": SLN}, run("dotnet restore"), "a.sln reads it as project"),
    ("test/T.csproj", {"test/T.csproj": "x", "a.slnx": '<Project Path="test/T.csproj" />'}, run("dotnet build a.slnx -c Release"), "a.slnx reads it as project"),
]  # fmt: skip

# One ignore file serves every stage and every Dockerfile of a folder.
NEEDED += [
    ("docs", {"docs/a.md": "x"}, UNUSED, "named by COPY in line 2"),
    ("docs", {"docs/a.md": "x", "x.Dockerfile": "FROM a\nCOPY docs /docs\n"}, ALL, "named in line 2 of x.Dockerfile"),
    ("docs", {"docs/a.md": "x", "b/Dockerfile.x": "ARG V\nFROM a:${V}\nADD docs/*.md /\n"}, ALL, "named in line 3 of b/Dockerfile.x"),
    ("b/docs", {"b/docs/a.md": "x", "docs/b": "x", "b/Dockerfile": "FROM a\nCOPY docs /docs\n"}, ALL, "named in line 2 of b/Dockerfile"),
    ("b/docs", {"b/docs/a.md": "x", "b/Dockerfile": "FROM a\nCOPY b/docs /docs\n"}, ALL, "named in line 2 of b/Dockerfile"),
    ("docs/a.md", {"docs/a.md": "x", "x.Dockerfile": "FROM a\nCOPY . .\nRUN cat docs/a.md\n"}, ALL, "named by RUN in line 3 of x.Dockerfile"),
    ("docs", {"docs/a.md": "x", "x.Dockerfile": "FROM a\nCOPY docs .\n", ".dockerignore": "*.Dockerfile"}, ALL, "named in line 2 of x.Dockerfile"),
]  # fmt: skip

NEEDED += [
    ("tests", {"tests/a.py": "x", "manage.py": "  from tests.all import a\n"}, ALL, "named by manage.py"),
    ("src/tests", {"src/tests/a.py": "x", "src/app.py": "import tests"}, ALL, "named by src/app.py"),
    ("ui/build", {"ui/build/x.js": "x", "ui/serve.go": "//go:embed build/*\nvar x embed.FS\n"}, ALL, "named by ui/serve.go"),
    ("ui/dist", {"ui/dist/x.js": "x", "ui/serve.go": "//go:embed a.txt all:dist\n"}, ALL, "named by ui/serve.go"),
]  # fmt: skip

NEEDED += [
    ("d/axb", {"d/axb": "x"}, "FROM a\nCOPY . /\nRUN cat /d/axb\n", "named by RUN in line 3"),
]

NOT_NEEDED = [
    ("docs", {"docs/a.md": "x"}, ALL),
    ("docs", {"docs/a.md": "x"}, "FROM a\nCOPY * /x/\n"),
    ("docs", {"docs/a.md": "x"}, NARROW),
    ("test", {"test/t.c": "x", "CMakeLists.txt": "# add_subdirectory(test)\n"}, ALL),
    ("test", {"test/t.c": "x", "CMakeLists.txt": "add_subdirectory(${X}/test)\n"}, ALL),
    ("test", {"test/t.c": "x", "meson.build": "# subdir('test')\n"}, ALL),
    ("tests", {"tests/t.c": "x", "CMakeLists.txt": "foreach(d src tests)\n  message(${d})\nendforeach()\n"}, ALL),
    ("tests", {"tests/t.c": "x", "CMakeLists.txt": "foreach(d src lib)\n  add_subdirectory(${d})\nendforeach()\n"}, ALL),
    ("tests", {"tests/t.c": "x", "meson.build": "foreach d : ['src', 'tests']\n  message(d)\nendforeach\n"}, ALL),
    ("tests", {"tests/t.c": "x", "meson.build": "foreach d : ['src', 'lib']\n  subdir(d)\nendforeach\n"}, ALL),
    ("tests", {"tests/t.c": "x", "Makefile.am": "SUBDIRS = src lib\nEXTRA_DIST = tests\n"}, ALL),
    ("tests", {"tests/t.c": "x", "Makefile.am": "# SUBDIRS = src tests\n"}, ALL),
    (".env", {".env": "x", "Makefile": "include .env\nall:\n\ttrue\n"}, ALL),
    ("tests", {"tests/rules.mk": "x", "Makefile": "-include tests/rules.mk\nall:\n\ttrue\n"}, ALL),
    ("tests", {"tests/app/a": "x", "settings.gradle": 'include ":app"\n'}, ALL),
    ("tests", {"tests/app/a": "x", "settings.gradle.kts": 'project(":app").projectDir = file("app")\n'}, ALL),
    ("test", {"test/x.tgz": "x", "package.json": '{"dependencies": {"test": "^1.0.0"}}'}, ALL),
    ("test", {"test/x.tgz": "x", "package.json": '{"dependencies": {"x": "https://a/test/x.tgz"}}'}, ALL),
    ("x/tests", {"x/tests/__init__.py": "x", "setup.py": 'setup(packages=["x"])\n'}, ALL),
    ("x/tests", {"x/tests/__init__.py": "x", "setup.py": 'setup(packages=find_packages(exclude=["x.tests"]))\n'}, ALL),
    ("tests", {"tests/hook.py": "x", "pyproject.toml": '[tool.other.hooks.custom]\npath = "tests/hook.py"\n'}, ALL),
    ("tests", {"tests/hook.py": "x", "pyproject.toml": "[tool.hatch.build.hooks.custom]\n"}, ALL),
    ("test", {"test/a": "x", "pom.xml": "<artifactId>test</artifactId>"}, ALL),
    ("test", {"test/go.mod": "x", "go.mod": "module a\nreplace b => example.org/test v1\n"}, ALL),
    ("test", {"test/a": "x", "Package.swift": '.target(name: "test")'}, ALL),
    ("tests", {"tests/a.php": "x", "composer.json": '{"autoload-dev": {"psr-4": {"T\\": "tests/"}}}'}, ALL),
    ("tests", {"tests/a.rs": "x", "Cargo.toml": "[dev-dependencies]\na = '1'\n"}, ALL),
    ("fixtures", {"fixtures/x": "x", "a.csproj": '<Compile Remove="fixtures\\**" />'}, ALL),
    ("test", {"test/T.csproj": "x", "a.sln": SLN}, run("dotnet publish src/A/A.csproj -c Release")),
    ("test", {"test/T.csproj": "x", "a.sln": SLN}, ALL),
    ("scripts", {"scripts/x.sh": "x"}, UNUSED),
    ("docs", {"docs/a.md": "x", "x.Dockerfile": "FROM a\nCOPY . .\nCOPY --from=b /docs /docs\n"}, ALL),
    ("docs", {"docs/a.md": "x", "x.Dockerfile": "no Dockerfile: COPY docs /docs\n"}, ALL),
    ("docs", {"docs/a.md": "x", "x.Dockerfile/y": "FROM a\nCOPY docs /docs\n"}, ALL),
    ("docs", {"docs/a.md": "x", "Dockerfile.md": "FROM a\nCOPY docs /docs\n"}, ALL),
    ("docs", {"docs/a.md": "x", "node_modules/x/Dockerfile": "FROM a\nCOPY docs /docs\n"}, ALL),
    # Its own folder is the context, or its own ignore file is in force.
    ("b/docs", {"b/docs/a.md": "x", "b/Dockerfile": "FROM a\nCOPY docs /docs\n"}, ALL),
    ("docs", {"docs/a.md": "x", "x.Dockerfile": "FROM a\nCOPY docs /docs\n", "x.Dockerfile.dockerignore": "a"}, ALL),
    ("docs", {"docs/a.md": "x", "x.Dockerfile": "FROM a\nCOPY docs /docs\n", "Dockerfile.dockerignore": "a"}, ALL),
    ("docs/a.md", {"docs/a.md": "x", "x.Dockerfile": "FROM a\nCOPY src .\nRUN cat docs/a.md\n"}, ALL),
    ("a/node_modules", {"a/node_modules/x": "x", "a/package.json": '{"workspaces": ["*"]}'}, ALL),
    ("packages/a", {"packages/a/x": "x", "package.json": '{"workspaces": ["packages/*"]}'}, ALL),
    ("packages/a", {"packages/a/x": "x", "package.json": '{"workspaces": ["packages/**"]}'}, ALL),
    ("tools/a", {"tools/a/package.json": "x", "package.json": '{"workspaces": ["packages/**/*"]}'}, ALL),
    ("packages2/a", {"packages2/a/package.json": "x", "package.json": '{"workspaces": ["packages/**"]}'}, ALL),
    ("packages/a", {"packages.config": "x", "packages/a/package.json": "x", "package.json": '{"workspaces": ["packages/**"]}'}, ALL),
    ("packages/a/node_modules/b", {"packages/a/node_modules/b/package.json": "x", "package.json": '{"workspaces": ["packages/**"]}'}, ALL),
    ("tests", {"tests/a.py": "x", "main.py": "import testsuite, mytests"}, ALL),
    ("tests", {"tests/a.py": "x", "main.py": "# from tests: import nothing\n"}, ALL),
    ("tests", {"tests/a.py": "x", "test_main.py": "from tests import a\n"}, ALL),
    ("ui/build", {"ui/build/x.js": "x", "ui/serve.go": "// go:embed build/*"}, ALL),
    ("ui/build", {"ui/build/x.js": "x", "ui/serve_test.go": "//go:embed build/*"}, ALL),
    ("src/node_modules", {"src/node_modules/x": "x"}, "FROM a\nCOPY src /src\n"),
    ("scripts", {"scripts/x.sh": "x"}, UNUSED),
    ("scripts", {"scripts/x.sh": "x"}, "FROM a\nCOPY main.py .\nRUN sh scripts/x.sh\n"),
    ("scripts", {"scripts/x.sh": "x"}, "FROM a\nRUN sh scripts/x.sh\nCOPY . .\n"),
    ("docs/a.md", {"docs/a.md": "x"}, run("rm docs/a.md")),
    ("docs/a.md", {"docs/a.md": "x"}, run("mkdir -p docs/a.md")),
    ("dist/a.js", {"dist/a.js": "x"}, run("cp dist/a.js /www")),
    ("node_modules/.bin/x", {"node_modules/.bin/x": "x"}, run("node_modules/.bin/x")),
    ("etc/passwd", {"etc/passwd": "x"}, run("cat /etc/passwd")),
    ("x.sh", {"x.sh": "x"}, run("curl https://example.org/y.sh")),
    ("a.txt", {"a.txt": "x"}, run("pip install -r ../a.txt")),
    ("README.md", {"README.md": "x"}, ALL),
    ("README.md", {"README.md": "x", "pyproject.toml": "[project]\n"}, ALL),
    ("README.md", {"README.md": "x", "pyproject.toml": "[project\nreadme = 'README.md'\n"}, ALL),
    ("README.md", {"README.md": "x", "a/pyproject.toml": "[project]\nreadme = 'README.md'\n"}, ALL),
    ("README.md", {"README.md": "x", "node_modules/a/setup.py": "open('../../README.md')"}, ALL),
    ("README.md", {"README.md": "x", "pyproject.toml": "[project]\nreadme = 'README.md'\n", ".dockerignore": "pyproject.toml"}, ALL),
    ("README.md", {"README.md": "x", "pyproject.toml": "[project]\nreadme = 7\n"}, ALL),
    ("README.md", {"README.md": "x", "package.json": "[]"}, ALL),
    ("README.md", {"README.md": "x", "package.json": '{"files": "README.md", "main": 3'}, ALL),
    ("dist", {"dist/a.js": "x", "package.json": '{"main": "dist/a.js", "files": ["dist"]}'}, ALL),
    ("docs", {"docs/a": "x", "package.json": '{"files": ["../docs"]}'}, ALL),
    ("docs", {"docs/a": "x", "MANIFEST.in": "# include docs/a\nprune docs\n"}, ALL),
    ("docs", {"docs/a": "x", "setup.cfg": "[metadata]\nname = docs\n"}, ALL),
    ("p/data", {"p/data/a": "x", "pyproject.toml": "[tool.setuptools.package-data]\n'*' = ['*']\n"}, ALL),
    ("docs", {"docs/a": "x", "Cargo.toml": "[package]\nreadme = false\n"}, ALL),
    ("docs", {"docs/a": "x", "Cargo.toml": "[workspace]\nmembers = ['.', '..']\n"}, ALL),
    ("README.md", {"README.md": "x", "src/lib.rs": 'include_str!("other.md")'}, ALL),
    ("README.md", {"README.md": "x", "src/lib.rs": "// README.md"}, ALL),
    ("README.md", {"README.md": "x", "Cargo.toml/x": "[package]\nreadme = 'README.md'"}, ALL),
    ("README.md", {"README.md": "x", "pyproject.toml": "\udcff[project]\nreadme = 'README.md'\n"}, ALL),
    ("docs", {"docs/a": "x"}, None),
    ("Dockerfile", {}, run("echo Dockerfile a.b")),
    ("a.b", {"a.b": "x"}, run("echo a.b")),
    ("README.md", {"README.md": "x", "x.csproj": "<PackageReadmeFile>$(Readme)</PackageReadmeFile>"}, ALL),
]  # fmt: skip


@pytest.mark.parametrize(("path", "tree", "dockerfile", "reason"), NEEDED)
def test_needed(tmp_path, path, tree, dockerfile, reason):
    why = needs_of(tmp_path, tree, dockerfile).why(path)
    assert why == (reason or why)
    assert why


@pytest.mark.parametrize(("path", "tree", "dockerfile"), NOT_NEEDED)
def test_not_needed(tmp_path, path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).why(path) is None


FOUND_BY = [
    ("b/Dockerfile", "FROM a\nCOPY . .\n", {}, ("",)),
    ("b/Dockerfile", "FROM a\nCOPY . .\n", {"b/package.json": "{}"}, ()),
    ("b/Dockerfile", "FROM a\nCOPY * /\n", {"b/go.mod": "x"}, ()),
    ("b/Dockerfile", "FROM a\nCOPY . .\n", {"b/.dockerignore": "x"}, ()),
    ("b/Dockerfile", "FROM a\nCOPY dist .\n", {"b/dist/x": "x", ".dockerignore": "b"}, ()),
    ("b/Dockerfile", "FROM a\nCOPY main.py .\n", {"b/go.mod": "x"}, ("main.py",)),
    ("b/Dockerfile", "FROM a\nCOPY main.py . /x/\n", {"b/go.mod": "x"}, ("main.py", "")),
    ("Dockerfile.b", "FROM a\nCOPY . .\n", {"package.json": "{}"}, ("",)),
    ("Dockerfile.b", "FROM a\nARG X\nCOPY $X .\n", {}, ("",)),
    ("Dockerfile.b", "nonsense\n", {}, ()),
]


@pytest.mark.parametrize(("path", "dockerfile", "tree", "taken"), FOUND_BY)
def test_whose_context_it_is(tmp_path, path, dockerfile, tree, taken):
    found = needs_of(tmp_path, {path: dockerfile, **tree}, NARROW).elsewhere
    assert tuple(root for root in found if not root.startswith("b")) == taken


HIDDEN = [
    ("docker/Dockerfile", "docker\n", True),
    ("docker/ci/a.Dockerfile", "docker\n", True),
    ("docker/ci/a.Dockerfile", "*\n!docs\n", True),
    ("a/b/c/Dockerfile", "a/b/c\n", True),
    ("docker/Dockerfile", "x\n", True),
    ("docker/Dockerfile.md", "docker\n", False),
    ("docker/x/node_modules/Dockerfile", "docker\n", False),
    ("node_modules/x/Dockerfile", "node_modules\n", False),
    (".git/Dockerfile", ".git\n", False),
    ("a/b/c/d/Dockerfile", "a/b/c/d\n", False),
    ("d/d/d/d/d/d/d/Dockerfile", "d\n", False),
]


@pytest.mark.parametrize(("path", "ignored", "is_heard"), HIDDEN)
def test_a_dockerfile_that_is_not_sent(tmp_path, path, ignored, is_heard):
    tree = {path: "FROM a\nCOPY docs/a /\n", ".dockerignore": ignored, "docs/a": "x"}
    root = lay(tmp_path / "c", tree | {"main.py": "x", "Dockerfile": NARROW})
    os.symlink(root, f"{root}/loop")
    facts = gather_facts(analyze(find_context(root), BuildRequest()), Config())
    assert bool(facts.needs.why("docs/a")) is is_heard


CRATES = '[workspace]\nmembers = ["crates/*"]\n'
COMMAND = 'Command::new("git").args(["rev-parse", "HEAD"])'

POM = "<profile><activation>{}</activation>git-commit-id-plugin</profile>{}"

GIT = [
    ({"pom.xml": POM.format("<activeByDefault>true</activeByDefault>", "")}, ALL),
    ({"pom.xml": POM.format("<exists>.gitignore</exists>", "")}, ALL),
    ({"pom.xml": POM.format("<missing>.git</missing>", "")}, ALL),
    ({"pom.xml": POM.format("<exists>.git</exists>", "<plugin>git-commit-id-plugin</plugin>")}, ALL),
    ({".git/HEAD": "x"}, run("git describe --tags > version")),
    ({".git/HEAD": "x"}, run("go build -ldflags=$(git rev-parse HEAD)")),
    ({".git/HEAD": "x"}, "FROM a\nCOPY .git .git\n"),
    ({".git/HEAD": "x"}, "FROM a\nRUN --mount=source=.git,target=/g true\n"),
    ({"pyproject.toml": "[build-system]\nrequires = ['setuptools-scm']\n"}, ALL),
    ({"svc/pyproject.toml": "[build-system]\nrequires = ['hatch-vcs']\n", ".git/HEAD": "x"}, "FROM a\nCOPY svc /svc\nCOPY .git /.git\n"),
    ({"svc/pyproject.toml": "[build-system]\nrequires = ['hatch-vcs']\n"}, ALL),
    ({"svc/pyproject.toml": "[build-system]\nrequires = ['hatch-vcs']\n", ".git/HEAD": "x"}, "FROM a AS x\nCOPY svc .\nFROM x\nCOPY .git .\n"),
    ({"setup.py": "import versioneer"}, None),
    ({"version.py": "run(['git', 'describe'])"}, run("python version.py")),
    ({"version.py": "run('git log -1', shell=True)"}, run("python version.py")),
    ({"magefile.go": 'exec.Command("git", args...)'}, run("mage build")),
    ({"tools/version": "#!/bin/sh\ngit -C . describe\n"}, run("./tools/version")),
    ({"Makefile": "V := $(shell git describe)\n"}, run("apt-get install -y make && make all")),
    ({"build.sh": "git rev-parse HEAD"}, run("sh build.sh")),
    ({"build.sh": "git rev-parse HEAD", "package.json": '{"scripts": {"build": "./build.sh"}}'}, run("npm run build")),
    ({"x.Dockerfile": run("git describe"), ".git/HEAD": "x"}, ALL),
    ({"x.Dockerfile": run("make"), "Makefile": "git describe"}, ALL),
    # A Makefile that a step calls is inside, whatever else it holds.
    ({"Makefile": "V := $(shell git describe)\nimage:\n\tdocker build .\n"}, run("make app")),
    ({"Makefile": "V := $(shell git describe)\nimage:\n\tdocker build .\n"}, run("apt-get install -y make && make")),
    ({"justfile": "v := `git rev-parse HEAD`\nup:\n  docker compose up\n"}, run("just build")),
    # A workspace builds its members, however deep.
    ({"Cargo.toml": CRATES, "crates/version/Cargo.toml": '[dependencies]\ngit-version = "0.3"\n'}, run("cargo build --release")),
    ({"Cargo.toml": '[workspace]\nmembers = ["lib/x/y"]\n', "lib/x/y/Cargo.toml": "", "lib/x/y/build.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": 'api = { path = "lib/x/api" }\n', "lib/x/api/Cargo.toml": "[package]\n", "lib/x/api/build.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": CRATES, "crates/a/Cargo.toml": '[build-dependencies]\nbuilt = { version = "0.7", features = ["git2"] }\n'}, run("make app")),
    ({"Cargo.toml": CRATES, "crates/a/Cargo.toml": '[build-dependencies]\nshadow-rs = "1"\n'}, run("cargo install --path crates/a")),
    # What a frontend's build runs, and what git is told before it.
    ({"svelte.config.js": 'execSync("git rev-parse HEAD")'}, run("npm run build")),
    ({"astro.config.mjs": "execSync('git describe')"}, run("npm run build")),
    ({"nuxt.config.ts": "import simpleGit from 'simple-git'"}, run("npm run build")),
    # A folder of packages is one of the project's own, where no manifest of NuGet lies beside it.
    ({"apps/web/next.config.js": "execSync('git rev-parse HEAD')", "apps/web/package.json": "{}", "package.json": '{"workspaces": ["apps/*"]}'}, run("npm run build")),
    ({"packages/site/vite.config.js": "execSync('git rev-parse HEAD')", "packages/site/package.json": "{}", "pnpm-workspace.yaml": "x"}, run("pnpm -r build")),
    # What it imports asks for the version.
    ({".git/HEAD": "x", "nuxt.config.ts": "import { v } from './config/env'", "config/env.ts": "import Git from 'simple-git'\n"}, run("npm run build")),
    ({".git/HEAD": "x", "vite.config.js": "const v = require('./build')", "build/index.js": "execSync('git rev-parse HEAD')"}, run("npm run build")),
    ({".git/HEAD": "x", "next.config.mjs": "import './a.mjs'", "a.mjs": "import b from './b.mjs'", "b.mjs": 'spawn("git", [])'}, run("npm run build")),
    # Libraries read it without the program.
    ({"v/version.go": "r, err := git.PlainOpen(root)"}, run("go test -run TestVersion ./v/version.go")),
    ({"v/version.go": "git.PlainOpenWithOptions(x, o)"}, run("go run ./v")),
    ({"v/version_test.go": 'exec.Command("git", "describe")'}, run("go test ./v")),
    ({"version.py": "import pygit2"}, run("python version.py")),
    ({"version.py": "git.Repo('.').head"}, run("python version.py")),
    ({"version.mjs": "import { simpleGit } from 'simple-git'"}, run("node version.mjs")),
    ({".git/HEAD": "x"}, run("git config --global --add safe.directory /app && npm run build")),
    ({".git/HEAD": "x"}, "FROM a\nRUN git config --global --add safe.directory '*'\nCOPY . .\nRUN npm run build\n"),
    ({".git/HEAD": "x"}, "FROM a AS b\nRUN git config --system safe.directory /app\nFROM b\nCOPY . .\n"),
]  # fmt: skip

NO_GIT = [
    ({".git/HEAD": "x"}, ALL),
    ({".git/HEAD": "x"}, run("git clone https://example.org/x && cd x && git describe")),
    ({".git/HEAD": "x"}, "FROM a\nCOPY main.py .\nRUN git describe\n"),
    ({".git/HEAD": "x"}, "FROM a AS x\nCOPY . .\nRUN git describe\nFROM b\nCOPY main.py .\n"),
    ({}, run("git describe --tags")),
    ({".git/HEAD": "x", ".dockerignore": ".git"}, run("git describe --tags")),
    ({".git/HEAD": "x"}, run("apt-get install -y git")),
    ({".gitignore": "x"}, "FROM a\nCOPY .gitignore /\n"),
    ({"pyproject.toml": "[build-system]\nrequires = ['hatchling']\n"}, ALL),
    ({"a/b/c/pyproject.toml": "[build-system]\nrequires = ['setuptools-scm']\n"}, ALL),
    ({"node_modules/x/setup.py": "import versioneer"}, ALL),
    ({"svc/pyproject.toml": "[build-system]\nrequires = ['hatch-vcs']\n"}, "FROM a\nCOPY web /w\n"),
    ({"docs.md": "git describe"}, ALL),
    # No stage holds both.
    ({"svc/pyproject.toml": "[build-system]\nrequires = ['hatch-vcs']\n"}, "FROM a\nCOPY svc /svc\n"),
    ({"setup.py": "import versioneer"}, "FROM a AS x\nCOPY .gitignore .\nFROM b\nCOPY setup.py .\n"),
    ({"setup.py": "import versioneer"}, "FROM a AS x\nCOPY . .\nFROM b\nCOPY setup.py .\n"),
    # Nothing runs it.
    ({"Makefile": "V := $(shell git describe)\n"}, ALL),
    ({"Makefile": "V := $(shell git describe)\n"}, run("cmake --build .")),
    ({"Taskfile.yml": "git describe"}, run("npm run build")),
    ({"build.sh": "git rev-parse HEAD"}, ALL),
    ({"build.sh": "git rev-parse HEAD"}, run("sh rebuild")),
    ({"build.sh": "git rev-parse HEAD\ndocker build ."}, run("sh build.sh")),
    ({"version.py": "print('the git tool')"}, run("python version.py")),
    ({"version.py": "run(['git', 'describe'])"}, ALL),
    ({"version.py": "run(['git', 'describe'])"}, "FROM a\nCOPY version.py .\nRUN python version.py\n"),
    ({"version.txt": "git describe"}, run("cat version.txt")),
    # It can do without.
    ({"pom.xml": "git-commit-id-plugin<failOnNoGitDirectory>false</failOnNoGitDirectory>"}, ALL),
    ({"pom.xml": POM.format("<exists>${basedir}/.git</exists>", "")}, ALL),
    ({"pom.xml": POM.format("<exists>.git/HEAD</exists>", "<profile>a</profile>")}, ALL),
    ({"lib/app.rb": "`git rev-parse HEAD`"}, ALL),
    ({"x.Dockerfile": "FROM a\nCOPY src .\nRUN git describe\n"}, ALL),
    # To install make is not to call it.
    ({"Makefile": "V := $(shell git describe)\nimage:\n\tdocker build .\n"}, ALL),
    ({"Makefile": "V := $(shell git describe)\nimage:\n\tdocker build .\n"}, run("go build")),
    ({"Makefile": "V := $(shell git describe)\n"}, run("apt-get install -y gcc make && go build")),
    ({"Makefile": "V := $(shell git describe)\n"}, run("apk add --no-cache make")),
    ({"justfile": "v := `git rev-parse HEAD`\n"}, run("apk add just")),
    ({"build.sh": "git rev-parse HEAD\nnpm i\ndocker build ."}, run("make && sh build.sh")),
    # No member of the workspace, or nothing builds it.
    ({"Cargo.toml": CRATES, "tools/x/y/Cargo.toml": '[dependencies]\ngit-version = "0.3"\n'}, run("cargo build")),
    ({"Cargo.toml": '[workspace]\nmembers = ["lib/*/*"]\nexclude = ["lib/x"]\n', "lib/x/y/Cargo.toml": "[package]\n", "lib/x/y/build.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": '[workspace]\nmembers = ["crates/b"]\n', "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": CRATES, "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": COMMAND}, ALL),
    ({"Cargo.toml": CRATES, "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": COMMAND}, run("apt-get install -y curl")),
    ({"Cargo.toml": CRATES, "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": 'Command::new("protoc")'}, run("cargo build")),
    ({"Cargo.toml": CRATES, "crates/a/Cargo.toml": "[package]\n", "crates/a/src/x.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": CRATES, "crates/a/Cargo.toml": '[dependencies]\nbuilt = "0.7"\n'}, run("cargo build")),
    ({"Cargo.toml": "[workspace\n", "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": "[workspace]\nmembers = 7\n", "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": '[workspace]\nmembers = ["crates/[a"]\n', "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": COMMAND}, run("cargo build")),
    ({"Cargo.toml": "workspace = 7\n", "crates/a/Cargo.toml": "[package]\n", "crates/a/build.rs": COMMAND}, run("cargo build")),
    ({"svelte.config.js": "adapter()"}, run("npm run build")),
    ({"svelte.config.js": "// legit"}, run("npm run build")),
    ({"README.md": 'execSync("git rev-parse HEAD")'}, run("npm run build")),
    ({"a/b/c/svelte.config.js": 'execSync("git rev-parse HEAD")'}, run("npm run build")),
    ({"svelte.config.js": 'execSync("git rev-parse HEAD")', ".dockerignore": "svelte.config.js"}, run("npm run build")),
    # What is imported does not ask, is only spoken of, or is none of the project; nothing runs the configuration.
    ({".git/HEAD": "x", "nuxt.config.ts": "import { v } from './config/env'", "config/env.ts": "export const v = process.env.V"}, run("npm run build")),
    ({".git/HEAD": "x", "nuxt.config.ts": "import { v } from './config/env'", "config/env.ts": "// see git log\n"}, run("npm run build")),
    ({".git/HEAD": "x", "nuxt.config.ts": "import { v } from './config/env'", "config/other.ts": "execSync('git rev-parse HEAD')"}, run("npm run build")),
    ({".git/HEAD": "x", "nuxt.config.ts": "// import './config/env'", "config/env.ts": "execSync('git rev-parse HEAD')"}, run("npm run build")),
    ({".git/HEAD": "x", "nuxt.config.ts": "import x from 'env'", "env.ts": "execSync('git rev-parse HEAD')"}, run("npm run build")),
    ({".git/HEAD": "x", "nuxt.config.ts": "import { v } from './env'", "env.ts": "execSync('git rev-parse HEAD')", ".dockerignore": "env.ts"}, run("npm run build")),
    ({".git/HEAD": "x", "nuxt.config.ts": "import { v } from './env'", "env.ts": "execSync('git rev-parse HEAD')", ".dockerignore": ".git"}, run("npm run build")),
    ({".git/HEAD": "x", "apps/web/next.config.js": "execSync('git rev-parse HEAD')", "apps/web/package.json": "{}", "package.json": "{}"}, run("npm run build")),
    ({".git/HEAD": "x", "a/b/c/nuxt.config.ts": "import { v } from './env'", "a/b/c/env.ts": "execSync('git rev-parse HEAD')"}, run("npm run build")),
    ({".git/HEAD": "x", "src/main.ts": "import { v } from './env'", "src/env.ts": "execSync('git rev-parse HEAD')"}, run("npm run build")),
    ({".git/HEAD": "x", "next.config.mjs": "import './a.mjs'", "a.mjs": "import './b.mjs'", "b.mjs": "import './c.mjs'", "c.mjs": "execSync('git log')"}, run("npm run build")),
    # A program that works on repositories is compiled, and not run.
    ({"v/version.go": "r, err := git.PlainOpen(root)"}, run("go build ./v")),
    ({"v/version.go": "r, err := git.PlainOpen(root)"}, run("go test ./other")),
    ({"v/version.go": "r, err := store.Open(root)"}, run("go run ./v")),
    ({"v/notes.txt": "git.PlainOpen(root)"}, run("go run ./v")),
    ({"app.py": "import pygit2"}, run("python setup.py")),
    ({"version.py": "git.Report()"}, run("python version.py")),
    ({"package.json": '{"dependencies": {"simple-git": "3"}}'}, run("npm ci")),
    ({}, run("git config --global --add safe.directory /app && npm run build")),
    ({".git/HEAD": "x"}, run("git config --global user.name x && npm run build")),
    ({".git/HEAD": "x"}, "FROM a\nRUN git config --global --add safe.directory /app\nCOPY main.py .\n"),
    ({".git/HEAD": "x"}, "FROM a AS b\nRUN git config --global --add safe.directory /app\nFROM c\nCOPY . .\n"),
    ({".git/HEAD": "x"}, run("git clone https://example.org/x /x\nRUN git config --global --add safe.directory /x")),
    ({".git/HEAD": "x"}, "FROM a\nRUN git clone https://example.org/x /x && git config --global safe.directory /x\nCOPY . .\n"),
    ({"pyproject.toml": "[build-system]\nrequires = ['setuptools-scm']\n", ".dockerignore": "*.toml"}, ALL),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile"), GIT)
def test_git_is_read(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).git


@pytest.mark.parametrize(("tree", "dockerfile"), NO_GIT)
def test_git_is_not_read(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).git == ()


CMAKE = """\
find_program(GIT_EXECUTABLE NAMES git git.exe)
message(STATUS "Found git: ${GIT_EXECUTABLE}")
"""

# What looks at the working tree misses a tracked file; what asks for commits alone does not.
COMPARES = [
    ({".git/HEAD": "x"}, run("git describe --tags --dirty > version")),
    ({".git/HEAD": "x"}, run("test -z \"$(git status --porcelain)\"")),
    ({".git/HEAD": "x"}, run("git diff --quiet || echo dirty")),
    ({"pyproject.toml": "[build-system]\nrequires = ['setuptools-scm']\n"}, ALL),
    ({"x.sh": "git -C . describe --dirty"}, run("sh x.sh")),
    ({"Makefile": "V := $(shell git describe --always --dirty)\n"}, run("make")),
    ({"info.cmake": CMAKE + "execute_process(COMMAND ${GIT_EXECUTABLE} status --porcelain)\n"}, ALL),
    # Nothing tells what it is for.
    ({".git/HEAD": "x"}, "FROM a\nCOPY .git .git\n"),
    ({"info.cmake": CMAKE}, ALL),
]  # fmt: skip

ASKS_FOR_COMMITS = [
    ({".git/HEAD": "x"}, run("git describe --tags > version")),
    ({".git/HEAD": "x"}, run("git rev-parse --short HEAD")),
    ({".git/HEAD": "x"}, run("git show --format=%H | head -n1 > sha")),
    ({".git/HEAD": "x"}, run("git log -1 && git rev-list --count HEAD")),
    ({".git/HEAD": "x"}, run("cat .git/HEAD")),
    ({".git/HEAD": "x"}, "FROM a\nCOPY . .\nCOPY .git .git\nRUN git rev-parse HEAD\n"),
    ({"docusaurus.config.js": "showLastUpdate: true"}, ALL),
    ({"Makefile": "V := $(shell git describe --always)\n"}, run("make")),
    ({"x.sh": "git rev-parse HEAD"}, run("sh x.sh")),
    ({"version.py": "run(['git', 'rev-parse'])"}, run("python version.py")),
    ({"svc/next.config.js": "execSync('git describe')", ".git/HEAD": "x"}, "FROM a\nCOPY svc .\nCOPY .git .git\n"),
    ({"hugo.toml": "enableGitInfo = true"}, ALL),
    ({"mkdocs.yml": "- git-revision-date"}, ALL),
    ({"magefile.go": 'exec.Command("git", "rev-parse")'}, run("mage")),
    ({"info.cmake": CMAKE + "execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse HEAD)\n"}, ALL),
    ({"info.cmake": "find_package(Git)\nexecute_process(COMMAND git describe --tags)\n"}, ALL),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile"), COMPARES)
def test_a_missing_tracked_file_would_be_noticed(tmp_path, tree, dockerfile):
    needs = needs_of(tmp_path, tree, dockerfile)
    assert needs.git
    assert needs.compares


@pytest.mark.parametrize(("tree", "dockerfile"), ASKS_FOR_COMMITS)
def test_a_missing_tracked_file_would_not_be_noticed(tmp_path, tree, dockerfile):
    needs = needs_of(tmp_path, tree, dockerfile)
    assert needs.git
    assert not needs.compares


@pytest.mark.parametrize(
    "script", ["pytest", "npm test", "go test ./...", "make build && cargo test"]
)
def test_tests_run(tmp_path, script):
    assert needs_of(tmp_path, {}, run(script)).tests


@pytest.mark.parametrize(
    "dockerfile",
    [
        ALL,
        run("pip install pytest"),
        run("make"),
        run("npm ci"),
        run("cp tests /x"),
        run("mvn package -DskipTests"),
        run("echo latest"),
        "FROM a AS t\nCOPY . .\nRUN pip install pytest\nFROM b\nCOPY main.py .\n",
    ],
)
def test_no_tests_run(tmp_path, dockerfile):
    assert needs_of(tmp_path, {}, dockerfile).tests is None


def test_a_stage_for_tests_runs_them(tmp_path):
    dockerfile = "FROM a AS t\nCOPY . .\nRUN pytest\nFROM b\nCOPY main.py .\n"
    assert needs_of(tmp_path, {}, dockerfile).tests == "pytest"


def test_another_dockerfile_runs_tests(tmp_path):
    tree = {"ci/Dockerfile.test": "FROM a\nCOPY . .\nRUN go test ./...\n"}
    assert needs_of(tmp_path, tree).tests == "go test"


def test_reasons_agree_with_why():
    needs = Needs((Need("a/b/c", "one"), Need("a/d", "two"), Need("e", "three")))
    reasons = needs.reasons()
    for path in ("a", "a/b", "a/b/c", "a/b/c/d", "a/d", "a/x", "e", "ee", ""):
        assert reasons.get(path) == (needs.why(path) if path else None)


def test_hostile_manifests(tmp_path):
    os.mkfifo(tmp_path / "setup.py")
    tree = {
        "pyproject.toml": "a" * 10**6,
        "Cargo.toml": "[[[[[",
        "package.json": "[" * 100_000,
        "setup.cfg": "license_files = " + "\n a" * 1000,
        "[x]/Cargo.toml": '[package]\nreadme = "[/]"\n',
    }
    assert needs_of(tmp_path, tree).needs == ()


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "Cargo.toml", "package.json", "x.csproj", "README"]
)
@pytest.mark.parametrize(
    "text", ["", "\0", "project = 1", "{}", '{"files": {"a": 1}}', "[tool]\nhatch = 1"]
)
def test_a_manifest_that_makes_no_sense_names_nothing(name, text):
    assert read_manifest(name, text) == ()
