"""What is taken for a secret: names, places and first bytes, and twice as often what is not."""

from __future__ import annotations

import os

import pytest

from ctxopt.evidence.candidate import Candidate
from ctxopt.evidence.catalog import CatalogEntry
from ctxopt.evidence.secret_clue import find_clue
from ctxopt.evidence.secrets import clue_of
from tests.support.trees import lay

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"
PUBLIC = "-----BEGIN CERTIFICATE-----\nMIIE\n"
HEX = "0f9e8d7c6b5a4f3e" * 4
RAILS = f"""development:
  secret_key_base: {HEX}

test:
  secret_key_base: {HEX}
production:
  secret_key_base: <%= ENV["SECRET_KEY_BASE"] %>
"""
LOW = {"confidence": "low"}


def candidate(path, state="tracked", confidence="high", *, is_dir=False, named=True) -> Candidate:
    entry = None
    if named:
        entry = CatalogEntry(f"**/{path}", "secret", "any", "any", confidence, "R.", "l")
    return Candidate(
        path=path,
        is_dir=is_dir,
        topic="secret",
        entry=entry,
        bytes=1,
        entries=1,
        state=state,
        reach="sent",
        use=None,
        root="",
        nearest="",
        needed_because=None,
    )


SECRETS = [
    ("id_rsa", KEY, {}),
    ("id_rsa", KEY, {"confidence": "low"}),
    (".env", "DB_PASSWORD=hunter2hunter2\n", {"state": "ignored", "confidence": "low"}),
    (".env", "MODE=production\n", {"state": "ignored", "confidence": "low"}),
    ("x.pem", "nonsense", {"state": "untracked"}),
    ("store.jks", "\0\1\2", {}),
    # A file that git does not have is somebody's own, wherever it lies.
    ("tests/id_rsa", KEY, {"state": "ignored"}),
    ("docs/id_rsa", KEY, {"state": "untracked"}),
    (".aws", None, {"is_dir": True}),
    (".aws", None, {"is_dir": True, "state": "unknown", "confidence": "low"}),
    ("secrets.yml", f"development:\n  a: 1\n\nproduction:\n  secret_key_base: {HEX}\n", LOW),
    # What is merged into production is no throw-away value.
    ("secrets.yml", f"development: &all\n  secret_key_base: {HEX}\nproduction:\n  <<: *all\n", LOW),
    ("latest.pem", KEY, LOW),
    ("contest.key", KEY, LOW),
    ("testament.pem", KEY, LOW),
    ("testkey.pem", KEY, {"state": "ignored"}),
]

NO_SECRETS = [
    # The name says that it is for show, or a folder above it that it is for tests.
    (".env.example", KEY, {"state": "ignored"}),
    ("id_rsa.sample", KEY, {}),
    ("debug.keystore", "\0", {}),
    ("cacerts", "\0", {}),
    ("tests/id_rsa", KEY, {}),
    ("a/__fixtures__/id_rsa", KEY, {}),
    ("unit-tests/id_rsa", KEY, {}),
    ("e2e-kit/id_rsa", KEY, {}),
    ("Docs/id_rsa", KEY, {}),
    # What it holds says otherwise.
    ("id_rsa", "", {}),
    ("id_rsa", " \n\t", {"state": "ignored"}),
    ("ca.pem", PUBLIC, {}),
    ("ca.pem", PUBLIC, {"state": "ignored"}),
    ("ca.pem", "-----BEGIN RSA PUBLIC KEY-----", {"state": "untracked"}),
    # People committed it, and it shows nothing.
    ("x.pem", "nonsense", {}),
    (".env", "MODE=production\n", {"confidence": "low"}),
    ("store.bin", "\0\1\2", {"confidence": "low"}),
    (".env", "MODE=production\n", {"state": "untracked", "confidence": "low"}),
    (".aws", None, {"is_dir": True, "confidence": "low"}),
    # Rails holds throw-away values for two environments in the file of the third.
    ("config/secrets.yml", RAILS, LOW),
    ("config/secrets.yml", RAILS, {"state": "untracked", "confidence": "low"}),
    ("secrets.yml", f"test:\n  secret_key_base: {HEX}\n", LOW),
    ("secrets.yml", f"development:\n  # a: b\n\n  api_key: {HEX}", LOW),
    # Keys of suites, what stands in for a secret, and what every visitor may see.
    ("internal/suites/common/pki/private.pem", KEY, LOW),
    ("integration/tls.key", KEY, LOW),
    ("itest/tls.key", KEY, LOW),
    ("ci/base.env", "X_REDIS_PASSWORD=redis_password\nX_SECRET=django_secret_key\n", LOW),
    (".env.production", f"VITE_TOKEN={HEX}\n", LOW),
    (".env", f"NEXT_PUBLIC_API_KEY={HEX}\n# note\n", {"state": "ignored"}),
    # Keys of tests say so.
    ("tls/testkey.pem", KEY, LOW),
    ("server-test.key", KEY, LOW),
    ("test.p12", "\0", {}),
    ("serverTest.pem", KEY, LOW),
    ("tests.key", KEY, {"state": "unknown"}),
    # The catalogue knows nothing of it.
    ("id_rsa", KEY, {"named": False}),
]


@pytest.mark.parametrize(("path", "content", "how"), SECRETS)
def test_a_secret(tmp_path, path, content, how):
    root = lay(tmp_path, {path: content} if content is not None else {f"{path}/": ""})
    assert clue_of(root, candidate(path, **how))


@pytest.mark.parametrize(("path", "content", "how"), NO_SECRETS)
def test_no_secret(tmp_path, path, content, how):
    root = lay(tmp_path, {path: content} if content is not None else {f"{path}/": ""})
    assert clue_of(root, candidate(path, **how)) is None


@pytest.mark.parametrize("confidence", ["high", "low"])
def test_what_cannot_be_opened_is_judged_by_its_name(tmp_path, confidence):
    os.mkfifo(tmp_path / "id_rsa")
    found = clue_of(str(tmp_path), candidate("id_rsa", confidence=confidence))
    assert (found is not None) is (confidence == "high")
    assert clue_of(str(tmp_path), candidate("gone", confidence=confidence)) == found


@pytest.mark.parametrize(
    ("test", "content", "state", "is_told"),
    [
        ("tls_test.go", 'load("server.pem")', "tracked", False),
        ("tls.test.ts", "readFile('./server.pem')", "tracked", False),
        ("test_tls.py", "KEY = 'server.pem'", "unknown", False),
        ("tls_spec.rb", "File.read('server.pem')", "tracked", False),
        ("tls.go", 'load("server.pem")', "tracked", True),
        ("tls_test.go", 'load("other.pem")', "tracked", True),
        # Not known to git, so not a key that the project's tests come with.
        ("tls_test.go", 'load("server.pem")', "ignored", True),
    ],
)
def test_a_key_that_a_test_beside_it_names(tmp_path, test, content, state, is_told):
    root = lay(tmp_path, {"tls/server.pem": KEY, f"tls/{test}": content})
    assert bool(clue_of(root, candidate("tls/server.pem", state, "low"))) is is_told


SHOWS = [
    KEY,
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "PuTTY-User-Key-File-2: ssh-rsa",
    "aws = AKIAABCDEFGHIJKLMNOP",
    "token: ghp_" + "a" * 36,
    "//registry.example.org/:_authToken=abcdef123456",
    "url = https://me:s3cr3t-thing@example.org/x",
    '"auth": "dXNlcjpwYXNz"',
    "API_KEY=0f9e8d7c6b",
    "export db_password='correct-horse'",
]

SHOWS_NOT = [
    "",
    PUBLIC,
    "AKIA is how they start",
    "ghp_short",
    "API_KEY=",
    "API_KEY=${API_KEY}",
    "API_KEY=changeme",
    "API_KEY=your-key-here",
    "password: password",
    "DB_PASSWORD=postgres",
    "SECRET_KEY=<generate one>",
    "token = {{ token }}",
    "# API_KEY=0f9e8d7c6b",
    "token=short",
    "https://example.org/a:b@c",
    "//registry.example.org/:_authToken=${NPM_TOKEN}",
    "url = postgres://user:$PASSWORD@db.local/x",
    '"auth": ""',
    "minio_access_key=minioadmin",
    "keyboard=0f9e8d7c6b",
]


@pytest.mark.parametrize("text", SHOWS)
def test_content_that_shows_a_secret(text):
    assert find_clue(text.encode())


@pytest.mark.parametrize("text", SHOWS_NOT)
def test_content_that_shows_none(text):
    assert find_clue(text.encode()) is None
