"""The rule ``secret-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.rules.paths.contexts import CERTIFICATE, KEY, MB
from tests.support.judging import BROAD, NARROW, RULE_BY_ID, STAGED, findings, gathered
from tests.support.repositories import init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({".env": "A=1\n"}, BROAD, None, [".env"]),
    ({".env": "A=1\n"}, NARROW, ".env", [".env"]),
    ({"certs/a.pem": KEY, "certs/b": 9}, BROAD, "certs/a.pem", ["certs/a.pem"]),
    ({".npmrc": "//r/:_authToken=npm_abcdefghijk\n"}, STAGED, None, [".npmrc"]),
    ({"ssh/id_rsa": KEY}, "FROM a\nCOPY ssh /ssh\n", None, ["ssh/id_rsa"]),
    ({"storage/a/x": 9, "storage/b.key": KEY}, BROAD, "storage/b.key", ["storage/b.key"]),
    ({"latest-keys/id_rsa": KEY}, BROAD, None, ["latest-keys/id_rsa"]),
]  # fmt: skip
COMMITTED: list[tuple[Any, ...]] = [
    # tree, what git ignores, paths
    ({"certs/a.pem": KEY}, "", ["certs/a.pem"]),
    ({"latest-keys/id_rsa": KEY}, "", ["latest-keys/id_rsa"]),
    ({"config/secrets.yml": "production:\n  api_key: 0f9e8d7c6b\n"}, "", ["config/secrets.yml"]),
    ({"my certs/a.pem": KEY}, "", ["my certs/a.pem"]),
    (
        {"services/api/.env": "API_TOKEN=sk_live_4eC39HqLyjWDarjtT1zdp7dc\n"},
        "",
        ["services/api/.env"],
    ),
]
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"tlstest/certs/server.key": KEY}, BROAD, ""),
    ({"test-infra/id_rsa": KEY}, BROAD, ""),
    ({"minio.env": "MINIO_ACCESS_KEY=accesskey\n"}, BROAD, ""),
    ({".env.example": "TOKEN=abcdefgh12\n"}, BROAD, None),
    ({".env": "DEBUG=1\nPORT=80\n"}, BROAD, ""),
    ({".env": ""}, BROAD, None),
    ({"ca.pem": CERTIFICATE}, BROAD, None),
    ({"server.pem": CERTIFICATE}, BROAD, None),
    ({"tests/certs/server.key": KEY}, BROAD, ""),
    ({"testdata/id_rsa": KEY}, BROAD, None),
    ({"id_rsa.pub": "ssh-rsa x"}, BROAD, None),
    ({".npmrc": "save-exact=true\n"}, BROAD, ""),
    ({".npmrc": "//r/:_authToken=${NPM_TOKEN}\n"}, BROAD, None),
    ({"slides.key": MB}, BROAD, ""),
    ({"secrets.yaml": "password: changeme-please\n"}, BROAD, None),
    ({"config/secrets.yml": "test:\n  api_key: 0f9e8d7c6b\n"}, BROAD, ""),
    ({"tls/testkey.pem": KEY}, BROAD, ""),
    ({"tls/key.pem": KEY, "tls/a_test.go": "key.pem"}, BROAD, ""),
    # There is nothing in it, and what the ignore file lets in by name is meant.
    ({".ssh/": ""}, BROAD, None),
    ({".env.production": "A_TOKEN=0f9e8d7c6b\n", ".dockerignore": "*\n!.env.production\n"}, BROAD, ""),
    ({"secret.py": "TOKEN = 'abcdefgh12'"}, BROAD, None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("secret-file", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "secret-file" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("secret-file", tmp_path, tree, dockerfile, ignored=ignored) == []


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


SHARED = "FROM a AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nFROM b\nCOPY --from=build "


@pytest.mark.parametrize(
    ("taken", "severity", "words"),
    [
        ("/app /app", Severity.ERROR, "and reaches the final image through COPY --from in line 6"),
        ("/ /", Severity.ERROR, "and reaches the final image through COPY --from in line 6"),
        ("/app/.env /", Severity.ERROR, "and reaches the final image through COPY --from in line 6"),
        ("/app/.e* /x/", Severity.ERROR, "and reaches the final image through COPY --from in line 6"),
        ("/app/dist /app", Severity.WARNING, "is copied into stage build by COPY in line 3"),
        ("--exclude=.env /app /app", Severity.WARNING, "is copied into stage build by COPY in line 3"),
        ("/srv/app /app", Severity.WARNING, "is copied into stage build by COPY in line 3"),
        ("/app/*.env /app", Severity.ERROR, "and reaches the final image through COPY --from in line 6"),
    ],
)  # fmt: skip
def test_a_secret_that_a_later_stage_takes_on(tmp_path, taken, severity, words):
    (found,) = findings("secret-file", tmp_path, {".env": "A=1\n"}, SHARED + taken + "\n")
    assert (found.severity, found.message.endswith(words)) == (severity, True)


def test_secrets_are_split_by_how_far_they_get(tmp_path):
    tree = {"a/.env": "A=1\n", "b/.env": "A=1\n", "c/.env": "A=1\n"}
    dockerfile = "FROM a AS build\nCOPY a /a\nCOPY b /b\nFROM b\nCOPY --from=build /b /b\n"
    found = findings("secret-file", tmp_path, tree, dockerfile)
    assert [(list(item.paths), item.reach, item.severity, item.size) for item in found] == [
        (["b/.env"], "final", Severity.ERROR, 4),
        (["a/.env"], "builder", Severity.WARNING, 4),
        (["c/.env"], "permitted", Severity.INFO, 4),
    ]


@pytest.mark.parametrize(("tree", "ignored", "paths"), COMMITTED)
def test_what_is_committed_is_told_without_a_line(tmp_path, tree, ignored, paths):
    (found,) = findings("secret-file", tmp_path, tree, BROAD, ignored=ignored)
    assert list(found.paths) == paths
    assert found.severity is Severity.ERROR
    assert found.edits == ()
    assert "Git tracks it, so no line can keep it secret" in found.help
    assert (
        f"git rm --cached {' '.join(map(shlex.quote, paths))}, name it in .gitignore" in found.help
    )


@pytest.mark.parametrize("path", ["services/api/.env", ".npmrc", "my certs/server.pem"])
def test_what_git_lets_go_of_gets_a_line(tmp_path, path):
    content = KEY
    if not path.endswith(".pem"):
        content = "//r.example.net/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789\n"
    tree = {path: content, "main.py": "x", "Dockerfile": BROAD}
    root = init(lay(tmp_path / "c", tree), {})
    (told,) = _secrets(root)
    assert told.edits == ()
    command = told.help.partition("git rm")[2].partition(", name it")[0]
    subprocess.run(f"git rm -q{command}", cwd=root, shell=True, check=True)
    (tmp_path / "c" / ".gitignore").write_text(f"{path}\n")
    (told,) = _secrets(root)
    assert told.edits


def _secrets(root):
    return list(RULE_BY_ID["secret-file"].check(gathered(root)))


def test_the_line_of_a_leftover_spares_what_is_committed(tmp_path):
    tree = {"a/id_rsa": KEY, "a/x": 9, "b/id_rsa": KEY}
    found = findings("secret-file", tmp_path, tree, BROAD, ignored="a/id_rsa")
    assert [(list(item.paths), [edit.text for edit in item.edits]) for item in found] == [
        (["a/id_rsa"], ["a/id_rsa"]),
        (["b/id_rsa"], []),
    ]


VARIANTS: list[tuple[Any, ...]] = [
    # tree, what git ignores, lines
    ({"a/.env.server": "A=1\n", "a/.env.server.example": "A=\n"}, ".env.server",
     ["**/.env.*", "!a/.env.server.example"]),
    ({"a/.env.server": "A=1\n"}, ".env.server", ["**/.env.*"]),
    ({"a/.env.s1": "PASSWORD=hunter2\n", "b/.env.s2": "PASSWORD=hunter2\n"}, ".env.s1", ["**/.env.*", "!b/.env.s2"]),
    # Too many exceptions: the paths are shorter.
    ({"a/.env.server": "A=1\n", **{f"{name}/.env.example": "A=\n" for name in "abcde"}}, ".env.server",
     ["a/.env.server"]),
    # The next file of this kind may be a public one.
    ({"a.pem": KEY, "b.pem": "-----BEGIN CERTIFICATE-----\n"}, "*.pem\n!b.pem", ["a.pem"]),
    ({"a/id_rsa": KEY, "b/id_rsa": KEY}, "a/id_rsa", ["a/id_rsa"]),
    ({"a/prod.env": "PASSWORD=hunter2\n", "example.env": "A=\n"}, "a/prod.env", ["a/prod.env"]),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "ignored", "lines"), VARIANTS)
def test_a_variant_gets_the_pattern_with_its_exceptions(tmp_path, tree, ignored, lines):
    found = findings("secret-file", tmp_path, tree, BROAD, ignored=ignored)
    assert [edit.text for finding in found for edit in finding.edits] == lines


@pytest.mark.parametrize(
    "ignore", ["!.env\n", "*.log\n!.env\n", "!.env\n*.log\n", "docs\n!**/.env\n"]
)
def test_an_exception_that_lets_nothing_in_says_nothing_of_the_file(tmp_path, ignore):
    tree = {".env": "A_TOKEN=0f9e8d7c6b\n", "a.py": 1, ".dockerignore": ignore}
    assert [item.paths for item in findings("secret-file", tmp_path, tree)] == [(".env",)]


WITHOUT_DOCKERFILE = [
    # the only Dockerfile, which no one has named, and how bad a secret is then
    (BROAD, Severity.ERROR),
    ("FROM a AS b\nCOPY . /app\nFROM a\nCOPY --from=b /app /app\n", Severity.ERROR),
    ("FROM a AS b\nCOPY . /app\nFROM a\nCOPY --from=b /app/out /app\n", Severity.WARNING),
    ("FROM a\nCOPY main.py /\n", Severity.WARNING),
    ("FROM a\nRUN --mount=target=/x make\n", Severity.WARNING),
    ("FROM a AS b\nCOPY . /app\nRUN make\nFROM a\n", Severity.WARNING),
]


@pytest.mark.parametrize(("dockerfile", "severity"), WITHOUT_DOCKERFILE)
def test_a_secret_where_no_dockerfile_is_named(tmp_path, dockerfile, severity):
    tree = {"main.py": "x", "docker/Dockerfile": dockerfile, ".env": "A_TOKEN=abcdefghijk123456\n"}
    (found,) = findings("secret-file", tmp_path, tree, None)
    assert found.severity is severity


NEXT = "FROM node AS b\nCOPY . .\nRUN next build\nFROM node\n"
STANDALONE = NEXT + "COPY --from=b /.next/standalone ./\n"


@pytest.mark.parametrize(
    ("dockerfile", "path", "severity"),
    [
        (STANDALONE, ".env", Severity.ERROR),
        (STANDALONE, "apps/web/.env.production", Severity.ERROR),
        (STANDALONE, ".env.local", Severity.WARNING),
        (NEXT + "COPY --from=b /.next/static ./\n", ".env", Severity.WARNING),
        (
            STANDALONE.replace("COPY --from", "COPY --from=b /x /\nFROM node\nCOPY --from"),
            ".env",
            Severity.ERROR,
        ),
        (STANDALONE + "FROM node\nCOPY --from=b /.next/static /\n", ".env", Severity.WARNING),
    ],
)
def test_what_next_copies_into_its_standalone_output(tmp_path, dockerfile, path, severity):
    token = "STRIPE_SECRET_KEY=sk_live_4eC39HqLyjWDarjtT1zdp7dc\n"
    (found,) = findings("secret-file", tmp_path, {path: token}, dockerfile, ignored=path)
    assert found.severity is severity
    assert ("Next copies it into .next/standalone" in found.help) is (severity is Severity.ERROR)
