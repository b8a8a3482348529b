"""``ctxopt report``: where it writes, and where it refuses to."""

from __future__ import annotations

import pytest

from tests.support.program import ctxopt, ctxopt_process
from tests.support.terminals import Terminal
from tests.support.trees import lay

SMALL = {"Dockerfile": "FROM a\nCOPY . .\n", "a.c": 10, "out/x": 1, ".dockerignore": "out\n"}
START = "<!doctype html>"


@pytest.mark.parametrize("arguments", [(), ("-o", "-")])
def test_stdout(tmp_path, arguments) -> None:
    root = lay(tmp_path / "app", SMALL)
    done = ctxopt("report", root, *arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(START)


@pytest.mark.parametrize("page", ["page.html", "app/out/page.html"])
def test_a_file_outside_or_kept_back(tmp_path, page: str) -> None:
    root = lay(tmp_path / "app", SMALL)
    done = ctxopt("report", root, "-o", page, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Wrote {page}: open it in a browser\n"
    assert (tmp_path / page).read_text("utf-8").startswith(START)


def test_quiet(tmp_path) -> None:
    root = lay(tmp_path / "app", SMALL)
    done = ctxopt("report", root, "-q", "-o", "page.html", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


REFUSED = {
    "page.html": "the page would be sent with the next build",
    "./sub/../page.html": "the page would be sent with the next build",
    "Dockerfile": "is what the report is about",
    ".dockerignore": "is what the report is about",
    "out/compose.yaml": "a build would read the report as its own",
    "none/page.html": "cannot write",
    "out/none/page.html": "cannot write",
}


@pytest.mark.parametrize("page", REFUSED)
def test_refused(tmp_path, page: str) -> None:
    root = lay(tmp_path / "app", {**SMALL, "sub/y": 1})
    done = ctxopt("report", "-o", page, cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert REFUSED[page] in done.stderr
    assert not (tmp_path / "app" / "page.html").exists()


def test_a_terminal_gets_no_page(tmp_path) -> None:
    root = lay(tmp_path / "app", SMALL)
    with Terminal("report", cwd=root) as terminal:
        code, stdout = terminal.end()
    assert (code, stdout) == (2, "")
    assert "stdout is a terminal" in terminal.shown


@pytest.mark.parametrize("builder", ["buildkit", "classic", "podman"])
def test_builders_and_builds(tmp_path, builder: str) -> None:
    root = lay(tmp_path / "app", {**SMALL, "Other": "FROM a AS one\nFROM b\nCOPY a.c .\n"})
    done = ctxopt(
        "report", root, "-f", f"{root}/Other", "--target", "one", "--builder", builder, cwd=tmp_path
    )
    assert done.returncode == 0
    assert builder in done.stdout


def test_wrong_options_are_told_before_anything_is_measured(tmp_path) -> None:
    root = lay(tmp_path / "app", SMALL)
    for arguments in (("--select", "no-such-rule"), ("-f", "missing"), ("--target", "none")):
        done = ctxopt("report", root, *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")


def test_other_commands_load_nothing_of_it(tmp_path) -> None:
    root = lay(tmp_path / "app", SMALL)
    done = ctxopt_process("scan", root, cwd=tmp_path, PYTHONVERBOSE="1")
    loaded = [line for line in done.stderr.splitlines() if line.startswith("import 'ctxopt.")]
    assert loaded
    for module in (
        "page_html",
        "fix.picture",
        "fix.combinations",
        "fix.switches",
        "build.fates",
        "build.survey",
        "cli.report",
    ):
        assert not any(f"'ctxopt.{module}'" in line or f".{module}'" in line for line in loaded)
