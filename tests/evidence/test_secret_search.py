"""Secrets by what they are: 150 kinds that are found under any name, and as many files that only look like it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ctxopt.evidence import new_files
from ctxopt.evidence.secret_clue import Clue, find_clue, find_value
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity
from tests.evidence.secret_kinds import FALSE, TRUE, block, hexa, keyed, made
from tests.support.judging import BROAD, NARROW, RULE_BY_ID, gathered
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")
KEY = block("OPENSSH PRIV" + "ATE KEY")


def judged(
    root: Path, tree: dict[str, str], dockerfile: str | None = BROAD, ignored: str = ""
) -> list[Finding]:
    """What the rule says of files that git does not have."""
    lay(root, {"main.py": "x", ".gitignore": ignored})
    if dockerfile is not None:
        lay(root, {"Dockerfile": dockerfile})
    init(str(root))
    git(str(root), "add", "-A")
    for path, content in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        is_bytes = content[:1] in ("\xfe", "\xff", "\3")
        target.write_bytes(content.encode("latin-1" if is_bytes else "utf-8"))
    return list(RULE_BY_ID["secret-file"].check(gathered(root)))


def numbered(rows: list[tuple[str, str]]) -> dict[str, str]:
    """Each in a folder of its own, so that none is named by another one's pattern."""
    return {f"{number:03}/{path}": content for number, (path, content) in enumerate(rows)}


def test_the_tables_are_long_enough():
    assert len(TRUE) >= 150
    assert len(FALSE) >= 150
    assert len(dict(TRUE)) == len(TRUE)


def test_every_kind_is_found_and_no_value_is_told(tmp_path):
    tree = numbered(TRUE)
    found = judged(tmp_path, tree)
    told = {path for finding in found for path in finding.paths}
    assert set(tree) - told == set()
    assert all(finding.severity is Severity.ERROR for finding in found)
    text = " ".join(finding.message + finding.help for finding in found)
    for content in tree.values():
        assert not any(len(word) > 24 and word in text for word in content.split())


def test_what_looks_like_one_is_left_alone(tmp_path):
    tree = numbered(FALSE)
    told = {path for finding in judged(tmp_path, tree) for path in finding.paths}
    assert sorted(told) == []


@pytest.mark.parametrize(
    ("content", "clue"),
    [
        (keyed("AWS_SECRET_ACCESS" + "_KEY", made(40)), "line 3, AWS_SECRET_ACCESS_KEY: an AWS secret key"),
        (keyed("APP_" + "KEY", f"base64:{made(43)}="), "line 3, APP_KEY: a key of Laravel"),
        ("a: 1\n\n" + KEY, "line 3: an OpenSSH private key"),
        ("x\ntoken: gh" + f"p_{made(36)}\n", "line 2: a token of GitHub"),
        ('{\n "auths": {\n  "r": {"au' + f'th": "{made(40)}"}}}}', "line 3, auth: a login"),
        (f"development:\n  token: {hexa(32)}\nproduction:\n  token: {hexa(32)}\n", "line 4, token: a token"),
        ("\xfe\xed\xfe\xed\0", "a Java key store"),
    ],
)  # fmt: skip
def test_a_clue_names_line_key_and_kind(content, clue):
    assert str(find_clue(content.encode("latin-1"), is_suspect=False)) == clue


def test_a_finding_says_what_was_seen(tmp_path):
    (found,) = judged(tmp_path, {"deploy": "\n" + KEY}, ignored="deploy\n")
    assert found.help.startswith("Line 2: an OpenSSH private key.")
    assert [edit.text for edit in found.edits] == ["deploy"]
    (one, *_) = judged(tmp_path / "b", {"a/.env": keyed("API_TOKEN", hexa(32)), "b/.env": "A=1\n"})
    assert one.help.startswith("a/.env line 3, API_TOKEN: a token. ")


@pytest.mark.parametrize(
    ("tree", "dockerfile", "ignored", "told"),
    [
        # Whatever else a file or the folder above it is, it is told.
        ({"secrets/deploy": KEY}, BROAD, "secrets/\n", ["secrets/deploy"]),
        ({"old/key.bak": KEY}, BROAD, "", ["old/key.bak"]),
        ({".claude/x.json": KEY}, BROAD, "", [".claude/x.json"]),
        ({"deploy": KEY}, None, "", ["deploy"]),
        ({"local/.env": "A=1\n"}, BROAD, "local/\n", ["local/.env"]),
        ({"local/.npmrc": "//r/:_authToken=hunter2hunter\n"}, BROAD, "local/\n", ["local/.npmrc"]),
        (
            {"dist/.env": "A=1\n", "dist/x": "1"},
            "FROM a\nCOPY dist /d\nCOPY . .\n",
            "dist/\n",
            ["dist/.env"],
        ),
        # Bundlers copy it beside what they make; deeper down, and in packages, it is theirs.
        (
            {".next/standalone/.env": "A=1\n", "package.json": "{}"},
            BROAD,
            ".next\n",
            [".next/standalone/.env"],
        ),
        ({".next/.env/x": "A=1\n", "package.json": "{}"}, BROAD, ".next\n", []),
        ({".next/a/b/.env": "A=1\n", "package.json": "{}"}, BROAD, ".next\n", []),
        ({"node_modules/a/.env": "A=1\n", "package.json": "{}"}, BROAD, "node_modules\n", []),
        # What no instruction takes, what is not sent, what tools fill, what is for tests, what a link leads to.
        ({"deploy": KEY}, NARROW, "", []),
        ({"deploy": KEY, ".dockerignore": "deploy\n"}, BROAD, "", []),
        ({"deploy": KEY, ".dockerignore": "*\n!deploy\n!main.py\n"}, BROAD, "", []),
        ({"a/deploy": KEY, ".dockerignore": "*\n!**/deploy\n!main.py\n"}, BROAD, "", []),
        ({"node_modules/a/deploy": KEY, "package.json": "{}"}, BROAD, "node_modules\n", []),
        ({"tests/deploy": KEY}, BROAD, "", []),
        ({"deploy": KEY + "x" * new_files.LARGEST}, BROAD, "", []),
        ({"deploy.png": KEY}, BROAD, "", []),
    ],
)
def test_which_files_are_looked_into(tmp_path, tree, dockerfile, ignored, told):
    found = judged(tmp_path, tree, dockerfile, ignored)
    assert [path for finding in found for path in finding.paths] == told


def test_what_git_tracks_is_not_opened_for_its_content(tmp_path):
    lay(tmp_path, {"deploy": KEY})
    assert judged(tmp_path, {}) == []


def test_without_a_repository_git_does_not_say_what_is_new(tmp_path):
    lay(tmp_path, {"deploy": KEY, "Dockerfile": BROAD, "main.py": "x"})
    assert list(RULE_BY_ID["secret-file"].check(gathered(tmp_path))) == []


def test_the_ignore_file_of_git_says_it_without_a_repository(tmp_path):
    tree = {"deploy": KEY, "s/a": KEY, "b": KEY, "Dockerfile": BROAD, ".gitignore": "deploy\ns/\n"}
    lay(tmp_path, tree)
    found = RULE_BY_ID["secret-file"].check(gathered(tmp_path))
    assert sorted(path for item in found for path in item.paths) == ["deploy", "s/a"]


def test_only_so_many_are_opened_and_the_rest_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(new_files, "MOST_FILES", 60)
    tree = {f"data/{number:04}.json": "{}" for number in range(200)} | {
        "data/z-key": KEY,
        "sa": KEY,
    }
    note, *found = sorted(judged(tmp_path, tree), key=lambda finding: finding.severity)
    assert sorted(path for item in found for path in item.paths) == ["data/z-key", "sa"]
    assert note.severity is Severity.INFO
    assert (
        note.message
        == "150 small files that git does not have were too many to look into for secrets"
    )
    assert note.entries == 150


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "key")
    (tmp_path / "link").symlink_to("/etc/hostname")
    assert judged(tmp_path, {}) == []


@pytest.mark.parametrize("path", ["token", "a/db-password.txt", "secrets/smtp", "vault_pass"])
def test_a_file_called_after_its_secret(path):
    assert find_value(b"q7!correctZ\n", path) == Clue("the secret that the file is called after", 1)
    for value in (
        b"",
        b"two words",
        b"A=1",
        b"changeme",
        b"/run/x",
        b"short",
        b"${TOKEN}",
        b"\0\1\2\3\4\5\6",
    ):
        assert find_value(value, path) is None


@pytest.mark.parametrize("size", [10, 16_000])
@pytest.mark.parametrize(
    "piece",
    [
        "secret",
        "a",
        "a.",
        "a-",
        "://a:",
        "token=",
        "-----BEGIN ",
        '"',
        " ",
        "a b",
        "=\n",
        "\n",
        " \n",
    ],
)
def test_no_content_takes_long(piece, size):
    start = time.process_time()
    for how in ({}, {"is_code": True}, {"is_suspect": False}):
        for head in ("", "kind: Config\n", "kind: Secret\ndata:\n"):
            find_clue((head + piece * size)[:16_384].encode(), **how)
    assert (
        time.process_time() - start < 30
    )  # what does not end takes minutes; no machine is that slow
