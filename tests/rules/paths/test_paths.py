"""Rules about paths: what they catch, and twice as often what they leave alone."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.config.load import Config
from ctxopt.rules import RULES
from ctxopt.severity import Severity
from tests.support.judging import BROAD, NARROW, STAGED, every_finding, facts_of, findings
from tests.support.places import ROOT

pytestmark = pytest.mark.usefixtures("clean")

MB = 10**6
KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nabc\n"
NODE = {"package.json": "{}"}
LINELESS = {"large-file", "no-ignore-file", "root-only-pattern"}
TEST = "FROM a\nCOPY . .\nRUN pytest\n"
NAMES_DIST = "FROM a\nCOPY dist /www\n"

CATCHES: list[tuple[Any, ...]] = [
    # rule, tree, Dockerfile, what git ignores (None: no repository), paths
    ("dependency-folder", {"node_modules/a.js": MB}, BROAD, None, ["node_modules"]),
    (
        "dependency-folder",
        {"a/node_modules/x": MB, "b/node_modules/x": 2 * MB},
        BROAD,
        "node_modules",
        ["b/node_modules", "a/node_modules"],
    ),
    ("dependency-folder", {"composer.json": "{}", "vendor/x": MB}, BROAD, None, ["vendor"]),
    ("dependency-folder", {".venv/lib/x": MB}, NARROW, None, [".venv"]),
    ("version-control", {".git/objects/x": 3 * MB}, BROAD, None, [".git"]),
    ("version-control", {".git/HEAD": 20}, BROAD, None, [".git"]),
    ("build-output", {"Cargo.toml": "", "target/debug/x": MB}, BROAD, None, ["target"]),
    ("build-output", {"build/x.o": MB}, BROAD, "build", ["build"]),
    ("build-output", {**NODE, "dist/x": MB}, STAGED, None, ["dist"]),
    ("cache-folder", {"a/__pycache__/x.pyc": MB}, BROAD, None, ["a/__pycache__"]),
    ("cache-folder", {"app.log": MB}, BROAD, None, ["app.log"]),
    ("test-data", {"tests/data.bin": MB}, BROAD, "", ["tests"]),
    ("test-data", {"htmlcov/index.html": MB}, TEST, None, ["htmlcov"]),
    ("large-file", {"blob": 6 * MB}, BROAD, None, ["blob"]),
    ("large-file", {"a.parquet": 6 * MB}, BROAD, "*.parquet", ["a.parquet"]),
    ("large-file", {"dump.rdb": 6 * MB}, STAGED, None, ["dump.rdb"]),
    ("git-ignored", {"local/x": MB}, BROAD, "/local", ["local"]),
    ("git-ignored", {"notes": 6 * MB}, STAGED, "notes", ["notes"]),
    ("editor-files", {".DS_Store": 10, "a/.DS_Store": 10}, BROAD, None, [".DS_Store", "a/.DS_Store"]),
    ("editor-files", {".idea/workspace.xml": MB}, BROAD, None, [".idea"]),
    ("secret-file", {".env": "A=1\n"}, BROAD, None, [".env"]),
    ("secret-file", {".env": "A=1\n"}, NARROW, ".env", [".env"]),
    ("secret-file", {"certs/a.pem": KEY}, BROAD, "", ["certs/a.pem"]),
    ("secret-file", {".npmrc": "//r/:_authToken=npm_abcdefghijk\n"}, STAGED, None, [".npmrc"]),
    ("secret-file", {"ssh/id_rsa": KEY}, "FROM a\nCOPY ssh /ssh\n", None, ["ssh/id_rsa"]),
    ("volatile-file", {"compose.yaml": "a"}, BROAD, None, ["Dockerfile", "compose.yaml"]),
    ("volatile-file", {"README.md": "a", "x.log": "a"}, STAGED, None, ["Dockerfile", "README.md", "x.log"]),
]  # fmt: skip

CATCHES += [
    (
        "dependency-folder",
        {"node_modules/x": MB},
        "FROM a\nCOPY . .\nRUN npm ci\n",
        "node_modules",
        ["node_modules"],
    ),
    (
        "secret-file",
        {"storage/a/x": 9, "storage/b.key": KEY},
        BROAD,
        "storage/b.key",
        ["storage/b.key"],
    ),
    (
        "root-only-pattern",
        {"a/build/x": MB, "a/b/build/y.c": 9, ".dockerignore": "build"},
        BROAD,
        "/a/build",
        ["a/build"],
    ),
    ("no-ignore-file", {"main.py": 2 * MB}, BROAD, None, []),
    ("no-ignore-file", {"a/x": 2 * MB}, None, None, []),
    ("no-ignore-file", {"a/x": 2 * MB}, "FROM a\nCOPY a /a\n", None, []),
    ("test-data", {"test/a_test.go": MB, "test/testdata/x.go": 10}, BROAD, "", ["test"]),
    ("test-data", {"go.mod": "module a", "testdata/x.go": MB}, BROAD, "", ["testdata"]),
    ("secret-file", {"latest-keys/id_rsa": KEY}, BROAD, "", ["latest-keys/id_rsa"]),
]

CATCHES_NOT: list[tuple[Any, ...]] = [
    ("dependency-folder", {"composer.json": "{}", "vendor/x": MB}, "FROM a\nCOPY . .\nRUN chmod +x a\n", "vendor"),
    ("dependency-folder", {"node_modules/x": MB}, "FROM a\nCOPY . .\nRUN echo pipe > x\n", "node_modules"),
    ("large-file", {"a/testdata/x.json": 9 * MB}, "FROM a\nCOPY . .\nRUN go test ./...\n", ""),
    ("large-file", {"data/a.csv": 9 * MB}, "FROM a AS b\nCOPY . .\nFROM a\nCOPY data /data\n", ""),
    ("git-ignored", {"data/a.csv": MB, ".dockerignore": "data/*\n!data/a.csv"}, BROAD, "data/a.csv"),
    ("root-only-pattern", {"tests/a": MB, "x/tests/b": 100, ".dockerignore": "tests/"}, BROAD, ""),
    ("no-ignore-file", {"main.py": 2 * MB}, "FROM a\nCOPY go.mod /\n", None),
    ("no-ignore-file", {"a/x": 2 * MB}, "FROM a\nRUN true\n", None),
    ("no-ignore-file", {"a/x": 2 * MB, ".dockerignore": ""}, BROAD, None),
    ("no-ignore-file", {"a/x": 1000}, BROAD, None),
    ("test-data", {"tests/a.py": MB}, None, ""),
    ("test-data", {"test/a.go": MB, "test/a_test.go": MB}, BROAD, ""),
    ("test-data", {"e2e/pkg/helpers/a.go": MB}, BROAD, ""),
    ("test-data", {"tests/a.py": MB, "b.Dockerfile": TEST}, BROAD, ""),
    ("secret-file", {"tlstest/certs/server.key": KEY}, BROAD, ""),
    ("secret-file", {"test-infra/id_rsa": KEY}, BROAD, ""),
    ("secret-file", {"minio.env": "MINIO_ACCESS_KEY=accesskey\n"}, BROAD, ""),
    ("volatile-file", {"log/.keep": "", ".dockerignore": "log/*\nDockerfile\n.dockerignore"}, BROAD, None),
    ("dependency-folder", {"node_modules/a.js": 10}, BROAD, None),
    ("dependency-folder", {"node_modules": MB}, BROAD, None),
    ("dependency-folder", {"src/modules/a.js": MB}, BROAD, None),
    ("dependency-folder", {"go.mod": "", "vendor/x": MB}, BROAD, ""),
    ("dependency-folder", {"vendor/x": MB}, BROAD, None),
    ("dependency-folder", {"env/settings.py": MB}, BROAD, ""),
    ("dependency-folder", {".dockerignore": "**/node_modules", "node_modules/x": MB}, BROAD, None),
    ("dependency-folder", {"packages/x": MB}, BROAD, ""),
    ("version-control", {"a.git": MB}, BROAD, None),
    ("version-control", {".github/x": MB}, BROAD, None),
    ("version-control", {".gitignore": "x"}, BROAD, None),
    ("version-control", {"x/git/objects": MB}, BROAD, None),
    ("build-output", {"build/x.sh": MB}, BROAD, None),
    ("build-output", {"CMakeLists.txt": "", "build/x.sh": MB}, BROAD, ""),
    ("build-output", {"target/x": MB}, BROAD, None),
    ("build-output", {**NODE, "dist/index.html": 9 * MB}, NAMES_DIST, None),
    ("build-output", {"src/build.rs": MB}, BROAD, None),
    ("build-output", {"Cargo.toml": "", "target": MB}, BROAD, None),
    ("cache-folder", {"cache/x": MB}, BROAD, None),
    ("cache-folder", {"__pycache__/a.pyc": 100}, BROAD, None),
    ("cache-folder", {"src/logs/log.py": MB}, BROAD, ""),
    ("cache-folder", {"changelog": MB}, BROAD, None),
    ("test-data", {"tests/a.py": MB}, TEST, ""),
    ("test-data", {"tests/a.py": 100}, BROAD, ""),
    ("test-data", {"tests/a.py": MB}, NARROW, ""),
    ("test-data", {"src/latest/a.py": MB}, BROAD, ""),
    ("large-file", {"a.csv": MB}, BROAD, ""),
    ("large-file", {"a.onnx": MB}, BROAD, ""),
    ("large-file", {"data/a.csv": 9 * MB}, "FROM a\nCOPY data /data\n", ""),
    ("large-file", {"data/a.csv": 9 * MB}, "FROM a\nCOPY data/a.csv /\n", None),
    ("large-file", {"node_modules/a.bin": 9 * MB}, BROAD, None),
    ("large-file", {"a": {"link": "b"}}, BROAD, None),
    ("git-ignored", {"local/x": MB}, BROAD, "other"),
    ("git-ignored", {"local/x": 10}, BROAD, "local"),
    ("git-ignored", {"node_modules/x": MB}, BROAD, "node_modules"),
    ("git-ignored", {"local/x": MB, ".dockerignore": "local"}, BROAD, "local"),
    ("editor-files", {".DS_Store": 10}, NARROW, None),
    ("editor-files", {".editorconfig": "x"}, BROAD, ""),
    ("editor-files", {"src/idea/x": MB}, BROAD, None),
    ("editor-files", {"tags": "x"}, BROAD, ""),
    ("secret-file", {".env.example": "TOKEN=abcdefgh12\n"}, BROAD, None),
    ("secret-file", {".env": "DEBUG=1\nPORT=80\n"}, BROAD, ""),
    ("secret-file", {".env": ""}, BROAD, None),
    ("secret-file", {"ca.pem": CERTIFICATE}, BROAD, None),
    ("secret-file", {"server.pem": CERTIFICATE}, BROAD, None),
    ("secret-file", {"tests/certs/server.key": KEY}, BROAD, ""),
    ("secret-file", {"testdata/id_rsa": KEY}, BROAD, None),
    ("secret-file", {"id_rsa.pub": "ssh-rsa x"}, BROAD, None),
    ("secret-file", {".npmrc": "save-exact=true\n"}, BROAD, ""),
    ("secret-file", {".npmrc": "//r/:_authToken=${NPM_TOKEN}\n"}, BROAD, None),
    ("secret-file", {"slides.key": MB}, BROAD, ""),
    ("secret-file", {"secrets.yaml": "password: changeme-please\n"}, BROAD, None),
    ("secret-file", {"secret.py": "TOKEN = 'abcdefgh12'"}, BROAD, None),
    ("volatile-file", {"README.md": "x"}, NARROW, None),
    ("volatile-file", {"docs/README.md": "x", ".dockerignore": "Dockerfile\n.dockerignore"}, BROAD, None),
    ("volatile-file", {"README.md": "x"}, None, None),
    ("volatile-file", {"compose.yaml": "x"}, "FROM a\nCOPY compose.yaml /\n", None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, rule, tree, dockerfile, ignored, paths):
    found = findings(rule, tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits or rule in LINELESS] == [
        paths
    ]
    assert all(finding.rule == rule for finding in found)


@pytest.mark.parametrize(("rule", "tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, rule, tree, dockerfile, ignored):
    if ignored is not None and rule == "version-control":
        ignored = None
    assert findings(rule, tmp_path, tree, dockerfile, ignored=ignored) == []


def test_there_are_twice_as_many_that_are_left_alone():
    assert len(CATCHES_NOT) >= 2 * len(CATCHES)


# --------------------------------------------------------------------------- severity


@pytest.mark.parametrize(
    ("dockerfile", "severity", "reach", "words"),
    [
        (BROAD, Severity.WARNING, "final", "the final image by COPY in line 2"),
        (STAGED, Severity.WARNING, "builder", "stage build by COPY in line 2"),
        (NARROW, Severity.INFO, "permitted", "nothing in this build"),
        (None, Severity.WARNING, "permitted", "every build"),
        ("FROM a\nRUN --mount=target=/x true\n", Severity.WARNING, "sent", "bind mount in line 2"),
        ("FROM a\nCOPY --exclude=**/node_modules . .\n", Severity.WARNING, "sent", "no instruction"),
    ],
)  # fmt: skip
def test_severity_follows_consequence(tmp_path, dockerfile, severity, reach, words):
    (found,) = findings("dependency-folder", tmp_path, {"node_modules/x": 2 * MB}, dockerfile)
    assert (found.severity, found.reach) == (severity, reach)
    assert words in found.message


@pytest.mark.parametrize(
    ("dockerfile", "severity"),
    [
        (BROAD, Severity.ERROR),
        (STAGED, Severity.WARNING),
        (NARROW, Severity.INFO),
        (None, Severity.WARNING),
        ("FROM a\nCOPY .env /\n", Severity.ERROR),
    ],
)
def test_a_secret_in_the_image_is_an_error(tmp_path, dockerfile, severity):
    (found,) = findings("secret-file", tmp_path, {".env": "A=1\n"}, dockerfile)
    assert found.severity == severity
    assert bool(found.edits) == (".env /" not in (dockerfile or ""))


def test_the_classic_builder_sends_everything(tmp_path):
    (found,) = findings(
        "dependency-folder", tmp_path, {"node_modules/x": 2 * MB}, builder="classic"
    )
    assert (found.severity, found.reach) == (Severity.WARNING, "sent")


# --------------------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("rule", "tree", "ignored", "lines"),
    [
        ("dependency-folder", {"a/node_modules/x": MB}, None, ["**/node_modules"]),
        # The name alone would hide sources.
        ("build-output", {**NODE, "dist/x": MB, "a/dist": "x"}, None, ["dist"]),
        ("build-output", {"dist/x": MB, "a/dist/x.js": "x"}, "/dist", ["dist"]),
        ("build-output", {"dist/x": MB, "a/dist/x.js": MB}, "dist", ["**/dist"]),
        ("secret-file", {"a.pem": KEY, "b.pem": CERTIFICATE}, None, ["a.pem"]),
        ("secret-file", {"a.pem": KEY, "x/b.pem": KEY}, None, ["**/*.pem"]),
        ("git-ignored", {"[x]/y": MB, "z/{a}": MB}, "y\n{a}", [r"\[x\]/y", "z/{a}"]),
        ("volatile-file", {"README.md": "x", "a/README.md": "x"}, None, ["**/Dockerfile", "README.md"]),
    ],
)  # fmt: skip
def test_lines_hide_no_more_than_they_should(tmp_path, rule, tree, ignored, lines):
    found = findings(rule, tmp_path, tree, ignored=ignored)
    assert [edit.text for finding in found for edit in finding.edits] == lines


def test_what_is_kept_by_the_configuration_is_no_candidate(tmp_path):
    tree = {"a/node_modules/x": MB, "b/node_modules/y/z": MB}
    config = Config(keep=("b/node_modules/y/z",))
    (found,) = findings("dependency-folder", tmp_path / "1", tree, config=config)
    assert [edit.text for edit in found.edits] == ["a/node_modules"]
    config = Config(keep=("**/node_modules",))
    assert findings("dependency-folder", tmp_path / "2", tree, config=config) == []


# --------------------------------------------------------------------------- needs


def test_a_history_that_the_version_comes_from_is_explained(tmp_path):
    tree = {
        ".git/objects/x": 2 * MB,
        "pyproject.toml": '[build-system]\nrequires = ["setuptools-scm"]\n',
    }
    (found,) = findings("version-control", tmp_path, tree)
    assert found.severity is Severity.INFO
    assert found.edits == ()
    assert "setuptools-scm" in found.message
    assert "--dirty" in found.help


def test_what_is_needed_and_heavy_is_a_note(tmp_path):
    tree = {"Cargo.toml": "", "target/app": MB, "target/debug/x": 9 * MB}
    dockerfile = STAGED + "COPY target/app /app\n"
    (found,) = findings("build-output", tmp_path, tree, dockerfile)
    assert (found.severity, found.edits) == (Severity.INFO, ())
    assert "line 6" in found.message


def test_a_heavy_path_in_tests_is_told_instead_of_the_tests(tmp_path):
    facts = facts_of(
        tmp_path, {"tests/a.py": MB, "tests/node_modules/x": 9 * MB}, ignored="node_modules"
    )
    told = {(item.topic, item.path) for item in facts.candidates.found if item.bytes >= MB}
    assert ("dependencies", "tests/node_modules") in told
    assert not any(path == "tests" for _, path in told)


def test_evidence_of_an_ignored_context_is_no_evidence(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("build\n")
    root = tmp_path / "build"
    assert findings("git-ignored", root, {"local/x": MB, "src/y": MB}) == []


# --------------------------------------------------------------------------- sums

NAMES = [
    "node_modules",
    "dist",
    "tests",
    "src",
    ".env",
    "a.pyc",
    "b.csv",
    "__pycache__",
    ".git",
    "x",
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join),
        st.sampled_from([0, 1, 200_000, 6 * MB]),
        max_size=12,
    ),
    st.sampled_from([BROAD, STAGED, NARROW, None]),
)
def test_no_byte_is_told_twice(tmp_path_factory, tree, dockerfile):
    tree = {
        path: size
        for path, size in tree.items()
        if not any(other.startswith(path + "/") for other in tree)
    }
    facts = facts_of(tmp_path_factory.mktemp("t"), tree, dockerfile)
    claimed = [item.path for item in facts.candidates.found]
    assert len(set(claimed)) == len(claimed)
    assert not any(b.startswith(a + "/") for a in claimed for b in claimed)
    entries = list(facts.analysis.permitted.entries())
    for item in facts.candidates.found:
        below = [e for e in entries if e.path == item.path or e.path.startswith(item.path + "/")]
        assert (item.bytes, item.entries) == (sum(e.size for e in below), len(below))
    told = [finding for finding in every_finding(facts) if finding.paths]
    paths = [path for finding in told for path in finding.paths]
    assert len(set(paths)) == len(paths)
    sizes = {item.path: item.bytes for item in facts.candidates.found}
    for finding in told:
        if finding.rule == "broad-copy":
            assert not sizes.keys() & set(finding.paths)
            continue
        assert finding.size == sum(sizes[path] for path in finding.paths)
        assert finding.message == finding.message.strip().rstrip(".")
    assert sum(finding.size for finding in told) <= facts.analysis.permitted.total.bytes


def test_rules_are_documented():
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    for rule in RULES:
        assert rule.id == "no-ignore-file" or f"\n## {rule.id}\n" in text
