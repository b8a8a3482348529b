"""What shell commands remove, as patterns."""

from __future__ import annotations

import pytest

from ctxopt.build.removals import removed_by


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("rm -rf /app/tests", ["/app/tests"]),
        ("npm ci && rm -rf tests .env", ["*/tests", "*/.env"]),
        ("cd /app && rm -rf tests/*.js", ["/app/tests/*.js"]),
        ("cd sub; rm x", ["*/sub/x"]),
        ("rm -- 'a' \"b\"", ["*/a", "*/b"]),
        ("sudo rm x || true", ["*/x"]),
        ("if [ -d x ]; then rm -r x; fi", ["*/x"]),
        ("make; \\\n  rm -rf \\\n  x", ["*/x"]),
        ("/bin/rm /a//b/../c", ["/a/c"]),
        ("mv a b /c", ["*/a", "*/b"]),
        ("rm -rf $HOME/.cache", ["*/.cache"]),
        ("unlink x && rmdir y", ["*/x", "*/y"]),
        ("find . -name '*.map' -delete", ["*/*.map"]),
        ("find /app/docs -type f -delete", ["/app/docs"]),
        ("find . -name node_modules -prune -exec rm -rf {} +", ["*/node_modules"]),
        ("rm a\nrm a", ["*/a"]),
    ],
)
def test_removed(script, expected):
    assert list(removed_by([script])) == expected


@pytest.mark.parametrize(
    "script",
    [
        "",
        "rm",
        "rm -rf",
        "rm -rf $TMP",
        'rm -rf "${TMP}"',
        "echo rm",
        "npm run rm",
        "find . -name '*.map'",
        "find . -name x -exec cat {} +",
        "cp -r a b",
        "mv a",
        "cd /app",
        "git rm-ish x",
        "rmx x",
        "ls | xargs rm",
        "apt-get remove x",
        "docker run --rm x",
        "truncate -s 0 x",
    ],
)
def test_not_removed(script):
    assert removed_by([script]) == ()
