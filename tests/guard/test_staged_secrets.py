"""What of the index holds a secret that a build would be sent: what is told, and what is left alone."""

from __future__ import annotations

import pytest

from ctxopt.errors import ConfigError
from tests.support.program import ctxopt
from tests.support.repositories import commit, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

VALUE = "wJalrXUtnFEMIaK7MDENGbPxRfiCYzzzzzzKEY12"
SETTING = f"A=1\n\nAWS_SECRET_ACCESS_KEY={VALUE}\n"
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEAvBl2qZk3Jr8W" * 30 + "\n"
ALL = "FROM x\nCOPY . /\n"
SRC = "FROM x\nCOPY src /\n"


def stage(root, files):
    write(root, files)
    git(root, "add", "-A", "-f")


def secrets(root, *arguments):
    """The lines about secrets, after checking that they and the exit code agree and no value is shown."""
    done = ctxopt("check", "--secrets", *arguments, cwd=root)
    assert done.returncode in (0, 1), done.stderr
    assert bool(done.returncode) is bool(done.stdout)
    assert VALUE not in done.stdout + done.stderr
    return done.stdout.splitlines()


AWS = "AWS_SECRET_ACCESS_KEY: an AWS secret key"


@pytest.mark.parametrize(
    ("committed", "staged", "told"),
    [
        ({}, {".env": SETTING}, [f".env:3: {AWS}"]),
        ({}, {"src/deploy.conf": SETTING}, [f"src/deploy.conf:3: {AWS}"]),
        ({"src/deploy.conf": "A=1\n"}, {"src/deploy.conf": SETTING}, [f"src/deploy.conf:3: {AWS}"]),
        ({".env": SETTING}, {"other": "x"}, [f".env:3: {AWS}"]),
        ({".env": SETTING, ".dockerignore": ".env\n"}, {".dockerignore": "x\n"}, [f".env:3: {AWS}"]),
        ({}, {"certs/id_rsa": KEY}, ["certs/id_rsa:1: a private key"]),
        ({}, {"deploy/.aws/credentials": SETTING}, [f"deploy/.aws/credentials:3: {AWS}"]),
        ({}, {"certs/a.p12": b"0\x82\x00\x01binary"}, ["certs/a.p12: it holds secrets, as its name says"]),
        ({"Dockerfile": SRC}, {"src/.env": SETTING, "docs/.env": SETTING}, [f"src/.env:3: {AWS}"]),
    ],
)  # fmt: skip
def test_told(tmp_path, committed, staged, told):
    root = init(tmp_path / "r", {"Dockerfile": ALL} | committed)
    stage(root, staged)
    assert secrets(root) == told


@pytest.mark.parametrize(
    ("committed", "staged"),
    [
        # Not sent, or taken by no instruction.
        ({}, {".env": SETTING, ".dockerignore": ".env\n"}),
        ({"Dockerfile": SRC}, {".env": SETTING, "docs/deploy.conf": SETTING}),
        # No secrets.
        ({}, {".env": "PORT=80\nDEBUG=1\n"}),
        ({}, {".env.example": SETTING}),
        ({}, {".env": "PASSWORD=changeme\nSECRET=<your secret>\n"}),
        ({}, {"tests/fixtures/id_rsa": KEY}),
        ({}, {"pkg/server.key": KEY, "pkg/server_test.go": "load server.key"}),
        ({}, {"certs/ca.pem": "-----BEGIN CERTIFICATE-----\nMIIE\n"}),
        ({}, {"src/a.py": "password = 'x'\n", "README.md": "SECRET=abc\n"}),
        ({}, {"node_modules/a/index.conf": SETTING, "package.json": "{}", "package-lock.json": "{}"}),
        # Taken back before the commit.
        ({".env": SETTING}, {".env": None}),
        # People have made up their minds.
        ({}, {".env": SETTING, ".dockerignore": "# ctxopt: keep .env\n"}),
        ({}, {".env": SETTING, ".dockerignore": "*\n!.env\n!src\n"}),
        ({}, {".env": SETTING, ".dockerignore": "# ctxopt: ignore[secret-file] known\n"}),
        ({}, {".env": SETTING, "ctxopt.toml": 'ignore = ["secret-file"]\n'}),
        ({}, {".env": SETTING, "ctxopt.toml": 'keep = [".env"]\n'}),
        # Committed under a name that says nothing, which a commit of today does not make worse.
        ({"src/deploy.conf": SETTING}, {"other": "x"}),
        ({}, {"src": {"link": ".env"}}),
        ({}, {}),
    ],
)  # fmt: skip
def test_left_alone(tmp_path, committed, staged):
    root = init(tmp_path / "r", {"Dockerfile": ALL} | committed)
    stage(root, staged)
    assert secrets(root) == []


def test_the_index_counts_and_not_what_lies_on_disk(tmp_path):
    root = init(tmp_path / "r", {"Dockerfile": ALL})
    write(root, {".env": SETTING})
    assert secrets(root) == []
    stage(root, {})
    write(root, {".env": "A=1\n"})
    assert secrets(root) == [f".env:3: {AWS}"]


def test_before_the_first_commit(tmp_path):
    root = init(tmp_path / "r")
    stage(root, {"Dockerfile": ALL, "src/deploy.conf": SETTING})
    assert secrets(root) == [f"src/deploy.conf:3: {AWS}"]


def test_contexts_of_the_configuration_and_below_the_top(tmp_path):
    contexts = '[[context]]\npath = "a"\n[[context]]\npath = "b"\n'
    files = {"ctxopt.toml": contexts, "a/Dockerfile": ALL, "b/Dockerfile": SRC}
    root = init(tmp_path / "r", files)
    stage(root, {"a/.env": SETTING, "b/.env": SETTING, ".env": SETTING})
    assert secrets(root) == [f"a/.env:3: {AWS}"]
    assert secrets(root, "a") == [f".env:3: {AWS}"]


def test_what_is_said_beside_it(tmp_path):
    root = init(tmp_path / "r", {"Dockerfile": ALL})
    stage(root, {".env": SETTING, "odd\nname.conf": SETTING})
    done = ctxopt("check", "--secrets", cwd=root)
    assert done.stderr == (
        "error: a build of what git has would be sent secrets in 2 files\n"
        "hint: take them out of git, or keep them out with a line in .dockerignore\n"
    )
    assert len(done.stdout.splitlines()) == 2


LARGE = "A=1\n" * 5_000


@pytest.mark.parametrize(
    ("committed", "staged", "told"),
    [
        ({}, {"a.conf": LARGE}, "a.conf (over 16 kB)"),
        ({}, {".env": LARGE}, ".env (over 16 kB)"),
        ({".env": LARGE}, {"other": "x"}, ".env (over 16 kB)"),
        ({}, {"logo.png": "x"}, "logo.png (not of a kind that is looked into)"),
        ({}, {"state": b"\0\1" * 40}, "state (not of a kind that is looked into)"),
        ({}, {f"data/{number}": "x" for number in range(53)}, "data/7, data/8, data/9 (too many)"),
        ({}, {f"{name}.bin": "x" for name in "abcde"} | {"z.conf": LARGE},
         "a.bin, b.bin, c.bin and 2 more (not of a kind that is looked into); z.conf (over 16 kB)"),
        ({"a.conf": "A=1\n"}, {"a.conf": LARGE}, "a.conf (over 16 kB)"),
        # Everything was looked into, or need not be.
        ({}, {"a.conf": "A=1\n"}, None),
        ({}, {"text": "A=1\n".encode("utf-16")}, None),
        ({"a.conf": LARGE, "logo.png": "x"}, {"other": "x"}, None),
        ({}, {"a.conf": LARGE, ".dockerignore": "a.conf\n"}, None),
        ({"Dockerfile": SRC}, {"docs/a.conf": LARGE, "src/a": "x"}, None),
        ({}, {"a.conf.example": LARGE, "tests/data.bin": "x", "b.conf": ""}, None),
        ({}, {"a.conf": LARGE, ".dockerignore": "# ctxopt: keep a.conf\n"}, None),
        ({}, {"a.conf": LARGE, ".dockerignore": "*\n!a.conf\n"}, None),
        ({}, {"a.conf": LARGE, "ctxopt.toml": 'ignore = ["secret-file"]\n'}, None),
        ({}, {"node_modules/a/b.conf": LARGE, "package.json": "{}", "package-lock.json": "{}"}, None),
        ({}, {"tests/a.p12": b"0\x82\x00\x01binary"}, None),
        ({"a.conf": LARGE}, {"a.conf": None}, None),
    ],
)  # fmt: skip
def test_what_was_not_looked_into_is_named(tmp_path, committed, staged, told):
    root = init(tmp_path / "r", {"Dockerfile": ALL} | committed)
    stage(root, staged)
    said = ""
    if told is not None:
        said = f"not looked into, or not to the end: {told}\n"
    done = ctxopt("check", "--secrets", cwd=root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", said)
    quiet = ctxopt("check", "--secrets", "-q", cwd=root)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_what_was_not_looked_into_beside_what_was_found(tmp_path):
    root = init(tmp_path / "r", {"Dockerfile": ALL})
    stage(root, {".env": LARGE + SETTING, "b.conf": SETTING, "odd\n": LARGE})
    done = ctxopt("check", "--secrets", cwd=root)
    assert done.stdout == f"b.conf:3: {AWS}\n"
    assert "or not to the end: .env, $'odd\\n' (over 16 kB)\nerror: " in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--against", "HEAD"), ("--working-tree",), ("--history", "2"), ("--init",),
        ("--format", "json"), ("--write-baseline",),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_beside_it(tmp_path, arguments):
    done = ctxopt("check", "--secrets", *arguments, cwd=init(tmp_path / "r", {"a": "a"}))
    assert (done.returncode, done.stdout) == (ConfigError.exit_code, "")
    assert f"--secrets and {arguments[0]} cannot be combined" in done.stderr


def test_outside_of_a_repository(tmp_path):
    done = ctxopt("check", "--secrets", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (ConfigError.exit_code, "")
    assert "is in no git repository" in done.stderr


def test_a_limit_is_another_matter(tmp_path):
    files = {"Dockerfile": ALL, "ctxopt.toml": 'max-size = "1B"\n'}
    root = init(tmp_path / "r", files)
    commit(root, {"a": "a" * 100})
    assert secrets(root) == []
