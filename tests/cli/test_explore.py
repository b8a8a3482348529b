"""``ctxopt explore``: in a real terminal, and where there is none."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.support.places import ROOT
from tests.support.program import ctxopt, ctxopt_process
from tests.support.terminals import Terminal
from tests.support.trees import lay

SMALL = {"Dockerfile": "FROM a\nCOPY . .\n", "a.c": 3_000, "node_modules/b/i.js": 90_000}
needs_textual = pytest.mark.skipif(
    find_spec("textual") is None,
    reason="Textual is not installed (pip install 'docker-ctxopt[explore]')",
)


@needs_textual
@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
def test_it_opens_and_closes(tmp_path, environment) -> None:
    root = lay(tmp_path / "app", SMALL)
    with Terminal("explore", cwd=root, **environment) as terminal:
        terminal.expect("keep/bring back")
        terminal.press("q")
        code, stdout = terminal.end()
    assert (code, stdout) == (0, "")
    assert "node_modules" in terminal.shown
    coloured = "\x1b[34m" in terminal.raw
    assert coloured is not bool(environment)


@needs_textual
def test_what_is_written_is_told_after_it_is_closed(tmp_path) -> None:
    lay(tmp_path / "app", SMALL)
    with Terminal("explore", "app", cwd=tmp_path) as terminal:
        terminal.expect("keep/bring back")
        terminal.press("i")
        terminal.expect("+ **/node_modules")
        terminal.press("w")
        terminal.expect("Write .dockerignore?")
        terminal.press("y")
        terminal.expect("takes it back")
        terminal.press("q")
        code, _ = terminal.end()
    assert code == 0
    assert terminal.shown.rstrip().endswith(
        "wrote .dockerignore; ctxopt fix --undo app takes it back"
    )
    assert "**/node_modules" in (tmp_path / "app" / ".dockerignore").read_text()
    assert ctxopt("fix", "--undo", "app", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "app" / ".dockerignore").exists()


@needs_textual
def test_a_bug_is_told_as_everywhere(tmp_path) -> None:
    root = lay(tmp_path / "app", SMALL)
    # Whatever Python loads first: a key that fails.
    (tmp_path / "sitecustomize.py").write_text(
        "import ctxopt.fix.exploration as e\n"
        "def fail(*_): raise RuntimeError('[red]no[/red]')\n"
        "e.Exploration.toggle = fail\n"
    )
    path = f"{tmp_path}:{ROOT}"
    with Terminal("explore", cwd=root, PYTHONPATH=path) as terminal:
        terminal.expect("keep/bring back")
        terminal.press("i")
        code, _ = terminal.end()
    assert code == 3
    assert "this is a bug in ctxopt: RuntimeError: [red]no[/red]" in terminal.shown


def test_without_a_terminal(tmp_path) -> None:
    done = ctxopt("explore", lay(tmp_path, SMALL), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "in a terminal" in done.stderr
    assert "ctxopt scan" in done.stderr


def test_without_textual(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("ctxopt.cli.explore.find_spec", lambda name: None)
    done = ctxopt("explore", lay(tmp_path, SMALL), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: explore needs Textual, which is not installed\n"
        "hint: pip install 'docker-ctxopt[explore]'\n"
    )


@pytest.mark.parametrize("command", ["scan", "ls", "report"])
def test_other_commands_load_nothing_of_it(tmp_path, command: str) -> None:
    root = lay(tmp_path, SMALL)
    done = ctxopt_process(command, root, cwd=tmp_path, PYTHONVERBOSE="1")
    loaded = [line for line in done.stderr.splitlines() if line.startswith("import '")]
    assert len(loaded) > 100
    for module in ("textual", "fix.exploration", "build.fate_sums", "explorer", "cli.explore"):
        assert not any(f"{module}'" in line or f"{module}." in line for line in loaded), module
