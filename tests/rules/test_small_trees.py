"""Small trees as people have them: what is said of each, and of which nothing at all."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.support.judging import every_finding, known_facts

_NODE = {"package.json": '{"name": "a"}', "package-lock.json": "{}", "index.js": "1"}
_HEAVY = {"node_modules/x/i.js": 2_000_000}
_ALL = "FROM a\nWORKDIR /w\nCOPY . .\nRUN npm ci\n"
_SCRATCH = "FROM scratch\nCOPY . /x\n"

SAID: dict[str, tuple[dict[str, Any], str, str]] = {
    # what people met: tree, the rule that speaks, and what it says
    "a tab before a comment": (
        {"Dockerfile": _SCRATCH, ".dockerignore": "logs\t# all\n", "logs/b": 9},
        "control-character",
        "Docker stops",
    ),
    "a line break in a source": (
        {"Dockerfile": 'FROM scratch\nCOPY ["a\\nb", "/x/"]\n', "a\nb": 1},
        "build-stops",
        "a source holds a control character",
    ),
    "a name in Latin-1": (
        {"Dockerfile": _SCRATCH, "docs/caf\udce9.txt": 1},
        "build-stops",
        "is not UTF-8",
    ),
    "a script that another stage asks for": (
        {
            "Dockerfile": _ALL.replace("FROM a", "FROM a AS b")
            + "FROM c\nCOPY --from=b /w/ops/go.sh /\n",
            ".dockerignore": "node_modules\nops\n",
            "ops/go.sh": "x",
            **_NODE,
        },
        "hidden-need",
        "ops/go.sh is excluded by .dockerignore:2 (ops)",
    ),
    "members of a workspace that are ignored": (
        {
            "Dockerfile": "FROM r\nWORKDIR /w\nCOPY . .\nRUN cargo build\n",
            ".dockerignore": "examples\n",
            "Cargo.toml": '[workspace]\nmembers = ["lib", "examples/*"]\n',
            "lib/Cargo.toml": "x",
            "examples/one/Cargo.toml": "x",
        },
        "hidden-need",
        "Cargo.toml names it as workspace member",
    ),
    "a slash was to mean folders": (
        {"Dockerfile": "FROM a\nCOPY .npmrc /\n", ".dockerignore": ".*/\n", ".npmrc": "a"},
        "ignored-source",
        "/.npmrc is excluded by .dockerignore:1 (.*)",
    ),
    "what is built before is ignored and copied": (
        {"Dockerfile": "FROM a\nCOPY dist/app /x\n", ".dockerignore": "dist\n", "dist/app/i": "1"},
        "ignored-source",
        "so the build fails",
    ),
    "the same before it is built": (
        {"Dockerfile": "FROM a\nCOPY target/a.jar /\n", ".dockerignore": "target/\n"},
        "missing-source",
        "/target/a.jar does not exist",
    ),
    "capitals in the name of the ignore file": (
        {"Dockerfile": _ALL, ".Dockerignore": "node_modules\n", **_NODE, **_HEAVY},
        "inactive-ignore-file",
        "written just like that",
    ),
    "an ignore file without its dot": (
        {"Dockerfile": _ALL, "dockerignore": "node_modules\n", **_NODE, **_HEAVY},
        "inactive-ignore-file",
        "Docker does not read this ignore file",
    ),
    "an ignore file for a Dockerfile of another name": (
        {"dockerfile": _SCRATCH, "Dockerfile.dockerignore": "data\n", "data/a": 300_000},
        "inactive-ignore-file",
        "a Dockerfile called Dockerfile",
    ),
    "an empty ignore file of its own": (
        {
            "Dockerfile": _SCRATCH,
            "Dockerfile.dockerignore": "",
            ".dockerignore": "data\n",
            "data/a": 300_000,
        },
        "inactive-ignore-file",
        "and that has no pattern",
    ),
    "a link out of the context": (
        {"Dockerfile": _SCRATCH, ".dockerignore": {"link": "../outside"}},
        "inactive-ignore-file",
        "no line of this ignore file is in force",
    ),
    "stars that a formatter has escaped": (
        {"Dockerfile": _ALL, ".dockerignore": "\\*\\*/node_modules\n", **_NODE, **_HEAVY},
        "pattern-quirk",
        "a star behind a backslash is a plain character",
    ),
    "a comment behind a pattern": (
        {"Dockerfile": _SCRATCH, ".dockerignore": "data # local\n", "data/a": 300_000},
        "comment-trap",
        "only # in the first column starts one",
    ),
    "a dash of a word processor": (
        {"Dockerfile": "FROM a AS b\nFROM c\nCOPY \u2013from=b x /x/\n", "x": "1"},
        "missing-source",
        "/\u2013from=b does not exist",
    ),
    "a source that lies beside the Dockerfile": (
        {"docker/Dockerfile": "FROM a\nCOPY e.sh /\nCOPY app /a\n", "docker/e.sh": 1, "app/x": 1},
        "missing-source",
        "/e.sh does not exist",
    ),
    "the history of a submodule": (
        {"Dockerfile": "FROM a\nCOPY .git/HEAD /\nCOPY src /\n", ".git": "gitdir: x\n", "src/a": 1},
        "missing-source",
        "/.git/HEAD does not exist",
    ),
    "an exclusion for the top alone": (
        {"Dockerfile": "FROM a\nCOPY --exclude=*.1 d /d\n", "d/a.1": 1, "d/e/a.1": 1},
        "exclude-without-effect",
        "is about the top of the source alone",
    ),
    "an exclusion of what is named": (
        {"Dockerfile": "FROM a\nCOPY --exclude=a * /d/\n", "a": 1, "b": 1},
        "exclude-without-effect",
        "does not leave out a",
    ),
    "a build in a home folder": (
        {"Dockerfile": "FROM a\n", ".bashrc": 1, ".ssh/id": 1, ".cache/c": 1},
        "home-folder",
        "looks like a home folder",
    ),
    "one builder alone sends it": (
        {
            "Dockerfile": "FROM a\nCOPY foo/bar/etc /etc\n",
            ".dockerignore": "*\n!foo/**/etc\n",
            "foo/bar/etc/a": "1",
        },
        "builders-disagree",
        "",
    ),
}

FINE: dict[str, dict[str, Any]] = {
    "an exception and a line after it": {
        ".dockerignore": "**\n!util/web\nutil/web/foo\n",
        "util/web/foo": "1",
        "util/web/bar": "1",
    },
    "all but two folders": {
        "Dockerfile": "FROM a\nCOPY app /a\nCOPY sql /s\n",
        ".dockerignore": "**\n!app/\n!sql/\n",
        "app/a/b/c": "1",
        "sql/x": "1",
        "other/y": 5000,
    },
    "names that are not in ASCII": {
        "Dockerfile": "FROM a\nCOPY данные /x\n",
        ".dockerignore": "логи\n",
        "логи/b": 3000,
        "данные/c": 2000,
    },
    "hidden files at every depth": {
        ".dockerignore": "**/.*\n",
        ".golangci.yml": "a",
        "go.mod": "module a\n",
        "sub/.hidden": "1",
    },
    "an ending that is also a folder's name": {
        ".dockerignore": "**/.gradle\n",
        ".gradle/c": 400_000,
        "settings.gradle": "1",
    },
    "a star that stands for nothing": {
        ".dockerignore": "**/*.jest.config.js\n",
        "api/.jest.config.js": "1",
        "api/unit.jest.config.js": "1",
    },
    "a slash in front": {
        "Dockerfile": "FROM a\nCOPY hack/o.py /o.py\nCOPY src /src\n",
        ".dockerignore": "*\n!/hack/o.py\n!/src\n",
        "hack/o.py": "1",
        "hack/other": 5000,
        "src/a.py": "1",
    },
    "line ends and blanks of Windows": {
        ".dockerignore": "*  \r\n! files \r\n! src\r\n\r\n   \r\n",
        "files/a": "1",
        "src/b": "1",
        "big": 400_000,
    },
    "a mark of the byte order": {
        ".dockerignore": "\ufeffdata\r\n*.log\r\n",
        "data/a.bin": 3000,
        "x.log": 10,
    },
    "an empty wildcard beside a file": {
        "Dockerfile": "FROM a\nCOPY gone.* there /d/\n",
        "there": "1",
    },
    "a part of a folder left out by its path": {
        "Dockerfile": "FROM a\nCOPY --exclude=storage/views app/ /app/\n",
        "app/storage/views/v": 5000,
        "app/i.php": "1",
    },
    "a link that leads nowhere beside an exclusion": {
        "Dockerfile": "FROM a\nCOPY --exclude=*.git test /test\n",
        "test/link": {"link": "gone"},
        "test/a.git": 10,
    },
}


def _findings(tree):
    dockerfile = next((path for path in tree if path.endswith("/Dockerfile")), None)
    with known_facts(tree, dockerfile=dockerfile) as facts:
        return every_finding(facts)


@pytest.mark.parametrize("met", SAID, ids=str)
def test_what_is_said(met):
    tree, rule, words = SAID[met]
    found = [finding for finding in _findings(tree) if finding.rule == rule]
    assert found
    assert words in found[0].message
    assert found[0].help


@pytest.mark.parametrize("met", FINE, ids=str)
def test_what_is_no_alarm(met):
    tree = {"Dockerfile": _SCRATCH, **FINE[met]}
    loud = [finding for finding in _findings(tree) if finding.severity > Severity.INFO]
    assert [(finding.rule, finding.message) for finding in loud] == []
