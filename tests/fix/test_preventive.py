"""Lines for what is not there yet: where git and a manifest agree, and twice as much where they must not be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ctxopt.config.load import Config, load_config
from ctxopt.fix.plan import Fix
from ctxopt.fix.preventive import HEAD
from tests.support.fixes import fix_of
from tests.support.program import ctxopt
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

NODE = "FROM node AS b\nWORKDIR /a\nCOPY . .\nRUN npm ci && npm run build\n"
PYTHON = "FROM python\nCOPY . /a\nRUN pip install -r requirements.txt && python -m build\n"
RUST = "FROM rust AS b\nCOPY . .\nRUN cargo build --release && cp target/release/a /a\n"
MAVEN = "FROM maven AS b\nCOPY . .\nRUN mvn package\n"


def preventive(folder: object, tree: dict[str, Any], **options: Any) -> list[str]:
    """Return the preventive lines for a repository that tracks ``tree``."""
    track(folder, tree)
    return texts_of(fix_of(folder, **options))


def track(folder: object, tree: dict[str, Any]) -> None:
    """Lay a tree as a repository that tracks all of it, also what git would ignore."""
    init(lay(folder, {"main.x": "1", **tree}))
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "x")


def texts_of(planned: Fix) -> list[str]:
    return [text for line in planned.lines if line.is_preventive for text in line.texts]


TREES = [
    # .gitignore, files, Dockerfile, lines
    ("node_modules\n", {"package.json": "{}"}, NODE, ["**/node_modules"]),
    ("/node_modules\n", {"package.json": "{}"}, NODE, ["**/node_modules"]),
    ("node_modules/\n.next/\n", {"package.json": "{}", "next.config.js": "x"}, NODE, ["**/node_modules", "**/.next"]),
    ("node_modules\n", {"web/package.json": "{}"}, NODE, ["**/node_modules"]),
    ("", {"web/package.json": "{}", "web/.gitignore": "node_modules\n"}, NODE, ["**/node_modules"]),
    (".venv\n__pycache__/\n.mypy_cache\n", {"pyproject.toml": ""}, PYTHON, ["**/.venv", "**/__pycache__", "**/.mypy_cache"]),
    ("*.py[cod]\n.venv\n", {"requirements.txt": ""}, PYTHON, ["**/.venv"]),
    ("/target\n", {"Cargo.toml": ""}, RUST, ["target"]),
    ("target\n", {"Cargo.toml": ""}, RUST, ["**/target"]),
    ("target/\n", {"pom.xml": "", "api/pom.xml": ""}, MAVEN, ["**/target"]),
    ("api/target/\n", {"pom.xml": "", "api/pom.xml": ""}, MAVEN, ["api/target"]),
    (".env\n", {}, NODE, ["**/.env"]),
    (".env*\n", {}, NODE, ["**/.env", "**/.env.*"]),
    (".env*\n!.env.example\n", {}, NODE, ["**/.env", "**/.env.*", "!.env.example"]),
    (".env.*\n", {"web/.env.example": "A=\n"}, NODE, ["**/.env.*", "!web/.env.example"]),
    (".env*.local\n", {}, NODE, ["**/.env.local", "**/.env.*.local"]),
    # What the step reads stays, and so do variants of which too many are tracked.
    (".env*\n", {}, "FROM node\nCOPY . .\nRUN cp .env.ci .env\n", ["**/.env.local", "**/.env.*.local"]),
    (".env.*\n", {f"{name}/.env.dev": "A=\n" for name in "abcdef"}, NODE, ["**/.env.local", "**/.env.*.local"]),
    ("node_modules\n", {"package.json": "{}"}, None, ["**/node_modules"]),
    # Another Dockerfile takes the packages of one place as they are.
    ("node_modules\n", {"package.json": "{}", "tools/package.json": "{}",
     "b.Dockerfile": "FROM a\nCOPY tools /t\nRUN chmod +x /t/a\n"}, NODE, ["node_modules"]),
    (".terraform\n*.tfstate\n", {"main.tf": ""}, NODE, ["**/*.tfstate", "**/.terraform"]),
    ("vendor/\n", {"composer.json": "{}"}, "FROM php\nCOPY . .\nRUN composer install\n", ["**/vendor"]),
    ("bin/\nobj/\n", {"a/a.csproj": ""}, "FROM sdk\nCOPY . .\nRUN dotnet publish -c Release\n", ["**/bin", "**/obj"]),
]  # fmt: skip


@pytest.mark.parametrize(("gitignore", "files", "dockerfile", "lines"), TREES)
def test_what_git_and_a_manifest_foretell(tmp_path, gitignore, files, dockerfile, lines):
    tree = {".gitignore": gitignore, **files}
    if dockerfile is not None:
        tree["Dockerfile"] = dockerfile
    found = preventive(tmp_path, tree)
    assert sorted(found) == sorted(lines)


PACKAGE = {"package.json": "{}"}
SILENT = [
    # Git does not ignore it, or only something else of the same name.
    ("", PACKAGE, NODE),
    ("*.log\n", PACKAGE, NODE),
    ("!node_modules\n", PACKAGE, NODE),
    ("/web/node_modules\n", PACKAGE, NODE),
    ("# node_modules\n", PACKAGE, NODE),
    # No manifest foretells it.
    ("node_modules\n", {}, NODE),
    ("node_modules\n", {"vendor/x/package.json": "{}"}, NODE),
    (".venv\ntarget\n", PACKAGE, NODE),
    ("target\n", {"docs/Cargo.md": ""}, RUST),
    ("build\n", PACKAGE, NODE),
    # A source names it: it is made before the build.
    ("node_modules\n", PACKAGE, "FROM node\nCOPY node_modules /a/node_modules\nCOPY . .\nRUN npm run build\n"),
    ("node_modules\n", PACKAGE, "FROM node\nCOPY web/node_modules/x /a\nCOPY . .\nRUN npm run build\n"),
    ("target\n", {"pom.xml": ""}, "FROM jre\nCOPY target/*.jar /a.jar\n"),
    ("target\n", {"pom.xml": ""}, "FROM maven AS b\nCOPY . .\nRUN mvn package\nFROM jre\nCOPY */target/*.jar /\n"),
    ("target\n", {"pom.xml": ""}, "FROM maven AS b\nCOPY . .\nRUN mvn package\nFROM jre AS other\nCOPY targe[t] /\nFROM b\n"),
    ("node_modules\n", PACKAGE, "FROM node\nCOPY . .\nRUN --mount=source=node_modules,target=/n npm run build\n"),
    (".env\n", {}, "FROM node\nCOPY .env .\nCOPY . .\n"),
    (".env\n", {}, "FROM node\nCOPY . .\nRUN . ./.env && npm run build\n"),
    # Nothing in the build makes it, so it has to come from outside.
    ("node_modules\n", PACKAGE, "FROM node\nCOPY . .\nRUN chmod +x a\n"),
    ("vendor\n", {"composer.json": "{}"}, "FROM php\nCOPY . .\nRUN chown -R www-data .\n"),
    ("target\n", {"pom.xml": ""}, "FROM jre\nCOPY . .\nRUN chmod +x a\n"),
    ("target\n", {"pom.xml": ""}, None),
    (".next\n", {"package.json": "{}", "next.config.js": ""}, "FROM node\nCOPY . .\nRUN npm ci\n"),
    # Only on a condition is it made again.
    ("node_modules\n", PACKAGE, "FROM node\nARG CI\nCOPY . .\nRUN if [ -n \"$CI\" ]; then npm ci; fi\n"),
    ("target\n", {"pom.xml": ""}, "FROM maven\nARG CI\nCOPY . .\nRUN if [ -n \"$CI\" ]; then mvn package; fi\n"),
    # A workflow writes it just before.
    (".env\n", {".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n      - run: echo A=1 > .env\n      - run: docker build .\n"}, NODE),
    # Another Dockerfile with the same ignore file takes it as it is.
    ("target\n", {"pom.xml": "", "Dockerfile.jvm": "FROM jre\nCOPY target/a.jar /\n"}, MAVEN),
    ("target\n", {"pom.xml": "", "docker/Dockerfile": "FROM jre\nCOPY . /\n"}, MAVEN),
    ("node_modules\n", {**PACKAGE, "prod.Dockerfile": "FROM node\nCOPY node_modules /n\n"}, NODE),
    # People said that it stays.
    ("node_modules\n", {**PACKAGE, "ctxopt.toml": "keep = ['node_modules']\n"}, NODE),
    # A folder of that name is tracked, though git would ignore it.
    ("vendor\n", {"composer.json": "{}", "lib/vendor/a.php": "1"}, "FROM php\nCOPY . .\nRUN composer install\n"),
    ("target\n", {"pom.xml": "", "src/target/A.java": "1"}, MAVEN),
    # Git ignores only some variants.
    (".env.de*\n", {f"{name}/.env.dev": "A=\n" for name in "abcdef"}, NODE),
    # It lies in a repository of its own.
    ("node_modules\n", {"sub/.git": "gitdir: ../.git/modules/sub\n", "sub/package.json": "{}"}, NODE),
]  # fmt: skip


@pytest.mark.parametrize(("gitignore", "files", "dockerfile"), SILENT)
def test_what_is_not_foretold_or_is_needed(tmp_path, gitignore, files, dockerfile):
    tree = {".gitignore": gitignore, **files}
    if dockerfile is not None:
        tree["Dockerfile"] = dockerfile
    track(tmp_path, tree)
    config = load_config(str(tmp_path))
    assert texts_of(fix_of(tmp_path, config)) == []


STACK = {
    ".gitignore": "node_modules\n.env*\n!.env.example\n",
    "package.json": "{}",
    "Dockerfile": NODE,
}
ALL = ["**/node_modules", "**/.env", "**/.env.*", "!.env.example"]


def test_they_come_below_a_comment_of_their_own(tmp_path):
    assert preventive(tmp_path, STACK) == ALL
    content = fix_of(tmp_path).new_content
    assert content is not None
    assert content.decode().endswith("\n\n" + "\n".join([HEAD, *ALL]) + "\n")


def test_a_new_file_may_hold_nothing_else(tmp_path):
    preventive(tmp_path, STACK)
    planned = fix_of(tmp_path, Config(ignore=("version-control",)))
    assert planned.new_content == "\n".join([HEAD, *ALL, ""]).encode()
    assert all(line.bytes == line.entries == 0 for line in planned.lines)


@pytest.mark.parametrize("options", [[], ["--proven"], ["--per-dockerfile"]])
def test_a_second_fix_changes_nothing(tmp_path, options):
    preventive(tmp_path, STACK)
    assert ctxopt("fix", "--check", *options, cwd=tmp_path).returncode == 1
    assert ctxopt("fix", *options, cwd=tmp_path).returncode == 0
    done = ctxopt("fix", "--check", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_none_on_request(tmp_path):
    assert preventive(tmp_path, STACK, preventive=False) == []
    done = ctxopt("fix", "--no-preventive", "--dry-run", cwd=tmp_path)
    assert "node_modules" not in done.stdout


HEAVY = "x" * 300_000


@pytest.mark.parametrize(
    "ignore_file",
    [
        "node_modules\n.env*\n.git\n",
        "**/node_modules\n**/.env*\n.git\n",
        "**/node_modules/**\n**/.env\n**/.env.*\n.git\n",
        "*\n!src\n!package.json\n!main.x\n",
        ".git\n",
        "README.md\n.git\n",
    ],
)
def test_a_file_that_people_wrote_is_not_wrong_without_them(tmp_path, ignore_file):
    assert preventive(tmp_path, {**STACK, ".dockerignore": ignore_file}) == []
    assert ctxopt("fix", "--check", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("ignore_file", "lines"),
    [
        (".git\n", ALL),
        ("node_modules\n.git\n", ALL[1:]),
        (".env*\n.git\n", ALL[:1]),
        ("node_modules\n.env*\n.git\n", []),
        ("**/node_modules/**\n**/.env*\n.git\n", []),
    ],
)
def test_beside_other_lines_only_what_the_file_lacks(tmp_path, ignore_file, lines):
    tree = {**STACK, ".gitignore": STACK[".gitignore"] + "*.log\n"}
    preventive(tmp_path, {**tree, ".dockerignore": ignore_file})
    lay(tmp_path, {"notes/a.log": HEAVY})
    planned = fix_of(tmp_path)
    assert "**/*.log" in [text for line in planned.lines for text in line.texts]
    assert texts_of(planned) == lines


def test_what_weighs_too_little_today_is_for_tomorrow(tmp_path):
    tree = {".gitignore": ".mypy_cache\n", "pyproject.toml": "", "Dockerfile": PYTHON}
    preventive(tmp_path, tree)
    lay(tmp_path, {".mypy_cache/a": "1" * 500})
    planned = fix_of(tmp_path)
    (line,) = [line for line in planned.lines if line.is_preventive]
    assert (line.texts, line.bytes, line.entries) == (("**/.mypy_cache",), 500, 2)
    assert line.paths == (".mypy_cache",)
    saved = planned.measured.permitted.total.bytes - planned.foreseen.permitted.total.bytes
    assert planned.new_content is not None
    assert saved == sum(line.bytes for line in planned.lines) - len(planned.new_content)


@pytest.mark.parametrize(
    ("config", "lines"),
    [
        (Config(ignore=("dependency-folder",)), ALL[1:]),
        (Config(ignore=("secret-file",)), ALL[:1]),
        (Config(select=("secret-file",)), ALL[1:]),
        (Config(select=("large-file",)), []),
    ],
)
def test_a_rule_that_does_not_run_foretells_nothing(tmp_path, config, lines):
    preventive(tmp_path, STACK)
    assert texts_of(fix_of(tmp_path, config)) == lines


@pytest.mark.parametrize("gitignore", [None, "node_modules\n"])
def test_without_a_repository_nothing_is_foretold(tmp_path, gitignore):
    tree = {"package.json": "{}", "Dockerfile": NODE}
    if gitignore is not None:
        tree[".gitignore"] = gitignore
    lay(tmp_path, tree)
    assert texts_of(fix_of(tmp_path)) == []


def test_they_are_marked_in_every_format(tmp_path):
    preventive(tmp_path, STACK)
    assert "For tomorrow: these save" in ctxopt("fix", "--dry-run", cwd=tmp_path).stdout
    text = ctxopt("fix", "--dry-run", "-v", cwd=tmp_path).stdout
    assert "For tomorrow: these save little or nothing today" in text
    assert "git ignores it, and package.json is here" in text
    document = json.loads(ctxopt("fix", "--dry-run", "--format", "json", cwd=tmp_path).stdout)
    marks = {line["texts"][0]: line["preventive"] for line in document["lines"]}
    assert marks["**/node_modules"] is True
    assert marks["**/.git"] is False


def test_the_new_file_is_not_among_what_is_left_alone(tmp_path):
    preventive(tmp_path, STACK)
    assert ".dockerignore" not in str(fix_of(tmp_path).left_alone)
    lay(tmp_path, {"web/.dockerignore": "x\n"})
    assert "**/.dockerignore" in [item.text for item in fix_of(tmp_path).left_alone]


VITE = (
    "FROM node AS b\nCOPY . .\nRUN npm ci && npx vite build\nFROM nginx\nCOPY --from=b /dist /h\n"
)


def test_what_a_tool_of_the_build_would_read_is_not_proven(tmp_path):
    tree = {**STACK, "Dockerfile": VITE}
    assert preventive(tmp_path, tree) == ALL
    sure = {line.texts[0]: line.confidence for line in fix_of(tmp_path).lines if line.is_preventive}
    assert sure == {"**/node_modules": "proven", "**/.env": "likely", "**/.env.*": "likely"}
    assert texts_of(fix_of(tmp_path, least="proven")) == ALL[:1]
