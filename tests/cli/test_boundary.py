"""The command line as a process: exit codes, messages, and never a traceback."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys

import pytest
import typer

from ctxopt.cli import boundary
from tests.support.program import ctxopt, ctxopt_process, environment
from tests.support.trees import lay


@pytest.fixture
def context(tmp_path):
    lay(
        str(tmp_path / "ctx"),
        {
            "Dockerfile": "FROM scratch\nCOPY . /\n",
            ".dockerignore": "out\n!out/keep\n",
            "out/keep": 3,
            "out/x": 5,
            "src/a.py": 1200,
        },
    )
    return tmp_path / "ctx"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "missing"], "error: context 'missing': No such file or directory"),
        (["scan", "Dockerfile"], "error: context 'Dockerfile' is not a folder"),
        (["scan", "-f", "missing"], "error: Dockerfile 'missing': no such file"),
        (["scan", "-f", "src"], "error: Dockerfile 'src' is a folder"),
        (["ls", "--permitted", "--excluded"], "cannot be combined"),
        (["fix", "--proven", "--possible"], "cannot be combined"),
        (["explain", ".."], "error: '..' is outside the context"),
        (["explain", "."], "error: the context root itself is always sent"),
        (["scan", "--nonsense"], "No such option"),
        (["scan", "--format", "xml"], "Invalid value"),
        (["scan", "-o", "missing/report"], "error: cannot write 'missing/report'"),
        (["scan", "-o", "src"], "error: cannot write 'src': it is a folder"),
        (["fix", "-o", "src"], "error: cannot write 'src': it is a folder"),
        (["nonsense"], "No such command"),
    ],
)
def test_mistakes(context, arguments, message):
    done = ctxopt_process(*arguments, cwd=context)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("paths", [["..", "src"], ["src", "/etc"], ["src", ".", ".."]])
def test_one_wrong_path_does_not_cost_the_other_answers(context, paths):
    done = ctxopt_process("explain", *paths, cwd=context)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stdout.startswith(
        "src: could be sent\n  no pattern matches it\n  below it: 1 file, 1.2 kB could be sent\n"
    )


def test_a_refused_pattern_names_its_line(context):
    (context / ".dockerignore").write_text("a\n[\n")
    for command in (["scan"], ["ls"], ["explain", "a"]):
        done = ctxopt(*command, cwd=context)
        assert done.returncode == 2
        assert "error: .dockerignore:2: syntax error in pattern" in done.stderr


def test_listing(context):
    done = ctxopt("ls", cwd=context)
    assert done.returncode == 0
    assert done.stdout.split() == [
        ".dockerignore", "Dockerfile", "out", "out/keep", "src", "src/a.py",
    ]  # fmt: skip
    assert ctxopt("ls", "--excluded", cwd=context).stdout.split() == ["out/x"]
    assert ctxopt("ls", "-0", cwd=context).stdout.count("\0") == 6


def test_json(context):
    document = json.loads(ctxopt("ls", "--format", "json", cwd=context).stdout)
    assert document["version"] == 1
    assert document["files"] == 4
    assert [entry["path"] for entry in document["entries"]][:2] == [".dockerignore", "Dockerfile"]
    scan = json.loads(ctxopt("scan", "--format", "json", cwd=context).stdout)
    assert scan["permitted"]["context_bytes"] == document["context_bytes"]


@pytest.mark.parametrize(
    "command", [["scan"], ["scan", "--format", "markdown"], ["explain", "out/x"]]
)
def test_reports(context, command):
    plain = ctxopt(*command, cwd=context)
    assert plain.returncode == 0
    assert "\x1b" not in plain.stdout
    assert plain.stderr == ""


def test_colour(context):
    assert "\x1b[" in ctxopt("scan", "--color", "always", cwd=context).stdout
    assert "\x1b[" in ctxopt("scan", cwd=context, FORCE_COLOR="1").stdout
    assert "\x1b[" not in ctxopt("scan", cwd=context, FORCE_COLOR="1", NO_COLOR="1").stdout


@pytest.mark.slow
def test_a_closed_pipe_is_no_error(context):
    for number in range(4_000):
        (context / f"file-with-a-long-name-{number}").touch()
    command = f"{sys.executable} -m ctxopt ls; echo $? >&2"
    done = subprocess.run(
        ["sh", "-c", f"({command}) | head -1"],
        cwd=context, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == ".dockerignore\n"
    assert done.stderr == "0\n"


def test_version(context):
    assert ctxopt_process("--version", cwd=context).stdout.startswith("ctxopt ")


def test_an_interrupt(context):
    """The report goes to a pipe that is full, so the process waits until it is told to end."""
    for number in range(4_000):
        (context / f"file-with-a-long-name-{number}").touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "ctxopt", "ls"],
        cwd=context, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    # With the first byte here, the program is writing more than a pipe holds.
    os.read(process.stdout.fileno(), 1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == b""


@pytest.mark.parametrize(
    ("dockerfile", "code", "reason"),
    [
        ("FROM scratch\nCOPY --from=x /a /b\n", 0, ""),
        ("FROM scratch\n", 0, ""),
        ("FROM scratch\nCOPY f /b\n", 2, ".dockerignore:1: syntax error in pattern: a[z-a]"),
        ("FROM scratch\nRUN --mount=target=/x true\n", 2, "syntax error in pattern"),
        ("COPY f /b\n", 2, "no build stage in current context"),
    ],
)
def test_a_build_that_loads_nothing_tries_no_pattern(tmp_path, dockerfile, code, reason):
    root = str(tmp_path)
    for name, text in (("Dockerfile", dockerfile), (".dockerignore", "a[z-a]\n"), ("f", "x")):
        (tmp_path / name).write_text(text)
    done = ctxopt("ls", "--transferred", cwd=root)
    assert (done.returncode, done.stdout) == (code, "")
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("value", "shows"),
    [
        ("1", True),
        ("yes", True),
        ("true", True),
        (None, False),
        ("", False),
        ("0", False),
        ("false", False),
        ("False", False),
        ("no", False),
        ("NO", False),
    ],
)
def test_a_traceback_is_shown_on_demand(monkeypatch, capsys, value, shows):
    monkeypatch.delenv("CTXOPT_DEBUG", raising=False)
    if value is not None:
        monkeypatch.setenv("CTXOPT_DEBUG", value)

    @boundary.command
    def broken() -> None:
        raise ZeroDivisionError("on purpose")

    with pytest.raises(typer.Exit) as caught:
        broken()
    told = capsys.readouterr().err
    assert caught.value.exit_code == 3
    assert "this is a bug in ctxopt: ZeroDivisionError: on purpose" in told
    assert ("Traceback" in told) is shows


@pytest.mark.parametrize(
    "arguments", [["-h"], ["scan", "-h"], ["help"], ["--version"], ["scan", "."], ["rules"]]
)
def test_a_full_disk_is_one_sentence(context, arguments):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ctxopt", *arguments],
            cwd=context, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode != 0
    assert done.stderr == "error: cannot write to stdout: No space left on device\n"


@pytest.mark.parametrize("command", [["scan"], ["ls"], ["explain", "src"], ["fix"]])
@pytest.mark.parametrize("name", [".dockerignore", "./.dockerignore", "Dockerfile"])
def test_a_report_takes_no_input_s_place(context, command, name):
    before = (context / name).read_bytes()
    done = ctxopt(*command, "-o", name, cwd=context)
    assert done.returncode == 2
    assert "is what the report is about" in done.stderr
    assert (context / name).read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [["builds", "."], ["check", "--max-size", "1GB", "."], ["lint", "a.dockerignore"], ["scan", "."], ["ls", "."]],
)  # fmt: skip
@pytest.mark.parametrize(
    "name", [".dockerignore", "Dockerfile", "compose.yaml", "web/Dockerfile.dockerignore"]
)
def test_a_report_gets_no_name_that_builds_read(tmp_path, arguments, name):
    lay(tmp_path, {"a.dockerignore": "x\n", "web/a": 1})
    done = ctxopt(*arguments, "-o", name, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "name", ["report.txt", "dockerignore.txt", "compose.md", "Dockerfile.json", "web/out.yaml"]
)
def test_a_report_may_have_any_other_name(tmp_path, name):
    lay(tmp_path, {"web/a": 1})
    assert ctxopt("ls", ".", "-o", name, cwd=tmp_path).returncode == 0
    assert (tmp_path / name).exists()


def test_a_report_that_has_no_place_is_refused_before_anything_is_written(context):
    before = (context / ".dockerignore").read_bytes()
    lay(context, {"node_modules/a.js": 900_000, "package.json": "{}"})
    for place in ("src", "src/", "missing/report"):
        assert ctxopt("fix", "-o", place, cwd=context).returncode == 2
        assert (context / ".dockerignore").read_bytes() == before


def test_a_report_that_fails_says_that_the_file_is_written(context):
    lay(
        context,
        {
            "node_modules/a.js": 900_000,
            "package.json": "{}",
            ".gitignore": "node_modules\n",
            ".git/HEAD": "x",
        },
    )
    done = ctxopt("fix", "-o", "/dev/full", cwd=context)
    assert done.returncode == 2
    assert done.stderr.endswith("hint: .dockerignore is written\n")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ctxopt", "fix", "--undo"],
            cwd=context, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.endswith("hint: .dockerignore is restored\n")


@pytest.mark.parametrize(
    ("arguments", "start"),
    [(["help"], "Usage: ctxopt [OPTIONS]"), (["help", "scan"], "Usage: ctxopt scan"), (["help", "fix"], "Usage: ctxopt fix")],
)  # fmt: skip
def test_help_is_a_command(context, arguments, start):
    done = ctxopt(*arguments, cwd=context)
    assert (done.returncode, done.stdout.startswith(start)) == (0, True)


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "", "\u0661"])
def test_a_number_is_a_whole_one(context, value):
    done = ctxopt("scan", "--depth", value, cwd=context)
    assert done.returncode == 2
    assert f"{value!r} is not a whole number of 0 or more" in done.stderr


def test_a_dockerfile_of_the_configuration_is_not_called_an_option(context):
    lay(context, {"ctxopt.toml": 'dockerfile = "nope"\n'})
    done = ctxopt("scan", cwd=context)
    assert done.returncode == 2
    assert (
        done.stderr
        == "error: Dockerfile 'nope': no such file\nhint: dockerfile is set in ctxopt.toml\n"
    )


REFUSED = "src\n[a\n!\n"


@pytest.mark.parametrize(
    ("tree", "arguments", "hint"),
    [
        ({".dockerignore": REFUSED}, ["scan"], "ctxopt lint .dockerignore shows every line like it"),
        ({"a/.dockerignore": REFUSED}, ["explain", "-C", "a", "x"], "ctxopt lint a/.dockerignore shows every line like it"),
        ({"a b/.dockerignore": REFUSED}, ["fix", "a b"], "ctxopt lint 'a b/.dockerignore' shows every line like it"),
        (
            {"docker/Dockerfile": "FROM a\n", "docker/Dockerfile.dockerignore": REFUSED},
            ["ls", "-f", "docker/Dockerfile"],
            "ctxopt lint -C . docker/Dockerfile.dockerignore shows every line like it",
        ),
    ],
)  # fmt: skip
def test_of_a_refused_ignore_file_all_errors_can_be_seen(tmp_path, tree, arguments, hint):
    root = lay(tmp_path, {"x": "x", "a b/x": "x", **tree})
    done = ctxopt(*arguments, cwd=root)
    assert done.returncode == 2
    assert done.stderr.splitlines()[1] == f"hint: {hint}"
    words = shlex.split(hint.removesuffix(" shows every line like it"))
    done = ctxopt(*words[1:], cwd=root)
    assert done.stdout.count("invalid-pattern") == 2


@pytest.mark.parametrize(
    ("tree", "arguments"),
    [
        ({".dockerignore": "src\n"}, ["scan", "-f", "none"]),
        ({".dockerignore": "src\n"}, ["scan", "--select", "none"]),
        ({"ctxopt.toml": "x = 1\n"}, ["scan"]),
        ({"Dockerfile": "FROM a\nBAD\n"}, ["scan"]),
        ({}, ["scan", "none"]),
        ({}, ["lint", "none"]),
    ],
)
def test_lint_is_named_for_nothing_else(tmp_path, tree, arguments):
    done = ctxopt(*arguments, cwd=lay(tmp_path, {"x": "x", **tree}))
    assert done.returncode == 2
    assert "ctxopt lint" not in done.stderr
