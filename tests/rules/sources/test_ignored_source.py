"""The rule ``ignored-source``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.sources.contexts import build
from tests.support.judging import catches, catches_not


def test_ignored_source():
    found = catches(
        "ignored-source",
        build("COPY dist /", ignore="*.log\ndist\n"),
        line=2,
        paths=["dist"],
        edits=["!dist"],
    )
    assert ".dockerignore:2 (dist)" in found.message
    assert found.severity is Severity.ERROR


def test_ignored_source_below_an_excluded_folder():
    catches(
        "ignored-source",
        build("COPY dist/out.js /", ignore="dist\n"),
        line=2,
        edits=["!dist/out.js"],
    )


def test_ignored_source_with_odd_characters():
    tree = build("COPY a{1}.txt /", ignore="a*\n!b?\n", **{"a{1}.txt": 5})
    found = catches("ignored-source", tree, line=2, edits=["!a{1}.txt"])
    assert found.size == 5


@pytest.mark.parametrize(
    ("ignore", "source", "told"),
    [
        (
            ".*/\n",
            ".npmrc",
            ".*/ in line 1 hides files, too, where .*/** is about what is in folders",
        ),
        ("*.log\nbuild*/\n", "build.sh", "build*/ in line 2 hides files, too"),
        ("dist/\n", "dist/a", ""),
        ("dist/\n", "dist", ""),
        ("*.sh\n", "build.sh", ""),
        ("build*\n", "build.sh", ""),
        ("build.sh\nbuild*/\n", "build.sh", ""),
    ],
)
def test_a_line_that_was_meant_for_folders(ignore, source, told):
    tree = build(
        f"COPY {source} /", ignore=ignore, **{".npmrc": "x", "build.sh": "x", "dist/a": "x"}
    )
    help_ = catches("ignored-source", tree, line=2).help
    assert help_.endswith(f"{source} at the end of .dockerignore") is (not told)
    assert told in help_


@pytest.mark.parametrize(
    ("instruction", "ignore"),
    [
        ("COPY dist /", "src\n"),
        ("COPY dist /", "dist\n!dist\n"),
        ("COPY src /", "**/*.log\n"),
        ("COPY . /", "dist\n"),
        ("COPY gone /", "gone\n"),
        ("COPY --from=busybox dist /", "dist\n"),
    ],
)
def test_sources_that_are_sent(instruction, ignore):
    catches_not("ignored-source", build(instruction, ignore=ignore))


TOKEN = "STRIPE_SECRET_KEY=sk_live_4eC39HqLyjWDarjtT1zdp7dc\n"
PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n"


@pytest.mark.parametrize(
    ("instruction", "path", "text"),
    [
        ("COPY .env /app/", ".env", TOKEN),
        ("ADD conf/.env.production /", "conf/.env.production", TOKEN),
        ("COPY deploy_key /root/.ssh/id_rsa", "deploy_key", PRIVATE),
    ],
)
def test_no_exception_lets_secrets_in(instruction, path, text):
    tree = build(instruction, ignore=f"{path}\n", **{path: text})
    found = catches("ignored-source", tree, line=2, ignored=[path])
    assert found.severity is Severity.ERROR
    assert found.edits == ()
    assert found.help.startswith(f"{path} holds secrets (line 1")


@pytest.mark.parametrize(
    ("instruction", "path", "text", "tracked"),
    [
        ("COPY .env /app/", ".env", "PORT=3000\nNODE_ENV=production\n", []),
        ("COPY .env /app/", ".env", "VITE_API_KEY=abcdefghijk123456\n", []),
        ("COPY .env /app/", ".env", "STRIPE_SECRET_KEY=changeme\n", []),
        # Whoever has the repository has it.
        ("COPY .env /app/", ".env", TOKEN, [".env"]),
        # A step reads it, and no layer keeps it.
        ("RUN --mount=type=bind,source=.env,target=/x true", ".env", TOKEN, []),
        ("COPY dist /app/", "dist/app.js", "const password = 'hunter2hunter2'", []),
        ("COPY app.js /app/", "app.js", "const password = 'hunter2hunter2'", []),
    ],
)
def test_an_exception_for_what_is_no_secret_of_one_person(instruction, path, text, tracked):
    source = path.split("/")[0]
    tree = build(instruction, ignore=f"{source}\n", **{path: text})
    ignored = [] if tracked else [path]
    catches("ignored-source", tree, line=2, edits=[f"!{source}"], tracked=tracked, ignored=ignored)
