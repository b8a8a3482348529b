"""Where things are, as reports show it."""

from __future__ import annotations

import pytest

from ctxopt.projects.location import shown_path, without_login
from tests.support.program import ctxopt


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:secret@example.com/x.git", "https://***@example.com/x.git"),
        ("https://token@example.com/x.git#main:sub", "https://***@example.com/x.git#main:sub"),
        ("ssh://u:secret@example.com/x.git", "ssh://***@example.com/x.git"),
        ("https://u:a:b@example.com", "https://***@example.com"),
    ],
)
def test_a_login_is_not_shown(url, shown):
    assert without_login(url) == shown
    assert shown_path(url, "/r") == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/x.git",
        "https://example.com/a@b/x.git",
        "https://example.com/x.git#a@b",
        "https://example.com/?mail=a@b",
        "ssh://git@example.com/x.git",
        "git@example.com:x.git",
        "docker-image://alpine@sha256:abc",
        "service:a@b",
        "github.com/a/b",
    ],
)
def test_what_has_none_stays(url):
    assert without_login(url) == url


def test_no_report_shows_a_login(tmp_path):
    (tmp_path / "compose.yaml").write_text(
        'services:\n  a: {build: "https://u:pw12345@h/x.git"}\n'
        '  b: {build: {context: ., additional_contexts: {c: "https://u:pw12345@h/y.git"}}}\n'
    )
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    for command in (
        ["scan", "--all"],
        ["scan", "--all", "--format", "json"],
        ["scan", "--all", "--format", "markdown"],
        ["builds", "-v"],
        ["builds", "--format", "json"],
        ["check", "--all"],
        ["check", "--all", "--format", "junit"],
    ):
        done = ctxopt(*command, cwd=tmp_path)
        assert "pw12345" not in done.stdout + done.stderr, command
        assert done.returncode in (0, 1), (command, done.stderr)
