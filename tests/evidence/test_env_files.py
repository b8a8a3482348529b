"""Tools that read .env files, and files that are for them."""

from __future__ import annotations

import pytest

from ctxopt.evidence.env_files import env_reader, is_env_file, is_for_builds

READ_BY = [
    ("vite build", "vite"),
    ("npx vite build --mode x", "vite"),
    ("vue-tsc && vite build", "vite"),
    ("NODE_ENV=production next build", "next"),
    ("nuxt generate", "nuxt"),
    ("react-scripts build", "react-scripts"),
    ("dotenv -- node x.js", "dotenv"),
    ("php artisan config:cache", "artisan"),
    ("node --env-file=.env x.js", "a step"),
]

NOT_READ = [
    "vite",
    "vite preview",
    "vitest build",
    "vitepress build",
    "next start",
    "npm run build",
    "invite build",
    "./vite build",
    "vite --version",
    "php artisan migrate",
    "pip install python-dotenv",
    "npm i dotenv",
    "docker run --env-files x",
    "next builder",
    "node x.js",
    "",
]


@pytest.mark.parametrize(("text", "tool"), READ_BY)
def test_read(text, tool):
    assert env_reader(["npm ci", text]) == tool


@pytest.mark.parametrize("text", NOT_READ)
def test_not_read(text):
    assert env_reader([text]) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".env", True),
        ("web/.env.local", True),
        (".envrc", False),
        ("a.env", False),
        ("env", False),
        (".env/x", False),
    ],
)
def test_env_files(path, expected):
    assert is_env_file(path) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("VITE_A=1", True),
        ("A=1\n  export NEXT_PUBLIC_B = 2", True),
        ("REACT_APP_X=1", True),
        ("A=1", False),
        ("# VITE_A=1", False),
        ("INVITE_A=1", False),
        ("A=VITE_B", False),
        ("VITE=1", False),
        ("", False),
    ],
)
def test_files_for_builds(tmp_path, content, expected):
    (tmp_path / ".env").write_text(content)
    assert is_for_builds(str(tmp_path), ".env") is expected


def test_a_file_that_is_gone_is_for_none(tmp_path):
    assert not is_for_builds(str(tmp_path), ".env")
