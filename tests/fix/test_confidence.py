"""How sure a line is: what makes it likely, and what leaves it possible and unwritten."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.support.fixes import fix_of
from tests.support.program import ctxopt
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

HEAVY = 9_000_000
BROAD = "FROM node:22\nWORKDIR /app\nCOPY . .\n"
MADE = BROAD + "RUN npm ci && npm run build\n"
GO = "FROM golang\nCOPY . /src\nRUN go build -o /app .\n"
WORKFLOW = ".github/workflows/image.yml"


def workflow(*steps: str) -> str:
    """A workflow with these steps after the checkout."""
    head = "on: push\njobs:\n  b:\n    runs-on: ubuntu-latest\n    steps:\n"
    lines = ["uses: actions/checkout@v4", *(f"run: {step}" for step in steps)]
    return head + "".join(f"      - {line}\n" for line in lines)


def degrees(
    folder: object, tree: dict[str, Any], untracked: dict[str, Any] | None = None, **options: Any
) -> dict[str, str]:
    """Return how sure each line is, those that are only listed among them, less that of ``.git``."""
    root = lay(folder, tree)
    init(root)
    git(root, "add", "-A")
    lay(root, untracked or {})
    fix = fix_of(root, preventive=False, **options)
    assert not any(line.confidence == "possible" for line in fix.lines)
    assert all(line.confidence == "possible" for line in fix.possible)
    found = {line.texts[0]: line.confidence for line in (*fix.lines, *fix.possible)}
    return {text: sure for text, sure in found.items() if not text.endswith(".git")}


SPEC = {
    "package.json": "{}",
    "Dockerfile": BROAD + "RUN npx tsc\n",
    ".gitignore": "node_modules\n*.gen.ts\n/spec\n/api.json\n",
    "src/index.ts": "import './api/openapi.gen'\nimport spec from '../api.json'\n",
    WORKFLOW: workflow("npm run generate", "docker build ."),
}
PROTO = {
    "go.mod": "module x\n",
    "main.go": 'package main\nimport "x/pb"\n',
    "pb/a.proto": "x",
    "Dockerfile": GO,
    ".gitignore": "*.pb.go\n/data\n/models\n/relay\n",
    "Makefile": "proto:\n\tprotoc -I pb pb/a.proto\n\nimage: proto\n\tdocker build .\n",
}
QUIET = {key: value for key, value in SPEC.items() if key != WORKFLOW}
PLAIN = {
    "package.json": "{}",
    ".gitignore": "/dist\n/bundle\n/notes\n/spec\n/.nx\n/data\n",
    "a.js": "1",
}

ONLY_POSSIBLE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a source imports it, and a workflow makes it": (SPEC, {"src/api/openapi.gen.ts": HEAVY}, "src/api"),
    "a source imports it": (QUIET, {"api.json": HEAVY}, "api.json"),
    "code that git ignores": (QUIET, {"src/other.gen.ts": HEAVY}, "src/other.gen.ts"),
    "a workflow makes something": (SPEC, {"spec/all.bin": HEAVY}, "spec"),
    "a target that the image needs": (PROTO, {"pb/a.pb.go": HEAVY}, "pb/a.pb.go"),
    "a script that fetches": (
        {**PLAIN, "Dockerfile": MADE, "scripts/image.sh": "curl -o spec/all.bin x\ndocker build .\n"},
        {"spec/all.bin": HEAVY},
        "spec",
    ),
    "data that a Makefile fetches for the image": (
        {**PROTO, "Makefile": "image:\n\t./get.sh data\n\tdocker buildx build .\n"},
        {"data/x.parquet": HEAVY},
        "data",
    ),
    "output, and no Dockerfile": (PLAIN, {"dist/a.js": HEAVY}, "**/dist"),
    "output that a tool of no known kind would have to make": (
        {**PLAIN, "Dockerfile": BROAD + "RUN ./frobnicate\n"}, {"dist/a.js": HEAVY}, "**/dist"
    ),
    "compiled code that no step makes": (
        {**PLAIN, "Dockerfile": BROAD + "RUN npm ci\n"}, {"bundle/a.js": HEAVY}, "bundle"
    ),
    "a large folder that git does not know": (
        {**PLAIN, "Dockerfile": MADE}, {"things/a.bin": HEAVY}, "things"
    ),
    "an asset that is to be committed": (
        {**PLAIN, "Dockerfile": MADE, "media/intro.mp4": 9}, {"media/hero.mp4": HEAVY}, "media/hero.mp4"
    ),
    "models that git does not know": (
        {"a.py": "x", "Dockerfile": "FROM python\nCOPY . .\n"}, {"models/a.bin": HEAVY}, "models"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONLY_POSSIBLE)
def test_what_is_only_possible_is_listed_and_not_written(tmp_path, case):
    tree, untracked, line = ONLY_POSSIBLE[case]
    assert degrees(tmp_path, tree, untracked) == {line: "possible"}


@pytest.mark.parametrize("case", ONLY_POSSIBLE)
def test_what_is_possible_is_written_on_request(tmp_path, case):
    tree, untracked, line = ONLY_POSSIBLE[case]
    assert degrees(tmp_path, tree, untracked, least="proven") == {line: "possible"}
    fix = fix_of(tmp_path, least="possible")
    assert line in [text for item in fix.lines for text in item.texts]
    assert fix.possible == ()


SURE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "dependencies": ({**PLAIN, "Dockerfile": MADE}, {"node_modules/a.js": HEAVY}, {"**/node_modules": "likely"}),
    "dependencies, and no Dockerfile": (PLAIN, {"node_modules/a.js": HEAVY}, {"**/node_modules": "likely"}),
    "dependencies that git ignores": (QUIET, {"node_modules/a.js": HEAVY}, {"**/node_modules": "proven"}),
    "dependencies beside a workflow that makes things": (SPEC, {"node_modules/a.js": HEAVY}, {"**/node_modules": "proven"}),
    "output that a step makes again": ({**PLAIN, "Dockerfile": MADE}, {"dist/a.js": HEAVY}, {"**/dist": "proven"}),
    "compiled code that a step makes again": ({**PLAIN, "Dockerfile": MADE}, {"bundle/a.js": HEAVY}, {"bundle": "likely"}),
    "a crash dump": ({**PLAIN, "Dockerfile": MADE}, {"core.4711": HEAVY}, {"**/core.[0-9]*": "likely"}),
    "a heap dump, and no Dockerfile": (PLAIN, {"a.hprof": HEAVY}, {"**/*.hprof": "likely"}),
    "a database dump": ({**PLAIN, "Dockerfile": MADE}, {"a.sql.gz": HEAVY}, {"**/*.sql.gz": "likely"}),
    "caches": (SPEC, {".mypy_cache/a": HEAVY}, {"**/.mypy_cache": "likely"}),
    "logs": (SPEC, {"a.log": HEAVY}, {"**/*.log": "likely"}),
    "logs, and no Dockerfile": (PLAIN, {"a.log": HEAVY}, {"**/*.log": "likely"}),
    "files of an editor": (SPEC, {".idea/a.xml": HEAVY}, {"**/.idea": "likely"}),
    "test data that git tracks": (
        {**PLAIN, "Dockerfile": MADE, "tests/big.json": HEAVY}, {}, {"**/tests": "likely"}
    ),
    "a report of tests": (SPEC, {"coverage/lcov.info": HEAVY}, {"**/coverage": "likely"}),
    "test data beside a workflow that makes things": (
        {**SPEC, "tests/big.bin": HEAVY}, {}, {"**/tests": "likely"}
    ),
    "data that git ignores": ({**PROTO, "Makefile": "x:\n"}, {"data/x.parquet": HEAVY}, {"data": "proven"}),
    "data, and a Makefile that builds no image": (
        {**PROTO, "Makefile": "get:\n\t./get.sh data\n"}, {"data/x.parquet": HEAVY}, {"data": "proven"}
    ),
    "data, and a target that the image does not need": (
        {**PROTO, "Makefile": "get:\n\t./get.sh data\n\nimage:\n\tdocker build .\n"},
        {"data/x.parquet": HEAVY},
        {"data": "proven"},
    ),
    "data that a script fetches after the image is built": (
        {**PLAIN, "Dockerfile": MADE, "scripts/image.sh": "docker build .\n./get.sh data\n"},
        {"data/x.parquet": HEAVY},
        {"data": "proven"},
    ),
    "what nothing makes before the image": (
        {**PLAIN, "Dockerfile": MADE, WORKFLOW: workflow("docker build .", "npm run generate")},
        {"spec/all.bin": HEAVY},
        {"spec": "likely"},
    ),
    "the state of a tool": (
        {**PLAIN, "Dockerfile": MADE, WORKFLOW: workflow("npm run generate", "docker build .")},
        {".nx/all.js": HEAVY},
        {".nx": "likely"},
    ),
    "another checkout": (
        {**PLAIN, "Dockerfile": MADE}, {"notes/.git": "gitdir: x\n", "notes/a.ts": HEAVY}, {"notes": "likely"}
    ),
    "an archive that git does not know": ({**PLAIN, "Dockerfile": MADE}, {"old.7z": HEAVY}, {"**/*.7z": "likely"}),
    "what no instruction takes": (
        {**PLAIN, "Dockerfile": "FROM a\nCOPY a.js /\n"}, {"dist/a.js": HEAVY}, {"**/dist": "proven"}
    ),
    "code that no instruction takes": (
        {**PROTO, "Dockerfile": "FROM golang\nCOPY main.go /\nRUN go build\n"},
        {"pb/a.pb.go": HEAVY},
        {"pb/a.pb.go": "proven"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SURE)
def test_what_something_speaks_for_is_written(tmp_path, case):
    tree, untracked, lines = SURE[case]
    assert degrees(tmp_path, tree, untracked) == lines


def test_what_is_proven_holds_nothing_that_git_tracks(tmp_path):
    tree = {"Dockerfile": "FROM a\nCOPY a.js /\n", "a.js": "1", "tests/big.bin": HEAVY}
    root = lay(tmp_path, tree)
    init(root)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    lay(root, {"node_modules/a.js": HEAVY})
    fix = fix_of(root, least="proven")
    assert [text for line in fix.lines for text in line.texts] == ["**/node_modules"]
    assert fix.tracked == ()
    assert fix.lines[0].reason == "no instruction takes it"
    assert os.path.isdir(f"{root}/.git")


def test_what_is_possible_has_a_place_of_its_own_in_the_report(tmp_path):
    root = lay(tmp_path / "c", {**PLAIN, "dist/a.js": HEAVY, "node_modules/a.js": HEAVY})
    init(root)
    git(root, "add", "-A")
    document = json.loads(ctxopt("fix", "--dry-run", "--format", "json", cwd=root).stdout)
    assert [line["texts"] for line in document["possible"]] == [["**/dist"]]
    assert document["possible"][0]["confidence"] == "possible"
    assert {"text": "**/dist"} not in [{"text": item["text"]} for item in document["left_alone"]]
    assert "dist" not in document["diff"]
    text = ctxopt("fix", cwd=root).stdout
    doubt = "no Dockerfile says whether a build makes it again"
    told = f"Possible; --possible takes these, too\n  9 MB  **/dist  {doubt}\n"
    assert told in text
    # What is only listed leaves nothing to do.
    assert told in ctxopt("fix", cwd=root).stdout
    assert ctxopt("fix", "--check", cwd=root).returncode == 0
    assert ctxopt("fix", "--check", "--possible", cwd=root).returncode == 1
    assert ctxopt("fix", "--possible", cwd=root).returncode == 0
    assert "Possible" not in ctxopt("fix", cwd=root).stdout
    with open(f"{root}/.dockerignore") as file:
        assert "**/dist\n" in file.read()


VENDORED = {
    "go.mod": "module x\n",
    "main.go": "package main\n",
    "vendor/modules.txt": "# a\n",
    "vendor/a/a.go": HEAVY,
}


@pytest.mark.parametrize(
    ("dockerfile", "is_repository", "ignores", "expected"),
    [
        (GO, False, "", "possible"),
        (GO, True, "", "possible"),
        (GO, True, "vendor\n", "proven"),
        (GO.replace("RUN ", "RUN go mod vendor && "), False, "", "likely"),
        (GO.replace("RUN ", "RUN go mod vendor && "), True, "", "likely"),
        (GO.replace("RUN ", "RUN go mod download && "), False, "", "possible"),
    ],
)
def test_modules_that_may_be_committed(tmp_path, dockerfile, is_repository, ignores, expected):
    own = {path: text for path, text in VENDORED.items() if not path.startswith("vendor")}
    root = lay(tmp_path, {**own, "Dockerfile": dockerfile, ".gitignore": ignores})
    if is_repository:
        init(root)
        git(root, "add", "-A")
    lay(root, VENDORED)
    fix = fix_of(root, preventive=False)
    found = {line.texts[0]: line.confidence for line in (*fix.lines, *fix.possible)}
    assert found["**/vendor"] == expected
